//! What the customer was told about the account, and recording a call.

use super::Shown;
use crate::api::ApiError;
use crate::api::messages::{MessageLine, account_messages, callees, record_call};
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, Select, TextArea, error_of};
use crate::components::icon::Icon;
use crate::components::problem::leave_when_signed_out;
use crate::pages::accounts::dom;
use crate::pages::notifications::{MessageState, Sheet};
use domain::id::{CommandId, ContactNumber};
use domain::notice::message::MessageKey;
use domain::policy::Action;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Messages listed before the rest is folded.
const LISTED: usize = 5;

/// The section.
#[component]
pub fn Messages(shown: Shown) -> impl IntoView {
    let frame = shown.frame;
    let migration = Memo::new(move |_| frame.overview.with(|overview| overview.migration.id.clone()));
    let number = move || shown.row(|row| row.number);
    // The account is asked for again with each change; then so are its messages.
    let position = Memo::new(move |_| shown.detail.with(|detail| detail.position));
    // Asked for by the browser: the page's own answer says what matters first.
    let list = RwSignal::new(None::<Result<Vec<MessageLine>, ApiError>>);
    Effect::new(move |_| {
        let (migration, account, _) = (migration.get(), number(), position.get());
        spawn_local(async move {
            list.try_set(Some(account_messages(migration, account).await));
        });
    });
    let open = RwSignal::new(None::<MessageKey>);
    let calling = RwSignal::new(false);
    let more = RwSignal::new(false);
    let may_call = frame.overview.with_untracked(|overview| overview.me.may(Action::EditAccounts));
    let stage = move || shown.row(|row| row.notices.stage.label());
    view! {
        <section class="account-messages" aria-labelledby="messages-title">
            <header>
                <h2 id="messages-title">"Messages"</h2>
                <span class="stage resting">
                    <Icon name="mail" />
                    {stage}
                </span>
                {may_call.then(|| view! {
                    <button
                        type="button"
                        class="button small"
                        aria-haspopup="dialog"
                        on:click=move |_| calling.set(true)
                    >
                        <Icon name="phone" />
                        "Record a call"
                    </button>
                })}
            </header>
            {move || {
                list.get().map(|answer| match answer {
                    Ok(lines) if lines.is_empty() => {
                        view! { <p class="soft">"Nobody was written to about this account yet."</p> }.into_any()
                    }
                    Ok(lines) => view! { <Lines lines open more /> }.into_any(),
                    Err(error) => view! { <p class="soft" role="alert">{error.to_string()}</p> }.into_any(),
                })
            }}
        </section>
        <Sheet open migration />
        {may_call.then(|| view! { <Call shown open=calling /> })}
    }
    .into_any()
}

#[component]
fn Lines(lines: Vec<MessageLine>, open: RwSignal<Option<MessageKey>>, more: RwSignal<bool>) -> impl IntoView {
    let rest = lines.len().saturating_sub(LISTED);
    let lines = StoredValue::new(lines);
    view! {
        <ul class="message-list">
            {move || {
                let shown = if more.get() { usize::MAX } else { LISTED };
                lines.with_value(|lines| {
                    lines.iter().take(shown).cloned().map(|line| view! { <Line line open /> }).collect_view()
                })
            }}
        </ul>
        {(rest > 0).then(|| view! {
            <Show when=move || !more.get() fallback=|| ()>
                <button type="button" class="button quiet small" on:click=move |_| more.set(true)>
                    {format!("Show {rest} more")}
                </button>
            </Show>
        })}
    }
    .into_any()
}

#[component]
fn Line(line: MessageLine, open: RwSignal<Option<MessageKey>>) -> impl IntoView {
    let key = line.key.clone();
    view! {
        <li>
            <button type="button" class="link" aria-haspopup="dialog" on:click=move |_| open.set(Some(key.clone()))>
                {line.kind.label()}
            </button>
            <span class="soft">{line.medium.label()} " to " {line.recipient}</span>
            <MessageState state=line.state />
            <span class="soft when">{line.when}</span>
        </li>
    }
    .into_any()
}

/// The form for a call.
#[component]
fn Call(shown: Shown, open: RwSignal<bool>) -> impl IntoView {
    let title = Signal::derive(|| "Record a call".to_owned());
    view! {
        <Dialog id="record-call" title open>
            {move || open.get().then(|| view! { <CallForm shown open /> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn CallForm(shown: Shown, open: RwSignal<bool>) -> impl IntoView {
    let migration = move || shown.frame.overview.with_untracked(|overview| overview.migration.id.clone());
    let number = shown.detail.with_untracked(|detail| detail.row.number);
    let people = RwSignal::new(None::<Vec<(ContactNumber, String, String)>>);
    let contact = RwSignal::new(String::new());
    let note = RwSignal::new(String::new());
    let pending = RwSignal::new(false);
    let error = RwSignal::new(None::<ApiError>);
    // The same call sent again after a lost answer is the same command.
    let command = StoredValue::new(None::<CommandId>);
    leave_when_signed_out(error.into());
    spawn_local(async move {
        match callees(migration(), number).await {
            Ok(found) => {
                contact.try_set(found.first().map(|(number, ..)| number.to_string()).unwrap_or_default());
                people.try_set(Some(found));
            }
            Err(problem) => _ = error.try_set(Some(problem)),
        }
    });
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        let sent = command.get_value().unwrap_or_else(dom::new_command);
        command.set_value(Some(sent.clone()));
        let chosen = ContactNumber(contact.get_untracked().parse().unwrap_or_default());
        let written = note.get_untracked();
        spawn_local(async move {
            let answer = record_call(migration(), sent, number, chosen, written).await;
            if pending.try_set(false).is_some() {
                return;
            }
            if !matches!(answer, Err(ApiError::Transport { .. } | ApiError::Unavailable { .. })) {
                command.set_value(None);
            }
            error.set(answer.clone().err());
            if answer.is_ok() {
                open.set(false);
                shown.refresh.run(());
            }
        });
    };
    view! {
        <form on:submit=send>
            <p>"It counts like a notice that was sent: the customer knows the date from now on."</p>
            <FormError error fields=&["contact", "note"] />
            {move || match people.get() {
                None => view! { <p class="soft">"Looking up the contacts …"</p> }.into_any(),
                Some(found) if found.is_empty() => {
                    view! { <p role="alert">"The customer has no contact. Add whom you called in the directory first."</p> }.into_any()
                }
                Some(found) => view! {
                    <Select name="contact" id="call-contact" label="Whom you called" bound=contact error=error_of(error.into(), "contact")>
                        {found
                            .into_iter()
                            .map(|(number, name, phone)| view! {
                                <option value=number.to_string()>
                                    {if phone.is_empty() { name } else { format!("{name}, {phone}") }}
                                </option>
                            })
                            .collect_view()}
                    </Select>
                }
                .into_any(),
            }}
            <TextArea
                name="note"
                id="call-note"
                label="What you told them"
                bound=note
                error=error_of(error.into(), "note")
                rows=3
                maxlength=2000
                required=true
            />
            <footer>
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    "Cancel"
                </button>
                <SubmitButton label="Record the call" pending />
            </footer>
        </form>
    }
    .into_any()
}
