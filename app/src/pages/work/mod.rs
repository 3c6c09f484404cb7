//! My work: what the signed-in user has to do, across all migrations.

mod clear;
mod requests;
pub mod unmatched;

use crate::api::work::{ApprovalLine, MyWork, OwnedAccounts, WorkKind, WorkLine, WorkList, my_work};
use crate::components::date::long_day;
use crate::components::due::use_due;
use crate::components::empty::{Empty, Skeleton};
use crate::components::frame::{Page, use_may, use_me};
use crate::components::icon::Icon;
use crate::components::number::{counted, grouped};
use crate::components::problem::Problem;
use crate::components::segments::Segments;
use crate::components::state::StateWord;
pub use clear::{ClearFlag, Cleared};
use domain::gate::GateSet;
use domain::policy::Action;
use domain::view::escape;
use leptos::prelude::*;
use requests::Requests;
use unmatched::Unmatched;

/// The page.
#[component]
pub fn WorkPage() -> impl IntoView {
    let work = Resource::new_blocking(|| (), |_| my_work());
    let due = use_due();
    let refetch = Callback::new(move |()| {
        work.refetch();
        due.ask();
    });
    // The number in the navigation changed: something here did.
    Effect::new(move |before: Option<Option<usize>>| {
        let now = due.count.get();
        if before.flatten().is_some_and(|before| Some(before) != now) {
            work.refetch();
        }
        now
    });
    let clearing = RwSignal::new(None::<Cleared>);
    view! {
        <Page title="My work">
            <div class="page-head">
                <h1>"My work"</h1>
                <p>"What is due of your accounts, and what needs somebody to look after it."</p>
            </div>
            <Requests />
            <Transition fallback=|| view! { <Skeleton lines=9 /> }>
                {move || {
                    work.get().map(|answer| match answer {
                        Ok(work) => view! { <Lists work clearing refetch /> }.into_any(),
                        Err(error) => view! { <Problem error retry=refetch /> }.into_any(),
                    })
                }}
            </Transition>
        </Page>
        <ClearFlag question=clearing on_done=refetch />
    }
    .into_any()
}

#[component]
fn Lists(work: MyWork, clearing: RwSignal<Option<Cleared>>, refetch: Callback<()>) -> impl IntoView {
    let MyWork { lists, approvals, owned, unmatched, unmatched_total } = work;
    let nothing = lists.is_empty() && approvals.is_empty() && unmatched.is_empty();
    // What has its day comes first.
    let (dated, others): (Vec<_>, Vec<_>) =
        lists.into_iter().partition(|list| matches!(list.kind, WorkKind::Overdue | WorkKind::Today));
    view! {
        {nothing
            .then(|| view! {
                <Empty
                    icon="completed"
                    title="Nothing is waiting for you"
                    text="Accounts that are due, blocked, or need somebody to look after them appear here."
                />
            })}
        {dated.into_iter().map(|list| view! { <List list clearing /> }).collect_view()}
        {(!approvals.is_empty()).then(|| view! { <Approvals approvals /> })}
        {others.into_iter().map(|list| view! { <List list clearing /> }).collect_view()}
        {(!unmatched.is_empty()).then(|| view! { <Unmatched tickets=unmatched total=unmatched_total on_done=refetch /> })}
        {(!owned.is_empty()).then(|| view! { <Owned owned /> })}
    }
    .into_any()
}

/// The heading of a list, its icon, and what its lines have in common.
fn words(kind: WorkKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        WorkKind::Overdue => ("Overdue", "alert", "Their day has passed, and they are not through."),
        WorkKind::Today => ("Due today", "calendar", ""),
        WorkKind::Escalated => ("Escalated", "bell", "Nobody has been notified, and the deadline is near."),
        WorkKind::FollowUp => ("Follow up", "flag", "A ticket came soon after the migration."),
        WorkKind::Breaking => ("Promises that break", "mail", "The customer was told another date."),
        WorkKind::Attention => ("Needs attention", "info", ""),
        WorkKind::Blocked => ("Blocked", "blocked", ""),
    }
}

#[component]
fn List(list: WorkList, clearing: RwSignal<Option<Cleared>>) -> impl IntoView {
    let (title, icon, explanation) = words(list.kind);
    let id = format!("work-{icon}");
    let class = if list.kind == WorkKind::Overdue { "panel work-list overdue" } else { "panel work-list" };
    let labelled = id.clone();
    let more = list.total.saturating_sub(list.lines.len());
    let dated = !matches!(list.kind, WorkKind::Today);
    view! {
        <section class=class aria-labelledby=labelled>
            <header class="panel-head">
                <h2 id=id>
                    <Icon name=icon />
                    {title}
                    " "
                    <span class="count">{grouped(list.total as u64)}</span>
                </h2>
                {(!explanation.is_empty()).then(|| view! { <p class="soft">{explanation}</p> })}
            </header>
            <ul>
                {list.lines.into_iter().map(|line| view! { <Line line dated clearing /> }).collect_view()}
            </ul>
            {(more > 0).then(|| view! { <p class="panel-foot soft">{format!("{} more", grouped(more as u64))}</p> })}
        </section>
    }
    .into_any()
}

#[component]
fn Line(line: WorkLine, dated: bool, clearing: RwSignal<Option<Cleared>>) -> impl IntoView {
    let may_clear = use_may(Action::EditAccounts);
    let WorkLine { migration, slug, migration_name, account, external_id, name, status, date, cohort, because, flag } =
        line;
    let asked = flag.map(|flag| Cleared { migration, flag, name: name.clone(), because: because.clone() });
    let cohort = cohort.map(|(number, label)| {
        let address = format!("/m/{slug}/cohorts/{number}");
        view! {
            ", "
            <a href=address>{label}</a>
        }
    });
    view! {
        <li>
            <div class="what">
                <a href=format!("/m/{slug}/accounts/{account}")>{name}</a>
                <span class="soft">{external_id.to_string()}</span>
                {(!because.is_empty()).then(|| view! { <p>{because}</p> })}
            </div>
            <StateWord status=status />
            <span class="when">{dated.then(|| date.map(long_day)).flatten()}</span>
            <span class="soft where">
                {migration_name}
                {cohort}
            </span>
            <Suspense>
                {move || {
                    let asked = asked.clone().filter(|_| may_clear.get());
                    asked.map(|asked| view! {
                        <button
                            type="button"
                            class="button small"
                            aria-haspopup="dialog"
                            aria-label=format!("Looked after {}", asked.name)
                            on:click=move |_| clearing.set(Some(asked.clone()))
                        >
                            "Looked after"
                        </button>
                    })
                }}
            </Suspense>
        </li>
    }
    .into_any()
}

/// What gates ask of the user, each with a link to where it is answered.
#[component]
fn Approvals(approvals: Vec<ApprovalLine>) -> impl IntoView {
    let total = approvals.len();
    let line = |line: ApprovalLine| {
        let before = match line.set {
            GateSet::Entry => "before its start",
            GateSet::Exit | GateSet::Triggers => "before its end",
        };
        view! {
            <li>
                <div class="what">
                    <a href=format!("/m/{}/cohorts/{}", line.slug, line.cohort)>{line.label}</a>
                    <p>{format!("{}, {before}", line.words)}</p>
                </div>
                <span class="soft where">{line.migration_name}</span>
            </li>
        }
    };
    view! {
        <section class="panel work-list work-approvals" aria-labelledby="work-approvals">
            <header class="panel-head">
                <h2 id="work-approvals">
                    <Icon name="check" />
                    "Approvals "
                    <span class="count">{grouped(total as u64)}</span>
                </h2>
                <p class="soft">"A gate waits for your yes."</p>
            </header>
            <ul>{approvals.into_iter().map(line).collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// The user's accounts by migration, each a link to the table.
#[component]
fn Owned(owned: Vec<OwnedAccounts>) -> impl IntoView {
    let me = use_me();
    let line = move |owned: OwnedAccounts| {
        let total = owned.counts.total();
        let address = move || {
            let me = me.get().map(|me| escape(me.id.as_str())).unwrap_or_default();
            format!("/m/{}/accounts?owner={me}", owned.slug)
        };
        view! {
            <li>
                <div class="what">
                    <a href=address>{owned.name.clone()}</a>
                    <span class="soft">{counted(total, "account", "accounts")}</span>
                </div>
                <Segments counts=owned.counts />
            </li>
        }
    };
    view! {
        <section class="panel work-owned" aria-labelledby="work-owned">
            <header class="panel-head">
                <h2 id="work-owned">"My accounts"</h2>
            </header>
            <ul>{owned.into_iter().map(line).collect_view()}</ul>
        </section>
    }
    .into_any()
}
