//! One account: where it stands and where it may go, its facts, its history, comments.

pub mod attention;
mod blocker;
mod custom;
mod customer_page;
mod facts;
mod history;
mod messages;
mod moves;

use crate::api::ApiError;
use crate::api::accounts::{AccountDetail, account_detail};
use crate::components::avatar::Who;
use crate::components::date::{days_left, long_day, short_day};
use crate::components::empty::Skeleton;
use crate::components::icon::Icon;
use crate::components::problem::Problem;
use crate::components::state::StatePill;
use crate::live::Live;
use crate::pages::accounts::edit::{Edit, EditField, EditPage};
use crate::pages::accounts::saves::SavingMark;
use crate::pages::accounts::{Visits, words};
use crate::pages::migration::{Frame, number_in_address};
use attention::AttentionPanels;
use blocker::BlockerCard;
use customer_page::CustomerPagePanel;
use domain::account::Row;
use domain::event::Position;
use domain::id::AccountNumber;
use domain::live::LiveMessage;
use domain::state::State;
use facts::Facts;
use history::History;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use messages::Messages;
use moves::Moves;
use std::time::Duration;

/// Changes that come together are asked for once.
const REFRESH_PAUSE: Duration = Duration::from_millis(250);

/// The account as this page shows it; every part reads what it needs.
#[derive(Clone, Copy)]
pub struct Shown {
    frame: Frame,
    detail: RwSignal<AccountDetail>,
    edit: Edit,
    refresh: Callback<()>,
}

impl Shown {
    fn row<T>(&self, read: impl FnOnce(&Row) -> T) -> T {
        self.detail.with(|detail| read(&detail.row))
    }

    /// The fields that are not saved yet, and (true) those that could not be.
    fn unsaved(&self) -> Vec<(EditField, bool)> {
        self.edit.unsaved(self.row(|row| row.number))
    }
}

/// The page.
#[component]
pub fn AccountPage() -> impl IntoView {
    let frame = Frame::here();
    let number = number_in_address(AccountNumber);
    let first = Resource::new(
        move || number.get(),
        move |number| async move {
            let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
            match number {
                Some(number) => account_detail(migration, number).await,
                None => Err(ApiError::NotFound { message: "There is no such account.".to_owned() }),
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
    let heading = if missing { "There is no such account" } else { "This account could not be loaded" };
    view! {
        <Title text=heading />
        <div class="page">
            <WayBack frame />
            <div class="page-head">
                <h1>{heading}</h1>
            </div>
            <Problem error retry />
        </div>
    }
}

#[component]
fn Loaded(frame: Frame, first: AccountDetail) -> impl IntoView {
    let position = first.position;
    let detail = RwSignal::new(first);
    let refresh = refreshing(frame, detail);
    let is_shown = move |number| detail.with_untracked(|detail| detail.row.number == number);
    let page = EditPage {
        accepts: Callback::new(is_shown),
        on_begin: Callback::new(|_| ()),
        on_row: Callback::new(move |(row, _): (Row, Option<Position>)| {
            if is_shown(row.number) {
                detail.update(|detail| detail.row = row);
                refresh.run(());
            }
        }),
        on_end: Callback::new(|_| ()),
        on_saved: Callback::new(|_| ()),
    };
    let shown = Shown { frame, detail, edit: Edit::new(frame, page), refresh };
    follow(detail, refresh, position);
    let name = move || shown.row(|row| row.name.clone());
    view! {
        <Title text=move || detail.try_with(|detail| detail.row.name.clone()).unwrap_or_default() />
        <div class="record">
            <header class="record-head">
                <WayBack frame />
                <div class="title">
                    <h1>{name}</h1>
                    <StatePill status=Signal::derive(move || shown.row(|row| row.state.status())) />
                    <SavingMark fields=Signal::derive(move || shown.unsaved()) field=EditField::Status />
                    <Identity shown />
                </div>
                <Moves shown />
                <KeyDates shown />
            </header>
            <div class="record-body">
                <div class="record-main">
                    <BlockerCard shown />
                    <Messages shown />
                    <History shown />
                </div>
                <aside class="record-side" aria-label="Facts">
                    <Facts shown />
                    <CustomerPagePanel shown />
                    <AttentionPanels shown />
                </aside>
            </div>
        </div>
    }
}

/// Asks for the account anew, a moment after the first reason to do so.
fn refreshing(frame: Frame, detail: RwSignal<AccountDetail>) -> Callback<()> {
    let waiting = StoredValue::new(false);
    Callback::new(move |()| {
        if waiting.try_get_value() != Some(false) {
            return;
        }
        waiting.set_value(true);
        set_timeout(
            move || {
                if waiting.try_set_value(false).is_some() {
                    return;
                }
                let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
                let number = detail.with_untracked(|detail| detail.row.number);
                spawn_local(async move {
                    // A failure leaves what is shown; the live indicator tells that the server is away.
                    let Ok(newer) = account_detail(migration, number).await else { return };
                    let covers = detail.try_with_untracked(|shown| newer.position.covers(&shown.position));
                    if covers == Some(true) {
                        detail.set(newer);
                    }
                });
            },
            REFRESH_PAUSE,
        );
    })
}

/// Follows the live feed: rows of this account are shown at once, then its history is asked for.
fn follow(detail: RwSignal<AccountDetail>, refresh: Callback<()>, loaded: Position) {
    let live = expect_context::<Live>();
    live.subscribe(Callback::new(move |message| match message {
        LiveMessage::Rows { rows, position, .. } => {
            let number = detail.with_untracked(|detail| detail.row.number);
            let Some(row) = rows.into_iter().rfind(|row| row.number == number) else { return };
            if !detail.with_untracked(|detail| detail.position.covers(&position)) {
                detail.update(|detail| {
                    detail.row = row;
                    detail.position = position;
                });
                refresh.run(());
            }
        }
        LiveMessage::Resync { .. } => refresh.run(()),
        LiveMessage::Ready { .. }
        | LiveMessage::Overview { .. }
        | LiveMessage::Presence { .. }
        | LiveMessage::Arranged
        | LiveMessage::Restarting
        | LiveMessage::SignedOut => {}
    }));
    // Between the answer and the feed's start something may have happened.
    Effect::new(move |_| {
        if !loaded.covers(&live.position.get_untracked()) {
            refresh.run(());
        }
    });
}

#[component]
fn WayBack(frame: Frame) -> impl IntoView {
    let visits = expect_context::<Visits>();
    view! {
        <p class="crumbs">
            <a href=move || visits.way_back(&frame.address("accounts"))>
                <Icon name="left" />
                "Accounts"
            </a>
        </p>
    }
}

/// Id, plan, cohort and owner below the name.
#[component]
fn Identity(shown: Shown) -> impl IntoView {
    let Shown { frame, .. } = shown;
    let cohort = move || {
        let number = shown.row(|row| row.cohort)?;
        let label = frame.overview.with(|overview| words::cohort(overview, Some(number)));
        Some(view! { <a href=frame.address(&format!("accounts?cohort={number}"))>{label}</a> })
    };
    let owner = move || {
        let id = shown.row(|row| row.owner.clone())?;
        let name = frame.overview.with(|overview| words::person(overview, &id));
        Some(view! { <Who id name /> })
    };
    let plan = move || Some(shown.row(|row| row.plan.clone())).filter(|plan| !plan.is_empty());
    view! {
        <div class="ids">
            <span>{move || shown.row(|row| row.external_id.to_string())}</span>
            {move || plan().map(|plan| view! { <span>{plan}</span> })}
            {cohort}
            {owner}
        </div>
    }
}

/// The dates that matter, beside each other.
#[component]
fn KeyDates(shown: Shown) -> impl IntoView {
    let overview = shown.frame.overview;
    let date = move || {
        let day = shown.row(Row::date);
        let note = shown.row(|row| row.state.plan().and_then(|plan| plan.pinned.clone()));
        view! {
            <div>
                <dt>{if shown.row(|row| row.migrated_on.is_some()) { "Migrated" } else { "Migration date" }}</dt>
                <dd>{day.map_or_else(|| "None yet".to_owned(), long_day)}</dd>
                {note.map(|reason| view! { <dd class="soft">{format!("Its own date: {reason}")}</dd> })}
            </div>
        }
    };
    let blocked = move || {
        let since = shown.row(|row| row.state.blocker().map(|blocker| blocker.since))?;
        let text = words::instant_text(since, overview.with(|overview| overview.today));
        Some(view! {
            <div class="alert">
                <dt>"Blocked since"</dt>
                <dd>{text}</dd>
            </div>
        })
    };
    let rolled_back = move || {
        let (at, reason) = shown.row(|row| match &row.state {
            State::RolledBack { rolled_back_at, reason } => Some((*rolled_back_at, reason.clone())),
            _ => None,
        })?;
        Some(view! {
            <div>
                <dt>"Rolled back"</dt>
                <dd>{words::instant_text(at, overview.with(|overview| overview.today))}</dd>
                <dd class="soft">{reason}</dd>
            </div>
        })
    };
    view! {
        <dl class="key-dates">
            {date}
            {blocked}
            {rolled_back}
            <facts::RollbackUntil shown />
            <div>
                <dt>"Deadline of the migration"</dt>
                <dd>{move || overview.with(|overview| long_day(overview.migration.settings.deadline))}</dd>
                <dd class="soft">{move || overview.with(|overview| days_left(overview.days_left))}</dd>
            </div>
        </dl>
    }
}

/// How far a day is from today, below a date: `13 days left`, `ended 28 Apr`.
fn distance(day: chrono::NaiveDate, today: chrono::NaiveDate) -> String {
    match (day - today).num_days() {
        days if days < 0 => format!("ended {}", short_day(day, today)),
        days => days_left(days),
    }
}
