//! Gates of cohorts: the facts that they are evaluated against, the ways in, the cohort's report, and the triggers that halt
//! a cohort by themselves.

use crate::acting::Acting;
use crate::commands::{Answer, Command, Keeper};
use crate::error::StoreError;
use crate::model::table::Heard;
use crate::model::{MigrationModel, Model};
use crate::writer::{Store, new_command_id};
use crate::zone::{local_date, local_text, local_time};
use chrono::{Datelike, Days, Duration, NaiveDate, Timelike, Weekday};
use domain::actor::Actor;
use domain::clock::Instant;
use domain::cohort::{Cohort, CohortStage};
use domain::cohort_report::{
    BlockerLine, BurnUp, CohortReport, LastDay, LongBlocked, PastDecision, RollbackOutlook, burn_up, planned_now,
};
use domain::event::Position;
use domain::forecast::{PACE_DAYS, Pace, forecast};
use domain::gate::{
    CohortFacts, Criterion, Gate, GateDecision, GateId, GateLists, GateSet, Missing, Previous, evaluate, missing,
};
use domain::health::{Signs, health};
use domain::id::{AccountNumber, CohortNumber, MigrationId, UserId};
use domain::migration::MigrationSettings;
use domain::notice::promise::PromiseCounts;
use domain::policy::Action;
use domain::state::State;
use domain::status::Status;
use std::collections::{BTreeMap, BTreeSet};

/// Accounts that the report lists as blocked longest.
const LONGEST_MAX: usize = 5;

impl MigrationModel {
    /// The newest decision about a cohort's gates of one kind.
    pub(crate) fn last_decision(&self, cohort: CohortNumber, set: GateSet) -> Option<&GateDecision> {
        self.decisions.iter().rev().find(|decision| decision.cohort == cohort && decision.set == set)
    }

    /// Whether the cohorts behind this one may go on: its exit gate was signed as it is now, or it is closed without one.
    fn has_passed(&self, cohort: &Cohort) -> bool {
        let exit = &cohort.gates.lists.exit;
        match exit.is_empty() {
            true => cohort.stage == CohortStage::Closed,
            false => self.last_decision(cohort.number, GateSet::Exit).is_some_and(|last| last.holds_for(exit)),
        }
    }

    /// The cohorts that have to be through first: those named, otherwise the one before in the order.
    fn previous_of(&self, cohort: &Cohort) -> Vec<Previous> {
        let named = &cohort.settings.after;
        let before =
            self.cohorts.iter().filter(|other| other.position < cohort.position).max_by_key(|other| other.position);
        let cohorts: Vec<&Cohort> = match named.is_empty() {
            true => before.into_iter().collect(),
            false => self.cohorts.iter().filter(|other| named.contains(&other.number)).collect(),
        };
        let previous = |cohort: &Cohort| Previous {
            number: cohort.number,
            label: cohort.label(),
            passed: self.has_passed(cohort),
        };
        cohorts.into_iter().map(previous).collect()
    }
}

/// The facts of a cohort. Counts are kept with each change; only who was told is looked up account by account, and only where
/// a gate asks for it.
pub(crate) fn facts_of(model: &Model, migration: &MigrationModel, cohort: &Cohort, now: Instant) -> CohortFacts {
    let today = local_date(now, &migration.migration.settings.time_zone);
    let days = |gate: &Gate| match gate.criterion {
        Criterion::Notified { days } => Some(days),
        _ => None,
    };
    let asked: BTreeSet<u16> = cohort.gates.lists.all().filter_map(|(_, gate)| days(gate)).collect();
    let heard: Vec<_> =
        asked.into_iter().map(|days| (days, migration.told_ahead(cohort.number, days, today))).collect();
    CohortFacts {
        notified: heard.iter().map(|(days, (told, _))| (*days, *told)).collect(),
        to_be_notified: heard.iter().map(|(days, (_, planned))| (*days, *planned)).collect(),
        open_tickets: model.tickets_come_in().then(|| migration.open_tickets(cohort.number)),
        ..counted_facts(migration, cohort)
    }
}

/// What the triggers of a cohort are evaluated against, after each commit: the same work however many accounts it has.
pub(crate) fn trigger_facts(model: &Model, migration: &MigrationModel, cohort: &Cohort) -> CohortFacts {
    let asks = cohort.gates.lists.triggers.iter().any(|gate| gate.criterion == Criterion::Tickets);
    let open_tickets = (asks && model.tickets_come_in()).then(|| migration.open_tickets(cohort.number));
    CohortFacts { open_tickets, ..counted_facts(migration, cohort) }
}

/// What is counted with each change of an account.
fn counted_facts(migration: &MigrationModel, cohort: &Cohort) -> CohortFacts {
    let tally = migration.table.tally(cohort.number);
    CohortFacts {
        counts: migration.table.counts_of(Some(cohort.number)),
        last_completed: tally.and_then(|tally| tally.completed_at.keys().next_back().copied()),
        window: cohort.settings.window,
        previous: migration.previous_of(cohort),
        approvals: cohort.gates.approvals.clone(),
        ..CohortFacts::default()
    }
}

impl MigrationModel {
    /// How many accounts of a cohort were told at least so many days before their date in this attempt, and how many more are
    /// to be told by then.
    fn told_ahead(&self, cohort: CohortNumber, days: u16, today: NaiveDate) -> (u32, u32) {
        let (mut told, mut planned) = (0, 0);
        for (row, heard) in self.table.heard_in(cohort).filter(|(row, _)| row.state.status() != Status::OptedOut) {
            let Some(date) = row.date() else { continue };
            let in_time = |day: NaiveDate| u32::from((date - day).num_days() >= i64::from(days));
            match heard {
                Heard::Told(day) => told += in_time(day),
                // What should have gone out and has not goes out today at the earliest.
                Heard::Planned(day) => planned += in_time(day.max(today)),
                Heard::Nothing => {}
            }
        }
        (told, planned)
    }

    /// Open tickets of a cohort's accounts.
    fn open_tickets(&self, cohort: CohortNumber) -> u32 {
        let here = |account: &AccountNumber| self.table.row(*account).is_some_and(|row| row.cohort == Some(cohort));
        let open = self.notices.tickets.values().flat_map(|ticket| ticket.iter().filter(|(_, open)| *open));
        open.filter(|(account, _)| here(account)).count() as u32
    }
}

impl Acting<'_> {
    /// Everything that the page of a cohort shows.
    pub async fn cohort_report(
        &self,
        migration: &MigrationId,
        cohort: CohortNumber,
    ) -> Result<CohortReport, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let now = self.store().inner.clock.now();
        let seen = {
            let model = self.store().model();
            let found = model.migration(migration)?;
            let cohort = found.cohort(cohort).ok_or(StoreError::NotFound("This cohort does not exist."))?;
            look(&model, found, cohort, &self.caller().user, now)
        };
        // The forecast takes some milliseconds, in which others can have the model.
        Ok(report(seen, now))
    }

    /// All decisions at gates of a migration, the newest first.
    pub async fn gate_decisions(&self, migration: &MigrationId) -> Result<Vec<PastDecision>, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store().model();
        let migration = model.migration(migration)?;
        let zone = &migration.migration.settings.time_zone;
        let past = |decision: &GateDecision| PastDecision {
            cohort: migration.cohort(decision.cohort).map(Cohort::label).unwrap_or_default(),
            when: local_text(decision.at, zone, WHEN),
            who: model.name_of(&decision.by),
            decision: decision.clone(),
        };
        let mut list: Vec<_> = migration.decisions.iter().map(past).collect();
        list.sort_by_key(|past| std::cmp::Reverse(past.decision.at));
        Ok(list)
    }

    /// Sets a cohort's gates and triggers.
    pub async fn change_gates(
        &self,
        migration: &MigrationId,
        cohort: CohortNumber,
        lists: GateLists,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageCohorts).await?;
        let by = self.caller().user.clone();
        let command = Command::ChangeGates { migration: migration.clone(), cohort, lists, by };
        self.submit(permit, command).await.map(|_| ())
    }

    /// Says yes to what a gate asks of a person, or takes one's own yes back.
    pub async fn approve_gate(
        &self,
        migration: &MigrationId,
        cohort: CohortNumber,
        gate: GateId,
        given: bool,
        note: String,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::ApproveGates).await?;
        let by = self.caller().user.clone();
        let command = Command::ApproveGate { migration: migration.clone(), cohort, gate, by, given, note };
        self.submit(permit, command).await.map(|_| ())
    }

    /// Signs a gate whose criteria are all met.
    pub async fn sign_gates(
        &self,
        migration: &MigrationId,
        cohort: CohortNumber,
        set: GateSet,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::SignGates).await?;
        let keeper = Keeper { by: self.caller().user.clone(), overrides: false };
        let command = Command::SignGates { migration: migration.clone(), cohort, set, keeper, reason: String::new() };
        self.submit(permit, command).await.map(|_| ())
    }

    /// Signs a gate although not everything is met.
    pub async fn override_gates(
        &self,
        migration: &MigrationId,
        cohort: CohortNumber,
        set: GateSet,
        reason: String,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::OverrideGates).await?;
        let keeper = Keeper { by: self.caller().user.clone(), overrides: true };
        let command = Command::SignGates { migration: migration.clone(), cohort, set, keeper, reason };
        self.submit(permit, command).await.map(|_| ())
    }

    /// Starts or closes a cohort although its gate is not passed.
    pub async fn move_cohort_past_gate(
        &self,
        migration: &MigrationId,
        cohort: CohortNumber,
        to: CohortStage,
        reason: String,
    ) -> Result<(), StoreError> {
        self.allow(Action::MoveCohorts).await?;
        let permit = self.allow(Action::OverrideGates).await?;
        let keeper = Keeper { by: self.caller().user.clone(), overrides: true };
        let command = Command::MoveCohort { migration: migration.clone(), cohort, to, reason, keeper };
        self.submit(permit, command).await.map(|_| ())
    }
}

// Triggers

impl Store {
    /// Watches the rollback triggers of all running cohorts for as long as the store is open, from what is stored now on.
    /// A breached one halts its cohort. Commits that come together are looked at once.
    pub async fn watch_triggers(self) {
        let mut commits = self.commits();
        loop {
            commits.borrow_and_update();
            self.halt_breached().await;
            if commits.changed().await.is_err() {
                return;
            }
        }
    }

    /// Halts every cohort whose triggers are breached now.
    pub(crate) async fn halt_breached(&self) {
        for (migration, cohort) in self.breached() {
            let command = Command::HaltBreached { migration: migration.clone(), cohort };
            let from = "rollback trigger".to_owned();
            match self.submit(Actor::System, from, new_command_id(), command).await {
                Ok(Answer::Cohort(_)) => self.cohort_halted(&migration, cohort),
                Ok(_) => {}
                Err(StoreError::Stopping) => return,
                // The next commit looks again.
                Err(error) => tracing::error!(%error, %migration, %cohort, "a breached cohort could not be halted"),
            }
        }
    }

    /// The running cohorts with a breached trigger. Its work does not depend on how many accounts there are.
    pub(crate) fn breached(&self) -> Vec<(MigrationId, CohortNumber)> {
        let now = self.inner.clock.now();
        let model = self.model();
        let mut breached = Vec::new();
        for (id, migration) in &model.migrations {
            let watched =
                |cohort: &&Cohort| cohort.stage == CohortStage::Running && !cohort.gates.lists.triggers.is_empty();
            for cohort in migration.cohorts.iter().filter(watched) {
                if !cohort.gates.breaches(&trigger_facts(&model, migration, cohort), now).is_empty() {
                    breached.push((id.clone(), cohort.number));
                }
            }
        }
        breached
    }

    /// A cohort was halted by a trigger. Open pages know already, by the feed; messages to the owner and the leads begin
    /// here once there are any.
    fn cohort_halted(&self, migration: &MigrationId, cohort: CohortNumber) {
        tracing::warn!(%migration, %cohort, "a rollback trigger halted a cohort");
    }
}

// The report

/// How instants are written on the page.
const WHEN: &str = "%-d %b %Y, %H:%M";

/// Whether accounts are planned for this day.
fn works_on(settings: &MigrationSettings, day: NaiveDate) -> bool {
    let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    (settings.weekends || !weekend) && !is_blackout(settings, day)
}

fn is_blackout(settings: &MigrationSettings, day: NaiveDate) -> bool {
    settings.blackouts.iter().any(|blackout| (blackout.first..=blackout.last).contains(&day))
}

/// What the report of a cohort is made of.
struct Seen {
    position: Position,
    settings: MigrationSettings,
    cohort: Cohort,
    of: u16,
    before: Option<(CohortNumber, String)>,
    after: Option<(CohortNumber, String)>,
    facts: CohortFacts,
    completed_on: BTreeMap<NaiveDate, u32>,
    planned_on: BTreeMap<NaiveDate, u32>,
    completed_lately: u32,
    promises: PromiseCounts,
    rows: RowsSeen,
    missing_entry: Vec<Missing>,
    missing_exit: Vec<Missing>,
    decisions: Vec<GateDecision>,
}

fn look(model: &Model, migration: &MigrationModel, cohort: &Cohort, by: &UserId, now: Instant) -> Seen {
    let facts = facts_of(model, migration, cohort, now);
    let missing = |set: GateSet| {
        let last = migration.last_decision(cohort.number, set);
        missing(cohort.gates.lists.of(set), &facts, last, by, now)
    };
    let nothing = Default::default();
    let tally = migration.table.tally(cohort.number).unwrap_or(&nothing);
    let neighbour = |step: isize| {
        let at = migration.cohorts.iter().position(|other| other.number == cohort.number)?;
        let other = migration.cohorts.get(at.checked_add_signed(step)?)?;
        Some((other.number, other.label()))
    };
    let of_cohort = migration.decisions.iter().filter(|decision| decision.cohort == cohort.number);
    Seen {
        position: model.position(&migration.migration.id),
        settings: migration.migration.settings.clone(),
        cohort: cohort.clone(),
        of: migration.cohorts.len() as u16,
        before: neighbour(-1),
        after: neighbour(1),
        completed_on: tally.completed_on.clone(),
        planned_on: tally.planned_on.clone(),
        completed_lately: tally.completed_at.range(now - Duration::days(1)..).map(|(_, count)| count).sum(),
        promises: migration
            .table
            .promises_of(Some(cohort.number), local_date(now, &migration.migration.settings.time_zone)),
        rows: look_at_rows(migration, cohort, now),
        missing_entry: missing(GateSet::Entry),
        missing_exit: missing(GateSet::Exit),
        decisions: of_cohort.cloned().collect(),
        facts,
    }
}

fn report(seen: Seen, now: Instant) -> CohortReport {
    let Seen { settings, cohort, facts, rows, decisions, .. } = seen;
    let zone = &settings.time_zone;
    let today = local_date(now, zone);
    let works = |day: NaiveDate| works_on(&settings, day);
    let window = cohort.settings.window.map(|window| (local_date(window.starts, zone), local_date(window.ends, zone)));
    let remaining = facts.counts.taking_part().saturating_sub(facts.of(Status::Completed));

    let daily = daily_pace(&seen.completed_on, today, &works);
    let moving = cohort.stage == CohortStage::Running;
    let looked_ahead = Pace { daily: &daily, remaining, from: today, works_on: &works };
    let forecast = if moving { forecast(&looked_ahead) } else { None };
    let burn = burn_up(&BurnUp {
        planned: &seen.planned_on,
        completed: &seen.completed_on,
        taking_part: facts.counts.taking_part(),
        window,
        today,
        until: forecast.as_ref().and_then(|forecast| forecast.latest).or(moving.then_some(today)),
        works_on: &works,
    });
    let day_passed = f64::from(local_time(now, zone).num_seconds_from_midnight()) / 86_400.0;
    let planned = planned_now(&burn, today, day_passed);
    let health = health(&Signs {
        stage: cohort.stage,
        gates: &cohort.gates,
        facts: &facts,
        now,
        today,
        planned,
        pace: forecast.as_ref().map(|forecast| forecast.pace),
        needed: window.and_then(|window| needed(remaining, today.max(window.0), window.1, &works)),
        capacity: cohort.settings.capacity,
        ends: forecast.as_ref().and_then(|forecast| forecast.ends),
        window_ends: window.map(|window| window.1),
        deadline: settings.deadline,
    });
    let mut instants: BTreeSet<Instant> = decisions.iter().map(|decision| decision.at).collect();
    instants.extend(cohort.gates.approvals.iter().map(|approval| approval.at));
    instants.extend(cohort.gates.late.iter().map(|change| change.at));
    instants.extend(cohort.gates.halt.iter().map(|halt| halt.at));
    instants.extend(rows.rollback.next_deadline);
    CohortReport {
        position: seen.position,
        now,
        today,
        deadline: settings.deadline,
        of: seen.of,
        before: seen.before,
        after: seen.after,
        health,
        planned,
        window,
        blackouts: burn.iter().map(|day| day.day).filter(|day| is_blackout(&settings, *day)).collect(),
        burn,
        forecast,
        last_day: LastDay { completed: seen.completed_lately, ..rows.last_day },
        blockers: rows.blockers,
        longest: rows.longest,
        evaluations: cohort.gates.lists.all().map(|(_, gate)| evaluate(gate, &facts, now)).collect(),
        missing_entry: seen.missing_entry,
        missing_exit: seen.missing_exit,
        decisions,
        rollback: rows.rollback,
        promises: seen.promises,
        times: instants.into_iter().map(|at| (at, local_text(at, zone, WHEN))).collect(),
        facts,
        cohort,
    }
}

/// Accounts completed on each of the last working days before today, the oldest first, from the first completion on.
fn daily_pace(
    completed_on: &BTreeMap<NaiveDate, u32>,
    today: NaiveDate,
    works_on: &dyn Fn(NaiveDate) -> bool,
) -> Vec<u32> {
    let Some(first) = completed_on.keys().next().copied() else { return Vec::new() };
    // A day off on which something was completed counts as a working day.
    let counts = |day: &NaiveDate| works_on(*day) || completed_on.contains_key(day);
    let mut days: Vec<u32> = (1..)
        .map_while(|back| today.checked_sub_days(Days::new(back)))
        .take_while(|day| *day >= first)
        .filter(counts)
        .take(PACE_DAYS)
        .map(|day| completed_on.get(&day).copied().unwrap_or(0))
        .collect();
    days.reverse();
    days
}

/// How many accounts a working day needs until the end of the window.
fn needed(remaining: u32, from: NaiveDate, last: NaiveDate, works_on: &dyn Fn(NaiveDate) -> bool) -> Option<f64> {
    let days = from.iter_days().take_while(|day| *day <= last).filter(|day| works_on(*day)).count();
    (days > 0).then(|| f64::from(remaining) / days as f64)
}

/// What only the rows themselves tell.
#[derive(Default)]
struct RowsSeen {
    last_day: LastDay,
    blockers: Vec<BlockerLine>,
    longest: Vec<LongBlocked>,
    rollback: RollbackOutlook,
}

fn look_at_rows(migration: &MigrationModel, cohort: &Cohort, now: Instant) -> RowsSeen {
    let mut seen = RowsSeen::default();
    let lately = now - Duration::days(1);
    let hours = |since: Instant| u32::try_from((now - since).num_hours()).unwrap_or(0);
    let mut ages: BTreeMap<_, Vec<u32>> = BTreeMap::new();
    let mut new: BTreeMap<_, u32> = BTreeMap::new();
    let mut blocked = Vec::new();
    for row in migration.table.rows_of(cohort.number) {
        match &row.state {
            State::Blocked { blocker, .. } => {
                ages.entry(blocker.category).or_default().push(hours(blocker.since));
                let is_new = u32::from(blocker.since > lately);
                *new.entry(blocker.category).or_default() += is_new;
                seen.last_day.blocked += is_new;
                seen.rollback.available += u32::from(row.state.attempt().is_some());
                blocked.push((blocker.since, row));
            }
            State::RolledBack { rolled_back_at, .. } => {
                seen.last_day.rolled_back += u32::from(*rolled_back_at > lately);
            }
            State::InProgress { .. } => seen.rollback.available += 1,
            State::Completed { attempt, .. } => match attempt.rollback_until.filter(|until| now < *until) {
                Some(until) => {
                    seen.rollback.available += 1;
                    let next = seen.rollback.next_deadline;
                    seen.rollback.next_deadline = Some(next.map_or(until, |next| next.min(until)));
                }
                None => seen.rollback.over += 1,
            },
            State::NotStarted | State::Scheduled { .. } | State::OptedOut => {}
        }
    }
    seen.blockers = ages
        .into_iter()
        .map(|(category, mut ages)| {
            ages.sort_unstable();
            let new = new.get(&category).copied().unwrap_or(0);
            BlockerLine { category, count: ages.len() as u32, median_hours: ages[ages.len() / 2], new }
        })
        .collect();
    seen.blockers.sort_by_key(|line| std::cmp::Reverse(line.count));
    blocked.sort_by_key(|(since, row)| (*since, row.number));
    let longest = blocked.into_iter().take(LONGEST_MAX).filter_map(|(since, row)| {
        Some(LongBlocked {
            number: row.number,
            id: row.external_id.clone(),
            name: row.name.clone(),
            category: row.state.blocker()?.category,
            hours: hours(since),
            owner: row.owner.clone(),
        })
    });
    seen.longest = longest.collect();
    seen
}
