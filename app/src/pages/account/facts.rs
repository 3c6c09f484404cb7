//! The facts beside the history; owner, cohort and rollback deadline can be edited where they stand.

use super::custom::CustomFacts;
use super::moves::{FieldEditor, open};
use super::{Shown, distance};
use crate::components::avatar::Who;
use crate::components::icon::Icon;
use crate::pages::accounts::edit::EditField;
use crate::pages::accounts::saves::SavingMark;
use crate::pages::accounts::{dom, words};
use domain::clock::Instant;
use domain::customer::address::path_of;
use domain::policy::Action;
use leptos::prelude::*;

/// Id, plan, region, cohort, owner, contact.
#[component]
pub fn Facts(shown: Shown) -> impl IntoView {
    let Shown { frame, detail, .. } = shown;
    let cohort = move || frame.overview.with(|overview| words::cohort(overview, shown.row(|row| row.cohort)));
    let owner = move || match shown.row(|row| row.owner.clone()) {
        None => view! { <span class="soft">"Nobody"</span> }.into_any(),
        Some(id) => {
            let name = frame.overview.with(|overview| words::person(overview, &id));
            view! { <Who id name /> }.into_any()
        }
    };
    let customer = move || path_of(&shown.row(|row| row.external_id.clone()));
    let others = move || detail.with(|detail| (detail.contacts > 1).then(|| format!("{} contacts", detail.contacts)));
    let channel = move || {
        let channel = detail.with(|detail| detail.channel);
        channel.map(|channel| channel.label().to_owned()).unwrap_or_default()
    };
    view! {
        <section class="panel" aria-labelledby="facts-title">
            <header class="panel-head">
                <h2 id="facts-title">"Facts"</h2>
            </header>
            <dl class="facts">
                <Fact name="External id" value=Signal::derive(move || shown.row(|row| row.external_id.to_string())) />
                <Fact name="Plan" value=Signal::derive(move || shown.row(|row| row.plan.clone())) />
                <Fact name="Region" value=Signal::derive(move || shown.row(|row| row.region.clone())) />
                <Editable shown field=EditField::Cohort id="edit-cohort">
                    {cohort}
                </Editable>
                <Editable shown field=EditField::Owner id="edit-owner">
                    {owner}
                </Editable>
                <CustomFacts shown />
            </dl>
        </section>
        <section class="panel" aria-labelledby="contact-title">
            <header class="panel-head">
                <h2 id="contact-title">"Main contact"</h2>
                <a class="button quiet small" href=customer>
                    "Open the customer"
                    {move || others().map(|others| view! { <span class="soft">{others}</span> })}
                </a>
            </header>
            <dl class="facts">
                <Fact name="Name" value=Signal::derive(move || detail.with(|detail| detail.contact_name.clone())) />
                <Fact name="Role" value=Signal::derive(move || detail.with(|detail| detail.contact_role.clone())) />
                <Fact name="E-mail" value=Signal::derive(move || shown.row(|row| row.email.clone())) />
                <Fact name="Phone" value=Signal::derive(move || detail.with(|detail| detail.contact_phone.clone())) />
                <Fact name="Channel" value=Signal::derive(channel) />
                <Fact name="Language" value=Signal::derive(move || detail.with(|detail| detail.language.clone())) />
                <Fact name="Time zone" value=Signal::derive(move || detail.with(|detail| detail.time_zone.clone())) />
            </dl>
        </section>
    }
}

#[component]
fn Fact(name: &'static str, value: Signal<String>) -> impl IntoView {
    let shown = move || match value.get() {
        text if text.is_empty() => view! { <span class="none" role="img" aria-label="none">"–"</span> }.into_any(),
        text => text.into_any(),
    };
    view! {
        <div>
            <dt>{name}</dt>
            <dd>
                <span class="value">{shown}</span>
            </dd>
        </div>
    }
}

/// A fact that whoever may edit accounts can change by a click on it.
#[component]
fn Editable(shown: Shown, field: EditField, id: &'static str, children: ChildrenFn) -> impl IntoView {
    let may = move || shown.frame.overview.with(|overview| overview.me.may(Action::EditAccounts));
    let value = move || {
        let inside = children();
        if may() {
            view! {
                <button type="button" class="value" id=id on:click=move |_| open(shown, field)>
                    {inside}
                    <Icon name="pencil" />
                    <span class="visually-hidden">{format!(", change {}", field.label().to_lowercase())}</span>
                </button>
            }
            .into_any()
        } else {
            view! { <span class="value">{inside}</span> }.into_any()
        }
    };
    view! {
        <div>
            <dt>{field.label()}</dt>
            <dd>
                {value}
                <SavingMark fields=Signal::derive(move || shown.unsaved()) field />
                <FieldEditor shown field back=id />
            </dd>
        </div>
    }
}

/// Until when the account can be rolled back; a lead may change it.
#[component]
pub fn RollbackUntil(shown: Shown) -> impl IntoView {
    let overview = shown.frame.overview;
    let begun = Memo::new(move |_| shown.row(|row| row.state.attempt().is_some()));
    let until = move || shown.row(|row| row.state.rollback_until());
    // One in progress may go back at any time; the clock runs for completed accounts.
    let counts = Memo::new(move |_| shown.row(|row| row.migrated_on.is_some()));
    let now = RwSignal::new(None::<Instant>);
    each_minute(now);
    let today = move || overview.with(|overview| overview.today);
    let may = move || overview.with(|overview| overview.me.may(Action::SetRollbackDeadline));
    move || {
        begun.get().then(|| view! {
            <div>
                <dt>"Rollback until"</dt>
                <dd>{move || until().map_or_else(|| "No rollback".to_owned(), |until| words::instant_text(until, today()))}</dd>
                {move || until().map(|until| {
                    let left = now.get().filter(|_| counts.get()).map(|now| time_left(until, now));
                    view! { <dd class="soft">{left.unwrap_or_else(|| distance(until.date_naive(), today()))}</dd> }
                })}
                {move || may().then(|| view! {
                    <dd>
                        <button
                            type="button"
                            class="link"
                            id="edit-rollback"
                            on:click=move |_| open(shown, EditField::RollbackUntil)
                        >
                            "Change"
                            <span class="visually-hidden">" the rollback deadline"</span>
                        </button>
                        <FieldEditor shown field=EditField::RollbackUntil back="edit-rollback" />
                    </dd>
                })}
            </div>
        })
    }
}

/// Tells the time in the browser, each minute. The server's page says the day only.
fn each_minute(now: RwSignal<Option<Instant>>) {
    Effect::new(move |_| {
        now.set(Some(dom::now()));
        let ticking = set_interval_with_handle(
            move || {
                now.try_set(Some(dom::now()));
            },
            std::time::Duration::from_secs(60),
        );
        on_cleanup(move || {
            if let Ok(ticking) = ticking {
                ticking.clear();
            }
        });
    });
}

/// How long a rollback is still possible: `Rollback possible for 3 d 4 h`.
fn time_left(until: Instant, now: Instant) -> String {
    let minutes = (until - now).num_minutes();
    match (minutes / 1_440, minutes / 60 % 24, minutes % 60) {
        _ if minutes <= 0 => "No longer possible".to_owned(),
        (0, 0, minutes) => format!("Rollback possible for {minutes} min"),
        (0, hours, minutes) => format!("Rollback possible for {hours} h {minutes} min"),
        (days, hours, _) => format!("Rollback possible for {days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Duration};

    #[test]
    fn the_time_left_is_told_as_exactly_as_it_matters() {
        let now = DateTime::default();
        let left = |minutes| time_left(now + Duration::minutes(minutes), now);
        assert_eq!(left(3 * 1_440 + 4 * 60 + 30), "Rollback possible for 3 d 4 h");
        assert_eq!(left(125), "Rollback possible for 2 h 5 min");
        assert_eq!(left(59), "Rollback possible for 59 min");
        assert_eq!([left(0), left(-5)], ["No longer possible"; 2]);
    }
}
