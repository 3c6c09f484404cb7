//! Preflight: what looks suspicious about messages before they go.

use super::rule::{RuleSettings, Trigger};
use crate::clock::Instant;
use crate::id::AccountNumber;
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

/// Messages within a minute from which a preflight warns.
pub const PER_MINUTE_WARN: usize = 500;
/// Messages at once from which a preflight asks for the number to be typed.
pub const AT_ONCE_CONFIRM: usize = 100;

/// A message that would go out, as far as a preflight looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Going {
    /// `None`: about a cohort or the migration.
    pub account: Option<AccountNumber>,
    pub due: Instant,
    /// Whether there is an address to send it to.
    pub addressed: bool,
}

/// Something suspicious.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// Contacts without an address: so many messages would be suppressed.
    NoAddress { messages: u32 },
    /// Many messages within one minute, from this instant on.
    Burst { messages: u32, at: Instant },
    /// So many go at once.
    AtOnce { messages: u32 },
    /// The deadline that the rule counts to has passed.
    DeadlinePassed { deadline: NaiveDate },
    /// It would reach nobody.
    NobodyReached,
}

impl Finding {
    /// A sentence for whoever is about to send.
    pub fn words(&self) -> String {
        match self {
            Finding::NoAddress { messages: 1 } => {
                "1 message has no address: it is suppressed, and the account's owner is told.".to_owned()
            }
            Finding::NoAddress { messages } => {
                format!("{messages} messages have no address: they are suppressed, and the accounts' owners are told.")
            }
            Finding::Burst { messages, at } => {
                format!("{messages} messages are due within a minute, on {}.", at.format("%-d %b %Y, %H:%M UTC"))
            }
            Finding::AtOnce { messages } => format!("{messages} messages go out at once."),
            Finding::DeadlinePassed { deadline } => {
                format!("The deadline, {}, has passed.", deadline.format("%-d %b %Y"))
            }
            Finding::NobodyReached => "As things stand, it reaches nobody.".to_owned(),
        }
    }

    /// Whether somebody has to type the number before it goes.
    pub fn needs_confirmation(&self) -> bool {
        matches!(self, Finding::AtOnce { messages } if *messages as usize > AT_ONCE_CONFIRM)
    }
}

/// Looks at everything that would go out. `now` tells what goes at once.
pub fn look(going: &[Going], now: Instant) -> Vec<Finding> {
    let mut findings = Vec::new();
    let missing = going.iter().filter(|going| !going.addressed).count();
    if missing > 0 {
        findings.push(Finding::NoAddress { messages: missing as u32 });
    }
    let mut due: Vec<Instant> = going.iter().filter(|going| going.addressed).map(|going| going.due).collect();
    due.sort_unstable();
    let at_once = due.partition_point(|due| *due <= now);
    if at_once > AT_ONCE_CONFIRM {
        findings.push(Finding::AtOnce { messages: at_once as u32 });
    }
    let later = &due[at_once..];
    let mut burst: Option<(usize, Instant)> = None;
    let mut first = 0;
    for (last, at) in later.iter().enumerate() {
        while *at - later[first] >= TimeDelta::minutes(1) {
            first += 1;
        }
        let within = last + 1 - first;
        if within > PER_MINUTE_WARN && burst.is_none_or(|(most, _)| within > most) {
            burst = Some((within, later[first]));
        }
    }
    findings.extend(burst.map(|(messages, at)| Finding::Burst { messages: messages as u32, at }));
    findings
}

/// Looks at a rule that is about to be switched on, with everything that it would send now and in the next days.
pub fn look_at_rule(
    settings: &RuleSettings,
    going: &[Going],
    deadline: NaiveDate,
    today: NaiveDate,
    now: Instant,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if matches!(settings.trigger, Trigger::NotNotified { .. }) && deadline < today {
        findings.push(Finding::DeadlinePassed { deadline });
    }
    if settings.trigger.is_planned() && !going.iter().any(|going| going.addressed) {
        findings.push(Finding::NobodyReached);
    }
    findings.extend(look(going, now));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn at(minutes: i64) -> Instant {
        DateTime::from_timestamp(1_780_000_000 + minutes * 60, 0).unwrap()
    }

    fn going(count: usize, due: Instant, addressed: bool) -> Vec<Going> {
        vec![Going { account: None, due, addressed }; count]
    }

    #[test]
    fn what_is_suspicious_is_said() {
        let now = at(0);
        assert_eq!(look(&going(100, now, true), now), []);
        assert_eq!(look(&going(101, now, true), now), [Finding::AtOnce { messages: 101 }]);
        assert_eq!(look(&going(3, at(9), false), now), [Finding::NoAddress { messages: 3 }]);
        assert_eq!(look(&going(500, at(9), true), now), []);
        let burst = Finding::Burst { messages: 5_000, at: at(9) };
        assert_eq!(look(&going(5_000, at(9), true), now), [burst]);
    }

    #[test]
    fn a_burst_is_counted_within_a_minute() {
        let now = at(0);
        let two = [going(300, at(5), true), going(300, at(6), true)].concat();
        assert_eq!(look(&two, now), [], "a minute apart");
        let half = at(5) + TimeDelta::seconds(59);
        let close = [going(300, at(5), true), going(300, half, true)].concat();
        assert_eq!(look(&close, now), [Finding::Burst { messages: 600, at: at(5) }]);
    }
}
