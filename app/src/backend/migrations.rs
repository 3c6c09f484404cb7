//! Migrations: the list, the frame, settings, stages, publishing.

use super::acting;
use crate::api::ApiError;
use crate::api::migrations::{BlackoutForm, CohortSummary, MigrationForm, MigrationSummary, Overview, Person};
use crate::api::session::Me;
use chrono::NaiveDate;
use domain::calendar::Calendar;
use domain::cohort::{Cohort, Window};
use domain::id::MigrationId;
use domain::migration::{Blackout, FieldError, MigrationSettings, MigrationStage};
use domain::notice::promise::PromiseCounts;
use domain::slug;
use domain::status::StatusCounts;
use store::{MigrationLine, MigrationView, local_text, window_days, zone_of};

/// All migrations.
pub async fn list() -> Result<Vec<MigrationSummary>, ApiError> {
    acting(async |acting, _| {
        let list = acting.migrations().await?;
        let summary = |line: MigrationLine| MigrationSummary {
            migration: line.migration,
            counts: line.counts,
            promises: line.promises,
            cohorts: line.cohorts,
            days_left: line.days_left,
        };
        Ok(list.into_iter().map(summary).collect())
    })
    .await
}

/// The frame of one migration.
pub async fn overview(slug: String) -> Result<Overview, ApiError> {
    let me = super::visitor().session.map(|session| Me::from(&session.user));
    acting(async |acting, _| {
        let view = acting.migration_by_slug(&slug).await?;
        Ok(framed(view, me.ok_or(ApiError::SignedOut)?))
    })
    .await
}

fn framed(view: MigrationView, me: Me) -> Overview {
    let zone = view.migration.settings.time_zone.clone();
    let cohort = |(cohort, counts, promises): (Cohort, StatusCounts, PromiseCounts)| {
        let window = cohort.settings.window;
        let own = zone_of(&cohort.settings, &zone);
        let for_form = |at| local_text(at, own, "%Y-%m-%dT%H:%M");
        CohortSummary {
            days: window.map(|window| window_days(&window, &zone)),
            window: window.map(|window| window_text(&window, own)).unwrap_or_default(),
            window_starts: window.map(|window| for_form(window.starts)).unwrap_or_default(),
            window_ends: window.map(|window| for_form(window.ends)).unwrap_or_default(),
            cohort,
            counts,
            promises,
        }
    };
    let person = |user: &domain::user::User| Person {
        id: user.id.clone(),
        name: user.name.clone(),
        email: user.email.clone(),
        active: !user.disabled,
    };
    Overview {
        cohorts: view.cohorts.into_iter().map(cohort).collect(),
        people: view.people.iter().map(person).collect(),
        migration: view.migration,
        counts: view.counts,
        promises: view.promises,
        me,
        today: view.today,
        days_left: view.days_left,
        position: view.position,
    }
}

/// A window for reading, in a zone: the day is said once if it starts and ends on the same.
pub fn window_text(window: &Window, zone: &str) -> String {
    let day = |at| local_text(at, zone, "%-d %b %Y");
    let starts = local_text(window.starts, zone, "%-d %b %Y, %H:%M");
    let ends = match day(window.starts) == day(window.ends) {
        true => local_text(window.ends, zone, "%H:%M %Z"),
        false => local_text(window.ends, zone, "%-d %b %Y, %H:%M %Z"),
    };
    format!("{starts} to {ends}")
}

/// Creates a migration as a draft and goes to it.
pub async fn create(form: MigrationForm, template: String) -> Result<String, ApiError> {
    acting(async |acting, _| {
        let settings = read(form)?;
        let slug = settings.slug.clone();
        match template.trim() {
            "" => acting.create_migration(settings).await?,
            template => acting.create_migration_from(&template.into(), settings).await?,
        };
        leptos_axum::redirect(&format!("/m/{slug}/accounts"));
        Ok(slug)
    })
    .await
}

/// Changes a migration's settings.
pub async fn change(migration: MigrationId, form: MigrationForm) -> Result<String, ApiError> {
    acting(async |acting, _| {
        let settings = read(form)?;
        let slug = settings.slug.clone();
        acting.change_migration(&migration, settings).await?;
        Ok(slug)
    })
    .await
}

/// Sets the days on which nothing is planned.
pub async fn change_days(migration: MigrationId, blackouts: Vec<BlackoutForm>, weekends: bool) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.change_days(&migration, read_days(&blackouts, weekends)?).await?)).await
}

/// Reads the days as typed; an end that is left empty is the first day.
fn read_days(forms: &[BlackoutForm], weekends: bool) -> Result<Calendar, ApiError> {
    let mut problems = Vec::new();
    let mut blackouts = Vec::new();
    for (index, form) in forms.iter().enumerate() {
        let mut day = |field: &str, text: &str| {
            text.trim().parse::<NaiveDate>().ok().or_else(|| {
                problems.push(FieldError::new(&format!("blackout_{index}_{field}"), "Choose a day."));
                None
            })
        };
        let first = day("first", &form.first);
        let last = if form.last.trim().is_empty() { first } else { day("last", &form.last) };
        if let (Some(first), Some(last)) = (first, last) {
            blackouts.push(Blackout { first, last, reason: form.reason.clone() });
        }
    }
    if problems.is_empty() { Ok(Calendar { blackouts, weekends }) } else { Err(ApiError::Invalid { problems }) }
}

/// Starts, pauses, resumes or closes a migration.
pub async fn move_to(migration: MigrationId, to: MigrationStage, reason: String) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.move_migration(&migration, to, reason).await?)).await
}

/// Publishes the status page or takes it back.
pub async fn publish(migration: MigrationId, publish: bool) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.publish(&migration, publish).await?)).await
}

/// Reads the form's fields as typed.
fn read(form: MigrationForm) -> Result<MigrationSettings, ApiError> {
    let mut problems = Vec::new();
    let deadline = form.deadline.trim().parse().map_err(|_| {
        problems.push(FieldError::new("deadline", "Give the day by which every customer must be across."));
    });
    let rollback_days = match form.rollback_days.trim() {
        "" => Ok(None),
        days => days.parse().map(Some).map_err(|_| {
            problems.push(FieldError::new("rollback_days", "A whole number of days, or empty for no rollback."));
        }),
    };
    let (Ok(deadline), Ok(rollback_days)) = (deadline, rollback_days) else {
        return Err(ApiError::Invalid { problems });
    };
    let name = form.name.trim().to_owned();
    let slug = match form.slug.trim() {
        "" => slug::from_name(&name),
        typed => typed.to_owned(),
    };
    let time_zone = match form.time_zone.trim() {
        "" => "UTC".to_owned(),
        zone => zone.to_owned(),
    };
    Ok(MigrationSettings {
        name,
        public_name: form.public_name.trim().to_owned(),
        slug,
        description: form.description.trim().to_owned(),
        deadline,
        time_zone,
        rollback_days,
        // They have an editor of their own, and an existing migration keeps them.
        blackouts: Vec::new(),
        weekends: false,
    })
}
