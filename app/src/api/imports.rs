//! Imports of accounts from files. The file itself is posted to `/m/MIGRATION/imports/upload`, and the refused rows are
//! fetched from `/m/MIGRATION/imports/IMPORT/refused.csv`; everything between is here.

use super::ApiError;
use domain::custom::CustomField;
use domain::id::{ImportId, MigrationId};
use domain::import::dates::{DateOrder, DateVerdict, spoken};
use domain::import::mapping::{Mapping, MappingProblem, Matched, OwnerAnswer, Proposal, owner_key};
use domain::import::memory::Remembered;
use domain::import::own_fields::{NewKind, holds_dates};
use domain::import::problem::{KindCount, RowProblem};
use domain::import::source::SheetSource;
use domain::import::survey::{ColumnSurvey, Survey};
use domain::import::target::Target;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// The largest file that is taken, in bytes; said before a larger one is sent.
pub const FILE_MAX: usize = domain::import::sheet::FILE_MAX;

/// One line of the list of imports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportSummary {
    pub id: ImportId,
    pub file: String,
    pub rows: u32,
    pub who: String,
    /// When it was uploaded, in the migration's zone: `21 May 2026, 13:48`.
    pub when: String,
    pub phase: ImportPhase,
    pub counts: Option<ImportCounts>,
}

/// How far an import is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum ImportPhase {
    /// The columns are being said.
    Mapping,
    /// The dry run is at work.
    Checking,
    /// The dry run is done; nothing is written yet.
    Checked,
    /// Rows are being written: `done` of `total` are durable.
    Committing {
        done: u32,
        total: u32,
    },
    Finished,
    /// It stopped before anything was written.
    Failed {
        message: String,
    },
    /// Thrown away before its commit.
    Discarded,
}

impl ImportPhase {
    /// The word in the list of imports.
    pub fn word(&self) -> &'static str {
        match self {
            ImportPhase::Mapping => "Columns to confirm",
            ImportPhase::Checking => "Checking",
            ImportPhase::Checked => "Ready to commit",
            ImportPhase::Committing { .. } => "Committing",
            ImportPhase::Finished => "Finished",
            ImportPhase::Failed { .. } => "Failed",
            ImportPhase::Discarded => "Discarded",
        }
    }

    /// Whether the server is at work on it, so that looking again shows something else.
    pub fn is_busy(&self) -> bool {
        matches!(self, ImportPhase::Checking | ImportPhase::Committing { .. })
    }
}

/// How many rows do what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportCounts {
    pub created: u32,
    pub updated: u32,
    pub unchanged: u32,
    pub refused: u32,
}

impl ImportCounts {
    /// Rows that a commit writes.
    pub fn written(&self) -> u32 {
        self.created + self.updated
    }

    /// All rows that were looked at.
    pub fn total(&self) -> u32 {
        self.created + self.updated + self.unchanged + self.refused
    }
}

/// One import with all that its page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportView {
    pub id: ImportId,
    pub file: String,
    pub rows: u32,
    pub who: String,
    /// When it was uploaded, in the migration's zone: `21 May 2026, 13:48`.
    pub when: String,
    pub phase: ImportPhase,
    pub mapping: Mapping,
    pub columns: Vec<ColumnView>,
    /// Owners in the file whom nobody is called like, with the answers so far.
    pub owners: Vec<OwnerQuestion>,
    /// What has to be answered before the dry run, each in a sentence.
    pub open: Vec<String>,
    /// What the dry run found, or what the commit has done so far.
    pub report: Option<ImportReport>,
    /// The sheet that was read, if the file is a workbook.
    pub source: Option<SheetSource>,
    /// Whose mapping the columns have, while they have it.
    pub remembered: Option<RememberedView>,
}

/// The columns are mapped as for an earlier file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RememberedView {
    /// `Mapped as last time, by Ines Ferreira on 3 May 2026.`
    pub words: String,
    /// What the columns would be without it; `None` if that is the same.
    pub anew: Option<Mapping>,
}

/// What an import would do, or did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportReport {
    pub counts: ImportCounts,
    /// Why rows are refused, the most frequent reason first.
    pub by_kind: Vec<KindCount>,
    /// The first refused rows; the file has all of them.
    pub refused: Vec<RowProblem>,
    /// Fields that stay because somebody changed them after the dry run.
    pub kept: u32,
    /// Cells for which the status of their row has no place.
    pub ignored: u32,
    /// Messages that rules would send because of it, if they may.
    #[serde(default)]
    pub fires: u32,
}

/// A column of the file and what it becomes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnView {
    pub header: String,
    pub samples: Vec<String>,
    pub target: Option<Target>,
    /// How the proposal found the target, if it is still the proposed one.
    pub matched: Option<Matched>,
    /// For a column of dates in which it is not clear what comes first.
    pub question: Option<DateQuestion>,
    /// What a new field of this column would best be.
    pub guess: NewKind,
}

/// What the dates of a column leave open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DateQuestion {
    /// The question in a sentence.
    pub text: String,
    /// What an example is with the day first, and with the month first.
    pub day_first: String,
    pub month_first: String,
    pub answer: Option<DateOrder>,
}

/// An owner in the file whom nobody is called like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnerQuestion {
    /// The key of the answer in the mapping.
    pub key: String,
    /// As the file writes it.
    pub name: String,
    pub rows: u32,
    pub answer: Option<OwnerAnswer>,
}

impl ColumnView {
    /// The columns of a file as its mapping has them.
    pub fn all(
        survey: &Survey,
        fields: &[CustomField],
        proposal: &Proposal,
        remembered: Option<&Remembered>,
        mapping: &Mapping,
    ) -> Vec<ColumnView> {
        let one = |(index, column): (usize, &ColumnSurvey)| {
            let of = |mapping: &Mapping| mapping.columns.get(index).copied().flatten();
            let target = of(mapping);
            let answer = mapping.date_orders.get(index).copied().flatten();
            let proposed = proposal.matched.get(index).copied().flatten().filter(|_| target == of(&proposal.mapping));
            let before = remembered.filter(|before| target.is_some() && target == of(&before.mapping));
            ColumnView {
                header: column.header.clone(),
                samples: column.samples.clone(),
                target,
                matched: proposed.or(before.map(|_| Matched::AsBefore)),
                question: target
                    .filter(|target| holds_dates(*target, fields))
                    .and_then(|_| DateQuestion::of(column, answer)),
                guess: NewKind::guess(column),
            }
        };
        survey.columns.iter().enumerate().map(one).collect()
    }
}

impl DateQuestion {
    fn of(column: &ColumnSurvey, answer: Option<DateOrder>) -> Option<DateQuestion> {
        match column.date_verdict() {
            DateVerdict::Irrelevant | DateVerdict::Decided { .. } => None,
            DateVerdict::Ambiguous { example, day_first, month_first } => Some(DateQuestion {
                text: format!("Is {example} {} or {}?", spoken(day_first), spoken(month_first)),
                day_first: spoken(day_first),
                month_first: spoken(month_first),
                answer,
            }),
            DateVerdict::Contradictory { day_first, month_first } => Some(DateQuestion {
                text: format!(
                    "{day_first} has the day first, {month_first} the month. What is right? Rows that do not fit are refused."
                ),
                day_first: format!("like {day_first}"),
                month_first: format!("like {month_first}"),
                answer,
            }),
        }
    }
}

impl OwnerQuestion {
    /// The owners to ask about: those that nobody is called like, answered or not, in the order of their names.
    pub fn all(survey: &Survey, mapping: &Mapping, knows: &dyn Fn(&str) -> bool) -> Vec<OwnerQuestion> {
        let unanswered = Mapping { owners: Default::default(), ..mapping.clone() };
        let ask = |problem| match problem {
            MappingProblem::OwnerUnknown { name, rows, .. } => {
                let key = owner_key(&name);
                let answer = mapping.owners.get(&key).cloned();
                Some(OwnerQuestion { key, name, rows, answer })
            }
            _ => None,
        };
        unanswered.problems(survey, &[], knows).into_iter().filter_map(ask).collect()
    }
}

/// The imports of a migration, the newest first.
#[server(name = FetchImports, endpoint = "imports/list")]
pub async fn imports(migration: MigrationId) -> Result<Vec<ImportSummary>, ApiError> {
    crate::backend::imports::imports(migration).await
}

/// One import.
#[server(name = FetchImport, endpoint = "imports/one")]
pub async fn import(migration: MigrationId, id: ImportId) -> Result<ImportView, ApiError> {
    crate::backend::imports::import(migration, id).await
}

/// Says what the columns become; a dry run made before is void then.
#[server(endpoint = "imports/map", input = Json)]
pub async fn save_mapping(migration: MigrationId, id: ImportId, mapping: Mapping) -> Result<ImportView, ApiError> {
    crate::backend::imports::save_mapping(migration, id, mapping).await
}

/// Starts the dry run: nothing of the accounts is written.
#[server(endpoint = "imports/check")]
pub async fn check_import(migration: MigrationId, id: ImportId) -> Result<(), ApiError> {
    crate::backend::imports::check_import(migration, id).await
}

/// Commits what the dry run found. It goes on when the page is closed, and after a restart of the server.
#[server(endpoint = "imports/commit")]
pub async fn commit_import(
    migration: MigrationId,
    id: ImportId,
    #[server(default)] fire_rules: bool,
) -> Result<(), ApiError> {
    crate::backend::imports::commit_import(migration, id, fire_rules).await
}

/// Throws an import away before its commit, with its file.
#[server(endpoint = "imports/discard")]
pub async fn discard_import(migration: MigrationId, id: ImportId) -> Result<(), ApiError> {
    crate::backend::imports::discard_import(migration, id).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::import::mapping::propose;
    use domain::import::sheet::Sheet;

    fn survey(csv: &str) -> Result<Survey, domain::import::sheet::FileProblem> {
        Sheet::open(csv.as_bytes()).map(|sheet| Survey::of(&sheet))
    }

    #[test]
    fn a_column_shows_its_question_until_it_is_no_date() -> Result<(), Box<dyn std::error::Error>> {
        let survey = survey("id,date\n1,03/04/2026\n2,05/06/2026\n")?;
        let proposal = propose(&survey);
        let mut mapping = proposal.mapping.clone();
        let columns = ColumnView::all(&survey, &[], &proposal, None, &mapping);
        let text = columns[1].question.as_ref().map(|question| question.text.as_str());
        assert_eq!(text, Some("Is 03/04/2026 3 April 2026 or 4 March 2026?"));
        assert_eq!(columns[1].matched, Some(Matched::ByName));
        mapping.columns[1] = Some(Target::Region);
        let columns = ColumnView::all(&survey, &[], &proposal, None, &mapping);
        assert_eq!((&columns[1].question, columns[1].matched), (&None, None));
        Ok(())
    }

    #[test]
    fn an_answered_owner_stays_on_the_list() -> Result<(), Box<dyn std::error::Error>> {
        let survey = survey("id,owner\n1,Hanna\n2,Priya\n")?;
        let mut mapping = propose(&survey).mapping;
        mapping.owners.insert(owner_key("Hanna"), OwnerAnswer::Nobody);
        let questions = OwnerQuestion::all(&survey, &mapping, &|text| text == "Priya");
        assert_eq!(questions.len(), 1);
        assert_eq!((questions[0].name.as_str(), &questions[0].answer), ("Hanna", &Some(OwnerAnswer::Nobody)));
        Ok(())
    }
}
