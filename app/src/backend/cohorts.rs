//! Cohorts of a migration.

use super::acting;
use crate::api::ApiError;
use crate::api::cohorts::CohortForm;
use chrono::NaiveDateTime;
use domain::clock::Instant;
use domain::cohort::{CohortSettings, CohortStage, Window};
use domain::id::{CohortNumber, MigrationId, UserId};
use domain::migration::FieldError;
use store::{Acting, zone_instant};

/// Adds a cohort.
pub async fn create(migration: MigrationId, form: CohortForm) -> Result<CohortNumber, ApiError> {
    acting(async |acting, _| {
        let settings = read(acting, &migration, form).await?;
        Ok(acting.create_cohort(&migration, settings).await?)
    })
    .await
}

/// Changes a cohort's settings.
pub async fn change(migration: MigrationId, cohort: CohortNumber, form: CohortForm) -> Result<(), ApiError> {
    acting(async |acting, _| {
        let settings = read(acting, &migration, form).await?;
        Ok(acting.change_cohort(&migration, cohort, settings).await?)
    })
    .await
}

/// Puts a cohort at another place.
pub async fn order(migration: MigrationId, cohort: CohortNumber, position: u16) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.order_cohort(&migration, cohort, position).await?)).await
}

/// Starts, halts, resumes or closes a cohort.
pub async fn move_to(
    migration: MigrationId,
    cohort: CohortNumber,
    to: CohortStage,
    reason: String,
) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.move_cohort(&migration, cohort, to, reason).await?)).await
}

/// Reads the form's fields as typed; the window's ends are of the cohort's zone.
async fn read(acting: &Acting<'_>, migration: &MigrationId, form: CohortForm) -> Result<CohortSettings, ApiError> {
    let time_zone = Some(form.time_zone.trim().to_owned()).filter(|zone| !zone.is_empty());
    let zone = match &time_zone {
        Some(zone) => zone.clone(),
        None => acting.time_zone(migration).await?,
    };
    let mut problems = Vec::new();
    let mut end = |field: &str, text: &str| -> Option<Instant> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
        let read = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
        if read.is_none() {
            problems.push(FieldError::new(field, "Give a day and a time."));
        }
        read.map(|wall| zone_instant(wall.date(), wall.time(), &zone))
    };
    let starts = end("window_starts", &form.window_starts);
    let ends = end("window_ends", &form.window_ends);
    let window = match (starts, ends) {
        (Some(starts), Some(ends)) => Some(Window { starts, ends }),
        (None, None) => None,
        (Some(_), None) if problems.is_empty() => {
            problems.push(FieldError::new("window_ends", "Say when the window ends, or leave both empty."));
            None
        }
        (None, Some(_)) if problems.is_empty() => {
            problems.push(FieldError::new("window_starts", "Say when the window starts, or leave both empty."));
            None
        }
        _ => None,
    };
    let capacity = match form.capacity.trim() {
        "" => None,
        typed => typed.replace(',', "").parse().map(Some).unwrap_or_else(|_| {
            problems.push(FieldError::new("capacity", "A whole number of accounts, or empty for no limit."));
            None
        }),
    };
    let mut after = form.after;
    after.sort_unstable();
    after.dedup();
    let settings = CohortSettings {
        name: form.name.trim().to_owned(),
        public_name: form.public_name.trim().to_owned(),
        window,
        time_zone,
        capacity,
        owner: Some(form.owner.trim()).filter(|owner| !owner.is_empty()).map(UserId::from),
        after,
    };
    if problems.is_empty() { Ok(settings) } else { Err(ApiError::Invalid { problems }) }
}
