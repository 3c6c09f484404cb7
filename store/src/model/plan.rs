//! The plan of a migration: when which account's messages are due, mended in place as accounts, rules, contacts, messages and
//! settings change. What exactly is due is computed again when its time has come.

use super::MigrationModel;
use crate::rows::StoredCustomer;
use domain::clock::Instant;
use domain::customer::Profile;
use domain::id::{AccountNumber, ExternalId, NoticeRuleNumber};
use domain::migration::MigrationStage;
use domain::notice::NoticeKind;
use domain::notice::hours::Zones;
use domain::notice::message::Message;
use domain::notice::plan::{self, Around, Calendar, Facts, Planned};
use domain::notice::rule::{NoticeRule, Trigger};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

type Customers = HashMap<ExternalId, Arc<StoredCustomer>>;

/// Due instants of a migration's accounts, the earliest first.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Plan {
    due: BTreeSet<(Instant, AccountNumber, NoticeRuleNumber)>,
    /// The same by account: what has to go when the account changes.
    of_account: HashMap<AccountNumber, Vec<(Instant, NoticeRuleNumber)>>,
}

impl Plan {
    /// The first instant at which something is due.
    pub(crate) fn first(&self) -> Option<Instant> {
        self.due.first().map(|(due, ..)| *due)
    }

    /// The first instant at which something of one rule is due.
    pub(crate) fn first_of(&self, rule: NoticeRuleNumber) -> Option<Instant> {
        self.due.iter().find(|(.., of)| *of == rule).map(|(due, ..)| *due)
    }

    /// Up to `limit` accounts of which something is due now, those that wait longest first.
    pub(crate) fn due(&self, now: Instant, limit: usize) -> Vec<AccountNumber> {
        let mut accounts = Vec::new();
        let mut seen = BTreeSet::new();
        for (due, account, _) in &self.due {
            if *due > now || accounts.len() == limit {
                break;
            }
            if seen.insert(*account) {
                accounts.push(*account);
            }
        }
        accounts
    }

    fn replace(&mut self, account: AccountNumber, planned: Vec<(Instant, NoticeRuleNumber)>) {
        let before = match planned.is_empty() {
            true => self.of_account.remove(&account),
            false => {
                self.due.extend(planned.iter().map(|(due, rule)| (*due, account, *rule)));
                self.of_account.insert(account, planned.clone())
            }
        };
        for (due, rule) in before.into_iter().flatten() {
            if !planned.contains(&(due, rule)) {
                self.due.remove(&(due, account, rule));
            }
        }
    }
}

/// Whether a rule has a place in the plan: status rules for accounts of an import that was let fire them.
fn is_planned(rule: &&NoticeRule) -> bool {
    rule.is_on() && (rule.settings.trigger.is_planned() || matches!(rule.settings.trigger, Trigger::Status { .. }))
}

impl MigrationModel {
    /// The calendar of its days and zones.
    pub(crate) fn zones(&self) -> Zones {
        Zones::new(&self.migration.settings.time_zone)
    }

    /// What a plan knows of the migration.
    pub(crate) fn around<'a>(&self, calendar: &'a dyn Calendar) -> Around<'a> {
        Around { stage: self.migration.stage, deadline: self.migration.settings.deadline, calendar }
    }

    /// Runs `act` with what a plan knows of an account; `None` if there is no such account.
    pub(crate) fn with_facts<T>(
        &self,
        customers: &Customers,
        number: AccountNumber,
        act: impl FnOnce(&Facts<'_>) -> T,
    ) -> Option<T> {
        let (row, attempt, since) = self.table.planning(number)?;
        let nobody = Profile::default();
        let customer = customers.get(&row.external_id).map_or(&nobody, |stored| &stored.customer.profile);
        let messages: Vec<&Message> = self.notices.of_account(number).map(|message| &**message).collect();
        Some(act(&Facts {
            account: number,
            state: &row.state,
            attempt,
            since,
            halted: self.is_halted(row.cohort),
            customer,
            messages: &messages,
        }))
    }

    /// What the rules plan for an account from now on.
    pub(crate) fn planned(&self, customers: &Customers, number: AccountNumber) -> Vec<Planned> {
        self.planned_by(customers, number, &self.zones(), &self.planning_rules())
    }

    /// The rules that have a place in the plan.
    fn planning_rules(&self) -> Vec<&NoticeRule> {
        self.notices.rules.values().filter(is_planned).collect()
    }

    pub(crate) fn planned_by(
        &self,
        customers: &Customers,
        number: AccountNumber,
        zones: &Zones,
        rules: &[&NoticeRule],
    ) -> Vec<Planned> {
        if rules.is_empty() {
            return Vec::new();
        }
        let around = self.around(zones);
        self.with_facts(customers, number, |facts| plan::plan(rules.iter().copied(), facts, &around))
            .unwrap_or_default()
    }

    /// Plans some accounts anew, after they or what is known of them have changed.
    pub(crate) fn replan(&mut self, customers: &Customers, accounts: impl IntoIterator<Item = AccountNumber>) {
        let zones = self.zones();
        let rules: Vec<NoticeRule> = self.planning_rules().into_iter().cloned().collect();
        let rules: Vec<&NoticeRule> = rules.iter().collect();
        for number in accounts {
            let planned = self.planned_by(customers, number, &zones, &rules);
            let mut earliest: Vec<(Instant, NoticeRuleNumber)> = Vec::new();
            for planned in planned {
                match earliest.iter_mut().find(|(_, rule)| *rule == planned.rule) {
                    Some((due, _)) => *due = planned.due.min(*due),
                    None => earliest.push((planned.due, planned.rule)),
                }
            }
            self.plan.replace(number, earliest);
            self.show_notices(Some(number));
        }
    }

    /// When the notice of an account's date goes out, if a rule that is on plans it.
    pub(crate) fn notice_due(&self, account: AccountNumber) -> Option<Instant> {
        let planned = self.plan.of_account.get(&account).map(Vec::as_slice).unwrap_or_default();
        let of_kind = |rule: &NoticeRuleNumber| self.notices.rules.get(rule).map(|rule| rule.settings.kind);
        planned.iter().filter(|(_, rule)| of_kind(rule) == Some(NoticeKind::Notice)).map(|(due, _)| *due).min()
    }

    /// Plans everything anew: a rule, the zone, the deadline or the stage has changed.
    pub(crate) fn replan_all(&mut self, customers: &Customers) {
        let numbers = 1..=self.table.len();
        self.replan(customers, numbers.map(AccountNumber));
    }

    /// When something is due next; never while the migration does not run.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.plan.first().filter(|_| self.migration.stage == MigrationStage::Running)
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
