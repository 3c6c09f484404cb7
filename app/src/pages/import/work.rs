//! What the parts of the page share: the import as the server has it, saving answers, and looking again while the
//! server is at work.

use crate::api::ApiError;
use crate::api::imports::{
    CheckImport, CommitImport, DiscardImport, ImportPhase, ImportReport, ImportView, import, save_mapping,
};
use crate::components::form::failure;
use crate::pages::migration::Frame;
use domain::id::{ImportId, MigrationId};
use domain::import::mapping::Mapping;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// How often the page looks how far the server is.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The import of this page.
#[derive(Clone, Copy)]
pub struct Work {
    pub frame: Frame,
    pub import: RwSignal<ImportView>,
    pub phase: Memo<ImportPhase>,
    pub report: Memo<Option<ImportReport>>,
    /// Why the last step did not work.
    pub error: RwSignal<Option<ApiError>>,
    /// Answers about the columns are on their way to the server.
    pub saving: RwSignal<bool>,
    /// The dry run was asked for while answers were on their way: it begins once they have arrived.
    check_wanted: RwSignal<bool>,
    pub check: ServerAction<CheckImport>,
    pub commit: ServerAction<CommitImport>,
    pub discard: ServerAction<DiscardImport>,
    /// Answers were changed while earlier ones were on their way.
    changed_again: StoredValue<bool>,
    /// Counts looks that failed, so that another one follows.
    missed: RwSignal<u32>,
}

impl Work {
    /// Begins with the import as it came with the page.
    pub fn start(frame: Frame, first: ImportView) -> Self {
        let import = RwSignal::new(first);
        let work = Work {
            frame,
            import,
            phase: Memo::new(move |_| import.with(|import| import.phase.clone())),
            report: Memo::new(move |_| import.with(|import| import.report.clone())),
            error: RwSignal::new(None),
            saving: RwSignal::new(false),
            check_wanted: RwSignal::new(false),
            check: ServerAction::new(),
            commit: ServerAction::new(),
            discard: ServerAction::new(),
            changed_again: StoredValue::new(false),
            missed: RwSignal::new(0),
        };
        work.follow(work.check);
        work.follow(work.commit);
        work.follow(work.discard);
        work.keep_looking();
        work.check_when_saved();
        work
    }

    /// Whether the dry run was asked for and has not begun, or answers are on their way.
    pub fn is_waiting(&self) -> bool {
        self.saving.get() || self.check_wanted.get() || self.check.pending().get()
    }

    /// Asks for the dry run after the answers that are on their way: what was chosen last counts, and no click is lost.
    pub fn want_check(self) {
        if !self.check.pending().get_untracked() {
            self.check_wanted.set(true);
        }
    }

    fn check_when_saved(self) {
        Effect::new(move |_| {
            if self.saving.get() || !self.check_wanted.get() {
                return;
            }
            self.check_wanted.set(false);
            // An answer may have led to another question.
            if self.import.with_untracked(|import| import.open.is_empty()) {
                let (migration, id) = self.names();
                self.check.dispatch(CheckImport { migration, id });
            }
        });
    }

    /// The migration and the import, as every request names them.
    pub fn names(&self) -> (MigrationId, ImportId) {
        let migration = self.frame.overview.with_untracked(|overview| overview.migration.id.clone());
        (migration, self.import.with_untracked(|import| import.id.clone()))
    }

    /// Changes an answer about the columns: at once on screen, then on the server, which answers with what is open.
    pub fn answer(self, change: impl FnOnce(&mut Mapping)) {
        self.import.update(|import| change(&mut import.mapping));
        if self.saving.get_untracked() {
            self.changed_again.set_value(true);
            return;
        }
        self.saving.set(true);
        spawn_local(async move {
            while self.save().await {}
            self.saving.try_set(false);
        });
    }

    /// Saves the answers; true when there are newer ones by now.
    async fn save(self) -> bool {
        let Some(mapping) = self.import.try_with_untracked(|import| import.mapping.clone()) else { return false };
        let (migration, id) = self.names();
        let answer = save_mapping(migration, id, mapping).await;
        let Some(again) = self.changed_again.try_get_value() else { return false };
        self.changed_again.set_value(false);
        match answer {
            Ok(_) if again => {}
            Ok(view) => {
                self.error.try_set(None);
                self.import.try_set(view);
            }
            Err(error) => {
                self.error.try_set(Some(error));
                // Without the answer the dry run would try something else.
                self.check_wanted.try_set(false);
            }
        }
        again
    }

    /// Asks how far the import is now.
    pub fn look(self) {
        let (migration, id) = self.names();
        spawn_local(async move {
            match import(migration, id).await {
                Ok(view) => {
                    let finished = view.phase == ImportPhase::Finished;
                    let was_finished = self.import.try_with_untracked(|import| import.phase == ImportPhase::Finished);
                    self.import.try_set(view);
                    if finished && was_finished == Some(false) {
                        self.frame.refetch.run(());
                    }
                }
                // The server may be restarting: an import goes on then, and so does the looking.
                Err(ApiError::Transport { .. } | ApiError::Unavailable { .. }) => {
                    self.missed.try_update(|missed| *missed += 1);
                }
                Err(error) => {
                    self.error.try_set(Some(error));
                }
            }
        });
    }

    /// Shows what a step led to, or why it was not taken.
    fn follow<S>(self, action: ServerAction<S>)
    where
        S: leptos::server_fn::ServerFn<Output = (), Error = ApiError> + Clone + Send + Sync + 'static,
    {
        let value = action.value();
        let error = failure(action);
        Effect::new(move |_| {
            if value.with(Option::is_some) {
                self.error.set(error.get_untracked());
                self.look();
            }
        });
    }

    fn keep_looking(self) {
        Effect::new(move |_| {
            self.missed.track();
            if !self.import.with(|import| import.phase.is_busy()) {
                return;
            }
            if let Ok(timer) = set_timeout_with_handle(move || self.look(), LOOK_EVERY) {
                on_cleanup(move || timer.clear());
            }
        });
    }
}
