//! What readers see now, publishing the page and taking it back, and what it follows by itself.

use super::tabs::{Done, Loaded, Screen, Sending, page_of};
use crate::api::migrations::PublishPage;
use crate::api::status_page::{PageAnswer, set_follow};
use crate::components::browser;
use crate::components::button::{CopyButton, SubmitButton};
use crate::components::form::{FormError, failure, on_success};
use crate::components::icon::Icon;
use crate::components::number::grouped;
use crate::components::problem::leave_when_signed_out;
use crate::pages::migration::Frame;
use domain::policy::Action;
use domain::public_page::{PublicIncident, PublicPage};
use domain::status_page::{ComponentState, Follow, IncidentKind};
use leptos::form::ActionForm;
use leptos::prelude::*;

/// The first screen of the status page.
#[component]
pub fn OverviewPage() -> impl IntoView {
    let Some(frame) = use_context::<Frame>() else { return ().into_any() };
    let may_publish = frame.overview.with_untracked(|overview| overview.me.may(Action::PublishPage));
    let page = page_of(frame, || false);
    let follow = RwSignal::new(None::<Follow>);
    let shown = Callback::new(move |answer: PageAnswer| {
        follow.set(Some(answer.page.follow));
        view! { <Readers frame answer /> }.into_any()
    });
    view! {
        <Screen frame title="Status page" text="What customers can read without signing in.">
            <PublishCard frame may_publish />
            <Loaded resource=page children=shown />
            <FollowCard frame follow may_publish />
        </Screen>
    }
    .into_any()
}

#[component]
fn PublishCard(frame: Frame, may_publish: bool) -> impl IntoView {
    let publish = ServerAction::<PublishPage>::new();
    let error = failure(publish);
    leave_when_signed_out(error);
    on_success(publish, move |()| frame.refetch.run(()));
    let migration = Memo::new(move |_| frame.overview.with(|overview| overview.migration.clone()));
    let path = Memo::new(move |_| format!("/status/{}", migration.read().settings.slug));
    let origin = RwSignal::new(String::new());
    Effect::new(move |_| origin.set(browser::origin()));
    let address = Signal::derive(move || format!("{}{}", origin.get(), path.get()));
    let published = Memo::new(move |_| migration.read().published);
    let label = Signal::derive(move || match published.get() {
        true => "Take the page back".to_owned(),
        false => "Publish the page".to_owned(),
    });
    view! {
        <section class="panel" aria-labelledby="status-page-heading">
            <div class="panel-head">
                <h2 id="status-page-heading">"Public status page"</h2>
                {move || published_tag(published.get())}
            </div>
            <div class="panel-body">
                <FormError error />
                <p>
                    "No sign-in, no customer's name. Cohorts appear under their public names, and nothing internal is shown."
                </p>
                <div class="address-line">
                    <code>{address}</code>
                    <CopyButton text=address class="button small" />
                    {move || published.get().then(|| view! {
                        <a class="button small" href=path.get() rel="external">
                            <Icon name="external" />
                            "Open"
                        </a>
                    })}
                </div>
                {if may_publish {
                    view! {
                        <ActionForm action=publish>
                            <input type="hidden" name="migration" value=move || migration.read().id.to_string() />
                            <input type="hidden" name="publish" value=move || (!published.get()).to_string() />
                            <div class="form-foot">
                                <SubmitButton label pending=publish.pending() class="" />
                                <span class="soft">{move || match published.get() {
                                    true => "Its address leads nowhere then. Everything that was written stays.",
                                    false => "Anybody with the address can read it from then on.",
                                }}</span>
                            </div>
                        </ActionForm>
                    }
                    .into_any()
                } else {
                    view! { <p class="soft">"A lead or an admin can publish it or take it back."</p> }.into_any()
                }}
            </div>
        </section>
    }
    .into_any()
}

fn published_tag(published: bool) -> impl IntoView {
    let (class, icon, word) = match published {
        true => ("stage moving", "status-page", "Published"),
        false => ("stage resting", "lock", "Not published"),
    };
    view! {
        <span class=class>
            <Icon name=icon />
            {word}
        </span>
    }
    .into_any()
}

/// What readers see, in short.
#[component]
fn Readers(frame: Frame, answer: PageAnswer) -> impl IntoView {
    let PageAnswer { public, published, texts_published, texts_planned, drafted, page, .. } = answer;
    let fallback = public.content.fallback().to_owned();
    let headline = match public.content.headline.text(&fallback, "en") {
        "" => public.sentence(),
        text => text.to_owned(),
    };
    let banner = public.content.banner.text(&fallback, "en").to_owned();
    let behind =
        page.published.as_ref().is_none_or(|published| published.content != page.draft) && page.draft_version > 0;
    let told = match texts_published.is_empty() {
        true => "No texts are published yet: readers see what the page follows by itself.".to_owned(),
        false => format!("The texts were published {texts_published}."),
    };
    let heading = if published { "What readers see now" } else { "What readers would see" };
    view! {
        <section class="panel" aria-labelledby="readers-heading">
            <div class="panel-head">
                <h2 id="readers-heading">{heading}</h2>
                <a class="button small" href=frame.address("status-page/texts")>
                    <Icon name="pencil" />
                    "Texts"
                </a>
            </div>
            <div class="panel-body page-preview">
                {(!banner.is_empty()).then(|| view! { <p class="banner">{banner}</p> })}
                <p class="headline">{headline}</p>
                {public.shows_progress.then(|| view! {
                    <p class="soft">
                        {grouped(public.progress.moved)} " of " {grouped(public.progress.of)} " accounts have moved."
                    </p>
                })}
                {incidents(frame, &public, &fallback)}
                {components(&public, &fallback)}
                <p class="soft">{told}</p>
                {(!texts_planned.is_empty()).then(|| view! {
                    <p>"Other texts go out by themselves: " {texts_planned} "."</p>
                })}
                {behind.then(|| view! {
                    <p>
                        "There is a draft that readers do not see yet, saved " {drafted} ". "
                        <a href=frame.address("status-page/texts")>"Look at it"</a>
                    </p>
                })}
            </div>
        </section>
    }
    .into_any()
}

fn incidents(frame: Frame, public: &PublicPage, fallback: &str) -> AnyView {
    let open: Vec<&PublicIncident> =
        public.incidents.iter().filter(|incident| !incident.cancelled && !incident.state.is_over()).collect();
    if open.is_empty() {
        return view! { <p class="soft">"No incident is open and no maintenance is planned."</p> }.into_any();
    }
    let line = |incident: &&PublicIncident| {
        let address = frame.address(&format!("status-page/incidents/{}", incident.number));
        let kind = if incident.kind == IncidentKind::Maintenance { "Maintenance" } else { "Incident" };
        view! {
            <li>
                <a href=address>{incident.title.text(fallback, "en").to_owned()}</a>
                <span class="soft">{kind} ": " {incident.state.label()}</span>
            </li>
        }
    };
    view! { <ul class="plain-list">{open.iter().map(line).collect_view()}</ul> }.into_any()
}

fn components(public: &PublicPage, fallback: &str) -> AnyView {
    let shown: Vec<_> = public
        .components
        .iter()
        .filter(|component| !(component.only_if_degraded && component.state == ComponentState::Operational))
        .collect();
    if shown.is_empty() {
        return view! { <p class="soft">"No parts of the service are listed."</p> }.into_any();
    }
    let line = shown.into_iter().map(|component| {
        view! {
            <li class:part-of-group=component.group.is_some()>
                <span>{component.name.text(fallback, "en").to_owned()}</span>
                {part_state(component.state)}
            </li>
        }
    });
    view! { <ul class="plain-list parts">{line.collect_view()}</ul> }.into_any()
}

/// A state: a shape beside its word.
pub fn part_state(state: ComponentState) -> impl IntoView {
    let (icon, tone) = match state {
        ComponentState::Operational => ("check", "works"),
        ComponentState::UnderMaintenance => ("settings", "maintenance"),
        ComponentState::DegradedPerformance => ("clock", "slow"),
        ComponentState::PartialOutage => ("alert", "partly"),
        ComponentState::MajorOutage => ("close", "down"),
    };
    view! {
        <span class=format!("part-state {tone}")>
            <Icon name=icon />
            {state.label()}
        </span>
    }
}

#[component]
fn FollowCard(frame: Frame, follow: RwSignal<Option<Follow>>, may_publish: bool) -> impl IntoView {
    let sending = Sending::new();
    let switch = move |change: fn(&mut Follow)| {
        let Some(mut wanted) = follow.get_untracked() else { return };
        change(&mut wanted);
        let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
        sending.run(set_follow(migration, wanted), move |()| {
            follow.set(Some(wanted));
            sending.done.set("Saved".to_owned());
        });
    };
    let choice = move |words: &'static str, hint: &'static str, is: fn(&Follow) -> bool, change: fn(&mut Follow)| {
        view! {
            <label class="choice">
                <input
                    type="checkbox"
                    prop:checked=move || follow.get().is_some_and(|follow| is(&follow))
                    disabled=!may_publish
                    on:change=move |_| switch(change)
                />
                <span>{words} " " <span class="soft">{hint}</span></span>
            </label>
        }
    };
    view! {
        <section class="panel" aria-labelledby="follow-heading">
            <div class="panel-head">
                <h2 id="follow-heading">"What it follows by itself"</h2>
                <Done sending />
            </div>
            <div class="panel-body">
                <FormError error=sending.error />
                {choice(
                    "Windows of cohorts",
                    "Each is a maintenance that starts and ends with its cohort.",
                    |follow| follow.windows,
                    |follow| follow.windows = !follow.windows,
                )}
                {choice(
                    "Halted cohorts",
                    "Each leaves the draft of an incident, which no reader sees until a lead publishes it.",
                    |follow| follow.halts,
                    |follow| follow.halts = !follow.halts,
                )}
                {choice(
                    "Progress",
                    "How many accounts have moved, and how that grew.",
                    |follow| follow.progress,
                    |follow| follow.progress = !follow.progress,
                )}
                {(!may_publish).then(|| view! { <p class="soft">"A lead or an admin can change this."</p> })}
            </div>
        </section>
    }
    .into_any()
}
