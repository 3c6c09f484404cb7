use super::*;
use crate::id::{ContactNumber, ExternalId, NoticeRuleNumber};
use crate::notice::{Medium, NoticeKind, Recipient};
use crate::state::{Attempt, Plan, State};
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn noon(text: &str) -> Instant {
    day(text).and_hms_opt(12, 0, 0).expect("noon").and_utc()
}

fn row(state: State) -> Row {
    let migrated_on = state.migrated_at().map(|at| at.date_naive());
    Row {
        number: AccountNumber(7),
        external_id: ExternalId::from("C-7"),
        name: String::new(),
        email: String::new(),
        plan: String::new(),
        region: String::new(),
        state,
        migrated_on,
        rollback_until_on: None,
        cohort: None,
        owner: None,
        custom: Default::default(),
        notices: Default::default(),
    }
}

fn scheduled(date: &str) -> State {
    State::Scheduled { plan: Plan { date: day(date), pinned: None } }
}

fn completed(date: &str) -> State {
    let attempt = Attempt { plan: None, started_at: noon(date), rollback_until: None };
    State::Completed { attempt, migrated_at: noon(date) }
}

/// A message to contact `to`, accepted on `at`, that tells `date`.
fn told(kind: NoticeKind, attempt: u16, to: u32, at: &str, date: &str) -> Message {
    let recipient = Recipient::Contact(ContactNumber(to));
    Message {
        key: MessageKey::of_rule(
            NoticeRuleNumber(1),
            Some(AccountNumber(7)),
            &recipient,
            attempt,
            &format!("{at}{date}"),
        ),
        rule: Some(NoticeRuleNumber(1)),
        template: None,
        kind,
        account: Some(AccountNumber(7)),
        cohort: None,
        attempt,
        to: recipient,
        medium: Medium::Email,
        told_date: Some(day(date)),
        written: noon(at),
        due: noon(at),
        late: false,
        bulk: None,
        rest: None,
        insisted: false,
        state: MessageState::Sent { at: noon(at), answer: String::new() },
    }
}

fn fates(state: State, attempt: u16, messages: &[Message], today: &str) -> Vec<(NaiveDate, Fate)> {
    let promises = promises(&row(state), attempt, messages, day(today));
    promises.into_iter().map(|promise| (promise.date, promise.fate)).collect()
}

#[test]
fn a_promise_is_kept_only_on_its_day() {
    let notice = [told(NoticeKind::Notice, 0, 1, "2026-06-01", "2026-06-12")];
    let one = |state, today| fates(state, 0, &notice, today)[0].1;
    let cases = [
        (scheduled("2026-06-12"), "2026-06-02", Fate::Open),
        (scheduled("2026-06-12"), "2026-06-12", Fate::Open),
        (scheduled("2026-06-12"), "2026-06-13", Fate::Broken),
        (scheduled("2026-06-14"), "2026-06-02", Fate::Breaking),
        (State::NotStarted, "2026-06-02", Fate::Breaking),
        (State::NotStarted, "2026-06-13", Fate::Broken),
        (completed("2026-06-12"), "2026-07-01", Fate::Kept),
        (completed("2026-06-11"), "2026-07-01", Fate::Broken),
        (completed("2026-06-13"), "2026-07-01", Fate::Broken),
        (State::OptedOut, "2026-07-01", Fate::Released),
    ];
    for (state, today, expected) in cases {
        assert_eq!(one(state.clone(), today), expected, "{state:?} on {today}");
    }
}

#[test]
fn another_date_breaks_the_one_before() {
    let messages = [
        told(NoticeKind::Correction, 0, 1, "2026-06-05", "2026-06-20"),
        told(NoticeKind::Notice, 0, 1, "2026-06-01", "2026-06-12"),
        told(NoticeKind::Notice, 0, 2, "2026-06-01", "2026-06-12"),
        told(NoticeKind::Reminder, 0, 1, "2026-06-18", "2026-06-20"),
    ];
    let expected = vec![(day("2026-06-12"), Fate::Broken), (day("2026-06-20"), Fate::Kept)];
    assert_eq!(fates(completed("2026-06-20"), 0, &messages, "2026-07-01"), expected);
    let promises = promises(&row(completed("2026-06-20")), 0, &messages, day("2026-07-01"));
    assert_eq!(promises.iter().map(|promise| promise.messages.len()).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(promises[1].told, noon("2026-06-05"));
}

#[test]
fn only_what_was_accepted_and_stayed_is_a_promise() {
    let mut bounced = told(NoticeKind::Notice, 0, 1, "2026-06-01", "2026-06-12");
    bounced.state =
        MessageState::Bounced { sent_at: noon("2026-06-01"), at: noon("2026-06-02"), answer: String::new() };
    let mut waiting = told(NoticeKind::Notice, 0, 2, "2026-06-01", "2026-06-12");
    waiting.state = MessageState::Waiting { tries: 0, answer: String::new() };
    let confirmation = told(NoticeKind::Confirmation, 0, 3, "2026-06-13", "2026-06-12");
    assert_eq!(fates(scheduled("2026-06-12"), 0, &[bounced, waiting, confirmation], "2026-06-02"), []);
}

#[test]
fn what_was_promised_before_a_rollback_ended_with_it() {
    let messages = [
        told(NoticeKind::Notice, 0, 1, "2026-06-01", "2026-06-12"),
        told(NoticeKind::Notice, 1, 1, "2026-06-15", "2026-06-30"),
    ];
    let expected = vec![(day("2026-06-12"), Fate::Broken), (day("2026-06-30"), Fate::Open)];
    assert_eq!(fates(scheduled("2026-06-30"), 1, &messages, "2026-06-20"), expected);
    let first = &messages[..1];
    assert_eq!(fates(scheduled("2026-06-30"), 1, first, "2026-06-20"), [(day("2026-06-12"), Fate::Broken)]);
}

#[test]
fn the_share_is_of_promises_that_ended() {
    let mut counts = PromiseCounts::default();
    assert_eq!(counts.share_kept(), None);
    for fate in [Fate::Kept, Fate::Kept, Fate::Kept, Fate::Broken, Fate::Open, Fate::Breaking, Fate::Released] {
        counts.add(fate);
    }
    assert_eq!(counts.share_kept(), Some(750));
    let nearly = PromiseCounts { kept: 99_999, broken: 1, ..PromiseCounts::default() };
    assert_eq!(nearly.share_words(), "99.9 %", "not all of them");
    assert_eq!((counts.open, counts.breaking), (1, 1));
}

/// Any row that a promise can be about, on some day of May.
fn any_row() -> impl Strategy<Value = Row> {
    let date = (1_u32..=28).prop_map(|number| format!("2026-05-{number:02}"));
    (0..5, date).prop_map(|(kind, date)| {
        row(match kind {
            0 => State::NotStarted,
            1 => scheduled(&date),
            2 => completed(&date),
            3 => State::OptedOut,
            _ => State::InProgress { attempt: Attempt { plan: None, started_at: noon(&date), rollback_until: None } },
        })
    })
}

fn any_messages() -> impl Strategy<Value = Vec<Message>> {
    let one = (1_u16..=3, 1_u32..=2, 1_u32..=28, 1_u32..=28).prop_map(|(attempt, to, at, date)| {
        told(NoticeKind::Notice, attempt, to, &format!("2026-05-{at:02}"), &format!("2026-05-{date:02}"))
    });
    proptest::collection::vec(one, 0..6)
}

proptest! {
    /// What is kept to count quickly says the same as the promises one by one, on every day and after accounts were taken out.
    #[test]
    fn a_tally_counts_what_the_promises_are(
        accounts in proptest::collection::vec((any_row(), any_messages(), 1_u16..=3, any::<bool>()), 0..6),
        today in 1_u32..=28,
    ) {
        let today = day(&format!("2026-05-{today:02}"));
        let mut tally = PromiseTally::default();
        let mut expected = PromiseCounts::default();
        for (row, messages, attempt, _) in &accounts {
            tally.count(row, standing(row.number, *attempt, messages), true);
        }
        for (row, messages, attempt, stays) in &accounts {
            match stays {
                true => promises(row, *attempt, messages, today).iter().for_each(|promise| expected.add(promise.fate)),
                false => tally.count(row, standing(row.number, *attempt, messages), false),
            }
        }
        prop_assert_eq!(tally.counts(today), expected);
    }
}
