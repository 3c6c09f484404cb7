//! Many cells at once: copying a range, pasting into one, filling down, clearing. What a paste would do is shown first,
//! with what is refused and why.

use super::dom::{self, Cell};
use super::edit::circumstances;
use super::grid::Grid;
use super::row::field_of;
use super::selection::Span;
use super::table::RefusedCell;
use crate::api::ApiError;
use crate::api::accounts::{CellsOutcome, RowEdit, edit_cells};
use crate::api::migrations::Overview;
use crate::components::browser;
use crate::components::icon::Icon;
use crate::components::number::{counted, grouped};
use crate::pages::migration::Frame;
use domain::account::Row;
use domain::clipboard as cells;
use domain::id::CommandId;
use domain::paste::{Colleague, PASTE_ROWS_MAX, Pasted, Surroundings, date_order};
use domain::view::Column;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::Event;
use std::collections::BTreeMap;

/// Rows that one copy may hold; more are exported.
const COPY_ROWS_MAX: u32 = 2_000;
/// Refused cells that the preview lists.
const LISTED_MAX: usize = 100;

/// What pasted, filled or cleared cells would do.
#[derive(Clone, Debug, PartialEq)]
struct Plan {
    /// `Paste`, `Fill down`, `Clear`.
    verb: &'static str,
    rows: Vec<(Row, Pasted)>,
    /// What does not fit into the table.
    remarks: Vec<String>,
    /// Sending it twice is safe.
    command: CommandId,
}

impl Plan {
    fn changed(&self) -> usize {
        self.rows.iter().map(|(_, pasted)| pasted.columns.len()).sum()
    }

    fn refused(&self) -> Vec<RefusedCell> {
        let of = |(row, pasted): &(Row, Pasted)| {
            let cell = |(column, reason): &(Column, String)| refused_cell(row, *column, reason.clone());
            pasted.refused.iter().map(cell).collect::<Vec<_>>()
        };
        self.rows.iter().flat_map(of).collect()
    }
}

fn refused_cell(row: &Row, column: Column, reason: String) -> RefusedCell {
    RefusedCell { account: row.number, name: row.name.clone(), column, reason }
}

/// A change of many cells, from its preview to its answer.
#[derive(Clone, Copy)]
pub struct Paste {
    plan: RwSignal<Option<Plan>>,
    busy: RwSignal<bool>,
    error: RwSignal<Option<ApiError>>,
}

impl Paste {
    /// Nothing is pasted.
    pub fn none() -> Paste {
        Paste { plan: RwSignal::new(None), busy: RwSignal::new(false), error: RwSignal::new(None) }
    }
}

/// The texts for a rectangle of cells, from a first cell on.
struct Texts {
    verb: &'static str,
    at: Cell,
    rows: Vec<Vec<String>>,
    /// Columns that are passed over without a word.
    only: fn(Column) -> bool,
    remarks: Vec<String>,
}

/// Puts the selected cells on the clipboard.
pub fn copy(grid: Grid, event: &Event) {
    if dom::focused_cell().is_none() || dom::is_on(event, "input, textarea, select") {
        return;
    }
    event.prevent_default();
    let span = grid.span.get_untracked();
    let (rows, columns) = span.size();
    let say = grid.table.say;
    if rows > COPY_ROWS_MAX {
        return say.say("At most 2,000 rows can be copied. For more, export the view.");
    }
    let places = span.places();
    let held: Vec<Row> = places.clone().map_while(|place| grid.table.row(place)).collect();
    let done = move || say.say(format!("Copied {} × {columns} cells", grouped(rows)));
    if held.len() == rows as usize {
        if dom::put_copied(event, &written(&grid, &span, &held)) {
            done();
        }
        return;
    }
    say.say(format!("Fetching {} rows to copy…", grouped(rows)));
    spawn_local(async move {
        match grid.table.rows_at(*places.start()..places.end() + 1).await {
            Ok(rows) => browser::copy(written(&grid, &span, &rows), done),
            Err(error) => say.say(format!("Nothing was copied. {error}")),
        }
    });
}

fn written(grid: &Grid, span: &Span, rows: &[Row]) -> String {
    let columns: Vec<Column> = span.columns().filter_map(|index| grid.column(index)).collect();
    with_surroundings(grid, None, |surroundings| {
        let texts = |row: &Row| columns.iter().map(|column| surroundings.text(row, *column)).collect();
        cells::write(&rows.iter().map(texts).collect::<Vec<Vec<String>>>())
    })
}

/// Reads the clipboard into the cells from the selection's first one on.
pub fn paste(grid: Grid, event: &Event) {
    if dom::focused_cell().is_none() || dom::is_on(event, "input, textarea, select") || !grid.edit.may_edit() {
        return;
    }
    event.prevent_default();
    let read = cells::read(&dom::copied_text(event).unwrap_or_default());
    let mut rows = match read {
        Ok(rows) => rows,
        Err(problem) => return grid.table.say.say(problem.to_string()),
    };
    let span = grid.span.get_untracked();
    // One copied cell goes into every selected one.
    if let [row] = rows.as_slice()
        && let [text] = row.as_slice()
        && span.is_range()
    {
        let (height, width) = span.size();
        if height as usize > PASTE_ROWS_MAX {
            return grid.table.say.say(too_many(height as usize));
        }
        rows = vec![vec![text.clone(); usize::from(width)]; height as usize];
    }
    plan(grid, Texts { verb: "Paste", at: span.first(), rows, only: |_| true, remarks: Vec::new() });
}

/// Repeats the first selected row in the others.
pub fn fill_down(grid: Grid) {
    let span = grid.span.get_untracked();
    let (height, _) = span.size();
    let Some(first) = grid.table.row(*span.places().start()).filter(|_| grid.edit.may_edit()) else { return };
    if height < 2 {
        return grid.table.say.say("Select the cells below too: Shift and the down arrow.");
    }
    if height as usize > PASTE_ROWS_MAX {
        return grid.table.say.say(too_many(height as usize - 1));
    }
    let columns: Vec<Column> = span.columns().filter_map(|index| grid.column(index)).collect();
    let texts: Vec<String> = with_surroundings(&grid, None, |surroundings| {
        columns.iter().map(|column| surroundings.text(&first, *column)).collect()
    });
    let Cell { place, column } = span.first();
    let at = Cell { place: place + 1, column };
    plan(
        grid,
        Texts { verb: "Fill down", at, rows: vec![texts; height as usize - 1], only: |_| true, remarks: Vec::new() },
    );
}

/// Empties the selected cells that may be empty.
pub fn clear(grid: Grid) {
    let span = grid.span.get_untracked();
    let (height, width) = span.size();
    if !grid.edit.may_edit() {
        return;
    }
    if height as usize > PASTE_ROWS_MAX {
        return grid.table.say.say(too_many(height as usize));
    }
    if !span.columns().filter_map(|index| grid.column(index)).any(may_be_empty) {
        let words = "This cannot be emptied: only owner, cohort and fields of your own can be.";
        return grid.table.say.say(words);
    }
    let rows = vec![vec![String::new(); usize::from(width)]; height as usize];
    plan(grid, Texts { verb: "Clear", at: span.first(), rows, only: may_be_empty, remarks: Vec::new() });
}

fn may_be_empty(column: Column) -> bool {
    matches!(column, Column::Owner | Column::Cohort | Column::Custom(_))
}

fn too_many(rows: usize) -> String {
    format!(
        "At most 500 rows can be changed this way, this is {}. Import them as a file instead.",
        grouped(rows as u64)
    )
}

/// Finds out what texts change, then asks, or saves at once if it is one cell and nothing is refused.
fn plan(grid: Grid, mut texts: Texts) {
    if texts.rows.len() > PASTE_ROWS_MAX {
        return grid.table.say.say(too_many(texts.rows.len()));
    }
    let bounds = grid.bounds();
    let fitting = (bounds.last.place + 1).saturating_sub(texts.at.place) as usize;
    if texts.rows.len() > fitting {
        let more = texts.rows.len() - fitting;
        texts.remarks.push(format!(
            "{} below the last row of the table and will be left out.",
            counted(more as u64, "row lies", "rows lie")
        ));
        texts.rows.truncate(fitting);
    }
    let width = usize::from(bounds.last.column) + 1 - usize::from(texts.at.column);
    let widest = texts.rows.iter().map(Vec::len).max().unwrap_or(0);
    if widest > width {
        let more = counted((widest - width) as u64, "column lies", "columns lie");
        texts.remarks.push(format!("{more} beyond the last column of the table."));
    }
    let columns: Vec<Column> = (texts.at.column..=bounds.last.column).filter_map(|index| grid.column(index)).collect();
    let places = texts.at.place..texts.at.place + texts.rows.len() as u32;
    let table = grid.table;
    spawn_local(async move {
        let rows = match table.rows_at(places).await {
            Ok(rows) => rows,
            Err(error) => return table.say.say(error.to_string()),
        };
        let plan = planned(&grid, &texts, &columns, rows);
        propose(grid, plan);
    });
}

fn planned(grid: &Grid, texts: &Texts, columns: &[Column], rows: Vec<Row>) -> Plan {
    let migration = grid.table.frame.overview.with_untracked(|overview| overview.migration.id.clone());
    let dates = columns.iter().position(|column| *column == Column::Date);
    let order =
        dates.and_then(|index| date_order(texts.rows.iter().filter_map(|row| row.get(index)).map(String::as_str)));
    let rows = with_surroundings(grid, order, |surroundings| {
        let paste = |(row, texts_of): (Row, &Vec<String>)| {
            let row = grid.edit.saves.ahead_now(&migration, row);
            let cells: Vec<(Column, &str)> = columns
                .iter()
                .copied()
                .zip(texts_of.iter().map(String::as_str))
                .filter(|(column, _)| (texts.only)(*column))
                .collect();
            let pasted = surroundings.paste(&row, &cells);
            (row, pasted)
        };
        rows.into_iter().zip(&texts.rows).map(paste).collect::<Vec<_>>()
    });
    let rows = rows.into_iter().filter(|(_, pasted)| *pasted != Pasted::default()).collect();
    Plan { verb: texts.verb, rows, remarks: texts.remarks.clone(), command: dom::new_command() }
}

fn propose(grid: Grid, plan: Plan) {
    if plan.rows.is_empty() && plan.remarks.is_empty() {
        return grid.table.say.say("Nothing changes: it is all so already.");
    }
    let quiet = plan.remarks.is_empty() && plan.rows.iter().all(|(_, pasted)| pasted.refused.is_empty());
    if let [(row, pasted)] = plan.rows.as_slice()
        && let ([change], [column]) = (pasted.changes.as_slice(), pasted.columns.as_slice())
        && let Some(field) = field_of(*column)
        && quiet
    {
        return grid.edit.save_directly(row.clone(), field, change.clone());
    }
    grid.paste.error.set(None);
    grid.paste.plan.set(Some(plan));
}

fn apply(grid: Grid) {
    let Paste { plan, busy, error } = grid.paste;
    let Some(planned) = plan.get_untracked().filter(|_| !busy.get_untracked()) else { return };
    let edits: Vec<RowEdit> = planned
        .rows
        .iter()
        .filter(|(_, pasted)| !pasted.changes.is_empty())
        .map(|(row, pasted)| RowEdit { account: row.number, changes: pasted.changes.clone() })
        .collect();
    if edits.is_empty() {
        return finish(grid, planned, Vec::new());
    }
    busy.set(true);
    error.set(None);
    let migration = grid.table.frame.overview.with_untracked(|overview| overview.migration.id.clone());
    spawn_local(async move {
        let answer = edit_cells(migration, planned.command.clone(), edits).await;
        if busy.try_set(false).is_some() {
            return;
        }
        match answer {
            Ok(outcomes) => finish(grid, planned, outcomes),
            Err(problem) => error.set(Some(problem)),
        }
    });
}

fn finish(grid: Grid, plan: Plan, outcomes: Vec<CellsOutcome>) {
    let table = grid.table;
    let mut refused = plan.refused();
    let rows: BTreeMap<_, _> = plan.rows.iter().map(|(row, pasted)| (row.number, (row, pasted))).collect();
    let mut saved = Vec::new();
    let mut changed = 0;
    for outcome in outcomes {
        match outcome {
            CellsOutcome::Saved { row, position } => {
                if let Some((before, pasted)) = rows.get(&row.number) {
                    changed += pasted.columns.len();
                    saved.push(((*before).clone(), row.clone(), position));
                }
                table.saved(row, Some(position));
            }
            CellsOutcome::NotSaved { account, reason, row } => {
                if let Some((before, pasted)) = rows.get(&account) {
                    refused.extend(pasted.columns.iter().map(|column| refused_cell(before, *column, reason.clone())));
                }
                if let Some(row) = row {
                    table.saved(row, None);
                }
            }
        }
    }
    table.undo.saved_many(&table, plan.verb, &saved, changed);
    let words = counted(changed as u64, "cell changed", "cells changed");
    table.say.say(match refused.len() {
        0 => words,
        count => format!("{words}, {} refused and marked", grouped(count as u64)),
    });
    table.refused.set(refused);
    grid.paste.plan.set(None);
    let cursor = grid.cursor();
    request_animation_frame(move || dom::focus_cell_later(super::grid::BODY, cursor));
}

fn with_surroundings<T>(
    grid: &Grid,
    order: Option<domain::import::dates::DateOrder>,
    act: impl FnOnce(&Surroundings<'_>) -> T,
) -> T {
    grid.table.frame.overview.with_untracked(|overview| {
        let people = colleagues(overview);
        let cohorts: Vec<_> = overview.cohorts.iter().map(|summary| summary.cohort.clone()).collect();
        let circumstances = |row: &Row| circumstances(overview, row, dom::now());
        let fields = &overview.migration.fields;
        act(&Surroundings { people: &people, cohorts: &cohorts, fields, circumstances: &circumstances, order })
    })
}

fn colleagues(overview: &Overview) -> Vec<Colleague> {
    let colleague = |person: &crate::api::migrations::Person| Colleague {
        id: person.id.clone(),
        name: person.name.clone(),
        email: person.email.clone(),
        active: person.active,
    };
    overview.people.iter().map(colleague).collect()
}

/// What a change of many cells would do, with the choice to do it; afterwards the way to its refused cells.
#[component]
pub fn PastePanel(grid: Grid) -> impl IntoView {
    let Paste { plan, busy, error } = grid.paste;
    let shown = Memo::new(move |_| plan.with(Option::is_some));
    Effect::new(move |_| {
        if shown.get() {
            request_animation_frame(|| dom::focus_id("paste-apply"));
        }
    });
    let cancel = move || {
        if !busy.get_untracked() {
            plan.set(None);
            dom::focus_cell_later(super::grid::BODY, grid.cursor());
        }
    };
    let panel = move || {
        plan.get().map(|plan| {
            let (changed, refused) = (plan.changed(), plan.refused());
            let remarks = plan.remarks.clone();
            let changes = preview(&grid, &plan);
            let refusals = refused.len();
            let sentence = format!(
                "{}, {} refused.",
                counted(changed as u64, "cell changes", "cells change"),
                grouped(refusals as u64)
            );
            let button = if changed == 0 { "Mark what is refused" } else { "Apply" };
            view! {
                <section class="paste-panel" role="dialog" aria-labelledby="paste-title" aria-describedby="paste-sum">
                    <h2 id="paste-title">{plan.verb}</h2>
                    <p id="paste-sum">
                        <b>{sentence}</b>
                    </p>
                    {(!remarks.is_empty()).then(|| view! {
                        <ul class="remarks">
                            {remarks.into_iter().map(|remark| view! { <li><Icon name="info" />{remark}</li> }).collect_view()}
                        </ul>
                    })}
                    <Refusals cells=refused />
                    {changes}
                    {move || error.get().map(|error| view! {
                        <p class="failed" role="alert">
                            <Icon name="alert" />
                            {error.to_string()}
                        </p>
                    })}
                    <div class="button-row">
                        <button
                            type="button"
                            id="paste-apply"
                            class="button primary"
                            aria-busy=move || busy.get().then_some("true")
                            on:click=move |_| apply(grid)
                        >
                            {move || if busy.get() { "Applying…" } else { button }}
                        </button>
                        <button type="button" class="button quiet" on:click=move |_| cancel()>
                            "Cancel"
                        </button>
                    </div>
                </section>
            }
        })
    };
    let table = grid.table;
    let marked = move || {
        let count = table.refused.with(Vec::len);
        (count > 0 && !shown.get()).then(|| {
            view! {
                <details class="refused-cells">
                    <summary>
                        <Icon name="alert" />
                        {counted(count as u64, "refused cell", "refused cells")}
                    </summary>
                    <Refusals cells=table.refused.get() />
                    <button type="button" class="button small" on:click=move |_| table.refused.set(Vec::new())>
                        "Dismiss"
                    </button>
                </details>
            }
        })
    };
    view! {
        <div on:keydown=move |event| {
            if event.key() == "Escape" {
                cancel();
            }
        }>{panel}</div>
        {marked}
    }
}

/// The first few changes, before and after.
fn preview(grid: &Grid, plan: &Plan) -> impl IntoView {
    const SHOWN: usize = 8;
    let lines: Vec<(String, String)> = with_surroundings(grid, None, |surroundings| {
        grid.table.frame.overview.with_untracked(|overview| {
            let line = |(row, pasted): &(Row, Pasted)| {
                let mut after = row.clone();
                for change in &pasted.changes {
                    after = change.expected(&after, &circumstances(overview, row, dom::now()));
                }
                let change = |column: &Column| {
                    let [before, after] = [row, &after].map(|row| surroundings.text(row, *column));
                    (
                        format!("{} of {}", column.heading(&overview.migration.fields), row.name),
                        format!("{} → {}", or_nothing(before), or_nothing(after)),
                    )
                };
                pasted.columns.iter().map(change).collect::<Vec<_>>()
            };
            plan.rows.iter().flat_map(line).take(SHOWN).collect()
        })
    });
    let more = plan.changed().saturating_sub(lines.len());
    (!lines.is_empty()).then(|| {
        view! {
            <dl class="paste-changes">
                {lines.into_iter().map(|(what, how)| view! { <div><dt>{what}</dt><dd>{how}</dd></div> }).collect_view()}
            </dl>
            {(more > 0).then(|| view! { <p class="soft">{format!("and {} more", grouped(more as u64))}</p> })}
        }
    })
}

fn or_nothing(text: String) -> String {
    if text.is_empty() { "nothing".to_owned() } else { text }
}

#[component]
fn Refusals(cells: Vec<RefusedCell>) -> impl IntoView {
    let more = cells.len().saturating_sub(LISTED_MAX);
    let fields = Frame::here().overview.with_untracked(|overview| overview.migration.fields.clone());
    let line = |cell: RefusedCell| {
        let where_ = format!("{} of {}", cell.column.heading(&fields), cell.name);
        view! {
            <li>
                <b>{where_}</b>
                " "
                {cell.reason}
            </li>
        }
    };
    (!cells.is_empty()).then(|| {
        view! {
            <ul class="refused-list">
                {cells.into_iter().take(LISTED_MAX).map(line).collect_view()}
                {(more > 0).then(|| view! { <li>{format!("and {} more", grouped(more as u64))}</li> })}
            </ul>
        }
    })
}
