//! The list of migrations, or the first start.

use crate::api::migrations::{CreateMigration, MigrationSummary, migrations};
use crate::components::button::SubmitButton;
use crate::components::date::{days_left, long_day};
use crate::components::empty::Skeleton;
use crate::components::form::{FormError, TextInput, error_of, failure};
use crate::components::frame::{Page, use_may};
use crate::components::icon::Icon;
use crate::components::migration_form::{adopt_browsers_zone, proposal};
use crate::components::number::{counted, grouped};
use crate::components::problem::{Problem, leave_when_signed_out};
use crate::components::promises::PromisesKept;
use crate::components::segments::Segments;
use crate::components::stage::MigrationStageTag;
use domain::migration::MigrationStage;
use domain::policy::Action;
use domain::status::Status;
use leptos::form::ActionForm;
use leptos::prelude::*;

/// Every migration with its state, or how to begin.
#[component]
pub fn HomePage() -> impl IntoView {
    let list = Resource::new_blocking(|| (), |_| migrations());
    let may_create = use_may(Action::ManageMigrations);
    view! {
        <Page title="Migrations">
            <Transition fallback=|| view! { <Skeleton /> }>
                {move || {
                    let may_create = may_create.get();
                    list.get().map(|answer| match answer {
                        Ok(list) if list.is_empty() => view! { <FirstStart may_create /> }.into_any(),
                        Ok(list) => view! { <List list may_create /> }.into_any(),
                        Err(error) => view! { <Problem error retry=Callback::new(move |()| list.refetch()) /> }.into_any(),
                    })
                }}
            </Transition>
        </Page>
    }
    .into_any()
}

#[component]
fn List(list: Vec<MigrationSummary>, may_create: bool) -> impl IntoView {
    view! {
        <div class="page-head">
            <h1>"Migrations"</h1>
            {may_create.then(|| view! {
                <a class="button primary" href="/new">
                    <Icon name="plus" />
                    "New migration"
                </a>
            })}
        </div>
        <ul class="migration-list">
            {list.into_iter().map(|summary| view! { <Line summary /> }).collect_view()}
        </ul>
    }
    .into_any()
}

#[component]
fn Line(summary: MigrationSummary) -> impl IntoView {
    let MigrationSummary { migration, counts, promises, cohorts, days_left: days } = summary;
    let told = format!("/m/{}/notifications/promises", migration.settings.slug);
    let settings = migration.settings;
    let over = migration.stage == MigrationStage::Closed;
    // Amber on a deadline means less than 48 hours.
    let urgency = match days {
        _ if over => "deadline",
        days if days < 0 => "deadline late",
        0..2 => "deadline soon",
        _ => "deadline",
    };
    let completed = format!("{} of {} completed", grouped(counts.of(Status::Completed)), grouped(counts.taking_part()));
    let blocked = counts.of(Status::Blocked);
    view! {
        <li class="panel migration-line" class:over=over>
            <div class="head">
                <h2>
                    <a href=format!("/m/{}/accounts", settings.slug)>{settings.name}</a>
                </h2>
                <MigrationStageTag stage=migration.stage />
                <p class=urgency>
                    {(!over).then(|| view! { <strong>{days_left(days)}</strong> })}
                    " until "
                    {long_day(settings.deadline)}
                </p>
            </div>
            <Segments counts=counts />
            <p class="figures">
                <span>{completed}</span>
                {(blocked > 0)
                    .then(|| view! {
                        <span class="state-word blocked">
                            <Icon name="blocked" />
                            {format!("{} blocked", grouped(blocked))}
                        </span>
                    })}
                <span>{counted(counts.total(), "account", "accounts")}</span>
                <span>{counted(cohorts, "cohort", "cohorts")}</span>
                <PromisesKept counts=promises address=told />
                {migration.published.then(|| view! { <span>"Status page published"</span> })}
            </p>
        </li>
    }
    .into_any()
}

#[component]
fn FirstStart(may_create: bool) -> impl IntoView {
    view! {
        <div class="first">
            <Bridge />
            <h1>"Start your first migration"</h1>
            <p class="lede">
                "A migration is one platform change with a deadline. Give it a name and the day by which every customer \
                must be across; all the rest can come later."
            </p>
            {if may_create {
                view! { <StartForm /> }.into_any()
            } else {
                view! { <p class="lede">"A lead or an admin can start one; ask a colleague who is."</p> }.into_any()
            }}
        </div>
    }
    .into_any()
}

#[component]
fn StartForm() -> impl IntoView {
    let create = ServerAction::<CreateMigration>::new();
    let error = failure(create);
    leave_when_signed_out(error);
    let proposed = proposal();
    let zone = RwSignal::new(proposed.time_zone);
    adopt_browsers_zone(zone, true);
    view! {
        <ActionForm action=create>
            <div class="panel start-form">
                <FormError error fields=&["name", "deadline"] />
                <div class="start-fields">
                    <TextInput
                        name="form[name]"
                        label="Name"
                        placeholder="Ledger 3 billing"
                        hint="Colleagues see it. Customers see a name of its own."
                        error=error_of(error, "name")
                        maxlength=120
                        required=true
                        autocomplete="off"
                    />
                    <TextInput
                        name="form[deadline]"
                        kind="date"
                        label="Deadline"
                        hint="You can move it later."
                        error=error_of(error, "deadline")
                        required=true
                    />
                </div>
                <input type="hidden" name="form[time_zone]" prop:value=zone value="UTC" />
                <input type="hidden" name="form[rollback_days]" value=proposed.rollback_days />
                <div class="start-foot">
                    <p class="soft">"Nothing is sent and nothing is public until you say so."</p>
                    <SubmitButton label="Start the migration" pending=create.pending() />
                </div>
            </div>
        </ActionForm>
        <p class="soft after">
            "You have a spreadsheet? Import it as soon as the migration is there; a dry run shows what would happen \
            before anything is written. " <a href="/new">"All settings at once"</a>
        </p>
    }
    .into_any()
}

/// A bridge between two shores; the accounts cross it.
#[component]
fn Bridge() -> impl IntoView {
    const NEAR: &str = "M0 96c40-10 96-8 128 4 26 10 44 24 52 44l4 24";
    const FAR: &str = "M640 84c-44-10-92-4-124 12-28 14-48 28-58 50l-6 22";
    const WAVES: &str = "M200 146c10 0 10-6 20-6s10 6 20 6 10-6 20-6 10 6 20 6 10-6 20-6 10 6 20 6 10-6 20-6 10 6 20 6 \
        10-6 20-6 10 6 20 6 10-6 20-6 10 6 20 6M220 160c10 0 10-6 20-6s10 6 20 6 10-6 20-6 10 6 20 6 10-6 20-6 10 6 20 6 \
        10-6 20-6 10 6 20 6 10-6 20-6 10 6 20 6";
    const TRAVELLERS: [(&str, f32, f32); 7] = [
        ("from", 177.2, 87.4),
        ("from", 218.0, 69.1),
        ("mid", 265.6, 55.4),
        ("mid", 320.0, 50.0),
        ("to", 374.4, 55.4),
        ("to", 422.0, 69.1),
        ("to", 462.8, 87.4),
    ];
    view! {
        <svg class="bridge" viewBox="0 0 640 168" aria-hidden="true">
            <path class="land" d=format!("{NEAR}H0z")></path>
            <path class="coast" d=NEAR></path>
            <path class="land far" d=format!("{FAR}h188z")></path>
            <path class="coast far" d=FAR></path>
            <path class="pillar" d="M235 74v60M320 60v74M405 74v60"></path>
            <path class="arch" d="M150 112Q320 6 490 112"></path>
            <path class="water" d=WAVES></path>
            {TRAVELLERS
                .into_iter()
                .map(|(class, x, y)| view! { <circle class=class cx=x.to_string() cy=y.to_string() r="5"></circle> })
                .collect_view()}
        </svg>
    }
    .into_any()
}
