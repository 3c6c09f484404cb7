//! Taking back what a change of many accounts did: what the log tells of it, and what stands against it.

use super::job::Pace;
use super::{Bulk, with_rules};
use crate::acting::entries_of;
use crate::commands::{BulkCommand, UndoChunk};
use crate::error::StoreError;
use crate::journal::{read_parts, subject_key};
use crate::model::MigrationModel;
use crate::writer::Store;
use domain::account::{Account, EditContext};
use domain::bulk::{self, Left, NO_ACCOUNT, UndoReport, gone, may_go};
use domain::event::{EventKind, Stream, Subject};
use domain::field::FieldChange;
use domain::id::{AccountNumber, BulkId, MigrationId, UserId};
use domain::policy::Role;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Events of which the log is read at once.
pub(super) const EVENTS_AT_ONCE: usize = 16;

/// What the log says of some accounts of one event, with what the model alone cannot tell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    /// The event that is taken back.
    pub seq: u64,
    /// Which of its parts these begin with.
    pub first: u32,
    pub left: Vec<Left>,
    /// Who wrote the events that changed these accounts since.
    pub authors: BTreeMap<u64, UserId>,
    /// Accounts with events of their own, such as comments, which leave no trace in the row.
    pub spoken_of: BTreeSet<AccountNumber>,
}

impl Evidence {
    /// Each account beside what is known of all of them.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&Evidence, &Left)> {
        self.left.iter().map(move |left| (self, left))
    }

    /// Takes so many accounts from the front, all if there are fewer.
    fn take(&mut self, most: usize) -> Evidence {
        let count = most.min(self.left.len());
        let taken = Evidence {
            left: self.left.drain(..count).collect(),
            authors: self.authors.clone(),
            spoken_of: self.spoken_of.clone(),
            ..*self
        };
        self.first += count as u32;
        taken
    }
}

/// What the log says that was not yet taken back, in its order.
#[derive(Default)]
struct Waiting(VecDeque<Evidence>);

impl Waiting {
    fn accounts(&self) -> usize {
        self.0.iter().map(|evidence| evidence.left.len()).sum()
    }

    /// The next chunk: a change that ran while others wrote has short events, so that several of them make one.
    fn chunk(&mut self, id: &BulkId, most: usize) -> Option<UndoChunk> {
        let first = self.0.front()?;
        let from = (first.seq, first.first);
        let mut to = from;
        let mut evidence: Vec<Evidence> = Vec::new();
        let mut numbers = BTreeSet::new();
        let mut room = most;
        while room > 0
            && let Some(next) = self.0.front_mut()
        {
            // Whoever occurs again is taken back from what the first time left, so in another transaction.
            if next.left.iter().take(room).any(|left| numbers.contains(&left.account)) {
                break;
            }
            let taken = next.take(room);
            room -= taken.left.len();
            numbers.extend(taken.left.iter().map(|left| left.account));
            evidence.push(taken);
            to = (next.seq, next.first);
            if next.left.is_empty() {
                to = (next.seq + 1, 0);
                self.0.pop_front();
            }
        }
        Some(UndoChunk { id: id.clone(), from, to, evidence })
    }
}

/// What an undo makes of one account; `None` if it stays as it is. Counted in the report either way.
pub(crate) fn take_back(
    migration: &MigrationModel,
    left: &Left,
    evidence: &Evidence,
    rules: &EditContext<'_>,
    report: &mut UndoReport,
) -> Option<(Account, Vec<FieldChange>)> {
    let account = migration.table.account(left.account);
    let Some(account) = account else {
        report.kept += 1;
        report.reasons.add(NO_ACCOUNT, None, left.account);
        return None;
    };
    let mut keep = |kept: &[bulk::Kept]| {
        report.kept += u32::from(!kept.is_empty());
        for kept in kept {
            let who = kept.since().and_then(|seq| evidence.authors.get(&seq));
            report.reasons.add(&kept.words(), who, left.account);
        }
    };
    if !left.created {
        let undone = bulk::undo(&account, left, rules);
        keep(&undone.kept);
        report.restored += u32::from(!undone.changes.is_empty());
        return (!undone.changes.is_empty()).then_some((undone.account, undone.changes));
    }
    if let Err(kept) = may_go(&account, evidence.seq) {
        keep(&[kept]);
        return None;
    }
    if evidence.spoken_of.contains(&account.number) {
        report.kept += 1;
        report.reasons.add("The account was commented on or edited since", None, account.number);
        return None;
    }
    report.removed += 1;
    Some(gone(&account))
}

impl Store {
    pub(super) async fn undo_all(&self, bulk: Bulk) -> Result<(), StoreError> {
        let Some(undo) = &bulk.progress.undo else { return Ok(()) };
        let (next, skip) = undo.at;
        let seqs = self.chunks_of(&bulk, next).await?;
        let mut unread = seqs.as_slice();
        let mut waiting = Waiting::default();
        let mut pace = Pace::new(self);
        let mut per_event = pace.accounts;
        loop {
            while waiting.accounts() < pace.accounts && !unread.is_empty() {
                // No more than the next chunk needs: what stands against it is looked up then, and people go on working.
                let wanted = (pace.accounts - waiting.accounts()).div_ceil(per_event).min(EVENTS_AT_ONCE);
                let (now, later) = unread.split_at(wanted.min(unread.len()));
                unread = later;
                for mut evidence in self.evidence(&bulk, now).await? {
                    if evidence.seq == next {
                        evidence.take(skip as usize);
                    }
                    per_event = evidence.left.len().max(1);
                    waiting.0.push_back(evidence);
                }
            }
            let Some(chunk) = waiting.chunk(&bulk.id, pace.accounts) else { break };
            pace.run(self.submit_job(&undo.by, BulkCommand::UndoChunk(chunk))).await?;
        }
        self.submit_job(&undo.by, BulkCommand::FinishUndo(bulk.id.clone())).await
    }

    /// The events in which a change of many accounts wrote them, from this one on. Events of its undo are among them.
    pub(super) async fn chunks_of(&self, bulk: &Bulk, from: u64) -> Result<Vec<u64>, StoreError> {
        let stream = Stream::Migration(bulk.migration.clone());
        let mut seqs = self.seqs_about(&stream, &bulk.subject()).await?;
        seqs.retain(|seq| *seq >= from);
        seqs.sort_unstable();
        Ok(seqs)
    }

    /// What the log says of these events: what each left behind, and what happened to its accounts since. Events that
    /// changed no accounts of their own are left out.
    pub(super) async fn evidence(&self, bulk: &Bulk, seqs: &[u64]) -> Result<Vec<Evidence>, StoreError> {
        let stream = Stream::Migration(bulk.migration.clone());
        let mut list = Vec::with_capacity(seqs.len());
        for (row, personal) in self.events_at(&stream, seqs).await? {
            let (kind, _, parts) = read_parts(&row, &entries_of(personal.as_ref())?)?;
            if !matches!(kind, EventKind::AccountsChangedInBulk | EventKind::AccountsImported) {
                continue;
            }
            let left = parts.into_iter().filter_map(|part| match part.subject {
                Subject::Account(number) => Some(Left::read(number, part.created, &part.changes)),
                _ => None,
            });
            list.push(Evidence { seq: row.seq, left: left.collect(), ..Evidence::default() });
        }
        list.sort_by_key(|evidence| evidence.seq);
        for evidence in &mut list {
            evidence.authors = self.authors_since(&stream, &bulk.migration, evidence).await?;
            evidence.spoken_of = self.spoken_of(&stream, evidence).await?;
        }
        Ok(list)
    }

    /// Who wrote the events that stand against restoring something of these accounts.
    async fn authors_since(
        &self,
        stream: &Stream,
        migration: &MigrationId,
        evidence: &Evidence,
    ) -> Result<BTreeMap<u64, UserId>, StoreError> {
        let since = self.changed_since_by_others(migration, evidence)?;
        let mut authors = BTreeMap::new();
        if since.is_empty() {
            return Ok(authors);
        }
        for (row, _) in self.events_at(stream, &since).await? {
            let (_, actor, _) = read_parts(&row, &[])?;
            if let Some(user) = actor.user() {
                authors.insert(row.seq, user.clone());
            }
        }
        Ok(authors)
    }

    /// The events that stand against restoring something of these accounts.
    fn changed_since_by_others(&self, id: &MigrationId, evidence: &Evidence) -> Result<Vec<u64>, StoreError> {
        let model = self.model();
        let migration = model.migration(id)?;
        let now = self.inner.clock.now();
        let mut since = BTreeSet::new();
        with_rules(&model, migration, now, Role::Lead, |rules| {
            for left in &evidence.left {
                let Some(account) = migration.table.account(left.account) else { continue };
                let kept = match left.created {
                    true => may_go(&account, evidence.seq).err().into_iter().collect(),
                    false => bulk::undo(&account, left, rules).kept,
                };
                since.extend(kept.iter().filter_map(bulk::Kept::since));
            }
        });
        Ok(since.into_iter().collect())
    }

    /// Which of the accounts that an event created have events of their own: somebody has worked with them.
    async fn spoken_of(&self, stream: &Stream, evidence: &Evidence) -> Result<BTreeSet<AccountNumber>, StoreError> {
        let created = evidence.left.iter().filter(|left| left.created);
        let mut by_subject: BTreeMap<String, AccountNumber> =
            created.map(|left| (subject_key(&Subject::Account(left.account)), left.account)).collect();
        if by_subject.is_empty() {
            return Ok(BTreeSet::new());
        }
        let subjects: Vec<String> = by_subject.keys().cloned().collect();
        let query = "SELECT VALUE subject FROM event WHERE stream = $stream AND subject IN $subjects AND seq > $seq";
        let query = self.inner.db.query(query).bind(("stream", stream.key().to_owned()));
        let mut response = query.bind(("subjects", subjects)).bind(("seq", evidence.seq)).await?.check()?;
        let found: Vec<String> = response.take(0)?;
        Ok(found.iter().filter_map(|subject| by_subject.remove(subject)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(events: &[(u64, &[u32])]) -> Waiting {
        let one = |(seq, numbers): &(u64, &[u32])| {
            let left = numbers.iter().map(|number| Left::read(AccountNumber(*number), false, &[])).collect();
            Evidence { seq: *seq, left, ..Evidence::default() }
        };
        Waiting(events.iter().map(one).collect())
    }

    /// From where to where a chunk goes, and its accounts.
    type Chunk = ((u64, u32), (u64, u32), Vec<u32>);

    fn chunks(mut waiting: Waiting, most: usize) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        while let Some(chunk) = waiting.chunk(&BulkId::from("b1"), most) {
            let numbers = chunk.evidence.iter().flat_map(Evidence::each).map(|(_, left)| left.account.0).collect();
            chunks.push((chunk.from, chunk.to, numbers));
        }
        chunks
    }

    #[test]
    fn short_events_make_one_chunk_and_a_long_one_makes_several() {
        let events: [(u64, &[u32]); 3] = [(3, &[1, 2, 3]), (7, &[4]), (8, &[5, 6])];
        assert_eq!(chunks(waiting(&events), 10), [((3, 0), (9, 0), vec![1, 2, 3, 4, 5, 6])]);
        assert_eq!(
            chunks(waiting(&events), 2),
            [((3, 0), (3, 2), vec![1, 2]), ((3, 2), (8, 0), vec![3, 4]), ((8, 0), (9, 0), vec![5, 6])]
        );
        assert!(chunks(waiting(&[]), 2).is_empty());
    }

    #[test]
    fn an_account_that_occurs_again_waits_for_the_next_chunk() {
        let events: [(u64, &[u32]); 3] = [(3, &[1, 2]), (4, &[3, 2]), (5, &[])];
        assert_eq!(chunks(waiting(&events), 10), [((3, 0), (4, 0), vec![1, 2]), ((4, 0), (6, 0), vec![3, 2])]);
    }
}
