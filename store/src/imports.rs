//! Imports: the stored file, the dry run, and the job that commits it chunk by chunk.
//!
//! How far an import is lies in its row and changes in the transaction of each chunk. A killed server finds it there and
//! goes on with the next row; nothing of a chunk is ever half written.

use crate::acting::Acting;
use crate::commands::{Chunk, Command};
use crate::error::StoreError;
use crate::model::{MigrationModel, Model};
use crate::rows::{from_text, to_text};
use crate::writer::{Store, new_command_id, random_text};
use crate::zone::{known_zone, local_date, zone_instant};
use chrono::NaiveTime;
use domain::account::{Means, Since};
use domain::actor::Actor;
use domain::clock::Instant;
use domain::custom::{CustomField, field_of};
use domain::customer::Profile;
use domain::event::{PersonRef, Position};
use domain::id::{ImportId, MigrationId, UserId};
use domain::import::duplicates::Duplicates;
use domain::import::mapping::{Mapping, MappingProblem, Proposal, propose_with};
use domain::import::memory::{Remembered, carried, shape};
use domain::import::outcome::{ImportContext, OutcomeKind, RowOutcome, decide};
use domain::import::own_fields::{new_fields, with_new};
use domain::import::problem::{KindCount, RowProblem, Tally};
use domain::import::refused::RefusedFile;
use domain::import::row::{RowInput, RowReader};
use domain::import::sheet::Sheet;
use domain::import::source::SheetSource;
use domain::import::survey::Survey;
use domain::import::target::Target;
use domain::notice::message::Message;
use domain::notice::plan::{self, Facts};
use domain::notice::rule::NoticeRule;
use domain::policy::Action;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use surrealdb::types::{Bytes, RecordId, SurrealValue};

/// Rows per transaction. Interactive edits are taken between two chunks, so a chunk must be short.
const CHUNK_ROWS: usize = 500;
/// Refused rows shown on screen; all of them are in the file.
const SHOWN_MAX: usize = 100;
/// Bytes of a stored piece of the file.
const PIECE_BYTES: usize = 1_000_000;
/// Pieces from this number on are the refused rows.
pub(crate) const REFUSED_PIECE: u32 = 1_000_000;

/// One import.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    pub id: ImportId,
    pub migration: MigrationId,
    pub plan: ImportPlan,
    pub phase: ImportPhase,
}

/// What is to be imported and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportPlan {
    pub file_name: String,
    pub by: UserId,
    pub created_at: Instant,
    /// Rows of the file, without the header.
    pub rows: u32,
    pub survey: Survey,
    pub proposal: Proposal,
    pub mapping: Mapping,
    /// The sheet that was read, if the file is a workbook.
    #[serde(default)]
    pub source: Option<SheetSource>,
    /// Whose mapping this import began with.
    #[serde(default)]
    pub remembered: Option<Remembered>,
    /// Whether rules fire for what it brings, as whoever committed it decided.
    #[serde(default)]
    pub fire_rules: bool,
}

/// How far an import is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum ImportPhase {
    Mapping,
    Checking,
    Checked {
        report: ImportReport,
    },
    /// Committing; `done` rows of the file are durable.
    Committing {
        done: u32,
        checked: ImportReport,
        report: ImportReport,
    },
    Finished {
        at: Instant,
        report: ImportReport,
    },
    /// It stopped by itself before anything was written.
    Failed {
        message: String,
    },
    Discarded,
}

/// What an import does, or did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportReport {
    pub created: u32,
    pub updated: u32,
    pub unchanged: u32,
    pub refused: u32,
    /// Fields left as they are because somebody changed them after the dry run.
    pub kept: u32,
    /// Cells that the row's status has no place for.
    pub ignored: u32,
    pub by_kind: Vec<KindCount>,
    /// The first refused rows.
    pub problems: Vec<RowProblem>,
    /// Messages that rules would send because of it, if they may.
    #[serde(default)]
    pub fires: u32,
    /// How far the log was when the dry run looked.
    pub checked_at: Position,
    #[serde(default)]
    pub(crate) tally: Tally,
}

impl std::ops::Deref for Import {
    type Target = ImportPlan;

    fn deref(&self) -> &ImportPlan {
        &self.plan
    }
}

#[derive(Clone, Debug, SurrealValue)]
pub(crate) struct ImportRow {
    pub id: RecordId,
    pub key: String,
    pub migration: String,
    pub plan: String,
    pub phase: String,
}

impl From<&Import> for ImportRow {
    fn from(import: &Import) -> Self {
        ImportRow {
            id: RecordId::new("import", import.id.as_str()),
            key: import.id.0.clone(),
            migration: import.migration.0.clone(),
            plan: to_text(&import.plan),
            phase: to_text(&import.phase),
        }
    }
}

impl ImportRow {
    pub(crate) fn into_domain(self) -> Result<Import, StoreError> {
        Ok(Import {
            id: ImportId(self.key),
            migration: MigrationId(self.migration),
            plan: from_text(&self.plan)?,
            phase: from_text(&self.phase)?,
        })
    }
}

/// A row of the file as far as it can be read without knowing the accounts.
#[derive(Clone, Debug)]
pub(crate) struct ReadRow {
    key: String,
    cells: Vec<String>,
    read: Result<RowInput, Vec<RowProblem>>,
}

/// What a piece of the file does to the accounts as they are now.
pub(crate) struct Evaluated {
    pub outcomes: Vec<(RowInput, RowOutcome)>,
    pub report: ImportReport,
    /// The refused rows as CSV, without a header.
    pub refused_csv: Vec<u8>,
}

/// How many messages rules would send because of a row, beyond those that are planned anyway.
fn fires(model: &Model, migration: &MigrationModel, outcome: &RowOutcome, now: Instant) -> u32 {
    let Some(account) = &outcome.account else { return 0 };
    let existing = migration.table.any_account_of(&account.customer);
    let known = model.customers.get(&account.customer).map(|stored| &stored.customer.profile);
    let nobody = Profile::default();
    let zones = migration.zones();
    let around = migration.around(&zones);
    let messages: Vec<&Message> = existing
        .iter()
        .flat_map(|known| migration.notices.of_account(known.number))
        .map(|message| &**message)
        .collect();
    let planned = |by: Means| {
        let mut after = account.clone();
        after.follow(existing.as_ref(), Since { at: now, by, bulk: None });
        let facts = Facts {
            account: after.number,
            state: &after.state,
            attempt: after.attempt,
            since: after.since.as_ref(),
            halted: false,
            customer: outcome.profile.as_ref().or(known).unwrap_or(&nobody),
            messages: &messages,
        };
        let rules: Vec<&NoticeRule> = migration.notices.rules.values().collect();
        plan::plan(rules, &facts, &around).len()
    };
    planned(Means::FiringImport).saturating_sub(planned(Means::Import)) as u32
}

/// Decides for each row, with the same code at the dry run and at the commit.
pub(crate) fn evaluate(
    model: &Model,
    import: &Import,
    rows: &[ReadRow],
    mut report: ImportReport,
    now: Instant,
) -> Result<Evaluated, StoreError> {
    let migration = model.migration(&import.migration)?;
    let zone = migration.migration.settings.time_zone.as_str();
    let fields = with_new(&migration.migration.fields, &import.plan.survey, &import.plan.mapping);
    let reader = RowReader::new(&import.plan.survey, &import.plan.mapping, &fields);
    let labels: Vec<String> = migration.cohorts.iter().map(|cohort| cohort.label()).collect();
    let context = ImportContext {
        now,
        migration: migration.migration.stage,
        rollback_days: migration.migration.settings.rollback_days,
        checked_at: report.checked_at,
        // No row is taken twice: a file's repeated keys are refused, and a resumed import goes on after its last chunk.
        by_this_import: &|_| false,
        instant_of: &|day, time| zone_instant(day, time.unwrap_or(NaiveTime::MIN), zone),
        day_of: &|at| local_date(at, zone),
        cohort: &|text| domain::import::find_cohort(&migration.cohorts, text),
        cohort_stage: &|number| migration.cohort_stage(number),
        cohort_labels: &labels,
        owner: &|text| find_owner(model, text),
        known_zone: &known_zone,
        fields: &fields,
        header_of: &|target: Target| reader.header_of(target).to_owned(),
    };
    let mut outcomes = Vec::new();
    let mut refused = RefusedRows::new(import)?;
    for row in rows {
        let decided = row.read.clone().and_then(|input| {
            let existing = migration.table.number_of(&input.external_id);
            let existing = existing.and_then(|number| migration.table.account(number));
            let customer = model.customers.get(&input.external_id).map(|stored| &stored.customer);
            let outcome = decide(&input, existing.as_ref(), customer, &context).map_err(|problem| vec![problem])?;
            Ok((input, outcome))
        });
        match decided {
            Ok((input, outcome)) => {
                match outcome.kind {
                    OutcomeKind::Created => report.created += 1,
                    OutcomeKind::Updated => report.updated += 1,
                    OutcomeKind::Unchanged => report.unchanged += 1,
                }
                report.kept += outcome.kept.len() as u32;
                report.ignored += outcome.ignored.len() as u32;
                report.fires += fires(model, migration, &outcome, now);
                outcomes.push((input, outcome));
            }
            Err(problems) => {
                report.refused += 1;
                report.tally.count(&problems);
                let room = SHOWN_MAX.saturating_sub(report.problems.len());
                refused.write(&row.key, &problems, &row.cells)?;
                report.problems.extend(problems.into_iter().take(room));
            }
        }
    }
    report.by_kind = report.tally.by_kind();
    Ok(Evaluated { outcomes, report, refused_csv: refused.finish()? })
}

/// The refused rows of one piece, without the file's header.
struct RefusedRows {
    file: RefusedFile<Vec<u8>>,
    header: usize,
}

fn headers(import: &Import) -> Vec<String> {
    import.plan.survey.columns.iter().map(|column| column.header.clone()).collect()
}

fn refused_header(import: &Import) -> Result<Vec<u8>, StoreError> {
    RefusedFile::new(Vec::new(), &headers(import)).and_then(RefusedFile::finish).map_err(StoreError::corrupt)
}

impl RefusedRows {
    fn new(import: &Import) -> Result<Self, StoreError> {
        let header = refused_header(import)?.len();
        let file = RefusedFile::new(Vec::new(), &headers(import)).map_err(StoreError::corrupt)?;
        Ok(RefusedRows { file, header })
    }

    fn write(&mut self, key: &str, problems: &[RowProblem], cells: &[String]) -> Result<(), StoreError> {
        self.file.write(key, problems, cells).map_err(StoreError::corrupt)
    }

    fn finish(self) -> Result<Vec<u8>, StoreError> {
        let header = self.header;
        Ok(self.file.finish().map_err(StoreError::corrupt)?.split_off(header))
    }
}

/// The one active user with this name or address.
fn find_owner(model: &Model, text: &str) -> Option<UserId> {
    let text = text.trim();
    let mut found = model.users.values().filter(|stored| {
        let user = &stored.user;
        !user.disabled && (user.email.eq_ignore_ascii_case(text) || user.name.to_lowercase() == text.to_lowercase())
    });
    let first = found.next()?.user.id.clone();
    found.next().is_none().then_some(first)
}

impl Acting<'_> {
    /// Stores an uploaded file and proposes its mapping. The message of a refused file is for the person who chose it.
    pub async fn upload_import(
        &self,
        migration: &MigrationId,
        file_name: &str,
        bytes: Vec<u8>,
    ) -> Result<ImportId, StoreError> {
        self.upload(migration, file_name, bytes, None).await
    }

    /// The same for a sheet of a workbook that was turned into CSV; `file_name` is the workbook's.
    pub async fn upload_sheet(
        &self,
        migration: &MigrationId,
        file_name: &str,
        csv: Vec<u8>,
        source: SheetSource,
    ) -> Result<ImportId, StoreError> {
        self.upload(migration, file_name, csv, Some(source)).await
    }

    async fn upload(
        &self,
        migration: &MigrationId,
        file_name: &str,
        bytes: Vec<u8>,
        source: Option<SheetSource>,
    ) -> Result<ImportId, StoreError> {
        let permit = self.allow(Action::ImportAccounts).await?;
        self.store().model().migration(migration)?;
        let (survey, rows, bytes) = in_background(move || {
            let sheet = Sheet::open(&bytes).map_err(|problem| StoreError::field("file", problem.to_string()))?;
            let survey = Survey::of(&sheet);
            let rows = sheet.row_count();
            Ok((survey, rows, bytes))
        })
        .await?;
        let id = ImportId(random_text(10));
        for (number, piece) in bytes.chunks(PIECE_BYTES).enumerate() {
            self.store().put_piece(&id, number as u32, piece.to_vec()).await?;
        }
        let fields = self.store().model().migration(migration)?.migration.fields.clone();
        let proposal = propose_with(&survey, &fields);
        let remembered = self.store().remembered(migration, &survey, &proposal.mapping);
        let file_name: String = file_name.chars().filter(|c| !c.is_control()).take(200).collect();
        let plan = ImportPlan {
            file_name,
            by: self.caller().user.clone(),
            created_at: self.store().inner.clock.now(),
            rows,
            mapping: remembered.as_ref().map_or(&proposal.mapping, |before| &before.mapping).clone(),
            survey,
            proposal,
            source,
            remembered,
            fire_rules: false,
        };
        let import = Import { id: id.clone(), migration: migration.clone(), plan, phase: ImportPhase::Mapping };
        self.submit(permit, Command::SaveImport { import: Box::new(import), drop_file: false }).await?;
        Ok(id)
    }

    /// The imports of a migration, the newest first.
    pub async fn imports(&self, migration: &MigrationId) -> Result<Vec<Import>, StoreError> {
        self.allow(Action::ImportAccounts).await?;
        let model = self.store().model();
        let mut list: Vec<_> =
            model.imports.values().filter(|import| import.migration == *migration).map(|i| (**i).clone()).collect();
        list.sort_by_key(|import| std::cmp::Reverse((import.created_at, import.id.clone())));
        Ok(list)
    }

    /// The address of a migration.
    pub async fn slug(&self, migration: &MigrationId) -> Result<String, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        Ok(self.store().model().migration(migration)?.migration.settings.slug.clone())
    }

    /// One import, with what its mapping still lacks.
    pub async fn import(
        &self,
        migration: &MigrationId,
        id: &ImportId,
    ) -> Result<(Import, Vec<MappingProblem>), StoreError> {
        self.allow(Action::ImportAccounts).await?;
        let import = self.store().import_of(migration, id)?;
        let problems = self.store().mapping_problems(&import);
        Ok((import, problems))
    }

    /// The owners in an import's file who are users, as the file writes them.
    pub async fn known_owners(&self, import: &Import) -> Result<BTreeSet<String>, StoreError> {
        self.allow(Action::ImportAccounts).await?;
        let model = self.store().model();
        let texts =
            import.plan.survey.columns.iter().flat_map(|column| column.values.iter().flat_map(|values| values.keys()));
        Ok(texts.filter(|text| find_owner(&model, text).is_some()).cloned().collect())
    }

    /// The migration's custom fields, which columns can become.
    pub async fn custom_fields(&self, migration: &MigrationId) -> Result<Vec<CustomField>, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        Ok(self.store().model().migration(migration)?.migration.fields.clone())
    }

    /// Changes the mapping; a dry run that was made with another one is void.
    pub async fn map_import(&self, migration: &MigrationId, id: &ImportId, mapping: Mapping) -> Result<(), StoreError> {
        let permit = self.allow(Action::ImportAccounts).await?;
        let mut import = self.store().import_of(migration, id)?;
        match import.phase {
            ImportPhase::Mapping | ImportPhase::Checked { .. } => {}
            _ => return Err(StoreError::Refused("The columns can be changed only before the commit.".into())),
        }
        import.plan.mapping = mapping.fitted(import.plan.survey.columns.len());
        import.phase = ImportPhase::Mapping;
        self.submit(permit, Command::SaveImport { import: Box::new(import), drop_file: false }).await.map(|_| ())
    }

    /// Starts the dry run.
    pub async fn check_import(&self, migration: &MigrationId, id: &ImportId) -> Result<(), StoreError> {
        let permit = self.allow(Action::ImportAccounts).await?;
        let mut import = self.store().import_of(migration, id)?;
        match import.phase {
            ImportPhase::Mapping | ImportPhase::Checked { .. } => {}
            ImportPhase::Checking => return Ok(()),
            _ => return Err(StoreError::Refused("This import was committed or discarded already.".into())),
        }
        if let Some(problem) = self.store().mapping_problems(&import).first() {
            return Err(StoreError::Refused(problem.to_string()));
        }
        import.phase = ImportPhase::Checking;
        self.submit(permit, Command::SaveImport { import: Box::new(import), drop_file: false }).await?;
        self.store().spawn_import(id.clone());
        Ok(())
    }

    /// Commits a checked import; it runs as a job.
    pub async fn commit_import(
        &self,
        migration: &MigrationId,
        id: &ImportId,
        fire_rules: bool,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::ImportAccounts).await?;
        let import = self.store().import_of(migration, id)?;
        if matches!(import.phase, ImportPhase::Checked { .. }) {
            self.add_new_fields(import).await?;
        }
        self.submit(permit, Command::CommitImport { id: id.clone(), fire_rules }).await?;
        self.store().spawn_import(id.clone());
        Ok(())
    }

    /// Adds the fields that the mapping asks for, and has their columns become them. If the server stops in between, the
    /// next attempt finds the fields that are there by name and kind.
    async fn add_new_fields(&self, mut import: Import) -> Result<(), StoreError> {
        let new: Vec<_> = new_fields(&import.plan.survey, &import.plan.mapping).collect();
        if new.is_empty() {
            return Ok(());
        }
        let permit = self.allow(Action::ImportAccounts).await?;
        for (column, settings) in new {
            let same = |field: &&CustomField| {
                field.settings.label == settings.label && field.settings.kind.code() == settings.kind.code()
            };
            let there = self.store().model().migration(&import.migration)?.migration.live_fields().find(same).cloned();
            let number = match there {
                Some(field) => field.number,
                None => self.add_field(&import.migration, settings).await?,
            };
            import.plan.mapping.columns[column] = Some(Target::Custom(number));
        }
        self.submit(permit, Command::SaveImport { import: Box::new(import), drop_file: false }).await.map(|_| ())
    }

    /// Throws an import away before its commit, with its file.
    pub async fn discard_import(&self, migration: &MigrationId, id: &ImportId) -> Result<(), StoreError> {
        let permit = self.allow(Action::ImportAccounts).await?;
        let mut import = self.store().import_of(migration, id)?;
        if matches!(import.phase, ImportPhase::Committing { .. } | ImportPhase::Finished { .. }) {
            return Err(StoreError::Refused("A committed import cannot be discarded.".into()));
        }
        import.phase = ImportPhase::Discarded;
        self.submit(permit, Command::SaveImport { import: Box::new(import), drop_file: true }).await.map(|_| ())
    }

    /// The refused rows of the dry run, or of the commit once it runs, as CSV.
    pub async fn refused_rows(&self, migration: &MigrationId, id: &ImportId) -> Result<Vec<u8>, StoreError> {
        self.allow(Action::ImportAccounts).await?;
        let import = self.store().import_of(migration, id)?;
        let mut file = refused_header(&import)?;
        file.extend(self.store().pieces(id, REFUSED_PIECE..=u32::MAX).await?);
        Ok(file)
    }
}

impl Store {
    /// Goes on with the dry runs and commits that a stopped server left. Called once at the start.
    pub fn resume_imports(&self) {
        let left: Vec<ImportId> = {
            let model = self.model();
            let running = |import: &&std::sync::Arc<Import>| {
                matches!(import.phase, ImportPhase::Checking | ImportPhase::Committing { .. })
            };
            model.imports.values().filter(running).map(|import| import.id.clone()).collect()
        };
        for id in left {
            tracing::info!(import = %id, "going on with an import");
            self.spawn_import(id);
        }
    }

    fn spawn_import(&self, id: ImportId) {
        let store = self.clone();
        tokio::spawn(async move {
            if let Err(error) = store.run_import(&id).await {
                tracing::error!(import = %id, %error, "an import stopped");
            }
        });
    }

    /// Runs an import's dry run or commit to its end.
    pub(crate) async fn run_import(&self, id: &ImportId) -> Result<(), StoreError> {
        let Some(import) = self.find_import(id) else { return Ok(()) };
        let bytes = self.pieces(id, 0..=REFUSED_PIECE - 1).await?;
        let plan = import.plan.clone();
        let fields = self.model().migration(&import.migration)?.migration.fields.clone();
        let rows = in_background(move || read_rows(&bytes, &plan, &fields)).await;
        match (&import.phase, rows) {
            (ImportPhase::Checking, Err(error)) => {
                let phase = ImportPhase::Failed { message: error.to_string() };
                self.save_import(Import { phase, ..import }).await
            }
            (ImportPhase::Checking, Ok(rows)) => self.dry_run(import, rows).await,
            (ImportPhase::Committing { done, .. }, Ok(rows)) => {
                let done = *done as usize;
                self.commit_rows(&import, &rows, done).await
            }
            (_, Err(error)) => Err(error),
            _ => Ok(()),
        }
    }

    async fn dry_run(&self, import: Import, rows: Vec<ReadRow>) -> Result<(), StoreError> {
        let store = self.clone();
        let looked_at = import.clone();
        let (report, refused) = in_background(move || {
            let now = store.inner.clock.now();
            let checked_at = store.model().position(&looked_at.migration);
            let mut report = ImportReport { checked_at, ..ImportReport::default() };
            let mut refused = Vec::new();
            // The model is let go between the chunks, so that edits do not wait for a whole dry run.
            for chunk in rows.chunks(CHUNK_ROWS) {
                let evaluated = evaluate(&store.model(), &looked_at, chunk, report, now)?;
                report = evaluated.report;
                refused.extend(evaluated.refused_csv);
            }
            Ok((report, refused))
        })
        .await?;
        self.drop_pieces(&import.id, REFUSED_PIECE..=u32::MAX).await?;
        for (number, piece) in refused.chunks(PIECE_BYTES).enumerate() {
            self.put_piece(&import.id, REFUSED_PIECE + number as u32, piece.to_vec()).await?;
        }
        self.save_import(Import { phase: ImportPhase::Checked { report }, ..import }).await
    }

    async fn commit_rows(&self, import: &Import, rows: &[ReadRow], mut done: usize) -> Result<(), StoreError> {
        loop {
            done = self.commit_chunk(import, rows, done).await?;
            if done == rows.len() {
                return Ok(());
            }
        }
    }

    /// Writes the next rows in one transaction; answers how many of the file's rows are done then.
    async fn commit_chunk(&self, import: &Import, rows: &[ReadRow], done: usize) -> Result<usize, StoreError> {
        let end = (done + CHUNK_ROWS).min(rows.len());
        let chunk = Chunk {
            import: import.id.clone(),
            from: done as u32,
            to: end as u32,
            last: end == rows.len(),
            rows: rows[done..end].to_vec(),
        };
        let actor = Actor::Import { id: import.id.clone(), by: import.by.clone() };
        let command = Command::ImportChunk { chunk: Box::new(chunk) };
        self.submit(actor, "import".to_owned(), new_command_id(), command).await?;
        Ok(end)
    }

    #[cfg(test)]
    pub(crate) async fn write_one_chunk(&self, id: &ImportId) {
        let import = self.find_import(id).expect("the import");
        let bytes = self.pieces(id, 0..=REFUSED_PIECE - 1).await.expect("the file");
        let fields = self.model().migration(&import.migration).expect("the migration").migration.fields.clone();
        let rows = read_rows(&bytes, &import.plan, &fields).expect("the rows");
        self.commit_chunk(&import, &rows, 0).await.expect("the chunk is written");
    }

    async fn save_import(&self, import: Import) -> Result<(), StoreError> {
        let actor = Actor::Import { id: import.id.clone(), by: import.by.clone() };
        let command = Command::SaveImport { import: Box::new(import), drop_file: false };
        self.submit(actor, "import".to_owned(), new_command_id(), command).await.map(|_| ())
    }

    fn find_import(&self, id: &ImportId) -> Option<Import> {
        self.model().imports.get(id).map(|import| (**import).clone())
    }

    fn import_of(&self, migration: &MigrationId, id: &ImportId) -> Result<Import, StoreError> {
        let import = self.find_import(id).filter(|import| import.migration == *migration);
        import.ok_or(StoreError::NotFound("This import does not exist."))
    }

    /// The mapping of the newest earlier file with the same columns, once somebody relied on it: of this migration, or
    /// else of another one.
    fn remembered(&self, migration: &MigrationId, survey: &Survey, proposed: &Mapping) -> Option<Remembered> {
        let model = self.model();
        let relied_on = |import: &&std::sync::Arc<Import>| {
            matches!(
                import.phase,
                ImportPhase::Checked { .. } | ImportPhase::Committing { .. } | ImportPhase::Finished { .. }
            )
        };
        let wanted = shape(survey);
        let alike = model.imports.values().filter(relied_on).filter(|import| shape(&import.survey) == wanted);
        let newest =
            alike.max_by_key(|import| (import.migration == *migration, import.created_at, import.id.clone()))?;
        let may_own = |user: &UserId| model.users.get(user).is_some_and(|stored| !stored.user.disabled);
        let own = newest.migration == *migration;
        let fields = &model.migration(migration).ok()?.migration.fields;
        let there = |target: Target| match target {
            Target::Custom(number) => own && field_of(fields, number).is_some_and(|field| !field.retired),
            Target::New(_) => false,
            _ => true,
        };
        let mut mapping = carried(survey, &newest.survey, &newest.mapping, &there, &may_own)?;
        // Fields of this migration that are called as the columns are.
        for (column, proposed) in mapping.columns.iter_mut().zip(&proposed.columns) {
            if column.is_none() && matches!(proposed, Some(Target::Custom(_))) {
                *column = *proposed;
            }
        }
        Some(Remembered { by: newest.by.clone(), at: newest.created_at, mapping })
    }

    fn mapping_problems(&self, import: &Import) -> Vec<MappingProblem> {
        let model = self.model();
        let fields = model.migration(&import.migration).map(|migration| migration.migration.fields.as_slice());
        let knows = |text: &str| find_owner(&model, text).is_some();
        import.plan.mapping.problems(&import.plan.survey, fields.unwrap_or_default(), &knows)
    }

    /// After a person was erased: the files of refused rows that still show them go too.
    pub(crate) async fn drop_refused_rows_of(&self, person: &PersonRef) -> Result<(), StoreError> {
        let PersonRef::Customer(external_id) = person else { return Ok(()) };
        let imports: Vec<ImportId> = self.model().imports.keys().cloned().collect();
        for id in imports {
            let pieces = self.pieces(&id, REFUSED_PIECE..=u32::MAX).await?;
            let mentions = String::from_utf8_lossy(&pieces).contains(external_id.as_str());
            if mentions {
                self.drop_pieces(&id, REFUSED_PIECE..=u32::MAX).await?;
            }
        }
        Ok(())
    }

    async fn put_piece(&self, id: &ImportId, number: u32, bytes: Vec<u8>) -> Result<(), StoreError> {
        let query = self.inner.db.query("UPSERT $id CONTENT { bytes: $bytes } RETURN NONE");
        query.bind(("id", piece_id(id, number))).bind(("bytes", Bytes::from(bytes))).await?.check()?;
        Ok(())
    }

    async fn drop_pieces(&self, id: &ImportId, pieces: std::ops::RangeInclusive<u32>) -> Result<(), StoreError> {
        let query = self.inner.db.query("DELETE import_file:[$id, $a]..=[$id, $b]").bind(("id", id.0.clone()));
        query.bind(("a", *pieces.start())).bind(("b", *pieces.end())).await?.check()?;
        Ok(())
    }

    async fn pieces(&self, id: &ImportId, pieces: std::ops::RangeInclusive<u32>) -> Result<Vec<u8>, StoreError> {
        let query = self.inner.db.query("SELECT VALUE bytes FROM import_file:[$id, $a]..=[$id, $b]");
        let query = query.bind(("id", id.0.clone())).bind(("a", *pieces.start())).bind(("b", *pieces.end()));
        let pieces: Vec<Bytes> = query.await?.check()?.take(0)?;
        Ok(pieces.into_iter().flat_map(|piece| piece.into_inner().to_vec()).collect())
    }
}

pub(crate) fn piece_id(id: &ImportId, number: u32) -> RecordId {
    crate::db::record("import_file", vec![id.0.clone().into_value(), number.into_value()])
}

fn read_rows(bytes: &[u8], plan: &ImportPlan, fields: &[CustomField]) -> Result<Vec<ReadRow>, StoreError> {
    let sheet = Sheet::open(bytes).map_err(|problem| StoreError::Refused(problem.to_string()))?;
    let fields = with_new(fields, &plan.survey, &plan.mapping);
    let reader = RowReader::new(&plan.survey, &plan.mapping, &fields);
    let duplicates = Duplicates::of(&sheet, &reader);
    let header = reader.header_of(Target::ExternalId).to_owned();
    let rows = sheet.rows().map(|row| {
        let key = reader.key(&row).unwrap_or_default().to_owned();
        let twice = duplicates.problem(&header, &key, row.number);
        let read = match twice {
            Some(problem) => Err(vec![problem]),
            None => reader.read(&row),
        };
        ReadRow { key, cells: row.cells, read }
    });
    Ok(rows.collect())
}

/// Work that would hold up other requests, on a thread of its own.
pub(crate) async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Corrupt(error.to_string()))?
}
