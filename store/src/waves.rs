//! Waves: splits of accounts into new cohorts, the days of cohorts, windows that move. Each has a preview that stores nothing;
//! what is then started is a bulk change in steps.

use crate::acting::{Acting, checked};
use crate::bulk::Series;
use crate::commands::{Command, Job, NewDates, NewSplit};
use crate::error::StoreError;
use crate::imports::in_background;
use crate::model::MigrationModel;
use crate::zone::{local_date, local_time, zone_instant};
use chrono::NaiveDate;
use domain::bulk::{BulkScope, NO_ACCOUNT, Reasons, refusal_words};
use domain::calendar::{
    BrokenPromise, Calendar, DateMove, DayPlan, SHIFT_MAX, Shift, WaveMove, days, followers, moved,
};
use domain::cohort::{Cohort, CohortSettings, CohortStage, Window};
use domain::custom::{CustomKind, field_of};
use domain::id::{AccountNumber, BulkId, CohortNumber, CommandId, MigrationId};
use domain::notice::promise::Fate;
use domain::policy::Action;
use domain::split::{BadParts, Member, Part, SplitPlan, Stratum, parse_parts, parts_text, sizes, split};
use domain::spread::{Because, Day, Frame, Spread, Stays, Unplaced, WINDOW_DAYS_MAX, spread};
use domain::view::{Cell, Column, cell, group_key};
use std::collections::BTreeMap;

/// Accounts that are looked at before others are let at the model.
const LOOK_AT: usize = 2_000;
/// Days that one question about days may name.
const DAYS_MAX: i64 = 400;

/// What a split would do. Nothing is stored of it.
#[derive(Clone, Debug)]
pub struct SplitPreview {
    /// How many accounts are split.
    pub total: u32,
    /// Of these, accounts that are in another cohort now.
    pub from_others: u32,
    pub parts: Vec<Part>,
    pub sizes: Vec<u32>,
    /// In the order of their texts; the key is the text as the first account has it.
    pub strata: Vec<Stratum>,
    /// Accounts of the selection that may not change cohort, and why.
    pub refused: u32,
    pub reasons: Reasons,
}

/// What a move would do. Nothing is stored of it.
#[derive(Clone, Debug)]
pub struct MovePreview {
    /// The cohort itself, then those that follow.
    pub cohorts: Vec<MovedCohort>,
    /// Planned cohorts that would start before one that they wait for ends, and the days by which they have to move.
    pub overlaps: Vec<(CohortNumber, i32)>,
    /// Promises to customers that would be broken.
    pub promises: Vec<BrokenPromise>,
    pub deadline: NaiveDate,
    /// The migration's zone.
    pub time_zone: String,
}

/// One cohort of a move.
#[derive(Clone, Debug)]
pub struct MovedCohort {
    pub number: CohortNumber,
    pub before: Window,
    pub after: Window,
    pub settings: CohortSettings,
    /// The days of the new window.
    pub days: Vec<Day>,
    /// Accounts whose date changes, those among them that had none included.
    pub changed: u32,
    /// Of these, accounts that had no date.
    pub first: u32,
    /// Accounts that stay on their day.
    pub same: u32,
    pub unplaced: Vec<Unplaced>,
    /// Accounts that are not planned with the others.
    pub stays: Vec<Stays>,
    /// How many of those with a date of their own are outside of the window or on a closed day.
    pub pinned_outside: u32,
    dates: Vec<DateMove>,
}

/// The first and the last day of a window in a zone. One that ends at midnight does not touch the day that begins then.
pub fn window_days(window: &Window, zone: &str) -> (NaiveDate, NaiveDate) {
    let last = (window.ends - chrono::Duration::seconds(1)).max(window.starts);
    (local_date(window.starts, zone), local_date(last, zone))
}

/// The window with both ends moved by days of the cohort's zone; the times of day stay.
fn shifted(window: Window, shift: Shift, zone: &str) -> Window {
    let end = |at, by| {
        let wall = local_time(at, zone);
        zone_instant(moved(wall.date(), by), wall.time(), zone)
    };
    Window { starts: end(window.starts, shift.starts), ends: end(window.ends, shift.ends) }
}

/// The zone in which a cohort's window is entered and shown.
pub fn zone_of<'a>(cohort: &'a CohortSettings, migration: &'a str) -> &'a str {
    cohort.time_zone.as_deref().unwrap_or(migration)
}

/// The dates told to customers that hold now and that these moves would break.
fn promises_broken(migration: &MigrationModel, moves: &[DateMove], today: NaiveDate) -> Vec<BrokenPromise> {
    let broken = moves.iter().filter_map(|change| {
        let last = migration.promises_of(change.account, today).pop()?;
        (last.fate == Fate::Open && last.date != change.after).then_some(BrokenPromise {
            account: change.account,
            told: last.date,
            becomes: change.after,
        })
    });
    broken.collect()
}

impl Acting<'_> {
    /// Sets the days on which nothing is planned.
    pub async fn change_days(&self, migration: &MigrationId, calendar: Calendar) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageMigrations).await?;
        self.submit(permit, Command::ChangeDays { id: migration.clone(), calendar }).await.map(|_| ())
    }

    /// What a split would do.
    pub async fn preview_split(&self, migration: &MigrationId, plan: &SplitPlan) -> Result<SplitPreview, StoreError> {
        self.allow(Action::ManageCohorts).await?;
        Ok(self.look_at_split(migration, plan).await?.0)
    }

    /// Creates a cohort for each wave under these names and starts to fill them; it runs as a bulk change. `seen` is the
    /// number of accounts in the preview: if it is another by now, nothing is done.
    pub async fn start_split(
        &self,
        migration: &MigrationId,
        command: CommandId,
        plan: &SplitPlan,
        names: &[String],
        seen: u32,
    ) -> Result<BulkId, StoreError> {
        let permit = self.allow(Action::ManageCohorts).await?;
        let id = BulkId(checked(command)?.0);
        if self.store().model().bulks.contains_key(&id) {
            return Ok(id);
        }
        let (preview, waves) = self.look_at_split(migration, plan).await?;
        if preview.total != seen {
            return Err(StoreError::Refused(format!(
                "The accounts changed meanwhile: {} can be split now, {seen} in the preview. Nothing was changed; look at the preview again.",
                preview.total
            )));
        }
        if names.len() != waves.len() {
            return Err(StoreError::field("parts", "The waves are others than in the preview. Look at it again."));
        }
        let settings = |name: &String| CohortSettings { name: name.trim().to_owned(), ..CohortSettings::default() };
        let series = Series::Split {
            view: match &plan.scope {
                BulkScope::Matching { view, .. } => Some(view.to_query()),
                BulkScope::Accounts { .. } => None,
            },
            parts: parts_text(&preview.parts),
            by: plan.by,
            seed: plan.seed,
        };
        let waves = names.iter().map(settings).zip(waves).collect();
        let new = NewSplit { job: self.job(&id, migration), series, waves };
        self.submit(permit, Command::SplitAccounts(Box::new(new))).await?;
        self.store().spawn_bulk(id.clone());
        Ok(id)
    }

    async fn look_at_split(
        &self,
        id: &MigrationId,
        plan: &SplitPlan,
    ) -> Result<(SplitPreview, Vec<Vec<AccountNumber>>), StoreError> {
        let bad = |bad: BadParts| StoreError::Invalid(vec![bad.at_field()]);
        let parts = parse_parts(&plan.parts).map_err(bad)?;
        check_column(self.store().model().migration(id)?, plan.by)?;
        let numbers = self.accounts_of(id, &plan.scope).await?;
        let (store, id, plan) = (self.store().clone(), id.clone(), plan.clone());
        in_background(move || {
            let mut preview = SplitPreview {
                total: 0,
                from_others: 0,
                parts,
                sizes: Vec::new(),
                strata: Vec::new(),
                refused: 0,
                reasons: Reasons::default(),
            };
            let mut members = Vec::new();
            let mut texts: BTreeMap<String, String> = BTreeMap::new();
            // The model is let go between the pieces, so that edits do not wait for a whole preview.
            for piece in numbers.chunks(LOOK_AT) {
                let model = store.model();
                let migration = model.migration(&id)?;
                let mut refuse = |number, words: &str| {
                    preview.refused += 1;
                    preview.reasons.add(words, None, number);
                };
                for number in piece {
                    let Some(row) = migration.table.row(*number) else {
                        refuse(*number, NO_ACCOUNT);
                        continue;
                    };
                    if let Err(refusal) = row.state.may_change_cohort() {
                        refuse(*number, &refusal_words(&refusal.into()));
                        continue;
                    }
                    let stratum = plan.by.map(|column| group_key(row, column)).unwrap_or_default();
                    if let Some(Cell::Text(text) | Cell::Option(_, text)) = plan.by.and_then(|by| cell(row, by)) {
                        texts.entry(stratum.clone()).or_insert_with(|| text.to_owned());
                    }
                    preview.from_others += u32::from(row.cohort.is_some());
                    members.push(Member { number: *number, id: row.external_id.clone(), stratum });
                }
            }
            preview.total = members.len() as u32;
            preview.sizes = sizes(&preview.parts, preview.total).map_err(bad)?;
            let done = split(&members, &preview.parts, plan.seed).map_err(bad)?;
            preview.strata = done.strata;
            for stratum in &mut preview.strata {
                if let Some(text) = texts.remove(&stratum.key) {
                    stratum.key = text;
                }
            }
            Ok((preview, done.waves))
        })
        .await
    }

    fn job(&self, id: &BulkId, migration: &MigrationId) -> Job {
        Job { id: id.clone(), migration: migration.clone(), by: self.caller().user.clone(), role: self.caller().role }
    }

    /// What the move of a window would do, or with no shift the planning of a cohort's dates.
    pub async fn preview_move(&self, migration: &MigrationId, wanted: &WaveMove) -> Result<MovePreview, StoreError> {
        self.allow(Action::ManageCohorts).await?;
        self.look_at_move(migration, wanted)
    }

    /// Moves the windows and starts to give the accounts their days, which runs as a bulk change; `None` if no date
    /// changes. `seen` is the window as its author knows it: if it is another by now, nothing is done.
    pub async fn start_move(
        &self,
        migration: &MigrationId,
        command: CommandId,
        wanted: &WaveMove,
        seen: Window,
    ) -> Result<Option<BulkId>, StoreError> {
        let permit = self.allow(Action::ManageCohorts).await?;
        let id = BulkId(checked(command)?.0);
        if self.store().model().bulks.contains_key(&id) {
            return Ok(Some(id));
        }
        let preview = self.look_at_move(migration, wanted)?;
        if preview.cohorts.first().is_none_or(|cohort| cohort.before != seen) {
            return Err(StoreError::Refused(
                "Somebody changed the window meanwhile. Nothing was moved; look at the preview again.".into(),
            ));
        }
        let moved = preview.cohorts.iter().filter(|cohort| cohort.before != cohort.after);
        let mut new = NewDates {
            job: self.job(&id, migration),
            windows: moved.map(|cohort| (cohort.number, cohort.before, cohort.after)).collect(),
            dates: Vec::new(),
        };
        for cohort in &preview.cohorts {
            let mut by_day: BTreeMap<NaiveDate, Vec<AccountNumber>> = BTreeMap::new();
            for date in cohort.dates.iter().filter(|date| date.before != Some(date.after)) {
                by_day.entry(date.after).or_default().push(date.account);
            }
            new.dates.extend(by_day.into_iter().map(|(day, numbers)| (cohort.number, day, numbers)));
        }
        let runs = !new.dates.is_empty();
        self.submit(permit, Command::PlanDates(Box::new(new))).await?;
        if runs {
            self.store().spawn_bulk(id.clone());
        }
        Ok(runs.then_some(id))
    }

    fn look_at_move(&self, id: &MigrationId, wanted: &WaveMove) -> Result<MovePreview, StoreError> {
        let model = self.store().model();
        let migration = model.migration(id)?;
        let settings = &migration.migration.settings;
        let today = local_date(self.store().inner.clock.now(), &settings.time_zone);
        let cohort = migration.cohort(wanted.cohort).ok_or(StoreError::NotFound("This cohort does not exist."))?;
        let before = cohort.settings.window.ok_or_else(|| {
            StoreError::Refused("This cohort has no window yet. Give it one; then its accounts can get dates.".into())
        })?;
        if cohort.stage == CohortStage::Closed {
            return Err(StoreError::Refused(
                "This cohort is closed: its window and its dates stay as they are.".into(),
            ));
        }
        let far = |by: i32| by.unsigned_abs() > SHIFT_MAX.unsigned_abs();
        if far(wanted.shift.starts) || far(wanted.shift.ends) {
            return Err(StoreError::field(
                "window_starts",
                format!("A window moves by at most {SHIFT_MAX} days at once."),
            ));
        }
        let zone = |cohort: &Cohort| zone_of(&cohort.settings, &settings.time_zone).to_owned();
        let after = shifted(before, wanted.shift, &zone(cohort));
        if after.ends <= after.starts {
            return Err(StoreError::field("window_ends", "The window must end after it starts."));
        }
        let by_days = |cohort: &Cohort, window, by| shifted(window, Shift::by(by), &zone(cohort));
        let pushed = match wanted.shift.is_none() {
            true => Vec::new(),
            false => followers(&migration.cohorts, wanted.cohort, after, &by_days),
        };
        let mut cohorts = vec![moved_cohort(migration, cohort, (before, after), wanted.keep, today)?];
        for (number, by) in pushed.iter().filter(|_| wanted.along) {
            let Some(follower) = migration.cohort(*number) else { continue };
            let Some(before) = follower.settings.window else { continue };
            let windows = (before, by_days(follower, before, *by));
            cohorts.push(moved_cohort(migration, follower, windows, wanted.keep, today)?);
        }
        let moves: Vec<DateMove> = cohorts.iter().flat_map(|cohort| cohort.dates.iter().copied()).collect();
        Ok(MovePreview {
            cohorts,
            overlaps: if wanted.along { Vec::new() } else { pushed },
            promises: promises_broken(migration, &moves, today),
            deadline: settings.deadline,
            time_zone: settings.time_zone.clone(),
        })
    }

    /// What is planned on each of these days, both ends included.
    pub async fn day_plans(
        &self,
        migration: &MigrationId,
        first: NaiveDate,
        last: NaiveDate,
    ) -> Result<Vec<DayPlan>, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        if (last - first).num_days() > DAYS_MAX {
            return Err(StoreError::field("last", format!("At most {DAYS_MAX} days at once.")));
        }
        let model = self.store().model();
        let migration = model.migration(migration)?;
        let settings = &migration.migration.settings;
        let calendar = settings.calendar();
        let windows: Vec<_> = migration
            .cohorts
            .iter()
            .filter(|cohort| cohort.stage != CohortStage::Closed)
            .filter_map(|cohort| Some((window_days(&cohort.settings.window?, &settings.time_zone), cohort)))
            .collect();
        let plan = |day: NaiveDate| {
            let open = windows.iter().filter(|((first, last), _)| *first <= day && day <= *last);
            let capacities: Option<Vec<u32>> = open.map(|(_, cohort)| cohort.settings.capacity).collect();
            let capacity = capacities.filter(|all| !all.is_empty()).map(|all| all.iter().sum());
            (
                day,
                (
                    DayPlan { day, closed: calendar.closed(day), planned: 0, pinned: 0, capacity, cohorts: Vec::new() },
                    BTreeMap::new(),
                ),
            )
        };
        let mut plans: BTreeMap<NaiveDate, (DayPlan, BTreeMap<Option<CohortNumber>, u32>)> =
            days(first, last).map(plan).collect();
        for row in migration.table.rows() {
            let Some(account) = row.state.plan() else { continue };
            let Some((plan, cohorts)) = plans.get_mut(&account.date) else { continue };
            plan.planned += 1;
            plan.pinned += u32::from(account.pinned.is_some());
            *cohorts.entry(row.cohort).or_default() += 1;
        }
        let place = |number: &Option<CohortNumber>| {
            number.and_then(|number| migration.cohort(number)).map_or(u16::MAX, |cohort| cohort.position)
        };
        let ordered = plans.into_values().map(|(plan, cohorts)| {
            let mut cohorts: Vec<_> = cohorts.into_iter().collect();
            cohorts.sort_by_key(|(number, _)| place(number));
            DayPlan { cohorts, ..plan }
        });
        Ok(ordered.collect())
    }
}

/// Splits are stratified by plan, region or a select field: columns with few values.
fn check_column(migration: &MigrationModel, by: Option<Column>) -> Result<(), StoreError> {
    let fits = match by {
        None | Some(Column::Plan | Column::Region) => true,
        Some(Column::Custom(number)) => field_of(&migration.migration.fields, number)
            .is_some_and(|field| !field.retired && matches!(field.settings.kind, CustomKind::Select { .. })),
        Some(_) => false,
    };
    if fits { Ok(()) } else { Err(StoreError::field("by", "Choose plan, region or a select field.")) }
}

fn moved_cohort(
    migration: &MigrationModel,
    cohort: &Cohort,
    (before, after): (Window, Window),
    keep: bool,
    today: NaiveDate,
) -> Result<MovedCohort, StoreError> {
    let settings = &migration.migration.settings;
    let (first, last) = window_days(&after, &settings.time_zone);
    if (last - first).num_days() >= WINDOW_DAYS_MAX as i64 {
        return Err(StoreError::field("window_ends", format!("A window has at most {WINDOW_DAYS_MAX} days.")));
    }
    let calendar = settings.calendar();
    let frame = Frame { first, last, today, capacity: cohort.settings.capacity, calendar: &calendar, keep };
    let rows = migration.table.rows().filter(|row| row.cohort == Some(cohort.number));
    let Spread { days, dates, unplaced, stays } = spread(rows.map(|row| (row.number, &row.state)), &frame);
    let outside = |date: &NaiveDate| *date < first || *date > last || calendar.closed(*date).is_some();
    let pinned = stays.iter().filter(|stays| stays.because == Because::Pinned).filter_map(|stays| stays.date);
    let pinned_outside = pinned.filter(outside).count() as u32;
    let count = |which: &dyn Fn(&DateMove) -> bool| dates.iter().filter(|date| which(date)).count() as u32;
    Ok(MovedCohort {
        number: cohort.number,
        before,
        after,
        settings: cohort.settings.clone(),
        days,
        changed: count(&|date| date.before != Some(date.after)),
        first: count(&|date| date.before.is_none()),
        same: count(&|date| date.before == Some(date.after)),
        unplaced,
        pinned_outside,
        stays,
        dates,
    })
}
