//! What is in the open palette: the field, the list, the card beside it, and the keys.

use super::answers::{Cards, Key, Outcome, Search, newest};
use super::card::AnswerCard;
use super::commands::{self, Command, Run};
use super::entry::{Entry, Section, searching, with_account};
use super::list::{LIST, Listbox, option_id};
use super::task::{Task, TaskForm};
use super::{Palette, dom};
use crate::api::ApiError;
use crate::api::answers::{Found, Hit};
use crate::api::migrations::{MigrationSummary, Overview, migrations, overview};
use crate::api::session::Me;
use crate::components::browser;
use crate::components::empty::Skeleton;
use crate::components::frame::use_me;
use crate::components::icon::Icon;
use crate::components::notice::{Notice, Tone};
use crate::components::number::counted;
use crate::components::problem::{Problem, leave_when_signed_out};
use crate::pages::accounts::dom::is_on;
use crate::pages::accounts::edit::EditField;
use domain::account::Row;
use domain::policy::Action;
use domain::search::Rank;
use domain::view::SEARCH_MAX;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use std::time::Duration;

/// The id of the field.
pub const INPUT: &str = "palette-input";
/// What the palette is for.
pub const LABEL: &str = "Find an account or run a command";

/// A card is asked for when the choice has rested this long.
const REST: Duration = Duration::from_millis(60);
/// The card in sight is asked for anew this often: no feed follows accounts of all migrations.
const REFRESH: Duration = Duration::from_secs(5);

/// The open palette.
#[derive(Clone, Copy)]
struct State {
    palette: Palette,
    me: Signal<Option<Me>>,
    search: Search,
    cards: Cards,
    /// The account with which something is to be done.
    chosen: RwSignal<Option<Hit>>,
    /// What was typed since it was chosen.
    filter: RwSignal<String>,
    /// The migration of the chosen account, for those who may change it.
    overview: RwSignal<Option<Result<Overview, ApiError>>>,
    task: RwSignal<Option<Task>>,
    selected: RwSignal<usize>,
    sections: Memo<Vec<Section>>,
    /// Enter was pressed before the answer was there: it chooses the first line as soon as it comes.
    enter_waits: StoredValue<bool>,
    /// What screen readers are told.
    said: RwSignal<String>,
    go: Callback<String>,
}

/// The content of the dialog, from opening to closing.
#[component]
pub fn Sheet(palette: Palette) -> impl IntoView {
    let known_migrations = RwSignal::new(Vec::<MigrationSummary>::new());
    let state = State::new(palette, known_migrations);
    spawn_local(async move {
        // Without it there are fewer commands; the search says by itself when the server is away.
        if let Ok(list) = migrations().await {
            known_migrations.try_set(list);
        }
    });
    state.follow_outcome();
    state.follow_card();
    let shown = state.shown();
    let card = move || shown.get().map(|hit| view! { <AnswerCard hit cards=state.cards /> });
    let list = move || match state.task.get() {
        Some(task) => {
            let on_saved = Callback::new(move |row: Row| state.saved(&row));
            let on_end = Callback::new(move |()| {
                state.task.set(None);
                request_animation_frame(|| dom::focus_input(INPUT));
            });
            view! { <TaskForm task on_saved on_end /> }.into_any()
        }
        None => view! { <Choices state /> }.into_any(),
    };
    let account = Memo::new(move |_| state.chosen.with(Option::is_some));
    view! {
        <div class="palette-sheet" class:with-account=account on:keydown=move |event| state.key(&event)>
            <Ask state />
            <div class="palette-body">
                <div class="palette-list">{list}</div>
                <div class="palette-side">
                    {card}
                    {move || shown.with(Option::is_none).then(|| view! { <Hints state known_migrations /> })}
                </div>
            </div>
            <Foot state shown />
            <p class="visually-hidden" role="status">
                {state.said}
            </p>
        </div>
    }
    .into_any()
}

impl State {
    fn new(palette: Palette, known_migrations: RwSignal<Vec<MigrationSummary>>) -> State {
        let (search, cards) = (Search::new(), Cards::new());
        let chosen = RwSignal::new(None::<Hit>);
        let filter = RwSignal::new(String::new());
        let overview = RwSignal::new(None::<Result<Overview, ApiError>>);
        let (me, path) = (use_me(), use_location().pathname);
        let commands = Memo::new(move |_| {
            let Some(me) = me.get() else { return Vec::new() };
            let path = path.get();
            let slug = path.strip_prefix("/m/").and_then(|rest| rest.split('/').next());
            known_migrations.with(|list| palette.views.with(|views| commands::all(&me, list, slug, views)))
        });
        let sections = Memo::new(move |_| match chosen.get() {
            Some(hit) => {
                let (card, hit) = (cards.of(&hit.key()), newest(cards, &hit));
                overview.with(|overview| {
                    let overview = overview.as_ref().and_then(|overview| overview.as_ref().ok());
                    filter.with(|filter| with_account(&hit, card.as_ref(), overview, filter))
                })
            }
            None => search.query.with(|query| {
                search.outcome.with(|outcome| {
                    commands.with(|commands| searching(query, outcome, commands, &palette.recent.get_value()))
                })
            }),
        });
        let navigate = use_navigate();
        let go = Callback::new(move |address: String| {
            palette.open.set(false);
            navigate(&address, NavigateOptions::default());
        });
        leave_when_signed_out(Signal::derive(move || match search.outcome.get() {
            Outcome::Failed(error) => Some(error),
            _ => None,
        }));
        State {
            palette,
            me,
            search,
            cards,
            chosen,
            filter,
            overview,
            task: RwSignal::new(None),
            selected: RwSignal::new(0),
            sections,
            enter_waits: StoredValue::new(false),
            said: RwSignal::new(String::new()),
            go,
        }
    }

    /// The account whose card is in sight: the chosen one, or that of the line at hand.
    fn shown(&self) -> Memo<Option<Hit>> {
        let state = *self;
        Memo::new(move |before: Option<&Option<Hit>>| {
            let hit = match state.chosen.get() {
                Some(chosen) => Some(chosen),
                None => state.entry(state.selected.get()).and_then(|entry| entry.hit().cloned()),
            };
            // The same account stays as it was first shown: its card follows what becomes of it.
            match (before, &hit) {
                (Some(Some(before)), Some(hit)) if before.key() == hit.key() => Some(before.clone()),
                _ => hit,
            }
        })
    }

    fn entry(&self, index: usize) -> Option<Entry> {
        self.sections.with(|sections| sections.iter().flat_map(|section| &section.entries).nth(index).cloned())
    }

    fn count(&self) -> usize {
        self.sections.with_untracked(|sections| sections.iter().map(|section| section.entries.len()).sum())
    }

    /// When an answer comes, the first line is at hand again, and its card with it.
    fn follow_outcome(&self) {
        let state = *self;
        Effect::new(move |_| {
            let words = state.search.outcome.with(|outcome| match outcome {
                Outcome::Found(found) => {
                    if let Some(first) = &found.first {
                        state.cards.keep((**first).clone());
                    }
                    found_words(found)
                }
                Outcome::Idle | Outcome::Offline | Outcome::Failed(_) => String::new(),
            });
            state.said.set(words);
            if state.chosen.with_untracked(Option::is_some) {
                return;
            }
            state.selected.set(0);
            if state.enter_waits.try_update_value(std::mem::take) == Some(true) {
                state.choose(0);
            }
        });
    }

    fn first_hit(&self) -> Option<usize> {
        self.sections.with(|sections| {
            sections.iter().flat_map(|section| &section.entries).position(|entry| entry.hit().is_some())
        })
    }

    /// Asks for the card in sight: when it comes into sight, and again while it stays.
    fn follow_card(&self) {
        let state = *self;
        let shown = self.shown();
        let key = Memo::new(move |_| shown.with(|hit| hit.as_ref().map(Hit::key)));
        Effect::new(move |_| {
            let Some(key) = key.get() else { return };
            let ask = move |key: Key| state.cards.ask(key);
            if state.cards.now(&key).is_none() {
                let first = key.clone();
                let rest = set_timeout_with_handle(move || ask(first), REST).ok();
                on_cleanup(move || {
                    if let Some(rest) = rest {
                        rest.clear();
                    }
                });
            }
            let again = set_interval_with_handle(
                move || {
                    if dom::is_visible() {
                        ask(key.clone());
                    }
                },
                REFRESH,
            )
            .ok();
            on_cleanup(move || {
                if let Some(again) = again {
                    again.clear();
                }
            });
        });
    }

    fn key(&self, event: &KeyboardEvent) {
        let in_field = is_on(event, "#palette-input");
        let handled = match event.key().as_str() {
            "Escape" => {
                self.back();
                true
            }
            _ if !in_field || event.is_composing() => false,
            "ArrowDown" => self.step(1),
            "ArrowUp" => self.step(-1),
            "Enter" => {
                self.enter();
                true
            }
            "Backspace"
                if self.chosen.with_untracked(Option::is_some) && self.filter.with_untracked(String::is_empty) =>
            {
                self.back();
                true
            }
            "c" | "C" if (event.ctrl_key() || event.meta_key()) && !dom::has_selection(INPUT) => self.copy(),
            _ => false,
        };
        if handled {
            event.prevent_default();
            event.stop_propagation();
        }
    }

    fn step(&self, by: isize) -> bool {
        let count = self.count();
        if count > 0 {
            self.selected.update(|selected| *selected = selected.saturating_add_signed(by + count as isize) % count);
        }
        true
    }

    fn enter(&self) {
        if self.task.with_untracked(Option::is_some) {
            return;
        }
        // What is listed belongs to what was typed before: choosing from it would be choosing blindly.
        let late = self.chosen.with_untracked(Option::is_none) && self.search.asking.get_untracked();
        if late {
            self.enter_waits.set_value(true);
        } else {
            self.choose(self.selected.get_untracked());
        }
    }

    fn choose(&self, index: usize) {
        let Some(entry) = untrack(|| self.entry(index)) else { return };
        match entry {
            Entry::Account(hit) | Entry::Recent(hit) => self.choose_account(*hit),
            Entry::Command(Command { refused: Some(rule), .. }) => self.said.set(rule),
            Entry::Command(command) => self.run(command.run),
        }
    }

    fn choose_account(&self, hit: Hit) {
        self.palette.remember(hit.clone());
        self.filter.set(String::new());
        self.selected.set(0);
        self.said.set(format!("{}: choose what to do", hit.row.name));
        self.chosen.set(Some(hit));
        self.ask_overview();
        request_animation_frame(|| dom::focus_input(INPUT));
    }

    /// What the rules for the chosen account need to know; only for those who may change it.
    fn ask_overview(&self) {
        self.overview.set(None);
        if !self.me.with_untracked(|me| me.as_ref().is_some_and(|me| me.may(Action::EditAccounts))) {
            return;
        }
        let Some(slug) = self.chosen.with_untracked(|hit| hit.as_ref().map(|hit| hit.slug.clone())) else { return };
        let state = *self;
        spawn_local(async move {
            let answer = overview(slug.clone()).await;
            let wanted = state.chosen.try_with_untracked(|hit| hit.as_ref().is_some_and(|hit| hit.slug == slug));
            if wanted == Some(true) {
                state.overview.set(Some(answer));
            }
        });
    }

    fn run(&self, run: Run) {
        match run {
            Run::Go(address) => self.go.run(address),
            Run::Look(theme) => {
                theme.choose();
                self.palette.open.set(false);
            }
            Run::Shortcuts => {
                self.palette.open.set(false);
                self.palette.show_shortcuts();
            }
            Run::CopySentence => {
                self.copy();
            }
            Run::Move(kind) => self.begin(EditField::Status, Some(kind)),
            Run::Owner => self.begin(EditField::Owner, None),
            Run::Cohort => self.begin(EditField::Cohort, None),
        }
    }

    fn begin(&self, field: EditField, kind: Option<domain::state::MoveKind>) {
        let Some(key) = self.chosen.with_untracked(|hit| hit.as_ref().map(Hit::key)) else { return };
        let Some(Ok(overview)) = self.overview.get_untracked() else { return };
        if let Some(card) = self.cards.now(&key) {
            self.task.set(Some(Task { overview, row: card.hit.row, field, kind }));
        }
    }

    fn saved(&self, row: &Row) {
        self.said.set(format!("Saved. {} is {} now.", row.name, row.state.status().label().to_lowercase()));
        self.filter.set(String::new());
        self.selected.set(0);
        if let Some(key) = self.chosen.with_untracked(|hit| hit.as_ref().map(Hit::key)) {
            self.cards.ask(key);
        }
    }

    /// Copies the sentence of the card in sight. Answers whether there is one.
    fn copy(&self) -> bool {
        let hit = match self.chosen.get_untracked() {
            Some(hit) => Some(hit),
            None => untrack(|| self.entry(self.selected.get()).and_then(|entry| entry.hit().cloned())),
        };
        let Some(card) = hit.and_then(|hit| self.cards.now(&hit.key())) else { return false };
        let said = self.said;
        browser::copy(card.sentence, move || _ = said.try_set("The sentence is copied.".to_owned()));
        true
    }

    /// One step back: out of a form, out of an account, out of the palette.
    fn back(&self) {
        if self.task.with_untracked(Option::is_some) {
            self.task.set(None);
        } else if self.chosen.with_untracked(Option::is_some) {
            self.chosen.set(None);
            self.overview.set(None);
            self.selected.set(untrack(|| self.first_hit()).unwrap_or(0));
        } else {
            self.palette.open.set(false);
            return;
        }
        request_animation_frame(|| dom::focus_input(INPUT));
    }
}

/// The row with the field.
#[component]
fn Ask(state: State) -> impl IntoView {
    let State { search, chosen, filter, selected, .. } = state;
    let name = move || chosen.with(|hit| hit.as_ref().map(|hit| hit.row.external_id.to_string()));
    let value = move || if chosen.with(Option::is_some) { filter.get() } else { search.query.get() };
    let listed =
        Memo::new(move |_| state.sections.with(|sections| !sections.is_empty()) && state.task.with(Option::is_none));
    let type_in = move |text: String| {
        selected.set(0);
        if chosen.with_untracked(Option::is_some) {
            filter.set(text);
        } else {
            state.enter_waits.set_value(false);
            search.type_in(text);
        }
    };
    view! {
        <div class="palette-ask">
            {move || match name() {
                Some(id) => view! {
                    <button type="button" class="chosen" on:click=move |_| state.back()>
                        <Icon name="left" />
                        <span class="visually-hidden">"Back to the search, away from "</span>
                        {id}
                    </button>
                }
                .into_any(),
                None => view! { <Icon name="search" /> }.into_any(),
            }}
            <label class="visually-hidden" for=INPUT>
                {move || if name().is_some() { "What to do with the account" } else { LABEL }}
            </label>
            <input
                id=INPUT
                type="text"
                role="combobox"
                inputmode="search"
                enterkeyhint="go"
                aria-expanded=move || if listed.get() { "true" } else { "false" }
                aria-controls=LIST
                aria-autocomplete="list"
                aria-activedescendant=move || listed.get().then(|| option_id(selected.get()))
                aria-busy=move || search.asking.get().then_some("true")
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                maxlength=SEARCH_MAX.to_string()
                placeholder=move || {
                    if name().is_some() { "What to do" } else { "E-mail address, id, part of a name, or a command" }
                }
                prop:value=value
                on:input=move |event| type_in(event_target_value(&event))
            />
            <button type="button" class="button quiet small" on:click=move |_| state.palette.open.set(false)>
                <kbd aria-hidden="true">"Esc"</kbd>
                <Icon name="close" />
                <span class="visually-hidden">"Close"</span>
            </button>
        </div>
    }
    .into_any()
}

/// The list with what is said above and below it.
#[component]
fn Choices(state: State) -> impl IntoView {
    let State { search, chosen, sections, selected, overview, .. } = state;
    let choose = Callback::new(move |index| {
        selected.set(index);
        state.choose(index);
    });
    let first = Memo::new(move |_| {
        let nothing_yet = search.outcome.with(|outcome| !matches!(outcome, Outcome::Found(_)));
        chosen.with(Option::is_none) && search.asking.get() && nothing_yet
    });
    let problem = move || {
        if chosen.with(Option::is_some) {
            let Some(Err(error)) = overview.get() else { return None };
            let retry = Callback::new(move |()| state.ask_overview());
            return Some(view! { <Problem error retry /> }.into_any());
        }
        match search.outcome.get() {
            Outcome::Failed(error) => {
                let retry = Callback::new(move |()| search.ask());
                Some(view! { <Problem error retry /> }.into_any())
            }
            Outcome::Offline => Some(
                view! {
                    <Notice tone=Tone::Warning>
                        <p>"You are offline. The search goes on as soon as the connection is back."</p>
                    </Notice>
                }
                .into_any(),
            ),
            Outcome::Idle | Outcome::Found(_) => None,
        }
    };
    let more = move || {
        let typed = chosen.with(Option::is_none);
        search.outcome.with(|outcome| match outcome {
            Outcome::Found(found) if typed => more_words(found),
            _ => None,
        })
    };
    let none_fits = move || chosen.with(Option::is_some) && sections.with(Vec::is_empty);
    view! {
        {problem}
        {move || first.get().then(|| view! { <Skeleton lines=3 /> })}
        <Listbox sections selected choose />
        {move || none_fits().then(|| view! { <p class="palette-note">"Nothing that can be done has these words."</p> })}
        {move || more().map(|words| view! { <p class="palette-note">{words}</p> })}
    }
    .into_any()
}

/// What stands where the card would be.
#[component]
fn Hints(state: State, known_migrations: RwSignal<Vec<MigrationSummary>>) -> impl IntoView {
    let search = state.search;
    let nothing = move || {
        let found_none =
            search.outcome.with(|outcome| matches!(outcome, Outcome::Found(found) if found.hits.is_empty()));
        (found_none && !search.asking.get()).then(|| search.query.get())
    };
    let hint = move || {
        let command = state.entry(state.selected.get()).and_then(|entry| match entry {
            Entry::Command(command) => Some(command),
            _ => None,
        });
        match (nothing(), command) {
            (Some(query), _) => {
                let count = known_migrations.with(Vec::len) as u64;
                let place = counted(count, "migration", "migrations");
                view! {
                    <h2>"No account found"</h2>
                    <p>
                        "Nothing fits “" <b>{query.trim().to_owned()}</b> "” among the ids, names and contacts of " {place}
                        ", not even with one typo."
                    </p>
                    <p class="soft">"An id has to be exact. Of a name, a part is enough."</p>
                }
                .into_any()
            }
            (None, _) => view! {
                <h2>"Was this account migrated yet?"</h2>
                <p>"Paste an e-mail address, an id or a part of a name. Accents, case and one typo do not matter."</p>
                <p class="soft">"Or type where to go: “cohorts”, “blocked accounts”, “settings”."</p>
            }
            .into_any(),
        }
    };
    view! { <div class="palette-hints">{hint}</div> }.into_any()
}

/// The keys, and by what the account was found.
#[component]
fn Foot(state: State, shown: Memo<Option<Hit>>) -> impl IntoView {
    let control = dom::control_key();
    let enter = move || match (state.chosen.with(Option::is_some), shown.with(Option::is_some)) {
        (false, true) => "what to do",
        _ => "go",
    };
    let by = move || shown.with(|hit| hit.as_ref().and_then(|hit| found_by(hit.rank)));
    view! {
        <footer class="palette-keys">
            <span>
                <kbd>"↑"</kbd>
                " "
                <kbd>"↓"</kbd>
                " choose"
            </span>
            <span>
                <kbd>"Enter"</kbd>
                " "
                {enter}
            </span>
            {move || shown.with(Option::is_some).then(|| view! {
                <span>
                    <kbd>{control}" C"</kbd>
                    " copies the sentence"
                </span>
            })}
            <span>
                <kbd>"Esc"</kbd>
                {move || if state.chosen.with(Option::is_some) { " back" } else { " closes" }}
            </span>
            {move || (state.chosen.with(Option::is_none)).then(|| by().map(|words| view! { <span class="push">{words}</span> }))}
        </footer>
    }
    .into_any()
}

/// By what an account was found, where that is not plain to see.
fn found_by(rank: Rank) -> Option<&'static str> {
    match rank {
        Rank::Email => Some("Found by the e-mail address of a contact"),
        Rank::Within => Some("Found within the name or the contacts"),
        Rank::Typo => Some("Found in spite of a typo"),
        Rank::Domain => Some("No contact has this address: found by the domain"),
        Rank::Id | Rank::IdStart | Rank::NameStart | Rank::NameWord => None,
    }
}

fn found_words(found: &Found) -> String {
    match found.hits.as_slice() {
        [] => "No account found".to_owned(),
        [first, ..] => {
            let count = counted(found.hits.len() as u64, "account", "accounts");
            format!("{count}. First: {}, {}", first.row.name, first.row.state.status().label().to_lowercase())
        }
    }
}

fn more_words(found: &Found) -> Option<String> {
    let shown: std::collections::BTreeSet<_> = found.hits.iter().map(|hit| hit.row.external_id.as_str()).collect();
    let more = u64::from(found.customers).saturating_sub(shown.len() as u64);
    (more > 0).then(|| format!("{} more fit. Type more of it.", counted(more, "customer", "customers")))
}
