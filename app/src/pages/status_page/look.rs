//! A company's theme: accents, logo, host, links; and other migrations on the page.

use super::file;
use super::tabs::{Done, Loaded, Screen, Sending, page_once};
use crate::api::status_page::{Other, PageAnswer, set_also, set_look};
use crate::components::button::SubmitButton;
use crate::components::form::{FormError, TextInput, error_of};
use crate::components::icon::Icon;
use crate::pages::migration::Frame;
use domain::id::MigrationId;
use domain::policy::Action;
use domain::status_page::accent::{Accents, problem};
use domain::status_page::check::LOGO_MAX;
use domain::status_page::{FootLink, Localized, Logo, Look};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The page.
#[component]
pub fn LookPage() -> impl IntoView {
    let Some(frame) = use_context::<Frame>() else { return ().into_any() };
    let may_publish = frame.overview.with_untracked(|overview| overview.me.may(Action::PublishPage));
    let page = page_once(frame);
    let shown = Callback::new(move |answer: PageAnswer| {
        match may_publish {
            true => view! { <Form frame look=answer.page.look.clone() /> <Also frame also=answer.page.also others=answer.others /> }.into_any(),
            false => view! { <p class="soft">"A lead or an admin can change the look of the page."</p> }.into_any(),
        }
    });
    view! {
        <Screen frame title="Look" text="Your colours, your mark, your address. Everything else stays readable by itself.">
            <Loaded resource=page children=shown />
        </Screen>
    }
    .into_any()
}

/// A link at the foot as it is being written: in English, and as it is in other languages.
#[derive(Clone, Copy)]
struct Link {
    key: u32,
    label: RwSignal<String>,
    address: RwSignal<String>,
    whole: StoredValue<Localized>,
}

#[component]
fn Form(frame: Frame, look: Look) -> impl IntoView {
    let accent = RwSignal::new(look.accent.clone());
    let accent_dark = RwSignal::new(look.accent_dark.clone());
    let (host, home) = (RwSignal::new(look.host.clone()), RwSignal::new(look.home.clone()));
    let logo = RwSignal::new(look.logo.clone());
    let logo_problem = RwSignal::new(None::<String>);
    let next = StoredValue::new(0_u32);
    let link = move |link: &FootLink| {
        let key = next.try_update_value(|next| {
            *next += 1;
            *next
        });
        Link {
            key: key.unwrap_or(0),
            label: RwSignal::new(link.label.text("en", "en").to_owned()),
            address: RwSignal::new(link.address.clone()),
            whole: StoredValue::new(link.label.clone()),
        }
    };
    let links = RwSignal::new(look.links.iter().map(link).collect::<Vec<_>>());
    let sending = Sending::new();
    let error = sending.error;
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let written = links.get_untracked().into_iter().map(|link| {
            let mut label = link.whole.get_value();
            label.set("en", &link.label.get_untracked());
            FootLink { label, address: link.address.get_untracked() }
        });
        let look = Look {
            accent: accent.get_untracked(),
            accent_dark: accent_dark.get_untracked(),
            logo: logo.get_untracked(),
            host: host.get_untracked(),
            home: home.get_untracked(),
            links: written.collect(),
        };
        let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
        sending.run(set_look(migration, look), move |()| {
            sending.done.set("Saved: readers see it at once".to_owned());
            frame.refetch.run(());
        });
    };
    let pick = move |event: leptos::ev::Event| {
        spawn_local(async move {
            let Some(bytes) = file::chosen(event, LOGO_MAX).await else { return };
            match Logo::of_file(&bytes) {
                Ok(made) => {
                    logo_problem.try_set(None);
                    logo.try_set(Some(made));
                }
                // The logo that was there stays.
                Err(words) => _ = logo_problem.try_set(Some(words)),
            }
        });
    };
    // At once while it is typed; the server says the same.
    let complaint = move |field: &'static str, text: RwSignal<String>, dark: bool| {
        let answered = error_of(error.into(), field);
        Signal::derive(move || {
            let text = text.get();
            if text.is_empty() { answered.get() } else { problem(&text.to_ascii_lowercase(), dark).or(answered.get()) }
        })
    };
    let accents = move || Accents::of(&accent.get(), &accent_dark.get());
    let swatch = move |dark: bool| {
        move || {
            accents().map(|accents| {
            let (colour, ink) = match dark {
                true => (accents.dark, accents.dark_ink),
                false => (accents.light, accents.light_ink),
            };
            view! {
                <svg class="swatch" viewBox="0 0 120 32" role="img" aria-label=format!("{} on {} ground", colour.text(), if dark { "dark" } else { "light" })>
                    <rect width="120" height="32" fill=if dark { "#1e2423" } else { "#f3f4f1" }></rect>
                    <rect x="4" y="4" width="56" height="24" rx="4" fill=colour.text()></rect>
                    <text x="32" y="20" text-anchor="middle" font-size="11" fill=ink.text()>"Button"</text>
                    <text x="90" y="20" text-anchor="middle" font-size="11" fill=colour.text()>"Link"</text>
                </svg>
            }
        })
        }
    };
    view! {
        <section class="panel" aria-labelledby="look-heading">
            <div class="panel-head"><h2 id="look-heading">"Theme"</h2></div>
            <form class="panel-body" on:submit=send>
                <FormError error fields=&["accent", "accent_dark", "host", "home"] />
                <div class="fields">
                    <div class="pair">
                        <TextInput name="accent" label="Accent on light ground" bound=accent hint="A colour such as #0b6e69. Empty: Landbridge's own." error=complaint("accent", accent, false) optional=true />
                        <TextInput name="accent_dark" label="Accent on dark ground" bound=accent_dark hint="Empty: made of the other one, so that it can be read." error=complaint("accent_dark", accent_dark, true) optional=true />
                    </div>
                    <div class="swatches">{swatch(false)} {swatch(true)}</div>
                    <div class="field">
                        <label for="logo">"Logo " <span class="soft">"(optional)"</span></label>
                        <input id="logo" type="file" accept="image/png,image/jpeg,image/webp" aria-describedby="logo-hint" on:change=pick />
                        {move || logo_problem.get().map(|words| view! {
                            <p class="error" role="alert">
                                <Icon name="alert" />
                                <span>{words}</span>
                            </p>
                        })}
                        <p class="hint" id="logo-hint">"PNG, JPEG or WebP, at most 20 kB."</p>
                        {move || logo.get().map(|picture| view! {
                            <p class="logo-preview">
                                <img alt="The logo" src=format!("data:{};base64,{}", picture.media_type, picture.bytes) />
                                <button type="button" class="button small" on:click=move |_| logo.set(None)>"Remove the logo"</button>
                            </p>
                        })}
                    </div>
                    <TextInput name="home" label="Where the logo leads" bound=home inputmode="url" placeholder="https://…" error=error_of(error.into(), "home") optional=true />
                    <TextInput name="host" label="Own host name" bound=host hint="Such as status.example.com: point its name to this server. The page is then at its root." error=error_of(error.into(), "host") optional=true />
                </div>
                <fieldset class="foot-links">
                    <legend>"Links at the foot"</legend>
                    {move || links.get().into_iter().enumerate().map(|(index, link)| {
                        let at = move |field: &'static str| Signal::derive(move || {
                            let name = format!("links.{index}.{field}");
                            error.with(|error| error.as_ref().and_then(|error| error.for_field(&name)))
                        });
                        view! {
                            <div class="pair">
                                <TextInput name=format!("link-label-{}", link.key) label="Words" bound=link.label error=at("label.en") />
                                <TextInput name=format!("link-address-{}", link.key) label="Address" bound=link.address inputmode="url" error=at("address") />
                                <button type="button" class="button small danger" on:click=move |_| links.update(|links| links.retain(|other| other.key != link.key))>
                                    "Remove"
                                    <span class="visually-hidden">" link " {index + 1}</span>
                                </button>
                            </div>
                        }
                    }).collect_view()}
                    <button type="button" class="button small" on:click=move |_| {
                        let made = link(&FootLink::default());
                        links.update(|links| links.push(made));
                    }>
                        <Icon name="plus" />
                        "Add a link"
                    </button>
                </fieldset>
                <div class="form-foot">
                    <SubmitButton label="Save" pending=sending.pending />
                    <Done sending />
                </div>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Also(frame: Frame, also: Vec<MigrationId>, others: Vec<Other>) -> impl IntoView {
    if others.is_empty() {
        return ().into_any();
    }
    let chosen = RwSignal::new(also);
    let sending = Sending::new();
    let toggle = move |id: MigrationId| {
        let mut wanted = chosen.get_untracked();
        match wanted.iter().position(|other| *other == id) {
            Some(place) => _ = wanted.remove(place),
            None => wanted.push(id),
        }
        let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
        sending.run(set_also(migration, wanted.clone()), move |()| {
            chosen.set(wanted);
            sending.done.set("Saved".to_owned());
        });
    };
    let line = move |other: Other| {
        let (id, own) = (other.id.clone(), other.id);
        view! {
            <label class="choice">
                <input
                    type="checkbox"
                    prop:checked=move || chosen.with(|chosen| chosen.contains(&id))
                    on:change=move |_| toggle(own.clone())
                />
                <span>
                    {other.name}
                    {(!other.published).then(|| view! { <span class="soft">" (its page is not published, so it does not appear yet)"</span> })}
                </span>
            </label>
        }
    };
    view! {
        <section class="panel" aria-labelledby="also-heading">
            <div class="panel-head">
                <h2 id="also-heading">"Other migrations on this page"</h2>
                <Done sending />
            </div>
            <div class="panel-body">
                <FormError error=sending.error />
                {others.into_iter().map(line).collect_view()}
            </div>
        </section>
    }
    .into_any()
}
