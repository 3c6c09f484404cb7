//! The lines of the list, in sections: accounts, commands, what can be done with the account that was chosen.

use super::answers::Outcome;
use super::commands::{Command, Run, fitting, lead};
use crate::api::answers::{Answer, Hit};
use crate::api::migrations::Overview;
use crate::pages::accounts::edit::{circumstances, label, moves};
use domain::policy::Action;
use domain::search::fold;
use domain::view::escape;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    Account(Box<Hit>),
    /// An account that was looked at before; how it stands is not known yet.
    Recent(Box<Hit>),
    Command(Command),
}

impl Entry {
    /// The account of this line.
    pub fn hit(&self) -> Option<&Hit> {
        match self {
            Entry::Account(hit) | Entry::Recent(hit) => Some(hit),
            Entry::Command(_) => None,
        }
    }
}

/// Lines below one heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    pub title: &'static str,
    pub entries: Vec<Entry>,
}

/// What is listed while somebody searches.
pub fn searching(query: &str, outcome: &Outcome, commands: &[Command], recent: &[Hit]) -> Vec<Section> {
    let typed = !query.trim().is_empty();
    let hits: Vec<Entry> = match outcome {
        Outcome::Found(found) if typed => found.hits.iter().map(|hit| Entry::Account(Box::new(hit.clone()))).collect(),
        _ if typed => Vec::new(),
        _ => recent.iter().map(|hit| Entry::Recent(Box::new(hit.clone()))).collect(),
    };
    let best = hits.first().and_then(Entry::hit).map(|hit| hit.rank);
    let commands = fitting(commands, query);
    let commands_lead = typed && lead(&commands, best, query);
    let accounts = Section { title: if typed { "Accounts" } else { "Looked at before" }, entries: hits };
    let commands = Section { title: "Commands", entries: commands.into_iter().map(Entry::Command).collect() };
    let sections = if commands_lead { [commands, accounts] } else { [accounts, commands] };
    sections.into_iter().filter(|section| !section.entries.is_empty()).collect()
}

/// What can be done with an account: `overview` is there for those who may change it, once it has come.
pub fn with_account(hit: &Hit, card: Option<&Answer>, overview: Option<&Overview>, typed: &str) -> Vec<Section> {
    let id = &hit.row.external_id;
    let go = |icon, label: &str, note: &str, address: String| Command::new(icon, label, note, Run::Go(address));
    let mut commands = vec![go("arrow", "Open the account", &hit.migration_name, hit.address())];
    if card.is_some() {
        commands.push(Command::new("copy", "Copy the sentence", "Safe to tell the customer", Run::CopySentence));
    }
    if let (Some(card), Some(overview)) = (card, overview.filter(|overview| overview.me.may(Action::EditAccounts))) {
        let row = &card.hit.row;
        for (kind, refusal) in moves(&row.state, &circumstances(overview, row, card.now.at)) {
            let target = kind.target(&row.state);
            let note = target.map(|target| format!("Status: {}", target.label())).unwrap_or_default();
            let icon = target.map_or("right", |target| target.css());
            let command = Command::new(icon, label(kind, &row.state), note, Run::Move(kind));
            commands.push(Command { refused: refusal.map(|rule| rule.to_string()), ..command });
        }
        let owner = card.hit.owner.clone().unwrap_or_else(|| "Nobody".to_owned());
        let cohort = card.hit.cohort.clone().unwrap_or_else(|| "No cohort".to_owned());
        let refused = row.state.may_change_cohort().err().map(|rule| rule.to_string());
        commands.push(Command::new("users", "Assign an owner…", format!("Owner: {owner}"), Run::Owner));
        commands.push(Command {
            refused,
            ..Command::new("group", "Change the cohort…", format!("Cohort: {cohort}"), Run::Cohort)
        });
    }
    let table = format!("/m/{}/accounts?q={}", hit.slug, escape(id.as_str()));
    commands.push(go("rows", "Show it in the table", &hit.migration_name, table));
    // What is refused stays in sight, below what is allowed.
    commands.sort_by_key(|command| command.refused.is_some());
    let folded = fold(typed);
    let words: Vec<&str> = folded.split_whitespace().collect();
    let entries = commands.into_iter().filter(|command| command.fits(&words)).map(Entry::Command).collect();
    let section = Section { title: "What to do", entries };
    if section.entries.is_empty() { Vec::new() } else { vec![section] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::answers::Found;
    use domain::account::Row;
    use domain::id::{AccountNumber, MigrationId};
    use domain::search::Rank;
    use domain::state::State;

    fn hit(name: &str, rank: Rank) -> Hit {
        let row = Row {
            number: AccountNumber(7),
            external_id: "C 7".into(),
            name: name.into(),
            email: String::new(),
            plan: String::new(),
            region: String::new(),
            state: State::NotStarted,
            migrated_on: None,
            rollback_until_on: None,
            cohort: None,
            owner: None,
            custom: Default::default(),
            notices: Default::default(),
        };
        Hit {
            migration: MigrationId::from("m"),
            slug: "ledger-3".into(),
            migration_name: "Ledger 3".into(),
            row,
            cohort: None,
            owner: None,
            rank,
        }
    }

    fn titles(sections: &[Section]) -> Vec<&str> {
        sections.iter().map(|section| section.title).collect()
    }

    #[test]
    fn accounts_come_before_commands_unless_a_command_is_named() {
        let commands = [Command::new("audit", "Audit log", "", Run::Go("/audit".into()))];
        let found = |rank| Outcome::Found(Found { hits: vec![hit("Auditeers", rank)], customers: 1, first: None });
        let listed = |outcome: &Outcome, query: &str| searching(query, outcome, &commands, &[hit("Old", Rank::Id)]);
        assert_eq!(titles(&listed(&found(Rank::NameStart), "audit")), ["Accounts", "Commands"]);
        assert_eq!(titles(&listed(&found(Rank::Typo), "audit")), ["Commands", "Accounts"]);
        assert_eq!(titles(&listed(&found(Rank::NameStart), "auditeers")), ["Accounts"]);
        assert_eq!(titles(&listed(&Outcome::Idle, " ")), ["Looked at before", "Commands"]);
        assert!(listed(&Outcome::Offline, "auditeers").is_empty());
    }

    #[test]
    fn somebody_who_only_reads_is_offered_no_change() {
        let listed = with_account(&hit("Old", Rank::Id), None, None, "");
        let labels: Vec<_> = listed[0]
            .entries
            .iter()
            .map(|entry| match entry {
                Entry::Command(command) => (command.label.as_str(), command.run.clone()),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(labels[0], ("Open the account", Run::Go("/m/ledger-3/accounts/7".into())));
        assert_eq!(labels[1], ("Show it in the table", Run::Go("/m/ledger-3/accounts?q=C%207".into())));
        assert_eq!(labels.len(), 2);
        assert_eq!(with_account(&hit("Old", Rank::Id), None, None, "tab")[0].entries.len(), 1);
        assert!(with_account(&hit("Old", Rank::Id), None, None, "nothing like it").is_empty());
    }
}
