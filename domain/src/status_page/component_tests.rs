use super::*;
use crate::id::{IncidentNumber, UserId};
use crate::status_page::Impact;
use crate::status_page::change::{Author, Going, IncidentDraft, UpdateDraft};
use chrono::Duration;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn component(number: u16, position: u16, group: Option<u16>, is_group: bool) -> Component {
    let name = Localized::one("en", &format!("Part {number}"));
    let group = group.map(ComponentNumber);
    Component {
        number: ComponentNumber(number),
        position,
        draft: ComponentDraft { name, is_group, group, ..ComponentDraft::default() },
        state: ComponentState::Operational,
        created: Instant::UNIX_EPOCH,
        updated: Instant::UNIX_EPOCH,
        retired: false,
    }
}

fn numbers(list: &[&Component]) -> Vec<u16> {
    list.iter().map(|component| component.number.0).collect()
}

fn apply(mut components: Vec<Component>, changed: Vec<Component>) -> Vec<Component> {
    for after in changed {
        for component in &mut components {
            if component.number == after.number {
                *component = after.clone();
            }
        }
    }
    components
}

#[test]
fn parts_stand_after_their_group() {
    let mut components = vec![
        component(1, 2, None, false),
        component(2, 1, None, true),
        component(3, 2, Some(2), false),
        component(4, 1, Some(2), false),
        component(5, 3, Some(9), false),
    ];
    assert_eq!(numbers(&ordered(&components)), [2, 4, 3, 1, 5], "a part of no group that exists stands alone");
    components[3].retired = true;
    assert_eq!(numbers(&ordered(&components)), [2, 3, 1, 5]);
}

#[test]
fn a_part_is_put_where_it_is_wanted() {
    let components = vec![
        component(1, 1, None, false),
        component(2, 2, None, true),
        component(3, 3, None, false),
        component(4, 1, Some(2), false),
    ];
    let moved = |number, group: Option<u16>, position| {
        let changed = placed(&components, ComponentNumber(number), group.map(ComponentNumber), position)?;
        Ok::<_, &str>(numbers(&ordered(&apply(components.clone(), changed))))
    };
    assert_eq!(moved(3, None, 1), Ok(vec![3, 1, 2, 4]));
    assert_eq!(moved(1, Some(2), 1), Ok(vec![2, 1, 4, 3]));
    assert_eq!(moved(1, Some(2), 99), Ok(vec![2, 4, 1, 3]));
    assert_eq!(moved(4, None, 2), Ok(vec![1, 4, 2, 3]));
    assert!(moved(2, Some(2), 1).is_err(), "a group in a group");
    assert!(moved(1, Some(3), 1).is_err(), "into what is no group");
    assert!(moved(9, None, 1).is_err());
    assert_eq!(placed(&components, ComponentNumber(1), None, 1), Ok(Vec::new()), "nothing changes where it is already");
}

fn incident(number: u32, kind: IncidentKind, told: &[(IncidentState, u16, ComponentState)]) -> Incident {
    let now = Instant::UNIX_EPOCH;
    let by = UserId::from("u");
    let window = (kind == IncidentKind::Maintenance)
        .then(|| crate::cohort::Window { starts: now, ends: now + Duration::hours(1) });
    let draft = IncidentDraft {
        kind,
        title: Localized::one("en", "x"),
        impact: Impact::Minor,
        window,
        started: None,
        by_itself: false,
    };
    let known: Vec<_> = (1..=5).map(ComponentNumber).collect();
    let mut made: Option<Incident> = None;
    for (index, (state, part, is)) in told.iter().enumerate() {
        let author =
            Author { by: Some(&by), may_publish: true, now: now + Duration::seconds(index as i64), language: "en" };
        let components = BTreeMap::from([(ComponentNumber(*part), *is)]);
        let update = UpdateDraft { state: *state, body: Localized::one("en", "y"), components, notify: false };
        let next = match &made {
            None => Incident::begin(IncidentNumber(number), &draft, &update, Going::Now, &author, &known),
            Some(before) => before.with_update(None, &update, Going::Now, &author, &known),
        };
        // A step that is not allowed is no step.
        if let Ok(next) = next {
            made = Some(next);
        }
    }
    made.unwrap_or_else(|| panic!("the first update can begin"))
}

#[test]
fn a_maintenance_counts_from_its_start_to_its_end() {
    use ComponentState::*;
    use IncidentState::*;
    let components = [component(1, 1, None, false)];
    let now = Instant::UNIX_EPOCH + Duration::minutes(1);
    let shown = |incident: &Incident| state_of(&components, &[incident], ComponentNumber(1), now);
    let planned = [(Scheduled, 1, ComponentState::UnderMaintenance)];
    assert_eq!(shown(&incident(1, IncidentKind::Maintenance, &planned)), Operational);
    let running = [planned[0], (InProgress, 2, PartialOutage)];
    assert_eq!(shown(&incident(1, IncidentKind::Maintenance, &running)), ComponentState::UnderMaintenance);
    let over = [planned[0], (InProgress, 1, PartialOutage), (Completed, 2, Operational)];
    assert_eq!(shown(&incident(1, IncidentKind::Maintenance, &over)), Operational);
}

fn any_state() -> impl Strategy<Value = ComponentState> {
    prop::sample::select(ComponentState::ALL.to_vec())
}

type Told = Vec<(IncidentState, u16, ComponentState)>;

fn any_incident() -> impl Strategy<Value = (bool, Told)> {
    let update = (prop::sample::select(IncidentState::ALL.to_vec()), 1..=4_u16, any_state());
    (any::<bool>(), prop::collection::vec(update, 1..5))
}

proptest! {
    /// What readers see is never better than what was set, nor than what anything open says; and it is one of those.
    #[test]
    fn a_part_is_as_bad_as_the_worst_that_is_said_of_it(
        set in prop::collection::vec(any_state(), 4),
        told in prop::collection::vec(any_incident(), 0..5),
    ) {
        let mut components: Vec<Component> = (1..=4).map(|number| component(number, number, Some(5), false)).collect();
        for (component, state) in components.iter_mut().zip(&set) {
            component.state = *state;
        }
        components.push(component(5, 1, None, true));
        let incidents: Vec<Incident> = told
            .iter()
            .enumerate()
            .map(|(index, (maintenance, updates))| {
                let kind = if *maintenance { IncidentKind::Maintenance } else { IncidentKind::Incident };
                let first = (IncidentState::first(kind)[0], updates[0].1, updates[0].2);
                let updates: Vec<_> = std::iter::once(first).chain(updates.iter().copied()).collect();
                incident(index as u32 + 1, kind, &updates)
            })
            .collect();
        let now = Instant::UNIX_EPOCH + Duration::minutes(1);
        let incidents: Vec<&Incident> = incidents.iter().collect();
        let mut worst = ComponentState::Operational;
        for part in &components[..4] {
            let shown = state_of(&components, &incidents, part.number, now);
            let mut said = vec![part.state];
            for incident in &incidents {
                let open = !incident.state(now).is_none_or(IncidentState::is_over);
                let counts = open && incident.state(now) != Some(IncidentState::Scheduled);
                if counts && let Some(state) = incident.affects(now).get(&part.number) {
                    said.push(*state);
                }
            }
            prop_assert_eq!(Some(shown), said.into_iter().max());
            worst = worst.max(shown);
        }
        prop_assert_eq!(state_of(&components, &incidents, ComponentNumber(5), now), worst, "a group is its worst part");
    }
}
