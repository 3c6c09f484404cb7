//! Customers' pages of the demo: switched on, with texts in three languages, some links and some requests.

use super::Demo;
use chrono::{Days, NaiveDate};
use domain::account::Row;
use domain::customer_page::link::Purpose;
use domain::customer_page::request::Ask;
use domain::customer_page::settings::{Allowed, PageSettings, Point, PointWords, Support, Texts, Way};
use domain::id::{AccountNumber, ContactNumber, MigrationId};
use domain::status::Status;
use std::collections::BTreeMap;
use store::StoreError;

/// Accounts that made a request.
const ASKING: usize = 6;

impl Demo<'_> {
    /// Switches pages on and lets some customers ask for something; answers the address of a page to try.
    pub(super) async fn customer_pages(&self, migration: &MigrationId) -> Result<Option<String>, StoreError> {
        let lead = self.store.acting_as(self.lead.clone());
        lead.change_customer_page(migration, settings()).await?;
        let query = store::TableQuery { view: Default::default(), offset: 0, limit: super::ACCOUNTS as u32 };
        let rows = lead.table(migration, &query, None).await?.rows;
        // Far enough ahead that all of the page can be tried, and with an owner who decides.
        let soon = self.today.checked_add_days(Days::new(5)).unwrap_or(self.today);
        let planned = |row: &&Row| {
            let later = row.state.scheduled_for().is_some_and(|date| date >= soon);
            row.state.status() == Status::Scheduled && row.owner.is_some() && later
        };
        let completed = |row: &&Row| row.state.status() == Status::Completed;
        let mut first = None;
        for (index, row) in rows.iter().filter(planned).take(ASKING).enumerate() {
            let address = lead.customer_link(migration, row.number, ContactNumber(1)).await?;
            let date = row.state.scheduled_for().unwrap_or(soon);
            match index {
                // The first one is for whoever tries the demo.
                0 => first = Some(address.clone()),
                1 => self.ask(&address, Ask::Ready { done: [1, 2].into(), confirmed: true }).await?,
                2 | 3 => self.ask_for_another_day(&address, date).await?,
                4 => {
                    let (name, email, role) = ("Jo Lindqvist", "jo.lindqvist@customer.example", "Technical");
                    let [name, email, role] = [name, email, role].map(str::to_owned);
                    self.ask(&address, Ask::Contact { name, email, role }).await?;
                }
                _ => self.ask(&address, Ask::Ready { done: [1].into(), confirmed: false }).await?,
            }
        }
        for (row, score) in rows.iter().filter(completed).take(3).zip([5, 4, 2]) {
            let address = self.link(migration, row.number).await?;
            let words = if score < 3 { "Our exports had other column names afterwards." } else { "" }.to_owned();
            self.ask(&address, Ask::Rating { score, words }).await?;
        }
        Ok(first)
    }

    async fn link(&self, migration: &MigrationId, account: AccountNumber) -> Result<String, StoreError> {
        self.store.acting_as(self.lead.clone()).customer_link(migration, account, ContactNumber(1)).await
    }

    async fn ask_for_another_day(&self, address: &str, date: NaiveDate) -> Result<(), StoreError> {
        let guest = self.store.guest("demo");
        let Some(behind) = guest.open(token(address), Purpose::Page) else { return Ok(()) };
        let view = guest.view(&behind, None);
        let slots = view.map(|view| view.slots).unwrap_or_default();
        match slots.iter().find(|slot| slot.is_open() && slot.day > date).or(slots.iter().find(|slot| slot.is_open())) {
            Some(slot) => self.ask(address, Ask::OtherDate { from: None, to: slot.day }).await,
            None => Ok(()),
        }
    }

    async fn ask(&self, address: &str, ask: Ask) -> Result<(), StoreError> {
        let guest = self.store.guest("demo");
        match guest.open(token(address), Purpose::Page) {
            Some(behind) => guest.ask(&behind, ask).await.map(|_| ()),
            None => Ok(()),
        }
    }
}

fn token(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or_default()
}

fn settings() -> PageSettings {
    let texts = |what_happens: &str, before: &str, after: &str, opt_out: &str| Texts {
        what_happens: what_happens.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
        opt_out: opt_out.to_owned(),
    };
    let point = |number: u16, words: [(&str, &str, &str); 3]| {
        let words = words
            .map(|(tag, title, hint)| (tag.to_owned(), PointWords { title: title.to_owned(), hint: hint.to_owned() }));
        Point { number, words: BTreeMap::from(words) }
    };
    PageSettings {
        on: true,
        allowed: Allowed { opt_out: Way::Confirmed, ..Allowed::default() },
        fallback: "en".to_owned(),
        texts: BTreeMap::from([
            (
                "en".to_owned(),
                texts(
                    "We move your invoices, credit notes and payment reminders to Ledger 3. It takes about an hour; billing is read-only meanwhile. Your customers can still sign in and pay.",
                    "- Finish your invoice drafts. Drafts are not moved.\n- If you use the API, change its address to version 3: https://docs.ledger.example/v3",
                    "Look at your newest invoices. If something is wrong, tell us on this page: for 14 days we can move you back.",
                    "Ledger 2 ends with the migration. Without a move your billing stops then.",
                ),
            ),
            (
                "de".to_owned(),
                texts(
                    "Wir stellen Ihre Rechnungen, Gutschriften und Mahnungen auf Ledger 3 um. Das dauert etwa eine Stunde; so lange ist die Abrechnung nur lesbar. Ihre Kunden können sich weiterhin anmelden und zahlen.",
                    "- Schließen Sie Ihre Rechnungsentwürfe ab. Entwürfe werden nicht übernommen.\n- Wenn Sie die API nutzen, stellen Sie auf Version 3 um: https://docs.ledger.example/v3",
                    "Sehen Sie sich Ihre neuesten Rechnungen an. Wenn etwas nicht stimmt, melden Sie es hier: 14 Tage lang können wir Sie zurückstellen.",
                    "Ledger 2 endet mit der Umstellung. Ohne Umstellung endet dann auch Ihre Abrechnung.",
                ),
            ),
            (
                "fr".to_owned(),
                texts(
                    "Nous migrons vos factures, avoirs et relances vers Ledger 3. Cela dure environ une heure ; la facturation est alors en lecture seule. Vos clients peuvent toujours se connecter et payer.",
                    "- Terminez vos brouillons de factures : ils ne sont pas repris.\n- Si vous utilisez l’API, passez à la version 3 : https://docs.ledger.example/v3",
                    "Vérifiez vos dernières factures. En cas de problème, dites-le sur cette page : pendant 14 jours, nous pouvons revenir en arrière.",
                    "Ledger 2 s’arrête avec la migration. Sans migration, votre facturation s’arrête alors.",
                ),
            ),
        ]),
        checklist: vec![
            point(
                1,
                [
                    ("en", "Finance knows the day", "Nobody can issue invoices while you move."),
                    (
                        "de",
                        "Die Buchhaltung kennt den Tag",
                        "Während der Umstellung lassen sich keine Rechnungen stellen.",
                    ),
                    (
                        "fr",
                        "La comptabilité connaît le jour",
                        "Aucune facture ne peut être émise pendant la migration.",
                    ),
                ],
            ),
            point(
                2,
                [
                    ("en", "Invoice drafts are finished", "Drafts are not moved. Issued invoices are."),
                    (
                        "de",
                        "Rechnungsentwürfe sind abgeschlossen",
                        "Entwürfe werden nicht übernommen, gestellte Rechnungen schon.",
                    ),
                    (
                        "fr",
                        "Les brouillons de factures sont terminés",
                        "Les brouillons ne sont pas repris, les factures émises oui.",
                    ),
                ],
            ),
            point(
                3,
                [
                    ("en", "Your integration uses the v3 address", "Not needed if you do not use the API."),
                    (
                        "de",
                        "Ihre Anbindung nutzt die Adresse der Version 3",
                        "Nicht nötig, wenn Sie die API nicht nutzen.",
                    ),
                    ("fr", "Votre intégration utilise l’adresse v3", "Inutile si vous n’utilisez pas l’API."),
                ],
            ),
        ],
        support: Support {
            email: "move@ledger.example".to_owned(),
            phone: "+49 30 5550 0100".to_owned(),
            hours: "Monday to Friday, 9:00 to 18:00, Berlin".to_owned(),
        },
        ..PageSettings::default()
    }
}
