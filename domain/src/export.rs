//! What a file of accounts says: its columns and the value of each cell. The columns carry the names by which an import
//! finds them again, so that an exported file that is imported unchanged changes nothing.

use crate::account::Row;
use crate::clock::Instant;
use crate::custom::{CustomField, CustomValue, Decimal, field_of};
use crate::id::{CohortNumber, FieldNumber, UserId};
use crate::import::refused::safe;
use crate::view::Column;
use chrono::{NaiveDate, NaiveDateTime};

/// A column of the file. Some columns of the table show one of two things; in a file each has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExportColumn {
    Account,
    Name,
    Plan,
    Region,
    Cohort,
    Status,
    /// The planned day.
    Date,
    /// The day on which it was migrated.
    Migrated,
    Blocker,
    WhatBlocks,
    Owner,
    RollbackUntil,
    Email,
    Told,
    /// A field of the migration's own.
    Custom(FieldNumber),
}

/// A cell of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Nothing,
    Text(String),
    Day(NaiveDate),
    /// A date and time in the migration's zone.
    Moment(NaiveDateTime),
    Number(Decimal),
}

/// Looks up what a row only refers to.
pub struct Names<'a> {
    pub cohort: &'a dyn Fn(CohortNumber) -> String,
    pub owner: &'a dyn Fn(&UserId) -> String,
    /// The wall clock of the migration's zone.
    pub local: &'a dyn Fn(Instant) -> NaiveDateTime,
}

/// The columns of a file that shows these columns of the table; if none is named, every one that the migration has.
pub fn columns(wanted: &[Column], fields: &[CustomField]) -> Vec<ExportColumn> {
    // How far a customer was told is nobody's to write: it is in a file only when its column was asked for.
    let everything = || Column::of(fields).into_iter().filter(|column| *column != Column::Notified).collect();
    let all: Vec<Column> = if wanted.is_empty() { everything() } else { wanted.to_vec() };
    let mut columns: Vec<ExportColumn> = Vec::new();
    for column in all.into_iter().flat_map(|column| of(column, fields)) {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    columns
}

fn of(column: Column, fields: &[CustomField]) -> Vec<ExportColumn> {
    vec![match column {
        Column::Account => ExportColumn::Account,
        Column::Name => ExportColumn::Name,
        Column::Plan => ExportColumn::Plan,
        Column::Region => ExportColumn::Region,
        Column::Cohort => ExportColumn::Cohort,
        Column::Status => ExportColumn::Status,
        Column::Date => return vec![ExportColumn::Date, ExportColumn::Migrated],
        Column::Blocker => return vec![ExportColumn::Blocker, ExportColumn::WhatBlocks],
        Column::Owner => ExportColumn::Owner,
        Column::RollbackUntil => ExportColumn::RollbackUntil,
        Column::Email => ExportColumn::Email,
        Column::Notified => ExportColumn::Told,
        // A retired field is not shown, and an old address may name one.
        Column::Custom(number) if field_of(fields, number).is_some_and(|field| !field.retired) => {
            ExportColumn::Custom(number)
        }
        Column::Custom(_) => return Vec::new(),
    }]
}

impl ExportColumn {
    /// The name in the file's first row.
    pub fn header(self, fields: &[CustomField]) -> String {
        let built_in = match self {
            ExportColumn::Account => "Account",
            ExportColumn::Name => "Name",
            ExportColumn::Plan => "Plan",
            ExportColumn::Region => "Region",
            ExportColumn::Cohort => "Cohort",
            ExportColumn::Status => "Status",
            ExportColumn::Date => "Date",
            ExportColumn::Migrated => "Migrated",
            ExportColumn::Blocker => "Blocker",
            ExportColumn::WhatBlocks => "What blocks",
            ExportColumn::Owner => "Owner",
            ExportColumn::RollbackUntil => "Rollback until",
            ExportColumn::Email => "E-mail",
            ExportColumn::Told => "Told",
            ExportColumn::Custom(number) => return Column::Custom(number).heading(fields),
        };
        built_in.to_owned()
    }

    /// How wide the column is in a spreadsheet, in characters.
    pub fn width(self) -> u8 {
        match self {
            ExportColumn::Name | ExportColumn::Email => 32,
            ExportColumn::WhatBlocks => 40,
            ExportColumn::Cohort | ExportColumn::Owner => 20,
            ExportColumn::RollbackUntil => 17,
            _ => 14,
        }
    }

    /// What the row says in this column.
    pub fn value(self, row: &Row, names: &Names<'_>) -> Value {
        let day = |day: Option<NaiveDate>| day.map_or(Value::Nothing, Value::Day);
        let blocker = row.state.blocker();
        match self {
            ExportColumn::Account => Value::text(row.external_id.as_str()),
            ExportColumn::Name => Value::text(&row.name),
            ExportColumn::Plan => Value::text(&row.plan),
            ExportColumn::Region => Value::text(&row.region),
            ExportColumn::Cohort => row.cohort.map_or(Value::Nothing, |cohort| Value::text(&(names.cohort)(cohort))),
            ExportColumn::Status => Value::text(row.state.status().label()),
            ExportColumn::Date => day(row.state.scheduled_for()),
            ExportColumn::Migrated => day(row.migrated_on),
            ExportColumn::Blocker => blocker.map_or(Value::Nothing, |blocker| Value::text(blocker.category.label())),
            ExportColumn::WhatBlocks => blocker.map_or(Value::Nothing, |blocker| Value::text(&blocker.text)),
            ExportColumn::Owner => {
                row.owner.as_ref().map_or(Value::Nothing, |owner| Value::text(&(names.owner)(owner)))
            }
            ExportColumn::RollbackUntil => {
                row.state.rollback_until().map_or(Value::Nothing, |until| Value::Moment((names.local)(until)))
            }
            ExportColumn::Email => Value::text(&row.email),
            ExportColumn::Told => Value::text(row.notices.stage.label()),
            ExportColumn::Custom(number) => match row.custom.get(&number) {
                None => Value::Nothing,
                Some(CustomValue::Date(day)) => Value::Day(*day),
                Some(CustomValue::Number(number)) => Value::Number(*number),
                Some(other) => Value::text(&other.text()),
            },
        }
    }
}

impl Value {
    fn text(text: &str) -> Value {
        if text.is_empty() { Value::Nothing } else { Value::Text(text.to_owned()) }
    }

    /// The cell in a CSV file: nothing in it is taken for a formula, and no date can be read in two ways.
    pub fn csv(&self) -> String {
        match self {
            Value::Nothing => String::new(),
            Value::Text(text) => safe(text),
            Value::Day(day) => day.to_string(),
            Value::Moment(moment) => moment.format("%Y-%m-%d %H:%M").to_string(),
            // A number is none either, whatever its sign.
            Value::Number(number) => number.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::mapping::propose;
    use crate::import::sheet::Sheet;
    use crate::import::survey::Survey;
    use crate::import::target::Target;

    #[test]
    fn wanted_columns_come_once_and_in_their_order() {
        let wanted = [Column::Date, Column::Account, Column::Date];
        assert_eq!(columns(&wanted, &[]), [ExportColumn::Date, ExportColumn::Migrated, ExportColumn::Account]);
        assert_eq!(columns(&[], &[]).len(), 13);
        assert_eq!(columns(&[Column::Custom(FieldNumber(9))], &[]), []);
    }

    #[test]
    fn an_import_finds_every_column_again() -> Result<(), Box<dyn std::error::Error>> {
        let headers: Vec<_> = columns(&[], &[]).into_iter().map(|column| column.header(&[])).collect();
        let row = "C-1,Acme,Pro,EU,1 · Pilot,Blocked,2026-05-01,,Data,No tax codes,Hanna,2026-05-15 10:00,it@a.example";
        let file = format!("{}\n{row}\n", headers.join(","));
        let mapping = propose(&Survey::of(&Sheet::open(file.as_bytes())?)).mapping;
        let expected = [
            Target::ExternalId,
            Target::Name,
            Target::Plan,
            Target::Region,
            Target::Cohort,
            Target::Status,
            Target::ScheduledFor,
            Target::MigratedAt,
            Target::BlockerCategory,
            Target::BlockerText,
            Target::Owner,
        ];
        let expected = expected.into_iter().map(Some).chain([None, Some(Target::ContactEmail)]);
        assert_eq!(mapping.columns, expected.collect::<Vec<_>>());
        // Nor is the deadline taken for the date when that column is not there.
        let file = "Account,Rollback until\nC-1,2026-05-15 10:00\n";
        let mapping = propose(&Survey::of(&Sheet::open(file.as_bytes())?)).mapping;
        assert_eq!(mapping.columns, [Some(Target::ExternalId), None]);
        Ok(())
    }

    #[test]
    fn cells_are_no_formulas_and_dates_are_iso() {
        assert_eq!(Value::Text("=1+1".to_owned()).csv(), "'=1+1");
        assert_eq!(Value::Day(NaiveDate::default()).csv(), "1970-01-01");
        assert_eq!(Value::Moment(NaiveDateTime::default()).csv(), "1970-01-01 00:00");
        assert_eq!(Value::Nothing.csv(), "");
    }
}
