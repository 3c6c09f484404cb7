//! The forms of an edit: a menu of moves, a menu of names, a date, a blocker, a reason. One for every field.

use super::conflict::ConflictChoice;
use super::edit::{Edit, EditField, Leave, Phase, Target, circumstances, label, moves, without_form};
use super::{dom, words};
use crate::components::form::{Select, TextInput};
use crate::components::icon::Icon;
use chrono::NaiveDate;
use domain::account::Change;
use domain::blocker::{BLOCKER_TEXT_MAX, BlockerCategory};
use domain::custom::{CustomKind, CustomValue, LINK_MAX, field_of};
use domain::id::FieldNumber;
use domain::paste::{completed_at, typed_day};
use domain::state::{Move, MoveKind, State};
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html;
use leptos::prelude::*;

/// How days can be typed.
const TYPED_DAYS: &str = "Such as 24 Dec, 24.12.2026 or 2026-12-24.";
/// Lines to type in that stand alone beside their cell.
const LINES: &str = ".cell-editor :is(#edit-custom, #edit-date)[type='text']";

/// Where a key leads that ends an edit.
fn led_by(event: &KeyboardEvent) -> Leave {
    match (event.key().as_str(), event.shift_key()) {
        ("Enter", _) => Leave::Down,
        ("Tab", false) => Leave::Right,
        ("Tab", true) => Leave::Left,
        _ => Leave::Stay,
    }
}

/// Everything about the edit that is open: its form, what went wrong, the choice between two values.
#[component]
pub fn Editor(edit: Edit) -> impl IntoView {
    let panel = NodeRef::<html::Div>::new();
    // The choice between two values has other controls than the form.
    let conflict = Memo::new(move |_| edit.phase.with(|phase| matches!(phase, Phase::Conflict(_))));
    Effect::new(move |_| {
        let shows = edit.target.with(Option::is_some);
        conflict.track();
        let seeded = edit.target.with(|target| target.as_ref().is_some_and(|target| !target.seed.is_empty()));
        if let Some(panel) = panel.get().filter(|_| shows) {
            request_animation_frame(move || if seeded { dom::focus_text(&panel) } else { dom::focus_first(&panel) });
        }
    });
    let key = move |event: KeyboardEvent| match event.key().as_str() {
        "Escape" => {
            event.prevent_default();
            event.stop_propagation();
            edit.cancel();
        }
        key @ ("ArrowDown" | "ArrowUp") if dom::is_on(&event, "[role='menu']") => {
            event.prevent_default();
            event.stop_propagation();
            if let Some(panel) = panel.get_untracked() {
                dom::focus_next(&panel, if key == "ArrowDown" { 1 } else { -1 });
            }
        }
        // The table below must not take the keys of the form for its own.
        _ => event.stop_propagation(),
    };
    let keys = move |event: KeyboardEvent| {
        edit.leave.set_value(led_by(&event));
        // A line of the table to type in is like its cell: Tab keeps what is in it and goes on beside it.
        if event.key() == "Tab" && dom::is_on(&event, LINES) {
            event.prevent_default();
            dom::submit_form(&event);
        }
        key(event);
    };
    view! {
        <div
            class="editor-content"
            node_ref=panel
            on:keydown=keys
            on:pointerdown=move |_| edit.leave.set_value(Leave::Stay)
            on:input=move |_| edit.touch()
        >
            {move || {
                edit.target.get().map(|target| {
                    view! {
                        <div hidden=conflict>
                            <Form edit target />
                        </div>
                    }
                })
            }}
            <Progress edit />
        </div>
    }
}

#[component]
fn Form(edit: Edit, target: Target) -> impl IntoView {
    let blocked = target.row.state.blocker().is_some();
    match (target.field, target.kind) {
        (EditField::Status, Some(kind)) => view! { <MoveForm edit kind target /> }.into_any(),
        (EditField::Status, None) => view! { <MoveMenu edit target /> }.into_any(),
        (EditField::Date, _) => view! { <IfAllowed edit target kind=MoveKind::Schedule /> }.into_any(),
        (EditField::Blocker, _) if blocked => view! { <MoveForm edit kind=MoveKind::Block target /> }.into_any(),
        (EditField::Blocker, _) => view! { <IfAllowed edit target kind=MoveKind::Block /> }.into_any(),
        (EditField::Owner, _) => view! { <OwnerMenu edit target /> }.into_any(),
        (EditField::Cohort, _) => view! { <CohortMenu edit target /> }.into_any(),
        (EditField::Custom(number), _) => view! { <CustomForm edit target number /> }.into_any(),
        (EditField::RollbackUntil, _) => view! { <RollbackForm edit target /> }.into_any(),
    }
}

/// What became of saving it.
#[component]
fn Progress(edit: Edit) -> impl IntoView {
    move || match edit.phase.get() {
        Phase::Typing => ().into_any(),
        Phase::Failed(error) => view! {
            <div class="failed" role="alert">
                <Icon name="alert" />
                <p>{error.to_string()}</p>
                <button type="button" class="button small" on:click=move |_| edit.retry()>
                    "Try again"
                </button>
                <button type="button" class="button small quiet" on:click=move |_| edit.give_up()>
                    "Give up"
                </button>
            </div>
        }
        .into_any(),
        Phase::Conflict(conflict) => view! { <ConflictChoice edit conflict=*conflict /> }.into_any(),
    }
}

/// The moves of a state: allowed ones do or ask, refused ones stay and say why.
#[component]
fn MoveMenu(edit: Edit, target: Target) -> impl IntoView {
    let state = target.row.state.clone();
    let circumstances = edit.frame.overview.with_untracked(|overview| circumstances(overview, &target.row, dom::now()));
    let items = moves(&state, &circumstances)
        .into_iter()
        .map(|(kind, refusal)| {
            let refused = refusal.is_some();
            let choose = move |()| match without_form(kind) {
                _ if refused => {}
                Some(to) => edit.save_move(to),
                None => edit.choose(kind),
            };
            Choice {
                icon: kind.target(&state).map_or("right", |status| status.css()),
                words: label(kind, &state),
                also: kind.target(&state).map_or("", |status| status.label()),
                rule: refusal.map(|rule| rule.to_string()),
                current: None,
                choose: Callback::new(choose),
            }
        })
        .collect();
    view! { <Choices edit label=format!("Change the status of {}", target.row.name) items seed=target.seed /> }
}

/// One line of a menu.
#[derive(Clone)]
struct Choice {
    /// Of a status; empty for names.
    icon: &'static str,
    words: String,
    /// Another word by which it is found.
    also: &'static str,
    /// The rule that refuses it.
    rule: Option<String>,
    /// Whether it is the present value; `None` if it is no value.
    current: Option<bool>,
    choose: Callback<()>,
}

impl Choice {
    fn is_called(&self, typed: &str) -> bool {
        let typed = typed.trim().to_lowercase();
        let begins = |words: &str| words.to_lowercase().split_whitespace().any(|word| word.starts_with(&typed));
        typed.is_empty() || begins(&self.words) || begins(self.also) || self.words.to_lowercase().contains(&typed)
    }
}

/// A menu; typing narrows it.
#[component]
fn Choices(edit: Edit, label: String, items: Vec<Choice>, seed: String) -> impl IntoView {
    let shown = !seed.is_empty();
    let typed = RwSignal::new(seed);
    let asks = RwSignal::new(shown);
    let input = NodeRef::<html::Input>::new();
    let list = NodeRef::<html::Div>::new();
    let items = StoredValue::new(items);
    let found = Memo::new(move |_| {
        let typed = typed.get();
        items.with_value(|items| {
            let called = items.iter().enumerate().filter(|(_, item)| item.is_called(&typed));
            called.map(|(index, _)| index).collect::<Vec<_>>()
        })
    });
    let in_menu = move |event: KeyboardEvent| {
        let key = event.key();
        let is_text =
            key.chars().count() == 1 && key != " " && !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        if is_text {
            event.prevent_default();
            asks.set(true);
            typed.update(|typed| typed.push_str(&key));
            request_animation_frame(move || {
                if let Some(input) = input.get_untracked() {
                    // Fails for an element outside of the document only.
                    drop(input.focus());
                }
            });
        }
    };
    let in_input = move |event: KeyboardEvent| match event.key().as_str() {
        "ArrowDown" => {
            event.prevent_default();
            if let Some(list) = list.get_untracked() {
                dom::focus_next(&list, 1);
            }
        }
        // With nothing typed, Tab goes on within the menu.
        "Tab" if typed.with_untracked(|typed| typed.trim().is_empty()) => {}
        key @ ("Enter" | "Tab") => {
            let first = found.with_untracked(|found| {
                items.with_value(|items| {
                    found.iter().filter_map(|index| items.get(*index)).find(|item| item.rule.is_none()).cloned()
                })
            });
            if key == "Enter" || first.is_some() {
                event.prevent_default();
            }
            if let Some(first) = first {
                edit.leave.set_value(led_by(&event));
                first.choose.run(());
            }
        }
        _ => {}
    };
    let lines = move || {
        let found = found.get();
        let lines = items.with_value(|items| {
            found
                .iter()
                .filter_map(|index| items.get(*index))
                .cloned()
                .map(|item| view! { <Line item /> })
                .collect_view()
        });
        (lines, found.is_empty().then(|| view! { <p class="soft no-choice">"Nothing is called so."</p> }))
    };
    view! {
        <input
            class="input filter"
            type="text"
            aria-label="Narrow the choices"
            autocomplete="off"
            hidden=move || !asks.get()
            node_ref=input
            prop:value=typed
            on:input=move |event| {
                // Nothing of this is kept: it is no typed value.
                event.stop_propagation();
                typed.set(event_target_value(&event));
            }
            on:keydown=in_input
        />
        <div class="choices" role="menu" aria-label=label node_ref=list on:keydown=in_menu>
            {lines}
        </div>
    }
}

#[component]
fn Line(item: Choice) -> impl IntoView {
    let Choice { icon, words, rule, current, choose, .. } = item;
    let refused = rule.is_some();
    let mark = match (icon, current) {
        ("", Some(true)) => view! { <Icon name="check" /> }.into_any(),
        ("", _) => view! { <span class="gap"></span> }.into_any(),
        (icon, _) => view! { <Icon name=icon /> }.into_any(),
    };
    view! {
        <button
            type="button"
            role=if current.is_some() { "menuitemradio" } else { "menuitem" }
            class=format!("choice-item {icon}")
            aria-checked=current.map(|current| if current { "true" } else { "false" })
            aria-disabled=refused.then_some("true")
            data-first=(current == Some(true)).then_some("")
            on:click=move |_| choose.run(())
        >
            {mark}
            <span>
                {words} {rule.map(|rule| view! { <small>{rule}</small> })}
            </span>
        </button>
    }
}

/// The form of a move, or the rule that refuses it.
#[component]
fn IfAllowed(edit: Edit, target: Target, kind: MoveKind) -> impl IntoView {
    let circumstances = edit.frame.overview.with_untracked(|overview| circumstances(overview, &target.row, dom::now()));
    match target.row.state.check(kind, &circumstances) {
        Ok(()) => view! { <MoveForm edit kind target /> }.into_any(),
        Err(refusal) => view! { <Refused edit rule=refusal.to_string() /> }.into_any(),
    }
}

#[component]
fn Refused(edit: Edit, rule: String) -> impl IntoView {
    view! {
        <div class="refused-edit">
            <Icon name="lock" />
            <p>{rule}</p>
            <button type="button" class="button small" on:click=move |_| edit.cancel()>
                "Close"
            </button>
        </div>
    }
}

/// What a move asks for before it is made.
#[component]
fn MoveForm(edit: Edit, kind: MoveKind, target: Target) -> impl IntoView {
    let draft = target.draft_move().cloned();
    let Target { row, seed, .. } = target;
    let state = row.state;
    match kind {
        MoveKind::Schedule => view! { <ScheduleForm edit state draft seed /> }.into_any(),
        MoveKind::Complete => view! { <CompleteForm edit state draft /> }.into_any(),
        MoveKind::Block => view! { <BlockForm edit state draft seed /> }.into_any(),
        MoveKind::RollBack => view! { <RollBackForm edit draft /> }.into_any(),
        MoveKind::Resume | MoveKind::Start | MoveKind::Reset | MoveKind::OptOut => view! {
            <Asking edit save=kind.label() on_submit=Callback::new(move |()| {
                if let Some(to) = without_form(kind) {
                    edit.save_move(to);
                }
            })>
                <p class="soft">"Nothing else is needed for this."</p>
            </Asking>
        }
        .into_any(),
    }
}

/// A small form: its fields, then the two buttons that every form has.
#[component]
fn Asking(edit: Edit, #[prop(into)] save: String, on_submit: Callback<()>, children: Children) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        on_submit.run(());
    };
    view! {
        <form class="fields asking" on:submit=submit>
            {children()}
            <div class="button-row">
                <button type="submit" class="button primary small">
                    {save}
                </button>
                <button type="button" class="button quiet small" on:click=move |_| edit.give_up()>
                    "Cancel"
                </button>
                <p class="keys">
                    <kbd>"Enter"</kbd>
                    " saves "
                    <kbd>"Esc"</kbd>
                    " cancels"
                </p>
            </div>
        </form>
    }
}

#[component]
fn ScheduleForm(edit: Edit, state: State, draft: Option<Move>, seed: String) -> impl IntoView {
    let today = edit.frame.overview.with_untracked(|overview| overview.today);
    // A date that is typed at the cell is read like a pasted one: the browser's field would lose its first digit.
    let typed = !seed.is_empty();
    if typed {
        edit.touch();
    }
    let (date, pinned) = match draft {
        Some(Move::Schedule { date, pinned }) => (Some(date), pinned),
        _ => (state.scheduled_for(), state.plan().and_then(|plan| plan.pinned.clone())),
    };
    let day = RwSignal::new(if typed { seed } else { date.map(|date| date.to_string()).unwrap_or_default() });
    let reason = RwSignal::new(pinned.unwrap_or_default());
    let complaint = RwSignal::new(None::<String>);
    let read = move |text: String| match typed {
        true => typed_day(&text, today, true),
        false => text.parse().map_err(|_| "Choose a day.".to_owned()),
    };
    let submit = Callback::new(move |()| match read(day.get_untracked()) {
        Ok(date) => {
            complaint.set(None);
            let pinned = Some(reason.get_untracked().trim().to_owned()).filter(|reason| !reason.is_empty());
            edit.save_move(Move::Schedule { date, pinned });
        }
        Err(problem) => complaint.set(Some(problem)),
    });
    let (kind, hint) = if typed { ("text", TYPED_DAYS) } else { ("date", "") };
    view! {
        <Asking edit save="Save" on_submit=submit>
            <TextInput name="date" id="edit-date" label="Date" kind=kind bound=day hint=hint error=complaint required=true />
            <TextInput
                name="pinned"
                id="edit-pinned"
                label="Reason for a date of its own"
                bound=reason
                optional=true
                maxlength=BLOCKER_TEXT_MAX as u32
                placeholder="The customer asked for it"
            />
        </Asking>
    }
}

#[component]
fn CompleteForm(edit: Edit, state: State, draft: Option<Move>) -> impl IntoView {
    let day = RwSignal::new(match draft {
        Some(Move::Complete { at: Some(at) }) => at.date_naive().to_string(),
        _ => String::new(),
    });
    let started = state.attempt().map(|attempt| attempt.started_at);
    let submit = Callback::new(move |()| {
        let at = day.get_untracked().parse().ok().map(|day| completed_at(day, started, dom::now()));
        edit.save_move(Move::Complete { at: at.flatten() });
    });
    view! {
        <Asking edit save="Complete" on_submit=submit>
            <TextInput
                name="at"
                id="edit-completed"
                label="When, if it was earlier than now"
                kind="date"
                bound=day
                optional=true
            />
        </Asking>
    }
}

#[component]
fn BlockForm(edit: Edit, state: State, draft: Option<Move>, seed: String) -> impl IntoView {
    let (present, text) = match (draft, state.blocker()) {
        (Some(Move::Block { category, text }), _) => (category, text),
        (_, Some(blocker)) => (blocker.category, blocker.text.clone()),
        (_, None) => (BlockerCategory::Integration, String::new()),
    };
    let category = RwSignal::new(present.code().to_owned());
    // Typing at the cell replaces the text, as in a spreadsheet.
    if !seed.is_empty() {
        edit.touch();
    }
    let text = RwSignal::new(if seed.is_empty() { text } else { seed });
    let submit = Callback::new(move |()| {
        let category = BlockerCategory::from_code(&category.get_untracked()).unwrap_or(BlockerCategory::Other);
        edit.save_move(Move::Block { category, text: text.get_untracked() });
    });
    view! {
        <Asking edit save=if state.blocker().is_some() { "Save" } else { "Block" } on_submit=submit>
            <Select name="category" id="edit-category" label="What kind" bound=category>
                {BlockerCategory::ALL
                    .into_iter()
                    .map(|category| view! {
                        <option value=category.code() selected={category == present}>
                            {category.label()}
                        </option>
                    })
                    .collect_view()}
            </Select>
            <TextInput
                name="text"
                id="edit-blocker"
                label="What blocks it"
                bound=text
                maxlength=BLOCKER_TEXT_MAX as u32
                placeholder="What has to happen before it can go on"
            />
        </Asking>
    }
}

#[component]
fn RollBackForm(edit: Edit, draft: Option<Move>) -> impl IntoView {
    let reason = RwSignal::new(match draft {
        Some(Move::RollBack { reason }) => reason,
        _ => String::new(),
    });
    let complaint = RwSignal::new(None::<String>);
    let submit = Callback::new(move |()| {
        let text = reason.get_untracked();
        if text.trim().is_empty() {
            complaint.set(Some("A reason is needed.".to_owned()));
        } else {
            complaint.set(None);
            edit.save_move(Move::RollBack { reason: text });
        }
    });
    view! {
        <Asking edit save="Roll back" on_submit=submit>
            <TextInput
                name="reason"
                id="edit-reason"
                label="Why it is rolled back"
                bound=reason
                error=complaint
                required=true
                maxlength=BLOCKER_TEXT_MAX as u32
            />
        </Asking>
    }
}

#[component]
fn RollbackForm(edit: Edit, target: Target) -> impl IntoView {
    let present = match target.draft_move() {
        Some(Move::SetRollbackUntil { until }) => *until,
        _ => target.row.state.rollback_until(),
    };
    let day = RwSignal::new(present.map(|until| until.date_naive().to_string()).unwrap_or_default());
    let submit = Callback::new(move |()| {
        let day: Option<NaiveDate> = day.get_untracked().parse().ok();
        let until = day.and_then(|day| day.and_hms_opt(23, 59, 59)).map(|end| end.and_utc());
        edit.save_move(Move::SetRollbackUntil { until });
    });
    view! {
        <Asking edit save="Save" on_submit=submit>
            <TextInput
                name="until"
                id="edit-until"
                label="Last day of the rollback"
                kind="date"
                bound=day
                optional=true
                hint="Until the end of that day in UTC. Empty: no rollback."
            />
        </Asking>
    }
}

#[component]
fn OwnerMenu(edit: Edit, target: Target) -> impl IntoView {
    let seen = target.row.owner.clone();
    let people = edit.frame.overview.with_untracked(|overview| {
        let me = overview.me.id.clone();
        let mut people: Vec<_> = overview.people.iter().filter(|person| person.active).cloned().collect();
        people.sort_by_key(|person| (person.id != me, person.name.to_lowercase()));
        people
    });
    let items = std::iter::once((None, "Nobody".to_owned()))
        .chain(people.into_iter().map(|person| (Some(person.id), person.name)))
        .map(|(to, words)| {
            let current = to == seen;
            let choose = move |()| if current { edit.give_up() } else { edit.save_owner(to.clone()) };
            Choice { icon: "", words, also: "", rule: None, current: Some(current), choose: Callback::new(choose) }
        })
        .collect();
    view! { <Choices edit label=format!("Owner of {}", target.row.name) items seed=target.seed /> }
}

#[component]
fn CohortMenu(edit: Edit, target: Target) -> impl IntoView {
    if let Err(rule) = target.row.state.may_change_cohort() {
        return view! { <Refused edit rule=rule.to_string() /> }.into_any();
    }
    let seen = target.row.cohort;
    let cohorts = edit.frame.overview.with_untracked(|overview| {
        let numbers = overview.cohorts.iter().map(|summary| Some(summary.cohort.number));
        std::iter::once(None).chain(numbers).map(|to| (to, words::cohort(overview, to))).collect::<Vec<_>>()
    });
    let items = cohorts
        .into_iter()
        .map(|(to, words)| {
            let current = to == seen;
            let choose = move |()| if current { edit.give_up() } else { edit.save_cohort(to) };
            Choice { icon: "", words, also: "", rule: None, current: Some(current), choose: Callback::new(choose) }
        })
        .collect();
    view! { <Choices edit label=format!("Cohort of {}", target.row.name) items seed=target.seed /> }.into_any()
}

/// A migration's own field: a menu where there are few values, else a line to type in.
#[component]
fn CustomForm(edit: Edit, target: Target, number: FieldNumber) -> impl IntoView {
    let field = edit.frame.overview.with_untracked(|overview| {
        field_of(&overview.migration.fields, number).filter(|field| !field.retired).cloned()
    });
    let Some(field) = field else {
        return view! { <Refused edit rule="This field is retired.".to_owned() /> }.into_any();
    };
    let present = target.row.custom.get(&number).cloned();
    let values: Vec<CustomValue> = match &field.settings.kind {
        CustomKind::Select { options } => options.iter().cloned().map(CustomValue::Select).collect(),
        CustomKind::Checkbox => [true, false].map(CustomValue::Checkbox).to_vec(),
        _ => Vec::new(),
    };
    let label = field.settings.label.clone();
    if !values.is_empty() {
        let nothing = (!field.settings.required).then_some(None);
        let items = nothing
            .into_iter()
            .chain(values.into_iter().map(Some))
            .map(|to| {
                let current = to == present;
                let words = to.as_ref().map_or_else(|| "Nothing".to_owned(), CustomValue::text);
                let choose = move |()| if current { edit.give_up() } else { edit.save_custom(number, to.clone()) };
                Choice { icon: "", words, also: "", rule: None, current: Some(current), choose: Callback::new(choose) }
            })
            .collect();
        return view! { <Choices edit label=format!("{label} of {}", target.row.name) items seed=target.seed /> }
            .into_any();
    }
    let draft = match &target.draft {
        Some(Change::Custom { to, .. }) => to.clone(),
        _ => present,
    };
    let today = edit.frame.overview.with_untracked(|overview| overview.today);
    let seeded = !target.seed.is_empty();
    let is_day = matches!(field.settings.kind, CustomKind::Date);
    if seeded {
        edit.touch();
    }
    let text = RwSignal::new(if seeded { target.seed } else { draft.map(|value| value.text()).unwrap_or_default() });
    let complaint = RwSignal::new(None::<String>);
    let required = field.settings.required;
    let read = move |text: String| match is_day && seeded && !text.trim().is_empty() {
        true => typed_day(&text, today, false).map(|day| Some(CustomValue::Date(day))),
        false => field.settings.parse(&text).map_err(|problem| problem.to_string()),
    };
    let submit = Callback::new(move |()| match read(text.get_untracked()) {
        Ok(None) if required => complaint.set(Some("This field needs a value.".to_owned())),
        Ok(to) => edit.save_custom(number, to),
        Err(problem) => complaint.set(Some(problem)),
    });
    let (kind, hint) = match (is_day, seeded) {
        (true, true) => ("text", TYPED_DAYS),
        (true, false) => ("date", ""),
        (false, _) => ("text", ""),
    };
    view! {
        <Asking edit save="Save" on_submit=submit>
            <TextInput
                name="value"
                id="edit-custom"
                label=label
                kind=kind
                bound=text
                hint=hint
                error=complaint
                required=required
                maxlength=LINK_MAX as u32
            />
        </Asking>
    }
    .into_any()
}
