//! What each column of the file becomes, and what comes first in its dates.

use super::work::Work;
use crate::api::imports::{ColumnView, DateQuestion};
use crate::components::browser;
use crate::components::icon::Icon;
use domain::import::dates::DateOrder;
use domain::import::own_fields::NewKind;
use domain::import::target::Target;
use domain::policy::Action;
use leptos::prelude::*;

/// The columns of the file with what they become.
#[component]
pub fn ColumnsPanel(work: Work) -> impl IntoView {
    let count = work.import.with_untracked(|import| import.columns.len());
    let used = move || work.import.with(|import| format!("{} of {} used", import.mapping.used(), import.columns.len()));
    view! {
        <section class="panel mapping" id="columns" aria-labelledby="mapping-title">
            <header class="panel-head">
                <h2 id="mapping-title">"Columns"</h2>
                <span class="soft">{used}</span>
            </header>
            <AsLastTime work />
            <div class="scroll" role="region" aria-label="Table of the columns" tabindex="0">
                <table class="mapping-table">
                    <thead>
                        <tr>
                            <th scope="col">"In the file"</th>
                            <th scope="col">"First values"</th>
                            <th scope="col">"Becomes"</th>
                            <th scope="col">"Matched"</th>
                        </tr>
                    </thead>
                    <tbody>{(0..count).map(|index| view! { <Line work index /> }).collect_view()}</tbody>
                </table>
            </div>
            <p class="panel-foot soft">"Cells that are empty in the file leave the value as it is."</p>
        </section>
    }
}

/// Says that an earlier mapping was taken over, and offers to do without it.
#[component]
fn AsLastTime(work: Work) -> impl IntoView {
    let remembered = Memo::new(move |_| work.import.with(|import| import.remembered.clone()));
    let anew = move |_| {
        let proposed =
            remembered.with_untracked(|remembered| remembered.as_ref().and_then(|before| before.anew.clone()));
        if let Some(proposed) = proposed {
            work.answer(|mapping| *mapping = proposed);
        }
    };
    view! {
        <div role="status">
            {move || {
                remembered.get().map(|before| view! {
                    <div class="as-last-time">
                        <p>
                            <Icon name="clock" />
                            <span>{before.words}</span>
                        </p>
                        {before.anew.is_some().then(|| view! {
                            <button type="button" class="button small" on:click=anew>
                                "Map anew"
                            </button>
                        })}
                    </div>
                })
            }}
        </div>
    }
}

#[component]
fn Line(work: Work, index: usize) -> impl IntoView {
    let column = Memo::new(move |_| work.import.with(|import| import.columns.get(index).cloned()));
    let chosen = Memo::new(move |_| work.import.with(|import| import.mapping.columns.get(index).copied().flatten()));
    let (header, samples) = column.with_untracked(|column| {
        column.as_ref().map(|column| (column.header.clone(), column.samples.join(" · "))).unwrap_or_default()
    });
    let how = move || column.with(|column| column.as_ref().map(|column| matched_words(column, chosen.get())));
    let id = format!("column-{index}");
    view! {
        <tr class:ignored=move || chosen.get().is_none()>
            <th scope="row">
                <label for=id.clone()>{header.clone()}</label>
            </th>
            <td class="sample">{samples}</td>
            <td class="to">
                <Icon name="arrow" />
                <TargetSelect work index chosen id />
                {move || matches!(chosen.get(), Some(Target::New(_))).then(|| view! { <span class="tag">"Added at the commit"</span> })}
                {move || (chosen.get() == Some(Target::ExternalId)).then(|| view! { <span class="tag">"Key"</span> })}
                <Question work index column />
            </td>
            <td class="how">{how}</td>
        </tr>
    }
}

fn matched_words(column: &ColumnView, chosen: Option<Target>) -> &'static str {
    match (chosen, column.matched) {
        (None, _) => "–",
        (Some(_), Some(matched)) => matched.label(),
        (Some(_), None) => "By you",
    }
}

#[component]
fn TargetSelect(work: Work, index: usize, chosen: Memo<Option<Target>>, id: String) -> impl IntoView {
    let choose = move |target: Option<Target>| {
        work.answer(|mapping| {
            if let Some(column) = mapping.columns.get_mut(index) {
                *column = target;
            }
        });
    };
    // What was chosen before the page came alive counts.
    let field = id.clone();
    Effect::new(move |_| {
        if let Some(typed) = browser::typed(&field) {
            let target = Target::from_code(&typed);
            if target != chosen.get_untracked() {
                choose(target);
            }
        }
    });
    let first = chosen.get_untracked();
    let option = move |target: Target, words: String| {
        view! { <option value=target.code() selected=first == Some(target)>{words}</option> }
    };
    let options = Target::ALL.iter().map(|target| option(*target, target.label().to_owned()));
    let own: Vec<_> = work.frame.overview.with_untracked(|overview| {
        let fields = overview.migration.live_fields();
        fields.map(|field| option(Target::Custom(field.number), field.settings.label.clone())).collect()
    });
    let may_add = work.frame.overview.with_untracked(|overview| overview.me.may(Action::ManageFields));
    let guess = work.import.with_untracked(|import| import.columns.get(index).map(|column| column.guess));
    let new = NewKind::ALL.into_iter().map(|kind| {
        let hint = if guess == Some(kind) { " (suggested)" } else { "" };
        option(Target::New(kind), format!("New field: {}{hint}", kind.label()))
    });
    view! {
        <select
            class="input"
            id=id
            autocomplete="off"
            prop:value=move || chosen.get().map(|target| target.code().into_owned()).unwrap_or_default()
            on:change=move |event| choose(Target::from_code(&event_target_value(&event)))
        >
            <option value="" selected=first.is_none()>"Do not import"</option>
            {options.collect_view()}
            {(!own.is_empty()).then(|| view! { <optgroup label="Custom fields">{own}</optgroup> })}
            {may_add.then(|| view! { <optgroup label="Add a custom field">{new.collect_view()}</optgroup> })}
        </select>
    }
}

/// Asks what comes first in dates that can be read both ways.
#[component]
fn Question(work: Work, index: usize, column: Memo<Option<ColumnView>>) -> impl IntoView {
    let question = Memo::new(move |_| column.with(|column| column.as_ref().and_then(|column| column.question.clone())));
    let answer =
        Memo::new(move |_| work.import.with(|import| import.mapping.date_orders.get(index).copied().flatten()));
    let choice = move |order: DateOrder, example: String| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name=format!("order-{index}")
                    value=order.code()
                    autocomplete="off"
                    checked=answer.get_untracked() == Some(order)
                    on:change=move |_| {
                        work.answer(|mapping| {
                            if let Some(answer) = mapping.date_orders.get_mut(index) {
                                *answer = Some(order);
                            }
                        })
                    }
                />
                <span>{order.label()} ": " {example}</span>
            </label>
        }
    };
    move || {
        question.get().map(|DateQuestion { text, day_first, month_first, .. }| {
            view! {
                <fieldset class="date-question" class:open=move || answer.get().is_none()>
                    <legend>{text}</legend>
                    {choice(DateOrder::DayFirst, day_first)} {choice(DateOrder::MonthFirst, month_first)}
                </fieldset>
            }
        })
    }
}
