//! A user's own work across all migrations.

use crate::acting::Acting;
use crate::error::StoreError;
use crate::zone::local_date;
use chrono::NaiveDate;
use domain::account::Row;
use domain::id::MigrationId;
use domain::migration::MigrationStage;
use domain::notice::flag::{Flag, FlagKind};
use domain::notice::promise::Fate;
use domain::policy::{Action, Role};
use domain::status::{Status, StatusCounts};
use domain::work::{Due, due, looked_after_by};

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
    pub cohort: String,
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

impl Acting<'_> {
    /// What the caller has to do. Flags of accounts without an owner go to the cohort's owner, then to the leads.
    pub async fn my_work(&self) -> Result<Work, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let me = &self.caller().user;
        let is_lead = self.caller().role >= Role::Lead;
        let now = self.store().inner.clock.now();
        let model = self.store().model();
        let mut migrations: Vec<_> =
            model.migrations.values().filter(|model| model.migration.stage != MigrationStage::Closed).collect();
        migrations.sort_by_key(|model| (model.migration.settings.deadline, &model.migration.settings.name));
        let mut work = Work::default();
        for migration in migrations {
            let settings = &migration.migration.settings;
            let today = local_date(now, &settings.time_zone);
            let line = |row: &Row, flag: Option<&Flag>, told: Option<NaiveDate>| WorkLine {
                migration: migration.migration.id.clone(),
                slug: settings.slug.clone(),
                migration_name: settings.name.clone(),
                cohort: row
                    .cohort
                    .and_then(|cohort| migration.cohort(cohort))
                    .map(|cohort| cohort.label())
                    .unwrap_or_default(),
                row: row.clone(),
                flag: flag.cloned(),
                told,
            };
            let mut counts = StatusCounts::default();
            for row in migration.table.rows().filter(|row| row.owner.as_ref() == Some(me)) {
                counts.add(row.state.status());
                match due(row, today) {
                    Some(Due::Overdue) => work.overdue.add(|| line(row, None, None)),
                    Some(Due::Today) => work.today.add(|| line(row, None, None)),
                    None => {}
                }
                if row.state.status() == Status::Blocked {
                    work.blocked.add(|| line(row, None, None));
                }
                let breaking = migration.promises_of(row.number, today);
                if let Some(promise) = breaking.iter().find(|promise| promise.fate == Fate::Breaking) {
                    work.breaking.add(|| line(row, None, Some(promise.date)));
                }
            }
            if counts.total() > 0 {
                work.owned.push(Owned { slug: settings.slug.clone(), name: settings.name.clone(), counts });
            }
            for flag in migration.notices.flags.values().filter(|flag| flag.cleared.is_none()) {
                let Some(row) = migration.table.row(flag.account) else { continue };
                let cohort_owner = row.cohort.and_then(|cohort| migration.cohort(cohort));
                let cohort_owner = cohort_owner.and_then(|cohort| cohort.settings.owner.as_ref());
                if !looked_after_by(row.owner.as_ref(), cohort_owner, me, is_lead) {
                    continue;
                }
                let list = match flag.kind {
                    FlagKind::FollowUp => &mut work.follow_ups,
                    FlagKind::Escalated => &mut work.escalated,
                    FlagKind::Attention => &mut work.attention,
                };
                list.add(|| line(row, Some(flag), None));
            }
        }
        Ok(work)
    }
}
