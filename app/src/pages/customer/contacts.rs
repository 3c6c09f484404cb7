//! The people at the customer: read, edited where they stand, added, removed, made the main one.

use super::conflict::ConflictChoice;
use super::edit::{Edit, OpenForm};
use super::form::{EditForm, Input};
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::FormError;
use crate::components::icon::Icon;
use domain::customer::edit::CustomerChange;
use domain::customer::{CONTACTS_MAX, Contact, ContactFact, Profile};
use domain::id::ContactNumber;
use domain::language;
use leptos::prelude::*;

/// All contacts, the main one first.
#[component]
pub fn Contacts(edit: Edit) -> impl IntoView {
    let numbers = Memo::new(move |_| {
        edit.detail.with(|detail| detail.profile.contacts.iter().map(|contact| contact.number).collect::<Vec<_>>())
    });
    let adding = Memo::new(move |_| edit.open.get() == Some(OpenForm::NewContact));
    let removing = RwSignal::new(None::<Contact>);
    let button = move || {
        let full = numbers.with(Vec::len) >= CONTACTS_MAX;
        (edit.may && !adding.get()).then(|| {
            view! {
                <button
                    type="button"
                    id="add-contact"
                    class="button small"
                    aria-disabled=full.then_some("true")
                    aria-describedby=full.then_some("contacts-full")
                    on:click=move |_| {
                        if !full {
                            edit.begin(OpenForm::NewContact, "add-contact".to_owned());
                        }
                    }
                >
                    <Icon name="plus" />
                    "Contact"
                </button>
                {full.then(|| view! {
                    <span id="contacts-full" class="soft">
                        {format!("At most {CONTACTS_MAX} contacts.")}
                    </span>
                })}
            }
        })
    };
    // What went wrong without a form: making somebody the main contact, removing somebody.
    let loose = move || {
        edit.open.with(Option::is_none).then(|| {
            view! {
                <FormError error=edit.error />
                {move || edit.conflict.get().map(|conflict| view! { <ConflictChoice edit conflict /> })}
            }
        })
    };
    view! {
        <section class="panel contacts" aria-labelledby="contacts-title">
            <header class="panel-head">
                <h2 id="contacts-title" tabindex="-1">"Contacts"</h2>
                <div class="button-row">{button}</div>
            </header>
            <p class="visually-hidden" role="status">{edit.said}</p>
            <div class="loose">{loose}</div>
            {move || (numbers.with(Vec::is_empty) && !adding.get()).then(|| view! {
                <p class="nobody soft">"Nobody is known here yet. Notices need a contact with an address."</p>
            })}
            <ul class="contact-list">
                <For each=move || numbers.get() key=|number| *number let:number>
                    <li>
                        <OneContact edit number removing />
                    </li>
                </For>
            </ul>
            {move || adding.get().then(|| view! { <ContactForm edit number=ContactNumber::default() /> })}
        </section>
        <RemoveDialog edit removing />
    }
    .into_any()
}

#[component]
fn OneContact(edit: Edit, number: ContactNumber, removing: RwSignal<Option<Contact>>) -> impl IntoView {
    let open = Memo::new(move |_| edit.open.get() == Some(OpenForm::Contact(number)));
    move || match open.get() {
        true => view! { <ContactForm edit number /> }.into_any(),
        false => view! { <Card edit number removing /> }.into_any(),
    }
}

#[component]
fn Card(edit: Edit, number: ContactNumber, removing: RwSignal<Option<Contact>>) -> impl IntoView {
    let shown = Memo::new(move |_| {
        edit.detail.with(|detail| {
            let profile = &detail.profile;
            let contact = profile.contact(number)?;
            let is_main = profile.main_contact() == number;
            Some((contact.clone(), is_main, manner(profile, contact)))
        })
    });
    move || {
        shown.get().map(|(contact, is_main, manner)| {
            let called = contact.called().to_owned();
            let Contact { name, email, role, phone, .. } = contact;
            let heading = if name.is_empty() { called.clone() } else { name };
            let mail = (!email.is_empty()).then(|| {
                let address = format!("mailto:{email}");
                view! {
                    <a href=address>
                        <Icon name="mail" />
                        {email}
                    </a>
                }
            });
            let ring = (!phone.is_empty()).then(|| {
                let number: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
                view! {
                    <a href=format!("tel:{number}")>
                        <Icon name="phone" />
                        {phone}
                    </a>
                }
            });
            view! {
                <div class="contact-card">
                    <div class="known">
                        <h3>
                            {heading}
                            {is_main.then(|| view! { <span class="tag">"Main contact"</span> })}
                        </h3>
                        {(!role.is_empty()).then(|| view! { <p>{role}</p> })}
                        <p class="reach">{mail} {ring}</p>
                        {(!manner.is_empty()).then(|| view! { <p class="soft">{manner}</p> })}
                    </div>
                    {edit.may.then(|| view! { <Steps edit number is_main called removing /> })}
                </div>
            }
        })
    }
}

/// How to write to a contact: language, zone and channel, its own or the customer's.
fn manner(profile: &Profile, contact: &Contact) -> String {
    let language = profile.language_of(contact);
    let channel = profile.channel_of(contact).map(|channel| format!("prefers {}", channel.label().to_lowercase()));
    let named = if language.is_empty() { String::new() } else { language::named(language) };
    let parts = [named, profile.time_zone_of(contact).to_owned(), channel.unwrap_or_default()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

#[component]
fn Steps(
    edit: Edit,
    number: ContactNumber,
    is_main: bool,
    called: String,
    removing: RwSignal<Option<Contact>>,
) -> impl IntoView {
    let edit_id = format!("edit-contact-{number}");
    let [of_edit, of_main, of_removal] = [(); 3].map(|()| format!(" {called}"));
    let make_main = move |_| {
        let seen = edit.detail.with_untracked(|detail| detail.profile.main_contact());
        edit.save_one(CustomerChange::MakeMain { contact: number, seen }, format!("edit-contact-{number}"));
    };
    let ask = move |_| {
        removing.set(edit.detail.with_untracked(|detail| detail.profile.contact(number).cloned()));
    };
    view! {
        <div class="button-row">
            {(!is_main).then(|| view! {
                <button type="button" class="button small quiet" on:click=make_main>
                    "Make main"
                    <span class="visually-hidden">{of_main}</span>
                </button>
            })}
            <button
                type="button"
                id=edit_id.clone()
                class="button small"
                on:click=move |_| edit.begin(OpenForm::Contact(number), edit_id.clone())
            >
                <Icon name="pencil" />
                "Edit"
                <span class="visually-hidden">{of_edit}</span>
            </button>
            <button type="button" class="button small" aria-haspopup="dialog" on:click=ask>
                "Remove…"
                <span class="visually-hidden">{of_removal}</span>
            </button>
        </div>
    }
    .into_any()
}

/// The form of a contact; without a number it adds one.
#[component]
fn ContactForm(edit: Edit, number: ContactNumber) -> impl IntoView {
    let contact = edit.detail.with_untracked(|detail| detail.profile.contact(number).cloned()).unwrap_or_default();
    let input = |fact: &ContactFact| Input::new(fact.code(), fact.label(), contact.fact(*fact));
    let inputs: Vec<_> = ContactFact::ALL.iter().map(input).collect();
    let typed = StoredValue::new(inputs.clone());
    let save = Callback::new(move |()| {
        let changed: Vec<_> = typed.with_value(|inputs| {
            let changed = |(fact, input): (&ContactFact, &Input)| Some((*fact, input.changed()?));
            ContactFact::ALL.iter().zip(inputs).filter_map(changed).collect()
        });
        let changes = match number.is_none() {
            true => {
                let mut contact = Contact::default();
                for (fact, (_, to)) in changed {
                    contact.set_fact(fact, to);
                }
                vec![CustomerChange::AddContact { contact }]
            }
            false => {
                let change = |(fact, (seen, to))| CustomerChange::Contact { contact: number, fact, seen, to };
                changed.into_iter().map(change).collect()
            }
        };
        edit.save(changes);
    });
    let (label, verb) = match number.is_none() {
        true => ("New contact".to_owned(), "Add the contact"),
        false => (format!("Contact {}", contact.called()), "Save"),
    };
    view! {
        <div class="contact-edit">
            <EditForm edit inputs label verb inherits=true on_save=save />
        </div>
    }
    .into_any()
}

/// Asks before somebody is removed.
#[component]
fn RemoveDialog(edit: Edit, removing: RwSignal<Option<Contact>>) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(removing.read().is_some()));
    Effect::new(move |_| {
        if !open.get() && removing.read_untracked().is_some() {
            removing.set(None);
        }
    });
    let title = Signal::derive(move || {
        removing
            .with(|contact| contact.as_ref().map(|contact| format!("Remove {}?", contact.called())))
            .unwrap_or_default()
    });
    view! {
        <Dialog id="remove-contact" title open>
            {move || removing.get().map(|contact| view! {
                <form on:submit=move |event| {
                    event.prevent_default();
                    removing.set(None);
                    let remove = CustomerChange::RemoveContact { contact: contact.number, seen: contact.clone() };
                    edit.save_one(remove, "contacts-title".to_owned());
                }>
                    <p>"They are not written to any more. The history keeps that they were here."</p>
                    <footer>
                        <button type="button" class="button" on:click=move |_| open.set(false)>
                            "Cancel"
                        </button>
                        <SubmitButton label="Remove" pending=edit.pending class="danger primary" />
                    </footer>
                </form>
            })}
        </Dialog>
    }
    .into_any()
}
