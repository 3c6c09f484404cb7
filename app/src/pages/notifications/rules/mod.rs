//! The rules of a migration's notifications: what each does in a sentence, whether it is on, whom it would reach.

mod form;
mod reach;

use crate::api::ApiError;
use crate::api::rules::{AddUsualRules, RemoveRule, RuleLine, RuleList, SwitchRule, notice_rules};
use crate::components::empty::{Empty, Skeleton};
use crate::components::form::{FormError, failure, on_success};
use crate::components::icon::Icon;
use crate::components::notice::{Notice, Tone};
use crate::components::number::counted;
use crate::components::problem::{Problem, leave_when_signed_out};
use crate::live::Live;
use crate::pages::migration::Frame;
use crate::pages::notifications::NotificationTabs;
use domain::id::NoticeRuleNumber;
use domain::live::LiveMessage;
use domain::migration::MigrationStage;
use domain::policy::Action;
use form::RuleDialog;
use leptos::prelude::*;
use leptos_meta::Title;
use reach::ReachDialog;

/// What the lines share.
#[derive(Clone, Copy)]
struct Page {
    may_manage: bool,
    /// Opens the form: for this rule, or for a new one.
    edit: Callback<Option<RuleLine>>,
    /// Asks before a rule goes on, showing whom it reaches.
    ask: Callback<RuleLine>,
    off: Callback<NoticeRuleNumber>,
    remove: Callback<NoticeRuleNumber>,
    add_usual: Callback<()>,
    /// The rule of which the second click on "Remove" takes it away; outlives the list.
    going: RwSignal<Option<NoticeRuleNumber>>,
}

/// The page.
#[component]
pub fn RulesPage() -> impl IntoView {
    let frame = Frame::here();
    let may_manage = frame.overview.with_untracked(|overview| overview.me.may(Action::ManageNotices));
    let migration = Memo::new(move |_| frame.overview.with(|overview| overview.migration.id.clone()));
    let list = Resource::new(move || migration.get(), notice_rules);
    let retry = Callback::new(move |()| list.refetch());
    expect_context::<Live>().subscribe(Callback::new(move |message| {
        if matches!(message, LiveMessage::Overview { .. } | LiveMessage::Resync { .. }) {
            list.refetch();
        }
    }));
    let edited = RwSignal::new(None::<RuleLine>);
    let form_open = RwSignal::new(false);
    let asked = RwSignal::new(None::<RuleLine>);
    let switching = ServerAction::<SwitchRule>::new();
    let removing = ServerAction::<RemoveRule>::new();
    let adding = ServerAction::<AddUsualRules>::new();
    let (switch_error, remove_error, add_error) = (failure(switching), failure(removing), failure(adding));
    leave_when_signed_out(add_error);
    on_success(adding, move |()| list.refetch());
    leave_when_signed_out(switch_error);
    leave_when_signed_out(remove_error);
    on_success(switching, move |()| {
        asked.set(None);
        list.refetch();
    });
    on_success(removing, move |()| list.refetch());
    let page = Page {
        may_manage,
        edit: Callback::new(move |line| {
            edited.set(line);
            form_open.set(true);
        }),
        ask: Callback::new(move |line| {
            switching.clear();
            asked.set(Some(line));
        }),
        off: Callback::new(move |number| {
            let migration = migration.get_untracked();
            switching.dispatch(SwitchRule { migration, number, on: false, typed: None });
        }),
        remove: Callback::new(move |number| {
            removing.dispatch(RemoveRule { migration: migration.get_untracked(), number });
        }),
        going: RwSignal::new(None),
        add_usual: Callback::new(move |()| {
            adding.dispatch(AddUsualRules { migration: migration.get_untracked() });
        }),
    };
    // What is wrong with switching on stands in the question.
    let error = Signal::derive(move || {
        switch_error
            .get()
            .filter(|_| asked.with(Option::is_none))
            .or_else(|| remove_error.get())
            .or_else(|| add_error.get())
    });
    view! {
        <Title text=move || format!("Rules · {}", frame.overview.read().migration.settings.name) />
        <div class="page rules-page">
            <div class="page-head">
                <h1>"Rules"</h1>
                {may_manage.then(|| view! { <AddButton page /> })}
                <p>
                    "When whom is told what. A rule tells nobody before a lead has switched it on. "
                    {(!may_manage).then_some("A lead or an admin can change them.")}
                </p>
            </div>
            <NotificationTabs />
            <FormError error />
            <Transition fallback=|| view! { <Skeleton lines=6 /> }>
                {move || list.get().map(|answer| shown(page, answer, retry))}
            </Transition>
        </div>
        {may_manage.then(|| view! {
            <RuleDialog frame edited open=form_open list=Signal::derive(move || list.get().and_then(Result::ok)) saved=retry />
            <ReachDialog frame asked switching />
        })}
    }
    .into_any()
}

#[component]
fn AddButton(page: Page) -> impl IntoView {
    view! {
        <button type="button" class="button primary" aria-haspopup="dialog" on:click=move |_| page.edit.run(None)>
            <Icon name="plus" />
            "Rule"
        </button>
    }
    .into_any()
}

fn shown(page: Page, answer: Result<RuleList, ApiError>, retry: Callback<()>) -> AnyView {
    let list = match answer {
        Err(error) => return view! { <Problem error retry /> }.into_any(),
        Ok(list) => list,
    };
    let hint = stage_hint(list.stage);
    let empty = list.rules.is_empty();
    view! {
        {hint.map(|words| view! {
            <Notice tone=Tone::Info>
                <p>{words}</p>
            </Notice>
        })}
        {empty.then(|| view! {
            <Empty icon="info" title="No rules yet" text="Without rules nobody is told anything by itself. The usual ones are a notice 14 days before the date, a confirmation, a follow-up of tickets and an escalation before the deadline. They come switched off; each shows whom it would reach before you switch it on.">
                {page.may_manage.then(|| view! {
                    <button type="button" class="button primary" on:click=move |_| page.add_usual.run(())>
                        "Add the usual rules"
                    </button>
                })}
            </Empty>
        })}
        <ul class="rule-list" hidden=empty>
            {list.rules.into_iter().map(|line| view! { <Line line page /> }).collect_view()}
        </ul>
    }
    .into_any()
}

/// Why nothing goes out although rules are on.
fn stage_hint(stage: MigrationStage) -> Option<&'static str> {
    match stage {
        MigrationStage::Draft => {
            Some("The migration is a draft: messages are planned, and none goes out before it starts.")
        }
        MigrationStage::Paused => Some("The migration is paused: nothing goes out until it is resumed."),
        MigrationStage::Closed => Some("The migration is closed: nothing goes out about its accounts any more."),
        MigrationStage::Running => None,
    }
}

#[component]
fn Line(line: RuleLine, page: Page) -> impl IntoView {
    let number = line.rule.number;
    let is_on = line.rule.is_on();
    let name = line.rule.settings.name.clone();
    let heading = format!("rule-{number}");
    let labelled = heading.clone();
    let switched = format!("{name} is {}", if is_on { "on" } else { "off" });
    let (asked, edited) = (line.clone(), line.clone());
    let going = move || page.going.get() == Some(number);
    let figures = figures(&line);
    view! {
        <li class="panel rule" class:off={!is_on} aria-labelledby=labelled>
            <div class="about">
                <h2 id=heading>{name.clone()}</h2>
                <p>{line.sentence}</p>
                <p class="figures">
                    <span>"Template: " {line.template}</span>
                    {figures.into_iter().map(|words| view! { <span>{words}</span> }).collect_view()}
                </p>
            </div>
            <div class="rule-actions">
                {if page.may_manage {
                    view! {
                        <button
                            type="button"
                            role="switch"
                            class="switch"
                            aria-checked=if is_on { "true" } else { "false" }
                            aria-haspopup=(!is_on).then_some("dialog")
                            on:click=move |_| match is_on {
                                true => page.off.run(number),
                                false => page.ask.run(asked.clone()),
                            }
                        >
                            <span class="knob" aria-hidden="true"></span>
                            <span class="visually-hidden">{name.clone()}</span>
                            <span aria-hidden="true">{if is_on { "On" } else { "Off" }}</span>
                        </button>
                        <button type="button" class="button small quiet" aria-haspopup="dialog" on:click=move |_| page.edit.run(Some(edited.clone()))>
                            "Edit"
                            <span class="visually-hidden">" " {name.clone()}</span>
                        </button>
                        {(!is_on).then(|| {
                            let name = name.clone();
                            view! {
                                <button
                                    type="button"
                                    class="button small quiet"
                                    class:danger=going
                                    on:click=move |_| {
                                        if page.going.get_untracked() == Some(number) {
                                            page.remove.run(number);
                                        }
                                        page.going.set(Some(number));
                                    }
                                    on:blur=move |_| page.going.set(None)
                                >
                                    {move || if going() { "Really remove" } else { "Remove" }}
                                    <span class="visually-hidden">" " {name}</span>
                                </button>
                            }
                        })}
                    }
                    .into_any()
                } else {
                    view! { <p class="soft">{switched}</p> }.into_any()
                }}
            </div>
        </li>
    }
    .into_any()
}

fn figures(line: &RuleLine) -> Vec<String> {
    let mut figures = Vec::new();
    if let Some(next) = &line.next {
        figures.push(format!("Next: {next}"));
    }
    if line.open > 0 {
        figures.push(format!("{} waiting or held", counted(line.open, "message", "messages")));
    }
    if line.sent > 0 {
        figures.push(format!("{} sent", counted(line.sent, "message", "messages")));
    }
    figures
}
