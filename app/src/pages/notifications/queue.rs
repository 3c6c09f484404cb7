//! The queue: every message of the migration, what state it is in, and what a lead does about it.

use super::acts::{ActBar, ActDialog, Acting};
use super::sheet::Sheet;
use super::table::{Picked, Table};
use super::tabs::NotificationTabs;
use super::words::look;
use crate::api::messages::{MessageList, PAGE, messages};
use crate::components::empty::{Empty, Skeleton};
use crate::components::icon::Icon;
use crate::components::notice::{Notice, Tone};
use crate::components::number::{counted, grouped};
use crate::components::problem::Problem;
use crate::live::Live;
use crate::pages::migration::Frame;
use domain::live::LiveMessage;
use domain::migration::MigrationStage;
use domain::notice::NoticeKind;
use domain::notice::list::{MessageFilter, state_label};
use domain::notice::message::MessageKey;
use domain::policy::Action;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_navigate, use_query_map};
use std::time::Duration;

/// What is told at once is asked for once.
const REFETCH_PAUSE: Duration = Duration::from_millis(500);

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub struct Shown {
    pub frame: Frame,
    pub filter: Memo<MessageFilter>,
    pub picked: RwSignal<Picked>,
    /// The message in the side sheet.
    pub open: RwSignal<Option<MessageKey>>,
    pub may_act: bool,
    /// What is asked, done and said of them.
    pub acting: Acting,
}

impl Shown {
    /// The address of this list with another filter, from its first page.
    pub fn address(&self, filter: &MessageFilter) -> String {
        let query = filter.to_query();
        let path = self.frame.address("notifications");
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }

    fn page_address(&self, page: u32) -> String {
        let path = self.address(&self.filter.get());
        let sign = if path.contains('?') { '&' } else { '?' };
        if page == 0 { path } else { format!("{path}{sign}page={}", page + 1) }
    }
}

/// The page.
#[component]
pub fn QueuePage() -> impl IntoView {
    let Some(frame) = use_context::<Frame>() else { return ().into_any() };
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(|query| MessageFilter::from_parts(|name| query.get(name))));
    let page = Memo::new(move |_| {
        let page: Option<u32> = query.with(|query| query.get("page")).and_then(|page| page.parse().ok());
        page.unwrap_or(1).saturating_sub(1)
    });
    let migration = Memo::new(move |_| frame.overview.with(|overview| overview.migration.id.clone()));
    let list = Resource::new(
        move || (migration.get(), filter.get(), page.get()),
        |(migration, filter, page)| messages(migration, filter, page),
    );
    follow(Callback::new(move |()| list.refetch()));
    let may_act = frame.overview.with_untracked(|overview| overview.me.may(Action::ManageNotices));
    let shown = Shown {
        frame,
        filter,
        picked: RwSignal::new(Picked::default()),
        open: RwSignal::new(None),
        may_act,
        acting: Acting::new(),
    };
    // What was selected belongs to the list that was seen.
    Effect::new(move |before: Option<MessageFilter>| {
        let filter = filter.get();
        if before.is_some_and(|before| before != filter) {
            shown.picked.set(Picked::default());
        }
        filter
    });
    let retry = Callback::new(move |()| list.refetch());
    view! {
        <Title text=move || format!("Notifications · {}", frame.overview.read().migration.settings.name) />
        <div class="page messages-page">
            <div class="page-head">
                <h1>"Notifications"</h1>
                <p>"What customers and colleagues are told: what is to go, what has gone, and what could not."</p>
            </div>
            <NotificationTabs />
            <Search shown rules=Signal::derive(move || match list.get() {
                Some(Ok(list)) => list.rules,
                _ => Vec::new(),
            }) />
            {may_act.then(|| view! { <ActDialog shown refetch=retry /> })}
            <Transition fallback=|| view! { <Skeleton lines=9 /> }>
                {move || {
                    list.get().map(|answer| match answer {
                        Ok(list) => view! { <Loaded shown list /> }.into_any(),
                        Err(error) => view! { <Problem error retry /> }.into_any(),
                    })
                }}
            </Transition>
        </div>
        <Sheet open=shown.open migration />
    }
    .into_any()
}

/// Calls back a moment after something of the migration changed.
pub fn follow(changed: Callback<()>) {
    let live = expect_context::<Live>();
    let waiting = StoredValue::new(false);
    live.subscribe(Callback::new(move |message| {
        let told =
            matches!(message, LiveMessage::Rows { .. } | LiveMessage::Overview { .. } | LiveMessage::Resync { .. });
        if !told || waiting.try_get_value() != Some(false) {
            return;
        }
        waiting.set_value(true);
        set_timeout(
            move || {
                if waiting.try_set_value(false).is_none() {
                    changed.run(());
                }
            },
            REFETCH_PAUSE,
        );
    }));
}

/// Text, rule and kind; sent as a plain form, so that it works without script.
#[component]
fn Search(shown: Shown, #[prop(into)] rules: Signal<Vec<(domain::id::NoticeRuleNumber, String)>>) -> impl IntoView {
    let filter = shown.filter;
    let text = RwSignal::new(filter.with_untracked(|filter| filter.text.clone()));
    Effect::new(move |_| text.set(filter.with(|filter| filter.text.clone())));
    let navigate = use_navigate();
    let go = Callback::new(move |filter: MessageFilter| {
        navigate(&untrack(|| shown.address(&filter)), Default::default());
    });
    view! {
        <form
            class="message-search"
            method="get"
            action=move || shown.frame.address("notifications")
            role="search"
            on:submit=move |event| {
                event.prevent_default();
                go.run(MessageFilter { text: text.get_untracked(), ..filter.get_untracked() });
            }
        >
            {move || filter.with(|filter| filter.state.clone()).map(|state| view! {
                <input type="hidden" name="state" value=state />
            })}
            <label class="visually-hidden" for="message-search">
                "Search messages"
            </label>
            <span class="search">
                <Icon name="search" />
                <input
                    class="input"
                    type="search"
                    id="message-search"
                    name="q"
                    maxlength="200"
                    placeholder="Account, customer or colleague"
                    autocomplete="off"
                    value=text.get_untracked()
                    prop:value=text
                    on:input=move |event| text.set(event_target_value(&event))
                />
            </span>
            <label class="visually-hidden" for="message-kind">
                "Kind"
            </label>
            <select
                class="input"
                id="message-kind"
                name="kind"
                on:change=move |event| {
                    let kind = NoticeKind::from_code(&event_target_value(&event));
                    go.run(MessageFilter { kind, ..filter.get_untracked() });
                }
            >
                <option value="" selected=move || filter.with(|filter| filter.kind.is_none())>
                    "Every kind"
                </option>
                {NoticeKind::ALL
                    .into_iter()
                    .map(|kind| view! {
                        <option value=kind.code() selected=move || filter.with(|filter| filter.kind == Some(kind))>
                            {kind.label()}
                        </option>
                    })
                    .collect_view()}
            </select>
            <Suspense>
                {move || {
                    let rules = rules.get();
                    (!rules.is_empty()).then(|| view! {
                        <label class="visually-hidden" for="message-rule">
                            "Rule"
                        </label>
                        <select
                            class="input"
                            id="message-rule"
                            name="rule"
                            on:change=move |event| {
                                let rule = event_target_value(&event).parse().ok().map(domain::id::NoticeRuleNumber);
                                go.run(MessageFilter { rule, ..filter.get_untracked() });
                            }
                        >
                            <option value="" selected=filter.with(|filter| filter.rule.is_none())>
                                "Every rule"
                            </option>
                            {rules
                                .into_iter()
                                .map(|(number, name)| view! {
                                    <option
                                        value=number.to_string()
                                        selected=filter.with(|filter| filter.rule == Some(number))
                                    >
                                        {name}
                                    </option>
                                })
                                .collect_view()}
                        </select>
                    })
                }}
            </Suspense>
            <button type="submit" class="button">
                "Search"
            </button>
        </form>
    }
    .into_any()
}

/// The counts per state; each is a link that shows only these.
#[component]
fn Chips(shown: Shown, counts: Vec<(String, u32)>) -> impl IntoView {
    let filter = shown.filter;
    let all: u32 = counts.iter().map(|(_, count)| count).sum();
    let to = move |state: Option<String>| shown.address(&MessageFilter { state, ..filter.get() });
    let chips = counts
        .into_iter()
        .map(|(code, count)| {
            let (hue, icon) = look(&code);
            let label = state_label(&code);
            let (own, toggled) = (code.clone(), code);
            let current = move || filter.with(|filter| filter.state.as_deref() == Some(own.as_str())).then_some("true");
            view! {
                <a
                    class=format!("chip {hue}")
                    href=move || {
                        let on = filter.with(|filter| filter.state.as_deref() == Some(toggled.as_str()));
                        to((!on).then(|| toggled.clone()))
                    }
                    aria-current=current
                    data-noscroll=""
                >
                    <Icon name=icon />
                    {label}
                    " "
                    <b>{grouped(count)}</b>
                </a>
            }
        })
        .collect_view();
    view! {
        <section class="message-chips chips" aria-label="Messages by state">
            <a
                class="chip all"
                href=move || to(None)
                aria-current=move || filter.with(|filter| filter.state.is_none()).then_some("true")
                data-noscroll=""
            >
                "All "
                <b>{grouped(all)}</b>
            </a>
            {chips}
        </section>
    }
    .into_any()
}

#[component]
fn Loaded(shown: Shown, list: MessageList) -> impl IntoView {
    let MessageList { page, lines, matching, counts, stage, sends_mail, .. } = list;
    let address = shown.frame;
    let stopped = match stage {
        MigrationStage::Running => None,
        MigrationStage::Closed => Some("The migration is closed: nothing more is sent about its accounts.".to_owned()),
        stage => Some(format!("The migration is {}: nothing is sent until it runs.", stage.label())),
    };
    let stopped = stopped.map(|words| {
        view! {
            <Notice tone=Tone::Warning>
                <p>{words}</p>
            </Notice>
        }
    });
    let kept = (!sends_mail).then(|| {
        view! {
            <Notice tone=Tone::Info>
                <p>
                    "No mail server is configured: mail does not leave this server. It is kept in the "
                    <a href=move || address.address("notifications/mailbox")>"mailbox"</a>
                    ", where you can read it."
                </p>
            </Notice>
        }
    });
    let first = u64::from(page) * u64::from(PAGE);
    let last = first + lines.len() as u64;
    let body = if lines.is_empty() {
        let everything = shown.filter.with(MessageFilter::is_everything);
        match (everything, matching) {
            (true, 0) => view! {
                <Empty
                    icon="mail"
                    title="No messages yet"
                    text="Messages are written when a rule that is on finds a cause, or when its time has come."
                >
                    <a class="button primary" href=move || address.address("notifications/rules")>
                        "Show the rules"
                    </a>
                </Empty>
            }
            .into_any(),
            (_, 0) => view! {
                <Empty icon="search" title="No message matches" text="Choose another state, or search for less.">
                    <a class="button" href=move || address.address("notifications")>
                        "All messages"
                    </a>
                </Empty>
            }
            .into_any(),
            _ => view! {
                <Empty icon="search" title="There is no such page" text="The list is shorter than this.">
                    <a class="button" href=move || shown.page_address(0)>
                        "First page"
                    </a>
                </Empty>
            }
            .into_any(),
        }
    } else {
        view! {
            {shown.may_act.then(|| view! { <ActBar shown matching /> })}
            <Table shown lines />
            <nav class="pager" aria-label="Pages of the queue">
                <p>
                    <strong>{format!("{}–{}", grouped(first + 1), grouped(last))}</strong>
                    {format!(" of {}", counted(matching, "message", "messages"))}
                </p>
                <div class="button-row">
                    {(page > 0).then(|| view! {
                        <a class="button" rel="prev" href=move || shown.page_address(page - 1)>
                            <Icon name="left" />
                            "Previous"
                        </a>
                    })}
                    {(last < u64::from(matching)).then(|| view! {
                        <a class="button" rel="next" href=move || shown.page_address(page + 1)>
                            "Next"
                            <Icon name="right" />
                        </a>
                    })}
                </div>
            </nav>
        }
        .into_any()
    };
    view! {
        {stopped}
        {kept}
        {move || {
            shown.filter.with(|filter| filter.bulk.clone()).map(|bulk| view! {
                <p class="soft">
                    "Only what one bulk change or import caused. "
                    <a href=shown.frame.address(&format!("changes/{bulk}"))>"Show the change"</a>
                    " "
                    <a href=shown.address(&MessageFilter { bulk: None, ..shown.filter.get() })>"All messages"</a>
                </p>
            })
        }}
        <Chips shown counts />
        {body}
    }
    .into_any()
}
