//! Building conditions by clicks: rows of column, comparison and value, in groups of "all of" and "any of".

use super::draft::{Body, Draft, PartId, RowDraft};
use super::operand::Operand;
use super::words;
use crate::components::icon::Icon;
use crate::pages::accounts::dom;
use crate::pages::accounts::go::Go;
use crate::pages::migration::Frame;
use domain::custom::CustomField;
use domain::view::{CONDITIONS_MAX, Column, Filter, TestKind, View};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use std::time::Duration;

/// What is typed applies when no letter came for so long.
const TYPING_PAUSE: Duration = Duration::from_millis(300);

/// The conditions that are being built; a handle that can be copied into every closure.
#[derive(Clone, Copy)]
pub struct Build {
    pub frame: Frame,
    view: Memo<View>,
    go: Go,
    draft: RwSignal<Draft>,
    /// What this builder has put into the address itself: when that comes back, the draft stays as it is.
    sent: StoredValue<Option<Filter>>,
    timer: StoredValue<Option<TimeoutHandle>>,
}

impl Build {
    fn new(view: Memo<View>, go: Go) -> Build {
        let filter = view.with_untracked(|view| view.filter.clone());
        let draft = RwSignal::new(Draft::of(filter.as_ref()));
        let work =
            Build { frame: go.frame, view, go, draft, sent: StoredValue::new(filter), timer: StoredValue::new(None) };
        let shown = Memo::new(move |_| view.with(|view| view.filter.clone()));
        Effect::new(move |_| {
            let filter = shown.get();
            if work.sent.with_value(|sent| *sent != filter) {
                work.stop();
                draft.set(Draft::of(filter.as_ref()));
                work.sent.set_value(filter);
            }
        });
        on_cleanup(move || work.stop());
        work
    }

    fn fields(&self) -> Vec<CustomField> {
        self.frame.overview.with_untracked(|overview| overview.migration.fields.clone())
    }

    fn stop(&self) {
        if let Some(waiting) = self.timer.try_update_value(Option::take).flatten() {
            waiting.clear();
        }
    }

    /// Shows what applies of the draft.
    fn apply(&self, replace: bool) {
        self.stop();
        let fields = self.fields();
        let filter = self.draft.with_untracked(|draft| draft.filter(&fields));
        let present = self.view.get_untracked();
        self.sent.set_value(filter.clone());
        if present.filter != filter {
            let next = View { filter, ..present };
            if replace { self.go.replace(next) } else { self.go.to(next) }
        }
    }

    fn change(&self, change: impl FnOnce(&mut Draft)) {
        self.draft.update(change);
        self.apply(false);
    }

    fn change_row(&self, id: PartId, change: impl FnOnce(&RowDraft, &[CustomField]) -> RowDraft) {
        let fields = self.fields();
        if let Some(row) = self.draft.with_untracked(|draft| draft.row(id).map(|row| change(row, &fields))) {
            self.change(|draft| draft.set_row(id, row));
        }
    }

    /// Takes another value at once.
    pub fn set_operands(&self, id: PartId, operands: Vec<String>) {
        self.change_row(id, |row, _| RowDraft { operands, ..row.clone() });
    }

    /// Takes another value that is still being typed.
    pub fn type_operands(&self, id: PartId, operands: Vec<String>) {
        let row = self.draft.with_untracked(|draft| draft.row(id).cloned());
        if let Some(row) = row {
            self.draft.update(|draft| draft.set_row(id, RowDraft { operands, ..row }));
            self.stop();
            let work = *self;
            self.timer.set_value(set_timeout_with_handle(move || work.apply(true), TYPING_PAUSE).ok());
        }
    }

    fn is_full(&self) -> bool {
        self.draft.with(Draft::len) >= CONDITIONS_MAX
    }

    fn add(&self, add: impl FnOnce(&mut Draft, RowDraft) -> PartId) {
        if untrack(|| self.is_full()) {
            return;
        }
        let row = RowDraft::about(Column::Status, &self.fields());
        let added = self.draft.try_update(|draft| add(draft, row));
        self.apply(false);
        if let Some(id) = added {
            request_animation_frame(move || dom::focus_id(&column_id(id)));
        }
    }

    fn remove(&self, id: PartId) {
        self.change(|draft| draft.remove(id));
        // What was focused is gone.
        request_animation_frame(|| dom::focus_id("add-condition"));
    }

    /// The parts of a group, or with `None` those at the top.
    fn parts(&self, group: Option<PartId>) -> Vec<(PartId, Shape)> {
        self.draft.with(|draft| {
            let parts = match group.map(|id| draft.find(id).map(|part| &part.body)) {
                None => draft.parts.as_slice(),
                Some(Some(Body::Group { parts, .. })) => parts,
                Some(_) => &[],
            };
            let shape = |body: &Body| match body {
                Body::Row(_) => Shape::Row,
                Body::Group { .. } => Shape::Group,
                Body::Fixed(_) => Shape::Fixed,
            };
            parts.iter().map(|part| (part.id, shape(&part.body))).collect()
        })
    }

    fn is_any(&self, group: Option<PartId>) -> bool {
        self.draft.with(|draft| match group.map(|id| draft.find(id).map(|part| &part.body)) {
            None => draft.any,
            Some(Some(Body::Group { any, .. })) => *any,
            Some(_) => false,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Shape {
    Row,
    Group,
    Fixed,
}

fn column_id(id: PartId) -> String {
    format!("condition-{id}-column")
}

/// The builder. It needs script; the boxes beside it do not.
#[component]
pub fn Builder(view: Memo<View>, go: Go) -> impl IntoView {
    let work = Build::new(view, go);
    let awake = RwSignal::new(false);
    Effect::new(move |_| awake.set(true));
    let full = move || work.is_full();
    let empty = move || work.draft.with(|draft| draft.parts.is_empty());
    view! {
        <section class="builder" aria-label="Combined conditions" hidden=move || !awake.get()>
            <p class="builder-empty soft" hidden=move || !empty()>
                "Ask for anything that a column holds, in any combination."
            </p>
            <Combine work group=None />
            <Parts work group=None />
            <div class="button-row">
                <button
                    type="button"
                    id="add-condition"
                    class="button small"
                    aria-disabled=move || full().then_some("true")
                    on:click=move |_| work.add(|draft, row| draft.add_row(None, row))
                >
                    <Icon name="plus" />
                    "Add condition"
                </button>
                <button
                    type="button"
                    class="button small"
                    aria-disabled=move || full().then_some("true")
                    on:click=move |_| work.add(Draft::add_group)
                >
                    <Icon name="plus" />
                    "Add group"
                </button>
                <span class="soft" hidden=move || !full()>
                    {format!("A view has at most {CONDITIONS_MAX} conditions.")}
                </span>
            </div>
        </section>
    }
    .into_any()
}

/// Whether all or any of the parts have to be so; asked only when there are several.
#[component]
fn Combine(work: Build, group: Option<PartId>) -> impl IntoView {
    let several = move || work.parts(group).len() > 1;
    let option = move |any: bool, code: &'static str, word: &'static str| {
        let is = move || work.is_any(group) == any;
        view! {
            <option value=code selected=untrack(is) prop:selected=is>
                {word}
            </option>
        }
    };
    view! {
        <p class="combine" hidden=move || !several()>
            <select
                class="input"
                aria-label=if group.is_some() { "This group applies to" } else { "Show accounts to which apply" }
                on:change=move |event| {
                    let any = event_target_value(&event) == "any";
                    work.change(|draft| draft.set_any(group, any));
                }
            >
                {option(false, "all", "All of")}
                {option(true, "any", "Any of")}
            </select>
            <span class="soft">"these conditions"</span>
        </p>
    }
}

#[component]
fn Parts(work: Build, group: Option<PartId>) -> impl IntoView {
    let parts = Memo::new(move |_| work.parts(group));
    view! {
        <div class="parts">
            <For each=move || parts.get() key=|part| *part let:part>
                {match part {
                    (id, Shape::Row) => view! { <Row work id /> }.into_any(),
                    (id, Shape::Group) => view! { <Group work id /> }.into_any(),
                    (id, Shape::Fixed) => view! { <Fixed work id /> }.into_any(),
                }}
            </For>
        </div>
    }
    .into_any()
}

#[component]
fn Group(work: Build, id: PartId) -> impl IntoView {
    view! {
        <div class="part-group" role="group" aria-label="Group of conditions">
            <Combine work group=Some(id) />
            <Parts work group=Some(id) />
            <div class="button-row">
                <button
                    type="button"
                    class="link"
                    aria-disabled=move || work.is_full().then_some("true")
                    on:click=move |_| work.add(move |draft, row| draft.add_row(Some(id), row))
                >
                    "Add to this group"
                </button>
                <button type="button" class="link" on:click=move |_| work.remove(id)>
                    "Remove the group"
                </button>
            </div>
        </div>
    }
}

/// A group that lies deeper than clicks reach: it came by an address.
#[component]
fn Fixed(work: Build, id: PartId) -> impl IntoView {
    let words = move || {
        work.frame.overview.with(|overview| {
            work.draft.with(|draft| match draft.find(id).map(|part| &part.body) {
                Some(Body::Fixed(filter)) => words::sentence(overview, filter),
                _ => String::new(),
            })
        })
    };
    view! {
        <div class="part fixed">
            <p>{words}</p>
            <RemovePart work id words=Signal::derive(words) />
        </div>
    }
}

#[component]
fn RemovePart(work: Build, id: PartId, words: Signal<String>) -> impl IntoView {
    view! {
        <button type="button" class="button quiet small icon-only" on:click=move |_| work.remove(id)>
            <Icon name="close" />
            <span class="visually-hidden">"Remove: " {words}</span>
        </button>
    }
}

#[component]
fn Row(work: Build, id: PartId) -> impl IntoView {
    let overview = work.frame.overview;
    let row = Memo::new(move |_| work.draft.with(|draft| draft.row(id).cloned()));
    let column = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.column)));
    let test = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.test)));
    let heading = Signal::derive(move || {
        overview
            .with(|overview| column.get().map(|column| column.heading(&overview.migration.fields)).unwrap_or_default())
    });
    let problem = Memo::new(move |_| {
        overview.with(|overview| {
            row.with(|row| row.as_ref().and_then(|row| row.condition(&overview.migration.fields).err()))
        })
    });
    // A column that is gone stays in the list for as long as this condition asks about it.
    let columns = Memo::new(move |_| {
        let mut columns = overview.with(|overview| Column::of(&overview.migration.fields));
        columns.extend(column.get().filter(|column| !columns.contains(column)));
        columns
    });
    let columns = move || {
        let fields = overview.with(|overview| overview.migration.fields.clone());
        let option = |this: Column| {
            let is = move || column.get() == Some(this);
            view! {
                <option value=this.code().into_owned() selected=untrack(is) prop:selected=is>
                    {this.heading(&fields)}
                </option>
            }
        };
        columns.get().into_iter().map(option).collect_view()
    };
    let tests = Memo::new(move |_| {
        let kind = overview.with(|overview| column.get().and_then(|column| column.kind(&overview.migration.fields)));
        let mut tests = kind.map(TestKind::of).unwrap_or_default().to_vec();
        tests.extend(test.get().filter(|test| !tests.contains(test)));
        tests
    });
    let tests = move || {
        let option = |this: TestKind| {
            let is = move || test.get() == Some(this);
            view! {
                <option value=this.code() selected=untrack(is) prop:selected=is>
                    {words::test(this)}
                </option>
            }
        };
        tests.get().into_iter().map(option).collect_view()
    };
    let problem_id = format!("condition-{id}-problem");
    view! {
        <div class="part" role="group" aria-label=move || format!("Condition on {}", heading.get())>
            <select
                class="input"
                id=column_id(id)
                aria-label="Column"
                on:change=move |event| {
                    if let Some(column) = Column::from_code(&event_target_value(&event)) {
                        work.change_row(id, |row, fields| row.on(column, fields));
                    }
                }
            >
                {columns}
            </select>
            <select
                class="input"
                aria-label="Comparison"
                on:change=move |event| {
                    if let Some(test) = TestKind::from_code(&event_target_value(&event)) {
                        work.change_row(id, |row, _| row.asking(test));
                    }
                }
            >
                {tests}
            </select>
            <div class="operand">
                <Operand work id row describes=problem_id.clone() />
                <p class="part-problem" id=problem_id>
                    {move || problem.get().map(|words| view! { <Icon name="info" />{words} })}
                </p>
            </div>
            <RemovePart work id words=heading />
        </div>
    }
    .into_any()
}
