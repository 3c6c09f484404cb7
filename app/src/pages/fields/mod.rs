//! The custom fields of a migration, on its page of settings: the list in order, adding, changing, retiring.

mod form;
mod line;
mod retire;

use crate::api::ApiError;
use crate::api::fields::{OrderField, RetireField};
use crate::components::empty::Empty;
use crate::components::form::{FormError, failure, on_success};
use crate::components::icon::Icon;
use crate::components::number::counted;
use crate::components::problem::leave_when_signed_out;
use crate::pages::accounts::dom;
use crate::pages::migration::Frame;
use domain::custom::{CustomField, FIELDS_MAX};
use domain::id::{FieldNumber, MigrationId};
use domain::policy::Action;
use form::FieldDialog;
use leptos::prelude::*;
use line::{FieldLine, RetiredLine};
use retire::RetireDialog;

/// What the lines share: what they may ask for, and whom to ask.
#[derive(Clone, Copy)]
struct Fields {
    /// All fields in their order, retired ones included.
    all: Memo<Vec<CustomField>>,
    may_manage: bool,
    /// Opens the form: for this field, or for a new one.
    edit: Callback<Option<FieldNumber>>,
    /// Puts a field before (-1) or after (1) its neighbour among those in use.
    step: Callback<(FieldNumber, i8)>,
    /// Opens the question before a field is retired.
    ask: Callback<CustomField>,
    bring_back: Callback<FieldNumber>,
}

impl Fields {
    fn find(&self, number: FieldNumber) -> Option<CustomField> {
        self.all.with(|all| all.iter().find(|field| field.number == number).cloned())
    }

    fn numbers(&self, retired: bool) -> Vec<FieldNumber> {
        self.all.with(|all| all.iter().filter(|field| field.retired == retired).map(|field| field.number).collect())
    }
}

/// The fields that this migration adds to its account table. Leads change them, others read.
#[component]
pub fn FieldsCard(frame: Frame) -> impl IntoView {
    let may_manage = frame.overview.with_untracked(|overview| overview.me.may(Action::ManageFields));
    let all = Memo::new(move |_| frame.overview.with(|overview| overview.migration.fields.clone()));
    let migration = move || frame.overview.with_untracked(|overview| overview.migration.id.clone());

    let form_open = RwSignal::new(false);
    let edited = RwSignal::new(None);
    let edit = Callback::new(move |field| {
        edited.set(field);
        form_open.set(true);
    });
    let Ordering { step, words: moved, error: order_error } = ordering(frame, all, migration);
    let retiring = ServerAction::<RetireField>::new();
    let retire_error = failure(retiring);
    leave_when_signed_out(retire_error);
    let asked = RwSignal::new(None::<CustomField>);
    on_success(retiring, move |()| {
        asked.set(None);
        frame.refetch.run(());
    });
    let retire = move |field: FieldNumber, retired: bool| {
        retiring.dispatch(RetireField { migration: migration(), field, retired });
    };
    let ask = Callback::new(move |field| {
        retiring.clear();
        asked.set(Some(field));
    });
    let bring_back = Callback::new(move |field| retire(field, false));

    let fields = Fields { all, may_manage, edit, step, ask, bring_back };
    let numbers = Memo::new(move |_| fields.numbers(false));
    let retired = Memo::new(move |_| fields.numbers(true));
    let full = move || all.with(|all| all.len() >= FIELDS_MAX);
    // A refusal of the question stands in the question.
    let list_error = Signal::derive(move || {
        let of_retiring = retire_error.get().filter(|_| asked.with(Option::is_none));
        order_error.get().or(of_retiring)
    });
    view! {
        <section class="panel" id="fields" aria-labelledby="fields-heading">
            <div class="panel-head">
                <h2 id="fields-heading">"Fields"</h2>
                {if may_manage {
                    view! { <AddButton edit disabled=Signal::derive(full) /> }.into_any()
                } else {
                    view! { <p class="soft">"A lead or an admin can change them."</p> }.into_any()
                }}
            </div>
            <div class="panel-body">
                <p class="soft">
                    "Columns of this migration's own, such as a contract tier or a kick-off call: in the table, on the page of each \
                    account, in imports and exports. They stand in this order."
                </p>
                {move || full().then(|| view! {
                    <p>{format!("There are {FIELDS_MAX} fields, retired ones included: no more can be added. Bring a retired one back instead.")}</p>
                })}
                <FormError error=list_error />
                <Show when=move || numbers.read().is_empty()>
                    <Empty
                        icon="columns"
                        title="No fields yet"
                        text="Add one for what your team has to know of each account and Landbridge does not ask for."
                    />
                </Show>
                <ol class="field-list" hidden=move || numbers.read().is_empty()>
                    <For each=move || numbers.get() key=|number| *number let(number)>
                        <FieldLine number fields />
                    </For>
                </ol>
                <details class="retired-fields" hidden=move || retired.read().is_empty()>
                    <summary>{move || counted(retired.read().len() as u64, "retired field", "retired fields")}</summary>
                    <ul class="field-list">
                        <For each=move || retired.get() key=|number| *number let(number)>
                            <RetiredLine number fields />
                        </For>
                    </ul>
                </details>
                <p class="visually-hidden" role="status">
                    {moved}
                </p>
            </div>
        </section>
        {may_manage.then(|| view! {
            <FieldDialog frame edited open=form_open />
            <RetireDialog
                asked
                pending=retiring.pending()
                error=retire_error
                on_confirm=Callback::new(move |number| retire(number, true))
            />
        })}
    }
    .into_any()
}

/// Moving a field in the order.
struct Ordering {
    step: Callback<(FieldNumber, i8)>,
    /// Where the field is now, for a screen reader.
    words: RwSignal<String>,
    error: Signal<Option<ApiError>>,
}

fn ordering(
    frame: Frame,
    all: Memo<Vec<CustomField>>,
    migration: impl Fn() -> MigrationId + Copy + Send + Sync + 'static,
) -> Ordering {
    let ordering = ServerAction::<OrderField>::new();
    let error = failure(ordering);
    leave_when_signed_out(error);
    on_success(ordering, move |()| frame.refetch.run(()));
    let words = RwSignal::new(String::new());
    let pressed = StoredValue::new(None::<(FieldNumber, i8)>);
    let step = Callback::new(move |(number, by): (FieldNumber, i8)| {
        if ordering.pending().get_untracked() {
            return;
        }
        let Some(position) = all.with_untracked(|all| position_of_neighbour(all, number, by)) else { return };
        pressed.set_value(Some((number, by)));
        ordering.dispatch(OrderField { migration: migration(), field: number, position });
    });
    // The line was taken out of the document and put in elsewhere, so its button has lost the focus.
    Effect::new(move |before: Option<Vec<FieldNumber>>| {
        let order: Vec<FieldNumber> =
            all.with(|all| all.iter().filter(|field| !field.retired).map(|field| field.number).collect());
        if before.is_some_and(|before| before != order)
            && let Some((number, by)) = pressed.try_update_value(Option::take).flatten()
            && let Some(place) = order.iter().position(|other| *other == number)
        {
            let label = all.with_untracked(|all| domain::custom::field_of(all, number).map(label_of));
            words.set(format!("{} is field {} of {} now", label.unwrap_or_default(), place + 1, order.len()));
            request_animation_frame(move || dom::focus_id(&line::step_id(number, by)));
        }
        order
    });
    Ordering { step, words, error }
}

fn label_of(field: &CustomField) -> String {
    field.settings.label.clone()
}

/// Where in the whole order the neighbour among the fields in use stands; `None` at the end of the list.
fn position_of_neighbour(all: &[CustomField], number: FieldNumber, by: i8) -> Option<u16> {
    let place = all.iter().position(|field| field.number == number)?;
    let in_use = |place: &usize| !all[*place].retired;
    let neighbour = match by {
        ..0 => (0..place).rev().find(in_use),
        _ => (place + 1..all.len()).find(in_use),
    };
    neighbour.and_then(|place| u16::try_from(place).ok())
}

#[component]
fn AddButton(edit: Callback<Option<FieldNumber>>, disabled: Signal<bool>) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button primary"
            aria-haspopup="dialog"
            aria-disabled=move || disabled.get().then_some("true")
            on:click=move |_| {
                if !disabled.get_untracked() {
                    edit.run(None);
                }
            }
        >
            <Icon name="plus" />
            "Field"
        </button>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::custom::{CustomKind, FieldSettings};

    #[test]
    fn a_step_goes_past_retired_fields() {
        let field = |number: u16, retired: bool| {
            let settings = FieldSettings { label: "x".into(), kind: CustomKind::Text, required: false, default: None };
            CustomField { number: FieldNumber(number), settings, retired }
        };
        let all = [field(4, true), field(1, false), field(2, true), field(3, false)];
        assert_eq!(position_of_neighbour(&all, FieldNumber(1), 1), Some(3));
        assert_eq!(position_of_neighbour(&all, FieldNumber(3), -1), Some(1));
        assert_eq!(position_of_neighbour(&all, FieldNumber(1), -1), None);
        assert_eq!(position_of_neighbour(&all, FieldNumber(3), 1), None);
        assert_eq!(position_of_neighbour(&all, FieldNumber(9), 1), None);
    }
}
