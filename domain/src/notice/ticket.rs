//! Tickets of customers, as another system reports them: what is accepted, and for which accounts one counts.

use crate::clock::Instant;
use crate::customer::SHORT_TEXT_MAX;
use crate::id::{AccountNumber, ExternalId, MigrationId};
use crate::migration::FieldError;
use chrono::Duration;
use serde::{Deserialize, Serialize};

/// A ticket as it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The other system's id; unique in the workspace.
    pub id: String,
    /// May name people.
    pub subject: String,
    pub url: String,
    pub opened_at: Instant,
    /// As the other system says it: `open`, `solved` …
    pub status: String,
    /// Whose it is, if one customer fits: erasing them erases its subject.
    #[serde(default)]
    pub customer: Option<ExternalId>,
    /// The accounts that it counts for; empty: nobody matched.
    pub accounts: Vec<TicketAccount>,
}

/// An account that a ticket counts for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketAccount {
    pub migration: MigrationId,
    pub account: AccountNumber,
}

impl Ticket {
    /// Whether somebody still has to work on it.
    pub fn is_open(&self) -> bool {
        let status = self.status.to_ascii_lowercase();
        !["closed", "solved", "resolved", "deleted", "done"].contains(&status.as_str())
    }
}

/// A ticket in the generic form, as `contracts.md` gives it. One of the three names of the customer is needed; more than one
/// must agree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncomingTicket {
    pub ticket_id: String,
    #[serde(default)]
    pub external_id: Option<String>,
    #[serde(default)]
    pub customer_external_id: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub subject: String,
    #[serde(default)]
    pub url: String,
    /// Missing: now.
    #[serde(default)]
    pub opened_at: Option<Instant>,
    #[serde(default)]
    pub status: String,
}

/// Longest address of a ticket, in characters.
pub const URL_MAX: usize = 2_000;

impl IncomingTicket {
    /// The customer's id, by whichever name it came.
    pub fn customer_id(&self) -> Option<&str> {
        let ids = [&self.external_id, &self.customer_external_id];
        ids.into_iter().flatten().map(|id| id.trim()).find(|id| !id.is_empty())
    }

    /// The customer's address.
    pub fn customer_email(&self) -> Option<&str> {
        self.email.as_deref().map(str::trim).filter(|email| !email.is_empty())
    }

    /// Everything that is wrong with it.
    pub fn problems(&self) -> Vec<FieldError> {
        let mut problems = Vec::new();
        let mut check = |ok: bool, field: &str, message: &str| {
            if !ok {
                problems.push(FieldError::new(field, message));
            }
        };
        let id = self.ticket_id.trim();
        check(!id.is_empty(), "ticket_id", "A ticket needs its id in the other system.");
        check(id.chars().count() <= SHORT_TEXT_MAX, "ticket_id", "At most 200 characters.");
        let named = self.customer_id().is_some() || self.customer_email().is_some();
        check(named, "external_id", "Name the customer: external_id, customer_external_id or email.");
        check(self.subject.chars().count() <= 500, "subject", "At most 500 characters.");
        check(self.status.chars().count() <= 60, "status", "At most 60 characters.");
        let url = self.url.trim();
        // It becomes a link on a page of staff: nothing but the web.
        let web = url.is_empty() || url.starts_with("https://") || url.starts_with("http://");
        check(web, "url", "An address that begins with https:// or http://.");
        check(url.chars().count() <= URL_MAX, "url", "At most 2,000 characters.");
        problems
    }
}

/// An account of the customer who opened a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub customer: ExternalId,
    pub migration: MigrationId,
    pub account: AccountNumber,
    pub in_progress: bool,
    pub migrated_at: Option<Instant>,
}

/// Days after a migration in which a ticket may have to do with it.
pub const FOLLOW_UP_DAYS: i64 = 7;

impl Candidate {
    /// Whether the ticket came within [`FOLLOW_UP_DAYS`] after the migration.
    pub fn follows_migration(&self, opened_at: Instant, days: i64) -> bool {
        self.migrated_at.is_some_and(|at| opened_at >= at && opened_at - at <= Duration::days(days))
    }
}

/// The accounts for which a ticket counts. The only account of its customer always; of several those in progress, or
/// migrated within seven days before it was opened; none of them: nobody knows, and it waits among the unmatched.
pub fn counts_for(candidates: Vec<Candidate>, opened_at: Instant) -> Vec<Candidate> {
    if candidates.len() == 1 {
        return candidates;
    }
    let concerned =
        |candidate: &Candidate| candidate.in_progress || candidate.follows_migration(opened_at, FOLLOW_UP_DAYS);
    candidates.into_iter().filter(concerned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn at(day: u32) -> Instant {
        chrono::Utc.with_ymd_and_hms(2026, 6, day, 12, 0, 0).single().expect("an instant")
    }

    fn candidate(account: u32, in_progress: bool, migrated: Option<u32>) -> Candidate {
        Candidate {
            customer: ExternalId::from("C"),
            migration: MigrationId::from("m"),
            account: AccountNumber(account),
            in_progress,
            migrated_at: migrated.map(at),
        }
    }

    fn matched(candidates: &[Candidate], opened: u32) -> Vec<u32> {
        counts_for(candidates.to_vec(), at(opened)).into_iter().map(|one| one.account.0).collect()
    }

    #[test]
    fn the_only_account_is_meant_and_of_several_those_that_moved() {
        assert_eq!(matched(&[candidate(1, false, None)], 10), [1]);
        assert_eq!(matched(&[], 10), Vec::<u32>::new());
        let several = [
            candidate(1, false, None),
            candidate(2, true, None),
            candidate(3, false, Some(4)),
            candidate(4, false, Some(2)),
        ];
        assert_eq!(matched(&several, 10), [2, 3], "in progress, and migrated six days before");
        assert_eq!(matched(&several, 3), [2, 4], "a ticket from before a migration is not about it");
        let nobody = [several[0].clone(), candidate(5, false, None)];
        assert_eq!(matched(&nobody, 10), Vec::<u32>::new(), "nobody knows");
    }

    #[test]
    fn seven_days_are_seven_days() {
        let moved = candidate(1, false, Some(1));
        assert!(moved.follows_migration(at(1), 7) && moved.follows_migration(at(8), 7));
        assert!(!moved.follows_migration(at(8) + Duration::seconds(1), 7));
        assert!(!moved.follows_migration(at(1) - Duration::seconds(1), 7));
    }

    #[test]
    fn what_is_missing_or_dangerous_is_named_at_its_field() {
        let fields = |ticket: &IncomingTicket| -> Vec<String> {
            ticket.problems().into_iter().map(|problem| problem.field).collect()
        };
        let good = IncomingTicket { ticket_id: "T-1".into(), email: Some("a@b.example".into()), ..Default::default() };
        assert_eq!(fields(&good), Vec::<String>::new());
        assert_eq!(fields(&IncomingTicket::default()), ["ticket_id", "external_id"]);
        assert_eq!(fields(&IncomingTicket { url: "javascript:alert(1)".into(), ..good.clone() }), ["url"]);
        assert_eq!(fields(&IncomingTicket { subject: "x".repeat(501), ..good.clone() }), ["subject"]);
        let blank = IncomingTicket { external_id: Some("  ".into()), email: None, ..good };
        assert_eq!(fields(&blank), ["external_id"]);
    }

    #[test]
    fn a_ticket_is_open_until_its_system_says_otherwise() {
        let ticket = |status: &str| Ticket {
            id: "T".into(),
            subject: String::new(),
            url: String::new(),
            opened_at: at(1),
            status: status.into(),
            customer: None,
            accounts: Vec::new(),
        };
        for (status, open) in [("open", true), ("", true), ("pending", true), ("Solved", false), ("closed", false)] {
            assert_eq!(ticket(status).is_open(), open, "{status}");
        }
    }
}
