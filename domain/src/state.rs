//! The state machine of an account: what each status carries, which may follow which, and why not.
//!
//! Status, dates, blocker and rollback deadline count as one field: they change together here and nowhere else.

use crate::blocker::{BLOCKER_TEXT_MAX, Blocker, BlockerCategory};
use crate::clock::Instant;
use crate::cohort::CohortStage;
use crate::migration::MigrationStage;
use crate::status::Status;
use chrono::{Duration, NaiveDate};
use serde::{Deserialize, Serialize};

/// Where an account stands, with exactly the data that this status has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum State {
    NotStarted,
    Scheduled { plan: Plan },
    InProgress { attempt: Attempt },
    Completed { attempt: Attempt, migrated_at: Instant },
    Blocked { blocker: Blocker, interrupted: Interrupted },
    OptedOut,
    RolledBack { rolled_back_at: Instant, reason: String },
}

/// A planned day, in the migration's zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub date: NaiveDate,
    /// Why this account has a date of its own; `None` when the date is its cohort's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned: Option<String>,
}

/// A migration of the account that has begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The plan that it began with, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    pub started_at: Instant,
    /// Until when it may be rolled back once completed; `None` means not at all.
    pub rollback_until: Option<Instant>,
}

/// What a blocked account was doing: it can go back to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "was", rename_all = "snake_case")]
pub enum Interrupted {
    NotStarted,
    Scheduled { plan: Plan },
    InProgress { attempt: Attempt },
}

impl Interrupted {
    /// The status that was interrupted.
    pub fn status(&self) -> Status {
        match self {
            Interrupted::NotStarted => Status::NotStarted,
            Interrupted::Scheduled { .. } => Status::Scheduled,
            Interrupted::InProgress { .. } => Status::InProgress,
        }
    }
}

/// What a person asks of an account's state. Verbs name the intent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "move", rename_all = "snake_case")]
pub enum Move {
    /// Back to not started; clears the date.
    Reset,
    /// Plan it for a day, or for another day.
    Schedule {
        date: NaiveDate,
        #[serde(default)]
        pinned: Option<String>,
    },
    Start,
    /// Done; `at` is when, if earlier than now.
    Complete {
        #[serde(default)]
        at: Option<Instant>,
    },
    /// Block it, or say the blocker of a blocked account differently.
    Block {
        category: BlockerCategory,
        text: String,
    },
    /// Go on with what the blocker interrupted.
    Resume,
    OptOut,
    RollBack {
        reason: String,
    },
    /// Another rollback deadline for this account, or none.
    SetRollbackUntil {
        until: Option<Instant>,
    },
}

/// The kind of a [`Move`], for buttons and tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveKind {
    Resume,
    Start,
    Complete,
    Schedule,
    Reset,
    Block,
    RollBack,
    OptOut,
}

impl MoveKind {
    /// Every kind that has a button, the likeliest first.
    pub const ALL: [MoveKind; 8] = [
        MoveKind::Resume,
        MoveKind::Start,
        MoveKind::Complete,
        MoveKind::Schedule,
        MoveKind::Reset,
        MoveKind::Block,
        MoveKind::RollBack,
        MoveKind::OptOut,
    ];

    /// The word on the button.
    pub fn label(self) -> &'static str {
        match self {
            MoveKind::Resume => "Resume",
            MoveKind::Start => "Start",
            MoveKind::Complete => "Complete",
            MoveKind::Schedule => "Schedule",
            MoveKind::Reset => "Back to not started",
            MoveKind::Block => "Block",
            MoveKind::RollBack => "Roll back",
            MoveKind::OptOut => "Opt out",
        }
    }

    /// The status to which this leads from `state`, or `None` if resuming has nothing to go back to.
    pub fn target(self, state: &State) -> Option<Status> {
        match self {
            MoveKind::Resume => match state {
                State::Blocked { interrupted, .. } => Some(interrupted.status()),
                _ => None,
            },
            MoveKind::Start => Some(Status::InProgress),
            MoveKind::Complete => Some(Status::Completed),
            MoveKind::Schedule => Some(Status::Scheduled),
            MoveKind::Reset => Some(Status::NotStarted),
            MoveKind::Block => Some(Status::Blocked),
            MoveKind::RollBack => Some(Status::RolledBack),
            MoveKind::OptOut => Some(Status::OptedOut),
        }
    }
}

impl Move {
    /// Its kind, if a button of its own leads to it.
    pub fn kind(&self) -> Option<MoveKind> {
        match self {
            Move::Reset => Some(MoveKind::Reset),
            Move::Schedule { .. } => Some(MoveKind::Schedule),
            Move::Start => Some(MoveKind::Start),
            Move::Complete { .. } => Some(MoveKind::Complete),
            Move::Block { .. } => Some(MoveKind::Block),
            Move::Resume => Some(MoveKind::Resume),
            Move::OptOut => Some(MoveKind::OptOut),
            Move::RollBack { .. } => Some(MoveKind::RollBack),
            Move::SetRollbackUntil { .. } => None,
        }
    }
}

/// What the rules need to know besides the state itself.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// The server's clock at commit.
    pub now: Instant,
    pub migration: MigrationStage,
    /// The stage of the account's cohort, if it has one.
    pub cohort: Option<CohortStage>,
    /// The migration's rollback period in days; `None` means that nothing can be rolled back.
    pub rollback_days: Option<u16>,
}

/// The rule that refused a change of state. Its text is for the person who asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Refusal {
    #[error("{} cannot become {}. From {} it may go to {}.", from.label(), to.label(), from.label(), list(allowed))]
    NotAllowed { from: Status, to: Status, allowed: Vec<Status> },
    #[error("The account is not blocked, so there is nothing to resume.")]
    NothingToResume,
    #[error("The migration is {}. An account starts only while it is running; a lead can start it.", migration.label())]
    MigrationNotRunning { migration: MigrationStage },
    #[error("Its cohort is {}. An account starts only while its cohort is running; a lead can start it.", cohort.label())]
    CohortNotRunning { cohort: CohortStage },
    #[error("Rollback ended at {}.", until.format("%-d %b %Y %H:%M UTC"))]
    RollbackEnded { until: Instant },
    #[error("This account has no rollback.")]
    NoRollback,
    #[error("The date of completion may not lie in the future.")]
    CompletedInFuture,
    #[error("The date of completion may not lie before the start.")]
    CompletedBeforeStart,
    #[error("Only an account that has been started has a rollback deadline.")]
    NoAttempt,
    #[error("A reason is needed.")]
    ReasonMissing,
    #[error("The text is longer than {max} characters.")]
    TextTooLong { max: usize },
    #[error("An account changes cohort only while not started, scheduled, rolled back, or blocked before its start.")]
    CohortFixed { status: Status },
}

fn list(statuses: &[Status]) -> String {
    match statuses {
        [] => "nothing".to_owned(),
        [only] => only.label().to_owned(),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(|status| status.label()).collect();
            format!("{} or {}", first.join(", "), last.label())
        }
    }
}

impl State {
    /// The word for this state.
    pub fn status(&self) -> Status {
        match self {
            State::NotStarted => Status::NotStarted,
            State::Scheduled { .. } => Status::Scheduled,
            State::InProgress { .. } => Status::InProgress,
            State::Completed { .. } => Status::Completed,
            State::Blocked { .. } => Status::Blocked,
            State::OptedOut => Status::OptedOut,
            State::RolledBack { .. } => Status::RolledBack,
        }
    }

    /// The plan, wherever the status keeps it.
    pub fn plan(&self) -> Option<&Plan> {
        match self {
            State::Scheduled { plan } => Some(plan),
            State::Blocked { interrupted: Interrupted::Scheduled { plan }, .. } => Some(plan),
            _ => self.attempt().and_then(|attempt| attempt.plan.as_ref()),
        }
    }

    /// The plan, to take personal text out of it.
    pub fn plan_mut(&mut self) -> Option<&mut Plan> {
        match self {
            State::Scheduled { plan } | State::Blocked { interrupted: Interrupted::Scheduled { plan }, .. } => {
                Some(plan)
            }
            State::InProgress { attempt }
            | State::Completed { attempt, .. }
            | State::Blocked { interrupted: Interrupted::InProgress { attempt }, .. } => attempt.plan.as_mut(),
            _ => None,
        }
    }

    /// The planned day.
    pub fn scheduled_for(&self) -> Option<NaiveDate> {
        self.plan().map(|plan| plan.date)
    }

    /// The attempt that has begun and was not rolled back.
    pub fn attempt(&self) -> Option<&Attempt> {
        match self {
            State::InProgress { attempt }
            | State::Completed { attempt, .. }
            | State::Blocked { interrupted: Interrupted::InProgress { attempt }, .. } => Some(attempt),
            _ => None,
        }
    }

    /// When the account was migrated.
    pub fn migrated_at(&self) -> Option<Instant> {
        match self {
            State::Completed { migrated_at, .. } => Some(*migrated_at),
            _ => None,
        }
    }

    /// Until when a rollback is possible, for an attempt that has one.
    pub fn rollback_until(&self) -> Option<Instant> {
        self.attempt().and_then(|attempt| attempt.rollback_until)
    }

    /// The blocker.
    pub fn blocker(&self) -> Option<&Blocker> {
        match self {
            State::Blocked { blocker, .. } => Some(blocker),
            _ => None,
        }
    }

    /// The statuses that the table of transitions allows next, in the order of [`Status::ALL`].
    pub fn next(&self) -> Vec<Status> {
        let mut next = match self {
            State::NotStarted => vec![Status::InProgress, Status::Scheduled, Status::Blocked, Status::OptedOut],
            State::Scheduled { .. } => {
                vec![Status::InProgress, Status::Scheduled, Status::NotStarted, Status::Blocked, Status::OptedOut]
            }
            State::InProgress { .. } => vec![Status::Completed, Status::Blocked, Status::RolledBack],
            State::Completed { .. } => vec![Status::RolledBack],
            State::Blocked { interrupted: Interrupted::InProgress { .. }, .. } => {
                vec![Status::InProgress, Status::RolledBack]
            }
            State::Blocked { .. } => vec![Status::Scheduled, Status::NotStarted, Status::OptedOut],
            State::OptedOut => vec![Status::NotStarted],
            State::RolledBack { .. } => vec![Status::Scheduled, Status::NotStarted, Status::OptedOut],
        };
        next.sort();
        next
    }

    /// Makes the move, or names the rule that refuses it.
    pub fn apply(&self, wanted: &Move, circumstances: &Circumstances) -> Result<State, Refusal> {
        let now = circumstances.now;
        match wanted {
            Move::Reset => {
                self.may_become(Status::NotStarted)?;
                Ok(State::NotStarted)
            }
            Move::Schedule { date, pinned } => {
                self.may_become(Status::Scheduled)?;
                let pinned = pinned.as_deref().map(text).transpose()?.filter(|reason| !reason.is_empty());
                Ok(State::Scheduled { plan: Plan { date: *date, pinned } })
            }
            Move::Start => {
                // A blocked account that was in progress has started already: going on is `Resume`.
                self.may_become(Status::InProgress)?;
                if let State::Blocked { .. } = self {
                    return self.apply(&Move::Resume, circumstances);
                }
                may_start(circumstances)?;
                Ok(State::InProgress { attempt: begin(self.plan().cloned(), now, circumstances.rollback_days) })
            }
            Move::Complete { at } => {
                self.may_become(Status::Completed)?;
                let State::InProgress { attempt } = self else {
                    return Err(self.refuse(Status::Completed));
                };
                let migrated_at = at.unwrap_or(now);
                if migrated_at > now {
                    return Err(Refusal::CompletedInFuture);
                }
                let attempt = attempt.clone();
                if migrated_at < attempt.started_at {
                    return Err(Refusal::CompletedBeforeStart);
                }
                Ok(State::Completed { attempt, migrated_at })
            }
            Move::Block { category, text: why } => {
                let why = text(why)?;
                if let State::Blocked { blocker, interrupted } = self {
                    let blocker = Blocker { category: *category, text: why, since: blocker.since };
                    return Ok(State::Blocked { blocker, interrupted: interrupted.clone() });
                }
                self.may_become(Status::Blocked)?;
                let interrupted = match self {
                    State::Scheduled { plan } => Interrupted::Scheduled { plan: plan.clone() },
                    State::InProgress { attempt } => Interrupted::InProgress { attempt: attempt.clone() },
                    _ => Interrupted::NotStarted,
                };
                Ok(State::Blocked { blocker: Blocker { category: *category, text: why, since: now }, interrupted })
            }
            Move::Resume => match self {
                State::Blocked { interrupted, .. } => match interrupted {
                    Interrupted::NotStarted => Ok(State::NotStarted),
                    Interrupted::Scheduled { plan } => Ok(State::Scheduled { plan: plan.clone() }),
                    Interrupted::InProgress { attempt } => {
                        may_start(circumstances)?;
                        Ok(State::InProgress { attempt: attempt.clone() })
                    }
                },
                _ => Err(Refusal::NothingToResume),
            },
            Move::OptOut => {
                self.may_become(Status::OptedOut)?;
                Ok(State::OptedOut)
            }
            Move::RollBack { reason } => {
                self.may_become(Status::RolledBack)?;
                if let State::Completed { attempt, .. } = self {
                    match attempt.rollback_until {
                        None => return Err(Refusal::NoRollback),
                        Some(until) if now >= until => return Err(Refusal::RollbackEnded { until }),
                        Some(_) => {}
                    }
                }
                let reason = text(reason)?;
                if reason.is_empty() {
                    return Err(Refusal::ReasonMissing);
                }
                Ok(State::RolledBack { rolled_back_at: now, reason })
            }
            Move::SetRollbackUntil { until } => {
                let mut state = self.clone();
                match &mut state {
                    State::InProgress { attempt }
                    | State::Completed { attempt, .. }
                    | State::Blocked { interrupted: Interrupted::InProgress { attempt }, .. } => {
                        attempt.rollback_until = *until;
                    }
                    _ => return Err(Refusal::NoAttempt),
                }
                Ok(state)
            }
        }
    }

    /// Whether a button of this kind would be refused, before anything was typed into its form.
    pub fn check(&self, kind: MoveKind, circumstances: &Circumstances) -> Result<(), Refusal> {
        if kind == MoveKind::Block && self.blocker().is_some() {
            return Err(self.refuse(Status::Blocked));
        }
        if kind == MoveKind::Start && self.blocker().is_some() {
            return Err(self.refuse(Status::InProgress));
        }
        let sample = match kind {
            MoveKind::Resume => Move::Resume,
            MoveKind::Start => Move::Start,
            MoveKind::Complete => Move::Complete { at: None },
            MoveKind::Schedule => Move::Schedule { date: circumstances.now.date_naive(), pinned: None },
            MoveKind::Reset => Move::Reset,
            MoveKind::Block => Move::Block { category: BlockerCategory::Other, text: String::new() },
            MoveKind::RollBack => Move::RollBack { reason: "-".to_owned() },
            MoveKind::OptOut => Move::OptOut,
        };
        self.apply(&sample, circumstances).map(|_| ())
    }

    /// Whether the account may change its cohort now.
    pub fn may_change_cohort(&self) -> Result<(), Refusal> {
        match self {
            State::NotStarted | State::Scheduled { .. } | State::RolledBack { .. } => Ok(()),
            State::Blocked { interrupted: Interrupted::NotStarted | Interrupted::Scheduled { .. }, .. } => Ok(()),
            _ => Err(Refusal::CohortFixed { status: self.status() }),
        }
    }

    fn may_become(&self, to: Status) -> Result<(), Refusal> {
        if self.next().contains(&to) { Ok(()) } else { Err(self.refuse(to)) }
    }

    fn refuse(&self, to: Status) -> Refusal {
        Refusal::NotAllowed { from: self.status(), to, allowed: self.next() }
    }
}

/// An attempt that begins at `started_at`; rollback until = start + the migration's rollback period.
pub fn begin(plan: Option<Plan>, started_at: Instant, rollback_days: Option<u16>) -> Attempt {
    let rollback_until = rollback_days.map(|days| started_at + Duration::days(i64::from(days)));
    Attempt { plan, started_at, rollback_until }
}

fn may_start(circumstances: &Circumstances) -> Result<(), Refusal> {
    if circumstances.migration != MigrationStage::Running {
        return Err(Refusal::MigrationNotRunning { migration: circumstances.migration });
    }
    match circumstances.cohort {
        Some(cohort) if cohort != CohortStage::Running => Err(Refusal::CohortNotRunning { cohort }),
        _ => Ok(()),
    }
}

fn text(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().count() > BLOCKER_TEXT_MAX {
        return Err(Refusal::TextTooLong { max: BLOCKER_TEXT_MAX });
    }
    Ok(text.to_owned())
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
