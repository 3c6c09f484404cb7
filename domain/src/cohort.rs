//! Cohorts: accounts that migrate together, in an order.

use crate::clock::Instant;
use crate::gate::Gates;
use crate::id::{CohortNumber, UserId};
use crate::migration::FieldError;
use serde::{Deserialize, Serialize};

/// Planned → running ⇄ halted → closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CohortStage {
    Planned,
    Running,
    Halted,
    Closed,
}

impl CohortStage {
    /// The word in the middle of a sentence.
    pub fn label(self) -> &'static str {
        match self {
            CohortStage::Planned => "planned",
            CohortStage::Running => "running",
            CohortStage::Halted => "halted",
            CohortStage::Closed => "closed",
        }
    }

    /// The word on its own, on a tag.
    pub fn word(self) -> &'static str {
        match self {
            CohortStage::Planned => "Planned",
            CohortStage::Running => "Running",
            CohortStage::Halted => "Halted",
            CohortStage::Closed => "Closed",
        }
    }

    /// The stages to which a lead may move it from here.
    pub fn next(self) -> &'static [CohortStage] {
        match self {
            CohortStage::Planned => &[CohortStage::Running],
            CohortStage::Running => &[CohortStage::Halted, CohortStage::Closed],
            CohortStage::Halted => &[CohortStage::Running, CohortStage::Closed],
            CohortStage::Closed => &[],
        }
    }

    /// The verb on the button that leads to this stage from `from`.
    pub fn verb(self, from: CohortStage) -> &'static str {
        match (from, self) {
            (CohortStage::Halted, CohortStage::Running) => "Resume",
            (_, CohortStage::Running) => "Start",
            (_, CohortStage::Halted) => "Halt",
            (_, CohortStage::Closed) => "Close",
            (_, CohortStage::Planned) => "Back to planned",
        }
    }
}

/// When a cohort moves; both ends are instants, shown in the migration's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub starts: Instant,
    pub ends: Instant,
}

/// Accounts that migrate together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cohort {
    pub number: CohortNumber,
    /// Its place in the order, from 1.
    pub position: u16,
    pub stage: CohortStage,
    pub settings: CohortSettings,
    /// What it must meet to start and to close, and what halts it.
    #[serde(default)]
    pub gates: Gates,
}

impl Cohort {
    /// The name that customers see: the public one, or `Wave 3`; never the internal one.
    pub fn public_name(&self) -> String {
        if self.settings.public_name.is_empty() {
            format!("Wave {}", self.position)
        } else {
            self.settings.public_name.clone()
        }
    }

    /// The name as colleagues see it: `3 · Main EU`.
    pub fn label(&self) -> String {
        format!("{} · {}", self.position, self.settings.name)
    }
}

/// What a lead sets of a cohort.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CohortSettings {
    pub name: String,
    /// The name for customers; may be empty.
    pub public_name: String,
    pub window: Option<Window>,
    /// The zone in which the window is entered and shown; `None`: the migration's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Accounts that may migrate on one day; `None`: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// Who answers for it, and is told when it halts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// Cohorts that must be through before this one starts. Never itself, and never in a circle.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<CohortNumber>,
}

/// Accounts that a cohort may take on one day.
pub const CAPACITY_MAX: u32 = 100_000;

impl CohortSettings {
    /// Everything that is wrong with these settings of the cohort `number` (`None`: a new one) among all `cohorts` of its
    /// migration. Whether a zone exists is asked of `known_zone`, because only the server carries the table of zones.
    pub fn problems(
        &self,
        number: Option<CohortNumber>,
        cohorts: &[Cohort],
        known_zone: impl Fn(&str) -> bool,
    ) -> Vec<FieldError> {
        let mut problems = Vec::new();
        let mut others = cohorts.iter().filter(|other| Some(other.number) != number);
        let name = self.name.trim();
        if name.is_empty() {
            problems.push(FieldError::new("name", "Give the cohort a name."));
        } else if name.chars().count() > 80 {
            problems.push(FieldError::new("name", "At most 80 characters."));
        } else if others.any(|other| other.settings.name.eq_ignore_ascii_case(name)) {
            problems.push(FieldError::new("name", "Another cohort of this migration has this name."));
        }
        if self.public_name.chars().count() > 80 {
            problems.push(FieldError::new("public_name", "At most 80 characters."));
        }
        if self.window.is_some_and(|window| window.ends <= window.starts) {
            problems.push(FieldError::new("window_ends", "The window must end after it starts."));
        }
        if self.time_zone.as_deref().is_some_and(|zone| !known_zone(zone)) {
            let message = "This time zone is not known. Use a name like Europe/Berlin, or leave it empty.";
            problems.push(FieldError::new("time_zone", message));
        }
        match self.capacity {
            Some(0) => problems.push(FieldError::new("capacity", "At least 1 account per day, or empty for no limit.")),
            Some(count) if count > CAPACITY_MAX => {
                problems.push(FieldError::new("capacity", "At most 100,000 accounts per day."));
            }
            _ => {}
        }
        problems.extend(self.problem_of_order(number, cohorts).map(|message| FieldError::new("after", message)));
        problems
    }

    /// What is wrong with the cohorts that it waits for.
    fn problem_of_order(&self, number: Option<CohortNumber>, cohorts: &[Cohort]) -> Option<String> {
        let exists = |wanted: &CohortNumber| cohorts.iter().any(|cohort| cohort.number == *wanted);
        if !self.after.iter().all(exists) {
            return Some("One of these cohorts does not exist any more.".to_owned());
        }
        let number = number?;
        if self.after.contains(&number) {
            return Some("A cohort cannot wait for itself.".to_owned());
        }
        let name = |wanted: CohortNumber| match cohorts.iter().find(|cohort| cohort.number == wanted) {
            Some(_) if wanted == number => self.name.trim(),
            Some(cohort) => cohort.settings.name.as_str(),
            None => "another",
        };
        let circle = circle(number, &self.after, cohorts)?;
        let names: Vec<&str> = circle.into_iter().map(name).collect();
        Some(format!("That is a circle: {}.", names.join(" waits for ")))
    }
}

/// The way from a cohort back to itself along what waits for what, if it waited for `after`.
fn circle(number: CohortNumber, after: &[CohortNumber], cohorts: &[Cohort]) -> Option<Vec<CohortNumber>> {
    let mut ways: Vec<Vec<CohortNumber>> = after.iter().map(|before| vec![number, *before]).collect();
    let mut seen: Vec<CohortNumber> = Vec::new();
    while let Some(way) = ways.pop() {
        let Some(last) = way.last().copied() else { continue };
        if last == number {
            return Some(way);
        }
        if seen.contains(&last) {
            continue;
        }
        seen.push(last);
        let cohort = cohorts.iter().find(|cohort| cohort.number == last);
        let next = cohort.map_or(&[][..], |cohort| cohort.settings.after.as_slice());
        ways.extend(next.iter().map(|next| way.iter().copied().chain([*next]).collect()));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cohort(number: u16, name: &str, after: &[u16]) -> Cohort {
        let after = after.iter().map(|number| CohortNumber(*number)).collect();
        let settings = CohortSettings { name: name.to_owned(), after, ..CohortSettings::default() };
        Cohort {
            number: CohortNumber(number),
            position: number,
            stage: CohortStage::Planned,
            settings,
            gates: Default::default(),
        }
    }

    fn problems(settings: CohortSettings, number: Option<u16>) -> Vec<(String, String)> {
        let cohorts = [cohort(1, "Pilot", &[]), cohort(2, "Early", &[1]), cohort(3, "Main", &[2])];
        let problems = settings.problems(number.map(CohortNumber), &cohorts, |zone| zone == "Europe/Oslo");
        problems.into_iter().map(|problem| (problem.field, problem.message)).collect()
    }

    #[test]
    fn what_cannot_be_stands_at_its_field() {
        let at = |hour: i64| Instant::UNIX_EPOCH + chrono::Duration::hours(hour);
        let named = |name: &str| CohortSettings { name: name.to_owned(), ..CohortSettings::default() };
        let good = CohortSettings {
            window: Some(Window { starts: at(1), ends: at(2) }),
            time_zone: Some("Europe/Oslo".to_owned()),
            capacity: Some(40),
            after: vec![CohortNumber(3)],
            ..named("Rest")
        };
        assert_eq!(problems(good.clone(), None), []);
        let cases = [
            (named(" "), "name"),
            (named("pilot"), "name"),
            (CohortSettings { window: Some(Window { starts: at(2), ends: at(1) }), ..good.clone() }, "window_ends"),
            (CohortSettings { window: Some(Window { starts: at(2), ends: at(2) }), ..good.clone() }, "window_ends"),
            (CohortSettings { time_zone: Some("Middle/Earth".to_owned()), ..good.clone() }, "time_zone"),
            (CohortSettings { capacity: Some(0), ..good.clone() }, "capacity"),
            (CohortSettings { capacity: Some(CAPACITY_MAX + 1), ..good.clone() }, "capacity"),
            (CohortSettings { after: vec![CohortNumber(9)], ..good }, "after"),
        ];
        for (settings, field) in cases {
            let fields: Vec<_> = problems(settings.clone(), None).into_iter().map(|(field, _)| field).collect();
            assert_eq!(fields, [field], "{settings:?}");
        }
    }

    #[test]
    fn cohorts_never_wait_in_a_circle() {
        let waits = |number: u16, after: &[u16]| {
            let after = after.iter().map(|number| CohortNumber(*number)).collect();
            let name = ["Pilot", "Early", "Main"][usize::from(number) - 1].to_owned();
            let settings = CohortSettings { name, after, ..CohortSettings::default() };
            problems(settings, Some(number)).into_iter().map(|(_, message)| message).collect::<Vec<_>>()
        };
        assert_eq!(waits(3, &[1, 2]), [""; 0]);
        assert_eq!(waits(2, &[2]), ["A cohort cannot wait for itself."]);
        assert_eq!(waits(1, &[3]), ["That is a circle: Pilot waits for Main waits for Early waits for Pilot."]);
        assert_eq!(waits(2, &[3]), ["That is a circle: Early waits for Main waits for Early."]);
    }
}
