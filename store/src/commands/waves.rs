//! Splits and dates: cohorts change and a bulk change in steps begins, in one transaction.

use super::bulk::start_steps;
use super::{Context, Job, Prepared, cohorts};
use crate::bulk::Series;
use crate::error::StoreError;
use chrono::NaiveDate;
use domain::bulk::BulkChange;
use domain::cohort::{CohortSettings, Window};
use domain::id::{AccountNumber, CohortNumber, ImportId};
use domain::policy::Action;

/// A split that is to begin: new cohorts, each with its accounts.
pub(crate) struct NewSplit {
    pub job: Job,
    pub series: Series,
    pub waves: Vec<(CohortSettings, Vec<AccountNumber>)>,
}

/// Windows that move, and days for accounts.
pub(crate) struct NewDates {
    pub job: Job,
    /// Which window each of these cohorts has, as far as its author knows, and gets.
    pub windows: Vec<(CohortNumber, Window, Window)>,
    pub dates: Vec<(CohortNumber, NaiveDate, Vec<AccountNumber>)>,
}

pub(super) fn split(context: &Context<'_>, new: &NewSplit) -> Result<Prepared, StoreError> {
    if begun(context, &new.job)? {
        return Ok(Prepared::default());
    }
    let migration = &new.job.migration;
    let mut all = context.model.migration(migration)?.cohorts.clone();
    let mut prepared = Prepared::default();
    let mut steps = Vec::new();
    for (index, (settings, numbers)) in new.waves.iter().enumerate() {
        let cohort = cohorts::next(context, &all, settings).map_err(|error| at_wave(error, index))?;
        steps.push((BulkChange::Cohort { to: Some(cohort.number) }, numbers.clone()));
        all.push(cohort.clone());
        prepared.join(cohorts::created(migration, cohort));
    }
    prepared.join(start_steps(context, &new.job, new.series.clone(), steps));
    Ok(prepared)
}

/// A complaint about a new cohort, at the field of its wave: `name_2` for the third.
fn at_wave(error: StoreError, index: usize) -> StoreError {
    match error {
        StoreError::Invalid(mut problems) => {
            problems.iter_mut().for_each(|problem| problem.field = format!("{}_{index}", problem.field));
            StoreError::Invalid(problems)
        }
        other => other,
    }
}

pub(super) fn plan(context: &Context<'_>, new: &NewDates) -> Result<Prepared, StoreError> {
    if begun(context, &new.job)? {
        return Ok(Prepared::default());
    }
    let id = &new.job.migration;
    let migration = context.model.migration(id)?;
    let mut prepared = Prepared::default();
    for (number, seen, to) in &new.windows {
        let cohort = migration.cohort(*number).filter(|cohort| cohort.settings.window == Some(*seen));
        let cohort = cohort.ok_or_else(|| {
            StoreError::Refused("Somebody changed a window at this moment. Nothing was moved; look at it again.".into())
        })?;
        prepared.join(cohorts::with_window(id, cohort, *to));
    }
    if !new.dates.is_empty() {
        let mut cohorts: Vec<CohortNumber> = new.dates.iter().map(|(cohort, ..)| *cohort).collect();
        cohorts.dedup();
        let step = |(cohort, date, numbers): &(CohortNumber, NaiveDate, Vec<AccountNumber>)| {
            (BulkChange::CohortDate { cohort: *cohort, date: *date }, numbers.clone())
        };
        let steps = new.dates.iter().map(step).collect();
        prepared.join(start_steps(context, &new.job, Series::Dates { cohorts }, steps));
    }
    Ok(prepared)
}

/// Whether it was sent again after a lost answer: it runs already.
fn begun(context: &Context<'_>, job: &Job) -> Result<bool, StoreError> {
    // An import is undone under its own id, which must stay free for that.
    if context.model.imports.contains_key(&ImportId(job.id.0.clone())) {
        return Err(StoreError::field("command", "The command's id is not valid."));
    }
    match context.model.bulks.get(&job.id) {
        Some(bulk) if bulk.plan.by != job.by => Err(StoreError::Denied(Action::UndoOthers)),
        bulk => Ok(bulk.is_some()),
    }
}

impl Prepared {
    /// Adds what another part of the same command writes.
    fn join(&mut self, other: Prepared) {
        self.drafts.extend(other.drafts);
        self.writes.extend(other.writes);
        self.extras.extend(other.extras);
        self.overview |= other.overview;
    }
}
