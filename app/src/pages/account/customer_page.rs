//! The customer's own page, on the page of their account: links of the contacts, and what they asked for.

use super::Shown;
use crate::api::ApiError;
use crate::api::customer_pages::{
    ContactLine, LinkLine, Panel, RequestLine, answer_request, link, panel, resubscribe, revoke_link,
};
use crate::components::button::CopyButton;
use crate::components::icon::Icon;
use crate::components::problem::{Problem, leave_when_signed_out};
use crate::components::reason_dialog::{Question, ReasonDialog};
use domain::id::{ContactNumber, LinkId, MigrationId, RequestNumber};
use domain::policy::Action;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::future::Future;

/// What a part of the panel can do.
#[derive(Clone, Copy)]
struct Hands {
    shown: Shown,
    may_links: bool,
    may_answer: bool,
    /// The address of a contact's page, after it was asked for.
    address: RwSignal<Option<(ContactNumber, String)>>,
    declining: RwSignal<Option<RequestNumber>>,
    question: RwSignal<Option<Question>>,
    error: RwSignal<Option<ApiError>>,
    pending: RwSignal<bool>,
}

impl Hands {
    fn migration(self) -> MigrationId {
        self.shown.frame.overview.with_untracked(|overview| overview.migration.id.clone())
    }

    /// Does something and shows what became of it.
    fn act<T: 'static>(
        self,
        work: impl Future<Output = Result<T, ApiError>> + 'static,
        then: impl FnOnce(T) + 'static,
    ) {
        if self.pending.get_untracked() {
            return;
        }
        self.pending.set(true);
        self.error.set(None);
        spawn_local(async move {
            let outcome = work.await;
            if self.pending.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(value) => {
                    then(value);
                    self.shown.refresh.run(());
                }
                Err(error) => self.error.set(Some(error)),
            }
        });
    }
}

/// The panel; nothing while customers have no pages and have never asked for anything.
#[component]
pub fn CustomerPagePanel(shown: Shown) -> impl IntoView {
    let may = |action| shown.frame.overview.with_untracked(|overview| overview.me.may(action));
    let error = RwSignal::new(None::<ApiError>);
    leave_when_signed_out(error.into());
    let hands = Hands {
        shown,
        may_links: may(Action::EditCustomers),
        may_answer: may(Action::EditAccounts),
        address: RwSignal::new(None),
        declining: RwSignal::new(None),
        question: RwSignal::new(None),
        error,
        pending: RwSignal::new(false),
    };
    let position = Memo::new(move |_| shown.detail.with(|detail| (detail.row.number, detail.position)));
    // Asked for by the browser: the page's own answer says what matters first.
    let known = RwSignal::new(Panel::default());
    Effect::new(move |_| {
        let (number, _) = position.get();
        let migration = hands.migration();
        spawn_local(async move {
            // A failure leaves what is shown: the account itself is above.
            if let Ok(newer) = panel(migration, number).await {
                known.try_set(newer);
            }
        });
    });
    let decline = move |reason: String| {
        let Some(number) = hands.declining.get_untracked() else { return };
        hands.act(answer_request(hands.migration(), number, false, reason), move |()| hands.question.set(None));
    };
    view! {
        {move || {
            let Panel { on, contacts, requests } = known.get();
            (on || !requests.is_empty()).then(|| view! { <Known hands on contacts requests /> })
        }}
        <ReasonDialog id="decline-request" question=hands.question on_confirm=decline pending=hands.pending error />
    }
    .into_any()
}

#[component]
fn Known(hands: Hands, on: bool, contacts: Vec<ContactLine>, requests: Vec<RequestLine>) -> impl IntoView {
    let problem = move || {
        // What is wrong with the reason stands in its dialog.
        let outside = hands.question.read().is_none();
        hands.error.get().filter(|_| outside).map(|error| view! { <Problem error /> })
    };
    view! {
        <section class="panel attention customer-panel" aria-labelledby="customer-page-title">
            <header class="panel-head">
                <h2 id="customer-page-title">
                    <Icon name="link" />
                    "Customer's page"
                </h2>
            </header>
            {problem}
            {(!requests.is_empty()).then(|| view! {
                <h3>"Requests"</h3>
                <ul>{requests.into_iter().map(|line| view! { <AskedFor hands line /> }).collect_view()}</ul>
            })}
            {(!on).then(|| view! { <p class="soft">"Customers' pages are switched off in this migration."</p> })}
            {on.then(|| view! {
                <h3>"Links"</h3>
                <ul>{contacts.into_iter().map(|line| view! { <ContactLink hands line /> }).collect_view()}</ul>
            })}
        </section>
    }
    .into_any()
}

#[component]
fn AskedFor(hands: Hands, line: RequestLine) -> impl IntoView {
    let RequestLine { number, kind, words, at, is_open, state, note } = line;
    let called = kind.clone();
    let accept = move |_| {
        hands.act(answer_request(hands.migration(), number, true, String::new()), |()| ());
    };
    let decline = move |_| {
        hands.error.set(None);
        hands.declining.set(Some(number));
        hands.question.set(Some(Question {
            title: format!("Decline “{called}”?"),
            effect: "The contact who asked gets your reason by mail.".to_owned(),
            verb: "Decline".to_owned(),
            reason: String::new(),
            danger: true,
        }));
    };
    view! {
        <li class:done=!is_open>
            <p>
                <b>{kind}</b>
                " "
                <span class="soft">{at}</span>
            </p>
            <p class="said">{words}</p>
            <p class="soft">{state}</p>
            {(!note.is_empty()).then(|| view! { <p class="soft">{note}</p> })}
            {(is_open && hands.may_answer).then(|| view! {
                <div class="button-row">
                    <button type="button" class="button small" on:click=accept>"Accept"</button>
                    <button type="button" class="button small" aria-haspopup="dialog" on:click=decline>"Decline…"</button>
                </div>
            })}
        </li>
    }
    .into_any()
}

#[component]
fn ContactLink(hands: Hands, line: ContactLine) -> impl IntoView {
    let ContactLine { contact, name, unsubscribed, link: known } = line;
    let is_live = known.as_ref().is_some_and(|link| link.is_live);
    let called = name.clone();
    let ask = move |_| {
        let account = hands.shown.row(|row| row.number);
        let asked = link(hands.migration(), account, contact);
        hands.act(asked, move |address| hands.address.set(Some((contact, address))));
    };
    let again = move |_| {
        let customer = hands.shown.row(|row| row.external_id.clone());
        hands.act(resubscribe(customer, contact), |()| ());
    };
    let revoke = move |id: LinkId| {
        hands.act(revoke_link(hands.migration(), id), move |()| hands.address.set(None));
    };
    let live_id = known.as_ref().filter(|link| link.is_live).map(|link| link.id.clone());
    let address = move || hands.address.get().filter(|(of, _)| *of == contact).map(|(_, address)| address);
    view! {
        <li>
            <p><b>{name}</b></p>
            {known.map(|link| view! { <LinkState link /> })}
            {unsubscribed.map(|since| view! {
                <p class="soft">{format!("Wants no messages, since {since}")}</p>
                {hands.may_links.then(|| view! {
                    <button type="button" class="button small" on:click=again>"They want messages again"</button>
                })}
            })}
            {move || address().map(|address| view! {
                <p class="address"><code>{address.clone()}</code></p>
                <p class="soft">"Whoever has it can open the page. Send it to this contact alone."</p>
                <CopyButton text=address label="Copy the link" class="button small" />
            })}
            {hands.may_links.then(|| view! {
                <div class="button-row">
                    <button type="button" class="button small" aria-label=format!("Link for {called}") on:click=ask>
                        {if is_live { "Show the link" } else { "Make a link" }}
                    </button>
                    {live_id.map(|id| {
                        let label = format!("Take back the link of {called}");
                        view! {
                            <button type="button" class="button small" aria-label=label on:click=move |_| revoke(id.clone())>
                                "Take back"
                            </button>
                        }
                    })}
                </div>
            })}
        </li>
    }
    .into_any()
}

#[component]
fn LinkState(link: LinkLine) -> impl IntoView {
    let LinkLine { state, opened, fetched, .. } = link;
    let opened = if opened.is_empty() { "never opened".to_owned() } else { format!("opened last {opened}") };
    view! {
        <p class="soft">{format!("Link {state}, {opened}")}</p>
        {(!fetched.is_empty()).then(|| view! { <p class="soft">{format!("Calendar fetched last {fetched}")}</p> })}
    }
    .into_any()
}
