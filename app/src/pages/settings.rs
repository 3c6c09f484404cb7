//! A migration's settings and its stage.

use crate::api::migrations::{ChangeMigration, MoveMigration};
use crate::components::button::SubmitButton;
use crate::components::date::long_day;
use crate::components::form::{FormError, failure, on_success};
use crate::components::migration_form::{FIELDS, MigrationFields, filled};
use crate::components::problem::leave_when_signed_out;
use crate::components::reason_dialog::{Question, ReasonDialog};
use crate::components::stage::MigrationStageTag;
use crate::pages::days::DaysCard;
use crate::pages::fields::FieldsCard;
use crate::pages::migration::Frame;
use crate::pages::templates::TemplateCard;
use domain::migration::{Migration, MigrationSettings, MigrationStage};
use domain::policy::Action;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// What a lead sets of a migration. Others read it.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let Some(frame) = use_context::<Frame>() else { return ().into_any() };
    let migration = Memo::new(move |_| frame.overview.with(|overview| overview.migration.clone()));
    let may = |action| frame.overview.with_untracked(|overview| overview.me.may(action));
    let may_change = may(Action::ManageMigrations);
    view! {
        <Title text=move || format!("Settings · {}", migration.read().settings.name) />
        <div class="page narrow">
            <div class="page-head">
                <h1>"Settings"</h1>
            </div>
            <StageCard migration frame may_move=may(Action::MoveMigrations) />
            {if may_change {
                view! { <SettingsForm migration=migration.get_untracked() frame /> }.into_any()
            } else {
                view! { <SettingsRead migration /> }.into_any()
            }}
            <section class="panel" aria-labelledby="customer-pages-heading">
                <div class="panel-head">
                    <h2 id="customer-pages-heading">"Customers' pages"</h2>
                </div>
                <div class="panel-body">
                    <p>"What customers see of their account behind a link, and what they can ask for there."</p>
                    <div class="button-row">
                        <a class="button" href=move || frame.address("customer-page")>"Set up customers' pages"</a>
                    </div>
                </div>
            </section>
            <DaysCard frame />
            <FieldsCard frame />
            <TemplateCard frame />
        </div>
    }
    .into_any()
}

#[component]
fn SettingsForm(migration: Migration, frame: Frame) -> impl IntoView {
    let change = ServerAction::<ChangeMigration>::new();
    let error = failure(change);
    leave_when_signed_out(error);
    let slug_before = StoredValue::new(migration.settings.slug.clone());
    let saved = RwSignal::new(false);
    let navigate = use_navigate();
    on_success(change, move |slug| {
        saved.set(true);
        if slug == slug_before.get_value() {
            frame.refetch.run(());
        } else {
            slug_before.set_value(slug.clone());
            let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
            navigate(&format!("/m/{slug}/settings"), options);
        }
    });
    let form = filled(&migration.settings);
    view! {
        <section class="panel" aria-labelledby="settings-heading">
            <div class="panel-head">
                <h2 id="settings-heading">"Name, dates and rules"</h2>
            </div>
            <div class="panel-body" on:input=move |_| saved.set(false)>
                <ActionForm action=change>
                    <div class="fields">
                        <input type="hidden" name="migration" value=migration.id.to_string() />
                        <FormError error fields=FIELDS />
                        <MigrationFields form error />
                        <div class="form-foot">
                            <SubmitButton label="Save" pending=change.pending() />
                            <span class="saved" role="status">
                                {move || (saved.get() && error.read().is_none()).then_some("Saved")}
                            </span>
                        </div>
                    </div>
                </ActionForm>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn SettingsRead(migration: Memo<Migration>) -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="settings-heading">
            <div class="panel-head">
                <h2 id="settings-heading">"Name, dates and rules"</h2>
                <p class="soft">"A lead or an admin can change them."</p>
            </div>
            <dl class="facts">
                {move || {
                    facts(&migration.read().settings)
                        .into_iter()
                        .map(|(term, value)| view! {
                            <div>
                                <dt>{term}</dt>
                                <dd>{value}</dd>
                            </div>
                        })
                        .collect_view()
                }}
            </dl>
        </section>
    }
    .into_any()
}

fn facts(settings: &MigrationSettings) -> [(&'static str, String); 7] {
    let or_dash = |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
    [
        ("Name", settings.name.clone()),
        ("Public name", or_dash(&settings.public_name)),
        ("Address", settings.slug.clone()),
        ("Description", or_dash(&settings.description)),
        ("Deadline", long_day(settings.deadline)),
        ("Time zone", settings.time_zone.clone()),
        ("Rollback period", settings.rollback_days.map_or("No rollback".to_owned(), |days| format!("{days} days"))),
    ]
}

#[component]
fn StageCard(migration: Memo<Migration>, frame: Frame, may_move: bool) -> impl IntoView {
    let moving = ServerAction::<MoveMigration>::new();
    let error = failure(moving);
    leave_when_signed_out(error);
    let question = RwSignal::new(None);
    let target = StoredValue::new(MigrationStage::Draft);
    on_success(moving, move |()| {
        question.set(None);
        frame.refetch.run(());
    });
    let ask = move |to: MigrationStage| {
        moving.clear();
        target.set_value(to);
        question.set(Some(question_of(&migration.read_untracked(), to)));
    };
    let confirm = move |reason| {
        let migration = migration.read_untracked().id.clone();
        moving.dispatch(MoveMigration { migration, to: target.get_value(), reason });
    };
    let stage = Memo::new(move |_| migration.read().stage);
    view! {
        <section class="panel" aria-labelledby="stage-heading">
            <div class="panel-head">
                <h2 id="stage-heading">"Stage"</h2>
                {move || view! { <MigrationStageTag stage=stage.get() /> }}
            </div>
            <div class="panel-body">
                <p>{move || meaning(stage.get())}</p>
                <div class="button-row">
                    {move || may_move.then(|| stage_buttons(stage.get(), ask))}
                    {(!may_move).then(|| view! { <p class="soft">"A lead or an admin can change the stage."</p> })}
                </div>
            </div>
        </section>
        <ReasonDialog id="move-migration" question on_confirm=confirm pending=moving.pending() error />
    }
    .into_any()
}

fn stage_buttons(stage: MigrationStage, ask: impl Fn(MigrationStage) + Copy + Send + Sync + 'static) -> impl IntoView {
    stage
        .next()
        .iter()
        .map(|to| {
            let to = *to;
            let class = if to == MigrationStage::Running { "button primary" } else { "button" };
            view! {
                <button type="button" class=class aria-haspopup="dialog" on:click=move |_| ask(to)>
                    {to.verb(stage)}
                    "…"
                </button>
            }
        })
        .collect_view()
}

fn meaning(stage: MigrationStage) -> &'static str {
    match stage {
        MigrationStage::Draft => {
            "Accounts can be imported, planned and given to owners. None can start until the migration runs."
        }
        MigrationStage::Running => "Accounts can start while their cohort, if they have one, is running too.",
        MigrationStage::Paused => "No account can start. Those in progress may finish, block or roll back.",
        MigrationStage::Closed => "The migration is over. No account can start any more.",
    }
}

fn question_of(migration: &Migration, to: MigrationStage) -> Question {
    let verb = to.verb(migration.stage);
    let (effect, reason) = match to {
        MigrationStage::Running => ("Accounts of running cohorts can start from now on.", ""),
        MigrationStage::Paused => (
            "From now on no account can start. Those in progress may finish, block or roll back. You can resume at any time.",
            "Paused to look into a problem.",
        ),
        MigrationStage::Closed => ("No account can start any more, and a closed migration cannot be opened again.", ""),
        MigrationStage::Draft => ("", ""),
    };
    Question {
        title: format!("{verb} {}?", migration.settings.name),
        effect: effect.to_owned(),
        verb: format!("{verb} the migration"),
        reason: reason.to_owned(),
        danger: matches!(to, MigrationStage::Paused | MigrationStage::Closed),
    }
}
