//! The cohorts of a migration: in their order with the buttons that move each, as a timeline of windows, and as a calendar.

mod card;
mod form;
mod month;
mod moving;
mod split;
mod timeline;

pub use split::SplitEntry;

use crate::api::cohorts::{MoveCohort, OrderCohort};
use crate::components::empty::Empty;
use crate::components::form::{FormError, failure, on_success};
use crate::components::icon::Icon;
use crate::components::notice::{Notice, Tone};
use crate::components::problem::leave_when_signed_out;
use crate::components::promises::PromisesKept;
use crate::components::reason_dialog::{Question, ReasonDialog};
use crate::pages::migration::Frame;
use card::CohortCard;
use domain::calendar::Shift;
use domain::cohort::{Cohort, CohortStage};
use domain::id::CohortNumber;
use domain::migration::MigrationStage;
use domain::policy::Action;
use form::CohortDialog;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_query_map};
use month::{MonthView, month_of};
use moving::{MoveDialog, Mover};
use timeline::TimelineView;

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
    /// Opens the planning of its dates.
    plan: Callback<CohortNumber>,
}

/// How the cohorts are shown; in the address as `?as=timeline`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    List,
    Timeline,
    Calendar,
}

impl Shape {
    const ALL: [Shape; 3] = [Shape::List, Shape::Timeline, Shape::Calendar];

    fn code(self) -> &'static str {
        match self {
            Shape::List => "list",
            Shape::Timeline => "timeline",
            Shape::Calendar => "calendar",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Shape::List => "List",
            Shape::Timeline => "Timeline",
            Shape::Calendar => "Calendar",
        }
    }

    fn icon(self) -> &'static str {
        match self {
            Shape::List => "rows",
            Shape::Timeline => "group",
            Shape::Calendar => "calendar",
        }
    }

    fn from_code(code: &str) -> Shape {
        Shape::ALL.into_iter().find(|shape| shape.code() == code).unwrap_or(Shape::List)
    }
}

/// What the address asks for: the shape, and the month of the calendar.
type Asked = (Shape, Option<String>);

/// What the present address asks for. While it is already that of another page, this stays what it was.
fn use_asked() -> Memo<Asked> {
    let location = use_location();
    let own_path = location.pathname.get_untracked();
    let query = use_query_map();
    Memo::new(move |before: Option<&Asked>| match before {
        Some(before) if location.pathname.with(|path| *path != own_path) => before.clone(),
        _ => query.with(|query| (Shape::from_code(&query.get("as").unwrap_or_default()), query.get("month"))),
    })
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

    let mover = Mover::new(frame);
    let plan = Callback::new(move |cohort| mover.ask(cohort, Shift::default(), None));
    let page = Page { frame, may_manage, may_move, edit, ask, order, plan };
    let asked = use_asked();
    let shape = Memo::new(move |_| asked.read().0);
    let month = Memo::new(move |_| {
        let today = frame.overview.with(|overview| overview.today);
        asked.with(|(_, month)| month_of(month.as_deref(), today))
    });
    let numbers = Memo::new(move |_| {
        frame.overview.with(|overview| overview.cohorts.iter().map(|summary| summary.cohort.number).collect::<Vec<_>>())
    });
    view! {
        <Title text=move || format!("Cohorts · {}", frame.overview.read().migration.settings.name) />
        <div class="page">
            <div class="page-head">
                <h1>"Cohorts"</h1>
                {may_manage.then(|| view! { <AddButton edit /> })}
                <Shapes frame shape />
                <p>
                    "Accounts that migrate together, in this order. "
                    {(!may_move).then_some("A lead or an admin can start, halt and change them.")}
                </p>
                <p class="told">
                    <PromisesKept
                        counts=Signal::derive(move || frame.overview.with(|overview| overview.promises))
                        address=Signal::derive(move || frame.address("notifications/promises"))
                    />
                </p>
            </div>
            <MigrationHint frame />
            <FormError error=order_error />
            <Show when=move || numbers.read().is_empty() && shape.get() != Shape::Calendar fallback=|| ()>
                <Empty
                    icon="group"
                    title="No cohorts yet"
                    text="Accounts without a cohort can start as soon as the migration runs. Cohorts let you begin with a few."
                />
            </Show>
            {move || match shape.get() {
                Shape::List => view! {
                    <ol class="cohort-list">
                        <For each=move || numbers.get() key=|number| *number let(number)>
                            <CohortCard number page />
                        </For>
                    </ol>
                }
                .into_any(),
                Shape::Timeline if numbers.read().is_empty() => ().into_any(),
                Shape::Timeline => view! { <TimelineView frame mover may_move=may_manage /> }.into_any(),
                Shape::Calendar => view! { <MonthView frame month /> }.into_any(),
            }}
        </div>
        <ReasonDialog id="move-cohort" question on_confirm=confirm pending=moving.pending() error=move_error />
        {may_manage.then(|| view! {
            <CohortDialog page edited open=form_open />
            <MoveDialog mover />
        })}
    }
    .into_any()
}

/// The ways to look at the cohorts, as links.
#[component]
fn Shapes(frame: Frame, shape: Memo<Shape>) -> impl IntoView {
    let link = move |to: Shape| {
        let rest = if to == Shape::List { "cohorts".to_owned() } else { format!("cohorts?as={}", to.code()) };
        view! {
            <a href=move || frame.address(&rest) aria-current=move || (shape.get() == to).then_some("page")>
                <Icon name=to.icon() />
                {to.label()}
            </a>
        }
    };
    view! {
        <nav class="shapes" aria-label="How cohorts are shown">
            {Shape::ALL.into_iter().map(link).collect_view()}
        </nav>
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
        CohortStage::Running => (
            "Its accounts can start from now on, while the migration is running. What its entry gate asks for, and starting in \
             spite of it, is on the cohort's own page.",
            "",
        ),
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
