#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::super::own_fields::NewKind;
use super::super::sheet::Sheet;
use super::*;
use crate::custom::{CustomKind, FieldSettings};
use crate::id::FieldNumber;

fn survey(csv: &str) -> Survey {
    Survey::of(&Sheet::open(csv.as_bytes()).unwrap())
}

fn proposed(csv: &str) -> Vec<Option<Target>> {
    propose(&survey(csv)).mapping.columns
}

fn nobody(_: &str) -> bool {
    false
}

#[test]
fn usual_headers_are_mapped_by_name() {
    let csv = "Customer ID,Company,Tier,Wave,Move date,Status,CSM,Country,Contact mail,Notes,MRR\n\
               C-1,Adria,BUS,4,2026-06-03,scheduled,Hanna,HR,it@adria.example,call,4900\n\
               C-2,Berg,BUS,4,2026-06-04,done,Hanna,DE,it@berg.example,,100\n";
    use Target::*;
    let expected = [
        Some(ExternalId),
        Some(Name),
        Some(Plan),
        Some(Cohort),
        Some(ScheduledFor),
        Some(Status),
        Some(Owner),
        Some(Region),
        Some(ContactEmail),
        None,
        None,
    ];
    assert_eq!(proposed(csv), expected);
    assert!(propose(&survey(csv)).matched.iter().flatten().all(|matched| *matched == Matched::ByName));
}

#[test]
fn our_own_words_are_mapped_to_themselves() {
    for words in [|target: Target| target.code().into_owned(), |target: Target| target.label().to_owned()] {
        let header: Vec<String> = Target::ALL.iter().map(|target| words(*target)).collect();
        let sample = |target: &Target| match target {
            Target::ContactEmail => "a@b.example",
            Target::Status => "done",
            Target::ScheduledFor | Target::MigratedAt => "2026-04-03",
            _ => "x",
        };
        let row: Vec<_> = Target::ALL.iter().map(sample).collect();
        let mapped = proposed(&format!("{}\n{}\n", header.join(","), row.join(",")));
        assert_eq!(mapped, Target::ALL.iter().copied().map(Some).collect::<Vec<_>>());
    }
}

#[test]
fn content_decides_between_columns_of_the_same_name() {
    let csv = "id,account,e-mail,when\n1,Adria,a@a.example,2026-04-03\n2,Berg,b@b.example,2026-04-04\n3,Adria,c@c.example,2026-04-04\n";
    let proposal = propose(&survey(csv));
    assert_eq!(proposal.mapping.columns[0], Some(Target::ExternalId));
    assert_eq!(proposal.mapping.columns[2], Some(Target::ContactEmail));
    assert_eq!(proposal.mapping.columns[3], Some(Target::ScheduledFor));
    assert_eq!(proposal.matched[3], Some(Matched::ByContent));
}

#[test]
fn content_that_speaks_against_a_name_wins() {
    let csv = "id,migrated,status\n1,yes,completed\n2,no,open\n";
    assert_eq!(proposed(csv), [Some(Target::ExternalId), None, Some(Target::Status)]);
}

#[test]
fn the_file_of_refused_rows_is_mapped_by_its_original_columns() {
    let csv = "Refused row,Refused account,Refused column,Refused value,Refused because,id,name\n\
               7,C-1,Status,x,No status.,C-1,Adria\n";
    let mut expected = vec![None; 5];
    expected.extend([Some(Target::ExternalId), Some(Target::Name)]);
    assert_eq!(proposed(csv), expected);
}

#[test]
fn no_target_is_proposed_twice() {
    let csv = "id,customer id,name,company,date,migration date\n1,1,A,A,2026-04-03,2026-04-03\n";
    let columns = proposed(csv);
    for target in Target::ALL {
        assert!(columns.iter().filter(|column| **column == Some(*target)).count() <= 1, "{target:?}");
    }
    assert_eq!(columns[1], Some(Target::ExternalId), "the surer name wins");
}

#[test]
fn a_mapping_without_a_key_or_with_a_target_twice_cannot_be_checked() {
    let survey = survey("a,b\n1,A\n");
    let mut mapping = Mapping::empty(2);
    assert_eq!(mapping.problems(&survey, &[], &nobody), [MappingProblem::NoKey]);
    mapping.columns = vec![Some(Target::ExternalId); 2];
    let problems = mapping.problems(&survey, &[], &nobody);
    assert_eq!(problems[0].to_string(), "External id is chosen for a and b. Choose it for one of them.");
    assert_eq!(problems.len(), 1);
}

#[test]
fn an_ambiguous_column_of_dates_asks_until_it_is_answered() {
    let survey = survey("id,date\n1,03/04/2026\n2,05/06/2026\n");
    let mut mapping = propose(&survey).mapping;
    let problems = mapping.problems(&survey, &[], &nobody);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].to_string(), "date: 03/04/2026 can be 3 April 2026 or 4 March 2026. Say what comes first.");
    assert_eq!(mapping.date_order(1, &survey.columns[1]), None);
    mapping.date_orders[1] = Some(DateOrder::MonthFirst);
    assert_eq!(mapping.problems(&survey, &[], &nobody), []);
    assert_eq!(mapping.date_order(1, &survey.columns[1]), Some(DateOrder::MonthFirst));
}

#[test]
fn a_column_that_contradicts_itself_asks_too() {
    let survey = survey("id,date\n1,23/04/2026\n2,04/23/2026\n");
    let problems = propose(&survey).mapping.problems(&survey, &[], &nobody);
    assert!(matches!(&problems[..], [MappingProblem::DateContradictory { column: 1, .. }]), "{problems:?}");
}

#[test]
fn a_column_of_dates_that_is_not_imported_asks_nothing() {
    let survey = survey("id,date\n1,03/04/2026\n");
    let mut mapping = propose(&survey).mapping;
    mapping.columns[1] = None;
    assert_eq!(mapping.problems(&survey, &[], &nobody), []);
}

#[test]
fn unknown_owners_are_asked_about_once_each() {
    let survey = survey("id,owner\n1,Hanna\n2,HANNA\n3,Jonas\n4,\n5,Priya\n");
    let mut mapping = propose(&survey).mapping;
    let knows = |text: &str| text == "Priya";
    let asked: Vec<_> = mapping
        .problems(&survey, &[], &knows)
        .into_iter()
        .map(|problem| match problem {
            MappingProblem::OwnerUnknown { name, rows, .. } => (owner_key(&name), rows),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(asked, [("hanna".to_owned(), 2), ("jonas".to_owned(), 1)]);
    mapping.owners.insert(owner_key("Hanna"), OwnerAnswer::Nobody);
    mapping.owners.insert(owner_key("jonas "), OwnerAnswer::User { id: UserId::from("u1") });
    assert_eq!(mapping.problems(&survey, &[], &knows), []);
}

#[test]
fn a_column_with_very_many_values_cannot_be_owners() {
    let rows: String = (0..600).map(|number| format!("{number},Person {number}\n")).collect();
    let survey = survey(&format!("id,owner\n{rows}"));
    let problems = propose(&survey).mapping.problems(&survey, &[], &nobody);
    assert_eq!(problems, [MappingProblem::TooManyOwners { header: "owner".to_owned() }]);
}

#[test]
fn a_mapping_of_another_length_is_fitted_to_the_file() {
    let mapping = Mapping { columns: vec![Some(Target::Name); 5], ..Mapping::default() }.fitted(2);
    assert_eq!((mapping.columns.len(), mapping.date_orders.len()), (2, 2));
}

#[test]
fn mapping_survives_json() {
    let mut mapping = Mapping::empty(2);
    mapping.columns[0] = Some(Target::ExternalId);
    mapping.date_orders[1] = Some(DateOrder::DayFirst);
    mapping.owners.insert("hanna".to_owned(), OwnerAnswer::User { id: UserId::from("u1") });
    let json = serde_json::to_string(&mapping).unwrap();
    assert_eq!(serde_json::from_str::<Mapping>(&json).unwrap(), mapping);
}

fn own_field(number: u16, label: &str, kind: CustomKind) -> CustomField {
    let settings = FieldSettings { label: label.to_owned(), kind, required: false, default: None };
    CustomField { number: FieldNumber(number), settings, retired: false }
}

#[test]
fn a_column_called_like_a_custom_field_becomes_it() {
    let survey = survey("id,name,Segment,Go-live\n1,A,x,03/04/2026\n");
    let mut fields = vec![own_field(1, "segment", CustomKind::Text), own_field(2, "Go live", CustomKind::Date)];
    let mapping = propose_with(&survey, &fields).mapping;
    assert_eq!(mapping.columns[2..], [Some(Target::Custom(FieldNumber(1))), Some(Target::Custom(FieldNumber(2)))]);
    let problems = mapping.problems(&survey, &fields, &nobody);
    assert!(matches!(problems.as_slice(), [MappingProblem::DateAmbiguous { column: 3, .. }]), "{problems:?}");
    fields[0].retired = true;
    assert_eq!(propose_with(&survey, &fields).mapping.columns[2], Some(Target::Plan));
    let problems = mapping.problems(&survey, &fields, &nobody);
    assert!(problems.contains(&MappingProblem::FieldGone { header: "Segment".to_owned() }), "{problems:?}");
}

#[test]
fn a_new_field_needs_a_name_of_its_own() {
    let survey = survey("id,Status,Tier level,tier Level\n1,a,b,c\n");
    let new = Some(Target::New(NewKind::Text));
    let mapping = Mapping { columns: vec![Some(Target::ExternalId), new, new, new], ..Mapping::default() };
    let problems = mapping.problems(&survey, &[], &nobody);
    let headers: Vec<_> = problems
        .iter()
        .map(|problem| match problem {
            MappingProblem::NewField { header, .. } => header.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(headers, ["Status", "tier Level"]);
}
