use super::*;
use crate::cohort::{CohortSettings, Window};
use crate::id::{CohortNumber, UserId};
use crate::status_page::change::Author;
use chrono::{DateTime, Duration};

fn at(minutes: i64) -> Instant {
    DateTime::UNIX_EPOCH + Duration::minutes(minutes)
}

fn cohort(stage: CohortStage, window: Option<(i64, i64)>) -> Cohort {
    let window = window.map(|(starts, ends)| Window { starts: at(starts), ends: at(ends) });
    Cohort {
        number: CohortNumber(3),
        position: 3,
        stage,
        settings: CohortSettings { name: "Main EU".to_owned(), window, ..CohortSettings::default() },
        gates: Default::default(),
    }
}

struct Night {
    incident: Option<Incident>,
    follows: bool,
    in_progress: u32,
}

impl Night {
    fn new() -> Night {
        Night { incident: None, follows: true, in_progress: 0 }
    }

    /// Looks once; answers how the maintenance stands, its version, and whether it is cancelled.
    fn look(&mut self, cohort: &Cohort, minute: i64) -> Option<(IncidentState, u32, bool)> {
        let course = Course {
            cohort,
            migration: MigrationStage::Running,
            in_progress: self.in_progress,
            follows: self.follows,
            now: at(minute),
        };
        if let Some(after) = course.follow(self.incident.as_ref(), IncidentNumber(7)) {
            self.incident = Some(after);
        }
        assert_eq!(course.follow(self.incident.as_ref(), IncidentNumber(8)), None, "looking again changes nothing");
        let incident = self.incident.as_ref()?;
        Some((incident.state(at(minute))?, incident.version, incident.cancelled.is_some()))
    }
}

#[test]
fn a_window_starts_and_ends_with_its_cohort() {
    use CohortStage::*;
    use IncidentState::*;
    let mut night = Night::new();
    assert_eq!(night.look(&cohort(Planned, None), 0), None);
    let window = Some((60, 120));
    assert_eq!(night.look(&cohort(Planned, window), 1), Some((Scheduled, 1, false)));
    assert_eq!(night.look(&cohort(Planned, window), 70), Some((Scheduled, 1, false)), "time alone does not start it");
    assert_eq!(night.look(&cohort(Running, window), 71), Some((InProgress, 2, false)));
    assert_eq!(night.look(&cohort(Halted, window), 80), Some((InProgress, 2, false)));
    night.in_progress = 3;
    assert_eq!(night.look(&cohort(Running, window), 121), Some((InProgress, 2, false)), "something is still moving");
    night.in_progress = 0;
    assert_eq!(night.look(&cohort(Running, window), 122), Some((Completed, 3, false)));
    assert_eq!(night.look(&cohort(Closed, window), 200), Some((Completed, 3, false)));
}

#[test]
fn a_cohort_that_runs_before_its_window_waits_for_it() {
    let mut night = Night::new();
    let running = cohort(CohortStage::Running, Some((60, 120)));
    assert_eq!(night.look(&running, 1), Some((IncidentState::Scheduled, 1, false)));
    assert_eq!(night.look(&running, 60), Some((IncidentState::InProgress, 2, false)));
    assert_eq!(night.incident.map(|incident| incident.started), Some(at(60)));
}

#[test]
fn a_moved_window_keeps_its_identity_and_a_removed_one_is_cancelled() {
    use CohortStage::*;
    use IncidentState::*;
    let mut night = Night::new();
    night.look(&cohort(Planned, Some((60, 120))), 0);
    assert_eq!(night.look(&cohort(Planned, Some((90, 150))), 1), Some((Scheduled, 2, false)));
    assert_eq!(night.incident.as_ref().map(|incident| incident.updates.len()), Some(2), "readers are told");
    assert_eq!(night.look(&cohort(Planned, None), 2), Some((Scheduled, 3, true)));
    assert_eq!(night.look(&cohort(Planned, Some((90, 150))), 3), Some((Scheduled, 4, false)));
    night.follows = false;
    assert_eq!(night.look(&cohort(Planned, Some((90, 150))), 4), Some((Scheduled, 5, true)));
    night.follows = true;
    assert_eq!(night.look(&cohort(Planned, Some((90, 150))), 5), Some((Scheduled, 6, false)));
    assert_eq!(night.incident.map(|incident| incident.number), Some(IncidentNumber(7)));
}

#[test]
fn what_a_person_took_back_stays_so_until_the_window_moves() {
    let mut night = Night::new();
    let planned = cohort(CohortStage::Planned, Some((60, 120)));
    night.look(&planned, 0);
    let by = UserId::from("ines");
    let author = Author { by: Some(&by), may_publish: true, now: at(1), language: "en" };
    night.incident = night.incident.and_then(|incident| incident.taken_back(&author).ok());
    assert_eq!(night.look(&planned, 2).map(|(.., cancelled)| cancelled), Some(true));
    let moved = cohort(CohortStage::Planned, Some((61, 120)));
    assert_eq!(night.look(&moved, 3).map(|(.., cancelled)| cancelled), Some(false));
}

#[test]
fn what_is_over_already_is_not_announced() {
    let mut night = Night::new();
    assert_eq!(night.look(&cohort(CohortStage::Closed, Some((60, 120))), 200), None);
    night.follows = false;
    assert_eq!(night.look(&cohort(CohortStage::Planned, Some((260, 320))), 200), None);
}

/// Neither texts of windows nor the draft of a halt say an internal name or a cause.
#[test]
fn nothing_internal_is_told() {
    let mut night = Night::new();
    night.look(&cohort(CohortStage::Running, Some((0, 60))), 1);
    let halted = halted(&cohort(CohortStage::Halted, None), IncidentNumber(1), at(0));
    for incident in [night.incident.unwrap_or_else(|| panic!("a maintenance")), halted] {
        let text = format!("{:?} {:?}", incident.title, incident.updates);
        assert!(!text.contains("Main EU") && text.contains("Wave 3"), "{text}");
        assert!(incident.title.0.keys().all(|tag| crate::language::exists(tag)));
    }
}
