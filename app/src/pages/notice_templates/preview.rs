//! How the message looks: for any account, in every language, as text and as HTML, by day and by night.

use super::editor::Editor;
use super::{dom, language_name};
use crate::api::answers::find_accounts;
use crate::api::notice_templates::SendTestMessage;
use crate::components::form::{FormError, failure};
use crate::components::icon::Icon;
use crate::components::problem::leave_when_signed_out;
use domain::account::Row;
use domain::id::AccountNumber;
use domain::notice::template::Shown;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

const SEARCH_PAUSE: Duration = Duration::from_millis(250);
const FORM: &str = "letter-form";

/// The preview with its account and its test message.
#[component]
pub fn Preview(editor: Editor) -> impl IntoView {
    let as_html = RwSignal::new(true);
    let dark = RwSignal::new(false);
    // Asked of the language that is shown; the server answers for all.
    let message = Memo::new(move |_| {
        let language = editor.language.get();
        editor.look.with(|look| match look {
            Some(Ok(look)) => look.messages.get(&language).cloned(),
            Some(Err(error)) => Some(Err(error.to_string())),
            None => None,
        })
    });
    let reader = move || {
        editor.look.with(|look| match look {
            Some(Ok(look)) => look.reader.clone(),
            _ => String::new(),
        })
    };
    view! {
        <section class="panel template-preview" aria-labelledby="preview-title">
            <header class="panel-head">
                <h2 id="preview-title">"Preview"</h2>
                <span class="soft">{move || language_name(&editor.language.get())}</span>
            </header>
            <div class="panel-body">
                <Accounts editor />
                {move || {
                    let reader = reader();
                    (!reader.is_empty()).then(|| view! { <p class="soft">"Read by: " {reader}</p> })
                }}
                <div class="preview-choices">
                    <Choice name="Part" first="HTML" second="Text" is_first=as_html />
                    <Choice name="Colours" first="Dark" second="Light" is_first=dark />
                </div>
                <div aria-busy=move || message.with(Option::is_none).then_some("true")>
                    {move || match message.get() {
                        None => view! { <p class="soft">"The preview comes in a moment."</p> }.into_any(),
                        Some(Err(why)) => view! {
                            <p class="no-message">
                                <Icon name="alert" />
                                <span>"This message would not be sent. " {why}</span>
                            </p>
                        }
                        .into_any(),
                        Some(Ok(shown)) => view! { <Message editor shown as_html dark /> }.into_any(),
                    }}
                </div>
                {editor.may_manage.then(|| view! { <Test editor /> })}
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Choice(name: &'static str, first: &'static str, second: &'static str, is_first: RwSignal<bool>) -> impl IntoView {
    let option = move |words: &'static str, value: bool| {
        view! {
            <button
                type="button"
                class="button small"
                aria-pressed=move || if is_first.get() == value { "true" } else { "false" }
                on:click=move |_| is_first.set(value)
            >
                {words}
            </button>
        }
    };
    view! {
        <div class="button-row" role="group" aria-label=name>
            {option(first, true)}
            {option(second, false)}
        </div>
    }
    .into_any()
}

#[component]
fn Message(editor: Editor, shown: Shown, as_html: RwSignal<bool>, dark: RwSignal<bool>) -> impl IntoView {
    let Shown { subject, text, invented } = shown;
    view! {
        <p class="preview-subject">
            <span class="soft">"Subject: "</span>
            <b>{subject}</b>
        </p>
        {(!invented.is_empty()).then(|| view! {
            <p class="soft">"Made up, because this account has none yet: " {invented.join(", ")} "."</p>
        })}
        {move || match as_html.get() {
            true => view! { <Letter editor dark /> }.into_any(),
            false => view! { <pre class="letter-text" tabindex="0">{text.clone()}</pre> }.into_any(),
        }}
    }
    .into_any()
}

/// The HTML in a frame that runs nothing. It is asked for by a form, whose answer has a policy of its own; each time in a
/// new frame, so that the way back does not lead through earlier ones.
#[component]
fn Letter(editor: Editor, dark: RwSignal<bool>) -> impl IntoView {
    let frame = RwSignal::new(0u32);
    let action =
        move || editor.frame.overview.with(|overview| format!("/m/{}/notifications/preview", overview.migration.id));
    let draft = move || editor.draft.with(|draft| serde_json::to_string(draft).unwrap_or_default());
    let account = move || {
        editor.account.with(|account| account.as_ref().map(|(number, _)| number.to_string()).unwrap_or_default())
    };
    Effect::new(move |_| {
        // Whatever the server looked at last is what the frame shows.
        editor.look.track();
        editor.language.track();
        dark.track();
        frame.update(|frame| *frame = frame.wrapping_add(1));
        // After the fields of the form and the frame are in the document.
        request_animation_frame(|| dom::submit(FORM));
    });
    view! {
        <form id=FORM method="post" action=action target=move || format!("letter-{}", frame.get()) hidden=true>
            <input type="hidden" name="draft" prop:value=draft />
            <input type="hidden" name="language" prop:value=move || editor.language.get() />
            <input type="hidden" name="account" prop:value=account />
            <input type="hidden" name="scheme" prop:value=move || if dark.get() { "dark" } else { "light" } />
        </form>
        <For each=move || [frame.get()] key=|frame| *frame let:frame>
            <iframe
                class="letter"
                class:dark=move || dark.get()
                name=format!("letter-{frame}")
                title="The message as HTML"
                sandbox=""
            ></iframe>
        </For>
    }
    .into_any()
}

/// Whose facts fill the message.
#[component]
fn Accounts(editor: Editor) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let found = RwSignal::new(None::<Vec<Row>>);
    let asked = StoredValue::new(0u32);
    let search = move |text: String| {
        typed.set(text.clone());
        let this = asked.get_value().wrapping_add(1);
        asked.set_value(this);
        if text.trim().is_empty() {
            found.set(None);
            return;
        }
        set_timeout(
            move || {
                if asked.try_get_value() != Some(this) {
                    return;
                }
                let migration = editor.migration();
                spawn_local(async move {
                    // A search that failed found nothing; the next letter asks again.
                    let answer = find_accounts(text).await.map(|found| found.hits).unwrap_or_default();
                    let here = answer.into_iter().filter(|hit| hit.migration == migration).map(|hit| hit.row);
                    if asked.try_get_value() == Some(this) {
                        found.try_set(Some(here.collect()));
                    }
                });
            },
            SEARCH_PAUSE,
        );
    };
    let choose = move |number: AccountNumber, name: String| {
        editor.announcement.set(format!("The preview is about {name}."));
        editor.account.set(Some((number, name)));
        typed.set(String::new());
        found.set(None);
    };
    view! {
        <div class="field preview-account">
            <label for="preview-account">"For the account"</label>
            <input
                class="input"
                type="search"
                id="preview-account"
                placeholder=move || editor.account.with(|account| account.as_ref().map_or_else(|| "Made up; search for a real one".to_owned(), |(_, name)| name.clone()))
                autocomplete="off"
                prop:value=move || typed.get()
                on:input=move |event| search(event_target_value(&event))
            />
            {move || found.get().map(|rows| match rows.is_empty() {
                true => view! { <p class="soft" role="status">"No account of this migration fits."</p> }.into_any(),
                false => view! {
                    <ul class="accounts-found">
                        {rows
                            .into_iter()
                            .map(|row| {
                                let (number, name) = (row.number, row.name.clone());
                                view! {
                                    <li>
                                        <button type="button" class="button quiet" on:click=move |_| choose(number, name.clone())>
                                            {row.name}
                                            <span class="soft">{row.external_id.to_string()}</span>
                                        </button>
                                    </li>
                                }
                            })
                            .collect_view()}
                    </ul>
                }
                .into_any(),
            })}
            {move || editor.account.get().map(|(_, name)| view! {
                <p>
                    "About " <b>{name}</b> ". "
                    <button type="button" class="button small quiet" on:click=move |_| editor.account.set(None)>
                        "Make it up again"
                    </button>
                </p>
            })}
        </div>
    }
    .into_any()
}

/// The message to oneself.
#[component]
fn Test(editor: Editor) -> impl IntoView {
    let send = ServerAction::<SendTestMessage>::new();
    let error = failure(send);
    leave_when_signed_out(error);
    let pending = send.pending();
    let ask = move |_| {
        if pending.get_untracked() {
            return;
        }
        send.dispatch(SendTestMessage {
            migration: editor.migration(),
            draft: editor.draft.get_untracked(),
            language: editor.language.get_untracked(),
            account: editor.account.with_untracked(|account| account.as_ref().map(|(number, _)| *number)),
        });
    };
    let sent = move || send.value().with(|answer| answer.as_ref().and_then(|answer| answer.as_ref().ok().cloned()));
    view! {
        <div class="test-message">
            <button type="button" class="button" aria-busy=move || pending.get().then_some("true") on:click=ask>
                <Icon name="mail" />
                "Send a test to myself"
            </button>
            <FormError error />
            <p role="status">{move || sent().map(|address| format!("On its way to {address}."))}</p>
        </div>
    }
    .into_any()
}
