//! The cohorts of a migration in their order: how far each is, and the buttons that move it.

mod card;
mod form;

use crate::api::cohorts::{MoveCohort, OrderCohort};
use crate::components::empty::Empty;
use crate::components::form::{FormError, failure, on_success};
use crate::components::icon::Icon;
use crate::components::notice::{Notice, Tone};
use crate::components::problem::leave_when_signed_out;
use crate::components::reason_dialog::{Question, ReasonDialog};
use crate::pages::migration::Frame;
use card::CohortCard;
use domain::cohort::{Cohort, CohortStage};
use domain::id::CohortNumber;
use domain::migration::MigrationStage;
use domain::policy::Action;
use form::CohortDialog;
use leptos::prelude::*;
use leptos_meta::Title;

/// What the cards of the page share: what they may ask for, and whom to ask.
#[derive(Clone, Copy)]
struct Page {
    frame: Frame,
    may_manage: bool,
    may_move: bool,
    /// Opens the form: for this cohort, or for a new one.
    edit: Callback<Option<CohortNumber>>,
    /// Opens the question before a cohort gets this stage.
    ask: Callback<(Cohort, CohortStage)>,
    /// Puts a cohort at another place.
    order: Callback<(CohortNumber, u16)>,
}

/// All cohorts, first to last.
#[component]
pub fn CohortsPage() -> impl IntoView {
    let Some(frame) = use_context::<Frame>() else { return ().into_any() };
    let may = |action| frame.overview.with_untracked(|overview| overview.me.may(action));
    let (may_manage, may_move) = (may(Action::ManageCohorts), may(Action::MoveCohorts));
    let migration_id = move || frame.overview.with_untracked(|overview| overview.migration.id.clone());

    let form_open = RwSignal::new(false);
    let edited = RwSignal::new(None);
    let edit = Callback::new(move |cohort| {
        edited.set(cohort);
        form_open.set(true);
    });

    let moving = ServerAction::<MoveCohort>::new();
    let move_error = failure(moving);
    leave_when_signed_out(move_error);
    let question = RwSignal::new(None);
    let target = StoredValue::new(None::<(CohortNumber, CohortStage)>);
    on_success(moving, move |()| {
        question.set(None);
        frame.refetch.run(());
    });
    let ask = Callback::new(move |(cohort, to): (Cohort, CohortStage)| {
        moving.clear();
        target.set_value(Some((cohort.number, to)));
        question.set(Some(question_of(&cohort, to)));
    });
    let confirm = move |reason| {
        if let Some((cohort, to)) = target.get_value() {
            moving.dispatch(MoveCohort { migration: migration_id(), cohort, to, reason });
        }
    };

    let ordering = ServerAction::<OrderCohort>::new();
    let order_error = failure(ordering);
    leave_when_signed_out(order_error);
    on_success(ordering, move |()| frame.refetch.run(()));
    let order = Callback::new(move |(cohort, position)| {
        ordering.dispatch(OrderCohort { migration: migration_id(), cohort, position });
    });

    let page = Page { frame, may_manage, may_move, edit, ask, order };
    let numbers = Memo::new(move |_| {
        frame.overview.with(|overview| overview.cohorts.iter().map(|summary| summary.cohort.number).collect::<Vec<_>>())
    });
    view! {
        <Title text=move || format!("Cohorts · {}", frame.overview.read().migration.settings.name) />
        <div class="page">
            <div class="page-head">
                <h1>"Cohorts"</h1>
                {may_manage.then(|| view! { <AddButton edit /> })}
                <p>
                    "Accounts that migrate together, in this order. "
                    {(!may_move).then_some("A lead or an admin can start, halt and change them.")}
                </p>
            </div>
            <MigrationHint frame />
            <FormError error=order_error />
            <Show when=move || numbers.read().is_empty() fallback=|| ()>
                <Empty
                    icon="group"
                    title="No cohorts yet"
                    text="Accounts without a cohort can start as soon as the migration runs. Cohorts let you begin with a few."
                />
            </Show>
            <ol class="cohort-list">
                <For each=move || numbers.get() key=|number| *number let(number)>
                    <CohortCard number page />
                </For>
            </ol>
        </div>
        <ReasonDialog id="move-cohort" question on_confirm=confirm pending=moving.pending() error=move_error />
        {may_manage.then(|| view! { <CohortDialog frame edited open=form_open /> })}
    }
    .into_any()
}

#[component]
fn AddButton(edit: Callback<Option<CohortNumber>>) -> impl IntoView {
    view! {
        <button type="button" class="button primary" aria-haspopup="dialog" on:click=move |_| edit.run(None)>
            <Icon name="plus" />
            "Cohort"
        </button>
    }
    .into_any()
}

/// Running cohorts do nothing while their migration does not run: says so.
#[component]
fn MigrationHint(frame: Frame) -> impl IntoView {
    let hint = Memo::new(move |_| {
        frame.overview.with(|overview| {
            let running = overview.cohorts.iter().any(|summary| summary.cohort.stage == CohortStage::Running);
            (running && overview.migration.stage != MigrationStage::Running)
                .then(|| (overview.migration.stage.label(), overview.migration.settings.slug.clone()))
        })
    });
    move || {
        hint.get().map(|(stage, slug)| view! {
            <Notice tone=Tone::Warning>
                <p>
                    {format!("The migration is {stage}, so no account can start, whatever the stage of its cohort. ")}
                    <a href=format!("/m/{slug}/settings")>"Settings"</a>
                </p>
            </Notice>
        })
    }
}

fn question_of(cohort: &Cohort, to: CohortStage) -> Question {
    let verb = to.verb(cohort.stage);
    let (effect, reason) = match to {
        CohortStage::Running => ("Its accounts can start from now on, while the migration is running.", ""),
        CohortStage::Halted => (
            "From now on no account of this cohort can start. Those in progress may finish, block or roll back. \
             Other cohorts go on. You can resume at any time.",
            "Halted to look into a problem.",
        ),
        CohortStage::Closed => {
            ("No account of this cohort can start any more, and a closed cohort cannot be opened again.", "")
        }
        CohortStage::Planned => ("", ""),
    };
    Question {
        title: format!("{verb} {}?", cohort.label()),
        effect: effect.to_owned(),
        verb: if to == CohortStage::Halted { "Halt now".to_owned() } else { format!("{verb} the cohort") },
        reason: reason.to_owned(),
        danger: matches!(to, CohortStage::Halted | CohortStage::Closed),
    }
}
