use super::*;
use chrono::DateTime;
use proptest::prelude::*;

fn at(minutes: i64) -> Instant {
    DateTime::UNIX_EPOCH + Duration::minutes(minutes)
}

struct Desk {
    by: UserId,
    known: Vec<ComponentNumber>,
}

impl Desk {
    fn new() -> Desk {
        Desk { by: UserId::from("ines"), known: vec![ComponentNumber(1)] }
    }

    fn lead(&self, minutes: i64) -> Author<'_> {
        Author { by: Some(&self.by), may_publish: true, now: at(minutes), language: "en" }
    }

    fn operator(&self, minutes: i64) -> Author<'_> {
        Author { may_publish: false, ..self.lead(minutes) }
    }
}

fn incident() -> IncidentDraft {
    IncidentDraft {
        kind: IncidentKind::Incident,
        title: Localized::one("en", "Webhooks arrive late"),
        impact: Impact::Minor,
        window: None,
        started: None,
        by_itself: false,
    }
}

fn maintenance(starts: i64, ends: i64) -> IncidentDraft {
    let window = Some(Window { starts: at(starts), ends: at(ends) });
    IncidentDraft { kind: IncidentKind::Maintenance, impact: Impact::Maintenance, window, ..incident() }
}

fn update(state: IncidentState) -> UpdateDraft {
    UpdateDraft { state, body: Localized::one("en", "We are looking."), components: BTreeMap::new(), notify: true }
}

fn begun(desk: &Desk) -> Incident {
    let (draft, first) = (incident(), update(IncidentState::Investigating));
    let made = Incident::begin(IncidentNumber(1), &draft, &first, Going::Now, &desk.lead(0), &desk.known);
    made.unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

fn fields(refusal: Refusal) -> Vec<String> {
    match refusal {
        Refusal::Invalid(problems) => problems.into_iter().map(|problem| problem.field).collect(),
        Refusal::Refused(words) => vec![words],
    }
}

#[test]
fn bad_input_is_refused_at_its_field() {
    let desk = Desk::new();
    let good = update(IncidentState::Investigating);
    let long = |count| Localized::one("en", &"x".repeat(count));
    let part = BTreeMap::from([(ComponentNumber(9), ComponentState::MajorOutage)]);
    let cases = [
        (IncidentDraft { title: Localized::default(), ..incident() }, good.clone(), "title.en"),
        (IncidentDraft { title: long(256), ..incident() }, good.clone(), "title.en"),
        (IncidentDraft { title: Localized::one("xx", "?"), ..incident() }, good.clone(), "title.xx"),
        (incident(), UpdateDraft { body: long(25_001), ..good.clone() }, "body.en"),
        (incident(), UpdateDraft { body: Localized::default(), ..good.clone() }, "body.en"),
        (incident(), UpdateDraft { components: part, ..good.clone() }, "components"),
        (incident(), update(IncidentState::Scheduled), "state"),
        (incident(), update(IncidentState::Postmortem), "state"),
        (IncidentDraft { started: Some(at(1)), ..incident() }, good.clone(), "started"),
        (IncidentDraft { window: None, ..maintenance(1, 2) }, update(IncidentState::Scheduled), "window_starts"),
        (maintenance(2, 2), update(IncidentState::Scheduled), "window_ends"),
    ];
    for (draft, first, field) in cases {
        let refused = Incident::begin(IncidentNumber(1), &draft, &first, Going::Now, &desk.lead(0), &desk.known);
        assert_eq!(refused.map_err(fields), Err(vec![field.to_owned()]), "{draft:?} {first:?}");
    }
    let past = Incident::begin(IncidentNumber(1), &incident(), &good, Going::At(at(0)), &desk.lead(0), &desk.known);
    assert_eq!(past.map_err(fields), Err(vec!["at".to_owned()]));
    let longest = UpdateDraft { body: long(25_000), ..good };
    assert!(Incident::begin(IncidentNumber(1), &incident(), &longest, Going::Now, &desk.lead(0), &desk.known).is_ok());
}

#[test]
fn updates_follow_the_order_of_states() {
    use IncidentState::*;
    let desk = Desk::new();
    let step = |before: &Incident, state, minute| {
        before.with_update(None, &update(state), Going::Now, &desk.lead(minute), &desk.known)
    };
    let first = begun(&desk);
    let over = step(&first, Resolved, 1).unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert_eq!(over.state(at(1)), Some(Resolved));
    assert!(step(&first, Postmortem, 1).is_err(), "nothing is told in hindsight before it is over");
    assert!(step(&first, Completed, 1).is_err());
    let told = step(&over, Postmortem, 2).unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert!(step(&told, Investigating, 3).is_err());
    let again = step(&over, Investigating, 2).unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert_eq!((again.state(at(2)), again.version), (Some(Investigating), 3));
}

#[test]
fn what_waits_goes_out_at_its_time_and_once() {
    let desk = Desk::new();
    let planned = begun(&desk)
        .with_update(None, &update(IncidentState::Monitoring), Going::At(at(10)), &desk.lead(1), &desk.known)
        .unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert_eq!(planned.state(at(11)), Some(IncidentState::Investigating), "nobody sees it before it was published");
    assert_eq!(planned.next_due(), Some(at(10)));
    assert_eq!(planned.with_due(at(9)), None);
    let out = planned.with_due(at(12)).unwrap_or_else(|| panic!("it is due"));
    assert_eq!(out.state(at(12)), Some(IncidentState::Monitoring));
    let shown = out.seen(at(12)).last().map(|update| (update.at, update.published));
    assert_eq!(shown, Some((Some(at(10)), Some(at(12)))), "it bears the time that was set");
    assert_eq!(out.with_due(at(99)), None, "once");
}

#[test]
fn what_was_to_be_told_later_waits_for_a_person_once_it_is_over() {
    let desk = Desk::new();
    let planned = begun(&desk).with_update(
        None,
        &update(IncidentState::Monitoring),
        Going::At(at(10)),
        &desk.lead(1),
        &desk.known,
    );
    let over = planned
        .and_then(|before| {
            before.with_update(None, &update(IncidentState::Resolved), Going::Now, &desk.lead(2), &desk.known)
        })
        .unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert_eq!(over.next_due(), None);
    assert_eq!(over.updates.len(), 3, "nothing that was written is lost");
    assert_eq!(over.updates.last().map(|update| (update.number, update.at)), Some((2, None)));
}

#[test]
fn an_operator_writes_drafts_and_nothing_that_reaches_readers() {
    let desk = Desk::new();
    let (draft, first) = (incident(), update(IncidentState::Investigating));
    let begin = |going| Incident::begin(IncidentNumber(1), &draft, &first, going, &desk.operator(0), &desk.known);
    assert!(begin(Going::Now).is_err() && begin(Going::At(at(5))).is_err());
    let mine = begin(Going::Draft).unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert_eq!((mine.published, mine.state(at(9))), (None, None));
    assert!(mine.with_facts(&IncidentDraft { impact: Impact::Major, ..incident() }, &desk.operator(1)).is_ok());
    assert!(mine.taken_back(&desk.operator(1)).is_ok());

    let public = begun(&desk);
    let added =
        public.with_update(None, &update(IncidentState::Monitoring), Going::Draft, &desk.operator(1), &desk.known);
    let added = added.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert_eq!(added.state(at(5)), Some(IncidentState::Investigating));
    assert!(added.with_facts(&IncidentDraft { impact: Impact::Major, ..incident() }, &desk.operator(2)).is_err());
    assert!(added.taken_back(&desk.operator(2)).is_err());
    // A lead plans it; the operator cannot make a draft of it again, nor take it away.
    let planned =
        added.with_update(Some(2), &update(IncidentState::Monitoring), Going::At(at(9)), &desk.lead(2), &desk.known);
    let planned = planned.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert!(
        planned
            .with_update(Some(2), &update(IncidentState::Monitoring), Going::Draft, &desk.operator(3), &desk.known)
            .is_err()
    );
    assert!(planned.without_update(2, &desk.operator(3)).is_err());
    assert!(planned.without_update(2, &desk.lead(3)).is_ok());
}

#[test]
fn a_published_update_can_be_corrected_and_keeps_its_state_and_time() {
    let desk = Desk::new();
    let before = begun(&desk);
    let words = UpdateDraft { body: Localized::one("en", "Corrected."), ..update(IncidentState::Investigating) };
    let after = before.with_update(Some(1), &words, Going::Now, &desk.lead(5), &desk.known);
    let after = after.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    let told = &after.updates[0];
    assert_eq!((told.body.exactly("en"), told.at, told.published), ("Corrected.", Some(at(0)), Some(at(0))));
    assert_eq!((told.updated, after.version), (at(5), 2));
    let other = UpdateDraft { state: IncidentState::Resolved, ..words };
    assert!(before.with_update(Some(1), &other, Going::Now, &desk.lead(5), &desk.known).is_err());
    assert!(before.without_update(1, &desk.lead(5)).is_err());
    let same =
        before.with_update(Some(1), &update(IncidentState::Investigating), Going::Now, &desk.lead(5), &desk.known);
    assert_eq!(same, Ok(before), "what changes nothing is no new version");
}

#[test]
fn a_maintenance_goes_by_itself_and_moves_with_its_times() {
    use IncidentState::*;
    let desk = Desk::new();
    let draft = IncidentDraft { by_itself: true, ..maintenance(60, 120) };
    let parts = BTreeMap::from([(ComponentNumber(1), ComponentState::Operational)]);
    let first = UpdateDraft { components: parts, ..update(Scheduled) };
    let planned = Incident::begin(IncidentNumber(1), &draft, &first, Going::Now, &desk.lead(0), &desk.known);
    let planned = planned.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    let course =
        |incident: &Incident| incident.updates.iter().map(|update| (update.state, update.at)).collect::<Vec<_>>();
    assert_eq!(course(&planned), [(Scheduled, Some(at(0))), (InProgress, Some(at(60))), (Completed, Some(at(120)))]);
    let moved =
        planned.with_facts(&maintenance(90, 150), &desk.lead(1)).unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert_eq!(course(&moved), [(Scheduled, Some(at(0))), (InProgress, Some(at(90))), (Completed, Some(at(150)))]);
    let running = moved.with_due(at(91)).unwrap_or_else(|| panic!("it starts"));
    assert_eq!(running.state(at(91)), Some(InProgress));
    assert_eq!(running.affects(at(91)).get(&ComponentNumber(1)), Some(&ComponentState::UnderMaintenance));
    let done = running.with_due(at(200)).unwrap_or_else(|| panic!("it ends"));
    assert_eq!(done.affects(at(200)).get(&ComponentNumber(1)), Some(&ComponentState::Operational));
}

#[test]
fn what_was_taken_back_stays_so() {
    let desk = Desk::new();
    let gone = begun(&desk).taken_back(&desk.lead(1)).unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert_eq!((gone.cancelled, gone.version), (Some(at(1)), 2));
    assert!(gone.taken_back(&desk.lead(2)).is_err());
    assert!(gone.with_update(None, &update(IncidentState::Resolved), Going::Now, &desk.lead(2), &desk.known).is_err());
    assert_eq!(gone.with_due(at(99)), None);
}

proptest! {
    /// Whatever is written in whatever order: versions rise, numbers stay, readers see states in an allowed order, and nothing
    /// that was published goes away.
    #[test]
    fn an_incident_keeps_its_promises(
        steps in prop::collection::vec((0..9_usize, 0..3_u8, 1..30_i64, any::<bool>()), 1..30),
    ) {
        let desk = Desk::new();
        let mut incident = begun(&desk);
        let mut minute = 0;
        for (state, going, wait, due) in steps {
            minute += 1;
            let author = desk.lead(minute);
            let going = match going {
                0 => Going::Draft,
                1 => Going::Now,
                _ => Going::At(at(minute + wait)),
            };
            let before = incident.clone();
            if let Ok(after) = incident.with_update(None, &update(IncidentState::ALL[state]), going, &author, &desk.known) {
                incident = after;
            }
            if due && let Some(after) = incident.with_due(at(minute)) {
                incident = after;
            }
            prop_assert!(incident.version >= before.version);
            let seen: Vec<_> = incident.seen(at(minute)).map(|update| update.number).collect();
            for update in before.seen(at(minute)) {
                prop_assert!(seen.contains(&update.number), "update {} is gone", update.number);
            }
            let numbers: std::collections::BTreeSet<_> = incident.updates.iter().map(|update| update.number).collect();
            prop_assert_eq!(numbers.len(), incident.updates.len());
            let times: Vec<_> = incident.seen(at(minute)).map(|update| update.at).collect();
            prop_assert!(times.windows(2).all(|pair| pair[0] <= pair[1]));
        }
    }
}
