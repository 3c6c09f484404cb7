//! Reading one row by a mapping: cells become values, or problems that name the column.

use super::dates::{self, DateCell, DateOrder};
use super::mapping::{Mapping, OwnerAnswer, owner_key};
use super::own_fields::provisional;
use super::problem::{ProblemKind, RowProblem};
use super::refused::plain;
use super::sheet::SheetRow;
use super::status_words;
use super::survey::Survey;
use super::target::Target;
use crate::account::CustomValues;
use crate::blocker::BlockerCategory;
use crate::custom::{CustomField, CustomKind, CustomValue, field_of};
use crate::customer::{Channel, phone_number};
use crate::id::{ExternalId, UserId};
use crate::language;
use crate::status::Status;
use crate::user::is_email;
use serde::{Deserialize, Serialize};

/// What a row says. `None` is an empty cell or no such column, and leaves the field as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowInput {
    /// The row as a spreadsheet numbers it: the header is row 1.
    pub row: u32,
    pub external_id: ExternalId,
    pub name: Option<String>,
    pub contact_name: Option<String>,
    pub contact_email: Option<String>,
    pub contact_role: Option<String>,
    pub contact_phone: Option<String>,
    pub status: Option<Status>,
    pub scheduled_for: Option<DateCell>,
    pub migrated_at: Option<DateCell>,
    pub blocker_category: Option<BlockerCategory>,
    pub blocker_text: Option<String>,
    pub owner: Option<OwnerCell>,
    pub cohort: Option<String>,
    pub plan: Option<String>,
    pub region: Option<String>,
    pub language: Option<String>,
    pub time_zone: Option<String>,
    /// Values of the migration's own fields.
    #[serde(default)]
    pub custom: CustomValues,
    pub channel: Option<Channel>,
}

/// An owner as the file names them, or as the mapping answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "owner", rename_all = "snake_case")]
pub enum OwnerCell {
    Named { text: String },
    Answered { id: UserId },
}

/// Reads the rows of one file by one mapping.
pub struct RowReader<'a> {
    mapping: &'a Mapping,
    columns: Vec<Column<'a>>,
}

struct Column<'a> {
    header: &'a str,
    target: Option<Target>,
    order: Option<DateOrder>,
    /// The custom field that it becomes.
    field: Option<CustomField>,
}

impl<'a> RowReader<'a> {
    /// A reader for the surveyed file; `fields` are the migration's own with those that the mapping adds.
    pub fn new(survey: &'a Survey, mapping: &'a Mapping, fields: &[CustomField]) -> Self {
        let columns = survey.columns.iter().enumerate().map(|(index, column)| {
            let target = mapping.columns.get(index).copied().flatten();
            let number = match target {
                Some(Target::Custom(number)) => Some(number),
                Some(Target::New(_)) => Some(provisional(index)),
                _ => None,
            };
            let field = number.and_then(|number| field_of(fields, number)).filter(|field| !field.retired).cloned();
            Column { header: &column.header, target, order: mapping.date_order(index, column), field }
        });
        RowReader { mapping, columns: columns.collect() }
    }

    /// The header of the column that becomes this, or the target's own name if no column does.
    pub fn header_of(&self, target: Target) -> &str {
        let column = self.columns.iter().find(|column| column.target == Some(target));
        column.map_or(target.label(), |column| column.header)
    }

    /// The external id of a row as far as it can be read, for finding duplicates and for the file of refused rows.
    pub fn key<'r>(&self, row: &'r SheetRow) -> Option<&'r str> {
        let index = self.mapping.column_of(Target::ExternalId)?;
        row.cells.get(index).map(|cell| clean(cell)).filter(|key| !key.is_empty())
    }

    /// Reads a row: all its values, or everything that is wrong with it.
    pub fn read(&self, row: &SheetRow) -> Result<RowInput, Vec<RowProblem>> {
        if let Some(problem) = &row.problem {
            return Err(vec![problem.clone()]);
        }
        let mut input = RowInput::blank(row.number);
        let mut problems = Vec::new();
        for (column, cell) in self.columns.iter().zip(&row.cells) {
            let (Some(target), text) = (column.target, clean(cell)) else { continue };
            if text.is_empty() {
                continue;
            }
            let outcome = match &column.field {
                Some(field) => custom(&mut input, field, text, column.order),
                None => self.set(&mut input, target, text, column.order),
            };
            if let Err((kind, reason)) = outcome {
                problems.push(RowProblem::of_cell(row.number, column.header, text, kind, reason));
            }
        }
        let key_failed =
            problems.iter().any(|problem| problem.column.as_deref() == Some(self.header_of(Target::ExternalId)));
        if input.external_id.as_str().is_empty() && !key_failed {
            let reason = "The external id is empty. Every row needs one, so that it finds its account.";
            let header = self.header_of(Target::ExternalId);
            problems.insert(0, RowProblem::of_cell(row.number, header, "", ProblemKind::KeyMissing, reason));
        }
        if problems.is_empty() { Ok(input) } else { Err(problems) }
    }

    fn set(&self, input: &mut RowInput, target: Target, text: &str, order: Option<DateOrder>) -> Result<(), Wrong> {
        match target {
            Target::ExternalId => input.external_id = ExternalId(key(text)?),
            Target::Name => input.name = Some(line(text, target)?),
            Target::ContactName => input.contact_name = Some(line(text, target)?),
            Target::ContactEmail => input.contact_email = Some(email(text)?),
            Target::ContactRole => input.contact_role = Some(line(text, target)?),
            Target::ContactPhone => input.contact_phone = Some(phone(text)?),
            Target::Status => input.status = Some(status(text)?),
            Target::ScheduledFor => input.scheduled_for = Some(date(text, order)?),
            Target::MigratedAt => input.migrated_at = Some(date(text, order)?),
            Target::BlockerCategory => input.blocker_category = Some(category(text)?),
            Target::BlockerText => input.blocker_text = Some(paragraphs(text, target)?),
            Target::Owner => input.owner = self.owner(text)?,
            Target::Cohort => input.cohort = Some(line(text, target)?),
            Target::Plan => input.plan = Some(line(text, target)?),
            Target::Region => input.region = Some(line(text, target)?),
            Target::Language => input.language = Some(language(text)?),
            Target::TimeZone => input.time_zone = Some(line(text, target)?),
            // A field that is gone takes no values.
            Target::Custom(_) | Target::New(_) => {}
            Target::Channel => input.channel = Some(channel(text)?),
        }
        Ok(())
    }

    fn owner(&self, text: &str) -> Result<Option<OwnerCell>, Wrong> {
        let name = line(text, Target::Owner)?;
        Ok(match self.mapping.owners.get(&owner_key(text)) {
            Some(OwnerAnswer::User { id }) => Some(OwnerCell::Answered { id: id.clone() }),
            Some(OwnerAnswer::Nobody) => None,
            None => Some(OwnerCell::Named { text: name }),
        })
    }
}

impl RowInput {
    /// A row that says nothing yet.
    pub(super) fn blank(row: u32) -> Self {
        RowInput {
            row,
            external_id: ExternalId(String::new()),
            name: None,
            contact_name: None,
            contact_email: None,
            contact_role: None,
            contact_phone: None,
            status: None,
            scheduled_for: None,
            migrated_at: None,
            blocker_category: None,
            blocker_text: None,
            owner: None,
            cohort: None,
            plan: None,
            region: None,
            language: None,
            time_zone: None,
            custom: CustomValues::new(),
            channel: None,
        }
    }
}

type Wrong = (ProblemKind, String);

/// A cell without blanks around it, and without the `'` that our own exports put before what looks like a formula.
fn clean(cell: &str) -> &str {
    plain(cell.trim()).trim()
}

/// A value of a custom field. Dates may be written as in the other columns of dates.
fn custom(input: &mut RowInput, field: &CustomField, text: &str, order: Option<DateOrder>) -> Result<(), Wrong> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    shown(&text.replace(['\n', '\t'], " "))?;
    let value = match field.settings.kind {
        CustomKind::Date => Some(CustomValue::Date(date(&text, order)?.date)),
        _ => field.settings.parse(&text).map_err(|problem| (ProblemKind::CustomField, problem.to_string()))?,
    };
    input.custom.extend(value.map(|value| (field.number, value)));
    Ok(())
}

fn key(text: &str) -> Result<String, Wrong> {
    if text.chars().any(char::is_control) {
        let reason = "An external id may not contain line breaks or other control characters.";
        return Err((ProblemKind::KeyInvalid, reason.to_owned()));
    }
    within(text, Target::ExternalId).map(str::to_owned)
}

/// A text on one line: line breaks and tabs become spaces.
fn line(text: &str, target: Target) -> Result<String, Wrong> {
    within(text, target)?;
    let spaced: String = text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }).collect();
    shown(&spaced)?;
    Ok(spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
}

/// A text that may have several lines.
fn paragraphs(text: &str, target: Target) -> Result<String, Wrong> {
    within(text, target)?;
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    shown(&text.replace(['\n', '\t'], " "))?;
    Ok(text)
}

fn shown(text: &str) -> Result<(), Wrong> {
    if text.chars().any(char::is_control) {
        let reason = "The text contains control characters that cannot be shown. Remove them.";
        return Err((ProblemKind::TextInvalid, reason.to_owned()));
    }
    Ok(())
}

fn within(text: &str, target: Target) -> Result<&str, Wrong> {
    let (length, longest) = (text.chars().count(), target.longest());
    if length > longest {
        return Err((
            ProblemKind::TextTooLong,
            format!("The cell has {length} characters; {} takes at most {longest}. Shorten it.", target.label()),
        ));
    }
    Ok(text)
}

fn email(text: &str) -> Result<String, Wrong> {
    if is_email(text) {
        return Ok(text.to_owned());
    }
    Err((ProblemKind::EmailInvalid, "This is not an e-mail address. Write one, such as it@company.example.".to_owned()))
}

fn status(text: &str) -> Result<Status, Wrong> {
    status_words::status(text).ok_or_else(|| {
        let allowed = status_words::allowed_statuses();
        (ProblemKind::StatusUnknown, format!("This is no status. Use one of: {allowed}."))
    })
}

fn category(text: &str) -> Result<BlockerCategory, Wrong> {
    status_words::category(text).ok_or_else(|| {
        let allowed = status_words::allowed_categories();
        (ProblemKind::BlockerUnknown, format!("This is no category of blockers. Use one of: {allowed}."))
    })
}

fn date(text: &str, order: Option<DateOrder>) -> Result<DateCell, Wrong> {
    dates::read(text, order).map_err(|reason| (ProblemKind::DateUnreadable, reason))
}

/// A language tag such as `de` or `pt-BR`; `pt_BR` is written so, too.
fn language(text: &str) -> Result<String, Wrong> {
    language::tag(text).ok_or_else(|| {
        let reason = "This is not a language code. Write one such as de, en or pt-BR.";
        (ProblemKind::LanguageInvalid, reason.to_owned())
    })
}

fn phone(text: &str) -> Result<String, Wrong> {
    within(text, Target::ContactPhone)?;
    phone_number(text).map_err(|reason| (ProblemKind::PhoneInvalid, reason))
}

fn channel(text: &str) -> Result<Channel, Wrong> {
    Channel::from_words(text).ok_or_else(|| {
        let reason = "This is no channel. Use one of: email, phone, webhook.";
        (ProblemKind::ChannelUnknown, reason.to_owned())
    })
}

#[cfg(test)]
#[path = "row_tests.rs"]
mod tests;
