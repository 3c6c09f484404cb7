#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::super::mapping::propose;
use super::super::own_fields::{NewKind, with_new};
use super::super::sheet::Sheet;
use super::*;
use crate::custom::FieldSettings;
use crate::id::FieldNumber;
use proptest::prelude::*;

/// Reads every row by the proposed mapping.
fn read(csv: &str) -> Vec<Result<RowInput, Vec<RowProblem>>> {
    let sheet = Sheet::open(csv.as_bytes()).unwrap();
    let survey = Survey::of(&sheet);
    let mapping = propose(&survey).mapping;
    let reader = RowReader::new(&survey, &mapping, &[]);
    sheet.rows().map(|row| reader.read(&row)).collect()
}

fn one(csv: &str) -> RowInput {
    read(csv).remove(0).unwrap()
}

fn problems(csv: &str) -> Vec<RowProblem> {
    read(csv).into_iter().filter_map(Result::err).flatten().collect()
}

#[test]
fn a_row_becomes_values_and_blank_cells_say_nothing() {
    let csv = "id,name,status,date,owner,cohort,plan,language,blocker,blocker note\n\
               C-1,  Adria   Yachting ,In progress,2026-04-03,Hanna,Main EU,,pt_BR,DATA,\"two\r\nlines\"\n";
    let input = one(csv);
    assert_eq!((input.row, input.external_id.as_str(), input.name.as_deref()), (2, "C-1", Some("Adria Yachting")));
    assert_eq!(input.status, Some(Status::InProgress));
    assert_eq!(input.scheduled_for.unwrap().date.to_string(), "2026-04-03");
    assert_eq!(input.owner, Some(OwnerCell::Named { text: "Hanna".to_owned() }));
    assert_eq!((input.cohort.as_deref(), input.plan), (Some("Main EU"), None));
    assert_eq!(input.language.as_deref(), Some("pt-BR"));
    assert_eq!(input.blocker_category, Some(BlockerCategory::Data));
    assert_eq!(input.blocker_text.as_deref(), Some("two\nlines"));
}

#[test]
fn formulas_and_markup_are_plain_text() {
    let csv =
        "id,name\n1,\"=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"\n2,<script>alert(1)</script>\n3,'=SUM(A1)\n4,'tis\n";
    let names: Vec<_> = read(csv).into_iter().map(|row| row.unwrap().name.unwrap()).collect();
    // Our exports put ' before what looks like a formula; reading takes it away again.
    assert_eq!(names, ["=HYPERLINK(\"http://x\",\"y\")", "<script>alert(1)</script>", "=SUM(A1)", "'tis"]);
}

#[test]
fn every_wrong_cell_names_its_row_and_column() {
    let csv = "id,name,status,date,e-mail,language,blocker\n\
               1,A,done,2026-04-03,a@b.example,de,data\n\
               2,B,banana,2026-02-31,a@b.example,Klingonian,weather\n\
               3,C,done,2026-04-03,nobody,de,data\n";
    let found = problems(csv);
    let brief: Vec<_> = found.iter().map(|p| (p.row, p.column.as_deref().unwrap(), p.kind)).collect();
    assert_eq!(
        brief,
        [
            (3, "status", ProblemKind::StatusUnknown),
            (3, "date", ProblemKind::DateUnreadable),
            (3, "language", ProblemKind::LanguageInvalid),
            (3, "blocker", ProblemKind::BlockerUnknown),
            (4, "e-mail", ProblemKind::EmailInvalid),
        ]
    );
    assert_eq!(found[1].reason, "February 2026 has 28 days.");
    assert!(found[0].reason.contains("not_started"), "{}", found[0].reason);
}

#[test]
fn a_wrong_e_mail_address_is_refused() {
    let rows: String = (0..20).map(|n| format!("{n},a{n}@b.example\n")).collect();
    let found = problems(&format!("id,e-mail\n{rows}21,nobody\n"));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].row, found[0].kind, found[0].value.as_str()), (22, ProblemKind::EmailInvalid, "nobody"));
}

#[test]
fn long_cells_are_refused_with_their_length() {
    let long = "x".repeat(10_000);
    let found = problems(&format!("id,name,notes\n1,{long},{long}\n{long},B,\n"));
    assert_eq!(found.len(), 2, "a column that is not imported may be long");
    assert_eq!((found[0].row, found[0].column.as_deref(), found[0].kind), (2, Some("name"), ProblemKind::TextTooLong));
    assert!(found[0].reason.contains("10000 characters") && found[0].reason.contains("200"), "{}", found[0].reason);
    assert!(found[0].value.chars().count() <= super::super::problem::VALUE_MAX);
    assert_eq!(found[1].column.as_deref(), Some("id"));
}

#[test]
fn a_row_needs_a_usable_key() {
    let found = problems("id,name\n,A\n\"a\nb\",B\n");
    let brief: Vec<_> = found.iter().map(|problem| (problem.row, problem.kind)).collect();
    assert_eq!(brief, [(2, ProblemKind::KeyMissing), (3, ProblemKind::KeyInvalid)]);
}

#[test]
fn control_characters_are_refused() {
    let filler = "A usual name that makes the file look like text\n".repeat(4);
    let found = problems(&format!("id,name,notes\n1,bell\u{7},\"{filler}\"\n"));
    assert_eq!(found[0].kind, ProblemKind::TextInvalid);
}

#[test]
fn answers_about_owners_are_used() {
    let sheet = Sheet::open(b"id,owner\n1,Hanna\n2,nobody here\n3,Jonas\n").unwrap();
    let survey = Survey::of(&sheet);
    let mut mapping = propose(&survey).mapping;
    mapping.owners.insert(owner_key(" HANNA"), OwnerAnswer::User { id: UserId::from("u1") });
    mapping.owners.insert(owner_key("nobody here"), OwnerAnswer::Nobody);
    let reader = RowReader::new(&survey, &mapping, &[]);
    let owners: Vec<_> = sheet.rows().map(|row| reader.read(&row).unwrap().owner).collect();
    assert_eq!(owners[0], Some(OwnerCell::Answered { id: UserId::from("u1") }));
    assert_eq!(owners[1], None);
    assert_eq!(owners[2], Some(OwnerCell::Named { text: "Jonas".to_owned() }));
}

proptest! {
    /// No cells make it panic; what is accepted keeps to the limits.
    #[test]
    fn any_cells_are_read_or_refused(cells in prop::collection::vec("\\PC{0,40}", 18)) {
        let header: Vec<_> = Target::ALL.iter().map(|target| target.code()).collect();
        let survey = Survey {
            rows: 1,
            columns: header
                .iter()
                .map(|header| super::super::survey::ColumnSurvey { header: header.to_string(), ..Default::default() })
                .collect(),
        };
        let mapping = Mapping { columns: Target::ALL.iter().copied().map(Some).collect(), ..Mapping::default() };
        let row = SheetRow { number: 2, cells, problem: None };
        match RowReader::new(&survey, &mapping, &[]).read(&row) {
            Ok(input) => prop_assert!(!input.external_id.as_str().is_empty()),
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                prop_assert!(problems.iter().all(|problem| problem.row == 2 && !problem.reason.is_empty()));
            }
        }
    }
}

#[test]
fn custom_fields_take_the_values_of_their_kind() {
    let file = "id,size,when,tier,note\n\
        1,\"1,200.5\",23/04/2026,GOLD,'=x\n\
        2,many,31/02/2026,lead,\n\
        3,,,,\n";
    let survey = Survey::of(&Sheet::open(file.as_bytes()).unwrap());
    let new = |kind| Some(Target::New(kind));
    let mut mapping = Mapping::empty(5);
    mapping.columns = vec![
        Some(Target::ExternalId),
        new(NewKind::Number),
        new(NewKind::Date),
        Some(Target::Custom(FieldNumber(4))),
        new(NewKind::Text),
    ];
    let kind = CustomKind::Select { options: vec!["Gold".to_owned()] };
    let settings = FieldSettings { label: "Tier".to_owned(), kind, required: false, default: None };
    let tier = CustomField { number: FieldNumber(4), settings, retired: false };
    let fields = with_new(&[tier], &survey, &mapping);
    let reader = RowReader::new(&survey, &mapping, &fields);
    let sheet = Sheet::open(file.as_bytes()).unwrap();
    let rows: Vec<_> = sheet.rows().map(|row| reader.read(&row)).collect();
    let texts: Vec<_> = rows[0].as_ref().unwrap().custom.values().map(CustomValue::text).collect();
    assert_eq!(texts, ["Gold", "=x", "2026-04-23", "1200.5"]);
    let problems = rows[1].as_ref().unwrap_err();
    let columns: Vec<_> = problems.iter().filter_map(|problem| problem.column.as_deref()).collect();
    assert_eq!(columns, ["size", "when", "tier"]);
    assert!(problems[2].reason.contains("Gold"), "{problems:?}");
    assert!(rows[2].as_ref().unwrap().custom.is_empty(), "empty cells leave fields as they are");
}
