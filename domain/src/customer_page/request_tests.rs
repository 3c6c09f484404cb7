use super::*;
use chrono::DateTime;

const START: Instant = DateTime::UNIX_EPOCH;

fn request(ask: Ask, state: RequestState) -> Request {
    Request {
        number: RequestNumber(1),
        account: AccountNumber(1),
        link: LinkId::from("l1"),
        contact: ContactNumber(1),
        ask,
        at: START,
        state,
    }
}

fn problem(words: &str) -> Ask {
    Ask::Problem { words: words.to_owned() }
}

fn states() -> Vec<RequestState> {
    vec![
        RequestState::AwaitsConfirmation { until: START + CONFIRM_WITHIN, hash: String::new() },
        RequestState::Open { note: String::new() },
        RequestState::Done { at: START, by: None },
        RequestState::Declined { at: START, by: UserId::from("ines"), reason: "no".to_owned() },
        RequestState::Replaced { at: START },
    ]
}

#[test]
fn each_state_lets_happen_what_it_should() {
    use RequestRefusal::{Answered, AwaitsConfirmation, Lapsed, Replaced};
    let soon = START + TimeDelta::hours(1);
    let expected = [
        (Ok(()), Err(AwaitsConfirmation), true),
        (Err(Answered), Ok(()), true),
        (Err(Answered), Err(Answered), false),
        (Err(Answered), Err(Answered), false),
        (Err(Replaced), Err(Replaced), false),
    ];
    for (state, (confirm, answer, pending)) in states().into_iter().zip(expected) {
        let request = request(problem("x"), state);
        assert_eq!(request.confirm(soon), confirm, "{request:?}");
        assert_eq!(request.may_be_answered(), answer, "{request:?}");
        assert_eq!(request.is_pending(soon), pending, "{request:?}");
    }
    let late = request(problem("x"), states().remove(0));
    assert_eq!(late.confirm(START + CONFIRM_WITHIN), Err(Lapsed));
    assert!(!late.is_pending(START + CONFIRM_WITHIN));
}

#[test]
fn a_later_request_takes_the_place_of_one_that_waits() {
    let to = NaiveDate::from_ymd_opt(2026, 6, 2).unwrap_or_default();
    let date = || Ask::OtherDate { from: None, to };
    for state in states() {
        let request = request(date(), state);
        let replaced = request.replaced_by(&date(), START);
        assert_eq!(replaced.is_some(), request.is_pending(START), "{request:?}");
        assert_eq!(request.replaced_by(&problem("x"), START), None);
    }
    let open = request(problem("a"), RequestState::Open { note: String::new() });
    assert_eq!(open.replaced_by(&problem("b"), START), None, "each counts for itself");
}

#[test]
fn what_cannot_be_taken_is_said_at_its_field() {
    let contact =
        |name: &str, email: &str| Ask::Contact { name: name.into(), email: email.into(), role: String::new() };
    let rating = |score, words: String| Ask::Rating { score, words };
    for (ask, field) in [
        (problem("  "), Some("words")),
        (problem("a\u{7}b"), Some("words")),
        (problem(&"x".repeat(WORDS_MAX)), None),
        (problem(&"x".repeat(WORDS_MAX + 1)), Some("words")),
        (problem("<script>alert(1)</script>"), None),
        (rating(0, String::new()), Some("score")),
        (rating(6, String::new()), Some("score")),
        (rating(5, "x".repeat(25_001)), Some("words")),
        (rating(1, String::new()), None),
        (contact("Nils", "nils@a.example"), None),
        (contact("Nils", "nils@a.example\nBcc: b@b.example"), Some("email")),
        (contact("Nils", "nils"), Some("email")),
        (contact("Ni\nls", "nils@a.example"), Some("name")),
        (contact(&"x".repeat(201), "nils@a.example"), Some("name")),
    ] {
        let fields: Vec<_> = ask.problems().into_iter().map(|problem| problem.field).collect();
        assert_eq!(fields, field.into_iter().collect::<Vec<_>>(), "{ask:?}");
    }
}

#[test]
fn what_somebody_wrote_can_be_taken_out() {
    let ask = Ask::Contact { name: "Nils".into(), email: "nils@a.example".into(), role: "IT".into() };
    for ask in [ask, problem("Nils says no"), Ask::Rating { score: 2, words: "Nils".into() }] {
        let text = serde_json::to_string(&ask.erased()).unwrap_or_default();
        assert!(!text.contains("Nils") && !text.contains("nils"), "{text}");
        assert_eq!(ask.erased().kind(), ask.kind());
    }
}

#[test]
fn words_of_kinds_are_read_back() {
    for kind in AskKind::ALL {
        assert_eq!(AskKind::from_code(kind.code()), Some(kind));
    }
    for reason in OptOutReason::ALL {
        assert_eq!(OptOutReason::from_code(reason.code()), Some(reason));
    }
    assert_eq!(AskKind::from_code("drop table"), None);
}
