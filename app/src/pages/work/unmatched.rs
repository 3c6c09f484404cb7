//! Tickets that nobody could be found for: somebody says whose they are.

use crate::api::work::AssignTicket;
use crate::components::button::SubmitButton;
use crate::components::form::{FormError, TextInput, error_of, failure, on_success};
use crate::components::frame::use_may;
use crate::components::icon::Icon;
use crate::components::number::grouped;
use crate::components::problem::leave_when_signed_out;
use domain::notice::ticket::Ticket;
use domain::policy::Action;
use leptos::form::ActionForm;
use leptos::prelude::*;

/// The list, each with a form to say whose it is.
#[component]
pub fn Unmatched(tickets: Vec<Ticket>, total: usize, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let more = total.saturating_sub(tickets.len());
    view! {
        <section class="panel work-list" aria-labelledby="work-unmatched">
            <header class="panel-head">
                <h2 id="work-unmatched">
                    <Icon name="search" />
                    "Tickets without an account "
                    <span class="count">{grouped(total as u64)}</span>
                </h2>
                <p class="soft">"No account fits, or several do and none has moved lately."</p>
            </header>
            <ul>{tickets.into_iter().map(|ticket| view! { <Line ticket on_done /> }).collect_view()}</ul>
            {(more > 0).then(|| view! { <p class="panel-foot soft">{format!("{} more", grouped(more as u64))}</p> })}
        </section>
    }
    .into_any()
}

#[component]
fn Line(ticket: Ticket, on_done: Callback<()>) -> impl IntoView {
    let may_assign = use_may(Action::EditAccounts);
    let assign = ServerAction::<AssignTicket>::new();
    let error = failure(assign);
    leave_when_signed_out(error);
    on_success(assign, move |()| on_done.run(()));
    let id = ticket.id.clone();
    let field = format!("customer-of-{id}");
    view! {
        <li>
            <div class="what">
                <TicketLink ticket=ticket.clone() />
                <p>{ticket.subject}</p>
            </div>
            <Suspense>
                {move || {
                    let (id, field) = (id.clone(), field.clone());
                    may_assign.get().then(|| view! {
                        <ActionForm action=assign attr:class="assign">
                            <input type="hidden" name="ticket" value=id />
                            <FormError error fields=&["customer"] />
                            <TextInput
                                name="customer"
                                id=field
                                label="Customer's id"
                                error=error_of(error, "customer")
                                required=true
                                autocomplete="off"
                            />
                            <SubmitButton label="It is theirs" pending=assign.pending() />
                        </ActionForm>
                    })
                }}
            </Suspense>
        </li>
    }
    .into_any()
}

/// A ticket by its id, as a link to the other system if that gave one.
#[component]
pub fn TicketLink(ticket: Ticket) -> impl IntoView {
    match ticket.url.is_empty() {
        true => view! { <b>{ticket.id}</b> }.into_any(),
        false => view! {
            <a href=ticket.url target="_blank" rel="noopener noreferrer external">
                {ticket.id}
                " "
                <Icon name="external" />
                <span class="visually-hidden">"(opens in a new tab)"</span>
            </a>
        }
        .into_any(),
    }
}
