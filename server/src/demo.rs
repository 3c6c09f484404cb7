//! Demo data: one migration of 2,000 invented accounts with some weeks of history, made through the same commands that
//! people use, with the clock set back meanwhile.

mod customer_pages;
mod fields;
mod messages;
mod names;
mod status_page;
mod subscribers;

use crate::clock::ServerClock;
use crate::door::hash_password;
use chrono::{Datelike, Duration, NaiveDate, NaiveTime, Weekday};
use domain::account::Change;
use domain::actor::Caller;
use domain::blocker::BlockerCategory;
use domain::clock::Clock;
use domain::cohort::{CohortSettings, CohortStage, Window};
use domain::customer::edit::CustomerChange;
use domain::gate::{Amount, Criterion, Gate, GateLists};
use domain::id::{AccountNumber, CohortNumber, CommandId, ExternalId, ImportId, MigrationId};
use domain::migration::{Blackout, MigrationSettings, MigrationStage};
use domain::policy::Role;
use domain::state::Move;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;
use store::{ImportPhase, Store, StoreError, zone_instant};
use tokio::task::JoinSet;

/// Accounts of the demo.
const ACCOUNTS: usize = 2_000;
/// Days of history before today.
const HISTORY_DAYS: i64 = 40;
/// Every so many-th customer was part of an earlier migration, and has a second contact.
const EARLIER_EVERY: usize = 6;
const COLLEAGUE_EVERY: usize = 24;
const ZONE: &str = "Europe/Berlin";
/// File in the data folder that keeps the demo's sign-ins, so that a later start can print them again.
const SIGN_INS: &str = "demo-sign-ins.txt";
/// And the one that keeps the address of a customer's page.
const CUSTOMER_PAGE: &str = "demo-customer-page.txt";

/// Fills an empty store with the demo; prints the sign-ins in any case.
pub async fn fill(store: &Store, clock: &Arc<ServerClock>, data: &Path) -> Result<(), String> {
    let (file, page) = (data.join(SIGN_INS), data.join(CUSTOMER_PAGE));
    if store.system("demo").is_empty() {
        println!("Making the demo data …");
        let outcome = Demo::new(store, clock).await;
        let outcome = match outcome {
            Ok(mut demo) => demo.play().await.map(|()| (demo.sign_ins, demo.customer_page)),
            Err(error) => Err(error),
        };
        clock.set_back(Duration::zero());
        let (sign_ins, customer_page) = outcome.map_err(|error| format!("The demo data could not be made: {error}"))?;
        std::fs::write(&file, sign_ins).map_err(|error| format!("{}: {error}", file.display()))?;
        if let Some(address) = customer_page {
            std::fs::write(&page, address).map_err(|error| format!("{}: {error}", page.display()))?;
        }
    }
    if let Ok(sign_ins) = std::fs::read_to_string(&file) {
        println!("Demo sign-ins (role, address, password):\n{sign_ins}");
    }
    if let Ok(address) = std::fs::read_to_string(&page) {
        println!("A customer's page of the demo, which needs no sign-in:\n  {address}\n");
    }
    Ok(())
}

/// Where the demo is in its story.
struct Demo<'a> {
    store: &'a Store,
    clock: &'a ServerClock,
    lead: Caller,
    operators: Vec<Caller>,
    sign_ins: String,
    today: NaiveDate,
    /// The address of a customer's page to try.
    customer_page: Option<String>,
}

/// What becomes of one account in the course of the demo.
struct Fate {
    number: AccountNumber,
    cohort: usize,
    /// Days after the start of its cohort on which it moves.
    day: i64,
    ending: Ending,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Completes,
    RollsBack,
    BlockedBefore,
    BlockedWithin,
    OptsOut,
}

/// Cohorts: name, public name, share of the accounts in percent, days before (-) or after today on which it starts, days.
const COHORTS: [(&str, &str, usize, i64, i64); 4] = [
    ("Pilot", "", 4, -30, 5),
    ("Early adopters", "Early wave", 16, -22, 9),
    ("Main EU", "Europe", 45, -9, 18),
    ("Main US", "Americas", 27, 14, 20),
];

/// Accounts per day that each cohort can take.
const PER_DAY: [u32; 4] = [20, 60, 150, 100];
/// Days from today on which nothing moves.
const BLACKOUT: RangeInclusive<i64> = 23..=25;

/// A number that looks random and is the same at every run.
fn scatter(index: usize, salt: usize) -> usize {
    let mut x =
        (index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (salt as u64).wrapping_mul(0xD1B5_4A32_D192_ED03);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (x ^ (x >> 31)) as usize >> 1
}

fn pick<'t, T: ?Sized>(list: &[&'t T], index: usize, salt: usize) -> &'t T {
    list[scatter(index, salt) % list.len()]
}

fn cohort_of(index: usize) -> Option<usize> {
    let mut rest = scatter(index, 1) % 100;
    for (cohort, (_, _, share, ..)) in COHORTS.iter().enumerate() {
        if rest < *share {
            return Some(cohort);
        }
        rest -= share;
    }
    None
}

impl<'a> Demo<'a> {
    async fn new(store: &'a Store, clock: &'a ServerClock) -> Result<Self, StoreError> {
        let today = clock.now().date_naive();
        clock.set_back(Duration::days(HISTORY_DAYS));
        let system = store.system("demo");
        let mut sign_ins = String::new();
        let mut callers = Vec::new();
        for (name, email, role) in names::USERS {
            let password = format!("{}-{}", names::word(), names::word());
            let hash = hash_password(&password).map_err(StoreError::Refused)?;
            callers.push(system.demo_user(name, email, role, hash).await?);
            if email.starts_with(role.code()) {
                sign_ins.push_str(&format!("  {:<9} {email:<24} {password}\n", role.code()));
            }
        }
        let of_role = |role: Role| callers.iter().filter(|caller| caller.role == role).cloned().collect::<Vec<_>>();
        let lead = of_role(Role::Lead).into_iter().next().ok_or(StoreError::NotFound("The demo has no lead."))?;
        Ok(Demo { store, clock, lead, operators: of_role(Role::Operator), sign_ins, today, customer_page: None })
    }

    async fn play(&mut self) -> Result<(), StoreError> {
        let lead = self.store.acting_as(self.lead.clone());
        let migration = lead.create_migration(self.settings()).await?;
        let mut cohorts = Vec::new();
        for (index, (name, public_name, _, starts, days)) in COHORTS.into_iter().enumerate() {
            let settings = CohortSettings {
                name: name.to_owned(),
                public_name: public_name.to_owned(),
                window: Some(self.window(starts, days)),
                capacity: Some(PER_DAY[index]),
                owner: Some(self.operator(index + 1).user),
                // One after the other.
                after: cohorts.last().copied().into_iter().collect(),
                ..Default::default()
            };
            let cohort = lead.create_cohort(&migration, settings).await?;
            lead.change_gates(&migration, cohort, gates(cohorts.len())).await?;
            cohorts.push(cohort);
        }
        self.at(-38, 9);
        lead.move_migration(&migration, MigrationStage::Running, "Kick-off with all teams".into()).await?;
        self.import(&migration).await?;
        self.earlier().await?;
        self.at(-38, 11);
        self.colleagues().await?;
        self.fields(&migration).await?;
        self.at(-37, 15);
        self.page_texts(&migration).await?;
        lead.publish(&migration, true).await?;
        let fates = self.fates(&migration).await?;
        for day in -36..=0 {
            self.live_day(&migration, &cohorts, &fates, day).await?;
            self.store.system("demo").publish_due().await?;
        }
        self.clock.set_back(Duration::zero());
        self.page_incidents(&migration).await?;
        self.messages(&migration).await?;
        self.subscribers(&migration).await?;
        self.customer_page = self.customer_pages(&migration).await?;
        self.template(&migration).await
    }

    fn settings(&self) -> MigrationSettings {
        MigrationSettings {
            name: "Ledger 3 billing".to_owned(),
            public_name: "The move to Ledger 3".to_owned(),
            slug: "ledger-3-billing".to_owned(),
            description: "Invoices, credit notes and payment reminders move to Ledger 3, our new billing platform.\n\
                While your account moves, billing is read-only for about an hour. Signing in, payments and your data keep working."
                .to_owned(),
            deadline: self.today + Duration::days(40),
            time_zone: ZONE.to_owned(),
            rollback_days: Some(14),
            blackouts: vec![Blackout {
                first: self.today + Duration::days(*BLACKOUT.start()),
                last: self.today + Duration::days(*BLACKOUT.end()),
                reason: "Closing of the books".to_owned(),
            }],
            weekends: false,
        }
    }

    fn window(&self, starts: i64, days: i64) -> Window {
        let wall = |day: i64, hour| {
            zone_instant(
                self.today + Duration::days(day),
                NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default(),
                ZONE,
            )
        };
        Window { starts: wall(starts, 8), ends: wall(starts + days, 18) }
    }

    /// Sets the clock to an hour (UTC) of a day relative to today.
    fn at(&self, day: i64, hour: u32) {
        self.clock.set_back(Duration::zero());
        let wanted =
            (self.today + Duration::days(day)).and_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default());
        // Never later than now: nothing of the demo happens in the future.
        let back = self.clock.now().naive_utc() - wanted;
        self.clock.set_back(back.max(Duration::zero()));
    }

    async fn import(&self, migration: &MigrationId) -> Result<(), StoreError> {
        let mut file = String::from(names::HEADER);
        for index in 0..ACCOUNTS {
            let wave = cohort_of(index).map_or("", |cohort| COHORTS[cohort].0);
            let owner = match scatter(index, 2) % 20 {
                0 => "",
                n => names::OWNERS[n % names::OWNERS.len()],
            };
            file.push_str(&names::line(index, wave, owner));
        }
        self.commit(migration, "customers-export.csv", file).await
    }

    /// An earlier migration, long over, which some of the customers were part of.
    async fn earlier(&self) -> Result<(), StoreError> {
        let lead = self.store.acting_as(self.lead.clone());
        let settings = MigrationSettings {
            name: "Sign-in renewal".to_owned(),
            public_name: "The new sign-in".to_owned(),
            slug: "sign-in-renewal".to_owned(),
            description: "Sign-in moved to single sign-on.".to_owned(),
            deadline: self.today - Duration::days(60),
            blackouts: Vec::new(),
            ..self.settings()
        };
        let migration = self.store.system("demo").demo_past_migration(settings).await?;
        let mut file = String::from("Account;Status;Migrated at\n");
        for index in (0..ACCOUNTS).step_by(EARLIER_EVERY) {
            let day = self.today - Duration::days(65 + (scatter(index, 40) % 30) as i64);
            file.push_str(&format!("{};completed;{day}\n", names::id(index)));
        }
        self.commit(&migration, "sign-in-done.csv", file).await?;
        lead.move_migration(&migration, MigrationStage::Running, "Carried over from the old list".into()).await?;
        lead.move_migration(&migration, MigrationStage::Closed, "Everybody is across".into()).await
    }

    /// Some customers have more than one person to write to.
    async fn colleagues(&self) -> Result<(), StoreError> {
        for index in (0..ACCOUNTS).step_by(COLLEAGUE_EVERY) {
            let operator = self.store.acting_as(self.operator(index));
            let customer = ExternalId(names::id(index));
            let change = CustomerChange::AddContact { contact: names::colleague(index) };
            operator.change_customer(&customer, command(), vec![change]).await?;
        }
        Ok(())
    }

    async fn commit(&self, migration: &MigrationId, name: &str, file: String) -> Result<(), StoreError> {
        let lead = self.store.acting_as(self.lead.clone());
        let id = lead.upload_import(migration, name, file.into_bytes()).await?;
        lead.check_import(migration, &id).await?;
        self.reach(migration, &id, |phase| matches!(phase, ImportPhase::Checked { .. })).await?;
        lead.commit_import(migration, &id, false).await?;
        self.reach(migration, &id, |phase| matches!(phase, ImportPhase::Finished { .. })).await
    }

    async fn reach(
        &self,
        migration: &MigrationId,
        id: &ImportId,
        done: fn(&ImportPhase) -> bool,
    ) -> Result<(), StoreError> {
        let lead = self.store.acting_as(self.lead.clone());
        let mut commits = self.store.commits();
        loop {
            let (import, _) = lead.import(migration, id).await?;
            match &import.phase {
                phase if done(phase) => return Ok(()),
                ImportPhase::Failed { message } => return Err(StoreError::Refused(message.clone())),
                _ => commits.changed().await.map_err(|_| StoreError::Stopping)?,
            }
        }
    }

    async fn fates(&self, migration: &MigrationId) -> Result<Vec<Fate>, StoreError> {
        let lead = self.store.acting_as(self.lead.clone());
        let query = store::TableQuery { view: Default::default(), offset: 0, limit: ACCOUNTS as u32 };
        let rows = lead.table(migration, &query, None).await?.rows;
        let fate = |row: domain::account::Row| {
            let index = row.number.0 as usize - 1;
            let cohort = cohort_of(index)?;
            let ending = match scatter(index, 3) % 100 {
                0..=2 => Ending::OptsOut,
                3..=7 => Ending::BlockedBefore,
                8..=10 => Ending::BlockedWithin,
                11..=13 => Ending::RollsBack,
                _ => Ending::Completes,
            };
            let day = self.working_day(COHORTS[cohort].3 + (scatter(index, 4) as i64) % (COHORTS[cohort].4 + 1));
            Some(Fate { number: row.number, cohort, day, ending })
        };
        Ok(rows.into_iter().filter_map(fate).collect())
    }

    /// The day itself, or the first one after it on which something may move.
    fn working_day(&self, day: i64) -> i64 {
        let day = if BLACKOUT.contains(&day) { *BLACKOUT.end() + 1 } else { day };
        match (self.today + Duration::days(day)).weekday() {
            Weekday::Sat => day + 2,
            Weekday::Sun => day + 1,
            _ => day,
        }
    }

    /// Everything that happens on one day.
    async fn live_day(
        &self,
        migration: &MigrationId,
        cohorts: &[CohortNumber],
        fates: &[Fate],
        day: i64,
    ) -> Result<(), StoreError> {
        let lead = self.store.acting_as(self.lead.clone());
        for (index, cohort) in cohorts.iter().enumerate() {
            let (_, _, _, starts, days) = COHORTS[index];
            self.at(day, 6);
            if day == starts {
                self.approve(migration, *cohort).await?;
                let reason = "Entry checks are green".to_owned();
                lead.move_cohort_past_gate(migration, *cohort, CohortStage::Running, reason).await?;
            }
            if index == 2 && day == -3 {
                self.allow_more_blocked(migration, *cohort).await?;
            }
            if index < 2 && day == starts + days + 3 {
                // The exit gate is signed, or overridden where something is missing.
                let reason = "Every account is across or taken out; the rest moves with the next wave".to_owned();
                lead.move_cohort_past_gate(migration, *cohort, CohortStage::Closed, reason).await?;
            }
        }
        // Two weeks ahead of their cohort, accounts get their day.
        self.at(day, 8);
        let ahead =
            |fate: &&Fate| COHORTS[fate.cohort].3 - 14 == day || (day == -36 && COHORTS[fate.cohort].3 - 14 < -36);
        let planned = fates.iter().filter(ahead).filter(|fate| fate.ending != Ending::OptsOut);
        let to_plan = planned.map(|fate| {
            let date = self.today + Duration::days(fate.day);
            let asked = scatter(fate.number.0 as usize, 5).is_multiple_of(40);
            let pinned = asked.then(|| "The customer asked for this day".to_owned());
            (fate.number, Move::Schedule { date, pinned })
        });
        self.moves(migration, to_plan.collect()).await?;
        let opting_out = fates.iter().filter(ahead).filter(|fate| fate.ending == Ending::OptsOut);
        self.moves(migration, opting_out.map(|fate| (fate.number, Move::OptOut)).collect()).await?;

        let due: Vec<&Fate> = fates.iter().filter(|fate| fate.day == day && fate.ending != Ending::OptsOut).collect();
        let blocked_before = due.iter().filter(|fate| fate.ending == Ending::BlockedBefore);
        self.at(day, 9);
        self.moves(migration, blocked_before.map(|fate| (fate.number, block(fate.number.0 as usize))).collect())
            .await?;
        let starting: Vec<_> = due.iter().filter(|fate| fate.ending != Ending::BlockedBefore).collect();
        self.moves(migration, starting.iter().map(|fate| (fate.number, Move::Start)).collect()).await?;
        self.at(day, 13);
        // Today's accounts are still on their way, but for the first of them.
        let finishing = starting.iter().filter(|fate| day < 0 || fate.number.0.is_multiple_of(3));
        let ends = finishing.map(|fate| {
            let index = fate.number.0 as usize;
            let end = if fate.ending == Ending::BlockedWithin { block(index) } else { Move::Complete { at: None } };
            (fate.number, end)
        });
        self.moves(migration, ends.collect()).await?;
        self.at(day, 15);
        let back = fates.iter().filter(|fate| fate.day == day - 2 && fate.ending == Ending::RollsBack && fate.day < 0);
        let back = back.map(|fate| {
            let reason = pick(names::ROLLBACKS, fate.number.0 as usize, 6).to_owned();
            (fate.number, Move::RollBack { reason })
        });
        self.moves(migration, back.collect()).await?;
        self.comments(migration, &due).await
    }

    /// An operator says yes where the entry gate of a cohort asks for it.
    async fn approve(&self, migration: &MigrationId, cohort: CohortNumber) -> Result<(), StoreError> {
        let operator = self.store.acting_as(self.operator(usize::from(cohort.0)));
        let gates = operator.cohort_report(migration, cohort).await?.cohort.gates.lists.entry;
        for gate in gates.iter().filter(|gate| matches!(gate.criterion, Criterion::Approval { .. })) {
            let note = "Support and success teams are briefed".to_owned();
            operator.approve_gate(migration, cohort, gate.id, true, note).await?;
        }
        Ok(())
    }

    /// A threshold that was changed after the start, as the page marks it.
    async fn allow_more_blocked(&self, migration: &MigrationId, cohort: CohortNumber) -> Result<(), StoreError> {
        let lead = self.store.acting_as(self.lead.clone());
        let mut lists = lead.cohort_report(migration, cohort).await?.cohort.gates.lists;
        for gate in lists.exit.iter_mut().filter(|gate| gate.criterion == Criterion::Blocked) {
            gate.threshold = Amount::whole(3);
        }
        lead.change_gates(migration, cohort, lists).await
    }

    async fn comments(&self, migration: &MigrationId, due: &[&Fate]) -> Result<(), StoreError> {
        for fate in due.iter().filter(|fate| scatter(fate.number.0 as usize, 7).is_multiple_of(12)) {
            let index = fate.number.0 as usize;
            let author = self.operator(index);
            let text = pick(names::COMMENTS, index, 8).to_owned();
            self.store.acting_as(author).comment(migration, fate.number, command(), text).await?;
        }
        Ok(())
    }

    fn operator(&self, index: usize) -> Caller {
        self.operators[scatter(index, 9) % self.operators.len()].clone()
    }

    /// Makes many moves at once, as many people would; the writer takes them together.
    async fn moves(&self, migration: &MigrationId, moves: Vec<(AccountNumber, Move)>) -> Result<(), StoreError> {
        let mut running = JoinSet::new();
        for (number, to) in moves {
            let (store, migration, caller) = (self.store.clone(), migration.clone(), self.operator(number.0 as usize));
            running.spawn(async move {
                let acting = store.acting_as(caller);
                let seen = acting.row(&migration, number).await?.state;
                let change = Change::State { seen, to };
                acting.edit_account(&migration, number, command(), vec![change]).await
            });
        }
        while let Some(outcome) = running.join_next().await {
            match outcome {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => return Err(error),
                Err(error) => return Err(StoreError::Refused(error.to_string())),
            }
        }
        Ok(())
    }
}

/// The gates of a cohort: the first ones are lenient, as those of a pilot are.
fn gates(cohort: usize) -> GateLists {
    let at =
        |criterion: Criterion, threshold: u32| Gate { threshold: Amount::whole(threshold), ..Gate::usual(criterion) };
    let (completed, blocked, rolled_back) = if cohort < 2 { (85, 12, 6) } else { (98, 2, 4) };
    let mut lists = GateLists::default();
    lists.entry.push(Gate::usual(Criterion::Previous));
    if cohort > 0 {
        let duty = "Customer success".to_owned();
        lists.entry.push(Gate::usual(Criterion::Approval { duty, person: None, four_eyes: true }));
    }
    lists.exit.push(at(Criterion::Completed, completed));
    lists.exit.push(at(Criterion::Blocked, blocked));
    lists.exit.push(at(Criterion::RolledBack, rolled_back));
    lists.exit.push(at(Criterion::Soak, if cohort < 2 { 12 } else { 24 }));
    if cohort > 1 {
        lists.exit.push(Gate::usual(Criterion::Tickets));
        lists.exit.push(Gate::usual(Criterion::ErrorRate));
    }
    lists.triggers.push(at(Criterion::RolledBack, 10));
    lists
}

fn block(index: usize) -> Move {
    let (category, text) = names::BLOCKERS[scatter(index, 10) % names::BLOCKERS.len()];
    Move::Block {
        category: BlockerCategory::from_code(category).unwrap_or(BlockerCategory::Other),
        text: text.to_owned(),
    }
}

fn command() -> CommandId {
    CommandId(names::token())
}
