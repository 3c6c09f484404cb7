//! Edits on their way to the server. Saving goes on in the background, per account in order; what was not saved is
//! kept, whatever page is open, until its author has sent it again or given it up.

use super::dom;
use super::edit::{Conflict, EditField, Target};
use crate::api::ApiError;
use crate::api::accounts::{EditOutcome, edit_account};
use crate::components::icon::Icon;
use crate::components::number::counted;
use domain::account::{Change, Row};
use domain::event::Position;
use domain::id::{AccountNumber, CommandId, MigrationId};
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;

/// Requests under way at the same time, so that the table's own questions are not kept waiting.
const FLIGHTS: usize = 4;

/// Tells edits apart within a tab.
pub type SaveId = u32;

/// One change that is not known to be saved.
#[derive(Clone, Debug, PartialEq)]
pub struct Save {
    pub id: SaveId,
    pub migration: MigrationId,
    /// The account's page, where it can be looked at if no open page shows it.
    pub address: String,
    /// What was edited, as its author saw it.
    pub target: Target,
    pub change: Change,
    /// Sending it again with this is safe.
    pub command: CommandId,
    /// The row with this change, as far as the browser can know.
    pub expected: Row,
    pub step: Step,
    /// Whether its author has seen that it failed.
    pub shown: bool,
}

/// How far a save is.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Waiting,
    Sending,
    /// Not saved, and why.
    Failed(ApiError),
    /// Somebody else saved another value: its author has to choose.
    Conflict(Box<Conflict>),
}

impl Save {
    fn account(&self) -> (&MigrationId, AccountNumber) {
        (&self.migration, self.target.row.number)
    }

    /// Whether it may still be saved without its author doing anything.
    pub fn is_under_way(&self) -> bool {
        matches!(self.step, Step::Waiting | Step::Sending)
    }
}

/// The edits of a tab that are not known to be saved, in the order in which they were made.
#[derive(Debug, Default)]
struct Queue {
    saves: Vec<Save>,
    last: SaveId,
}

impl Queue {
    fn add(&mut self, save: Save) {
        self.last += 1;
        self.saves.push(Save { id: self.last, ..save });
    }

    #[cfg(test)]
    fn get(&self, id: SaveId) -> Option<&Save> {
        self.saves.iter().find(|save| save.id == id)
    }

    fn change(&mut self, id: SaveId, change: impl FnOnce(&mut Save)) {
        if let Some(save) = self.saves.iter_mut().find(|save| save.id == id) {
            change(save);
        }
    }

    /// Takes the next one that may be sent: of each account one at a time, the earliest first.
    fn start(&mut self) -> Option<Save> {
        let sending: Vec<_> = self.saves.iter().filter(|save| save.step == Step::Sending).map(Save::account).collect();
        if sending.len() >= FLIGHTS {
            return None;
        }
        let next = self.saves.iter().position(|save| {
            let free = !sending.contains(&save.account());
            save.step == Step::Waiting && free
        })?;
        self.saves[next].step = Step::Sending;
        Some(self.saves[next].clone())
    }

    /// It is saved: later changes of the same field by the same author stand on what it left.
    fn saved(&mut self, id: SaveId, row: &Row) -> Option<Save> {
        let index = self.saves.iter().position(|save| save.id == id)?;
        let done = self.saves.remove(index);
        self.stand_on(&done, index, row);
        Some(done)
    }

    /// It will not be saved: later changes of the same field must not count on it.
    fn give_up(&mut self, id: SaveId) {
        let Some(index) = self.saves.iter().position(|save| save.id == id) else { return };
        let gone = self.saves.remove(index);
        let before = gone.target.row.clone();
        self.stand_on(&gone, index, &before);
    }

    fn fail(&mut self, id: SaveId, step: Step) {
        let Some(index) = self.saves.iter().position(|save| save.id == id) else { return };
        self.saves[index].step = step;
        self.saves[index].shown = false;
        let failed = self.saves[index].clone();
        self.stand_on(&failed, index + 1, &failed.target.row);
    }

    fn stand_on(&mut self, first: &Save, from: usize, row: &Row) {
        for save in self.saves[from..].iter_mut().filter(|save| save.account() == first.account()) {
            let known = save.change.saw(&first.target.row) || save.change.saw(&first.expected);
            if save.change.is_about_the_same(&first.change) && known && save.step != Step::Sending {
                save.change = save.change.clone().seeing(row);
            }
        }
    }
}

/// A page on which edits are made.
#[derive(Clone, Copy)]
pub struct Page {
    /// Opens an edit that was not saved; true says that its author asked for it. Answers whether it was opened: the
    /// page may show something else, or be busy.
    pub open: Callback<(Save, bool), bool>,
    /// Shows the row that the server answered. With the save if it was saved by it.
    pub on_row: Callback<(Option<Save>, Row, Option<Position>)>,
}

/// The tab's unsaved edits; in the context of every page for staff.
#[derive(Clone, Copy)]
pub struct Saves {
    queue: RwSignal<Queue>,
    /// Which of them is open in an editor.
    pub open: RwSignal<Option<SaveId>>,
    /// Whether a form holds something typed.
    pub typing: RwSignal<bool>,
    pages: StoredValue<Vec<(u32, Page)>>,
}

impl Saves {
    /// None yet. While there are any, the browser asks before the page is left.
    pub fn of_this_tab() -> Saves {
        let saves = Saves {
            queue: RwSignal::new(Queue::default()),
            open: RwSignal::new(None),
            typing: RwSignal::new(false),
            pages: StoredValue::new(Vec::new()),
        };
        let unsaved = Memo::new(move |_| saves.typing.get() || saves.queue.with(|queue| !queue.saves.is_empty()));
        Effect::new(move |_| {
            // Only while it is needed: a page that listens to this is not kept for the way back.
            if unsaved.get() {
                let warning = window_event_listener(ev::beforeunload, |event| event.prevent_default());
                on_cleanup(move || warning.remove());
            }
        });
        saves
    }

    /// The unsaved edits of this tab.
    pub fn here() -> Saves {
        expect_context()
    }

    /// Registers a page until the reactive owner of the caller is gone.
    pub fn register(&self, page: Page) {
        let pages = self.pages;
        let id = pages.try_update_value(|pages| {
            let id = pages.last().map_or(0, |(id, _)| id + 1);
            pages.push((id, page));
            id
        });
        on_cleanup(move || _ = pages.try_update_value(|pages| pages.retain(|(other, _)| Some(*other) != id)));
        let saves = *self;
        Effect::new(move |_| saves.offer());
    }

    /// Sends a change as soon as earlier ones of its account are through.
    pub fn add(&self, save: Save) {
        self.queue.update(|queue| queue.add(save));
        self.send();
    }

    /// Sends an edit that was not saved, with another change than before.
    pub fn replace(&self, id: SaveId, target: Target, change: Change, expected: Row) {
        self.queue.update(|queue| {
            queue.change(id, |save| {
                *save =
                    Save { target, change, expected, command: dom::new_command(), step: Step::Waiting, ..save.clone() };
            });
        });
        self.send();
    }

    /// Sends an edit that was not saved once more, as it was.
    pub fn retry(&self, id: SaveId) {
        self.queue.update(|queue| queue.change(id, |save| save.step = Step::Waiting));
        self.send();
    }

    /// Sends again what failed; who has to choose between two values still has to.
    fn retry_all(&self) {
        let open = self.open.get_untracked();
        self.queue.update(|queue| {
            let failed = |save: &&mut Save| matches!(save.step, Step::Failed(_)) && Some(save.id) != open;
            for save in queue.saves.iter_mut().filter(failed) {
                save.step = Step::Waiting;
            }
        });
        self.send();
    }

    /// Forgets an edit that was not saved.
    pub fn give_up(&self, id: SaveId) {
        self.queue.update(|queue| queue.give_up(id));
    }

    /// What was not saved of a field.
    pub fn unsaved_of(&self, migration: &MigrationId, account: AccountNumber, field: EditField) -> Option<Save> {
        self.queue.with_untracked(|queue| {
            let of = |save: &&Save| save.account() == (migration, account) && save.target.field == field;
            queue.saves.iter().filter(of).find(|save| !save.is_under_way()).cloned()
        })
    }

    /// Whether a change of this account is on its way.
    pub fn is_under_way(&self, migration: &MigrationId, account: AccountNumber) -> bool {
        self.queue.with_untracked(|queue| {
            queue.saves.iter().any(|save| save.account() == (migration, account) && save.is_under_way())
        })
    }

    /// The row as it will be when what is under way is saved, for the next edit of the same author.
    pub fn ahead(&self, migration: &MigrationId, row: Row) -> Row {
        self.queue.track();
        self.ahead_now(migration, row)
    }

    /// [`Saves::ahead`] for event handlers.
    pub fn ahead_now(&self, migration: &MigrationId, mut row: Row) -> Row {
        let account = row.number;
        self.queue.with_untracked(|queue| {
            let of = |save: &&Save| save.account() == (migration, account) && save.is_under_way();
            for save in queue.saves.iter().filter(of) {
                save.change.copy_field(&save.expected, &mut row);
            }
        });
        row
    }

    /// The fields of an account that are not saved: those under way, and (true) those that failed.
    pub fn fields(&self, migration: &MigrationId, account: AccountNumber) -> Vec<(EditField, bool)> {
        self.queue.with(|queue| {
            let of = |save: &&Save| save.account() == (migration, account);
            queue.saves.iter().filter(of).map(|save| (save.target.field, !save.is_under_way())).collect()
        })
    }

    /// Opens the next edit whose author does not know yet that it was not saved, if a page is free for it.
    pub fn offer(&self) {
        let next = self
            .queue
            .try_with_untracked(|queue| queue.saves.iter().find(|save| !save.is_under_way() && !save.shown).cloned());
        if let Some(save) = next.flatten() {
            self.show(save, false);
        }
    }

    fn show(&self, save: Save, asked: bool) -> bool {
        let pages = self.pages.try_get_value().unwrap_or_default();
        let id = save.id;
        // The page that came last lies above the others.
        let opened = pages.iter().rev().any(|(_, page)| page.open.run((save.clone(), asked)));
        if opened {
            self.queue.update(|queue| queue.change(id, |save| save.shown = true));
        }
        opened
    }

    fn send(&self) {
        while let Some(save) = self.queue.try_update(Queue::start).flatten() {
            let saves = *self;
            spawn_local(async move {
                let Save { id, migration, command, change, target, .. } = save;
                let answer = edit_account(migration, target.row.number, command, vec![change.clone()]).await;
                saves.answered(id, change, answer);
            });
        }
    }

    fn answered(&self, id: SaveId, mine: Change, answer: Result<EditOutcome, ApiError>) {
        if self.queue.is_disposed() {
            return;
        }
        let tell = |save: Option<Save>, row: Row, position| {
            for (_, page) in self.pages.try_get_value().unwrap_or_default() {
                page.on_row.run((save.clone(), row.clone(), position));
            }
        };
        match answer {
            Ok(EditOutcome::Saved { row, position }) => {
                let save = self.queue.try_update(|queue| queue.saved(id, &row)).flatten();
                tell(save, row, Some(position));
            }
            Ok(EditOutcome::Conflict { row, by, seconds_ago, .. }) => {
                tell(None, row.clone(), None);
                let conflict = Box::new(Conflict { mine, row, by, seconds_ago });
                self.queue.update(|queue| queue.fail(id, Step::Conflict(conflict)));
            }
            Err(error) => self.queue.update(|queue| queue.fail(id, Step::Failed(error))),
        }
        self.send();
        self.offer();
    }
}

/// Says how many edits were not saved and are not open, and leads to them.
#[component]
pub fn UnsavedNotice(saves: Saves) -> impl IntoView {
    let count = Memo::new(move |_| {
        let open = saves.open.get();
        saves
            .queue
            .with(|queue| queue.saves.iter().filter(|save| !save.is_under_way() && Some(save.id) != open).count())
    });
    let navigate = use_navigate();
    let follow = Callback::new(move |address: String| navigate(&address, Default::default()));
    let show = move |_| {
        let open = saves.open.get_untracked();
        let first = saves.queue.with_untracked(|queue| {
            queue.saves.iter().find(|save| !save.is_under_way() && Some(save.id) != open).cloned()
        });
        let Some(save) = first else { return };
        let (id, address) = (save.id, save.address.clone());
        if !saves.show(save, true) {
            saves.queue.update(|queue| queue.change(id, |save| save.shown = false));
            follow.run(address);
        }
    };
    view! {
        <div class="unsaved" role="status">
            {move || {
                let count = count.get();
                (count > 0).then(|| view! {
                    <Icon name="alert" />
                    <p>{counted(count as u32, "edit was not saved", "edits were not saved")}</p>
                    <button type="button" class="button small" on:click=show>
                        "Show"
                    </button>
                    <button type="button" class="button small quiet" on:click=move |_| saves.retry_all()>
                        "Try again"
                    </button>
                })
            }}
        </div>
    }
}

/// Beside a value of an account: that it is being saved, or was not.
#[component]
pub fn SavingMark(#[prop(into)] fields: Signal<Vec<(EditField, bool)>>, field: EditField) -> impl IntoView {
    move || fields.with(|fields| saving_mark(fields, field))
}

/// [`SavingMark`] of these fields and whether their edits failed; nothing when there is none of this field.
pub fn saving_mark(fields: &[(EditField, bool)], field: EditField) -> Option<AnyView> {
    let mut own = fields.iter().filter(|(of, _)| *of == field).map(|(_, failed)| *failed);
    let failed = own.next().map(|first| first || own.any(|failed| failed))?;
    Some(match failed {
        true => view! { <span class="saving-mark failed-mark"><Icon name="alert" />"Not saved"</span> }.into_any(),
        false => view! { <span class="saving-mark">"Saving…"</span> }.into_any(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::{ExternalId, UserId};
    use domain::state::State;

    fn row(number: u32, owner: Option<&str>) -> Row {
        Row {
            number: AccountNumber(number),
            external_id: ExternalId(format!("C-{number}")),
            name: String::new(),
            email: String::new(),
            plan: String::new(),
            region: String::new(),
            state: State::NotStarted,
            migrated_on: None,
            rollback_until_on: None,
            custom: Default::default(),
            cohort: None,
            owner: owner.map(UserId::from),
        }
    }

    fn owner(number: u32, seen: Option<&str>, to: &str) -> Save {
        let before = row(number, seen);
        Save {
            id: 0,
            migration: MigrationId::from("m"),
            address: String::new(),
            target: Target {
                row: before,
                field: EditField::Owner,
                kind: None,
                draft: None,
                save: None,
                seed: String::new(),
            },
            change: Change::Owner { seen: seen.map(UserId::from), to: Some(UserId::from(to)) },
            command: CommandId::from("command"),
            expected: row(number, Some(to)),
            step: Step::Waiting,
            shown: false,
        }
    }

    fn queue(saves: impl IntoIterator<Item = Save>) -> Queue {
        let mut queue = Queue::default();
        saves.into_iter().for_each(|save| queue.add(save));
        queue
    }

    fn seen(queue: &Queue, id: SaveId) -> Option<UserId> {
        match queue.get(id).map(|save| &save.change) {
            Some(Change::Owner { seen, .. }) => seen.clone(),
            _ => None,
        }
    }

    #[test]
    fn accounts_do_not_wait_for_each_other_but_one_accounts_edits_go_in_order() {
        let mut queue = queue([owner(1, None, "a"), owner(1, Some("a"), "b"), owner(2, None, "c")]);
        let started: Vec<_> = std::iter::from_fn(|| queue.start()).map(|save| save.id).collect();
        assert_eq!(started, [1, 3]);
        assert!(queue.saved(1, &row(1, Some("a"))).is_some());
        assert_eq!(queue.start().map(|save| save.id), Some(2));
    }

    #[test]
    fn not_too_many_are_sent_at_once() {
        let mut queue = queue((0..9).map(|number| owner(number, None, "a")));
        assert_eq!(std::iter::from_fn(|| queue.start()).count(), FLIGHTS);
    }

    #[test]
    fn an_edit_made_while_the_first_was_saved_stands_on_what_the_first_left() {
        // Its author saw the old value, or the one to come; neither is a conflict with oneself.
        let mut queue = queue([owner(1, None, "a"), owner(1, None, "b"), owner(1, Some("b"), "c")]);
        queue.start();
        queue.saved(1, &row(1, Some("a")));
        assert_eq!(seen(&queue, 2), Some(UserId::from("a")));
        assert_eq!(seen(&queue, 3), Some(UserId::from("b")));
    }

    #[test]
    fn an_edit_does_not_count_on_one_that_failed() {
        let mut queue = queue([owner(1, Some("x"), "a"), owner(1, Some("a"), "b")]);
        queue.start();
        queue.fail(1, Step::Failed(ApiError::Unavailable { message: String::new() }));
        assert_eq!(seen(&queue, 2), Some(UserId::from("x")));
        assert_eq!(queue.start().map(|save| save.id), Some(2), "it does not block the account");
        queue.give_up(1);
        assert_eq!(queue.saves.len(), 1);
    }

    #[test]
    fn what_somebody_else_saved_meanwhile_stays_a_conflict() {
        let mut queue = queue([owner(1, None, "a"), owner(1, Some("theirs"), "b")]);
        queue.start();
        queue.saved(1, &row(1, Some("a")));
        assert_eq!(seen(&queue, 2), Some(UserId::from("theirs")));
    }
}
