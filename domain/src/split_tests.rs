use super::*;
use proptest::prelude::*;

fn members(strata: &[(&str, u32)]) -> Vec<Member> {
    let mut number = 0;
    let mut members = Vec::new();
    for (stratum, count) in strata {
        for _ in 0..*count {
            number += 1;
            let id = ExternalId(format!("C-{number}"));
            members.push(Member { number: AccountNumber(number), id, stratum: (*stratum).to_owned() });
        }
    }
    members
}

#[test]
fn sizes_are_read_as_people_write_them() {
    use Part::{Accounts, Percent, Rest};
    let cases: [(&str, &[Part]); 6] = [
        ("25 accounts, 10 %, 30 %, the rest", &[Accounts(25), Percent(1_000), Percent(3_000), Rest]),
        ("1%;2.5 percent\nREST", &[Percent(100), Percent(250), Rest]),
        ("1,000 accounts, 12 customers", &[Accounts(1_000), Accounts(12)]),
        ("1 account,", &[Accounts(1)]),
        ("7", &[Accounts(7)]),
        ("33.33 %, 66.67 %", &[Percent(3_333), Percent(6_667)]),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_parts(text).as_deref(), Ok(expected), "{text}");
        assert_eq!(parse_parts(&parts_text(expected)).as_deref(), Ok(expected), "{text}, written again");
    }
}

#[test]
fn what_is_no_split_says_why() {
    let many = "1 %, ".repeat(WAVES_MAX + 1);
    let cases = [
        ("", "Say how large"),
        (" , ;", "Say how large"),
        ("50 %, 80 %", "add up to 130 %"),
        ("60.5 %, 40 %", "add up to 100.5 %"),
        ("rest, 10 %, the rest", "only one rest"),
        ("0 accounts, rest", "without accounts"),
        ("0 %", "without accounts"),
        ("a few", "“a few” is no size"),
        ("-5", "“-5” is no size"),
        ("1.234 %", "is no size"),
        ("99999999999", "is no size"),
        (many.as_str(), "At most 20 waves"),
    ];
    for (text, words) in cases {
        let told = parse_parts(text).map_err(|bad| bad.to_string());
        assert!(told.as_ref().is_err_and(|told| told.contains(words)), "{text}: {told:?}");
    }
}

#[test]
fn sizes_fit_the_accounts_or_say_why_not() {
    let sized = |text: &str, there| parse_parts(text).and_then(|parts| sizes(&parts, there));
    assert_eq!(sized("25 accounts, 10 %, 30 %, the rest", 1_000), Ok(vec![25, 100, 300, 575]));
    assert_eq!(sized("33.33 %, 33.33 %, 33.34 %", 10), Ok(vec![3, 3, 4]));
    assert_eq!(sized("10 %", 55), Ok(vec![6]));
    let cases = [
        ("30 accounts", 20, "ask for 30 accounts, but there are only 20"),
        ("25 accounts, 100 %", 200, "ask for 225 accounts"),
        ("1 %, rest", 20, "1 % of 20 accounts is less than one"),
        ("50 %, 50 %, rest", 20, "Nothing is left for the rest"),
        ("10 %", 0, "no account to split"),
    ];
    for (text, there, words) in cases {
        let told = sized(text, there).map_err(|bad| bad.to_string());
        assert!(told.as_ref().is_err_and(|told| told.contains(words)), "{text}: {told:?}");
    }
}

#[test]
fn every_plan_is_in_every_wave_where_there_are_enough() {
    let members = members(&[("Team", 700), ("Business", 250), ("Enterprise", 46), ("Trial", 4)]);
    let parts = parse_parts("1 %, 10 %, 30 %, the rest").unwrap_or_default();
    let split = split(&members, &parts, 7).unwrap_or_default();
    let sizes: Vec<_> = split.waves.iter().map(Vec::len).collect();
    assert_eq!(sizes, [10, 100, 300, 590]);
    let of = |key: &str| split.strata.iter().find(|stratum| stratum.key == key).map(|stratum| stratum.waves.clone());
    // A share of 0.46 is one account in the first wave.
    assert_eq!(of("Enterprise").map(|waves| waves[0]), Some(1));
    // Four accounts cannot be more than one above their share anywhere: three waves of four have some.
    assert_eq!(of("Trial").map(|waves| waves.iter().filter(|count| **count > 0).count()), Some(3));
}

#[test]
fn a_seed_is_a_split() {
    let members = members(&[("Team", 60), ("Business", 40)]);
    let parts = parse_parts("10 accounts, 50 %").unwrap_or_default();
    let by = |seed| split(&members, &parts, seed).unwrap_or_default();
    assert_eq!(by(1), by(1));
    assert_ne!(by(1), by(2));
    assert_eq!(by(1).left.len(), 40);
    // Written down, so that a change of the rule that would move everybody is noticed.
    let first: Vec<u32> = by(1).waves[0].iter().map(|number| number.0).collect();
    assert_eq!(first, FIRST_OF_SEED_1);
}

const FIRST_OF_SEED_1: [u32; 10] = [1, 37, 39, 42, 45, 53, 67, 79, 81, 86];

#[test]
fn too_many_strata_are_refused() {
    let members: Vec<Member> = members(&[("", STRATA_MAX as u32 + 1)])
        .into_iter()
        .map(|member| Member { stratum: member.id.0.clone(), ..member })
        .collect();
    let refused = split(&members, &[Part::Rest], 1).map_err(|bad| bad.at_field().field);
    assert_eq!(refused, Err("by".to_owned()));
}

fn strata() -> impl Strategy<Value = Vec<Member>> {
    let strata = proptest::collection::vec(1_u32..60, 1..9);
    strata.prop_map(|counts| {
        let named: Vec<String> = (0..counts.len()).map(|index| format!("S{index}")).collect();
        let named: Vec<(&str, u32)> = named.iter().map(String::as_str).zip(counts).collect();
        members(&named)
    })
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    let part = prop_oneof![(1_u32..40).prop_map(Part::Accounts), (1_u32..4_000).prop_map(Part::Percent)];
    (proptest::collection::vec(part, 0..6), any::<bool>(), 0_usize..6).prop_map(|(mut parts, rest, place)| {
        if rest || parts.is_empty() {
            parts.insert(place.min(parts.len()), Part::Rest);
        }
        parts
    })
}

proptest! {
    #[test]
    fn waves_are_disjoint_exact_and_proportional(members in strata(), parts in parts(), seed in any::<u32>()) {
        let sizes = sizes(&parts, members.len() as u32);
        prop_assume!(percents(&parts) <= WHOLE && sizes.is_ok());
        let sizes = sizes.unwrap_or_default();
        let split = split(&members, &parts, seed).unwrap_or_default();
        let mut all: Vec<u32> =
            split.waves.iter().flatten().chain(&split.left).map(|number| number.0).collect();
        all.sort_unstable();
        prop_assert_eq!(all, (1..=members.len() as u32).collect::<Vec<_>>());
        let counts: Vec<u32> = split.waves.iter().map(|wave| wave.len() as u32).collect();
        prop_assert_eq!(&counts, &sizes);
        for stratum in &split.strata {
            prop_assert_eq!(stratum.waves.iter().sum::<u32>() + stratum.left, stratum.accounts);
            for (wave, count) in stratum.waves.iter().enumerate() {
                let share = f64::from(stratum.accounts) * f64::from(sizes[wave]) / members.len() as f64;
                prop_assert!((f64::from(*count) - share).abs() < 1.0, "{} of {}", count, share);
                let there = split.waves[wave]
                    .iter()
                    .filter(|number| members[number.0 as usize - 1].stratum == stratum.key)
                    .count();
                prop_assert_eq!(there as u32, *count);
            }
        }
    }

    #[test]
    fn the_order_of_the_accounts_does_not_matter(
        (members, shuffled) in strata().prop_flat_map(|members| (Just(members.clone()), Just(members).prop_shuffle())),
        parts in parts(),
        seed in any::<u32>(),
    ) {
        prop_assume!(percents(&parts) <= WHOLE);
        prop_assert_eq!(split(&members, &parts, seed), split(&shuffled, &parts, seed));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        if let Ok(parts) = parse_parts(&text) {
            prop_assert_eq!(parse_parts(&parts_text(&parts)), Ok(parts));
        }
    }
}
