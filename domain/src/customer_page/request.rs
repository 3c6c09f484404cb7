//! What a customer asks for on their page, and what becomes of it.

use crate::clock::Instant;
use crate::id::{AccountNumber, ContactNumber, LinkId, RequestNumber, UserId};
use crate::migration::FieldError;
use crate::user::is_email;
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The kinds of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskKind {
    Ready,
    OtherDate,
    OptOut,
    Contact,
    Rating,
    Problem,
}

impl AskKind {
    /// Every kind, in the order of the page.
    pub const ALL: [AskKind; 6] =
        [AskKind::Ready, AskKind::OtherDate, AskKind::Contact, AskKind::Rating, AskKind::Problem, AskKind::OptOut];

    /// The word in forms, addresses and events.
    pub fn code(self) -> &'static str {
        match self {
            AskKind::Ready => "ready",
            AskKind::OtherDate => "other_date",
            AskKind::OptOut => "opt_out",
            AskKind::Contact => "contact",
            AskKind::Rating => "rating",
            AskKind::Problem => "problem",
        }
    }

    /// The words for colleagues.
    pub fn label(self) -> &'static str {
        match self {
            AskKind::Ready => "Ready",
            AskKind::OtherDate => "Another date",
            AskKind::OptOut => "Opt out",
            AskKind::Contact => "Another contact",
            AskKind::Rating => "Rating",
            AskKind::Problem => "Something is wrong",
        }
    }

    /// Reads the word of [`AskKind::code`] exactly.
    pub fn from_code(code: &str) -> Option<AskKind> {
        AskKind::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Why a customer does not want to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptOutReason {
    OtherProduct,
    NeedsTime,
    Other,
}

impl OptOutReason {
    /// Every reason, in the order of the form.
    pub const ALL: [OptOutReason; 3] = [OptOutReason::OtherProduct, OptOutReason::NeedsTime, OptOutReason::Other];

    /// The word in forms.
    pub fn code(self) -> &'static str {
        match self {
            OptOutReason::OtherProduct => "other_product",
            OptOutReason::NeedsTime => "needs_time",
            OptOutReason::Other => "other",
        }
    }

    /// The words for colleagues.
    pub fn label(self) -> &'static str {
        match self {
            OptOutReason::OtherProduct => "They use another product",
            OptOutReason::NeedsTime => "They need more time",
            OptOutReason::Other => "Another reason",
        }
    }

    /// Reads the word of [`OptOutReason::code`] exactly.
    pub fn from_code(code: &str) -> Option<OptOutReason> {
        OptOutReason::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// One request, with exactly what its kind has. Words are the customer's own, as plain text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// Points of the checklist that are done; `confirmed` says that they are ready, even if some are not.
    Ready {
        done: BTreeSet<u16>,
        confirmed: bool,
    },
    OtherDate {
        from: Option<NaiveDate>,
        to: NaiveDate,
    },
    OptOut {
        why: OptOutReason,
        words: String,
    },
    Contact {
        name: String,
        email: String,
        role: String,
    },
    /// 1 is hard, 5 is easy.
    Rating {
        score: u8,
        words: String,
    },
    Problem {
        words: String,
    },
}

/// Longest text of a request, in characters.
pub const WORDS_MAX: usize = 2_000;
/// Requests that one account may make within a day.
pub const PER_DAY_MAX: usize = 40;
/// How long a confirmation that was mailed is waited for.
pub const CONFIRM_WITHIN: TimeDelta = TimeDelta::days(3);

impl Ask {
    /// Its kind.
    pub fn kind(&self) -> AskKind {
        match self {
            Ask::Ready { .. } => AskKind::Ready,
            Ask::OtherDate { .. } => AskKind::OtherDate,
            Ask::OptOut { .. } => AskKind::OptOut,
            Ask::Contact { .. } => AskKind::Contact,
            Ask::Rating { .. } => AskKind::Rating,
            Ask::Problem { .. } => AskKind::Problem,
        }
    }

    /// The customer's own words; empty if there are none.
    pub fn words(&self) -> &str {
        match self {
            Ask::OptOut { words, .. } | Ask::Rating { words, .. } | Ask::Problem { words } => words,
            Ask::Ready { .. } | Ask::OtherDate { .. } | Ask::Contact { .. } => "",
        }
    }

    /// The same with blanks around its texts taken off and line ends as ours.
    pub fn tidied(mut self) -> Ask {
        let tidy = |text: &mut String| *text = text.replace("\r\n", "\n").trim().to_owned();
        match &mut self {
            Ask::OptOut { words, .. } | Ask::Rating { words, .. } | Ask::Problem { words } => tidy(words),
            Ask::Contact { name, email, role } => [name, email, role].into_iter().for_each(tidy),
            Ask::Ready { .. } | Ask::OtherDate { .. } => {}
        }
        self
    }

    /// What is wrong with it by itself: the field's name and a sentence.
    pub fn problems(&self) -> Vec<FieldError> {
        let mut problems = Vec::new();
        if self.words().chars().count() > WORDS_MAX {
            problems.push(FieldError::new("words", "At most 2,000 characters."));
        }
        if self.words().chars().any(|letter| letter.is_control() && letter != '\n' && letter != '\t') {
            problems.push(FieldError::new("words", "Only text, please."));
        }
        match self {
            Ask::Problem { words } if words.trim().is_empty() => {
                problems.push(FieldError::new("words", "Say in a few words what is wrong."));
            }
            Ask::Rating { score, .. } if !(1..=5).contains(score) => {
                problems.push(FieldError::new("score", "Choose a figure from 1 to 5."));
            }
            Ask::Contact { name, email, role } => {
                if !is_email(email) {
                    problems.push(FieldError::new("email", "This is not an e-mail address."));
                }
                for (field, text, max) in [("name", name, 200), ("role", role, 60)] {
                    if text.chars().count() > max || text.chars().any(char::is_control) {
                        problems.push(FieldError::new(field, format!("At most {max} characters, on one line.")));
                    }
                }
            }
            _ => {}
        }
        problems
    }

    /// The same without what somebody wrote, for a person who is erased.
    pub fn erased(&self) -> Ask {
        let mut ask = self.clone();
        match &mut ask {
            Ask::OptOut { words, .. } | Ask::Rating { words, .. } | Ask::Problem { words } => words.clear(),
            Ask::Contact { name, email, role } => [name, email, role].into_iter().for_each(|text| text.clear()),
            Ask::Ready { .. } | Ask::OtherDate { .. } => {}
        }
        ask
    }
}

/// A request with its maker and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub number: RequestNumber,
    pub account: AccountNumber,
    /// The link behind which it was made, and the contact whose link that is.
    pub link: LinkId,
    pub contact: ContactNumber,
    pub ask: Ask,
    pub at: Instant,
    pub state: RequestState,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RequestState {
    /// The main contact was sent a link to confirm it; of its token only the hash is kept.
    AwaitsConfirmation {
        until: Instant,
        hash: String,
    },
    /// A colleague has to decide. `note`: why it could not be done by itself.
    Open {
        note: String,
    },
    /// `by` nobody: it was done by itself.
    Done {
        at: Instant,
        by: Option<UserId>,
    },
    Declined {
        at: Instant,
        by: UserId,
        reason: String,
    },
    /// A later request of the same kind took its place.
    Replaced {
        at: Instant,
    },
}

/// Why nothing can be done with a request any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum RequestRefusal {
    #[error("This request waits for the main contact's confirmation. Nothing was changed.")]
    AwaitsConfirmation,
    #[error("Somebody has answered this request already. Nothing was changed.")]
    Answered,
    #[error("A later request took the place of this one. Nothing was changed.")]
    Replaced,
    #[error("The time to confirm this request is over. Nothing was changed.")]
    Lapsed,
}

impl Request {
    /// Whether a colleague has to decide it.
    pub fn is_open(&self) -> bool {
        matches!(self.state, RequestState::Open { .. })
    }

    /// Whether anything can still become of it.
    pub fn is_pending(&self, now: Instant) -> bool {
        match self.state {
            RequestState::AwaitsConfirmation { until, .. } => now < until,
            RequestState::Open { .. } => true,
            _ => false,
        }
    }

    /// Whether it was accepted, or counts as it is.
    pub fn is_done(&self) -> bool {
        matches!(self.state, RequestState::Done { .. })
    }

    /// The request with the confirmation given: it may be done now.
    pub fn confirm(&self, now: Instant) -> Result<(), RequestRefusal> {
        match &self.state {
            RequestState::AwaitsConfirmation { until, .. } if now < *until => Ok(()),
            RequestState::AwaitsConfirmation { .. } => Err(RequestRefusal::Lapsed),
            RequestState::Replaced { .. } => Err(RequestRefusal::Replaced),
            _ => Err(RequestRefusal::Answered),
        }
    }

    /// Whether a colleague may decide it.
    pub fn may_be_answered(&self) -> Result<(), RequestRefusal> {
        match &self.state {
            RequestState::Open { .. } => Ok(()),
            RequestState::AwaitsConfirmation { .. } => Err(RequestRefusal::AwaitsConfirmation),
            RequestState::Replaced { .. } => Err(RequestRefusal::Replaced),
            RequestState::Done { .. } | RequestState::Declined { .. } => Err(RequestRefusal::Answered),
        }
    }

    /// The request, done.
    pub fn done(&self, by: Option<UserId>, now: Instant) -> Request {
        Request { state: RequestState::Done { at: now, by }, ..self.clone() }
    }

    /// The request, for a colleague to decide.
    pub fn open(&self, note: &str) -> Request {
        Request { state: RequestState::Open { note: note.to_owned() }, ..self.clone() }
    }

    /// The request, declined.
    pub fn decline(&self, by: &UserId, reason: &str, now: Instant) -> Request {
        let state = RequestState::Declined { at: now, by: by.clone(), reason: reason.to_owned() };
        Request { state, ..self.clone() }
    }

    /// The request when a later one comes; `None` if that changes nothing.
    pub fn replaced_by(&self, later: &Ask, now: Instant) -> Option<Request> {
        // Each word that something is wrong counts for itself.
        let takes_place = self.ask.kind() == later.kind() && later.kind() != AskKind::Problem;
        (takes_place && self.is_pending(now))
            .then(|| Request { state: RequestState::Replaced { at: now }, ..self.clone() })
    }
}

impl RequestState {
    /// The word in events.
    pub fn code(&self) -> &'static str {
        match self {
            RequestState::AwaitsConfirmation { .. } => "awaits_confirmation",
            RequestState::Open { .. } => "open",
            RequestState::Done { .. } => "done",
            RequestState::Declined { .. } => "declined",
            RequestState::Replaced { .. } => "replaced",
        }
    }

    /// The words for colleagues.
    pub fn label(&self) -> &'static str {
        match self {
            RequestState::AwaitsConfirmation { .. } => "Waits for the main contact",
            RequestState::Open { .. } => "Open",
            RequestState::Done { .. } => "Done",
            RequestState::Declined { .. } => "Declined",
            RequestState::Replaced { .. } => "Replaced",
        }
    }
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
