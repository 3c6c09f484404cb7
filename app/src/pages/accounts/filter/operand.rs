//! What a condition compares with: a control for each kind of value.

use super::builder::Build;
use super::draft::{PartId, RowDraft, takes_value};
use super::words;
use crate::api::migrations::Overview;
use crate::pages::accounts::query::toggled;
use domain::blocker::BlockerCategory;
use domain::custom::{CustomKind, field_of};
use domain::notice::Stage;
use domain::status::Status;
use domain::view::{Column, OPERAND_MAX, TestKind, VALUES_MAX, ValueKind};
use leptos::prelude::*;

/// The controls for the value of one condition; made anew when its column or comparison changes.
#[component]
pub fn Operand(work: Build, id: PartId, row: Memo<Option<RowDraft>>, describes: String) -> impl IntoView {
    let shape = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| (row.column, row.test))));
    move || {
        let (column, test) = shape.get()?;
        let kind = work.frame.overview.with_untracked(|overview| column.kind(&overview.migration.fields));
        let describes = describes.clone();
        let values = matches!(test, TestKind::Is | TestKind::IsNot);
        Some(match kind {
            _ if !takes_value(test) => ().into_any(),
            Some(ValueKind::Choice) if values => view! { <Choices work id row column describes /> }.into_any(),
            Some(ValueKind::Flag) if values => view! { <YesOrNo work id row describes /> }.into_any(),
            _ if values => view! { <Lines work id row describes /> }.into_any(),
            _ => view! { <Single work id row test describes /> }.into_any(),
        })
    }
}

fn operand(row: Memo<Option<RowDraft>>) -> impl Fn() -> String + Copy + Send + Sync {
    move || row.with(|row| row.as_ref().and_then(|row| row.operands.first().cloned()).unwrap_or_default())
}

/// One text, number or day.
#[component]
fn Single(work: Build, id: PartId, row: Memo<Option<RowDraft>>, test: TestKind, describes: String) -> impl IntoView {
    let value = operand(row);
    let days = matches!(test, TestKind::NextDays | TestKind::LastDays);
    let kind = match test {
        TestKind::On | TestKind::Before | TestKind::After => "date",
        _ if days => "number",
        _ => "text",
    };
    let number = matches!(test, TestKind::AtLeast | TestKind::AtMost);
    view! {
        <span class="single">
            <input
                class="input"
                type=kind
                aria-label=if days { "Days" } else { "Value" }
                aria-describedby=describes
                min=days.then_some("0")
                max=days.then_some("3660")
                inputmode=number.then_some("decimal")
                maxlength=OPERAND_MAX.to_string()
                autocomplete="off"
                value=untrack(value)
                prop:value=value
                on:input=move |event| work.type_operands(id, vec![event_target_value(&event)])
            />
            {days.then_some("days")}
        </span>
    }
}

/// Several texts or numbers, each on its line, so that a column of a spreadsheet can be pasted.
#[component]
fn Lines(work: Build, id: PartId, row: Memo<Option<RowDraft>>, describes: String) -> impl IntoView {
    let text = move || row.with(|row| row.as_ref().map(|row| row.operands.join("\n")).unwrap_or_default());
    let lines = move || row.with(|row| row.as_ref().map_or(1, |row| row.operands.len().clamp(1, 6)));
    let longest = (OPERAND_MAX + 1) * VALUES_MAX;
    view! {
        <textarea
            class="input"
            aria-label="Values, one on each line"
            aria-describedby=describes
            placeholder="One on each line"
            rows=move || lines().to_string()
            maxlength=longest.to_string()
            prop:value=text
            on:input=move |event| {
                let typed = event_target_value(&event);
                work.type_operands(id, typed.split('\n').map(str::to_owned).collect());
            }
        >
            {untrack(text)}
        </textarea>
    }
}

#[component]
fn YesOrNo(work: Build, id: PartId, row: Memo<Option<RowDraft>>, describes: String) -> impl IntoView {
    let value = operand(row);
    let option = move |code: &'static str, word: &'static str| {
        view! {
            <option value=code selected=untrack(value) == code prop:selected=move || value() == code>
                {word}
            </option>
        }
    };
    view! {
        <select
            class="input"
            aria-label="Value"
            aria-describedby=describes
            on:change=move |event| work.set_operands(id, vec![event_target_value(&event)])
        >
            {option("", "Choose …")}
            {option("yes", "Yes")}
            {option("no", "No")}
        </select>
    }
}

/// Boxes to tick.
#[component]
fn Choices(work: Build, id: PartId, row: Memo<Option<RowDraft>>, column: Column, describes: String) -> impl IntoView {
    let chosen = untrack(|| row.with(|row| row.as_ref().map(|row| row.operands.clone()).unwrap_or_default()));
    let boxes = work.frame.overview.with_untracked(|overview| choices(overview, column, &chosen));
    let boxes = boxes.into_iter().map(|(code, word)| {
        let asked = code.clone();
        let on = move || row.with(|row| row.as_ref().is_some_and(|row| row.operands.contains(&asked)));
        let checked = untrack(on.clone());
        view! {
            <label class="choice">
                <input
                    type="checkbox"
                    checked=checked
                    prop:checked=on
                    on:change=move |_| {
                        let now = row.with_untracked(|row| row.as_ref().map(|row| row.operands.clone()));
                        work.set_operands(id, toggled(&now.unwrap_or_default(), &code));
                    }
                />
                {word}
            </label>
        }
    });
    view! {
        <div class="values" role="group" aria-label="Values" aria-describedby=describes>
            {boxes.collect_view()}
        </div>
    }
}

/// The values that a column can have, as code and word; and those that were chosen when it still could.
fn choices(overview: &Overview, column: Column, chosen: &[String]) -> Vec<(String, String)> {
    let mut codes: Vec<String> = match column {
        Column::Status => Status::ALL.iter().map(|status| status.code().to_owned()).collect(),
        Column::Blocker => BlockerCategory::ALL.iter().map(|category| category.code().to_owned()).collect(),
        Column::Notified => Stage::ALL.iter().map(|stage| stage.code().to_owned()).collect(),
        Column::Cohort => overview.cohorts.iter().map(|summary| summary.cohort.number.to_string()).collect(),
        Column::Owner => {
            let others = overview.people.iter().map(|person| &person.id).filter(|id| **id != overview.me.id);
            std::iter::once(&overview.me.id).chain(others).map(ToString::to_string).collect()
        }
        Column::Custom(number) => match field_of(&overview.migration.fields, number).map(|f| &f.settings.kind) {
            Some(CustomKind::Select { options }) => options.clone(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    if matches!(column, Column::Cohort | Column::Owner) {
        codes.push(String::new());
    }
    codes.extend(chosen.iter().filter(|code| !codes.contains(code)).cloned().collect::<Vec<_>>());
    let word = |code: &String| match (column, code.as_str()) {
        (Column::Cohort | Column::Owner, "") => words::group(overview, column, "", ""),
        _ => words::value(overview, column, code),
    };
    codes.iter().map(|code| (code.clone(), word(code))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::FieldNumber;

    #[test]
    fn what_was_chosen_can_be_taken_out_even_if_it_is_an_option_no_more() {
        let overview = words::tests::overview();
        let tier = choices(&overview, Column::Custom(FieldNumber(1)), &["Bronze".to_owned(), "Gold".to_owned()]);
        let codes: Vec<_> = tier.iter().map(|(code, _)| code.as_str()).collect();
        assert_eq!(codes, ["Gold", "Silver", "Bronze"]);
    }

    #[test]
    fn the_reader_comes_first_and_nobody_can_be_chosen() {
        let owners = choices(&words::tests::overview(), Column::Owner, &[]);
        let shown: Vec<_> = owners.iter().map(|(code, word)| (code.as_str(), word.as_str())).collect();
        assert_eq!(shown, [("ines", "Me"), ("jonas", "Jonas"), ("", "Nobody")]);
    }
}
