//! Taking back one edit of one account: each field that it changed gets its value from before, if it is still as the
//! edit left it. The state is put back as one, since a transition back may be none that a person could make.

use crate::account::{Account, EditContext, EditProblem};
use crate::custom::CustomValue;
use crate::event::{Recorded, RecordedChange};
use crate::field::{Field, FieldChange};
use crate::state::State;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Why an edit cannot be taken back. Nothing of it is then.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum UndoProblem {
    #[error("{} was changed since.", field.label())]
    ChangedSince { field: Field },
    #[error("What it was before is not kept.")]
    Lost,
    #[error(transparent)]
    Edit(#[from] EditProblem),
}

/// The whole state before and after, for the log: the fields that people read do not hold all of it. With free text in
/// it, it is kept beside the event, so that it can be erased.
pub fn whole_state(before: &State, after: &State) -> Option<FieldChange> {
    let field = if has_text(before) || has_text(after) { Field::WholeStateText } else { Field::WholeState };
    (before != after).then(|| FieldChange { field, before: json!(before), after: json!(after) })
}

fn has_text(state: &State) -> bool {
    state.plan().is_some_and(|plan| plan.pinned.is_some())
        || state.blocker().is_some_and(|blocker| !blocker.text.is_empty())
        || matches!(state, State::RolledBack { .. })
}

/// The account without what these changes, of one event, did to it.
pub fn undo(account: &Account, changes: &[RecordedChange], context: &EditContext<'_>) -> Result<Account, UndoProblem> {
    let mut undone = account.clone();
    let mut state_is_kept = false;
    let mut state_changed = false;
    for change in changes {
        let changed_since = UndoProblem::ChangedSince { field: change.field };
        match change.field {
            Field::WholeState | Field::WholeStateText => {
                state_is_kept = true;
                let (before, after): (State, State) = values(change)?;
                if account.state != after {
                    return Err(UndoProblem::ChangedSince { field: Field::Status });
                }
                undone.state = before;
            }
            Field::Owner => {
                let (before, after) = values(change)?;
                if account.owner != after {
                    return Err(changed_since);
                }
                undone.owner = before;
                if undone.owner.as_ref().is_some_and(|owner| !(context.may_own)(owner)) {
                    return Err(EditProblem::NoSuchOwner.into());
                }
            }
            Field::Cohort => {
                let (before, after) = values(change)?;
                if account.cohort != after {
                    return Err(changed_since);
                }
                undone.cohort = before;
                if undone.cohort.is_some_and(|cohort| (context.cohort_stage)(cohort).is_none()) {
                    return Err(EditProblem::NoSuchCohort.into());
                }
            }
            Field::Custom(number) => {
                let (before, after): (Option<CustomValue>, Option<CustomValue>) = values(change)?;
                if account.custom.get(&number) != after.as_ref() {
                    return Err(changed_since);
                }
                match before {
                    Some(value) => _ = undone.custom.insert(number, value),
                    None => _ = undone.custom.remove(&number),
                }
            }
            Field::Undone => {}
            _ => state_changed = true,
        }
    }
    if state_changed && !state_is_kept {
        return Err(UndoProblem::Lost);
    }
    if undone.cohort != account.cohort {
        undone.state.may_change_cohort().map_err(EditProblem::from)?;
    }
    Ok(undone)
}

fn values<T: DeserializeOwned>(change: &RecordedChange) -> Result<(T, T), UndoProblem> {
    let read = |recorded: &Recorded| match recorded {
        Recorded::Value(value) => serde_json::from_value::<T>(Value::clone(value)).map_err(|_| UndoProblem::Lost),
        Recorded::Erased => Err(UndoProblem::Lost),
    };
    Ok((read(&change.before)?, read(&change.after)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Touched;
    use crate::clock::Instant;
    use crate::cohort::CohortStage;
    use crate::id::{AccountNumber, CohortNumber, ExternalId, UserId};
    use crate::migration::MigrationStage;
    use crate::policy::Role;
    use crate::state::{Attempt, Circumstances, Move};

    fn account(state: State) -> Account {
        Account {
            number: AccountNumber(1),
            customer: ExternalId("C-1".to_owned()),
            state,
            cohort: Some(CohortNumber(1)),
            owner: None,
            custom: Default::default(),
            touched: Touched::default(),
            chunk_seqs: Vec::new(),
            removed: false,
            attempt: 0,
            since: None,
        }
    }

    fn recorded(before: &Account, after: &Account) -> Vec<RecordedChange> {
        let mut changes = before.differences(after);
        changes.extend(whole_state(&before.state, &after.state));
        let recorded = |change: FieldChange| RecordedChange {
            field: change.field,
            before: Recorded::Value(change.before),
            after: Recorded::Value(change.after),
        };
        changes.into_iter().map(recorded).collect()
    }

    fn undone(account: &Account, changes: &[RecordedChange]) -> Result<Account, UndoProblem> {
        let context = EditContext {
            now: Instant::UNIX_EPOCH,
            role: Role::Operator,
            migration: MigrationStage::Running,
            rollback_days: None,
            cohort_stage: &|_| Some(CohortStage::Running),
            may_own: &|owner| owner.as_str() != "gone",
            fields: &[],
        };
        undo(account, changes, &context)
    }

    #[test]
    fn a_transition_is_reversed_exactly_and_taken_again() {
        let attempt = Attempt { plan: None, started_at: Instant::UNIX_EPOCH, rollback_until: None };
        let before = account(State::InProgress { attempt });
        let circumstances = Circumstances {
            now: Instant::UNIX_EPOCH,
            migration: MigrationStage::Running,
            cohort: None,
            rollback_days: None,
        };
        let moves = [Move::Complete { at: None }, Move::RollBack { reason: "slow".to_owned() }];
        for wanted in moves {
            let state = before.state.apply(&wanted, &circumstances).unwrap_or(State::OptedOut);
            let after = Account { state, ..before.clone() };
            assert_eq!(undone(&after, &recorded(&before, &after)), Ok(before.clone()), "{wanted:?}");
            // The undo's own event takes it back in turn.
            assert_eq!(undone(&before, &recorded(&after, &before)), Ok(after));
        }
    }

    #[test]
    fn what_was_changed_since_stays_with_all_of_the_edit() {
        let before = account(State::NotStarted);
        let after = Account { owner: Some(UserId::from("ines")), state: State::OptedOut, ..before.clone() };
        let changes = recorded(&before, &after);
        let since = Account { owner: Some(UserId::from("jonas")), ..after.clone() };
        assert_eq!(undone(&since, &changes), Err(UndoProblem::ChangedSince { field: Field::Owner }));
        // Another field is nobody's business here.
        let elsewhere = Account { cohort: None, ..after };
        assert_eq!(undone(&elsewhere, &changes).map(|account| account.cohort), Ok(None));
    }

    #[test]
    fn what_is_not_kept_or_not_allowed_any_more_is_refused() {
        let before = account(State::NotStarted);
        let after = Account { state: State::OptedOut, ..before.clone() };
        let mut changes = recorded(&before, &after);
        changes.retain(|change| change.field != Field::WholeState);
        assert_eq!(undone(&after, &changes), Err(UndoProblem::Lost));
        let gone = Account { owner: Some(UserId::from("gone")), ..before.clone() };
        assert_eq!(undone(&before, &recorded(&gone, &before)), Err(EditProblem::NoSuchOwner.into()));
        let moved = Account { cohort: None, ..before.clone() };
        let opted_out = Account { state: State::OptedOut, ..moved.clone() };
        assert!(matches!(undone(&opted_out, &recorded(&before, &moved)), Err(UndoProblem::Edit(_))));
    }
}
