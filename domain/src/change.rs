//! What a person who edits quickly needs: changes that stand on each other before the server has answered.

use crate::account::{Change, Row};
use crate::custom::CustomValue;
use crate::id::FieldNumber;
use crate::state::Circumstances;

impl Change {
    /// Whether both change the same field: of two such, the later stands on the earlier.
    pub fn is_about_the_same(&self, other: &Change) -> bool {
        match (self, other) {
            (Change::Custom { number, .. }, Change::Custom { number: other, .. }) => number == other,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }

    /// Whether the value that its author saw is this row's.
    pub fn saw(&self, row: &Row) -> bool {
        match self {
            Change::State { seen, .. } => *seen == row.state,
            Change::Owner { seen, .. } => *seen == row.owner,
            Change::Cohort { seen, .. } => *seen == row.cohort,
            Change::Custom { number, seen, .. } => seen.as_ref() == row.custom.get(number),
        }
    }

    /// The same wish by somebody who sees this row.
    pub fn seeing(self, row: &Row) -> Change {
        match self {
            Change::State { to, .. } => Change::State { seen: row.state.clone(), to },
            Change::Owner { to, .. } => Change::Owner { seen: row.owner.clone(), to },
            Change::Cohort { to, .. } => Change::Cohort { seen: row.cohort, to },
            Change::Custom { number, to, .. } => Change::Custom { number, seen: row.custom.get(&number).cloned(), to },
        }
    }

    /// Copies the field that it changes from one row to another.
    pub fn copy_field(&self, from: &Row, to: &mut Row) {
        match self {
            Change::State { .. } => {
                to.state = from.state.clone();
                to.migrated_on = from.migrated_on;
                to.rollback_until_on = from.rollback_until_on;
            }
            Change::Owner { .. } => to.owner = from.owner.clone(),
            Change::Cohort { .. } => to.cohort = from.cohort,
            Change::Custom { number, .. } => set(to, *number, from.custom.get(number).cloned()),
        }
    }

    /// The row as it will probably be: the server decides, by its own clock. Unchanged where a rule refuses.
    pub fn expected(&self, row: &Row, circumstances: &Circumstances) -> Row {
        let mut row = row.clone();
        match self {
            Change::State { to, .. } => {
                if let Ok(state) = row.state.apply(to, circumstances) {
                    row.migrated_on = state.migrated_at().map(|at| at.date_naive());
                    row.rollback_until_on = state.rollback_until().map(|until| until.date_naive());
                    row.state = state;
                }
            }
            Change::Owner { to, .. } => row.owner = to.clone(),
            Change::Cohort { to, .. } => row.cohort = *to,
            Change::Custom { number, to, .. } => set(&mut row, *number, to.clone()),
        }
        row
    }
}

fn set(row: &mut Row, number: FieldNumber, value: Option<CustomValue>) {
    match value {
        Some(value) => _ = row.custom.insert(number, value),
        None => _ = row.custom.remove(&number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Instant;
    use crate::id::{AccountNumber, ExternalId, UserId};
    use crate::migration::MigrationStage;
    use crate::state::{Move, State};
    use crate::status::Status;

    fn row() -> Row {
        Row {
            number: AccountNumber(1),
            external_id: ExternalId("C-1".to_owned()),
            name: String::new(),
            email: String::new(),
            plan: String::new(),
            region: String::new(),
            state: State::NotStarted,
            migrated_on: None,
            rollback_until_on: None,
            custom: Default::default(),
            cohort: None,
            owner: None,
            notices: Default::default(),
        }
    }

    fn circumstances() -> Circumstances {
        Circumstances {
            now: Instant::UNIX_EPOCH,
            migration: MigrationStage::Running,
            cohort: None,
            rollback_days: Some(14),
        }
    }

    #[test]
    fn a_second_change_stands_on_the_first() {
        let start = Change::State { seen: State::NotStarted, to: Move::Start };
        let started = start.expected(&row(), &circumstances());
        let complete = Change::State { seen: State::NotStarted, to: Move::Complete { at: None } }.seeing(&started);
        assert!(complete.saw(&started) && !complete.saw(&row()) && complete.is_about_the_same(&start));
        assert_eq!(complete.expected(&started, &circumstances()).state.status(), Status::Completed);
    }

    #[test]
    fn what_a_rule_refuses_is_not_expected() {
        let complete = Change::State { seen: State::NotStarted, to: Move::Complete { at: None } };
        assert_eq!(complete.expected(&row(), &circumstances()), row());
    }

    #[test]
    fn only_the_field_of_the_change_is_copied() {
        let owner = Change::Owner { seen: None, to: Some(UserId::from("ines")) };
        let mut from = owner.expected(&row(), &circumstances());
        from.name = "other".to_owned();
        let mut to = row();
        owner.copy_field(&from, &mut to);
        assert_eq!((to.owner, to.name.as_str()), (Some(UserId::from("ines")), ""));
    }
}
