//! One cohort: how far and how well it is, its gates, its blockers, and completed against planned.

mod banner;
mod chart;
mod decide;
mod editor;
mod gates;
mod head;
mod panels;
mod rollback;

pub use banner::HaltedBanner;

use crate::api::ApiError;
use crate::api::gates::cohort_report;
use crate::components::empty::Skeleton;
use crate::components::icon::Icon;
use crate::components::paced::Paced;
use crate::components::problem::Problem;
use crate::live::Live;
use crate::pages::migration::{Frame, number_in_address};
use chart::BurnPanel;
use decide::{Ask, DecideDialog};
use domain::cohort_report::CohortReport;
use domain::id::{CohortNumber, MigrationId};
use domain::live::LiveMessage;
use domain::policy::Action;
use editor::EditorDialog;
use gates::GatesPanel;
use head::Head;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use panels::{BlockersPanel, HealthPanel, ProgressPanel};
use rollback::RollbackDialog;
use std::time::Duration;

/// The report is asked for at most this often.
const REFRESH_PAUSE: Duration = Duration::from_millis(500);

/// The cohort as this page shows it; every part reads what it needs.
#[derive(Clone, Copy)]
struct Shown {
    frame: Frame,
    report: RwSignal<CohortReport>,
    refresh: Callback<()>,
    /// What is being asked before a cohort moves or a gate is signed.
    ask: RwSignal<Option<Ask>>,
    editing: RwSignal<bool>,
    rolling_back: RwSignal<bool>,
}

impl Shown {
    fn read<T>(&self, read: impl FnOnce(&CohortReport) -> T) -> T {
        self.report.with(read)
    }

    /// A part of the report that changes only when its value does, so that nothing else is drawn anew.
    fn part<T: Clone + PartialEq + Send + Sync + 'static>(
        &self,
        read: impl Fn(&CohortReport) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        let report = self.report;
        Memo::new(move |_| report.with(&read))
    }

    fn may(&self, action: Action) -> bool {
        self.frame.overview.with_untracked(|overview| overview.me.may(action))
    }

    fn names(&self) -> (MigrationId, CohortNumber) {
        let migration = self.frame.overview.with_untracked(|overview| overview.migration.id.clone());
        (migration, self.report.with_untracked(|report| report.cohort.number))
    }

    /// The address of the accounts of this cohort that meet a further condition, such as `status=blocked`.
    fn accounts(&self, condition: &str) -> String {
        let number = self.read(|report| report.cohort.number);
        let rest = if condition.is_empty() { String::new() } else { format!("&{condition}") };
        self.frame.address(&format!("accounts?cohort={number}{rest}"))
    }
}

/// The page.
#[component]
pub fn CohortPage() -> impl IntoView {
    let frame = Frame::here();
    let number = number_in_address(CohortNumber);
    let first = Resource::new(
        move || number.get(),
        move |number| async move {
            let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
            match number {
                Some(number) => cohort_report(migration, number).await,
                None => Err(ApiError::NotFound { message: "There is no such cohort.".to_owned() }),
            }
        },
    );
    let retry = Callback::new(move |()| first.refetch());
    view! {
        <Transition fallback=|| view! { <div class="page"><Skeleton /></div> }>
            {move || {
                first.get().map(|answer| match answer {
                    Ok(first) => view! { <Loaded frame first /> }.into_any(),
                    Err(error) => view! { <Failed frame error retry /> }.into_any(),
                })
            }}
        </Transition>
    }
}

#[component]
fn Failed(frame: Frame, error: ApiError, retry: Callback<()>) -> impl IntoView {
    let missing = matches!(error, ApiError::NotFound { .. });
    let heading = if missing { "There is no such cohort" } else { "This cohort could not be loaded" };
    view! {
        <Title text=heading />
        <div class="page">
            <p class="crumbs">
                <a href=move || frame.address("cohorts")>
                    <Icon name="left" />
                    "Cohorts"
                </a>
            </p>
            <div class="page-head">
                <h1>{heading}</h1>
            </div>
            <Problem error retry />
        </div>
    }
}

#[component]
fn Loaded(frame: Frame, first: CohortReport) -> impl IntoView {
    let report = RwSignal::new(first);
    let refresh = refreshing(frame, report);
    let shown = Shown {
        frame,
        report,
        refresh,
        ask: RwSignal::new(None),
        editing: RwSignal::new(false),
        rolling_back: RwSignal::new(false),
    };
    follow(refresh);
    view! {
        <Title text=move || report.try_with(|report| report.cohort.label()).unwrap_or_default() />
        <div class="cohort-page">
            <Head shown />
            <div class="board">
                <ProgressPanel shown />
                <HealthPanel shown />
                <BurnPanel shown />
                <BlockersPanel shown />
                <GatesPanel shown />
            </div>
        </div>
        <DecideDialog shown />
        {shown.may(Action::ManageCohorts).then(|| view! { <EditorDialog shown /> })}
        {shown.may(Action::BulkRollBack).then(|| view! { <RollbackDialog shown /> })}
    }
    .into_any()
}

/// Asks for the report again, but not at each of many changes.
fn refreshing(frame: Frame, report: RwSignal<CohortReport>) -> Callback<()> {
    let asking = Paced::new(REFRESH_PAUSE, move || {
        let Some(number) = report.try_with_untracked(|report| report.cohort.number) else { return };
        let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
        spawn_local(async move {
            // A failure leaves what is shown; the indicator beside it tells whether the server can be reached.
            let Ok(newer) = cohort_report(migration, number).await else { return };
            let fits = |shown: &CohortReport| {
                shown.cohort.number == newer.cohort.number && newer.position.covers(&shown.position)
            };
            if report.try_with_untracked(fits) == Some(true) {
                report.try_set(newer);
            }
        });
    });
    Callback::new(move |()| asking.run())
}

/// Every change of the migration may be one of this cohort: what rows left is not told by the rows themselves.
fn follow(refresh: Callback<()>) {
    let live = expect_context::<Live>();
    live.subscribe(Callback::new(move |message| {
        if matches!(
            message,
            LiveMessage::Rows { .. }
                | LiveMessage::Overview { .. }
                | LiveMessage::Resync { .. }
                | LiveMessage::Ready { .. }
        ) {
            refresh.run(());
        }
    }));
}
