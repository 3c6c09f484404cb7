use super::super::notices::Notices;
use super::*;
use chrono::{DateTime, TimeDelta};
use domain::clock::Instant;
use domain::id::{AccountNumber, ContactNumber};
use domain::notice::message::{MessageKey, MessageState, Suppression};
use domain::notice::{Medium, Recipient};
use proptest::prelude::*;

fn at(minute: i64) -> Instant {
    DateTime::from_timestamp(1_780_000_000 + minute * 60, 0).unwrap()
}

fn message(account: u32, rule: Option<u16>, kind: usize, minute: i64, state: u8) -> Message {
    let rule = rule.map(NoticeRuleNumber);
    let to = Recipient::Contact(ContactNumber(1));
    let state = match state {
        0 => MessageState::Waiting { tries: 0, answer: String::new() },
        1 => MessageState::Held { by: None, why: String::new() },
        2 => MessageState::Sent { at: at(minute), answer: String::new() },
        3 => MessageState::Failed { at: at(minute), tries: 1, answer: String::new() },
        _ => MessageState::Suppressed { at: at(minute), why: Suppression::NoAddress },
    };
    Message {
        key: MessageKey::of_rule(rule.unwrap_or(NoticeRuleNumber(0)), Some(AccountNumber(account)), &to, 0, ""),
        rule,
        template: None,
        kind: NoticeKind::ALL[kind],
        account: Some(AccountNumber(account)),
        cohort: None,
        attempt: 0,
        to,
        medium: Medium::Email,
        told_date: None,
        written: at(0),
        due: at(minute),
        late: false,
        bulk: None,
        rest: None,
        insisted: false,
        state,
    }
}

proptest! {
    /// What the shelves list is what looking at every message finds.
    #[test]
    fn shelves_say_what_a_scan_says(
        puts in prop::collection::vec((1_u32..9, prop::option::of(1_u16..3), 0_usize..6, 0_i64..20, 0_u8..5), 0..60),
    ) {
        let mut notices = Notices::default();
        for (account, rule, kind, minute, state) in puts {
            notices.put(message(account, rule, kind, minute, state));
        }
        let rules = [None, Some(NoticeRuleNumber(1)), Some(NoticeRuleNumber(2))];
        let kinds = NoticeKind::ALL.into_iter().map(Some).chain([None]);
        for (rule, kind) in kinds.flat_map(|kind| rules.map(|rule| (rule, kind))) {
            let mut scanned: Vec<&Arc<Message>> = notices
                .messages
                .values()
                .filter(|message| rule.is_none_or(|rule| message.rule == Some(rule)))
                .filter(|message| kind.is_none_or(|kind| message.kind == kind))
                .collect();
            scanned.sort_by_key(|message| (message.moment(), message.key.clone()));
            let shelf = notices.shelf(Shelf { rule, kind });
            prop_assert_eq!(shelf.newest_first().collect::<Vec<_>>(), scanned.iter().rev().copied().collect::<Vec<_>>());
            for state in ["waiting", "held", "sent", "failed", "suppressed", "bounced"] {
                let of: Vec<_> = scanned.iter().copied().filter(|message| message.state.code() == state).collect();
                prop_assert_eq!(shelf.counts().get(state).copied().unwrap_or(0) as usize, of.len());
                prop_assert_eq!(shelf.in_state(state).collect::<Vec<_>>(), of);
            }
        }
    }
}

/// `cargo test … -- --ignored --nocapture a_page_costs` prints what a page of 50 costs among ever more messages.
#[test]
#[ignore = "prints figures"]
fn a_page_costs_the_same_among_ten_times_as_many_messages() {
    for count in [10_000_u32, 100_000] {
        let mut notices = Notices::default();
        for index in 0..count {
            let state = if index.is_multiple_of(3) { 0 } else { 2 };
            notices.put(message(index + 1, Some(index as u16 % 4), index as usize % 6, i64::from(index), state));
        }
        let rule = Some(NoticeRuleNumber(1));
        for (name, shelf) in [("all", Shelf::default()), ("one rule", Shelf { rule, kind: None })] {
            let began = std::time::Instant::now();
            let (counts, page) = (notices.shelf(shelf).counts(), notices.shelf(shelf).newest_first().take(50).count());
            let took = TimeDelta::from_std(began.elapsed()).unwrap();
            println!(
                "{count} messages, {name}: {page} lines and {} counts in {} µs",
                counts.len(),
                took.num_microseconds().unwrap()
            );
        }
    }
}
