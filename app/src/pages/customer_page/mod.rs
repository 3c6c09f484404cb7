//! What customers' pages of a migration say and allow, with a preview.

mod form;

use crate::api::ApiError;
use crate::api::customer_pages::{change_page, page_settings};
use crate::components::button::SubmitButton;
use crate::components::empty::Skeleton;
use crate::components::form::{FormError, Select, TextArea, TextInput};
use crate::components::icon::Icon;
use crate::components::problem::{Problem, leave_when_signed_out};
use crate::pages::migration::Frame;
use domain::customer_page::settings::{LANGUAGES_MAX, POINTS_MAX, PageSettings, Way};
use domain::policy::Action;
use form::{Form, LanguageLine, PointLine};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;

/// The page.
#[component]
pub fn CustomerPageSettings() -> impl IntoView {
    let frame = Frame::here();
    let migration = Memo::new(move |_| frame.overview.with(|overview| overview.migration.id.clone()));
    let settings = Resource::new(move || migration.get(), page_settings);
    let retry = Callback::new(move |()| settings.refetch());
    view! {
        <Title text="Customers' pages" />
        <div class="page">
            <div class="page-head">
                <h1>"Customers' pages"</h1>
                <p>"Each contact of an account can open its page by a link, without signing in. Put the link into a message with the variable customer_page.url, or copy it on the account's page."</p>
            </div>
            <Transition fallback=|| view! { <Skeleton lines=9 /> }>
                {move || {
                    settings.get().map(|answer| match answer {
                        Ok(settings) => view! { <Loaded frame settings /> }.into_any(),
                        Err(error) => view! { <Problem error retry /> }.into_any(),
                    })
                }}
            </Transition>
        </div>
    }
    .into_any()
}

#[component]
fn Loaded(frame: Frame, settings: PageSettings) -> impl IntoView {
    let may = frame.overview.with_untracked(|overview| overview.me.may(Action::ManageMigrations));
    // The preview shows what is saved: it is fetched anew after saving.
    let saved = RwSignal::new(0_u32);
    view! {
        {if may {
            view! { <Editor frame settings saved /> }.into_any()
        } else {
            view! { <Reading settings /> }.into_any()
        }}
        <Preview frame saved />
    }
    .into_any()
}

#[component]
fn Reading(settings: PageSettings) -> impl IntoView {
    let way = |way: Way| way.label();
    let yes = |on: bool| if on { "Offered" } else { "Not offered" };
    let allowed = settings.allowed;
    let facts = [
        ("Pages", if settings.on { "Switched on" } else { "Switched off" }),
        ("Readiness", yes(allowed.ready)),
        ("Another date", way(allowed.other_date)),
        ("Another contact", way(allowed.contact)),
        ("Opting out", way(allowed.opt_out)),
        ("Rating", yes(allowed.rating)),
        ("Something is wrong", yes(allowed.problem)),
    ];
    view! {
        <section class="panel" aria-labelledby="page-settings">
            <div class="panel-head">
                <h2 id="page-settings">"What customers can do"</h2>
                <p class="soft">"A lead or an admin can change it."</p>
            </div>
            <dl class="facts">
                {facts
                    .into_iter()
                    .map(|(term, value)| view! {
                        <div>
                            <dt>{term}</dt>
                            <dd>{value}</dd>
                        </div>
                    })
                    .collect_view()}
            </dl>
        </section>
    }
    .into_any()
}

#[component]
fn Editor(frame: Frame, settings: PageSettings, saved: RwSignal<u32>) -> impl IntoView {
    let form = Form::new(&settings);
    let error = RwSignal::new(None::<ApiError>);
    leave_when_signed_out(error.into());
    let pending = RwSignal::new(false);
    let is_saved = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        error.set(None);
        let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
        let settings = form.read();
        spawn_local(async move {
            let outcome = change_page(migration, settings).await;
            if pending.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(()) => {
                    is_saved.set(true);
                    saved.update(|count| *count += 1);
                }
                Err(problem) => error.set(Some(problem)),
            }
        });
    };
    let field = move |name: &'static str| {
        Signal::derive(move || error.with(|error| error.as_ref().and_then(|error| error.for_field(name))))
    };
    let tick = |label: &'static str, bound: RwSignal<bool>| {
        view! {
            <label class="choice">
                <input type="checkbox" prop:checked=bound checked=bound.get_untracked() on:change=move |event| bound.set(event_target_checked(&event)) />
                {label}
            </label>
        }
    };
    let choose = |name: &'static str, label: &'static str, bound: RwSignal<String>| {
        let present = bound.get_untracked();
        view! {
            <Select name=name id=format!("page-{name}") label=label bound=bound>
                {Way::ALL
                    .into_iter()
                    .map(|way| view! {
                        <option value=way.code() selected={way.code() == present}>
                            {way.label()}
                        </option>
                    })
                    .collect_view()}
            </Select>
        }
    };
    view! {
        <form class="fields" on:submit=submit on:input=move |_| is_saved.set(false) novalidate=true>
            <FormError error />
            <section class="panel" aria-labelledby="page-allowed">
                <div class="panel-head">
                    <h2 id="page-allowed">"What customers can do"</h2>
                </div>
                <div class="panel-body fields">
                    {tick("Customers have pages: without this, every link is refused", form.on)}
                    {tick("Confirm that they are ready (needs a checklist)", form.ready)}
                    {choose("other_date", "Ask for another date", form.other_date)}
                    {choose("contact", "Name another contact", form.contact)}
                    {choose("opt_out", "Opt out", form.opt_out)}
                    {tick("Rate the migration afterwards", form.rating)}
                    {tick("Say that something is wrong: flags the account", form.problem)}
                    <TextInput name="lead_days" id="page-lead-days" label="Days before its date until which an account may ask for another one" bound=form.lead_days error=field("lead_days") inputmode="numeric" />
                    <TextInput name="link_days" id="page-link-days" label="Days for which a link is good" hint="A message that names it makes it good anew." bound=form.link_days error=field("link_days") inputmode="numeric" />
                </div>
            </section>
            <section class="panel" aria-labelledby="page-support">
                <div class="panel-head">
                    <h2 id="page-support">"Whom customers can turn to"</h2>
                </div>
                <div class="panel-body fields">
                    <TextInput name="support_email" id="page-support-email" label="E-mail" bound=form.email error=field("support_email") optional=true autocomplete="off" />
                    <TextInput name="support_phone" id="page-support-phone" label="Phone" bound=form.phone error=field("support_phone") optional=true autocomplete="off" />
                    <TextInput name="support_hours" id="page-support-hours" label="When somebody is there" bound=form.hours error=field("support_hours") optional=true autocomplete="off" />
                </div>
            </section>
            <section class="panel" aria-labelledby="page-texts">
                <div class="panel-head">
                    <h2 id="page-texts">"What the page says"</h2>
                    <p class="soft">"The fixed words are there in English, German and French."</p>
                </div>
                <div class="panel-body fields">
                    <ul class="page-languages">
                        <For each=move || form.languages.get() key=|line| line.key let(line)>
                            <Language line form error=error.into() />
                        </For>
                    </ul>
                    <button type="button" class="button" hidden=move || form.languages.with(|lines| lines.len() >= LANGUAGES_MAX) on:click=move |_| form.add_language()>
                        <Icon name="plus" />
                        "Language"
                    </button>
                    <TextInput name="fallback" id="page-fallback" label="Language for everybody else" bound=form.fallback error=field("fallback") autocomplete="off" />
                </div>
            </section>
            <section class="panel" aria-labelledby="page-checklist">
                <div class="panel-head">
                    <h2 id="page-checklist">"Checklist"</h2>
                </div>
                <div class="panel-body fields">
                    <ul class="page-points">
                        <For each=move || form.points.get() key=|line| line.key let(line)>
                            <Point line form error=error.into() />
                        </For>
                    </ul>
                    <button type="button" class="button" hidden=move || form.points.with(|lines| lines.len() >= POINTS_MAX) on:click=move |_| form.add_point()>
                        <Icon name="plus" />
                        "Point"
                    </button>
                </div>
            </section>
            <div class="form-foot">
                <SubmitButton label="Save" pending=pending />
                <span class="saved" role="status">
                    {move || (is_saved.get() && error.read().is_none()).then_some("Saved")}
                </span>
            </div>
        </form>
    }
    .into_any()
}

#[component]
fn Language(line: LanguageLine, form: Form, error: Signal<Option<ApiError>>) -> impl IntoView {
    let LanguageLine { key, tag, what_happens, before, after, opt_out } = line;
    let complaint = move |part: &'static str| {
        Signal::derive(move || {
            let field = match part {
                "" => format!("texts_{}", tag.get()),
                part => format!("texts_{}_{part}", tag.get()),
            };
            error.with(|error| error.as_ref().and_then(|error| error.for_field(&field)))
        })
    };
    view! {
        <li>
            <TextInput name="tag" id=format!("page-language-{key}") label="Language" hint="A tag such as en or pt-BR." bound=tag error=complaint("") autocomplete="off" />
            <TextArea name="what_happens" id=format!("page-what-{key}") label="What happens, and how long it takes" bound=what_happens error=complaint("what_happens") optional=true rows=4 maxlength=5000 />
            <TextArea name="before" id=format!("page-before-{key}") label="What to do before" hint="Lines that begin with a dash are a list." bound=before error=complaint("before") optional=true rows=4 maxlength=5000 />
            <TextArea name="after" id=format!("page-after-{key}") label="What to do afterwards" bound=after error=complaint("after") optional=true rows=3 maxlength=5000 />
            <TextArea name="opt_out" id=format!("page-optout-{key}") label="What it means not to take part" bound=opt_out error=complaint("opt_out") optional=true rows=2 maxlength=5000 />
            <div class="button-row">
                <button type="button" class="button quiet" on:click=move |_| form.languages.update(|lines| lines.retain(|other| other.key != key))>
                    {move || format!("Remove {}", tag.get())}
                </button>
            </div>
        </li>
    }
    .into_any()
}

#[component]
fn Point(line: PointLine, form: Form, error: Signal<Option<ApiError>>) -> impl IntoView {
    let key = line.key;
    let place = Memo::new(move |_| form.points.with(|lines| lines.iter().position(|other| other.key == key)));
    let inputs = move || {
        let one = move |language: LanguageLine| {
            let (title, hint) = line.words(language.key);
            let complaint = move |part: &'static str| {
                Signal::derive(move || {
                    let field = format!("point_{}_{part}_{}", place.get()?, language.tag.get());
                    error.with(|error| error.as_ref().and_then(|error| error.for_field(&field)))
                })
            };
            let tag = language.tag.get_untracked();
            view! {
                <TextInput name="title" id=format!("page-point-{key}-{}-title", language.key) label=format!("What is to be done ({tag})") bound=title error=complaint("title") autocomplete="off" maxlength=200 />
                <TextInput name="hint" id=format!("page-point-{key}-{}-hint", language.key) label=format!("Hint ({tag})") bound=hint error=complaint("hint") optional=true autocomplete="off" maxlength=400 />
            }
        };
        form.languages.get().into_iter().map(one).collect_view()
    };
    view! {
        <li>
            {inputs}
            <div class="button-row">
                <button type="button" class="button quiet" on:click=move |_| form.points.update(|lines| lines.retain(|other| other.key != key))>
                    "Remove this point"
                </button>
            </div>
        </li>
    }
    .into_any()
}

/// The page as it is saved, of an account and in a language.
#[component]
fn Preview(frame: Frame, saved: RwSignal<u32>) -> impl IntoView {
    let account = RwSignal::new(String::new());
    let language = RwSignal::new("en".to_owned());
    let address = move || {
        let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
        let account: String = account.with(|account| account.chars().filter(char::is_ascii_digit).collect());
        format!("/m/{migration}/customer-page/preview?account={account}&lang={}&saved={}", language.get(), saved.get())
    };
    view! {
        <section class="panel" aria-labelledby="page-preview">
            <div class="panel-head">
                <h2 id="page-preview">"Preview"</h2>
                <p class="soft">"As it is saved. Nothing can be sent from here."</p>
            </div>
            <div class="panel-body">
                <div class="customer-page-frame-head">
                    <TextInput name="account" id="page-preview-account" label="Account no." hint="Empty: one with a date." bound=account optional=true autocomplete="off" inputmode="numeric" />
                    <Select name="language" id="page-preview-language" label="Language" bound=language>
                        <option value="en" selected=true>"English"</option>
                        <option value="de">"Deutsch"</option>
                        <option value="fr">"Français"</option>
                    </Select>
                </div>
                // Without rights: nothing in it runs, and its forms send nothing.
                <iframe class="customer-page-frame" title="The customer's page" sandbox="" src=address></iframe>
            </div>
        </section>
    }
    .into_any()
}
