//! One message in a sheet at the side: what it says, to whom, and what has become of it.

use super::words::MessageState;
use crate::api::ApiError;
use crate::api::messages::{MessageDetail, message};
use crate::components::dialog::Dialog;
use crate::components::empty::Skeleton;
use crate::components::icon::Icon;
use crate::components::problem::Problem;
use domain::id::MigrationId;
use domain::notice::message::MessageKey;
use domain::view::escape;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The sheet; it is open while there is a key.
#[component]
pub fn Sheet(open: RwSignal<Option<MessageKey>>, #[prop(into)] migration: Signal<MigrationId>) -> impl IntoView {
    let shows = RwSignal::new(false);
    let answer = RwSignal::new(None::<Result<MessageDetail, ApiError>>);
    let load = Callback::new(move |key: MessageKey| {
        answer.set(None);
        let migration = migration.get_untracked();
        spawn_local(async move {
            let detail = message(migration, key.clone()).await;
            // Another message may have been opened meanwhile.
            if open.try_with_untracked(|open| open.as_ref() == Some(&key)) == Some(true) {
                answer.set(Some(detail));
            }
        });
    });
    Effect::new(move |_| {
        let key = open.get();
        shows.set(key.is_some());
        if let Some(key) = key {
            load.run(key);
        }
    });
    Effect::new(move |_| {
        if !shows.get() && open.with_untracked(Option::is_some) {
            open.set(None);
        }
    });
    let title = Signal::derive(move || match answer.get() {
        Some(Ok(detail)) => detail.line.kind.label().to_owned(),
        _ => "Message".to_owned(),
    });
    view! {
        <Dialog id="message-sheet" title open=shows wide=true reading=true>
            {move || match answer.get() {
                None => view! { <Skeleton lines=6 /> }.into_any(),
                Some(Err(error)) => {
                    let retry = Callback::new(move |()| {
                        if let Some(key) = open.get_untracked() {
                            load.run(key);
                        }
                    });
                    view! { <Problem error retry /> }.into_any()
                }
                Some(Ok(detail)) => view! { <Content detail migration=migration.get_untracked() /> }.into_any(),
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Content(detail: MessageDetail, migration: MigrationId) -> impl IntoView {
    let MessageDetail { line, content, history } = detail;
    let letter = format!("/letters/{}/{}", escape(migration.as_str()), escape(line.key.as_str()));
    let fact = |word: &'static str, value: String| {
        (!value.is_empty()).then(|| {
            view! {
                <div>
                    <dt>{word}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
    };
    let (address, body) = match content {
        None => (
            String::new(),
            view! { <p class="soft">"There is nothing to read: it was erased, or nothing was ever to be said."</p> }
                .into_any(),
        ),
        Some(content) => {
            let to = match content.name.is_empty() {
                true => content.address,
                false => format!("{} <{}>", content.name, content.address),
            };
            let letter = content.has_html.then(|| {
                view! {
                    <h3>"As the reader sees it"</h3>
                    <iframe class="letter" sandbox="" src=letter title="The message with its look"></iframe>
                    <h3>"As plain text"</h3>
                }
            });
            let body = view! {
                <p class="subject">{content.subject}</p>
                {letter}
                <pre class="letter-text" tabindex="0" lang=content.language>{content.text}</pre>
            };
            (to, body.into_any())
        }
    };
    view! {
        <p class="sheet-state">
            <MessageState state=line.state.clone() />
            <span class="soft">{line.when}</span>
        </p>
        {(!line.note.is_empty()).then(|| view! { <p class="sheet-note">{line.note}</p> })}
        <dl class="sheet-facts">
            {fact("To", if address.is_empty() { line.recipient } else { address })}
            {fact("By", line.medium.label().to_owned())}
            {fact("Rule", line.rule.unwrap_or_default())}
            {fact("Tells the date", line.told_date.unwrap_or_default())}
        </dl>
        {body}
        <h3>"What has become of it"</h3>
        {if history.is_empty() {
            view! { <p class="soft">"Nothing is written down yet."</p> }.into_any()
        } else {
            view! {
                <ol class="sheet-history">
                    {history
                        .into_iter()
                        .map(|step| view! {
                            <li>
                                <Icon name="check" />
                                <b>{step.state}</b>
                                <span class="soft">{step.who} ", " {step.when}</span>
                                {(!step.answer.is_empty()).then(|| view! { <span class="answer">{step.answer}</span> })}
                            </li>
                        })
                        .collect_view()}
                </ol>
            }
            .into_any()
        }}
    }
    .into_any()
}
