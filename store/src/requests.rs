//! What customers ask for, for the colleagues who decide it.

use crate::acting::Acting;
use crate::commands::{Command, RequestsCommand, request_in_words};
use crate::customer_page::name_of;
use crate::error::StoreError;
use crate::work::WORK_MAX;
use domain::account::Row;
use domain::customer_page::request::{Ask, Request};
use domain::id::{MigrationId, RequestNumber};
use domain::migration::MigrationStage;
use domain::policy::{Action, Role};
use domain::work::looked_after_by;

/// A request that a colleague has to decide.
#[derive(Clone, Debug)]
pub struct OpenRequest {
    pub migration: MigrationId,
    pub slug: String,
    pub migration_name: String,
    pub row: Row,
    pub request: Request,
    /// The contact whose link was used.
    pub who: String,
}

/// A request in one line.
pub fn in_words(ask: &Ask) -> String {
    request_in_words(ask)
}

impl Acting<'_> {
    /// The requests that wait for the caller, the oldest first, and how many there are. Those of accounts without an owner
    /// go to the cohort's owner, then to the leads.
    pub async fn open_requests(&self) -> Result<(Vec<OpenRequest>, usize), StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let me = &self.caller().user;
        let is_lead = self.caller().role >= Role::Lead;
        let model = self.store().model();
        let mut all = Vec::new();
        let running = model.migrations.values().filter(|model| model.migration.stage != MigrationStage::Closed);
        for here in running {
            for request in here.portal.requests.values().filter(|request| request.is_open()) {
                let Some(row) = here.table.row(request.account) else { continue };
                let cohort_owner = row.cohort.and_then(|cohort| here.cohort(cohort));
                let cohort_owner = cohort_owner.and_then(|cohort| cohort.settings.owner.as_ref());
                if looked_after_by(row.owner.as_ref(), cohort_owner, me, is_lead) {
                    let link = here.portal.links.get(&request.link);
                    all.push(OpenRequest {
                        migration: here.migration.id.clone(),
                        slug: here.migration.settings.slug.clone(),
                        migration_name: here.migration.settings.name.clone(),
                        row: row.clone(),
                        request: request.clone(),
                        who: link.map(|link| name_of(link, here, &model)).unwrap_or_default(),
                    });
                }
            }
        }
        let total = all.len();
        all.sort_by_key(|open| open.request.at);
        all.truncate(WORK_MAX);
        Ok((all, total))
    }

    /// Does what a customer asked for, or says why not.
    pub async fn answer_request(
        &self,
        migration: &MigrationId,
        number: RequestNumber,
        accept: bool,
        reason: String,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::EditAccounts).await?;
        let by = self.caller().user.clone();
        let command = RequestsCommand::Answer { migration: migration.clone(), number, by, accept, reason };
        self.submit(permit, Command::Requests(Box::new(command))).await.map(|_| ())
    }
}
