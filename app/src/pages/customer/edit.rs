//! An edit of the customer under way: which form is open, what is being saved, what stands against it.

use crate::api::ApiError;
use crate::api::customers::{Clashed, CustomerDetail, CustomerOutcome, change_customer};
use crate::pages::accounts::dom;
use domain::customer::Profile;
use domain::customer::edit::CustomerChange;
use domain::id::{CommandId, ContactNumber};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The form that is open; one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenForm {
    Facts,
    Contact(ContactNumber),
    NewContact,
}

/// An edit that met somebody else's.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    pub clashes: Vec<Clashed>,
    changes: Vec<CustomerChange>,
    theirs: Box<Profile>,
}

/// Every part of the page works with this one.
#[derive(Clone, Copy)]
pub struct Edit {
    pub detail: RwSignal<CustomerDetail>,
    /// Whether this user may change anything here.
    pub may: bool,
    pub open: RwSignal<Option<OpenForm>>,
    pub pending: RwSignal<bool>,
    pub error: RwSignal<Option<ApiError>>,
    pub conflict: RwSignal<Option<Conflict>>,
    /// What was saved last, for those who do not see it.
    pub said: RwSignal<String>,
    /// The same changes sent again after a lost answer are the same command.
    command: StoredValue<Option<(CommandId, Vec<CustomerChange>)>>,
    /// The id of the element that gets the focus when the form closes.
    back: StoredValue<String>,
}

impl Edit {
    /// Nothing is open at first.
    pub fn new(detail: RwSignal<CustomerDetail>, may: bool) -> Edit {
        Edit {
            detail,
            may,
            open: RwSignal::new(None),
            pending: RwSignal::new(false),
            error: RwSignal::new(None),
            conflict: RwSignal::new(None),
            said: RwSignal::new(String::new()),
            command: StoredValue::new(None),
            back: StoredValue::new(String::new()),
        }
    }

    /// Opens a form; `back` is the id of the button that did it.
    pub fn begin(&self, form: OpenForm, back: String) {
        if self.pending.get_untracked() {
            return;
        }
        self.forget();
        self.back.set_value(back);
        self.open.set(Some(form));
    }

    /// Closes the form; what was typed is gone.
    pub fn cancel(&self) {
        if !self.pending.get_untracked() {
            self.close();
        }
    }

    fn forget(&self) {
        self.error.set(None);
        self.conflict.set(None);
        self.said.set(String::new());
    }

    fn close(&self) {
        self.forget();
        self.open.set(None);
        let back = self.back.try_update_value(std::mem::take).unwrap_or_default();
        if !back.is_empty() {
            request_animation_frame(move || dom::focus_id(&back));
        }
    }

    /// Saves one change that needs no form; `back` is the id of what gets the focus then.
    pub fn save_one(&self, change: CustomerChange, back: String) {
        if !self.pending.get_untracked() {
            self.open.set(None);
            self.back.set_value(back);
            self.save(vec![change]);
        }
    }

    /// Saves the changes and closes the form; without any it only closes.
    pub fn save(&self, changes: Vec<CustomerChange>) {
        if self.pending.get_untracked() {
            return;
        }
        if changes.is_empty() {
            self.close();
            return;
        }
        self.forget();
        self.pending.set(true);
        let known = self.command.get_value().filter(|(_, before)| *before == changes);
        let (id, changes) = known.unwrap_or_else(|| (dom::new_command(), changes));
        self.command.set_value(Some((id.clone(), changes.clone())));
        let customer = self.detail.with_untracked(|detail| detail.external_id.clone());
        let edit = *self;
        spawn_local(async move {
            let answer = change_customer(customer, id, changes.clone()).await;
            if edit.pending.try_set(false).is_some() {
                return;
            }
            if !matches!(answer, Err(ApiError::Transport { .. } | ApiError::Unavailable { .. })) {
                edit.command.set_value(None);
            }
            match answer {
                Ok(CustomerOutcome::Saved { detail }) => {
                    edit.detail.set(*detail);
                    edit.close();
                    edit.said.set("Saved".to_owned());
                }
                Ok(CustomerOutcome::Conflict { clashes, theirs }) => {
                    edit.conflict.set(Some(Conflict { clashes, changes, theirs }));
                }
                Err(error) => edit.error.set(Some(error)),
            }
        });
    }

    /// Takes the other values and saves the rest.
    pub fn keep_theirs(&self) {
        let Some(conflict) = self.conflict.get_untracked() else { return };
        let clashes = |change: &CustomerChange| conflict.clashes.iter().any(|clashed| change.is_of(&clashed.clash));
        let rest: Vec<_> = conflict.changes.into_iter().filter(|change| !clashes(change)).collect();
        self.detail.update(|detail| detail.profile = *conflict.theirs);
        self.save(rest);
    }

    /// Saves mine over theirs, having seen them.
    pub fn use_mine(&self) {
        let Some(Conflict { changes, theirs, .. }) = self.conflict.get_untracked() else { return };
        self.save(changes.into_iter().map(|change| change.insisting(&theirs)).collect());
    }
}
