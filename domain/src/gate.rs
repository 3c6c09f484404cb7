//! Gates: measurable criteria of a cohort's start and end, and triggers that halt it. Evaluated by the system, signed by a
//! person, and every decision is kept with the figures that it saw.

use crate::clock::Instant;
use crate::cohort::{CohortStage, Window};
use crate::id::{CohortNumber, UserId};
use crate::migration::FieldError;
use crate::status::{Status, StatusCounts};
use chrono::Duration;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A figure in hundredths: 98 % is 9,800, 1.5 × is 150. Whole numbers compare exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(pub u32);

impl Amount {
    /// A whole number of the unit.
    pub const fn whole(number: u32) -> Amount {
        Amount(number.saturating_mul(100))
    }

    /// Reads what a person typed: `98`, `98.5`, `1,5`. At most two digits after the point.
    pub fn read(text: &str) -> Option<Amount> {
        let text = text.trim().replace(',', ".");
        let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 7 || !digits(whole) || rest.len() > 2 || !digits(rest) {
            return None;
        }
        let hundredths: u32 = format!("{rest:0<2}").parse().ok()?;
        Some(Amount(whole.parse::<u32>().ok()? * 100 + hundredths))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 100, self.0 % 100);
        match (rest, rest % 10) {
            (0, _) => write!(f, "{whole}"),
            (_, 0) => write!(f, "{whole}.{}", rest / 10),
            _ => write!(f, "{whole}.{rest:02}"),
        }
    }
}

/// The number of a gate within its cohort; never given again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GateId(pub u16);

/// What a gate measures. Shares are of accounts not opted out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "measures", rename_all = "snake_case")]
pub enum Criterion {
    /// Share of accounts completed.
    Completed,
    /// Share of accounts blocked.
    Blocked,
    /// Share of accounts rolled back.
    RolledBack,
    /// Share of accounts that were notified at least so many days before their date.
    Notified { days: u16 },
    /// The cohorts before this one have passed their exit gates.
    Previous,
    /// Hours since the last account was completed.
    Soak,
    /// Open tickets per 100 accounts.
    Tickets,
    /// Error rate as a multiple of its baseline.
    ErrorRate,
    /// Share of the readiness checklist that is done.
    Readiness,
    /// Open risks that are rated high.
    HighRisks,
    /// A person with this duty says yes.
    Approval {
        duty: String,
        /// Who may say it; `None`: every operator.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<UserId>,
        /// Whoever starts or closes the cohort must be somebody else than who approved.
        #[serde(default)]
        four_eyes: bool,
    },
}

/// On which side of its threshold a figure has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    AtLeast,
    AtMost,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Percent,
    Hours,
    Per100,
    Times,
    Count,
    /// Yes or no: there is no threshold to set.
    Yes,
}

impl Unit {
    /// A figure with its unit.
    pub fn words(self, amount: Amount) -> String {
        match self {
            Unit::Percent => format!("{amount} %"),
            Unit::Hours => format!("{amount} h"),
            Unit::Per100 | Unit::Count => amount.to_string(),
            Unit::Times => format!("{amount} ×"),
            Unit::Yes => if amount.0 > 0 { "yes" } else { "no" }.to_owned(),
        }
    }

    /// What stands behind the field for the threshold.
    pub fn suffix(self) -> &'static str {
        match self {
            Unit::Percent => "%",
            Unit::Hours => "hours",
            Unit::Per100 => "per 100 accounts",
            Unit::Times => "× baseline",
            Unit::Count | Unit::Yes => "",
        }
    }

    fn most(self) -> Amount {
        match self {
            Unit::Percent | Unit::Per100 | Unit::Times => Amount::whole(100),
            Unit::Hours => Amount::whole(90 * 24),
            Unit::Count => Amount::whole(1_000),
            Unit::Yes => Amount::whole(1),
        }
    }
}

impl Criterion {
    /// The word in code and forms.
    pub fn code(&self) -> &'static str {
        match self {
            Criterion::Completed => "completed",
            Criterion::Blocked => "blocked",
            Criterion::RolledBack => "rolled_back",
            Criterion::Notified { .. } => "notified",
            Criterion::Previous => "previous",
            Criterion::Soak => "soak",
            Criterion::Tickets => "tickets",
            Criterion::ErrorRate => "error_rate",
            Criterion::Readiness => "readiness",
            Criterion::HighRisks => "high_risks",
            Criterion::Approval { .. } => "approval",
        }
    }

    /// The words on screen.
    pub fn label(&self) -> String {
        match self {
            Criterion::Completed => "Completed".to_owned(),
            Criterion::Blocked => "Blocked".to_owned(),
            Criterion::RolledBack => "Rolled back".to_owned(),
            Criterion::Notified { days: 1 } => "Notified a day ahead".to_owned(),
            Criterion::Notified { days } => format!("Notified {days} days ahead"),
            Criterion::Previous => "Cohorts before passed their exit gates".to_owned(),
            Criterion::Soak => "Time since the last account was completed".to_owned(),
            Criterion::Tickets => "Open tickets per 100 accounts".to_owned(),
            Criterion::ErrorRate => "Error rate to baseline".to_owned(),
            Criterion::Readiness => "Readiness".to_owned(),
            Criterion::HighRisks => "Open high risks".to_owned(),
            Criterion::Approval { duty, .. } => format!("Approved by {duty}"),
        }
    }

    /// One of each, for menus.
    pub fn samples() -> [Criterion; 11] {
        [
            Criterion::Completed,
            Criterion::Blocked,
            Criterion::RolledBack,
            Criterion::Notified { days: 14 },
            Criterion::Previous,
            Criterion::Soak,
            Criterion::Tickets,
            Criterion::ErrorRate,
            Criterion::Readiness,
            Criterion::HighRisks,
            Criterion::Approval { duty: String::new(), person: None, four_eyes: true },
        ]
    }

    /// On which side of the threshold the figure has to be: what it measures decides that.
    pub fn comparison(&self) -> Comparison {
        match self {
            Criterion::Blocked
            | Criterion::RolledBack
            | Criterion::Tickets
            | Criterion::ErrorRate
            | Criterion::HighRisks => Comparison::AtMost,
            _ => Comparison::AtLeast,
        }
    }

    /// What its figure counts.
    pub fn unit(&self) -> Unit {
        match self {
            Criterion::Completed
            | Criterion::Blocked
            | Criterion::RolledBack
            | Criterion::Notified { .. }
            | Criterion::Readiness => Unit::Percent,
            Criterion::Soak => Unit::Hours,
            Criterion::Tickets => Unit::Per100,
            Criterion::ErrorRate => Unit::Times,
            Criterion::HighRisks => Unit::Count,
            Criterion::Previous | Criterion::Approval { .. } => Unit::Yes,
        }
    }

    /// The threshold that the editor proposes.
    pub fn usual(&self) -> Amount {
        match self {
            Criterion::Completed => Amount::whole(98),
            Criterion::Blocked | Criterion::RolledBack => Amount::whole(2),
            Criterion::Notified { .. } => Amount::whole(100),
            Criterion::Soak => Amount::whole(24),
            Criterion::Tickets => Amount::whole(4),
            Criterion::ErrorRate => Amount(150),
            Criterion::Readiness => Amount::whole(95),
            Criterion::HighRisks => Amount(0),
            Criterion::Previous | Criterion::Approval { .. } => Amount::whole(1),
        }
    }
}

/// One criterion with its threshold.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Gate {
    /// 0 for a gate that has not been stored yet.
    #[serde(default)]
    pub id: GateId,
    pub criterion: Criterion,
    pub threshold: Amount,
}

impl Gate {
    /// A gate at its usual threshold.
    pub fn usual(criterion: Criterion) -> Gate {
        let threshold = criterion.usual();
        Gate { id: GateId(0), criterion, threshold }
    }

    /// The gate in plain words: `At least 98 % completed`.
    pub fn words(&self) -> String {
        let amount = self.criterion.unit().words(self.threshold);
        match &self.criterion {
            Criterion::Completed => format!("At least {amount} completed"),
            Criterion::Blocked => format!("At most {amount} blocked"),
            Criterion::RolledBack => format!("At most {amount} rolled back"),
            Criterion::Notified { days } => {
                let days = if *days == 1 { "a day".to_owned() } else { format!("{days} days") };
                match self.threshold >= Amount::whole(100) {
                    true => format!("Everybody notified {days} ahead"),
                    false => format!("At least {amount} notified {days} ahead"),
                }
            }
            Criterion::Previous => "The cohorts before passed their exit gates".to_owned(),
            Criterion::Soak => format!("At least {amount} since the last account was completed"),
            Criterion::Tickets => format!("At most {amount} open tickets per 100 accounts"),
            Criterion::ErrorRate => format!("Error rate at most {amount} baseline"),
            Criterion::Readiness => format!("Readiness at least {amount}"),
            Criterion::HighRisks if self.threshold.0 == 0 => "No open high risks".to_owned(),
            Criterion::HighRisks => format!("At most {amount} open high risks"),
            Criterion::Approval { duty, .. } => format!("Approved by {duty}"),
        }
    }

    /// The same gate as a trigger: `More than 5 % rolled back`.
    pub fn trigger_words(&self) -> String {
        let amount = self.criterion.unit().words(self.threshold);
        match &self.criterion {
            Criterion::Blocked => format!("More than {amount} blocked"),
            Criterion::RolledBack => format!("More than {amount} rolled back"),
            Criterion::Tickets => format!("More than {amount} open tickets per 100 accounts"),
            Criterion::ErrorRate => format!("Error rate above {amount} baseline"),
            Criterion::HighRisks => format!("More than {amount} open high risks"),
            _ => self.words(),
        }
    }

    /// The threshold with its sign: `≥ 98 %`.
    pub fn threshold_words(&self) -> String {
        match (self.criterion.unit(), self.criterion.comparison()) {
            (Unit::Yes, _) => "yes".to_owned(),
            (unit, Comparison::AtLeast) => format!("≥ {}", unit.words(self.threshold)),
            (unit, Comparison::AtMost) => format!("≤ {}", unit.words(self.threshold)),
        }
    }

    /// A figure of this gate with its unit.
    pub fn value_words(&self, value: Amount) -> String {
        self.criterion.unit().words(value)
    }
}

/// Which of a cohort's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateSet {
    /// Before the start.
    Entry,
    /// Before the end.
    Exit,
    /// Halt the cohort when breached.
    Triggers,
}

impl GateSet {
    /// The word on screen.
    pub fn label(self) -> &'static str {
        match self {
            GateSet::Entry => "Entry",
            GateSet::Exit => "Exit",
            GateSet::Triggers => "Rollback triggers",
        }
    }

    /// The word in code and forms.
    pub fn code(self) -> &'static str {
        match self {
            GateSet::Entry => "entry",
            GateSet::Exit => "exit",
            GateSet::Triggers => "triggers",
        }
    }

    /// Whether it makes sense to ask for this here.
    pub fn takes(self, criterion: &Criterion) -> bool {
        match self {
            GateSet::Entry => !matches!(criterion, Criterion::Completed | Criterion::RolledBack | Criterion::Soak),
            GateSet::Exit => !matches!(criterion, Criterion::Previous | Criterion::Notified { .. }),
            GateSet::Triggers => criterion.comparison() == Comparison::AtMost,
        }
    }
}

/// The three lists as a lead sets them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateLists {
    #[serde(default)]
    pub entry: Vec<Gate>,
    #[serde(default)]
    pub exit: Vec<Gate>,
    #[serde(default)]
    pub triggers: Vec<Gate>,
}

impl GateLists {
    /// What a new cohort starts with: criteria that the product can measure by itself.
    pub fn usual() -> GateLists {
        let numbered = |first: u16, gates: Vec<Gate>| {
            gates.into_iter().zip(first..).map(|(gate, id)| Gate { id: GateId(id), ..gate }).collect()
        };
        let exit = [Criterion::Completed, Criterion::Blocked, Criterion::RolledBack, Criterion::Soak];
        let halting = Gate { threshold: Amount::whole(5), ..Gate::usual(Criterion::RolledBack) };
        GateLists {
            entry: numbered(1, vec![Gate::usual(Criterion::Previous)]),
            exit: numbered(2, exit.into_iter().map(Gate::usual).collect()),
            triggers: numbered(6, vec![halting]),
        }
    }

    /// One of the lists.
    pub fn of(&self, set: GateSet) -> &[Gate] {
        match set {
            GateSet::Entry => &self.entry,
            GateSet::Exit => &self.exit,
            GateSet::Triggers => &self.triggers,
        }
    }

    /// One of the lists, to change it.
    pub fn of_mut(&mut self, set: GateSet) -> &mut Vec<Gate> {
        match set {
            GateSet::Entry => &mut self.entry,
            GateSet::Exit => &mut self.exit,
            GateSet::Triggers => &mut self.triggers,
        }
    }

    /// Every gate with the list that it stands in.
    pub fn all(&self) -> impl Iterator<Item = (GateSet, &Gate)> {
        SETS.into_iter().flat_map(|set| self.of(set).iter().map(move |gate| (set, gate)))
    }

    /// Everything that is wrong with the lists. The field is `entry-0` for the first entry gate, or the list's word.
    pub fn problems(&self) -> Vec<FieldError> {
        let mut problems = Vec::new();
        for set in SETS {
            let gates = self.of(set);
            if gates.len() > GATES_MAX {
                problems.push(FieldError::new(set.code(), format!("At most {GATES_MAX} of each kind.")));
            }
            for (index, gate) in gates.iter().enumerate() {
                if let Some(message) = problem(set, gate, &gates[..index]) {
                    problems.push(FieldError::new(&format!("{}-{index}", set.code()), message));
                }
            }
        }
        problems
    }
}

/// The lists in the order of the screen.
pub const SETS: [GateSet; 3] = [GateSet::Entry, GateSet::Exit, GateSet::Triggers];
/// Most gates of one list.
const GATES_MAX: usize = 20;
/// Longest duty, in characters.
pub const DUTY_MAX: usize = 80;
/// Most days ahead of a notice.
const DAYS_AHEAD_MAX: u16 = 90;

fn problem(set: GateSet, gate: &Gate, before: &[Gate]) -> Option<String> {
    let criterion = &gate.criterion;
    let unit = criterion.unit();
    if !set.takes(criterion) {
        return Some(format!(
            "\u{201c}{}\u{201d} is none of the {} criteria.",
            criterion.label(),
            set.label().to_lowercase()
        ));
    }
    if before.iter().any(|other| same_subject(&other.criterion, criterion)) {
        return Some("It is in the list already.".to_owned());
    }
    if gate.threshold > unit.most() {
        return Some(format!("At most {}.", unit.words(unit.most())));
    }
    match criterion {
        Criterion::Notified { days } if !(1..=DAYS_AHEAD_MAX).contains(days) => {
            Some(format!("Between 1 and {DAYS_AHEAD_MAX} days ahead."))
        }
        Criterion::Approval { duty, .. } if duty.trim().is_empty() => Some("Say whose approval: a duty.".to_owned()),
        Criterion::Approval { duty, .. } if duty.chars().count() > DUTY_MAX || duty.chars().any(char::is_control) => {
            Some(format!("At most {DUTY_MAX} characters, in one line."))
        }
        _ => None,
    }
}

fn same_subject(one: &Criterion, other: &Criterion) -> bool {
    match (one, other) {
        (Criterion::Approval { duty: one, .. }, Criterion::Approval { duty: other, .. }) => {
            one.trim().eq_ignore_ascii_case(other.trim())
        }
        _ => one.code() == other.code(),
    }
}

/// A yes of a person with a duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub gate: GateId,
    pub by: UserId,
    pub at: Instant,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A threshold that was changed after it should have been fixed; the page says so for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateChange {
    pub set: GateSet,
    pub gate: GateId,
    pub by: UserId,
    pub at: Instant,
    /// In words; `None`: it was added.
    pub before: Option<String>,
    /// In words; `None`: it was taken away.
    pub after: Option<String>,
}

impl LateChange {
    /// What was changed: `At most 2 % blocked → At most 5 % blocked`.
    pub fn words(&self) -> String {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => format!("{before} → {after}"),
            (None, Some(after)) => format!("added: {after}"),
            (Some(before), None) => format!("taken away: {before}"),
            (None, None) => String::new(),
        }
    }
}

/// Why and when a cohort was halted; gone once it runs again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halt {
    pub at: Instant,
    /// `None`: a trigger did it.
    pub by: Option<UserId>,
    pub why: String,
}

/// Everything about gates that is kept with a cohort.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gates {
    #[serde(flatten)]
    pub lists: GateLists,
    /// The greatest number given to a gate.
    #[serde(default)]
    pub last_id: u16,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Approval>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<LateChange>,
    /// Triggers that were breached when somebody resumed the cohort, with their figures then: they fire again only when
    /// the figure is worse than that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resumed_at: Vec<(GateId, Amount)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halt: Option<Halt>,
}

/// Late changes that are remembered, the newest.
const LATE_MAX: usize = 50;

/// Why gates were not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GateRefusal {
    #[error(
        "The entry gate was decided when the cohort started, so it cannot be changed any more. Nothing was changed."
    )]
    EntryIsPast,
    #[error("The cohort is closed, so its gates cannot be changed any more. Nothing was changed.")]
    Closed,
}

impl Gates {
    /// What a new cohort starts with.
    pub fn usual() -> Gates {
        let lists = GateLists::usual();
        let last_id = lists.all().map(|(_, gate)| gate.id.0).max().unwrap_or(0);
        Gates { lists, last_id, ..Gates::default() }
    }

    /// A gate by its number.
    pub fn gate(&self, id: GateId) -> Option<&Gate> {
        self.lists.all().find(|(_, gate)| gate.id == id).map(|(_, gate)| gate)
    }

    /// The gates with other lists. Thresholds are set before the start: entry gates stay as they are from then on, and a
    /// change of the others is remembered as late. Whether the lists are sound is asked of [`GateLists::problems`].
    pub fn with(&self, wanted: GateLists, stage: CohortStage, by: &UserId, now: Instant) -> Result<Gates, GateRefusal> {
        let mut after = self.clone();
        for set in SETS {
            for gate in wanted.of(set) {
                // A number that this list does not know is a new gate's.
                let known = gate.id.0 > 0 && self.lists.of(set).iter().any(|old| old.id == gate.id);
                if !known {
                    after.last_id += 1;
                }
                let id = if known { gate.id } else { GateId(after.last_id) };
                after.lists.of_mut(set).push(Gate { id, ..gate.clone() });
            }
            let old = self.lists.of(set).len();
            after.lists.of_mut(set).drain(..old);
        }
        if stage == CohortStage::Closed && after.lists != self.lists {
            return Err(GateRefusal::Closed);
        }
        if stage != CohortStage::Planned && after.lists.entry != self.lists.entry {
            return Err(GateRefusal::EntryIsPast);
        }
        if stage != CohortStage::Planned {
            after.late.extend(self.late_changes(&after.lists, by, now));
            let forgotten = after.late.len().saturating_sub(LATE_MAX);
            after.late.drain(..forgotten);
        }
        // A yes was given to what the gate asked then; a mark belongs to its threshold.
        let same = |id: &GateId| self.gate(*id).is_some_and(|old| after.lists.all().any(|(_, gate)| gate == old));
        let approvals: Vec<_> = self.approvals.iter().filter(|approval| same(&approval.gate)).cloned().collect();
        let resumed_at: Vec<_> = self.resumed_at.iter().filter(|(id, _)| same(id)).copied().collect();
        after.approvals = approvals;
        after.resumed_at = resumed_at;
        Ok(after)
    }

    fn late_changes(&self, after: &GateLists, by: &UserId, now: Instant) -> Vec<LateChange> {
        let mut late = Vec::new();
        for set in SETS {
            let words = |gate: &Gate| if set == GateSet::Triggers { gate.trigger_words() } else { gate.words() };
            let mut add = |gate: GateId, before: Option<String>, after: Option<String>| {
                late.push(LateChange { set, gate, by: by.clone(), at: now, before, after });
            };
            for gate in after.of(set) {
                match self.lists.of(set).iter().find(|old| old.id == gate.id) {
                    Some(old) if old == gate => {}
                    Some(old) => add(gate.id, Some(words(old)), Some(words(gate))),
                    None => add(gate.id, None, Some(words(gate))),
                }
            }
            for old in self.lists.of(set) {
                if !after.of(set).iter().any(|gate| gate.id == old.id) {
                    add(old.id, Some(words(old)), None);
                }
            }
        }
        late
    }

    /// The triggers that halt the cohort now: breached, and worse than when somebody last resumed in spite of them.
    pub fn breaches(&self, facts: &CohortFacts, now: Instant) -> Vec<Breach> {
        self.breached(facts, now).into_iter().filter(|breach| !self.is_known(breach)).collect()
    }

    /// All triggers that are breached.
    pub fn breached(&self, facts: &CohortFacts, now: Instant) -> Vec<Breach> {
        let breach = |gate: &Gate| {
            let seen = evaluate(gate, facts, now);
            let value = seen.value.filter(|_| seen.verdict == Verdict::Missed)?;
            Some(Breach { gate: gate.clone(), value })
        };
        self.lists.triggers.iter().filter_map(breach).collect()
    }

    fn is_known(&self, breach: &Breach) -> bool {
        self.resumed_at.iter().any(|(id, value)| *id == breach.gate.id && breach.value <= *value)
    }
}

/// A trigger whose figure is beyond its threshold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    pub gate: Gate,
    pub value: Amount,
}

impl Breach {
    /// `Rolled back: 6.2 %, allowed is 5 %`.
    pub fn words(&self) -> String {
        let (gate, value) = (&self.gate, self.gate.value_words(self.value));
        format!("{}: {value}, allowed is {}", gate.criterion.label(), gate.value_words(gate.threshold))
    }
}

/// The sentence for triggers that halted a cohort.
pub fn halt_words(breaches: &[Breach]) -> String {
    let words: Vec<String> = breaches.iter().map(Breach::words).collect();
    format!("{}.", words.join("; "))
}

/// A cohort that has to be through before this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    pub number: CohortNumber,
    pub label: String,
    /// Its exit gate was signed or overridden; or it is closed and has none.
    pub passed: bool,
}

/// Everything that gates are evaluated against. `None` stands for a source that has no data yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CohortFacts {
    pub counts: StatusCounts,
    pub last_completed: Option<Instant>,
    pub window: Option<Window>,
    pub previous: Vec<Previous>,
    /// Accounts that were notified at least so many days ahead.
    #[serde(default)]
    pub notified: Vec<(u16, u32)>,
    #[serde(default)]
    pub open_tickets: Option<u32>,
    #[serde(default)]
    pub error_rate: Option<Amount>,
    #[serde(default)]
    pub readiness: Option<Amount>,
    #[serde(default)]
    pub high_risks: Option<u32>,
    #[serde(default)]
    pub approvals: Vec<Approval>,
}

impl CohortFacts {
    /// A share of the accounts that take part, rounded against the gate, so that what is shown as met is met.
    pub fn share(&self, count: u32, comparison: Comparison) -> Option<Amount> {
        per(u64::from(count) * 10_000, self.counts.taking_part(), comparison)
    }

    /// How many accounts stand in this status.
    pub fn of(&self, status: Status) -> u32 {
        self.counts.of(status)
    }
}

fn per(hundredths: u64, of: u32, comparison: Comparison) -> Option<Amount> {
    let of = u64::from(of);
    let value = match comparison {
        Comparison::AtLeast => hundredths.checked_div(of)?,
        Comparison::AtMost => hundredths.checked_add(of.checked_sub(1)?)?.checked_div(of)?,
    };
    u32::try_from(value).ok().map(Amount)
}

/// What came of one gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Met,
    Missed,
    /// Time or work can still meet it.
    NotYet,
    /// Its source does not exist yet, or nothing takes part.
    NoData,
}

impl Verdict {
    /// The word on screen.
    pub fn label(self) -> &'static str {
        match self {
            Verdict::Met => "Met",
            Verdict::Missed => "Missed",
            Verdict::NotYet => "Not yet",
            Verdict::NoData => "No data yet",
        }
    }
}

/// One gate against the facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    pub gate: GateId,
    pub verdict: Verdict,
    pub value: Option<Amount>,
}

/// Measures one gate.
pub fn evaluate(gate: &Gate, facts: &CohortFacts, now: Instant) -> Evaluation {
    let criterion = &gate.criterion;
    let value = match criterion {
        Criterion::Completed => facts.share(facts.of(Status::Completed), criterion.comparison()),
        Criterion::Blocked => facts.share(facts.of(Status::Blocked), criterion.comparison()),
        Criterion::RolledBack => facts.share(facts.of(Status::RolledBack), criterion.comparison()),
        Criterion::Notified { days } => {
            let known = facts.notified.iter().find(|(ahead, _)| ahead == days);
            known.and_then(|(_, count)| facts.share(*count, criterion.comparison()))
        }
        Criterion::Previous => Some(yes(facts.previous.iter().all(|cohort| cohort.passed))),
        Criterion::Soak => facts.last_completed.map(|at| hours(now - at)),
        Criterion::Tickets => facts
            .open_tickets
            .and_then(|tickets| per(u64::from(tickets) * 10_000, facts.counts.taking_part(), criterion.comparison())),
        Criterion::ErrorRate => facts.error_rate,
        Criterion::Readiness => facts.readiness,
        Criterion::HighRisks => facts.high_risks.map(Amount::whole),
        Criterion::Approval { .. } => Some(yes(facts.approvals.iter().any(|approval| approval.gate == gate.id))),
    };
    let verdict = match (value, criterion.comparison()) {
        (Some(value), Comparison::AtLeast) if value >= gate.threshold => Verdict::Met,
        (Some(value), Comparison::AtMost) if value <= gate.threshold => Verdict::Met,
        (Some(_), Comparison::AtMost) => Verdict::Missed,
        (Some(_), Comparison::AtLeast) if is_too_late(criterion, facts, now) => Verdict::Missed,
        (Some(_), Comparison::AtLeast) => Verdict::NotYet,
        // Nothing was completed yet, which is a matter of time.
        (None, _) if *criterion == Criterion::Soak => Verdict::NotYet,
        (None, _) => Verdict::NoData,
    };
    Evaluation { gate: gate.id, verdict, value }
}

/// Whether waiting does not help any more.
fn is_too_late(criterion: &Criterion, facts: &CohortFacts, now: Instant) -> bool {
    let Some(window) = facts.window else { return false };
    match criterion {
        Criterion::Completed => now >= window.ends,
        Criterion::Notified { days } => now >= window.starts - Duration::days(i64::from(*days)),
        _ => false,
    }
}

fn yes(is_so: bool) -> Amount {
    Amount::whole(u32::from(is_so))
}

fn hours(time: Duration) -> Amount {
    // Hundredths of hours are 36 seconds.
    Amount(u32::try_from((time.num_seconds() / 36).max(0)).unwrap_or(u32::MAX))
}

/// A signed decision with all that it saw. It is never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateDecision {
    pub cohort: CohortNumber,
    /// From 1, per cohort.
    pub number: u32,
    pub set: GateSet,
    pub at: Instant,
    pub by: UserId,
    pub gates: Vec<Gate>,
    pub evaluations: Vec<Evaluation>,
    pub facts: CohortFacts,
    /// Why it was signed although not everything was met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overridden: Option<String>,
}

impl GateDecision {
    /// Whether it decided about these very gates: with other thresholds a signature is worth nothing.
    pub fn holds_for(&self, gates: &[Gate]) -> bool {
        self.gates == gates
    }

    /// Whether it let this gate pass although it was not met.
    pub fn waives(&self, gate: GateId) -> bool {
        let missed = |seen: &Evaluation| seen.gate == gate && seen.verdict != Verdict::Met;
        self.overridden.is_some() && self.evaluations.iter().any(missed)
    }
}

/// What stands against signing, and so against starting or closing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    pub gate: GateId,
    /// For the person who asked: `At least 98 % completed: 37.7 % now`.
    pub words: String,
}

/// What is missing, if this person signs the gates now. `last` is the newest decision about these gates: what it waived
/// stays waived.
pub fn missing(
    gates: &[Gate],
    facts: &CohortFacts,
    last: Option<&GateDecision>,
    signer: &UserId,
    now: Instant,
) -> Vec<Missing> {
    let last = last.filter(|decision| decision.holds_for(gates));
    let missing = |gate: &Gate| {
        if last.is_some_and(|decision| decision.waives(gate.id)) {
            return None;
        }
        let seen = evaluate(gate, facts, now);
        let words = match (seen.verdict, seen.value) {
            (Verdict::Met, _) => own_approval(gate, facts, signer)?,
            (Verdict::NoData, _) => format!("{}: no data yet", gate.words()),
            (_, value) => unmet_words(gate, facts, value),
        };
        Some(Missing { gate: gate.id, words })
    };
    gates.iter().filter_map(missing).collect()
}

/// Four eyes: who approved may not be who signs.
fn own_approval(gate: &Gate, facts: &CohortFacts, signer: &UserId) -> Option<String> {
    let Criterion::Approval { duty, four_eyes: true, .. } = &gate.criterion else { return None };
    let mut approvals = facts.approvals.iter().filter(|approval| approval.gate == gate.id);
    let only_own = approvals.all(|approval| approval.by == *signer);
    only_own.then(|| format!("Approved by {duty}: you approved it yourself, so somebody else has to sign"))
}

fn unmet_words(gate: &Gate, facts: &CohortFacts, value: Option<Amount>) -> String {
    match (&gate.criterion, value) {
        (Criterion::Previous, _) => {
            let waiting: Vec<_> =
                facts.previous.iter().filter(|cohort| !cohort.passed).map(|cohort| cohort.label.as_str()).collect();
            format!("{} has not passed its exit gate", waiting.join(", "))
        }
        (Criterion::Approval { duty, .. }, _) => format!("{duty} has not approved"),
        (Criterion::Soak, None) => format!("{}: none is completed", gate.words()),
        (_, Some(value)) => format!("{}: {} now", gate.words(), gate.value_words(value)),
        (_, None) => gate.words(),
    }
}

/// What other thresholds would have decided about the figures of a past decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    pub evaluations: Vec<Evaluation>,
    /// Every gate would have been met.
    pub passes: bool,
}

/// Applies these gates to what a past decision saw.
pub fn replay(decision: &GateDecision, gates: &[Gate]) -> Replay {
    let evaluations: Vec<_> = gates.iter().map(|gate| seen_then(decision, gate)).collect();
    let passes = evaluations.iter().all(|seen| seen.verdict == Verdict::Met);
    Replay { evaluations, passes }
}

fn seen_then(decision: &GateDecision, gate: &Gate) -> Evaluation {
    if !matches!(gate.criterion, Criterion::Approval { .. }) {
        return evaluate(gate, &decision.facts, decision.at);
    }
    // A yes is not a matter of thresholds: what counts is whether it was asked for and given then.
    let asked = decision.gates.iter().find(|asked| same_subject(&asked.criterion, &gate.criterion));
    let given = asked.and_then(|asked| decision.evaluations.iter().find(|seen| seen.gate == asked.id));
    match given {
        Some(given) => Evaluation { gate: gate.id, ..*given },
        None => Evaluation { gate: gate.id, verdict: Verdict::NoData, value: None },
    }
}

/// The figures of a decision as text, for its event: `Completed 98.2 % (≥ 98 %): met`.
pub fn figures_words(gates: &[Gate], evaluations: &[Evaluation]) -> String {
    let line = |gate: &Gate| {
        let seen = evaluations.iter().find(|seen| seen.gate == gate.id)?;
        let value = seen.value.map_or_else(String::new, |value| format!(" {}", gate.value_words(value)));
        let threshold = gate.threshold_words();
        Some(format!("{}{value} ({threshold}): {}", gate.criterion.label(), seen.verdict.label().to_lowercase()))
    };
    gates.iter().filter_map(line).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
