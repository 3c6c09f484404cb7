//! Custom fields of the demo, with values for most accounts, and a template of the migration.

use super::{ACCOUNTS, Demo, command, pick, scatter};
use chrono::Duration;
use domain::account::Change;
use domain::custom::{CustomKind, CustomValue, Decimal, FieldSettings};
use domain::id::{AccountNumber, FieldNumber, MigrationId};
use domain::template::TemplateTitle;
use store::StoreError;
use tokio::task::JoinSet;

const TIERS: &[&str] = &["Standard", "Premium", "Enterprise"];
const NOTES: &[&str] = &[
    "Invoices are approved by two people; plan an hour more.",
    "Closes its books on the last working day. No move in that week.",
    "Sends purchase orders by EDI.",
    "Prefers to be called, not written to.",
    "Has its own staging tenant: move that one first.",
    "Reads credit notes with a script of its own.",
];

/// The numbers of the fields, in the order in which they were added.
struct Numbers {
    tier: FieldNumber,
    seats: FieldNumber,
    kick_off: FieldNumber,
    sso: FieldNumber,
    crm: FieldNumber,
    notes: FieldNumber,
}

impl Demo<'_> {
    /// Adds the fields and fills them in, some days before the first account moves.
    pub(super) async fn fields(&self, migration: &MigrationId) -> Result<(), StoreError> {
        let lead = self.store.acting_as(self.lead.clone());
        let field = |label: &str, kind: CustomKind| FieldSettings {
            label: label.to_owned(),
            kind,
            required: false,
            default: None,
        };
        let options = TIERS.iter().map(|tier| (*tier).to_owned()).collect();
        let tier = FieldSettings {
            required: true,
            default: Some(CustomValue::Select(TIERS[0].to_owned())),
            ..field("Contract tier", CustomKind::Select { options })
        };
        let numbers = Numbers {
            tier: lead.add_field(migration, tier).await?,
            seats: lead.add_field(migration, field("Seats", CustomKind::Number)).await?,
            kick_off: lead.add_field(migration, field("Kick-off call", CustomKind::Date)).await?,
            sso: lead.add_field(migration, field("SSO", CustomKind::Checkbox)).await?,
            crm: lead.add_field(migration, field("CRM", CustomKind::Link)).await?,
            notes: lead.add_field(migration, field("Notes", CustomKind::Text)).await?,
        };
        let mut running = JoinSet::new();
        for index in 0..ACCOUNTS {
            let (store, migration, caller) = (self.store.clone(), migration.clone(), self.operator(index));
            let account = AccountNumber(index as u32 + 1);
            let changes = self.values(index, &numbers);
            if !changes.is_empty() {
                running.spawn(async move {
                    store.acting_as(caller).edit_account(&migration, account, command(), changes).await
                });
            }
        }
        while let Some(outcome) = running.join_next().await {
            outcome.map_err(|error| StoreError::Refused(error.to_string()))??;
        }
        Ok(())
    }

    /// What is known of one account: of one in eight nobody has written anything yet.
    fn values(&self, index: usize, numbers: &Numbers) -> Vec<Change> {
        if scatter(index, 20).is_multiple_of(8) {
            return Vec::new();
        }
        let one_in = |of: usize, salt: usize| scatter(index, salt).is_multiple_of(of);
        let tier = match scatter(index, 21) % 10 {
            0 => 2,
            1..=3 => 1,
            _ => 0,
        };
        let seats = [5, 40, 300][tier] + (scatter(index, 22) % [40, 260, 2_200][tier]) as i32;
        let kick_off = self.today + Duration::days(scatter(index, 23) as i64 % 70 - 50);
        let link = format!("https://crm.example/accounts/{}", 10_000 + index);
        let values = [
            (numbers.tier, Some(CustomValue::Select(TIERS[tier].to_owned()))),
            (numbers.seats, Some(CustomValue::Number(Decimal::from(seats)))),
            (numbers.kick_off, (!one_in(3, 24)).then_some(CustomValue::Date(kick_off))),
            (numbers.sso, (!one_in(5, 25)).then_some(CustomValue::Checkbox(tier == 2 || one_in(3, 26)))),
            (numbers.crm, (!one_in(4, 27)).then_some(CustomValue::Link(link))),
            (numbers.notes, one_in(6, 28).then(|| CustomValue::Text(pick(NOTES, index, 29).to_owned()))),
        ];
        let set = values.into_iter().filter_map(|(number, to)| Some((number, to?)));
        set.map(|(number, to)| Change::Custom { number, seen: None, to: Some(to) }).collect()
    }

    /// What the next migration can begin with.
    pub(super) async fn template(&self, migration: &MigrationId) -> Result<(), StoreError> {
        let title = TemplateTitle {
            name: "Platform move in waves".to_owned(),
            description: "A pilot, early adopters, then a wave for each region.".to_owned(),
        };
        self.store.acting_as(self.lead.clone()).save_template(migration, title).await.map(|_| ())
    }
}
