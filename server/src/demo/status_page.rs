//! The demo's status page: texts in two languages, parts of the service, an incident with its updates, planned maintenance.

use super::Demo;
use chrono::Duration;
use domain::clock::Clock;
use domain::cohort::Window;
use domain::id::{ComponentNumber, MigrationId};
use domain::status_page::change::{ContentSaved, Going, IncidentDraft, IncidentSaved, UpdateDraft};
use domain::status_page::{
    ComponentDraft, ComponentState, FootLink, Impact, IncidentKind, IncidentState, IncidentTemplateDraft, Localized,
    Look, PageContent, Question, Task,
};
use std::collections::BTreeMap;
use store::{Acting, StoreError};

fn words(english: &str, german: &str) -> Localized {
    let mut text = Localized::one("en", english);
    text.set("de", german);
    text
}

impl Demo<'_> {
    /// The texts, the parts and the look: written when the page was published.
    pub(super) async fn page_texts(&self, migration: &MigrationId) -> Result<(), StoreError> {
        let lead = self.store.acting_as(self.lead.clone());
        if let ContentSaved::Saved { version } = lead.save_page_draft(migration, 0, content()).await? {
            lead.publish_page_texts(migration, version, None).await?;
        }
        let links = vec![
            FootLink { label: words("Imprint", "Impressum"), address: "https://ledger.example/imprint".to_owned() },
            FootLink { label: words("Privacy", "Datenschutz"), address: "https://ledger.example/privacy".to_owned() },
            FootLink { label: words("Support", "Support"), address: "mailto:support@ledger.example".to_owned() },
        ];
        lead.set_page_look(migration, Look { home: "https://ledger.example/".to_owned(), links, ..Look::default() })
            .await?;
        let core = self.part(&lead, migration, ("Billing", "Abrechnung"), None, true).await?;
        for name in [("Invoices", "Rechnungen"), ("Payments", "Zahlungen"), ("Reminders", "Mahnungen")] {
            self.part(&lead, migration, name, Some(core), false).await?;
        }
        for name in [("Webhooks", "Webhooks"), ("API", "API"), ("Reports", "Berichte"), ("Sign-in", "Anmeldung")] {
            self.part(&lead, migration, name, None, false).await?;
        }
        lead.save_incident_template(migration, None, template()).await.map(|_| ())
    }

    async fn part(
        &self,
        lead: &Acting<'_>,
        migration: &MigrationId,
        (english, german): (&str, &str),
        group: Option<ComponentNumber>,
        is_group: bool,
    ) -> Result<ComponentNumber, StoreError> {
        let draft = ComponentDraft { name: words(english, german), is_group, group, ..ComponentDraft::default() };
        lead.save_component(migration, None, draft).await
    }

    /// What goes on now: webhooks that arrive late, and a maintenance in some days.
    pub(super) async fn page_incidents(&self, migration: &MigrationId) -> Result<(), StoreError> {
        let lead = self.store.acting_as(self.lead.clone());
        // As they stand in the order of their making: the group, its three parts, then these.
        let (webhooks, reports) = (ComponentNumber(5), ComponentNumber(7));
        let started = self.clock.now() - Duration::minutes(58);
        let course = [
            (
                58,
                IncidentState::Investigating,
                ComponentState::PartialOutage,
                words(
                    "Webhooks reach accounts that have moved up to 20 minutes late. We are looking into it.",
                    "Webhooks kommen bei umgezogenen Konten bis zu 20 Minuten zu spät an. Wir sehen uns das an.",
                ),
            ),
            (
                41,
                IncidentState::Identified,
                ComponentState::DegradedPerformance,
                words(
                    "The new delivery queue is too small for today’s accounts. We are enlarging it. **Nothing is lost.**",
                    "Die neue Zustellung ist zu klein für die Konten von heute. Wir vergrößern sie. **Es geht nichts verloren.**",
                ),
            ),
            (
                12,
                IncidentState::Monitoring,
                ComponentState::DegradedPerformance,
                words(
                    "New deliveries are on time again. Late ones arrive within the next half hour.",
                    "Neue Zustellungen sind wieder pünktlich. Verspätete kommen in der nächsten halben Stunde an.",
                ),
            ),
        ];
        let mut open = None;
        for (minutes, state, part, body) in course {
            self.clock.set_back(Duration::minutes(minutes));
            let components = BTreeMap::from([(webhooks, part)]);
            let update = UpdateDraft { state, body, components, notify: true };
            let saved = match open {
                None => {
                    let draft = IncidentDraft {
                        kind: IncidentKind::Incident,
                        title: words("Webhooks arrive late", "Webhooks kommen verspätet an"),
                        impact: Impact::Minor,
                        window: None,
                        started: Some(started),
                        by_itself: false,
                    };
                    lead.begin_incident(migration, draft, update, Going::Now).await?
                }
                Some((number, seen)) => {
                    lead.save_incident_update(migration, number, seen, None, update, Going::Now).await?
                }
            };
            if let IncidentSaved::Saved { number, version } = saved {
                open = Some((number, version));
            }
        }
        self.clock.set_back(Duration::zero());
        let starts = self.window(6, 0).starts + Duration::hours(12);
        let draft = IncidentDraft {
            kind: IncidentKind::Maintenance,
            title: words("Reports are rebuilt", "Berichte werden neu aufgebaut"),
            impact: Impact::Maintenance,
            window: Some(Window { starts, ends: starts + Duration::hours(2) }),
            started: None,
            by_itself: true,
        };
        let first = UpdateDraft {
            state: IncidentState::Scheduled,
            body: words(
                "Reports are not available during these two hours. Everything else works.",
                "In diesen zwei Stunden sind Berichte nicht verfügbar. Alles andere funktioniert.",
            ),
            components: BTreeMap::from([(reports, ComponentState::UnderMaintenance)]),
            notify: true,
        };
        lead.begin_incident(migration, draft, first, Going::Now).await.map(|_| ())
    }
}

fn template() -> IncidentTemplateDraft {
    IncidentTemplateDraft {
        name: "Webhooks late".to_owned(),
        kind: IncidentKind::Incident,
        state: IncidentState::Investigating,
        impact: Impact::Minor,
        title: words("Webhooks arrive late", "Webhooks kommen verspätet an"),
        body: words(
            "Webhooks reach accounts that have moved up to … minutes late. We write again by … o’clock.",
            "Webhooks kommen bei umgezogenen Konten bis zu … Minuten zu spät an. Wir melden uns bis … Uhr wieder.",
        ),
        components: BTreeMap::from([(ComponentNumber(5), ComponentState::DegradedPerformance)]),
    }
}

fn content() -> PageContent {
    let task = |title: Localized, who: Localized, text: Localized| Task { title, who, text };
    let question = |question: Localized, answer: Localized| Question { question, answer };
    PageContent {
        languages: vec!["en".to_owned(), "de".to_owned()],
        title: words("The move to Ledger 3", "Der Umzug auf Ledger 3"),
        lead: words(
            "While your account moves, billing is read-only for about an hour. Signing in, payments and your data keep working.",
            "Während Ihr Konto umzieht, ist die Abrechnung etwa eine Stunde lang nur lesbar. Anmeldung, Zahlungen und Ihre Daten \
             funktionieren weiter.",
        ),
        changes: words(
            "- Invoices show tax per line\n- Part months are charged by the second\n- Reports open with today’s figures",
            "- Rechnungen zeigen die Steuer je Zeile\n- Angebrochene Monate werden auf die Sekunde berechnet\n- Berichte zeigen \
             beim Öffnen die Zahlen von heute",
        ),
        stays: words(
            "- Your plan and your prices\n- Invoice numbers and payment methods\n- Sign-in, users and roles",
            "- Ihr Tarif und Ihre Preise\n- Rechnungsnummern und Zahlungsarten\n- Anmeldung, Benutzer und Rollen",
        ),
        tasks: vec![
            task(
                words("Finish invoice drafts before your day", "Rechnungsentwürfe vor Ihrem Tag fertigstellen"),
                Localized::default(),
                words(
                    "Drafts are not moved. Issued invoices are.",
                    "Entwürfe ziehen nicht um, ausgestellte Rechnungen schon.",
                ),
            ),
            task(
                words("Change the API address", "Die Adresse der API ändern"),
                words("If you use the API", "Wenn Sie die API benutzen"),
                words(
                    "From `api.ledger.example/v2` to `/v3`. Until the end of the migration both work.",
                    "Von `api.ledger.example/v2` auf `/v3`. Bis zum Ende des Umzugs gehen beide.",
                ),
            ),
            task(
                words("Accept the new webhook signature", "Die neue Signatur der Webhooks annehmen"),
                words("If you receive webhooks", "Wenn Sie Webhooks empfangen"),
                words(
                    "Both signatures are sent until the end of the migration.",
                    "Bis zum Ende des Umzugs werden beide Signaturen gesendet.",
                ),
            ),
        ],
        questions: vec![
            question(
                words("Will my customers notice?", "Merken meine Kunden etwas?"),
                words(
                    "They can pay and sign in all the time. For about an hour they cannot change their plan.",
                    "Sie können jederzeit zahlen und sich anmelden. Etwa eine Stunde lang können sie ihren Tarif nicht wechseln.",
                ),
            ),
            question(
                words("Can I choose another day?", "Kann ich einen anderen Tag wählen?"),
                words(
                    "Yes, until two days before. Open the link in our e-mail and choose from the free days.",
                    "Ja, bis zwei Tage vorher. Öffnen Sie den Link in unserer E-Mail und wählen Sie unter den freien Tagen.",
                ),
            ),
            question(
                words("What if something goes wrong?", "Und wenn etwas schiefgeht?"),
                words(
                    "We can move an account back for 14 days. You would hear from us at once.",
                    "Wir können ein Konto 14 Tage lang zurückholen. Sie hören dann sofort von uns.",
                ),
            ),
        ],
        contact: words(
            "Write to [support@ledger.example](mailto:support@ledger.example), day and night.",
            "Schreiben Sie an [support@ledger.example](mailto:support@ledger.example), Tag und Nacht.",
        ),
        ..PageContent::default()
    }
}
