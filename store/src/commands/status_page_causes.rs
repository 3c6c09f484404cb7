//! What a change of the migration means for its status page: a halted cohort leaves the draft of an incident, in the same
//! transaction. Windows are followed by [`super::status_page`], because time alone moves them as well.

use super::status_page::incident_written;
use super::{Context, Prepared};
use crate::model::Write;
use domain::cohort::CohortStage;
use domain::id::{CohortNumber, IncidentNumber};
use domain::status_page::IncidentKind;
use domain::status_page::windows::halted;

/// Adds to a command what follows from it for the page.
pub(super) fn follow(context: &Context<'_>, prepared: &mut Prepared) {
    let mut more = Prepared::default();
    for write in &prepared.writes {
        let Write::Cohort(id, cohort) = write else { continue };
        let Some(migration) = context.model.migrations.get(id) else { continue };
        let was = migration.cohort_stage(cohort.number);
        if cohort.stage != CohortStage::Halted || was == Some(CohortStage::Halted) {
            continue;
        }
        // Of a page that nobody can read nothing has to be told.
        if !migration.migration.published || !migration.status.page.follow.halts {
            continue;
        }
        if is_told(&migration.status, cohort.number, context) {
            continue;
        }
        let taken = more.writes.len() as u32;
        let number = IncidentNumber(migration.status.next_incident().0 + taken);
        let one = incident_written(id, None, halted(cohort, number, context.now));
        more.drafts.extend(one.drafts);
        more.writes.extend(one.writes);
    }
    prepared.drafts.extend(more.drafts);
    prepared.writes.extend(more.writes);
}

/// Whether there is a draft or an open incident of this cohort already: one that is halted twice in a night has one.
fn is_told(status: &crate::model::status_pages::StatusPages, cohort: CohortNumber, context: &Context<'_>) -> bool {
    status.incidents.values().any(|incident| {
        incident.kind == IncidentKind::Incident
            && incident.cohort == Some(cohort)
            && incident.cancelled.is_none()
            && incident.state(context.now).is_none_or(|state| !state.is_over())
    })
}
