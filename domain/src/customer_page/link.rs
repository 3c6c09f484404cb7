//! Links: which contact may open which account's page, until when. Of a token only its hash is kept.

use crate::clock::Instant;
use crate::id::{AccountNumber, ContactNumber, LinkId, UserId};
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

/// What a token opens. Each purpose has a token of its own, and none tells another of more rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The page itself.
    Page,
    /// The date as a file for calendars.
    Calendar,
    /// Getting no more messages.
    Unsubscribe,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Purpose; 3] = [Purpose::Page, Purpose::Calendar, Purpose::Unsubscribe];

    /// The word in code.
    pub fn code(self) -> &'static str {
        match self {
            Purpose::Page => "page",
            Purpose::Calendar => "calendar",
            Purpose::Unsubscribe => "unsubscribe",
        }
    }
}

/// The hashes of a link's tokens, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashes {
    pub page: String,
    pub calendar: String,
    pub unsubscribe: String,
}

impl Hashes {
    /// The hash of one purpose's token.
    pub fn of(&self, purpose: Purpose) -> &str {
        match purpose {
            Purpose::Page => &self.page,
            Purpose::Calendar => &self.calendar,
            Purpose::Unsubscribe => &self.unsubscribe,
        }
    }
}

/// One contact's link to one account's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub id: LinkId,
    pub account: AccountNumber,
    pub contact: ContactNumber,
    /// 1, 2, 3 … of this contact's links to this account: a revoked one is followed by another.
    pub generation: u16,
    pub hashes: Hashes,
    pub created: Instant,
    /// Who made it; `None`: it came into being with a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    pub expires: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Revoked>,
    #[serde(default)]
    pub used: Used,
}

/// Who took a link back, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    pub at: Instant,
    /// `None`: the system, because the person was erased.
    pub by: Option<UserId>,
}

/// When a link was used last, and what a calendar was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<Instant>,
    /// The day that the calendar file had last: when the date is gone, that day is cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar_day: Option<NaiveDate>,
}

/// A use is written again after this time only, so that reading costs no writing.
pub const USED_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(10);

impl Link {
    /// Whether it opens what this purpose's token is for. Somebody who gets messages can always end that.
    pub fn opens(&self, purpose: Purpose, now: Instant) -> bool {
        purpose == Purpose::Unsubscribe || self.is_live(now)
    }

    /// Whether it is neither expired nor taken back.
    pub fn is_live(&self, now: Instant) -> bool {
        self.revoked.is_none() && now < self.expires
    }

    /// The link after this use; `None` when that is not worth writing.
    pub fn use_for(&self, purpose: Purpose, day: Option<NaiveDate>, now: Instant) -> Option<Link> {
        let mut used = self.used;
        let last = match purpose {
            Purpose::Page => &mut used.page,
            Purpose::Calendar => &mut used.calendar,
            Purpose::Unsubscribe => return None,
        };
        let recently = last.is_some_and(|last| now - last < USED_AGAIN_AFTER);
        *last = Some(now);
        let new_day = purpose == Purpose::Calendar && day.is_some() && day != used.calendar_day;
        if new_day {
            used.calendar_day = day;
        }
        (!recently || new_day).then(|| Link { used, ..self.clone() })
    }

    /// The link, taken back; `None` if it was so already.
    pub fn revoke(&self, by: Option<UserId>, now: Instant) -> Option<Link> {
        self.revoked.is_none().then(|| Link { revoked: Some(Revoked { at: now, by }), ..self.clone() })
    }

    /// The link with a longer life, when a message names it again; `None` while half of its life is left.
    pub fn renew(&self, days: u16, now: Instant) -> Option<Link> {
        let life = TimeDelta::days(days.into());
        (self.is_live(now) && self.expires - now < life / 2).then(|| Link { expires: now + life, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn link() -> Link {
        let hashes = Hashes { page: "p".into(), calendar: "c".into(), unsubscribe: "u".into() };
        Link {
            id: LinkId::from("l1"),
            account: AccountNumber(1),
            contact: ContactNumber(1),
            generation: 1,
            hashes,
            created: DateTime::UNIX_EPOCH,
            by: None,
            expires: DateTime::UNIX_EPOCH + TimeDelta::days(10),
            revoked: None,
            used: Used::default(),
        }
    }

    fn day(day: i64) -> Instant {
        DateTime::UNIX_EPOCH + TimeDelta::days(day)
    }

    #[test]
    fn an_expired_or_revoked_link_opens_nothing_but_the_way_out() {
        let revoked = link().revoke(Some(UserId::from("ines")), day(1)).unwrap_or_else(link);
        for (link, at, opens) in [(link(), day(9), true), (link(), day(10), false), (revoked.clone(), day(2), false)] {
            assert_eq!(link.opens(Purpose::Page, at), opens);
            assert_eq!(link.opens(Purpose::Calendar, at), opens);
            assert!(link.opens(Purpose::Unsubscribe, at));
        }
        assert_eq!(revoked.revoke(None, day(3)), None, "the first to take it back is remembered");
    }

    #[test]
    fn a_use_is_written_at_most_every_ten_minutes_but_a_new_day_at_once() {
        let used = link().use_for(Purpose::Page, None, day(1)).unwrap_or_else(link);
        assert_eq!(used.used.page, Some(day(1)));
        assert_eq!(used.use_for(Purpose::Page, None, day(1) + TimeDelta::minutes(9)), None);
        assert!(used.use_for(Purpose::Page, None, day(1) + TimeDelta::minutes(10)).is_some());
        let date = |n| NaiveDate::from_ymd_opt(2026, 5, n);
        let first = link().use_for(Purpose::Calendar, date(27), day(1)).unwrap_or_else(link);
        let moved = first.use_for(Purpose::Calendar, date(28), day(1)).unwrap_or_else(link);
        assert_eq!((first.used.calendar_day, moved.used.calendar_day), (date(27), date(28)));
        let gone = moved.use_for(Purpose::Calendar, None, day(2)).unwrap_or_else(link);
        assert_eq!(gone.used.calendar_day, date(28), "what is cancelled is that day");
    }

    #[test]
    fn a_link_that_is_named_again_lives_longer_but_an_ended_one_does_not_come_back() {
        assert_eq!(link().renew(10, day(4)), None);
        assert_eq!(link().renew(10, day(6)).map(|link| link.expires), Some(day(16)));
        assert_eq!(link().renew(10, day(11)), None);
    }
}
