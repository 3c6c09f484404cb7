//! Messages of the demo: some of each state, so that the queue and the mailbox have something to show.

use super::{Demo, scatter};
use chrono::Duration;
use domain::clock::Clock;
use domain::id::{AccountNumber, ContactNumber, MigrationId};
use domain::notice::default_templates::{NOTICE, REMINDER};
use domain::notice::message::{Content, Message, MessageKey, MessageState, Suppression};
use domain::notice::{Medium, NoticeKind, Recipient};
use store::StoreError;

/// The first account with messages, and how many have some. Others stay as quiet as they are.
const FIRST: u32 = 1_201;
const COUNT: u32 = 120;

impl Demo<'_> {
    pub(super) async fn messages(&self, migration: &MigrationId) -> Result<(), StoreError> {
        let lead = self.store.acting_as(self.lead.clone());
        let mut messages = Vec::new();
        for number in FIRST..FIRST + COUNT {
            let Ok(view) = lead.account(migration, AccountNumber(number)).await else { continue };
            let contact = view.profile.contacts.first().cloned().unwrap_or_default();
            let date = view.row.state.scheduled_for();
            let told = date.map_or_else(|| "soon".to_owned(), |date| date.format("on %-d %B %Y").to_string());
            let text = format!(
                "Hello {},\n\nyour account moves to Ledger 3 {told}. While it moves, billing is read-only for about an hour.\n\n\
                 You need not do anything. If the date does not suit you, answer this message.\n\nYour Ledger team\n",
                contact.name
            );
            let html = format!("<p>{}</p>", escaped(text.trim()).replace("\n\n", "</p><p>"));
            let content = Content {
                address: contact.email.clone(),
                name: contact.name.clone(),
                language: "en".to_owned(),
                subject: format!("Your account moves {told}"),
                text,
                html,
            };
            let (kind, state, due) = self.fate_of_message(number);
            let to = Recipient::Contact(ContactNumber(1));
            let message = Message {
                key: MessageKey(format!("demo.{number}.{}", kind.code())),
                rule: None,
                template: Some((if kind == NoticeKind::Reminder { REMINDER } else { NOTICE }, 0)),
                kind,
                account: Some(AccountNumber(number)),
                cohort: None,
                attempt: 0,
                to,
                medium: Medium::Email,
                told_date: date,
                written: self.clock.now() - Duration::hours(1),
                due,
                late: false,
                bulk: None,
                rest: None,
                insisted: false,
                state,
            };
            messages.push((message, content));
        }
        for chunk in messages.chunks(50) {
            self.store.system("demo").put_messages(migration, chunk.to_vec()).await?;
        }
        Ok(())
    }

    fn fate_of_message(&self, number: u32) -> (NoticeKind, MessageState, domain::clock::Instant) {
        let now = self.clock.now();
        let before = now - Duration::minutes(20 + scatter(number as usize, 71) as i64 % 20_000);
        // Far enough ahead that none of them goes while somebody looks around.
        let later = now + Duration::days(2) + Duration::minutes(scatter(number as usize, 72) as i64 % 10_000);
        let waiting = MessageState::Waiting { tries: 0, answer: String::new() };
        let sent = |answer: &str| MessageState::Sent { at: before, answer: answer.to_owned() };
        match scatter(number as usize, 70) % 12 {
            0..=3 => (NoticeKind::Notice, sent("250 2.0.0 queued"), before),
            4 => (NoticeKind::Reminder, sent("250 2.0.0 queued"), before),
            5..=7 => (NoticeKind::Notice, waiting, later),
            8 => {
                let why = "The wording is with legal until tomorrow.".to_owned();
                (NoticeKind::Notice, MessageState::Held { by: Some(self.lead.user.clone()), why }, later)
            }
            9 => {
                let answer = "permanent error (550): 5.1.1 no such user".to_owned();
                (NoticeKind::Notice, MessageState::Failed { at: before, tries: 1, answer }, before)
            }
            10 => {
                let answer = "550 mailbox is full".to_owned();
                let state = MessageState::Bounced { sent_at: before - Duration::minutes(3), at: before, answer };
                (NoticeKind::Notice, state, before)
            }
            _ => {
                let state = MessageState::Suppressed { at: before, why: Suppression::TooLate };
                (NoticeKind::Notice, state, before)
            }
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
