//! What each column becomes: the proposal, a person's corrections, and the questions that are still open.

use super::dates::{DateOrder, DateVerdict};
use super::own_fields::{holds_dates, new_fields};
use super::status_words::bare;
use super::survey::{ColumnSurvey, Survey};
use super::target::Target;
use crate::custom::{CustomField, field_of};
use crate::id::UserId;
use crate::view::Column;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a person, or the proposal, says of every column. The vectors go with the columns of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// What each column becomes; `None` is not imported.
    pub columns: Vec<Option<Target>>,
    /// Answers for columns of dates in which it is not clear what comes first.
    #[serde(default)]
    pub date_orders: Vec<Option<DateOrder>>,
    /// Answers for owners who are not found, by [`owner_key`].
    #[serde(default)]
    pub owners: BTreeMap<String, OwnerAnswer>,
}

/// Who is meant by an owner in the file that nobody is called like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum OwnerAnswer {
    /// This user.
    User { id: UserId },
    /// Nobody: such cells count as empty.
    Nobody,
}

/// The text by which answers about an owner are kept: small letters, nothing around it.
pub fn owner_key(text: &str) -> String {
    text.trim().to_lowercase()
}

/// How the proposal came to what a column becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matched {
    ByName,
    ByContent,
    /// As it was for the last file with the same columns.
    AsBefore,
}

impl Matched {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Matched::ByName => "By name",
            Matched::ByContent => "By content",
            Matched::AsBefore => "As last time",
        }
    }
}

/// A proposed mapping and how each column of it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub mapping: Mapping,
    pub matched: Vec<Option<Matched>>,
}

/// Why a file cannot be checked yet. Each is answered in the mapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum MappingProblem {
    #[error("Say which column is the external id: rows are matched with accounts by it.")]
    NoKey,
    #[error("{} is chosen for {}. Choose it for one of them.", target.label(), columns.join(" and "))]
    Twice { target: Target, columns: Vec<String> },
    #[error(
        "{header}: {example} can be {} or {}. Say what comes first.",
        super::dates::spoken(*day_first), super::dates::spoken(*month_first)
    )]
    DateAmbiguous { column: u32, header: String, example: String, day_first: NaiveDate, month_first: NaiveDate },
    #[error(
        "{header}: {day_first} has the day first, {month_first} the month. Say what comes first; the other rows are refused."
    )]
    DateContradictory { column: u32, header: String, day_first: String, month_first: String },
    #[error("{header}: nobody is called {name} or has this e-mail address. Say who is meant.")]
    OwnerUnknown { column: u32, header: String, name: String, rows: u32 },
    #[error("{header}: the custom field for this column is not in use any more. Choose what it becomes.")]
    FieldGone { header: String },
    #[error("{header} cannot become a new field. {reason}")]
    NewField { header: String, reason: String },
    #[error("{header} has more than 500 different values: these cannot be owners. Choose another column.")]
    TooManyOwners { header: String },
}

impl Mapping {
    /// A mapping that imports nothing of a file with so many columns.
    pub fn empty(columns: usize) -> Self {
        Mapping { columns: vec![None; columns], date_orders: vec![None; columns], owners: BTreeMap::new() }
    }

    /// The same answers for exactly the columns of this file, whatever a request sent.
    pub fn fitted(mut self, columns: usize) -> Self {
        self.columns.resize(columns, None);
        self.date_orders.resize(columns, None);
        self
    }

    /// The place of the column that becomes this.
    pub fn column_of(&self, target: Target) -> Option<usize> {
        self.columns.iter().position(|column| *column == Some(target))
    }

    /// How many columns are imported.
    pub fn used(&self) -> usize {
        self.columns.iter().flatten().count()
    }

    /// Everything that must be answered before a dry run. `fields` are the migration's own, `knows` says whether a text
    /// names one owner.
    pub fn problems(
        &self,
        survey: &Survey,
        fields: &[CustomField],
        knows: &dyn Fn(&str) -> bool,
    ) -> Vec<MappingProblem> {
        let mut problems = Vec::new();
        if self.column_of(Target::ExternalId).is_none() {
            problems.push(MappingProblem::NoKey);
        }
        problems.extend(self.chosen_twice(survey));
        problems.extend(self.bad_fields(survey, fields));
        for (index, column) in survey.columns.iter().enumerate() {
            match self.columns.get(index).copied().flatten() {
                Some(target) if holds_dates(target, fields) => problems.extend(self.date_question(index, column)),
                Some(Target::Owner) => problems.extend(self.unknown_owners(index, column, knows)),
                _ => {}
            }
        }
        problems
    }

    /// The order by which the dates of this column are read: the person's answer, else what its dates say.
    pub fn date_order(&self, index: usize, column: &ColumnSurvey) -> Option<DateOrder> {
        self.date_orders.get(index).copied().flatten().or(match column.date_verdict() {
            DateVerdict::Decided { by } => Some(by),
            _ => None,
        })
    }

    fn chosen_twice(&self, survey: &Survey) -> impl Iterator<Item = MappingProblem> {
        let mut chosen: BTreeMap<Target, Vec<String>> = BTreeMap::new();
        for (target, column) in self.columns.iter().zip(&survey.columns) {
            // Every new field is another one.
            if let Some(target) = target.filter(|target| !matches!(target, Target::New(_))) {
                chosen.entry(target).or_default().push(column.header.clone());
            }
        }
        let twice = chosen.into_iter().filter(|(_, columns)| columns.len() > 1);
        twice.map(|(target, columns)| MappingProblem::Twice { target, columns })
    }

    /// Fields that are not there any more, and new ones that cannot be added.
    fn bad_fields(&self, survey: &Survey, fields: &[CustomField]) -> Vec<MappingProblem> {
        let live = |number| field_of(fields, number).is_some_and(|field| !field.retired);
        let mut problems = Vec::new();
        for (target, column) in self.columns.iter().zip(&survey.columns) {
            match target {
                Some(Target::Custom(number)) if !live(*number) => {
                    problems.push(MappingProblem::FieldGone { header: column.header.clone() });
                }
                _ => {}
            }
        }
        let names = fields.iter().filter(|field| !field.retired).map(|field| field.settings.label.clone());
        let mut names: Vec<String> = names.chain(Column::BUILT_IN.map(|column| column.label().to_owned())).collect();
        for (index, settings) in new_fields(survey, self) {
            let others: Vec<&str> = names.iter().map(String::as_str).collect();
            if let Some(problem) = settings.problems(&others).into_iter().next() {
                let header = survey.columns[index].header.clone();
                problems.push(MappingProblem::NewField { header, reason: problem.message });
            }
            names.push(settings.label);
        }
        problems
    }

    fn date_question(&self, index: usize, column: &ColumnSurvey) -> Option<MappingProblem> {
        if self.date_orders.get(index).copied().flatten().is_some() {
            return None;
        }
        let (position, header) = (index as u32, column.header.clone());
        match column.date_verdict() {
            DateVerdict::Irrelevant | DateVerdict::Decided { .. } => None,
            DateVerdict::Ambiguous { example, day_first, month_first } => {
                Some(MappingProblem::DateAmbiguous { column: position, header, example, day_first, month_first })
            }
            DateVerdict::Contradictory { day_first, month_first } => {
                Some(MappingProblem::DateContradictory { column: position, header, day_first, month_first })
            }
        }
    }

    fn unknown_owners(&self, index: usize, column: &ColumnSurvey, knows: &dyn Fn(&str) -> bool) -> Vec<MappingProblem> {
        let header = column.header.clone();
        let Some(values) = &column.values else { return vec![MappingProblem::TooManyOwners { header }] };
        let mut unknown: BTreeMap<String, (&str, u32)> = BTreeMap::new();
        for (name, rows) in values {
            let key = owner_key(name);
            if !self.owners.contains_key(&key) && !knows(name) {
                unknown.entry(key).or_insert((name, 0)).1 += rows;
            }
        }
        let column = index as u32;
        unknown
            .into_values()
            .map(|(name, rows)| MappingProblem::OwnerUnknown {
                column,
                header: header.clone(),
                name: name.to_owned(),
                rows,
            })
            .collect()
    }
}

/// Columns of our own exports that nothing can be set by: what is in them must not be taken for something else.
const NEVER_PROPOSED: [&str; 1] = ["rollbackuntil"];

/// Least score with which a column is proposed for a target.
const ENOUGH: i32 = 20;

/// What a column is worth for a custom field that is called as the column is: more than for anything else.
const SAME_NAME: i32 = 200;

/// Proposes what each column becomes: by its name, and by its content where names leave a choice.
pub fn propose(survey: &Survey) -> Proposal {
    propose_with(survey, &[])
}

/// The same for a migration with fields of its own.
pub fn propose_with(survey: &Survey, fields: &[CustomField]) -> Proposal {
    let mut scored: Vec<(i32, usize, Target, Matched)> = Vec::new();
    for (index, column) in survey.columns.iter().enumerate() {
        let header = bare(&column.header);
        let own = fields.iter().find(|field| !field.retired && bare(&field.settings.label) == header);
        if let Some(field) = own.filter(|_| !header.is_empty()) {
            scored.push((SAME_NAME, index, Target::Custom(field.number), Matched::ByName));
        }
        if NEVER_PROPOSED.contains(&header.as_str()) {
            continue;
        }
        for target in Target::ALL {
            let by_name = name_score(&header, *target);
            let score = by_name + content_score(column, *target, by_name > 0, survey.rows);
            if score >= ENOUGH {
                let matched = if by_name > 0 { Matched::ByName } else { Matched::ByContent };
                scored.push((score, index, *target, matched));
            }
        }
    }
    scored.sort_by_key(|(score, index, target, _)| (std::cmp::Reverse(*score), *index, *target));
    let columns = survey.columns.len();
    let mut proposal = Proposal { mapping: Mapping::empty(columns), matched: vec![None; columns] };
    for (_, index, target, matched) in scored {
        if proposal.mapping.columns[index].is_none() && proposal.mapping.column_of(target).is_none() {
            proposal.mapping.columns[index] = Some(target);
            proposal.matched[index] = Some(matched);
        }
    }
    proposal
}

fn name_score(header: &str, target: Target) -> i32 {
    // The file of refused rows has columns about the refusal before those of the original.
    if header.starts_with("refused") {
        return 0;
    }
    if let Some(place) = target.synonyms().iter().position(|synonym| *synonym == header) {
        return 100 - place as i32;
    }
    let within = |synonym: &&str| synonym.len() >= 5 && (header.starts_with(*synonym) || header.ends_with(*synonym));
    target
        .synonyms()
        .iter()
        .filter(|synonym| within(synonym))
        .map(|synonym| 20 + synonym.len() as i32)
        .max()
        .unwrap_or(0)
}

/// What the cells add to a column's score for a target, or take away where they speak against its name.
fn content_score(column: &ColumnSurvey, target: Target, named: bool, rows: u32) -> i32 {
    let fitting = match target {
        Target::ContactEmail => column.emails,
        Target::ScheduledFor | Target::MigratedAt => column.dates.dates,
        Target::Status => column.statuses(),
        Target::ExternalId if named => return if column.looks_like_keys(rows) { 15 } else { -15 },
        _ => return 0,
    };
    if named {
        return match column.share(fitting) {
            _ if column.filled == 0 => 0,
            share if share >= 90 => 30,
            share if share >= 25 => 0,
            _ => -90,
        };
    }
    match target {
        // Dates under a name that says nothing are planned ones rather than past ones.
        Target::MigratedAt => 0,
        Target::ScheduledFor if column.share(fitting) >= 90 => ENOUGH,
        _ if column.share(fitting) >= 90 => 30,
        _ => 0,
    }
}

#[cfg(test)]
#[path = "mapping_tests.rs"]
mod tests;
