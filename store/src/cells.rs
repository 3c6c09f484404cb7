//! Many accounts at once, each as a command of its own; and taking such edits back.

use crate::acting::{Acting, entries_of};
use crate::commands::{AccountEdit, AccountUndo, Answer, Command, EditResult};
use crate::error::StoreError;
use crate::journal::own_changes;
use domain::account::Change;
use domain::actor::Actor;
use domain::event::{Stream, Subject};
use domain::id::{AccountNumber, CommandId, MigrationId};
use domain::paste::PASTE_ROWS_MAX;
use domain::policy::Action;
use std::collections::BTreeSet;
use tokio::task::JoinSet;

/// Changes of one row; a row has no more cells that can be changed.
const CHANGES_MAX: usize = 100;

/// What became of each account.
pub type Outcomes = Vec<(AccountNumber, Result<EditResult, StoreError>)>;

impl Acting<'_> {
    /// Changes up to [`PASTE_ROWS_MAX`] accounts. Each is saved or refused on its own.
    pub async fn edit_cells(
        &self,
        migration: &MigrationId,
        id: CommandId,
        rows: Vec<(AccountNumber, Vec<Change>)>,
    ) -> Result<Outcomes, StoreError> {
        self.allow(Action::EditAccounts).await?;
        check_rows(rows.iter().map(|(account, _)| *account))?;
        if rows.iter().any(|(_, changes)| changes.len() > CHANGES_MAX) {
            return Err(StoreError::Refused("A row cannot have so many changes.".to_owned()));
        }
        let role = self.caller().role;
        let command = |account, changes| Command::EditAccount {
            migration: migration.clone(),
            account,
            edit: AccountEdit { role, changes },
        };
        let commands = rows.into_iter().map(|(account, changes)| (account, command(account, changes))).collect();
        self.submit_each(&id, commands).await
    }

    /// Takes back edits of one's own, each named by its account and its event's number.
    pub async fn undo_edits(
        &self,
        migration: &MigrationId,
        id: CommandId,
        events: Vec<(AccountNumber, u64)>,
    ) -> Result<Outcomes, StoreError> {
        self.allow(Action::EditAccounts).await?;
        check_rows(events.iter().map(|(account, _)| *account))?;
        let stream = Stream::Migration(migration.clone());
        let mut seqs: Vec<u64> = events.iter().map(|(_, seq)| *seq).collect();
        seqs.sort_unstable();
        seqs.dedup();
        let mut known = Vec::new();
        for (row, personal) in self.store().events_at(&stream, &seqs).await? {
            known.push((row.seq, own_changes(&row, &entries_of(personal.as_ref())?)?));
        }
        let mine = Actor::User { id: self.caller().user.clone() };
        let (mut commands, mut refused) = (Vec::new(), Vec::new());
        for (account, seq) in events {
            let event = known.iter().find(|(known, _)| *known == seq).map(|(_, event)| event);
            match event {
                Some((actor, subject, changes)) if *actor == mine && *subject == Subject::Account(account) => {
                    let undo = AccountUndo { role: self.caller().role, seq, changes: changes.clone() };
                    commands.push((account, Command::UndoEdit { migration: migration.clone(), account, undo }));
                }
                _ => {
                    let error = StoreError::Refused("Only an edit of your own can be undone here.".to_owned());
                    refused.push((account, Err(error)));
                }
            }
        }
        let mut outcomes = self.submit_each(&id, commands).await?;
        outcomes.extend(refused);
        Ok(outcomes)
    }

    /// Hands each command to the writer, which takes many of them into one transaction. The ids follow from the one of
    /// the whole, so that sending it again does nothing twice.
    async fn submit_each(
        &self,
        id: &CommandId,
        commands: Vec<(AccountNumber, Command)>,
    ) -> Result<Outcomes, StoreError> {
        let fits = (8..=48).contains(&id.0.len()) && id.0.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !fits {
            return Err(StoreError::field("command", "The command's id is not valid."));
        }
        let actor = Actor::User { id: self.caller().user.clone() };
        let mut waiting = JoinSet::new();
        for (index, (account, command)) in commands.into_iter().enumerate() {
            let (store, actor, from) = (self.store().clone(), actor.clone(), self.caller().from.clone());
            let id = CommandId(format!("{id}-{account}"));
            waiting.spawn(async move {
                let answer = store.submit(actor, from, id, command).await;
                let outcome = answer.and_then(|answer| match answer {
                    Answer::Edited(result) => Ok(*result),
                    _ => Err(StoreError::Stopping),
                });
                (index, account, outcome)
            });
        }
        let mut outcomes = Vec::new();
        while let Some(done) = waiting.join_next().await {
            // A task ends early only when the server does.
            outcomes.push(done.map_err(|_| StoreError::Stopping)?);
        }
        outcomes.sort_by_key(|(index, ..)| *index);
        Ok(outcomes.into_iter().map(|(_, account, outcome)| (account, outcome)).collect())
    }
}

fn check_rows(accounts: impl Iterator<Item = AccountNumber>) -> Result<(), StoreError> {
    let (mut seen, mut count) = (BTreeSet::new(), 0);
    for account in accounts {
        count += 1;
        if !seen.insert(account) {
            return Err(StoreError::Refused(format!("Account {account} is there twice.")));
        }
    }
    match count > PASTE_ROWS_MAX {
        true => Err(StoreError::Refused("At most 500 rows can be changed this way.".to_owned())),
        false => Ok(()),
    }
}
