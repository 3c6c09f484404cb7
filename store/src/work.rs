//! A user's own work across all migrations.

use crate::acting::Acting;
use crate::error::StoreError;
use crate::model::MigrationModel;
use crate::zone::local_date;
use chrono::NaiveDate;
use domain::account::Row;
use domain::gate::{Gate, GateSet};
use domain::id::{CohortNumber, MigrationId, UserId};
use domain::migration::MigrationStage;
use domain::notice::flag::{Flag, FlagKind};
use domain::notice::promise::Fate;
use domain::policy::{Action, Role, allows};
use domain::status::{Status, StatusCounts};
use domain::work::{Due, asks_approval, due, looked_after_by};

/// Lines that one list of a user's work shows.
pub const WORK_MAX: usize = 50;

/// What a user has to do, in the migrations that are not closed.
#[derive(Clone, Debug, Default)]
pub struct Work {
    pub overdue: WorkList,
    pub today: WorkList,
    pub follow_ups: WorkList,
    pub escalated: WorkList,
    pub attention: WorkList,
    /// Dates that were told and do not hold any more.
    pub breaking: WorkList,
    pub blocked: WorkList,
    /// What gates ask the user to say yes to.
    pub approvals: Vec<ApprovalLine>,
    /// The accounts that the user owns, by migration; the nearest deadline first.
    pub owned: Vec<Owned>,
}

/// The accounts of a migration that a user owns.
#[derive(Clone, Debug)]
pub struct Owned {
    pub slug: String,
    pub name: String,
    pub counts: StatusCounts,
}

/// A gate that waits for a yes.
#[derive(Clone, Debug)]
pub struct ApprovalLine {
    pub slug: String,
    pub migration_name: String,
    pub cohort: CohortNumber,
    /// The cohort's.
    pub label: String,
    pub set: GateSet,
    pub gate: Gate,
}

/// Lines, at most [`WORK_MAX`], and how many there are.
#[derive(Clone, Debug, Default)]
pub struct WorkList {
    pub lines: Vec<WorkLine>,
    pub total: usize,
}

/// One account with the reason why it is listed.
#[derive(Clone, Debug)]
pub struct WorkLine {
    pub migration: MigrationId,
    pub slug: String,
    pub migration_name: String,
    pub row: Row,
    pub cohort: Option<(CohortNumber, String)>,
    pub flag: Option<Flag>,
    /// The date that the customer was told, if it does not hold.
    pub told: Option<NaiveDate>,
}

impl WorkList {
    fn add(&mut self, line: impl FnOnce() -> WorkLine) {
        self.total += 1;
        if self.lines.len() < WORK_MAX {
            self.lines.push(line());
        }
    }
}

impl Work {
    /// How much is due: what has its day, or waits for this user before others can go on.
    pub fn due(&self) -> usize {
        let lists = [&self.overdue, &self.today, &self.follow_ups, &self.escalated];
        lists.iter().map(|list| list.total).sum::<usize>() + self.approvals.len()
    }
}

impl Acting<'_> {
    /// What the caller has to do. Flags of accounts without an owner go to the cohort's owner, then to the leads.
    pub async fn my_work(&self) -> Result<Work, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        Ok(self.look_for_work())
    }

    /// How much of it is due.
    pub async fn my_due(&self) -> Result<usize, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        Ok(self.look_for_work().due())
    }

    fn look_for_work(&self) -> Work {
        let who = Who {
            user: self.caller().user.clone(),
            is_lead: self.caller().role >= Role::Lead,
            may_approve: allows(self.caller().role, Action::ApproveGates),
        };
        let now = self.store().inner.clock.now();
        let model = self.store().model();
        let mut migrations: Vec<_> =
            model.migrations.values().filter(|model| model.migration.stage != MigrationStage::Closed).collect();
        migrations.sort_by_key(|model| (model.migration.settings.deadline, &model.migration.settings.name));
        let mut work = Work::default();
        for migration in migrations {
            migration.own_accounts(&who, local_date(now, &migration.migration.settings.time_zone), &mut work);
            migration.flags_for(&who, &mut work);
            if who.may_approve {
                migration.approvals_of(&who, &mut work);
            }
        }
        work
    }
}

/// Whose work is looked for.
struct Who {
    user: UserId,
    is_lead: bool,
    may_approve: bool,
}

impl MigrationModel {
    fn work_line(&self, row: &Row, flag: Option<&Flag>, told: Option<NaiveDate>) -> WorkLine {
        let settings = &self.migration.settings;
        let cohort = row.cohort.and_then(|cohort| self.cohort(cohort));
        WorkLine {
            migration: self.migration.id.clone(),
            slug: settings.slug.clone(),
            migration_name: settings.name.clone(),
            cohort: cohort.map(|cohort| (cohort.number, cohort.label())),
            row: row.clone(),
            flag: flag.cloned(),
            told,
        }
    }

    /// What the accounts that a user owns ask for.
    fn own_accounts(&self, who: &Who, today: NaiveDate, work: &mut Work) {
        let mut counts = StatusCounts::default();
        for row in self.table.rows().filter(|row| row.owner.as_ref() == Some(&who.user)) {
            counts.add(row.state.status());
            match due(row, today) {
                Some(Due::Overdue) => work.overdue.add(|| self.work_line(row, None, None)),
                Some(Due::Today) => work.today.add(|| self.work_line(row, None, None)),
                None => {}
            }
            if row.state.status() == Status::Blocked {
                work.blocked.add(|| self.work_line(row, None, None));
            }
            let standing = self.table.standing(row.number);
            if standing.fates(row, today).any(|fate| fate == Fate::Breaking) {
                work.breaking.add(|| self.work_line(row, None, standing.last));
            }
        }
        if counts.total() > 0 {
            let settings = &self.migration.settings;
            work.owned.push(Owned { slug: settings.slug.clone(), name: settings.name.clone(), counts });
        }
    }

    /// Flags that nobody has looked after.
    fn flags_for(&self, who: &Who, work: &mut Work) {
        for flag in self.notices.flags.values().filter(|flag| flag.cleared.is_none()) {
            let Some(row) = self.table.row(flag.account) else { continue };
            let cohort_owner = row.cohort.and_then(|cohort| self.cohort(cohort));
            let cohort_owner = cohort_owner.and_then(|cohort| cohort.settings.owner.as_ref());
            if !looked_after_by(row.owner.as_ref(), cohort_owner, &who.user, who.is_lead) {
                continue;
            }
            let list = match flag.kind {
                FlagKind::FollowUp => &mut work.follow_ups,
                FlagKind::Escalated => &mut work.escalated,
                FlagKind::Attention => &mut work.attention,
            };
            list.add(|| self.work_line(row, Some(flag), None));
        }
    }

    /// What gates ask this user to say yes to.
    fn approvals_of(&self, who: &Who, work: &mut Work) {
        for cohort in &self.cohorts {
            for (set, gate) in cohort.gates.lists.all() {
                if asks_approval(cohort, set, gate, &who.user, who.is_lead) {
                    work.approvals.push(ApprovalLine {
                        slug: self.migration.settings.slug.clone(),
                        migration_name: self.migration.settings.name.clone(),
                        cohort: cohort.number,
                        label: cohort.label(),
                        set,
                        gate: gate.clone(),
                    });
                }
            }
        }
    }
}
