//! Cells as texts: what a row's cells say when they are copied, and what texts that are pasted into them change.
//!
//! Each cell is read on its own; status, date and blocker of one row are one change, since they are one field. What
//! cannot be read, may not be written or is refused by a rule comes back with the reason, and the rest goes on.

use crate::account::{Change, Row};
use crate::blocker::BlockerCategory;
use crate::clock::Instant;
use crate::cohort::Cohort;
use crate::custom::{CustomField, CustomValue, field_of};
use crate::id::{CohortNumber, FieldNumber, UserId};
use crate::import::dates::{self, DateEvidence, DateOrder, DateVerdict};
use crate::import::status_words;
use crate::state::{Circumstances, Interrupted, Move, State};
use crate::status::Status;
use crate::view::Column;
use chrono::{Datelike, NaiveDate};

/// Rows that one paste may change; with more, a file is imported.
pub const PASTE_ROWS_MAX: usize = 500;

/// Somebody who may own accounts, by what they can be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    pub id: UserId,
    pub name: String,
    pub email: String,
    /// False for those who can own nothing new.
    pub active: bool,
}

/// What reading cells needs to know.
pub struct Surroundings<'a> {
    pub people: &'a [Colleague],
    pub cohorts: &'a [Cohort],
    pub fields: &'a [CustomField],
    pub circumstances: &'a dyn Fn(&Row) -> Circumstances,
    /// Which number comes first in dates that leave it open.
    pub order: Option<DateOrder>,
}

/// What a pasted row changes, and which of its cells are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    pub changes: Vec<Change>,
    /// The cells that the changes come from.
    pub columns: Vec<Column>,
    pub refused: Vec<(Column, String)>,
}

impl Surroundings<'_> {
    /// What a cell says, in a form that [`Surroundings::paste`] reads again.
    pub fn text(&self, row: &Row, column: Column) -> String {
        match column {
            Column::Account => row.external_id.to_string(),
            Column::Name => row.name.clone(),
            Column::Email => row.email.clone(),
            Column::Plan => row.plan.clone(),
            Column::Custom(number) => row.custom.get(&number).map_or_else(String::new, CustomValue::text),
            Column::Region => row.region.clone(),
            Column::Cohort => row.cohort.map_or_else(String::new, |number| self.cohort_text(number)),
            Column::Status => row.state.status().label().to_owned(),
            Column::Date => row.date().map_or_else(String::new, |day| day.to_string()),
            Column::Blocker => blocker_text(&row.state),
            Column::Owner => row.owner.as_ref().map_or_else(String::new, |id| self.owner_text(id)),
            Column::Notified => row.notices.stage.label().to_owned(),
            Column::RollbackUntil => {
                let until = row.state.rollback_until();
                until.map_or_else(String::new, |until| until.format("%Y-%m-%d %H:%M UTC").to_string())
            }
        }
    }

    fn cohort_text(&self, number: CohortNumber) -> String {
        let cohort = self.cohorts.iter().find(|cohort| cohort.number == number);
        cohort.map_or_else(|| number.to_string(), Cohort::label)
    }

    fn owner_text(&self, id: &UserId) -> String {
        let Some(person) = self.people.iter().find(|person| person.id == *id) else { return id.to_string() };
        let namesakes = self.people.iter().filter(|other| other.name == person.name).count();
        if namesakes > 1 { person.email.clone() } else { person.name.clone() }
    }

    /// What these texts change in a row.
    pub fn paste(&self, row: &Row, cells: &[(Column, &str)]) -> Pasted {
        let mut pasted = Pasted::default();
        let mut state = StateCells::default();
        for (column, text) in cells {
            let text = text.trim();
            let outcome = match column {
                _ if text == self.text(row, *column).trim() => Ok(()),
                Column::Status => state.take_status(text, row),
                Column::Date => state.take_date(text, row, self.order),
                Column::Blocker => state.take_blocker(text, row),
                Column::Owner => self.owner(text, row).map(|change| pasted.add(*column, change)),
                Column::Cohort => self.cohort(text, row).map(|change| pasted.add(*column, change)),
                Column::Custom(number) => self.custom(*number, text, row).map(|change| pasted.add(*column, change)),
                _ => Err(format!("{} cannot be changed here.", column.label())),
            };
            if let Err(reason) = outcome {
                pasted.refused.push((*column, reason));
            }
        }
        state.settle(row, &(self.circumstances)(row), &mut pasted);
        pasted
    }

    fn owner(&self, text: &str, row: &Row) -> Result<Option<Change>, String> {
        let to = if is_nothing(text) || text.eq_ignore_ascii_case("nobody") {
            None
        } else {
            let word = text.to_lowercase();
            let called =
                |person: &&Colleague| person.name.to_lowercase() == word || person.email.to_lowercase() == word;
            let mut found = self.people.iter().filter(called);
            let person = match (found.next(), found.next()) {
                (None, _) => return Err(format!("Nobody here is called “{text}”.")),
                (Some(_), Some(_)) => {
                    return Err(format!("Several people are called “{text}”: give the e-mail address."));
                }
                (Some(person), None) => person,
            };
            if !person.active && row.owner.as_ref() != Some(&person.id) {
                return Err(format!("{} can own nothing new: the user is disabled.", person.name));
            }
            Some(person.id.clone())
        };
        Ok((to != row.owner).then(|| Change::Owner { seen: row.owner.clone(), to }))
    }

    fn custom(&self, number: FieldNumber, text: &str, row: &Row) -> Result<Option<Change>, String> {
        let field = field_of(self.fields, number).filter(|field| !field.retired);
        let field = field.ok_or_else(|| "This field is gone.".to_owned())?;
        let to = field.settings.parse(text).map_err(|problem| problem.to_string())?;
        if to.is_none() && field.settings.required {
            return Err("This field needs a value.".to_owned());
        }
        let seen = row.custom.get(&number).cloned();
        Ok((to != seen).then_some(Change::Custom { number, seen, to }))
    }

    fn cohort(&self, text: &str, row: &Row) -> Result<Option<Change>, String> {
        let word = text.to_lowercase();
        let to = if is_nothing(text) || matches!(word.as_str(), "none" | "no cohort") {
            None
        } else {
            let called = |cohort: &&Cohort| {
                [cohort.position.to_string(), cohort.label(), cohort.settings.name.clone()]
                    .iter()
                    .any(|name| name.trim().to_lowercase() == word)
            };
            let found = self.cohorts.iter().find(called);
            Some(found.ok_or_else(|| format!("There is no cohort “{text}”."))?.number)
        };
        if to == row.cohort {
            return Ok(None);
        }
        row.state.may_change_cohort().map_err(|rule| rule.to_string())?;
        Ok(Some(Change::Cohort { seen: row.cohort, to }))
    }
}

impl Pasted {
    fn add(&mut self, column: Column, change: Option<Change>) {
        if let Some(change) = change {
            self.columns.push(column);
            self.changes.push(change);
        }
    }
}

/// Which order the dates of a pasted column have, if they tell.
pub fn date_order<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<DateOrder> {
    let mut evidence = DateEvidence::default();
    texts.into_iter().for_each(|text| evidence.observe(text));
    match evidence.verdict() {
        DateVerdict::Decided { by } => Some(by),
        _ => None,
    }
}

/// The day that somebody has typed. Without a year it is the nearest such day to today; with `ahead`, the next one.
pub fn typed_day(text: &str, today: NaiveDate, ahead: bool) -> Result<NaiveDate, String> {
    let text = text.trim().trim_end_matches('.');
    let read = |text: &str| dates::read(text, date_order([text])).map(|cell| cell.date);
    if text.is_empty() || has_year(text) {
        return read(text);
    }
    let between = text.chars().find(|letter| matches!(letter, '.' | '/' | '-')).unwrap_or(' ');
    let this_year = today.year();
    let days = (this_year - i32::from(!ahead)..=this_year + 1).map(|year| read(&format!("{text}{between}{year}")));
    let days: Vec<_> = days.collect();
    let fits = days.iter().flatten().filter(|day| !ahead || **day >= today);
    match fits.min_by_key(|day| (**day - today).num_days().abs()) {
        Some(day) => Ok(*day),
        None => days.into_iter().find(Result::is_err).unwrap_or_else(|| read(text)),
    }
}

fn has_year(text: &str) -> bool {
    text.split(|letter: char| !letter.is_ascii_digit()).any(|digits| digits.len() >= 4)
}

fn is_nothing(text: &str) -> bool {
    matches!(text, "" | "-" | "–" | "—")
}

fn blocker_text(state: &State) -> String {
    match state.blocker() {
        None => String::new(),
        Some(blocker) if blocker.text.is_empty() => blocker.category.label().to_owned(),
        Some(blocker) => format!("{}: {}", blocker.category.label(), blocker.text),
    }
}

/// `Data: no tax codes`, or a category alone.
fn read_blocker(text: &str) -> Result<(BlockerCategory, String), String> {
    let (category, rest) = text.split_once([':', ',', ';']).unwrap_or((text, ""));
    let category = status_words::category(category).ok_or_else(|| {
        let categories = BlockerCategory::ALL.map(BlockerCategory::label).join(", ");
        format!("A blocker begins with its category, such as “Data: no tax codes”. There are {categories}.")
    })?;
    Ok((category, rest.trim().to_owned()))
}

/// What the cells of a row say of its state, as far as it differs.
#[derive(Default)]
struct StateCells {
    status: Option<Status>,
    date: Option<NaiveDate>,
    blocker: Option<(BlockerCategory, String)>,
    /// One of them cannot be read: then none is written, for half of a change can be a wrong one.
    spoilt: bool,
}

impl StateCells {
    fn take_status(&mut self, text: &str, row: &Row) -> Result<(), String> {
        let Some(status) = status_words::status(text) else {
            self.spoilt = true;
            let words = Status::ALL.map(Status::label).join(", ");
            return Err(format!("“{text}” is no status. There are {words}."));
        };
        self.status = Some(status).filter(|status| *status != row.state.status());
        Ok(())
    }

    fn take_date(&mut self, text: &str, row: &Row, order: Option<DateOrder>) -> Result<(), String> {
        if is_nothing(text) {
            return match row.date() {
                None => Ok(()),
                Some(_) => Err("A date goes with its status: paste “Not started” into the status.".to_owned()),
            };
        }
        let read = dates::read(text, order).inspect_err(|_| self.spoilt = true)?;
        self.date = Some(read.date).filter(|date| Some(*date) != row.date());
        Ok(())
    }

    fn take_blocker(&mut self, text: &str, row: &Row) -> Result<(), String> {
        if is_nothing(text) {
            let blocked = row.state.blocker().is_some();
            let leaves = self.status.is_some();
            return match blocked && !leaves {
                true => Err("A blocker goes with its status: set the status to what it was before.".to_owned()),
                false => Ok(()),
            };
        }
        let blocker = read_blocker(text).inspect_err(|_| self.spoilt = true)?;
        let present = row.state.blocker().map(|blocker| (blocker.category, blocker.text.clone()));
        self.blocker = Some(blocker).filter(|blocker| Some(blocker) != present.as_ref());
        Ok(())
    }

    /// Turns them into moves and asks the rules about them, one after the other.
    fn settle(self, row: &Row, circumstances: &Circumstances, pasted: &mut Pasted) {
        let columns = [
            self.status.map(|_| Column::Status),
            self.date.map(|_| Column::Date),
            self.blocker.as_ref().map(|_| Column::Blocker),
        ];
        let columns: Vec<Column> = columns.into_iter().flatten().collect();
        let Some(first) = columns.first().copied() else { return };
        if self.spoilt {
            let reason = "Another cell of this row cannot be read, and they belong together.";
            pasted.refused.extend(columns.into_iter().map(|column| (column, reason.to_owned())));
            return;
        }
        let checked = self.moves(row, circumstances.now).and_then(|moves| {
            let mut state = row.state.clone();
            for wanted in &moves {
                state = state.apply(wanted, circumstances).map_err(|rule| (first, rule.to_string()))?;
            }
            Ok(moves)
        });
        match checked {
            Ok(moves) => {
                let seen = &row.state;
                pasted.changes.extend(moves.into_iter().map(|to| Change::State { seen: seen.clone(), to }));
                pasted.columns.extend(columns);
            }
            Err((at, reason)) => {
                for column in columns {
                    let reason =
                        if column == at { reason.clone() } else { "It belongs to a refused change.".to_owned() };
                    pasted.refused.push((column, reason));
                }
            }
        }
    }

    fn moves(self, row: &Row, now: Instant) -> Result<Vec<Move>, (Column, String)> {
        let StateCells { status, date, blocker, .. } = self;
        let pinned = row.state.plan().and_then(|plan| plan.pinned.clone());
        let schedule = |date| Move::Schedule { date, pinned: pinned.clone() };
        let block = |(category, text)| Move::Block { category, text };
        let blocked = row.state.blocker().is_some();
        let interrupted = match &row.state {
            State::Blocked { interrupted, .. } => Some(interrupted),
            _ => None,
        };
        let refuse = |column, reason: &str| Err((column, reason.to_owned()));
        let Some(status) = status else {
            if date.is_some() && blocked {
                return refuse(Column::Date, "The account is blocked: resume it before it gets another date.");
            }
            return Ok(date.map(schedule).into_iter().chain(blocker.map(block)).collect());
        };
        if blocker.is_some() && status != Status::Blocked {
            return refuse(Column::Blocker, "Only a blocked account has a blocker.");
        }
        Ok(match status {
            Status::NotStarted if date.is_some() => {
                return refuse(Column::Date, "An account that is not started has no date.");
            }
            Status::NotStarted if interrupted == Some(&Interrupted::NotStarted) => vec![Move::Resume],
            Status::NotStarted => vec![Move::Reset],
            Status::Scheduled => match (date, row.state.scheduled_for(), interrupted) {
                (None, _, Some(Interrupted::Scheduled { .. })) => vec![Move::Resume],
                (Some(date), ..) | (None, Some(date), _) => vec![schedule(date)],
                (None, None, _) => return refuse(Column::Status, "Scheduled needs a date: paste it along."),
            },
            Status::InProgress if blocked => date.map(schedule).into_iter().chain([Move::Resume]).collect(),
            Status::InProgress => date.map(schedule).into_iter().chain([Move::Start]).collect(),
            Status::Completed => {
                let started = row.state.attempt().map(|attempt| attempt.started_at);
                vec![Move::Complete { at: date.and_then(|day| completed_at(day, started, now)) }]
            }
            Status::Blocked => match blocker {
                None => return refuse(Column::Status, "Blocked needs a blocker: paste one along, such as “Data”."),
                Some(blocker) => date.map(schedule).into_iter().chain([block(blocker)]).collect(),
            },
            Status::OptedOut => vec![Move::OptOut],
            Status::RolledBack => return refuse(Column::Status, "A rollback asks for its reason: do it in the row."),
        })
    }
}

/// The instant for a completion on `day`: noon, which is the same day in nearly every zone, but neither before the
/// start nor after now on the same day. `None` stands for now.
pub fn completed_at(day: NaiveDate, started: Option<Instant>, now: Instant) -> Option<Instant> {
    let noon = day.and_hms_opt(12, 0, 0)?.and_utc();
    let started = started.filter(|started| started.date_naive() == day);
    let from = started.map_or(noon, |started| noon.max(started));
    (day != now.date_naive() || from < now).then_some(from)
}

#[cfg(test)]
#[path = "paste_tests.rs"]
mod tests;
