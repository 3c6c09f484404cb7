//! Endpoints that rules may write to, and the key with which bounces are reported.

use super::tabs::NotificationTabs;
use crate::api::ApiError;
use crate::api::messages::{EndpointLine, add_endpoint, change_endpoint, endpoints, has_hook_key, make_hook_key};
use crate::components::button::{CopyButton, SubmitButton};
use crate::components::empty::{Empty, Skeleton};
use crate::components::form::{FormError, Select, TextInput, error_of};
use crate::components::notice::{Notice, Tone};
use crate::components::problem::{Problem, leave_when_signed_out};
use crate::pages::migration::Frame;
use domain::notice::{EndpointKind, Hook};
use domain::policy::Action;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;

/// The page.
#[component]
pub fn EndpointsPage() -> impl IntoView {
    let Some(frame) = use_context::<Frame>() else { return ().into_any() };
    let migration = Memo::new(move |_| frame.overview.with(|overview| overview.migration.id.clone()));
    let list = Resource::new(move || migration.get(), endpoints);
    let may = |action| frame.overview.with_untracked(|overview| overview.me.may(action));
    let (may_manage, may_keys) = (may(Action::ManageNotices), may(Action::ManageHooks));
    let again = Callback::new(move |()| list.refetch());
    let error = RwSignal::new(None::<ApiError>);
    leave_when_signed_out(error.into());
    view! {
        <Title text=move || format!("Endpoints · {}", frame.overview.read().migration.settings.name) />
        <div class="page messages-page">
            <div class="page-head">
                <h1>"Endpoints"</h1>
                <p>"Chat channels and other systems that rules may write to."</p>
            </div>
            <NotificationTabs />
            <FormError error />
            <Transition fallback=|| view! { <Skeleton lines=4 /> }>
                {move || {
                    list.get().map(|answer| match answer {
                        Ok(list) if list.is_empty() => view! {
                            <Empty icon="external" title="No endpoints yet" text="Rules write to people. With an endpoint they can write to a chat channel or another system, too." />
                        }
                        .into_any(),
                        Ok(list) => view! { <List frame list may_manage again error /> }.into_any(),
                        Err(error) => view! { <Problem error retry=again /> }.into_any(),
                    })
                }}
            </Transition>
            {may_manage.then(|| view! { <Add frame again /> })}
            {may_keys.then(|| view! { {Hook::ALL.map(|hook| view! { <HookKey hook /> })} })}
        </div>
    }
    .into_any()
}

#[component]
fn List(
    frame: Frame,
    list: Vec<EndpointLine>,
    may_manage: bool,
    again: Callback<()>,
    error: RwSignal<Option<ApiError>>,
) -> impl IntoView {
    let switch = move |line: &EndpointLine| {
        let (number, name, disabled) = (line.number, line.name.clone(), !line.disabled);
        move |_: leptos::ev::MouseEvent| {
            let (migration, name) =
                (frame.overview.with_untracked(|overview| overview.migration.id.clone()), name.clone());
            spawn_local(async move {
                match change_endpoint(migration, number, name, disabled).await {
                    Ok(()) => again.run(()),
                    Err(problem) => _ = error.try_set(Some(problem)),
                }
            });
        }
    };
    let lines = list
        .into_iter()
        .map(|line| {
            let kind = match line.kind {
                EndpointKind::Slack => "Chat (Slack-compatible)",
                EndpointKind::Standard => "Signed (Standard Webhooks)",
            };
            let clicked = switch(&line);
            let verb = if line.disabled { "Switch on" } else { "Switch off" };
            let named = line.name.clone();
            view! {
                <tr class:disabled=line.disabled>
                    <th scope="row">{line.name}</th>
                    <td>{line.host}</td>
                    <td>{kind}</td>
                    <td>{if line.disabled { "Off: nothing is sent there" } else { "On" }}</td>
                    <td class="actions">
                        {may_manage.then(|| view! {
                            <div class="button-row">
                                <button type="button" class="button small" on:click=clicked>
                                    {verb}
                                    <span class="visually-hidden">" " {named}</span>
                                </button>
                            </div>
                        })}
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="panel table-panel">
            <table class="list-table">
                <caption class="visually-hidden">"Endpoints"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Host"</th>
                        <th scope="col">"Kind"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">
                            <span class="visually-hidden">"Actions"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The form for another endpoint. The key of a signed one is shown once.
#[component]
fn Add(frame: Frame, again: Callback<()>) -> impl IntoView {
    let (name, url, kind) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new("slack".to_owned()));
    let pending = RwSignal::new(false);
    let error = RwSignal::new(None::<ApiError>);
    let secret = RwSignal::new(None::<String>);
    leave_when_signed_out(error.into());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
        let chosen = if kind.get_untracked() == "standard" { EndpointKind::Standard } else { EndpointKind::Slack };
        let (typed_name, typed_url) = (name.get_untracked(), url.get_untracked());
        spawn_local(async move {
            let answer = add_endpoint(migration, typed_name, typed_url, chosen).await;
            if pending.try_set(false).is_some() {
                return;
            }
            error.set(answer.clone().err());
            if let Ok(made) = answer {
                secret.set(made);
                name.set(String::new());
                url.set(String::new());
                again.run(());
            }
        });
    };
    view! {
        <section class="panel" aria-labelledby="add-endpoint-title">
            <header class="panel-head">
                <h2 id="add-endpoint-title">"Add an endpoint"</h2>
            </header>
            <form class="panel-body endpoint-form" on:submit=send>
                <FormError error fields=&["name", "url"] />
                {move || secret.get().map(|secret| view! { <OneTime secret words="The endpoint checks signatures with this key." /> })}
                <TextInput name="name" id="endpoint-name" label="Name" bound=name error=error_of(error.into(), "name") maxlength=80 required=true />
                <TextInput
                    name="url"
                    id="endpoint-url"
                    label="Address"
                    bound=url
                    hint="It is not shown again: of a chat's address the end is a secret."
                    error=error_of(error.into(), "url")
                    maxlength=1000
                    inputmode="url"
                    placeholder="https://…"
                    required=true
                />
                <Select name="kind" id="endpoint-kind" label="Kind" bound=kind>
                    <option value="slack" selected=true>
                        "Chat (Slack-compatible)"
                    </option>
                    <option value="standard">"Signed (Standard Webhooks)"</option>
                </Select>
                <footer>
                    <SubmitButton label="Add the endpoint" pending />
                </footer>
            </form>
        </section>
    }
    .into_any()
}

/// A key that is shown only now.
#[component]
fn OneTime(secret: String, words: &'static str) -> impl IntoView {
    let text = secret.clone();
    view! {
        <Notice tone=Tone::Success>
            <p>{words} " Copy it now: it is not shown again."</p>
            <p class="one-time">
                <code>{secret}</code>
                <CopyButton text=Signal::derive(move || text.clone()) class="button small" />
            </p>
        </Notice>
    }
    .into_any()
}

/// The key of what another system reports; for admins.
#[component]
fn HookKey(hook: Hook) -> impl IntoView {
    let title = format!("hook-{}", hook.code());
    let labelled = title.clone();
    let (who, form) = match hook {
        Hook::Bounces => ("Your mail provider reports bounces", "{message_id | address, reason, at}"),
        Hook::Tickets => (
            "Your help desk reports tickets",
            "{external_id | customer_external_id | email, ticket_id, subject, url, opened_at, status}",
        ),
    };
    let known = Resource::new(|| (), move |()| has_hook_key(hook));
    let pending = RwSignal::new(false);
    let error = RwSignal::new(None::<ApiError>);
    let secret = RwSignal::new(None::<String>);
    leave_when_signed_out(error.into());
    let make = move |_| {
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        spawn_local(async move {
            let answer = make_hook_key(hook).await;
            if pending.try_set(false).is_some() {
                return;
            }
            error.set(answer.clone().err());
            if let Ok(made) = answer {
                secret.set(Some(made));
                known.refetch();
            }
        });
    };
    view! {
        <section class="panel" aria-labelledby=labelled>
            <header class="panel-head">
                <h2 id=title>{hook.label()}</h2>
            </header>
            <div class="panel-body endpoint-form">
                <p>
                    {who} " to " <code>{format!("POST /hooks/{}", hook.code())}</code>
                    ", signed as Standard Webhooks says: " <code>{form}</code>
                    ". The key is the same for all migrations."
                </p>
                <FormError error />
                {move || secret.get().map(|secret| view! { <OneTime secret words="Reports are signed with this key." /> })}
                <Transition fallback=|| ()>
                    {move || {
                        let exists = matches!(known.get(), Some(Ok(true)));
                        view! {
                            <p class="soft">
                                {if exists {
                                    "There is a key. A new one takes its place at once."
                                } else {
                                    "There is no key yet: reports are refused."
                                }}
                            </p>
                        }
                    }}
                </Transition>
                <div class="button-row">
                    <button type="button" class="button" aria-busy=move || pending.get().then_some("true") on:click=make>
                        "Make a new key"
                    </button>
                </div>
            </div>
        </section>
    }
    .into_any()
}
