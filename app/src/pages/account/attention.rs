//! What the account asks attention with: flags, tickets, and the dates that its customer was told.

use super::Shown;
use crate::api::work::{Attention, FlagLine, PromiseLine, TicketLine, attention};
use crate::components::date::long_day;
use crate::components::frame::use_may;
use crate::components::icon::Icon;
use crate::pages::work::unmatched::TicketLink;
use crate::pages::work::{ClearFlag, Cleared};
use domain::notice::promise::Fate;
use domain::policy::Action;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Flags, tickets and promises; nothing at all when there are none.
#[component]
pub fn AttentionPanels(shown: Shown) -> impl IntoView {
    let Shown { frame, detail, refresh, .. } = shown;
    let position = Memo::new(move |_| detail.with(|detail| (detail.row.number, detail.position)));
    // Asked for by the browser: the page's own answer says what matters first.
    let known = RwSignal::new(Attention::default());
    Effect::new(move |_| {
        let (number, _) = position.get();
        let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
        spawn_local(async move {
            // A failure leaves what is shown: the account itself is above.
            if let Ok(newer) = attention(migration, number).await {
                known.try_set(newer);
            }
        });
    });
    let clearing = RwSignal::new(None::<Cleared>);
    view! {
        {move || {
            let Attention { flags, tickets, promises } = known.get();
            view! {
                {(!flags.is_empty()).then(|| view! { <Flags shown flags clearing /> })}
                {(!tickets.is_empty()).then(|| view! { <Tickets tickets /> })}
                {(!promises.is_empty()).then(|| view! { <Promises promises /> })}
            }
        }}
        <ClearFlag question=clearing on_done=refresh />
    }
    .into_any()
}

#[component]
fn Flags(shown: Shown, flags: Vec<FlagLine>, clearing: RwSignal<Option<Cleared>>) -> impl IntoView {
    let may_clear = use_may(Action::EditAccounts);
    let line = move |line: FlagLine| {
        let open = line.flag.cleared.is_none();
        let note = line.flag.cleared.as_ref().map(|cleared| cleared.note.clone()).filter(|note| !note.is_empty());
        let asked = Cleared {
            migration: shown.frame.overview.with_untracked(|overview| overview.migration.id.clone()),
            flag: line.key,
            name: shown.row(|row| row.name.clone()),
            because: line.flag.because.clone(),
        };
        view! {
            <li class:done=!open>
                <p>
                    <b>{line.flag.kind.label()}</b>
                    " "
                    <span class="soft">{line.raised}</span>
                </p>
                <p>{line.flag.because}</p>
                {(!open).then(|| view! { <p class="soft">{format!("Looked after: {}", line.cleared)}</p> })}
                {note.map(|note| view! { <p class="soft">{note}</p> })}
                <Suspense>
                    {move || {
                        let asked = asked.clone();
                        (open && may_clear.get()).then(|| view! {
                            <button
                                type="button"
                                class="button small"
                                aria-haspopup="dialog"
                                on:click=move |_| clearing.set(Some(asked.clone()))
                            >
                                "Looked after"
                            </button>
                        })
                    }}
                </Suspense>
            </li>
        }
    };
    view! {
        <section class="panel attention" aria-labelledby="flags-title">
            <header class="panel-head">
                <h2 id="flags-title">
                    <Icon name="flag" />
                    "Flags"
                </h2>
            </header>
            <ul>{flags.into_iter().map(line).collect_view()}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Tickets(tickets: Vec<TicketLine>) -> impl IntoView {
    let line = |line: TicketLine| {
        view! {
            <li>
                <p>
                    <TicketLink ticket=line.ticket.clone() />
                    " "
                    <span class="soft">{line.opened}</span>
                </p>
                <p>{line.ticket.subject}</p>
                {(!line.ticket.status.is_empty()).then(|| view! { <p class="soft">{line.ticket.status}</p> })}
            </li>
        }
    };
    view! {
        <section class="panel attention" aria-labelledby="tickets-title">
            <header class="panel-head">
                <h2 id="tickets-title">"Tickets"</h2>
            </header>
            <ul>{tickets.into_iter().map(line).collect_view()}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Promises(promises: Vec<PromiseLine>) -> impl IntoView {
    let line = |PromiseLine { promise, told }: PromiseLine| {
        view! {
            <li>
                <p>
                    <b>{long_day(promise.date)}</b>
                    " "
                    <FateTag fate=promise.fate />
                </p>
                <p class="soft">{format!("told {told}")}</p>
            </li>
        }
    };
    view! {
        <section class="panel attention" aria-labelledby="promises-title">
            <header class="panel-head">
                <h2 id="promises-title">"Dates told to the customer"</h2>
            </header>
            <ul>{promises.into_iter().map(line).collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// What became of a promise, as shape and word.
#[component]
pub fn FateTag(fate: Fate) -> impl IntoView {
    let (icon, class) = match fate {
        Fate::Open => ("clock", "fate"),
        Fate::Kept => ("check", "fate kept"),
        Fate::Breaking => ("alert", "fate breaking"),
        Fate::Broken => ("close", "fate broken"),
        Fate::Released => ("opted-out", "fate"),
    };
    view! {
        <span class=class>
            <Icon name=icon />
            {fate.label()}
        </span>
    }
    .into_any()
}
