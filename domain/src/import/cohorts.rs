//! Which cohort a cell means.

use crate::cohort::Cohort;
use crate::id::CohortNumber;

/// The cohort that a file calls by its name, its label (`3 · Main EU`), its public name, its place (`3`, `Wave 3`,
/// `Cohort 3`). A name comes before a place.
pub fn find_cohort(cohorts: &[Cohort], text: &str) -> Option<CohortNumber> {
    let text = text.trim().to_lowercase();
    let named = |cohort: &&Cohort| {
        [cohort.settings.name.trim(), &cohort.label(), cohort.settings.public_name.trim()]
            .iter()
            .any(|name| !name.is_empty() && name.to_lowercase() == text)
    };
    let at_place = |cohort: &&Cohort| place(&text) == Some(cohort.position);
    cohorts.iter().find(named).or_else(|| cohorts.iter().find(at_place)).map(|cohort| cohort.number)
}

fn place(text: &str) -> Option<u16> {
    let bare = ["wave", "cohort", "batch"].iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    bare.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::{CohortSettings, CohortStage};

    fn cohort(number: u16, position: u16, name: &str) -> Cohort {
        let settings =
            CohortSettings { name: name.to_owned(), public_name: String::new(), window: None, ..Default::default() };
        Cohort {
            number: CohortNumber(number),
            position,
            stage: CohortStage::Planned,
            settings,
            gates: Default::default(),
        }
    }

    #[test]
    fn a_cohort_is_found_by_name_label_and_place() {
        let cohorts = [cohort(7, 1, "Pilot"), cohort(4, 2, "Main EU"), cohort(5, 3, "2")];
        let cases = [
            ("Pilot", Some(7)),
            (" main eu ", Some(4)),
            ("2 · Main EU", Some(4)),
            ("1", Some(7)),
            ("Wave 1", Some(7)),
            ("cohort 3", Some(5)),
            // A name comes before a place.
            ("2", Some(5)),
            ("7", None),
            ("", None),
            ("Main", None),
        ];
        for (text, expected) in cases {
            assert_eq!(find_cohort(&cohorts, text), expected.map(CohortNumber), "{text}");
        }
    }
}
