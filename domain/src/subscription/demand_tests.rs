use super::*;
use crate::cohort::Window;
use crate::id::SubscriberNumber;
use crate::public_page::{Overall, Progress, PublicComponent};
use crate::status_page::{ComponentState, Impact, Localized, Look, PageContent};
use crate::subscription::{Choice, SubscriberState, Tokens};
use chrono::DateTime;
use proptest::prelude::*;

pub(in crate::subscription) fn at(hours: i64) -> Instant {
    DateTime::from_timestamp(1_780_000_000, 0).unwrap_or_default() + TimeDelta::hours(hours)
}

pub(in crate::subscription) fn page() -> PublicPage {
    let component = |number, group: Option<u16>, is_group| PublicComponent {
        number: ComponentNumber(number),
        name: Localized::one("en", "Part"),
        description: Localized::default(),
        state: ComponentState::Operational,
        is_group,
        group: group.map(ComponentNumber),
        only_if_degraded: false,
        created: at(0),
        updated: at(0),
    };
    PublicPage {
        name: "Ledger 3".into(),
        slug: "ledger-3".into(),
        description: String::new(),
        time_zone: "Europe/Berlin".into(),
        deadline: Default::default(),
        overall: Overall::Planned,
        progress: Progress { moved: 0, of: 0 },
        waves: Vec::new(),
        updated_at: at(0),
        shows_progress: true,
        content: PageContent::default(),
        moved_by_day: Vec::new(),
        components: vec![component(1, None, true), component(2, Some(1), false), component(3, None, false)],
        incidents: Vec::new(),
        look: Look::default(),
        also: Vec::new(),
        next_change: None,
    }
}

pub(in crate::subscription) fn wave(number: u16, state: WaveState, starts: Option<i64>) -> PublicWave {
    let window = starts.map(|hours| Window { starts: at(hours), ends: at(hours + 4) });
    PublicWave {
        number: CohortNumber(number),
        name: format!("Wave {number}"),
        state,
        window,
        progress: Progress { moved: 0, of: 1 },
    }
}

pub(in crate::subscription) fn incident(number: u32, kind: IncidentKind, starts: Option<i64>) -> PublicIncident {
    PublicIncident {
        number: IncidentNumber(number),
        kind,
        title: Localized::one("en", "Webhooks arrive late"),
        impact: Impact::Minor,
        state: if starts.is_some() { IncidentState::Scheduled } else { IncidentState::Investigating },
        window: starts.map(|hours| Window { starts: at(hours), ends: at(hours + 4) }),
        cancelled: false,
        created: at(0),
        started: at(0),
        updated: at(0),
        monitoring: None,
        ended: None,
        version: 1,
        components: Vec::new(),
        updates: Vec::new(),
    }
}

pub(in crate::subscription) fn update(
    number: u32,
    state: IncidentState,
    notify: bool,
    components: &[u16],
) -> PublicUpdate {
    let change = |number: &u16| ComponentChange {
        number: ComponentNumber(*number),
        before: ComponentState::Operational,
        after: ComponentState::PartialOutage,
    };
    PublicUpdate {
        number,
        state,
        body: Localized::one("en", "Text"),
        at: at(0),
        created: at(0),
        updated: at(0),
        components: components.iter().map(change).collect(),
        notify,
    }
}

fn subscriber(choice: Choice) -> Subscriber {
    Subscriber {
        number: SubscriberNumber(1),
        channel: Channel::Email,
        address: "ann@example.com".into(),
        choice,
        state: SubscriberState::Confirmed,
        asked: at(0),
        letters: Vec::new(),
        confirmed: Some(at(0)),
        heard: 0,
        failures: 0,
        wrong: 0,
        seed: String::new(),
        tokens: Tokens::default(),
    }
}

fn keys(page: &PublicPage, now: i64) -> Vec<String> {
    let follows = BTreeMap::new();
    Snapshot { page, follows: &follows }.occasions(at(now)).iter().map(Occasion::key).collect()
}

#[test]
fn a_maintenance_is_told_before_at_start_and_end() {
    let mut page = page();
    let starts = at(100).timestamp();
    page.incidents.push(incident(1, IncidentKind::Maintenance, Some(100)));
    page.incidents[0].updates.push(update(1, IncidentState::Scheduled, true, &[]));
    assert_eq!(keys(&page, -100), ["i1.1"]);
    assert_eq!(keys(&page, 0), ["i1.1".to_owned(), format!("i1.b{starts}.168")]);
    assert_eq!(keys(&page, 76).last(), Some(&format!("i1.b{starts}.168")), "leads are in their order");
    assert_eq!(keys(&page, 99).len(), 5, "all leads have come");
    assert_eq!(keys(&page, 100), ["i1.1"], "nobody hears before it that it begins once it has begun");
    let next = |now| Snapshot { page: &page, follows: &BTreeMap::new() }.next(at(now));
    assert_eq!([next(-100), next(30), next(98), next(99)], [Some(at(-68)), Some(at(76)), Some(at(99)), None]);

    page.incidents[0].state = IncidentState::InProgress;
    page.incidents[0].updates.push(update(2, IncidentState::InProgress, true, &[]));
    page.incidents[0].updates.push(update(3, IncidentState::Completed, false, &[]));
    assert_eq!(keys(&page, 99), ["i1.1", "i1.2"], "an update that nobody is to be told of tells nobody");
    let follows = BTreeMap::new();
    let topics: Vec<_> =
        Snapshot { page: &page, follows: &follows }.occasions(at(99)).iter().map(|one| one.topic).collect();
    assert_eq!(topics, [Topic::Incidents, Topic::StartEnd]);
}

#[test]
fn one_that_moves_is_told_anew_and_one_that_is_cancelled_is_not() {
    let mut page = page();
    page.incidents.push(incident(1, IncidentKind::Maintenance, Some(10)));
    let first = keys(&page, 0);
    page.incidents[0].window = Some(Window { starts: at(11), ends: at(12) });
    let second = keys(&page, 0);
    assert!(first.len() == 3 && second.len() == 3 && first.iter().all(|key| !second.contains(key)));
    page.incidents[0].cancelled = true;
    assert!(keys(&page, 0).is_empty());
}

#[test]
fn a_wave_speaks_for_itself_unless_a_maintenance_does() {
    let mut page = page();
    page.waves = vec![
        wave(1, WaveState::Done, None),
        wave(2, WaveState::Moving, Some(0)),
        wave(3, WaveState::Planned, Some(20)),
    ];
    let starts = at(20).timestamp();
    assert_eq!(keys(&page, 0)[..2], ["w1.end", "w2.start"]);
    assert_eq!(keys(&page, 0)[2], format!("w3.b{starts}.24"));
    let follows = BTreeMap::from([(IncidentNumber(7), CohortNumber(2))]);
    page.incidents.push(incident(7, IncidentKind::Maintenance, None));
    page.incidents[0].updates.push(update(1, IncidentState::InProgress, true, &[]));
    let found = Snapshot { page: &page, follows: &follows }.occasions(at(0));
    assert!(found.iter().all(|one| one.key() != "w2.start"));
    assert_eq!(found[0].wave, Some(CohortNumber(2)), "whoever chose the wave hears of its maintenance");
}

#[test]
fn choices_decide() {
    let mut page = page();
    page.incidents.push(incident(1, IncidentKind::Incident, None));
    page.incidents[0].updates.push(update(1, IncidentState::Investigating, true, &[2]));
    page.incidents[0].updates.push(update(2, IncidentState::Resolved, true, &[]));
    page.incidents.push(incident(2, IncidentKind::Incident, None));
    page.incidents[1].updates.push(update(1, IncidentState::Investigating, true, &[]));
    let follows = BTreeMap::new();
    let told = |choice: Choice, channel| {
        let one = Subscriber { channel, ..subscriber(choice) };
        let all = Snapshot { page: &page, follows: &follows }.occasions(at(0));
        all.iter().filter(|occasion| occasion.concerns(&one, 1)).map(Occasion::key).collect::<Vec<_>>().join(" ")
    };
    let only = |components: &[u16], waves: &[u16]| Choice {
        components: components.iter().map(|number| ComponentNumber(*number)).collect(),
        waves: waves.iter().map(|number| CohortNumber(*number)).collect(),
        ..Choice::default()
    };
    let cases = [
        (Choice::default(), "i1.1 i1.2 i2.1"),
        (only(&[2], &[]), "i1.1 i1.2 i2.1"),
        (only(&[1], &[]), "i1.1 i1.2 i2.1"),
        (only(&[3], &[]), "i2.1"),
        (only(&[], &[4]), "i2.1"),
        (Choice { topics: [Topic::Before].into(), ..Choice::default() }, ""),
    ];
    for (choice, expected) in cases {
        assert_eq!(told(choice.clone(), Channel::Email), expected, "{choice:?}");
    }
    assert_eq!(told(Choice::default(), Channel::Webhook), "i1.1 i1.1.c2 i1.2 i2.1");
}

/// What may happen, in any order.
#[derive(Clone, Debug)]
enum Step {
    Publish {
        incident: u32,
        notify: bool,
    },
    MoveWave(WaveState),
    SetWindow(i64),
    Confirm(usize),
    Stop(usize),
    /// Somebody looks, as a server does after each commit and at each start.
    Look,
    /// The clock goes on, or is set back.
    Clock(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let states =
        prop_oneof![Just(WaveState::Planned), Just(WaveState::Moving), Just(WaveState::Held), Just(WaveState::Done)];
    let step = prop_oneof![
        4 => (1..3_u32, any::<bool>()).prop_map(|(incident, notify)| Step::Publish { incident, notify }),
        2 => states.prop_map(Step::MoveWave),
        2 => (0..200_i64).prop_map(Step::SetWindow),
        2 => (0..3_usize).prop_map(Step::Confirm),
        1 => (0..3_usize).prop_map(Step::Stop),
        4 => Just(Step::Look),
        3 => (-48..48_i64).prop_map(Step::Clock),
    ];
    prop::collection::vec(step, 1..60)
}

/// A page with its subscribers, and what was noted and written.
struct World {
    page: PublicPage,
    subscribers: Vec<Subscriber>,
    noted: Vec<String>,
    written: Vec<(usize, String)>,
    now: i64,
}

impl World {
    fn look(&mut self) {
        let follows = BTreeMap::new();
        for occasion in (Snapshot { page: &self.page, follows: &follows }).occasions(at(self.now)) {
            if self.noted.contains(&occasion.key()) {
                continue;
            }
            self.noted.push(occasion.key());
            let number = self.noted.len() as u64;
            let told = (0..self.subscribers.len()).filter(|one| occasion.concerns(&self.subscribers[*one], number));
            self.written.extend(told.map(|one| (one, occasion.key())));
        }
    }
}

proptest! {
    #[test]
    fn each_notice_goes_exactly_once_whatever_happens(steps in steps()) {
        let stopped = SubscriberState::Stopped { at: at(0), why: crate::subscription::StopReason::Unsubscribed };
        let asked = Subscriber { state: stopped.clone(), ..subscriber(Choice::default()) };
        let mut world = World {
            page: page(), subscribers: vec![asked; 3], noted: Vec::new(), written: Vec::new(), now: 0,
        };
        world.page.waves.push(wave(1, WaveState::Planned, None));
        world.page.incidents = (1..3).map(|number| incident(number, IncidentKind::Incident, None)).collect();
        let mut due = Vec::new();
        let mut silent = Vec::new();
        for step in steps {
            match step {
                Step::Publish { incident, notify } => {
                    let updates = &mut world.page.incidents[incident as usize - 1].updates;
                    let number = updates.len() as u32 + 1;
                    updates.push(update(number, IncidentState::Identified, notify, &[]));
                    let key = format!("i{incident}.{number}");
                    match notify {
                        true => due.extend((0..3).filter(|one| world.subscribers[*one].is_confirmed()).map(|one| (one, key.clone()))),
                        false => silent.push(key),
                    }
                    // A server looks after each commit, or at its next start.
                }
                // What was published is looked at before anybody confirms or stops: that is part of their command.
                Step::Confirm(one) => {
                    world.look();
                    let heard = world.noted.len() as u64;
                    let again = world.subscribers[one].ask_again(Choice::default(), at(world.now));
                    if !world.subscribers[one].is_confirmed() {
                        world.subscribers[one] = again.confirm(heard, at(world.now)).unwrap_or(again);
                    }
                }
                Step::Stop(one) => {
                    world.look();
                    let after = world.subscribers[one].stop(crate::subscription::StopReason::Unsubscribed, at(world.now));
                    if let Some(after) = after { world.subscribers[one] = after; }
                }
                Step::MoveWave(state) => world.page.waves[0].state = state,
                Step::SetWindow(starts) => world.page.waves[0].window = Some(Window { starts: at(starts), ends: at(starts + 4) }),
                Step::Look => world.look(),
                Step::Clock(hours) => world.now += hours,
            }
        }
        world.look();
        world.look();
        let mut once = world.written.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), world.written.len(), "something was written twice");
        let updates: BTreeSet<_> = world.written.iter().filter(|(_, key)| key.starts_with('i')).cloned().collect();
        prop_assert_eq!(updates, due.into_iter().collect::<BTreeSet<_>>());
        prop_assert!(world.written.iter().all(|(_, key)| !silent.contains(key)));
    }
}
