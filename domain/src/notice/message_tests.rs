use super::*;
use crate::id::{ContactNumber, EndpointNumber};
use chrono::DateTime;
use proptest::prelude::*;

fn at(seconds: i64) -> Instant {
    DateTime::from_timestamp(1_780_000_000 + seconds, 0).unwrap_or_default()
}

fn message(state: MessageState) -> Message {
    let to = Recipient::Contact(ContactNumber(1));
    Message {
        key: MessageKey::of_rule(NoticeRuleNumber(1), Some(AccountNumber(7)), &to, 0, ""),
        rule: Some(NoticeRuleNumber(1)),
        template: Some((NoticeTemplateNumber(1), 1)),
        kind: NoticeKind::Notice,
        account: Some(AccountNumber(7)),
        cohort: None,
        attempt: 0,
        to,
        medium: Medium::Email,
        told_date: None,
        written: at(0),
        due: at(60),
        late: false,
        bulk: None,
        rest: None,
        insisted: false,
        state,
    }
}

/// One message in each state.
fn states() -> Vec<MessageState> {
    let text = || "x".to_owned();
    vec![
        MessageState::Waiting { tries: 0, answer: String::new() },
        MessageState::Waiting { tries: 2, answer: text() },
        MessageState::Held { by: None, why: text() },
        MessageState::Sending { until: at(500), tries: 1 },
        MessageState::Sent { at: at(70), answer: text() },
        MessageState::Bounced { sent_at: at(70), at: at(80), answer: text() },
        MessageState::Failed { at: at(70), tries: 3, answer: text() },
        MessageState::Suppressed { at: at(0), why: Suppression::NoAddress },
        MessageState::Cancelled { at: at(0), by: None, why: text(), held: None },
    ]
}

#[test]
fn acts_do_what_the_table_says() {
    // Per state, in the order of `states`: hold, release, cancel, retry, compose.
    let expected = [
        "held        NotHeld    cancelled  NotTried   waiting",
        "held        NotHeld    cancelled  waiting    Trying",
        "Held        waiting    cancelled  Held       held",
        "Sending     Sending    Sending    Sending    Sending",
        "Sent        Sent       Sent       Sent       Sent",
        "Sent        Sent       Sent       Sent       Sent",
        "Failed      Failed     Failed     waiting    waiting",
        "Suppressed  Suppressed Suppressed Suppressed waiting",
        "Cancelled   Cancelled  Cancelled  Cancelled  Cancelled",
    ];
    let by = UserId::from("u1");
    for (state, expected) in states().into_iter().zip(expected) {
        let found: Vec<String> = Act::ALL
            .into_iter()
            .map(|act| match message(state.clone()).act(act, &by, "because", at(100)) {
                Ok(after) => after.state.code().to_owned(),
                Err(refusal) => format!("{refusal:?}"),
            })
            .collect();
        assert_eq!(found, expected.split_whitespace().collect::<Vec<_>>(), "{state:?}");
    }
}

#[test]
fn a_released_message_goes_when_it_is_due_or_now() {
    let by = UserId::from("u1");
    let held = message(MessageState::Held { by: None, why: String::new() });
    let early = held.act(Act::Release, &by, "", at(10)).map(|message| message.due);
    assert_eq!(early, Ok(at(60)));
    let late = held.act(Act::Release, &by, "", at(100)).map(|message| message.due);
    assert_eq!(late, Ok(at(100)));
}

#[test]
fn what_was_too_late_goes_when_a_person_has_it_composed_again_but_nobody_who_unsubscribed_is_written_to() {
    let by = UserId::from("u1");
    let suppressed = |why| message(MessageState::Suppressed { at: at(0), why });
    let again =
        suppressed(Suppression::TooLate).act(Act::Compose, &by, "", at(100)).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!((again.due, again.insisted, again.state.code()), (at(100), true, "waiting"));
    let refused = suppressed(Suppression::Unsubscribed).act(Act::Compose, &by, "", at(100));
    assert_eq!(refused, Err(ActRefusal::Unsubscribed));
    // What has not gone keeps its time, and stays held.
    let held = message(MessageState::Held { by: Some(by.clone()), why: String::new() });
    assert_eq!(held.act(Act::Compose, &by, "", at(100)), Ok(held));
}

#[test]
fn what_is_left_of_a_wait_is_kept_while_nothing_is_sent() {
    let longest = TimeDelta::minutes(10);
    let waiting = Message { bulk: Some("b1".into()), due: at(600), ..message(states()[0].clone()) };
    let stopped = waiting.stop_waiting(at(420), longest).unwrap_or_else(|| panic!("it waits"));
    assert_eq!(stopped.rest, Some(180));
    assert_eq!(stopped.stop_waiting(at(500), longest), None, "its rest does not run");
    assert_eq!(stopped.resumes_at(at(9_000)), at(9_180));
    // Working hours made it due the next day: of the wait itself no more than all of it is left.
    let morning = Message { due: at(50_000), ..waiting.clone() };
    assert_eq!(morning.stop_waiting(at(420), longest).and_then(|stopped| stopped.rest), Some(600));
    assert_eq!(waiting.stop_waiting(at(600), longest), None, "its wait is over");
    assert_eq!(Message { bulk: None, ..waiting }.stop_waiting(at(420), longest), None);
}

#[test]
fn a_hold_of_a_person_is_remembered_when_the_cause_goes() {
    let by = UserId::from("u1");
    let hold = Hold { by: by.clone(), why: "wording".into() };
    let held = MessageState::Held { by: Some(by), why: "wording".into() };
    let MessageState::Cancelled { by: None, held, .. } = held.taken_back(at(9), "moved".into()) else {
        panic!("nobody cancelled it")
    };
    assert_eq!(held, Some(hold));
    let draft = MessageState::Held { by: None, why: "drafted".into() };
    assert!(matches!(draft.taken_back(at(9), "moved".into()), MessageState::Cancelled { held: None, .. }));
}

#[test]
fn a_lease_is_given_when_due_and_again_when_it_ends() {
    let waiting = message(MessageState::Waiting { tries: 0, answer: String::new() });
    assert_eq!(waiting.lease(at(59), at(300)), None);
    let leased = waiting.lease(at(60), at(300)).unwrap_or_else(|| panic!("it is due"));
    assert_eq!(leased.state, MessageState::Sending { until: at(300), tries: 1 });
    assert_eq!(leased.lease(at(299), at(600)), None);
    let again = leased.lease(at(300), at(600)).map(|message| message.state);
    assert_eq!(again, Some(MessageState::Sending { until: at(600), tries: 2 }));
    assert_eq!(leased.give_back().map(|message| message.state.code()), Some("waiting"));
    for state in states().into_iter().filter(|state| !matches!(state.code(), "waiting" | "sending")) {
        assert_eq!(message(state.clone()).lease(at(9_999), at(10_000)), None, "{state:?}");
    }
}

#[test]
fn outcomes_settle_a_lease() {
    let text = || "it said".to_owned();
    let cases = [
        (Outcome::Accepted { answer: text() }, "sent"),
        (Outcome::Transient { answer: text() }, "waiting"),
        (Outcome::NetworkFailure { answer: text() }, "waiting"),
        (Outcome::Permanent { answer: text() }, "failed"),
        (Outcome::NotTried, "waiting"),
    ];
    for (outcome, code) in cases {
        let sending = message(MessageState::Sending { until: at(300), tries: 1 });
        let after = sending.settle(at(300), &outcome, at(100), 1).unwrap_or_else(|| panic!("{outcome:?} settles"));
        assert_eq!(after.state.code(), code);
        assert_eq!(after.state.answer(), (outcome != Outcome::NotTried).then_some("it said"));
        // Another server's lease: only that it was accepted counts.
        let other = sending.settle(at(200), &outcome, at(100), 1);
        assert_eq!(other.is_some(), code == "sent");
        for over in [states()[4].clone(), states()[5].clone()] {
            assert_eq!(message(over).settle(at(300), &outcome, at(100), 1), None);
        }
    }
}

#[test]
fn attempts_are_spaced_as_documented_and_then_end() {
    for (medium, waits) in [
        (Medium::Email, &MAIL_RETRY_MINUTES.map(|minutes| minutes * 60)[..]),
        (Medium::Webhook, &WEBHOOK_RETRY_SECONDS[..]),
    ] {
        let mut sending = Message { medium, ..message(MessageState::Waiting { tries: 0, answer: String::new() }) };
        let mut now = sending.due;
        for wait in waits {
            let until = now + TimeDelta::minutes(5);
            let leased = sending.lease(now, until).unwrap_or_else(|| panic!("it is due"));
            let outcome = Outcome::Transient { answer: "later".into() };
            sending = leased.settle(until, &outcome, now, 1).unwrap_or_else(|| panic!("it settles"));
            let found = (sending.due - now).num_milliseconds();
            let wanted = i64::from(*wait) * 1_000;
            assert!((wanted * 9 / 10..=wanted * 11 / 10).contains(&found), "{medium:?}: {found} instead of {wanted}");
            now = sending.due;
        }
        let until = now + TimeDelta::minutes(5);
        let leased = sending.lease(now, until).unwrap_or_else(|| panic!("it is due"));
        let last = leased.settle(until, &Outcome::NetworkFailure { answer: String::new() }, now, 1);
        assert_eq!(last.map(|message| message.state.code()), Some("failed"));
    }
}

#[test]
fn messages_that_fail_together_do_not_come_back_together() {
    let keys = (0..50).map(|n| MessageKey(format!("r1.{n}.c1.0.")));
    let waits: std::collections::BTreeSet<_> = keys.map(|key| retry_after(Medium::Email, &key, 1)).collect();
    assert!(waits.len() > 10, "{waits:?}");
}

#[test]
fn only_what_was_not_tried_is_postponed_or_missed() {
    for state in states() {
        let untried = matches!(state, MessageState::Waiting { tries: 0, .. });
        assert_eq!(message(state.clone()).postpone(at(90)).map(|message| message.due), untried.then(|| at(90)));
        assert_eq!(message(state.clone()).suppress(Suppression::Missed, at(90)).is_some(), untried);
        let bounced = message(state.clone()).bounce("gone", at(90)).is_some();
        assert_eq!(bounced, matches!(state, MessageState::Sent { .. }), "{state:?}");
    }
}

#[test]
fn answers_are_kept_without_addresses_and_on_one_line() {
    let cases = [
        ("550 5.1.1 <ann@example.com>: unknown\r\nuser", "550 5.1.1 (address) unknown user"),
        ("  451\t4.7.1 later ", "451 4.7.1 later"),
        ("", ""),
    ];
    for (answer, kept) in cases {
        assert_eq!(clean_answer(answer), kept);
    }
    assert_eq!(clean_answer(&"long ".repeat(200)).chars().count(), ANSWER_MAX);
}

#[test]
fn the_stage_is_that_of_the_last_accepted_message_of_the_attempt() {
    let sent = |kind, attempt, second| Message {
        kind,
        attempt,
        ..message(MessageState::Sent { at: at(second), answer: String::new() })
    };
    let with = |state, kind| Message { kind, ..message(state) };
    let bounced = MessageState::Bounced { sent_at: at(1), at: at(2), answer: String::new() };
    let suppressed = MessageState::Suppressed { at: at(1), why: Suppression::NoContact };
    let to_chat = Message { to: Recipient::Endpoint(EndpointNumber(1)), ..sent(NoticeKind::Notice, 0, 1) };
    use NoticeKind::{Confirmation, Correction, Internal, Notice, Reminder, Rollback};
    let cases: Vec<(Vec<Message>, u16, Stage)> = vec![
        (vec![], 0, Stage::None),
        (vec![message(states()[0].clone())], 0, Stage::None),
        (vec![sent(Notice, 0, 1)], 0, Stage::Notice),
        (vec![sent(Reminder, 0, 9), sent(Notice, 0, 1)], 0, Stage::Reminder),
        (vec![sent(Notice, 0, 1), sent(Correction, 0, 5)], 0, Stage::Delay),
        (vec![sent(Notice, 0, 1), sent(Confirmation, 0, 5)], 0, Stage::Confirmed),
        (vec![sent(Notice, 0, 1), sent(Internal, 0, 5)], 0, Stage::Notice),
        (vec![to_chat], 0, Stage::None),
        (vec![with(bounced.clone(), Notice)], 0, Stage::Bounced),
        (vec![with(bounced, Reminder), sent(Notice, 0, 1)], 0, Stage::Notice),
        (vec![with(suppressed, Notice)], 0, Stage::Suppressed),
        // Another attempt begins with what was told of the end of the one before.
        (vec![sent(Notice, 0, 1)], 1, Stage::None),
        (vec![sent(Notice, 0, 1), sent(Rollback, 0, 5)], 1, Stage::Rollback),
        (vec![sent(Rollback, 0, 5), sent(Notice, 1, 9)], 1, Stage::Notice),
    ];
    for (index, (messages, attempt, expected)) in cases.into_iter().enumerate() {
        assert_eq!(stage(messages.iter(), attempt), expected, "case {index}");
        let notified = matches!(expected, Stage::Notice | Stage::Reminder | Stage::Delay | Stage::Confirmed);
        assert_eq!(expected.is_notified(), notified);
    }
}

/// What can happen to a message, in any order.
#[derive(Clone, Debug)]
enum Step {
    Act(Act),
    Lease,
    Settle(Outcome),
    /// A server that fell silent wakes up and reports on an old lease.
    SettleOld(Outcome),
    GiveBack,
    Bounce,
    Postpone,
    Suppress,
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let outcome = prop_oneof![
        Just(Outcome::Accepted { answer: "ok".into() }),
        Just(Outcome::Transient { answer: "later".into() }),
        Just(Outcome::Permanent { answer: "no".into() }),
        Just(Outcome::NetworkFailure { answer: String::new() }),
        Just(Outcome::NotTried),
    ];
    let act = (0..4_usize).prop_map(|index| Step::Act(Act::ALL[index]));
    let step = prop_oneof![
        act,
        Just(Step::Lease),
        outcome.clone().prop_map(Step::Settle),
        outcome.prop_map(Step::SettleOld),
        Just(Step::GiveBack),
        Just(Step::Bounce),
        Just(Step::Postpone),
        Just(Step::Suppress),
        (1..200_000_i64).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..60)
}

proptest! {
    /// After a server has said that it accepted a message, no server gets it again; what is over stays over; at most one
    /// lease holds at any time.
    #[test]
    fn nothing_is_sent_after_it_was_sent(steps in steps()) {
        let by = UserId::from("u1");
        let mut now = at(0);
        let mut leases: Vec<Instant> = Vec::new();
        let mut accepted = false;
        let mut message = message(MessageState::Waiting { tries: 0, answer: String::new() });
        for step in steps {
            let before = message.clone();
            let after = match step {
                Step::Act(act) => message.act(act, &by, "because", now).ok(),
                Step::Lease => {
                    let until = now + TimeDelta::minutes(5);
                    let leased = message.lease(now, until);
                    if leased.is_some() {
                        prop_assert!(!accepted, "sent twice");
                        if let MessageState::Sending { until, .. } = &before.state {
                            prop_assert!(*until <= now, "two servers have it");
                        }
                        leases.push(until);
                    }
                    leased
                }
                Step::Settle(outcome) => leases.last().and_then(|lease| {
                    let settled = message.settle(*lease, &outcome, now, 1);
                    accepted |= settled.is_some() && matches!(outcome, Outcome::Accepted { .. });
                    settled
                }),
                Step::SettleOld(outcome) => leases.first().and_then(|lease| {
                    let settled = message.settle(*lease, &outcome, now, 1);
                    accepted |= settled.is_some() && matches!(outcome, Outcome::Accepted { .. });
                    settled
                }),
                Step::GiveBack => message.give_back(),
                Step::Bounce => message.bounce("gone", now),
                Step::Postpone => message.postpone(now + TimeDelta::hours(1)),
                Step::Suppress => message.suppress(Suppression::Missed, now),
                Step::Wait(seconds) => {
                    now += TimeDelta::seconds(seconds);
                    None
                }
            };
            message = after.unwrap_or(message);
            prop_assert_eq!(&message.key, &before.key);
            if accepted {
                prop_assert!(message.state.sent_at().is_some());
                prop_assert!(message.leasable_at().is_none());
            }
        }
    }
}
