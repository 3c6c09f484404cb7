//! One row of the table: a signal of its own, so that a change touches its cells only.

use super::edit::{Edit, EditField};
use super::presence::Here;
use super::saves::saving_mark;
use super::table::{Mark, Slot, Table};
use super::words;
use crate::components::avatar::Avatar;
use crate::components::date::short_day;
use crate::components::icon::Icon;
use chrono::NaiveDate;
use domain::account::Row;
use domain::custom::CustomValue;
use domain::notice::{RowNotices, Stage};
use domain::view::{Column, ValueKind};
use leptos::prelude::*;
use std::borrow::Cow;

/// The field that a click or Enter on a column's cell edits.
pub fn field_of(column: Column) -> Option<EditField> {
    match column {
        Column::Status => Some(EditField::Status),
        Column::Date => Some(EditField::Date),
        Column::Blocker => Some(EditField::Blocker),
        Column::Owner => Some(EditField::Owner),
        Column::Cohort => Some(EditField::Cohort),
        Column::Account
        | Column::Name
        | Column::Email
        | Column::Plan
        | Column::Region
        | Column::RollbackUntil
        | Column::Notified => None,
        Column::Custom(number) => Some(EditField::Custom(number)),
    }
}

/// The class of a column's cells.
pub fn class_of(column: Column) -> Cow<'static, str> {
    match column {
        Column::Account => Cow::Borrowed("id"),
        Column::Custom(_) => Cow::Borrowed("custom"),
        other => other.code(),
    }
}

/// The class of a column's cells, with where they stay when the first `pins` columns do.
pub fn pinned_class(column: Column, index: u8, pins: usize) -> String {
    let class = class_of(column);
    match usize::from(index) {
        index if index >= pins => class.into_owned(),
        index if index + 1 == pins => format!("{class} pin pin-{index} last-pin"),
        index => format!("{class} pin pin-{index}"),
    }
}

/// What is added to the class of a column of numbers, whose figures line up.
pub fn aligned(table: &Table, column: Column) -> &'static str {
    let kind = table.frame.overview.with_untracked(|overview| column.kind(&overview.migration.fields));
    if kind == Some(ValueKind::Number) { " figures" } else { "" }
}

/// A row. Which of its cells has the cursor or is selected is painted over it, see [`super::dom::paint`].
#[component]
pub fn TableRow(entry: Slot, table: Table, edit: Edit) -> impl IntoView {
    let Slot { place, row, mark } = entry;
    let (row, mark) = (RwSignal::from(row), RwSignal::from(mark));
    let number = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.number)));
    let edited = Memo::new(move |_| {
        let number = number.get()?;
        edit.target
            .with(|target| target.as_ref().filter(|target| target.row.number == number).map(|target| target.field))
    });
    let unsaved = Memo::new(move |_| number.get().map_or_else(Vec::new, |number| edit.unsaved(number)));
    let ticked = Memo::new(move |_| {
        number.get().is_some_and(|number| table.selected.with(|selected| selected.contains(number)))
    });
    let strayed = Memo::new(move |_| number.get().is_some_and(|number| table.strayed.get() == Some(number)));
    // There are hundreds of cells: each has as few effects as it can do with.
    let cells = move || {
        let (columns, pins) = (table.columns.get(), table.pins.get());
        columns
            .into_iter()
            .zip(0_u8..)
            .map(|(column, index)| {
                let field = field_of(column);
                let plain = pinned_class(column, index, pins) + aligned(&table, column);
                let class = move || {
                    let just = mark.with(|mark| mark.as_ref().is_some_and(|mark| mark.columns.contains(&column)));
                    let editing = field.is_some() && edited.get() == field;
                    let saving = unsaved.with(|unsaved| unsaved.iter().any(|(of, _)| Some(*of) == field));
                    let states =
                        [(field.is_some(), "editable"), (just, "just"), (editing, "editing"), (saving, "saving")];
                    let states = states.into_iter().filter(|(is, _)| *is);
                    states.fold(plain.clone(), |class, (_, state)| class + " " + state)
                };
                let inside = view! { <Content table row column /> {beside(mark, unsaved, column)} };
                // The first cell can be reached with Tab until the browser has taken over.
                let tabindex = if place == 0 && index == 0 { "0" } else { "-1" };
                if column == Column::Name {
                    view! {
                        <th
                            scope="row"
                            role="rowheader"
                            class=class
                            tabindex=tabindex
                            data-col=index.to_string()
                            aria-colindex=(index + 2).to_string()
                            aria-readonly="true"
                        >
                            {inside}
                            {move || strayed.get().then(|| view! { <span class="strayed-mark">"no longer in this view"</span> })}
                        </th>
                    }
                    .into_any()
                } else {
                    view! {
                        <td
                            role="gridcell"
                            class=class
                            tabindex=tabindex
                            data-col=index.to_string()
                            aria-colindex=(index + 2).to_string()
                            aria-readonly=field.is_none().then_some("true")
                        >
                            {inside}
                        </td>
                    }
                    .into_any()
                }
            })
            .collect_view()
    };
    let others = Memo::new(move |_| {
        let others = number.get().map_or_else(Vec::new, |number| table.presence.at(number));
        let named = |other: super::presence::Other| {
            let name = table.frame.overview.with(|overview| words::person(overview, &other.by));
            (other, name)
        };
        others.into_iter().map(named).collect::<Vec<_>>()
    });
    view! {
        <tr
            role="row"
            data-place=place.to_string()
            aria-rowindex=move || (table.lines.with(|lines| lines.of_row(place)) + 2).to_string()
            aria-selected=move || if ticked.get() { "true" } else { "false" }
            class=move || match (number.get().is_none(), strayed.get(), mark.with(Option::is_some)) {
                (true, ..) => "on-its-way",
                (_, true, false) => "strayed",
                (_, true, true) => "strayed changed",
                (_, false, true) => "changed",
                (_, false, false) => "",
            }
        >
            <td role="gridcell" class="pick" aria-colindex="1">
                <input
                    type="checkbox"
                    tabindex="-1"
                    aria-label=move || row.with(|row| row.as_ref().map(|row| format!("Select {}", row.name)))
                    prop:checked=move || ticked.get()
                    on:click=move |event| table.tick(place, event.shift_key())
                />
                <Here others />
            </td>
            {cells}
        </tr>
    }
}

/// What a cell shows.
#[component]
fn Content(table: Table, row: RwSignal<Option<Row>>, column: Column) -> impl IntoView {
    let overview = table.frame.overview;
    let text = move |read: fn(&Row) -> &str| {
        move || row.with(|row| row.as_ref().map_or_else(String::new, |row| read(row).to_owned()))
    };
    match column {
        Column::Account => text(|row| row.external_id.as_str()).into_any(),
        Column::Email => or_dash(row, |row| Some(row.email.clone()).filter(|email| !email.is_empty())).into_any(),
        Column::Custom(number) => or_dash(row, move |row| {
            Some(match row.custom.get(&number)? {
                CustomValue::Date(day) => day_view(*day, overview.with(|overview| overview.today)).into_any(),
                value => value.text().into_any(),
            })
        })
        .into_any(),
        Column::Plan => or_dash(row, |row| Some(row.plan.clone()).filter(|plan| !plan.is_empty())).into_any(),
        Column::Region => or_dash(row, |row| Some(row.region.clone()).filter(|region| !region.is_empty())).into_any(),
        Column::Name => (move || {
            row.with(|row| {
                let row = row.as_ref()?;
                let address = table.frame.address(&format!("accounts/{}", row.number));
                // The cell is what the keyboard moves between; Enter on it follows the link.
                let tabindex = table.awake.get().then_some("-1");
                Some(view! {
                    <a href=address tabindex=tabindex>{row.name.clone()}</a>
                    {flags(row.notices)}
                })
            })
        })
        .into_any(),
        Column::Cohort => or_dash(row, move |row| {
            row.cohort.map(|number| overview.with(|overview| words::cohort(overview, Some(number))))
        })
        .into_any(),
        Column::Status => (move || {
            row.with(|row| {
                let status = row.as_ref()?.state.status();
                let (class, shape) = (format!("state-word {}", status.css()), format!("#i-{}", status.css()));
                Some(view! {
                    <span class=class>
                        <svg class="icon" aria-hidden="true">
                            <use_ href=shape></use_>
                        </svg>
                        <span>{status.label()}</span>
                    </span>
                })
            })
        })
        .into_any(),
        Column::Date => or_dash(row, move |row| {
            let day = day_view(row.date()?, overview.with(|overview| overview.today));
            Some(view! { {day} {told(row.notices.stage)} })
        })
        .into_any(),
        Column::Blocker => or_dash(row, |row| {
            let blocker = row.state.blocker()?;
            let (kind, text) = (blocker.category.label(), blocker.text.clone());
            let whole = text.clone();
            Some(view! { <span title=whole><b>{kind}</b>" "{text}</span> })
        })
        .into_any(),
        Column::Owner => or_dash(row, move |row| {
            let id = row.owner.clone()?;
            let name = overview.with(|overview| words::person(overview, &id));
            Some(view! { <span class="who"><Avatar id name=name.clone() size="tiny" /><span>{name}</span></span> })
        })
        .into_any(),
        Column::Notified => (move || row.with(|row| row.as_ref().map(|row| row.notices.stage.label()))).into_any(),
        Column::RollbackUntil => or_dash(row, move |row| {
            let until = row.rollback_until_on?;
            let today = overview.with(|overview| overview.today);
            let text = short_day(until, today);
            Some(match (until - today).num_days() {
                // Less than two days are left: the icon tells it without the colour.
                0..2 => view! { <span class="soon"><Icon name="clock" />{text}</span> }.into_any(),
                ..0 => view! { <span class="past">"Ended "{text}</span> }.into_any(),
                _ => day_view(until, today).into_any(),
            })
        })
        .into_any(),
    }
}

fn day_view(day: NaiveDate, today: NaiveDate) -> impl IntoView {
    view! { <time datetime=day.to_string()>{short_day(day, today)}</time> }
}

/// Whether the customer knows the date, beside it: there is no room for a column of its own on a usual screen.
fn told(stage: Stage) -> Option<AnyView> {
    let shape = match stage {
        Stage::None => return None,
        Stage::Planned => "#i-clock",
        Stage::Notice | Stage::Reminder | Stage::Delay | Stage::Confirmed | Stage::Rollback => "#i-mail",
        Stage::Bounced | Stage::Suppressed => "#i-alert",
    };
    let class = format!("told {}", stage.code());
    Some(
        view! {
            <span class=class role="img" aria-label=stage.label() title=stage.label()>
                <svg class="icon" aria-hidden="true">
                    <use_ href=shape></use_>
                </svg>
            </span>
        }
        .into_any(),
    )
}

/// What somebody has to look after in an account, beside its name.
fn flags(notices: RowNotices) -> Option<AnyView> {
    let all = [
        (notices.escalated, "#i-bell", "Escalated: nobody has been notified"),
        (notices.follow_up, "#i-flag", "Follow up: a ticket came soon after the migration"),
        (notices.asks, "#i-mail", "The customer asked for something on their page"),
        (notices.promise_broken, "#i-alert", "The customer was told another date"),
    ];
    let raised: Vec<_> = all.into_iter().filter(|(raised, ..)| *raised).collect();
    (!raised.is_empty()).then(|| {
        let flag = |(_, shape, words): (bool, &'static str, &'static str)| {
            view! {
                <span class="flag" title=words>
                    <svg class="icon" aria-hidden="true">
                        <use_ href=shape></use_>
                    </svg>
                    <span class="visually-hidden">{words}</span>
                </span>
            }
        };
        raised.into_iter().map(flag).collect_view().into_any()
    })
}

/// A value, a faint dash where there is none, nothing while the row is on its way.
fn or_dash<V: IntoView + 'static>(
    row: RwSignal<Option<Row>>,
    read: impl Fn(&Row) -> Option<V> + Send + Sync + 'static,
) -> impl Fn() -> AnyView + Send + Sync + 'static {
    move || {
        row.with(|row| match row.as_ref().map(&read) {
            None => ().into_any(),
            Some(Some(value)) => value.into_any(),
            Some(None) => view! { <span class="none" role="img" aria-label="none">"–"</span> }.into_any(),
        })
    }
}

/// What stands beside a value: the initials of who has just changed it, and that one's own change is being saved.
fn beside(
    mark: RwSignal<Option<Mark>>,
    unsaved: Memo<Vec<(EditField, bool)>>,
    column: Column,
) -> impl Fn() -> Option<AnyView> + Send + Sync + 'static {
    let field = field_of(column);
    move || {
        let by = mark.with(|mark| {
            let mark = mark.as_ref().filter(|mark| mark.columns.contains(&column))?;
            Some((mark.by.clone(), mark.name.clone()))
        });
        let saving = field.and_then(|field| unsaved.with(|unsaved| saving_mark(unsaved, field)));
        if by.is_none() && saving.is_none() {
            return None;
        }
        let by = by.map(|(id, name)| {
            let words = format!("just changed by {name}");
            let tip = words.clone();
            view! {
                <span class="by" title=tip>
                    <Avatar id name size="tiny" />
                    <span class="visually-hidden">{words}</span>
                </span>
            }
        });
        Some(view! { {by} {saving} }.into_any())
    }
}
