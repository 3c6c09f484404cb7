use super::*;
use crate::clock::Instant;
use crate::cohort::{CohortStage, Window};
use crate::id::{CohortNumber, UserId};
use crate::status::{Status, StatusCounts};
use chrono::DateTime;
use proptest::prelude::*;

fn at(text: &str) -> Instant {
    DateTime::parse_from_rfc3339(text).expect("an instant").to_utc()
}

fn now() -> Instant {
    at("2026-05-21T12:00:00Z")
}

fn user(name: &str) -> UserId {
    UserId::from(name)
}

/// Counts in the order completed, in progress, scheduled, not started, blocked, rolled back, opted out.
fn facts(counts: [u32; 7]) -> CohortFacts {
    CohortFacts { counts: StatusCounts(counts), ..CohortFacts::default() }
}

fn gate(criterion: Criterion, threshold: Amount) -> Gate {
    Gate { id: GateId(1), criterion, threshold }
}

fn approval(four_eyes: bool) -> Gate {
    gate(Criterion::Approval { duty: "Customer success".into(), person: None, four_eyes }, Amount::whole(1))
}

fn approved_by(name: &str) -> Approval {
    Approval { gate: GateId(1), by: user(name), at: now(), note: String::new() }
}

#[test]
fn amounts_are_read_and_written_as_people_do() {
    for (text, amount) in [("98", 9_800), ("98.5", 9_850), ("1,25", 125), ("0", 0), (" 2 ", 200)] {
        assert_eq!(Amount::read(text), Some(Amount(amount)), "{text}");
    }
    for bad in ["", "-1", "1.234", "x", "1e3", ".5", "99999999", "1.5.2", "²"] {
        assert_eq!(Amount::read(bad), None, "{bad}");
    }
    for (amount, text) in [(9_800, "98"), (9_850, "98.5"), (125, "1.25"), (5, "0.05"), (0, "0")] {
        assert_eq!(Amount(amount).to_string(), text);
    }
}

#[test]
fn each_criterion_is_measured_by_its_figure() {
    let window = Some(Window { starts: at("2026-05-10T06:00:00Z"), ends: at("2026-05-30T16:00:00Z") });
    let half = CohortFacts { window, ..facts([50, 0, 0, 44, 4, 2, 20]) };
    let over = CohortFacts {
        window: Some(Window { starts: at("2026-05-01T06:00:00Z"), ends: at("2026-05-20T16:00:00Z") }),
        ..half.clone()
    };
    let ahead = CohortFacts {
        window: Some(Window { starts: at("2026-06-20T06:00:00Z"), ends: at("2026-06-30T16:00:00Z") }),
        notified: vec![(14, 90)],
        ..half.clone()
    };
    let started = CohortFacts { window, ..ahead.clone() };
    let planned = CohortFacts { to_be_notified: vec![(14, 8), (7, 10)], ..ahead.clone() };
    let soaked = CohortFacts { last_completed: Some(at("2026-05-20T10:30:00Z")), ..half.clone() };
    let full = CohortFacts {
        open_tickets: Some(3),
        error_rate: Some(Amount(120)),
        readiness: Some(Amount::whole(90)),
        high_risks: Some(1),
        ..half.clone()
    };
    let waits = CohortFacts {
        previous: vec![Previous { number: CohortNumber(1), label: "1 · Pilot".into(), passed: false }],
        ..half.clone()
    };
    use Criterion as C;
    use Verdict::*;
    // Criterion, threshold, facts, verdict, figure: shares are of the 100 that did not opt out.
    let table = [
        (C::Completed, 98, &half, NotYet, Some(5_000)),
        (C::Completed, 50, &half, Met, Some(5_000)),
        (C::Completed, 98, &over, Missed, Some(5_000)),
        (C::Blocked, 4, &half, Met, Some(400)),
        (C::Blocked, 3, &half, Missed, Some(400)),
        (C::RolledBack, 1, &half, Missed, Some(200)),
        (C::Notified { days: 14 }, 100, &half, NoData, None),
        (C::Notified { days: 14 }, 90, &ahead, Met, Some(9_000)),
        (C::Notified { days: 14 }, 100, &ahead, NotYet, Some(9_000)),
        (C::Notified { days: 7 }, 100, &ahead, NoData, None),
        (C::Notified { days: 14 }, 100, &started, Missed, Some(9_000)),
        (C::Notified { days: 14 }, 99, &planned, NotYet, Some(9_800)),
        (C::Notified { days: 14 }, 98, &planned, Met, Some(9_800)),
        (C::Previous, 1, &half, Met, Some(100)),
        (C::Previous, 1, &waits, NotYet, Some(0)),
        (C::Soak, 24, &half, NotYet, None),
        (C::Soak, 24, &soaked, Met, Some(2_550)),
        (C::Soak, 26, &soaked, NotYet, Some(2_550)),
        (C::Tickets, 4, &half, NoData, None),
        (C::Tickets, 4, &full, Met, Some(300)),
        (C::Tickets, 2, &full, Missed, Some(300)),
        (C::ErrorRate, 1, &half, NoData, None),
        (C::ErrorRate, 1, &full, Missed, Some(120)),
        (C::Readiness, 95, &half, NoData, None),
        (C::Readiness, 95, &full, NotYet, Some(9_000)),
        (C::HighRisks, 0, &half, NoData, None),
        (C::HighRisks, 0, &full, Missed, Some(100)),
        (C::HighRisks, 1, &full, Met, Some(100)),
    ];
    for (criterion, threshold, facts, verdict, value) in table {
        let gate = gate(criterion, Amount::whole(threshold));
        let expected = Evaluation { gate: GateId(1), verdict, value: value.map(Amount) };
        assert_eq!(evaluate(&gate, facts, now()), expected, "{}", gate.words());
    }
}

#[test]
fn nobody_taking_part_is_no_data_and_no_division() {
    for counts in [[0; 7], [0, 0, 0, 0, 0, 0, 9]] {
        for criterion in [Criterion::Completed, Criterion::Blocked, Criterion::RolledBack] {
            let seen = evaluate(&Gate::usual(criterion), &facts(counts), now());
            assert_eq!((seen.verdict, seen.value), (Verdict::NoData, None));
        }
    }
}

#[test]
fn an_approval_counts_for_its_gate_alone() {
    let mut facts = facts([0, 0, 0, 5, 0, 0, 0]);
    assert_eq!(evaluate(&approval(true), &facts, now()).verdict, Verdict::NotYet);
    facts.approvals.push(Approval { gate: GateId(2), ..approved_by("ann") });
    assert_eq!(evaluate(&approval(true), &facts, now()).verdict, Verdict::NotYet);
    facts.approvals.push(approved_by("ann"));
    assert_eq!(evaluate(&approval(true), &facts, now()).verdict, Verdict::Met);
}

#[test]
fn who_approved_does_not_sign_where_four_eyes_are_asked_for() {
    let words = |four_eyes: bool, approvals: &[&str], signer: &str| {
        let mut facts = facts([0, 0, 0, 5, 0, 0, 0]);
        facts.approvals = approvals.iter().map(|name| approved_by(name)).collect();
        missing(&[approval(four_eyes)], &facts, None, &user(signer), now()).first().map(|missing| missing.words.clone())
    };
    assert_eq!(words(true, &[], "ann").as_deref(), Some("Customer success has not approved"));
    assert!(words(true, &["ann"], "ann").is_some_and(|words| words.contains("somebody else has to sign")));
    assert_eq!(words(true, &["ann"], "bob"), None);
    assert_eq!(words(true, &["ann", "bob"], "ann"), None, "the other one's yes is enough");
    assert_eq!(words(false, &["ann"], "ann"), None);
}

fn decision(gates: &[Gate], facts: &CohortFacts, overridden: Option<&str>) -> GateDecision {
    GateDecision {
        cohort: CohortNumber(1),
        number: 1,
        set: GateSet::Exit,
        at: now(),
        by: user("lead"),
        gates: gates.to_vec(),
        evaluations: gates.iter().map(|gate| evaluate(gate, facts, now())).collect(),
        facts: facts.clone(),
        overridden: overridden.map(str::to_owned),
    }
}

#[test]
fn what_was_overridden_stays_so_while_the_thresholds_stay() {
    let gates = vec![
        Gate { id: GateId(1), ..Gate::usual(Criterion::Completed) },
        Gate { id: GateId(2), ..Gate::usual(Criterion::Blocked) },
    ];
    let then = facts([90, 0, 0, 9, 1, 0, 0]);
    let ask = |gates: &[Gate], facts: &CohortFacts, last: Option<&GateDecision>| {
        missing(gates, facts, last, &user("lead"), now()).into_iter().map(|missing| missing.gate.0).collect::<Vec<_>>()
    };
    assert_eq!(ask(&gates, &then, None), [1]);
    let waived = decision(&gates, &then, Some("Agreed with support"));
    assert_eq!(ask(&gates, &then, Some(&waived)), [0_u16; 0]);
    // What was met then and is missed now was never waived.
    assert_eq!(ask(&gates, &facts([90, 0, 0, 0, 10, 0, 0]), Some(&waived)), [2]);
    let mut stricter = gates.clone();
    stricter[1].threshold = Amount::whole(1);
    assert_eq!(ask(&stricter, &then, Some(&waived)), [1], "other thresholds, another decision");
    assert_eq!(ask(&gates, &then, Some(&decision(&gates, &then, None))), [1], "a plain signature waives nothing");
}

#[test]
fn what_is_missing_is_told_with_its_figure() {
    let mut facts = facts([50, 0, 0, 50, 0, 0, 0]);
    facts.previous = vec![Previous { number: CohortNumber(1), label: "1 · Pilot".into(), passed: false }];
    let gates = [
        gate(Criterion::Completed, Amount::whole(98)),
        gate(Criterion::Previous, Amount::whole(1)),
        gate(Criterion::ErrorRate, Amount(150)),
        gate(Criterion::Soak, Amount::whole(24)),
    ];
    let words: Vec<_> =
        missing(&gates, &facts, None, &user("ann"), now()).into_iter().map(|missing| missing.words).collect();
    let expected = [
        "At least 98 % completed: 50 % now",
        "1 · Pilot has not passed its exit gate",
        "Error rate at most 1.5 × baseline: no data yet",
        "At least 24 h since the last account was completed: none is completed",
    ];
    assert_eq!(words, expected);
}

#[test]
fn entry_gates_are_fixed_by_the_start_and_all_by_the_end() {
    let before = Gates::usual(false);
    let mut wanted = before.lists.clone();
    wanted.entry.clear();
    let ann = user("ann");
    let with = |lists: &GateLists, stage| before.with(lists.clone(), stage, &ann, now());
    assert!(with(&wanted, CohortStage::Planned).is_ok_and(|gates| gates.late.is_empty()));
    for stage in [CohortStage::Running, CohortStage::Halted] {
        assert_eq!(with(&wanted, stage), Err(GateRefusal::EntryIsPast));
    }
    assert_eq!(with(&wanted, CohortStage::Closed), Err(GateRefusal::Closed));
    assert_eq!(with(&before.lists, CohortStage::Closed), Ok(before.clone()), "nothing changes");

    let mut exit = before.lists.clone();
    exit.exit[0].threshold = Amount::whole(90);
    exit.exit.remove(1);
    exit.exit.push(Gate::usual(Criterion::Tickets));
    assert_eq!(with(&exit, CohortStage::Closed), Err(GateRefusal::Closed));
    let after = with(&exit, CohortStage::Running).expect("exit gates may change while it runs");
    let late: Vec<_> = after.late.iter().map(LateChange::words).collect();
    let expected = [
        "At least 98 % completed → At least 90 % completed",
        "added: At most 4 open tickets per 100 accounts",
        "taken away: At most 2 % blocked",
    ];
    assert_eq!(late, expected);
    assert!(after.late.iter().all(|change| change.by == ann));
}

#[test]
fn gates_keep_their_numbers_and_no_number_comes_twice() {
    let before = Gates::usual(false);
    let mut wanted = before.lists.clone();
    let removed = wanted.exit.remove(0);
    wanted.exit.push(Gate::usual(Criterion::Readiness));
    // A number of another list is as good as none.
    wanted.triggers.push(Gate { id: wanted.entry[0].id, ..Gate::usual(Criterion::Blocked) });
    let after = before.with(wanted, CohortStage::Planned, &user("ann"), now()).expect("it is planned");
    let mut ids: Vec<_> = after.lists.all().map(|(_, gate)| gate.id).collect();
    assert_eq!(after.lists.exit[0], before.lists.exit[1]);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), after.lists.all().count());
    assert!(!ids.contains(&removed.id));
    let wanted = before.lists.clone();
    let again = after.with(wanted, CohortStage::Planned, &user("ann"), now()).expect("it is planned");
    assert!(again.lists.exit[0].id.0 > before.last_id, "what was taken away comes back as another gate");
}

#[test]
fn a_yes_falls_with_the_gate_that_asked_for_it() {
    let mut before = Gates::default();
    before.lists.entry = vec![approval(true)];
    before.last_id = 1;
    before.approvals = vec![approved_by("ann")];
    let mut wanted = before.lists.clone();
    wanted.entry.push(Gate::usual(Criterion::Readiness));
    let kept = before.with(wanted.clone(), CohortStage::Planned, &user("lead"), now()).expect("it is planned");
    assert_eq!(kept.approvals.len(), 1);
    wanted.entry[0].criterion = Criterion::Approval { duty: "Security".into(), person: None, four_eyes: true };
    let gone = before.with(wanted, CohortStage::Planned, &user("lead"), now()).expect("it is planned");
    assert!(gone.approvals.is_empty());
}

#[test]
fn a_new_cohort_asks_for_what_has_data() {
    let words = |gates: &[Gate]| gates.iter().map(Gate::words).collect::<Vec<_>>();
    let with_tickets = GateLists::usual(true);
    let expected = ["The cohorts before passed their exit gates", "Everybody notified, or planned to be, 7 days ahead"];
    assert_eq!(words(&with_tickets.entry), expected);
    assert!(words(&with_tickets.exit).contains(&"At most 4 open tickets per 100 accounts".to_owned()));
    let without = GateLists::usual(false);
    assert!(!without.exit.iter().any(|gate| gate.criterion == Criterion::Tickets), "no source, no figure");
    for lists in [with_tickets, without] {
        assert!(lists.problems().is_empty());
        let mut ids: Vec<_> = lists.all().map(|(_, gate)| gate.id).collect();
        ids.dedup();
        assert_eq!(ids.len(), lists.all().count());
    }
}

#[test]
fn bad_lists_are_named_at_the_gate() {
    let fields = |lists: &GateLists| lists.problems().into_iter().map(|problem| problem.field).collect::<Vec<_>>();
    assert_eq!(fields(&GateLists::usual(true)), [""; 0]);
    let mut lists = GateLists::usual(true);
    lists.entry.push(Gate::usual(Criterion::Completed));
    lists.entry.push(Gate::usual(Criterion::Previous));
    lists.entry.push(Gate::usual(Criterion::Approval { duty: " ".into(), person: None, four_eyes: false }));
    lists.entry.push(Gate::usual(Criterion::Notified { days: 0 }));
    lists.exit[0].threshold = Amount::whole(130);
    lists.triggers.push(Gate::usual(Criterion::Soak));
    assert_eq!(fields(&lists), ["entry-2", "entry-3", "entry-4", "entry-5", "exit-0", "triggers-1"]);
    let approval = |n| Gate::usual(Criterion::Approval { duty: format!("Duty {n}"), person: None, four_eyes: true });
    let many = GateLists { exit: (0..21).map(approval).collect(), ..GateLists::default() };
    assert_eq!(fields(&many), ["exit"]);
}

#[test]
fn a_trigger_fires_again_only_when_it_got_worse_than_at_the_resume() {
    let mut gates = Gates::usual(false);
    let trigger = gates.lists.triggers[0].id;
    let with = |rolled_back: u32| facts([0, 0, 0, 1_000 - rolled_back, 0, rolled_back, 0]);
    assert!(gates.breaches(&with(50), now()).is_empty(), "5 % is allowed");
    let breaches = gates.breaches(&with(51), now());
    assert_eq!(halt_words(&breaches), "Rolled back: 5.1 %, allowed is 5 %.");
    gates.resumed_at = vec![(trigger, breaches[0].value)];
    assert!(gates.breaches(&with(51), now()).is_empty());
    assert_eq!(gates.breached(&with(51), now()).len(), 1, "still beyond its threshold");
    assert!(gates.breaches(&with(40), now()).is_empty());
    assert_eq!(gates.breaches(&with(52), now()).len(), 1);
    // Another threshold is another question.
    let mut wanted = gates.lists.clone();
    wanted.triggers[0].threshold = Amount::whole(4);
    let after = gates.with(wanted, CohortStage::Running, &user("ann"), now()).expect("triggers may change");
    assert_eq!(after.breaches(&with(51), now()).len(), 1);
}

#[test]
fn a_replay_applies_other_thresholds_to_the_figures_of_then() {
    let gates = vec![Gate { id: GateId(1), ..Gate::usual(Criterion::Completed) }];
    let past = decision(&gates, &facts([95, 0, 0, 5, 0, 0, 0]), Some("It is the pilot"));
    assert!(!replay(&past, &gates).passes);
    let lower = [gate(Criterion::Completed, Amount::whole(95))];
    assert!(replay(&past, &lower).passes);
    let unknown = [lower[0].clone(), gate(Criterion::Tickets, Amount::whole(4))];
    let replayed = replay(&past, &unknown);
    assert!(!replayed.passes);
    assert_eq!(replayed.evaluations[1].verdict, Verdict::NoData);
}

#[test]
fn a_replay_takes_approvals_as_they_were_given() {
    let mut then = facts([95, 0, 0, 5, 0, 0, 0]);
    then.approvals = vec![approved_by("ann")];
    let past = decision(&[approval(true)], &then, None);
    let elsewhere = Gate { id: GateId(9), ..approval(true) };
    assert!(replay(&past, &[elsewhere]).passes, "the same duty, in another cohort's list");
    let other = gate(Criterion::Approval { duty: "Security".into(), person: None, four_eyes: true }, Amount::whole(1));
    assert!(!replay(&past, &[other]).passes, "nobody was asked then");
}

#[test]
fn gates_survive_storing_and_old_cohorts_have_none() {
    let mut gates = Gates::usual(false);
    gates.lists.entry.push(Gate { id: GateId(7), ..approval(true) });
    gates.halt = Some(Halt { at: now(), by: None, why: "Rolled back: 6 %, allowed is 5 %.".into() });
    let text = serde_json::to_string(&gates).expect("it is text");
    assert_eq!(serde_json::from_str::<Gates>(&text).expect("it reads"), gates);
    assert_eq!(serde_json::from_str::<Gates>("{}").expect("it reads"), Gates::default());
}

fn any_counts() -> impl Strategy<Value = [u32; 7]> {
    proptest::array::uniform7(0_u32..40_000)
}

proptest! {
    /// Rounding never turns a miss into a pass or the other way round.
    #[test]
    fn a_share_is_met_exactly_when_the_fraction_is(counts in any_counts(), threshold in 0_u32..=10_000) {
        let facts = facts(counts);
        let taking_part = u128::from(facts.counts.taking_part());
        prop_assume!(taking_part > 0);
        let of = |status: Status| u128::from(facts.of(status)) * 10_000;
        let limit = u128::from(threshold) * taking_part;
        let met = |criterion| evaluate(&gate(criterion, Amount(threshold)), &facts, now()).verdict == Verdict::Met;
        prop_assert_eq!(met(Criterion::Completed), of(Status::Completed) >= limit);
        prop_assert_eq!(met(Criterion::Blocked), of(Status::Blocked) <= limit);
        prop_assert_eq!(met(Criterion::RolledBack), of(Status::RolledBack) <= limit);
    }

    /// A stricter threshold never passes where a laxer one does not.
    #[test]
    fn stricter_thresholds_pass_less(counts in any_counts(), one in 0_u32..=10_000, other in 0_u32..=10_000) {
        let facts = facts(counts);
        let (low, high) = (one.min(other), one.max(other));
        let met = |criterion, threshold| evaluate(&gate(criterion, Amount(threshold)), &facts, now()).verdict == Verdict::Met;
        prop_assert!(!met(Criterion::Completed, high) || met(Criterion::Completed, low));
        prop_assert!(!met(Criterion::Blocked, low) || met(Criterion::Blocked, high));
    }

    /// Signing is possible exactly when every gate is met, and a replay of the same gates says the same.
    #[test]
    fn signing_and_replaying_agree(counts in any_counts()) {
        let gates = GateLists::usual(true).exit;
        let facts = CohortFacts { open_tickets: Some(0), last_completed: Some(at("2026-05-19T12:00:00Z")), ..facts(counts) };
        let nothing_missing = missing(&gates, &facts, None, &user("ann"), now()).is_empty();
        let seen: Vec<_> = gates.iter().map(|gate| evaluate(gate, &facts, now())).collect();
        prop_assert_eq!(nothing_missing, seen.iter().all(|seen| seen.verdict == Verdict::Met));
        prop_assert_eq!(replay(&decision(&gates, &facts, None), &gates).passes, nothing_missing);
    }

    /// After a resume nothing fires before some figure is worse than it was then.
    #[test]
    fn a_resumed_cohort_stays_so_until_something_gets_worse(rolled_back in 0_u32..1_000, later in 0_u32..1_000) {
        let mut gates = Gates::usual(false);
        let with = |rolled_back: u32| facts([0, 0, 0, 1_000 - rolled_back, 0, rolled_back, 0]);
        gates.resumed_at = gates.breached(&with(rolled_back), now()).into_iter().map(|b| (b.gate.id, b.value)).collect();
        prop_assert!(gates.breaches(&with(rolled_back), now()).is_empty());
        prop_assert_eq!(!gates.breaches(&with(later), now()).is_empty(), later > 50 && later > rolled_back.max(50));
    }

    /// Every text that can be typed is read to what it shows, or not at all.
    #[test]
    fn an_amount_that_is_read_shows_as_typed(whole in 0_u32..1_000_000, rest in 0_u32..100) {
        let amount = Amount(whole * 100 + rest);
        prop_assert_eq!(Amount::read(&amount.to_string()), Some(amount));
    }
}
