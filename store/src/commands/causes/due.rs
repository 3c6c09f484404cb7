//! Writing what is due.

use super::letters::Letter;
use super::{Origin, Work};
use crate::commands::{Answer, Context, Prepared};
use crate::model::Write;
use domain::id::{AccountNumber, MigrationId};
use domain::migration::MigrationStage;
use domain::notice::flag::FlagKind;
use domain::notice::message::MessageKey;
use domain::notice::plan::{self, Decision, Planned};
use domain::notice::rule::Trigger;

/// Above so many accounts, open pages ask for their rows anew rather than being told each of them.
const LISTED_LIVE: usize = 50;

/// Writes what is due of these accounts now.
pub(in crate::commands) fn write_due(context: &Context<'_>, id: &MigrationId, limit: usize) -> Prepared {
    let mut prepared = Prepared::default();
    let Some(migration) = context.model.migrations.get(id) else { return prepared };
    if migration.migration.stage != MigrationStage::Running {
        return prepared;
    }
    let accounts = migration.plan.due(context.now, limit);
    prepared.resync = accounts.len() > LISTED_LIVE;
    for number in accounts {
        // What the plan sends because of a bulk change or an import belongs to it.
        let bulk = migration.table.planning(number).and_then(|(_, _, since)| since?.bulk.clone());
        let origin = Origin { bulk, ..Origin::default() };
        let mut work = Work { context, migration, id, origin: &origin, prepared: &mut prepared };
        work.write_due_of(number);
    }
    let written = prepared.writes.iter().filter(|write| matches!(write, Write::Message(..))).count() as u64;
    prepared.answer = Answer::Written(written);
    prepared
}

impl Work<'_, '_> {
    /// Writes what is due of one account.
    fn write_due_of(&mut self, number: AccountNumber) {
        let Some(account) = self.migration.table.account(number) else { return };
        let zones = self.migration.zones();
        let now = self.context.now;
        let planned = self.migration.planned(&self.context.model.customers, number);
        let due: Vec<(Planned, Decision)> = self
            .migration
            .with_facts(&self.context.model.customers, number, |facts| {
                let decided = planned.into_iter().filter(|planned| planned.due <= now).filter_map(|planned| {
                    let rule = self.migration.notices.rules.get(&planned.rule)?;
                    let decision = plan::decide(rule, &planned, facts, &zones, now);
                    Some((planned, decision))
                });
                decided.collect()
            })
            .unwrap_or_default();
        for (planned, decision) in due {
            let Some(rule) = self.migration.notices.rules.get(&planned.rule) else { continue };
            let (due, late, suppress) = match decision {
                Decision::Send { due, late } => (due, late, None),
                Decision::Suppress(why) => (now, false, Some(why)),
            };
            for to in self.recipients(rule, planned.to, Some(&account), account.cohort) {
                let key = MessageKey::of_rule(rule.number, Some(number), &to, account.attempt, "");
                let letter = Letter::of_rule(rule, key, to, due).about(&account);
                self.put(Letter { late, suppress, ..letter });
            }
            if let Trigger::NotNotified { days_before_deadline } = rule.settings.trigger {
                let because = format!("Nobody was notified {days_before_deadline} days before the deadline.");
                self.raise(FlagKind::Escalated, number, "", &because);
            }
        }
    }
}
