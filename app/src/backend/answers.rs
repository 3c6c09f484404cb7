//! The answer card: finding an account in any migration, and what is known of it.

use super::accounts::who;
use super::acting;
use crate::api::ApiError;
use crate::api::answers::{Answer, Found, HITS_MAX, Hit, LastChange, Moment, Rollback};
use crate::components::date::long_day;
use chrono::NaiveDate;
use domain::answer::{Known, RollbackChance, rollback_chance, sentence};
use domain::clock::Instant;
use domain::cohort::{Cohort, CohortStage};
use domain::custom::CustomField;
use domain::event::{Event, EventKind};
use domain::field::Field;
use domain::id::{AccountNumber, MigrationId};
use domain::migration::MigrationStage;
use domain::search::Rank;
use domain::state::{Interrupted, State};
use store::{AnswerView, FoundAccount, local_date, local_text};

/// Accounts that fit what somebody typed or pasted.
pub async fn find(text: String) -> Result<Found, ApiError> {
    acting(async |acting, _| {
        let found = acting.find(&text, HITS_MAX).await?;
        let customers = u32::try_from(found.customers).unwrap_or(u32::MAX);
        let hits: Vec<Hit> = found.accounts.into_iter().map(hit).collect();
        let first = match hits.first() {
            Some(first) => {
                let view = acting.answer(&first.migration, first.row.number).await?;
                Some(Box::new(told(view, first.rank)))
            }
            None => None,
        };
        Ok(Found { hits, customers, first })
    })
    .await
}

/// One account.
pub async fn one(migration: MigrationId, account: AccountNumber) -> Result<Answer, ApiError> {
    acting(async |acting, _| Ok(told(acting.answer(&migration, account).await?, Rank::Id))).await
}

fn hit(found: FoundAccount) -> Hit {
    Hit {
        migration: found.migration.id,
        slug: found.migration.settings.slug,
        migration_name: found.migration.settings.name,
        row: found.row,
        cohort: found.cohort.as_ref().map(Cohort::label),
        owner: found.owner,
        rank: found.rank,
    }
}

fn told(view: AnswerView, rank: Rank) -> Answer {
    let zone = view.migration.settings.time_zone.clone();
    let moment = |at: Instant| Moment { at, text: local_text(at, &zone, "%-d %b %Y, %H:%M") };
    let state = &view.row.state;
    let window = view.cohort.as_ref().and_then(|cohort| cohort.settings.window);
    let known = Known {
        migration: &view.migration,
        cohort: view.cohort.as_ref(),
        window: window.map(|window| (local_date(window.starts, &zone), local_date(window.ends, &zone))),
        state,
        migrated_on: view.row.migrated_on,
        today: view.today,
    };
    let (verdict, what) = verdict(state, &|at| moment(at).text);
    let around = standing_still(view.migration.stage, view.cohort.as_ref().map(|cohort| cohort.stage));
    let last_change = view.last_change.as_ref().map(|event| LastChange {
        who: who(&event.actor, &view.names),
        when: moment(event.at),
        what: what_changed(event, &view.migration.fields),
    });
    Answer {
        position: view.position,
        now: Moment { at: view.now, text: local_text(view.now, &zone, "%H:%M:%S %Z") },
        verdict: verdict.to_owned(),
        detail: [what.as_str(), around].join(" ").trim().to_owned(),
        rollback: rollback_chance(state, view.now).map(|chance| rollback(chance, view.today, &zone)),
        last_change,
        contacts: view.profile.contacts.clone(),
        sentence: sentence(&known),
        hit: hit(FoundAccount {
            migration: view.migration,
            row: view.row,
            cohort: view.cohort,
            owner: view.owner,
            rank,
        }),
    }
}

/// Whether the account is migrated, for colleagues: in short, then what exactly and since when.
fn verdict(state: &State, text: &dyn Fn(Instant) -> String) -> (&'static str, String) {
    const NOT_YET: &str = "Not migrated yet.";
    match state {
        State::NotStarted => (NOT_YET, "No date is set.".to_owned()),
        State::Scheduled { plan } => {
            let own = if plan.pinned.is_some() { ", a date of its own" } else { "" };
            (NOT_YET, format!("It is scheduled for {}{own}.", long_day(plan.date)))
        }
        State::InProgress { attempt } => ("Moving now.", format!("The move began on {}.", text(attempt.started_at))),
        State::Completed { migrated_at, .. } => {
            ("Migrated.", format!("The move was completed on {}.", text(*migrated_at)))
        }
        State::Blocked { blocker, interrupted } => {
            let since = text(blocker.since);
            let what = match interrupted {
                Interrupted::NotStarted => format!("It is blocked since {since}."),
                Interrupted::Scheduled { plan } => {
                    format!("It was scheduled for {} and is blocked since {since}.", long_day(plan.date))
                }
                Interrupted::InProgress { attempt } => {
                    format!("The move began on {} and is blocked since {since}.", text(attempt.started_at))
                }
            };
            (NOT_YET, what)
        }
        State::OptedOut => ("Not taking part.", "The customer opted out.".to_owned()),
        State::RolledBack { rolled_back_at, .. } => {
            ("Not migrated any more.", format!("It was rolled back on {}.", text(*rolled_back_at)))
        }
    }
}

/// What keeps accounts from starting, beyond the account itself.
fn standing_still(migration: MigrationStage, cohort: Option<CohortStage>) -> &'static str {
    match (migration, cohort) {
        (MigrationStage::Draft, _) => "The migration is still a draft.",
        (MigrationStage::Paused, _) => "The migration is paused.",
        (MigrationStage::Closed, _) => "The migration is closed.",
        (MigrationStage::Running, Some(CohortStage::Halted)) => "Its cohort is halted.",
        (MigrationStage::Running, Some(CohortStage::Closed)) => "Its cohort is closed.",
        (MigrationStage::Running, _) => "",
    }
}

fn rollback(chance: RollbackChance, today: NaiveDate, zone: &str) -> Rollback {
    let until = match chance {
        RollbackChance::WhileMoving(until) => until,
        RollbackChance::Until(until) | RollbackChance::Ended(until) => Some(until),
        RollbackChance::Never => None,
    };
    Rollback {
        chance,
        until: until.map(|until| local_text(until, zone, "%-d %b %Y, %H:%M %Z")),
        days_left: until.map_or(0, |until| (local_date(until, zone) - today).num_days()),
    }
}

/// What an event did, after the name of who did it. Custom fields have names of their own.
fn what_changed(event: &Event, fields: &[CustomField]) -> String {
    let name = |field: Field| match field {
        Field::Custom(number) => {
            fields.iter().find(|field| field.number == number).map(|field| field.settings.label.clone())
        }
        _ => None,
    };
    let label = |field: Field| name(field).unwrap_or_else(|| field.label().to_lowercase());
    let fields: Vec<String> = event.changes.iter().map(|change| label(change.field)).collect();
    let changed = matches!(
        event.kind,
        EventKind::AccountChanged | EventKind::AccountsImported | EventKind::AccountsChangedInBulk
    );
    match fields.as_slice() {
        [first @ .., last] if changed && !first.is_empty() => format!("changed {} and {last}", first.join(", ")),
        [only] if changed => format!("changed {only}"),
        _ => event.kind.label().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::blocker::{Blocker, BlockerCategory};
    use domain::state::{Attempt, Plan};

    #[test]
    fn every_state_has_its_verdict() {
        let at = Instant::UNIX_EPOCH;
        let plan = || Plan { date: "2026-06-02".parse().unwrap(), pinned: None };
        let attempt = || Attempt { plan: Some(plan()), started_at: at, rollback_until: None };
        let blocked = |interrupted| State::Blocked {
            blocker: Blocker { category: BlockerCategory::Data, text: String::new(), since: at },
            interrupted,
        };
        let cases = [
            (State::NotStarted, "Not migrated yet. No date is set."),
            (State::Scheduled { plan: plan() }, "Not migrated yet. It is scheduled for 2 Jun 2026."),
            (State::InProgress { attempt: attempt() }, "Moving now. The move began on then."),
            (State::Completed { attempt: attempt(), migrated_at: at }, "Migrated. The move was completed on then."),
            (blocked(Interrupted::NotStarted), "Not migrated yet. It is blocked since then."),
            (
                blocked(Interrupted::Scheduled { plan: plan() }),
                "Not migrated yet. It was scheduled for 2 Jun 2026 and is blocked since then.",
            ),
            (
                blocked(Interrupted::InProgress { attempt: attempt() }),
                "Not migrated yet. The move began on then and is blocked since then.",
            ),
            (State::OptedOut, "Not taking part. The customer opted out."),
            (
                State::RolledBack { rolled_back_at: at, reason: String::new() },
                "Not migrated any more. It was rolled back on then.",
            ),
        ];
        for (state, expected) in cases {
            let (short, long) = verdict(&state, &|_| "then".to_owned());
            assert_eq!(format!("{short} {long}"), expected);
        }
    }
}
