//! The on-screen mailbox: what was sent, readable like mail. Without a mail server this is where mail ends.

use super::queue::follow;
use super::sheet::Sheet;
use super::tabs::NotificationTabs;
use crate::api::messages::{MessageLine, MessageList, messages};
use crate::components::empty::{Empty, Skeleton};
use crate::components::icon::Icon;
use crate::components::notice::{Notice, Tone};
use crate::components::problem::Problem;
use crate::pages::migration::Frame;
use domain::notice::Medium;
use domain::notice::list::MessageFilter;
use domain::notice::message::MessageKey;
use leptos::prelude::*;
use leptos_meta::Title;

/// The page: the newest of what was sent.
#[component]
pub fn MailboxPage() -> impl IntoView {
    let Some(frame) = use_context::<Frame>() else { return ().into_any() };
    let migration = Memo::new(move |_| frame.overview.with(|overview| overview.migration.id.clone()));
    let sent = || MessageFilter { state: Some("sent".to_owned()), ..MessageFilter::default() };
    let list = Resource::new(move || migration.get(), move |migration| messages(migration, sent(), 0));
    follow(Callback::new(move |()| list.refetch()));
    let open = RwSignal::new(None::<MessageKey>);
    let retry = Callback::new(move |()| list.refetch());
    view! {
        <Title text=move || format!("Mailbox · {}", frame.overview.read().migration.settings.name) />
        <div class="page messages-page">
            <div class="page-head">
                <h1>"Mailbox"</h1>
                <p>"The newest messages that went out, as their readers see them."</p>
            </div>
            <NotificationTabs />
            <Transition fallback=|| view! { <Skeleton lines=6 /> }>
                {move || {
                    list.get().map(|answer| match answer {
                        Ok(list) => view! { <Loaded list open /> }.into_any(),
                        Err(error) => view! { <Problem error retry /> }.into_any(),
                    })
                }}
            </Transition>
        </div>
        <Sheet open migration />
    }
    .into_any()
}

#[component]
fn Loaded(list: MessageList, open: RwSignal<Option<MessageKey>>) -> impl IntoView {
    let mails: Vec<MessageLine> = list.lines.into_iter().filter(|line| line.medium == Medium::Email).collect();
    let notice = if list.sends_mail {
        "A mail server is configured: these messages were handed to it."
    } else {
        "No mail server is configured: these messages did not leave this server. Give --smtp-url to send them for real."
    };
    let body = if mails.is_empty() {
        view! { <Empty icon="mail" title="Nothing was sent yet" text="Messages appear here as they go out." /> }
            .into_any()
    } else {
        view! {
            <ul class="mailbox panel">
                {mails
                    .into_iter()
                    .map(|line| {
                        let key = line.key.clone();
                        let about = line.account.map(|account| account.name).unwrap_or_default();
                        view! {
                            <li>
                                <button type="button" aria-haspopup="dialog" on:click=move |_| open.set(Some(key.clone()))>
                                    <Icon name="mail" />
                                    <b>{line.recipient}</b>
                                    <span>{line.kind.label()}</span>
                                    <span class="soft">{about}</span>
                                    <span class="soft when">{line.when}</span>
                                </button>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        }
        .into_any()
    };
    view! {
        <Notice tone=Tone::Info>
            <p>{notice}</p>
        </Notice>
        {body}
    }
    .into_any()
}
