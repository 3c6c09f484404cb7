//! A long time of a migration in a few seconds: random changes, pauses, outages and restarts. A slow oracle of its own looks at
//! what was delivered: everything that the rules demand exactly once, nothing that they forbid.

use crate::testing::{World, command};
use chrono::{Datelike, Days, NaiveDate, TimeDelta, Timelike};
use chrono_tz::Tz;
use domain::clock::{Clock, Instant};
use domain::customer::Fact;
use domain::customer::edit::CustomerChange;
use domain::id::{AccountNumber, NoticeRuleNumber};
use domain::migration::MigrationStage;
use domain::notice::NoticeKind;
use domain::notice::defaults::proposal;
use domain::notice::message::Message;
use domain::notice::rule::Trigger;
use domain::policy::Role;
use domain::state::{Move, State};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::BTreeMap;

const ZONES: [&str; 4] = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"];
const NOTICE: NoticeRuleNumber = NoticeRuleNumber(1);
const CONFIRMATION: NoticeRuleNumber = NoticeRuleNumber(2);

/// What the oracle remembers of an account: only what was delivered, by attempt.
#[derive(Default)]
struct Told {
    /// How often each kind was delivered in an attempt.
    counts: BTreeMap<(u16, NoticeKind), u32>,
    /// The date told last in an attempt.
    date: BTreeMap<u16, NaiveDate>,
}

struct Oracle {
    zones: Vec<Tz>,
    told: Vec<Told>,
    delivered: u32,
}

/// The oracle's own reading of nine to five on weekdays.
fn in_hours(now: Instant, zone: Tz) -> bool {
    let local = now.with_timezone(&zone);
    local.weekday().num_days_from_monday() < 5 && (9..17).contains(&local.hour())
}

fn today(now: Instant) -> NaiveDate {
    now.with_timezone(&Tz::Europe__Berlin).date_naive()
}

impl Oracle {
    /// Nothing that goes out is forbidden.
    fn delivered(&mut self, message: &Message, state: &State, attempt: u16, now: Instant) {
        let number = message.account.expect("all rules are about accounts");
        let index = number.0 as usize - 1;
        let what = format!("{:?} to account {number} at {now}, which is {state:?}", message.kind);
        assert!(in_hours(now, self.zones[index]), "outside of hours: {what}");
        assert_eq!(message.attempt, attempt, "of another attempt: {what}");
        let told = &mut self.told[index];
        match message.kind {
            NoticeKind::Notice | NoticeKind::Reminder | NoticeKind::Correction => {
                let State::Scheduled { plan } = state else { panic!("not scheduled: {what}") };
                assert_eq!(message.told_date, Some(plan.date), "another date: {what}");
                let days = if message.kind == NoticeKind::Notice { 14 } else { 3 };
                if message.kind == NoticeKind::Correction {
                    assert!(
                        told.date.get(&attempt).is_some_and(|told| *told != plan.date),
                        "nothing to correct: {what}"
                    );
                } else {
                    assert!(today(now) >= plan.date - Days::new(days), "too early: {what}");
                    assert!((plan.date - today(now)).num_days() >= 2, "too late: {what}");
                }
                told.date.insert(attempt, plan.date);
            }
            NoticeKind::Confirmation => assert!(matches!(state, State::Completed { .. }), "not completed: {what}"),
            kind => panic!("no rule sends {kind:?}"),
        }
        let count = told.counts.entry((attempt, message.kind)).or_default();
        *count += 1;
        assert!(*count == 1 || message.kind == NoticeKind::Correction, "twice: {what}");
        self.delivered += 1;
    }

    /// Everything that is demanded by now has gone out.
    fn demand(&self, number: AccountNumber, state: &State, attempt: u16, now: Instant) {
        let index = number.0 as usize - 1;
        if !in_hours(now, self.zones[index]) {
            return;
        }
        let told = &self.told[index];
        let has = |kind| told.counts.contains_key(&(attempt, kind));
        let what = format!("account {number} at {now} is {state:?}, attempt {attempt}");
        match state {
            State::Scheduled { plan } => {
                let left = (plan.date - today(now)).num_days();
                if (2..=14).contains(&left) {
                    assert!(has(NoticeKind::Notice), "no notice: {what}");
                }
                if (2..=3).contains(&left) {
                    assert!(has(NoticeKind::Reminder), "no reminder: {what}");
                }
                if let Some(date) = told.date.get(&attempt) {
                    assert_eq!(*date, plan.date, "not corrected: {what}");
                }
            }
            State::Completed { .. } => assert!(has(NoticeKind::Confirmation), "no confirmation: {what}"),
            _ => {}
        }
    }
}

async fn simulate(seed: u64, accounts: u32, days: u32) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut world = World::new().await;
    world.start().await;
    world.switch_on(NOTICE).await;
    world.switch_on(CONFIRMATION).await;
    for trigger in [Trigger::BeforeDate { days: 3 }, Trigger::DateMoved] {
        let lead = world.acting(Role::Lead);
        let rule = lead.save_notice_rule(&world.migration, None, proposal(trigger)).await.unwrap();
        world.switch_on(rule).await;
    }
    let mut oracle = Oracle { zones: Vec::new(), told: Vec::new(), delivered: 0 };
    for index in 0..accounts {
        let account = world.account(&format!("C-{index}")).await;
        assert_eq!(account, AccountNumber(index + 1));
        let zone = ZONES[index as usize % ZONES.len()];
        let change = CustomerChange::Fact { fact: Fact::TimeZone, seen: String::new(), to: zone.into() };
        let customer = format!("C-{index}").as_str().into();
        world.acting(Role::Operator).change_customer(&customer, command(), vec![change]).await.unwrap();
        oracle.zones.push(zone.parse().unwrap());
        oracle.told.push(Told::default());
    }
    let end = world.clock.now() + TimeDelta::days(i64::from(days));
    let mut off_until = world.clock.now();
    let mut paused_until = None;
    while world.clock.now() < end {
        world.clock.advance(TimeDelta::minutes(rng.random_range(60..480)));
        let now = world.clock.now();
        for _ in 0..rng.random_range(0..=accounts.div_ceil(40)) {
            let account = AccountNumber(rng.random_range(1..=accounts));
            change_something(&world, account, &mut rng).await;
        }
        let lead = world.acting(Role::Lead);
        match paused_until {
            Some(until) if until <= now => {
                lead.move_migration(&world.migration, MigrationStage::Running, "go on".into()).await.unwrap();
                paused_until = None;
            }
            None if rng.random_ratio(1, 200) => {
                lead.move_migration(&world.migration, MigrationStage::Paused, "a break".into()).await.unwrap();
                paused_until = Some(now + TimeDelta::hours(rng.random_range(5..80)));
            }
            _ => {}
        }
        // The process dies: what it had in memory is gone, another one starts after a while.
        if rng.random_ratio(1, 50) {
            off_until = now + TimeDelta::hours(rng.random_range(0..60));
            let twin = world.store.twin().await;
            std::mem::replace(&mut world.store, twin).close().await;
        }
        if now < off_until {
            continue;
        }
        world.write_due().await;
        for message in world.send().await {
            let number = message.account.unwrap();
            let (state, attempt) = present(&world, number);
            oracle.delivered(&message, &state, attempt, now);
        }
        if paused_until.is_none() {
            for number in (1..=accounts).map(AccountNumber) {
                let (state, attempt) = present(&world, number);
                oracle.demand(number, &state, attempt, now);
            }
        }
    }
    world.check().await;
    println!("seed {seed}: {} messages about {accounts} accounts in {days} days", oracle.delivered);
    assert!(oracle.delivered > accounts / 2, "only {} messages: nothing was tried", oracle.delivered);
}

fn present(world: &World, number: AccountNumber) -> (State, u16) {
    let model = world.store.model();
    let table = &model.migration(&world.migration).unwrap().table;
    let (row, attempt, _) = table.planning(number).unwrap();
    (row.state.clone(), attempt)
}

/// One of the moves that the account allows; a refused one changes nothing.
async fn change_something(world: &World, account: AccountNumber, rng: &mut StdRng) {
    let (seen, _) = present(world, account);
    let date = today(world.clock.now()) + Days::new(rng.random_range(0..40));
    let to = match (&seen, rng.random_range(0..10)) {
        (State::Scheduled { .. }, 0..=5) => Move::Schedule { date, pinned: None },
        (State::Scheduled { .. }, 6) => Move::Reset,
        (State::Scheduled { .. }, 7) => {
            Move::Block { category: domain::blocker::BlockerCategory::Other, text: String::new() }
        }
        (State::Scheduled { .. }, _) => Move::Start,
        (State::InProgress { .. }, 0..=6) => Move::Complete { at: None },
        (State::InProgress { .. }, _) => Move::RollBack { reason: "tried".into() },
        (State::Completed { .. }, 0) => Move::RollBack { reason: "errors".into() },
        (State::Completed { .. }, _) => return,
        (State::Blocked { .. }, _) => Move::Resume,
        (State::OptedOut, _) => Move::Reset,
        (State::NotStarted | State::RolledBack { .. }, 9) => Move::OptOut,
        (State::NotStarted | State::RolledBack { .. }, _) => Move::Schedule { date, pinned: None },
    };
    let change = vec![domain::account::Change::State { seen, to }];
    // Starting is refused in a pause, a rollback after its time.
    world.acting(Role::Lead).edit_account(&world.migration, account, command(), change).await.ok();
}

/// The variables make it as long as one likes; `scripts/soak` runs a year with 2,000 accounts.
#[tokio::test]
async fn a_long_time_with_random_changes_and_crashes() {
    let number = |name: &str, default: u64| {
        std::env::var(format!("LANDBRIDGE_NOTICES_{name}")).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let (accounts, days) = (number("ACCOUNTS", 200) as u32, number("DAYS", 60) as u32);
    simulate(number("SEED", 20_261_120), accounts, days).await;
}
