//! Statuses and blocker categories as spreadsheets call them.

use crate::blocker::BlockerCategory;
use crate::status::Status;

/// What other tools call the statuses, in small letters without anything else.
const SYNONYMS: [(&str, Status); 60] = [
    ("done", Status::Completed),
    ("complete", Status::Completed),
    ("migrated", Status::Completed),
    ("finished", Status::Completed),
    ("live", Status::Completed),
    ("moved", Status::Completed),
    ("closed", Status::Completed),
    ("success", Status::Completed),
    ("successful", Status::Completed),
    ("migrating", Status::InProgress),
    ("inflight", Status::InProgress),
    ("started", Status::InProgress),
    ("running", Status::InProgress),
    ("ongoing", Status::InProgress),
    ("active", Status::InProgress),
    ("wip", Status::InProgress),
    ("doing", Status::InProgress),
    ("moving", Status::InProgress),
    ("underway", Status::InProgress),
    ("planned", Status::Scheduled),
    ("sched", Status::Scheduled),
    ("booked", Status::Scheduled),
    ("confirmed", Status::Scheduled),
    ("upcoming", Status::Scheduled),
    ("dateset", Status::Scheduled),
    ("todo", Status::NotStarted),
    ("pending", Status::NotStarted),
    ("open", Status::NotStarted),
    ("new", Status::NotStarted),
    ("backlog", Status::NotStarted),
    ("waiting", Status::NotStarted),
    ("notscheduled", Status::NotStarted),
    ("unscheduled", Status::NotStarted),
    ("unstarted", Status::NotStarted),
    ("notmigrated", Status::NotStarted),
    ("notyetstarted", Status::NotStarted),
    ("notstartedyet", Status::NotStarted),
    ("queued", Status::NotStarted),
    ("onhold", Status::Blocked),
    ("hold", Status::Blocked),
    ("stuck", Status::Blocked),
    ("held", Status::Blocked),
    ("paused", Status::Blocked),
    ("blocker", Status::Blocked),
    ("impeded", Status::Blocked),
    ("declined", Status::OptedOut),
    ("optout", Status::OptedOut),
    ("refused", Status::OptedOut),
    ("excluded", Status::OptedOut),
    ("exempt", Status::OptedOut),
    ("notmigrating", Status::OptedOut),
    ("outofscope", Status::OptedOut),
    ("churned", Status::OptedOut),
    ("cancelled", Status::OptedOut),
    ("canceled", Status::OptedOut),
    ("reverted", Status::RolledBack),
    ("rollback", Status::RolledBack),
    ("backedout", Status::RolledBack),
    ("undone", Status::RolledBack),
    ("restored", Status::RolledBack),
];

/// Reads a status: its code or label, or a usual other word for it, whatever its case, spaces and hyphens.
pub fn status(text: &str) -> Option<Status> {
    let word = bare(text);
    Status::ALL
        .into_iter()
        .find(|status| bare(status.code()) == word)
        .or_else(|| SYNONYMS.iter().find(|(synonym, _)| *synonym == word).map(|(_, status)| *status))
}

/// Reads a blocker's category: its code or label, whatever its case.
pub fn category(text: &str) -> Option<BlockerCategory> {
    let word = bare(text);
    BlockerCategory::ALL.into_iter().find(|category| bare(category.code()) == word)
}

/// The statuses that a file may name, as one line.
pub fn allowed_statuses() -> String {
    Status::ALL.map(Status::code).join(", ")
}

/// The categories that a file may name, as one line.
pub fn allowed_categories() -> String {
    BlockerCategory::ALL.map(BlockerCategory::code).join(", ")
}

/// The letters and digits of a text, small.
pub(super) fn bare(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_and_labels_are_read_whatever_their_case_and_spaces() {
        for expected in Status::ALL {
            for text in [expected.code(), expected.label(), expected.css(), &expected.label().to_uppercase()] {
                assert_eq!(status(&format!("  {text} ")), Some(expected), "{text}");
            }
        }
    }

    #[test]
    fn usual_words_are_read_and_others_are_not() {
        let cases = [
            ("Done", Status::Completed),
            ("migrated", Status::Completed),
            ("To do", Status::NotStarted),
            ("pending", Status::NotStarted),
            ("Planned", Status::Scheduled),
            ("in flight", Status::InProgress),
            ("On-Hold", Status::Blocked),
            ("declined", Status::OptedOut),
            ("reverted", Status::RolledBack),
        ];
        for (text, expected) in cases {
            assert_eq!(status(text), Some(expected), "{text}");
        }
        for unknown in ["", "-", "banana", "completed?no", "not"] {
            assert_eq!(status(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn no_synonym_is_listed_twice_or_hides_a_code() {
        let words: BTreeSet<_> = SYNONYMS.iter().map(|(word, _)| *word).collect();
        assert_eq!(words.len(), SYNONYMS.len());
        for status in Status::ALL {
            assert!(!words.contains(bare(status.code()).as_str()), "{status:?}");
        }
        assert!(words.iter().all(|word| bare(word) == *word));
    }

    #[test]
    fn categories_are_read_by_code_and_label() {
        for expected in BlockerCategory::ALL {
            assert_eq!(category(expected.code()), Some(expected));
            assert_eq!(category(&expected.label().to_uppercase()), Some(expected));
        }
        assert_eq!(category("weather"), None);
    }
}
