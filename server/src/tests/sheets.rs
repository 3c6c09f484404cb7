//! Workbooks as imports, and exports of both kinds.

use super::world::World;
use crate::workbook::{self, Uploaded};
use domain::event::{EventKind, Stream};
use domain::id::ImportId;
use domain::import::dates::DateOrder;
use domain::import::own_fields::NewKind;
use domain::import::target::Target;
use domain::policy::Role;
use domain::view::View;
use reqwest::{Client, Response};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::Value;
use std::io::Read;
use store::{ImportPhase, ImportReport, LogQuery, TableQuery};

async fn upload(world: &World, browser: &Client, name: &str, bytes: Vec<u8>, sheet: Option<&str>) -> Response {
    let part = reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned());
    let mut form = reqwest::multipart::Form::new().part("file", part);
    if let Some(sheet) = sheet {
        form = form.text("sheet", sheet.to_owned());
    }
    let url = world.url(&format!("/m/{}/imports/upload", world.migration));
    browser.post(url).header("accept", "application/json").multipart(form).send().await.unwrap()
}

/// Waits until an import's job has brought it to a phase.
async fn reach(world: &World, id: &ImportId, done: fn(&ImportPhase) -> Option<ImportReport>) -> ImportReport {
    let lead = world.store.acting_as(world.caller(Role::Lead));
    let mut commits = world.store.commits();
    let wait = async {
        loop {
            let (import, problems) = lead.import(&world.migration, id).await.unwrap();
            assert_eq!(problems, []);
            if let Some(report) = done(&import.phase) {
                return report;
            }
            commits.changed().await.unwrap();
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), wait).await.expect("the import goes on")
}

fn checked(phase: &ImportPhase) -> Option<ImportReport> {
    match phase {
        ImportPhase::Checked { report } => Some(report.clone()),
        _ => None,
    }
}

fn finished(phase: &ImportPhase) -> Option<ImportReport> {
    match phase {
        ImportPhase::Finished { report, .. } => Some(report.clone()),
        _ => None,
    }
}

/// The whole way of a file: upload, dry run, commit.
async fn import_file(world: &World, browser: &Client, name: &str, bytes: Vec<u8>) -> ImportReport {
    let response = upload(world, browser, name, bytes, None).await;
    let answer: Value = response.json().await.unwrap();
    let id = ImportId::from(answer["id"].as_str().unwrap_or_else(|| panic!("{answer}")));
    let lead = world.store.acting_as(world.caller(Role::Lead));
    lead.check_import(&world.migration, &id).await.unwrap();
    let report = reach(world, &id, checked).await;
    lead.commit_import(&world.migration, &id, false).await.unwrap();
    assert_eq!(reach(world, &id, finished).await.refused, report.refused);
    report
}

/// Accounts in every state, with values that have something special about them.
const EVERY_STATE: &str = "id,name,plan,region,cohort,status,date,migrated,blocker,blocker text,owner\n\
    C-10,=1+1,Pro,EU,Secret cohort,scheduled,2031-06-01,,,,operator@company.example\n\
    C-11,-5,Team,,,completed,,2026-01-10,,,Lead\n\
    C-12,\"''=quoted; \"\"twice\"\", and\",,,,blocked,2031-06-02,,data,\"@first line\nsecond\",\n\
    C-13,Øresund Ærø,,,,opted out,,,,,\n\
    C-14,+49 GmbH,,,,rolled back,,,,,\n\
    C-15,In flight,,,,in progress,2026-01-09,,,,\n\
    C-9,\t'tis,,,,,,,,,\n";

async fn fetch(world: &World, browser: &Client, path: &str) -> Response {
    browser.get(world.url(path)).send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_workbook_is_imported_like_any_file() {
    let world = World::new().await;
    let browser = world.signed_in(Role::Lead).await;
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Kunden").unwrap();
    sheet.write_row(0, 0, ["Customer id", "Company", "State", "Planned date"]).unwrap();
    let date = Format::new().set_num_format("dd.mm.yyyy");
    for (row, id) in [(1, 10_492.0), (2, 10_493.0)] {
        sheet.write_number(row, 0, id).unwrap();
        sheet.write_string(row, 1, format!("Company {id}")).unwrap();
        sheet.write_string(row, 2, "planned").unwrap();
        sheet.write_date_with_format(row, 3, ExcelDateTime::from_ymd(2031, 4, 3).unwrap(), &date).unwrap();
    }
    let one = workbook.save_to_buffer().unwrap();
    let report = import_file(&world, &browser, "kunden.xlsx", one).await;
    assert_eq!((report.created, report.refused), (2, 0), "{report:?}");
    let lead = world.store.acting_as(world.caller(Role::Lead));
    let query = TableQuery { view: View { search: "10492".into(), ..View::default() }, offset: 0, limit: 10 };
    let row = lead.table(&world.migration, &query, None).await.unwrap().rows[0].clone();
    assert_eq!(row.external_id.as_str(), "10492");
    assert_eq!(row.state.scheduled_for().unwrap().to_string(), "2031-04-03");
    let list = lead.imports(&world.migration).await.unwrap();
    assert_eq!(list[0].source.as_ref().unwrap().sheet, "Kunden");
    assert_eq!(list[0].file_name, "kunden.xlsx");

    // With a second sheet somebody has to say which one; without script it is the first.
    workbook.add_worksheet().set_name("Notes").unwrap().write_row(0, 0, ["id", "x"]).unwrap();
    let two = workbook.save_to_buffer().unwrap();
    let asked: Value = upload(&world, &browser, "two.xlsx", two.clone(), None).await.json().await.unwrap();
    assert_eq!(asked, serde_json::json!({ "sheets": ["Kunden", "Notes"] }));
    assert_eq!(lead.imports(&world.migration).await.unwrap().len(), 1, "nothing is stored before it is chosen");
    let chosen: Value = upload(&world, &browser, "two.xlsx", two.clone(), Some("Kunden")).await.json().await.unwrap();
    assert!(chosen["id"].is_string(), "{chosen}");
    let wrong = upload(&world, &browser, "two.xlsx", two.clone(), Some("Gone")).await;
    assert_eq!(wrong.status(), 422);
    assert!(wrong.text().await.unwrap().contains("no sheet “Gone”"));
    let part = reqwest::multipart::Part::bytes(two).file_name("two.xlsx");
    let form = reqwest::multipart::Form::new().part("file", part);
    let url = world.url(&format!("/m/{}/imports/upload", world.migration));
    assert_eq!(browser.post(url).multipart(form).send().await.unwrap().status(), 303);
}

#[tokio::test]
async fn a_workbook_that_cannot_be_read_says_why_at_the_field() {
    let world = World::new().await;
    let browser = world.signed_in(Role::Lead).await;
    let mut locked = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    for (bytes, word) in
        [(locked, "password"), (b"PK\x03\x04 cut off".to_vec(), "damaged"), (b"a,b\n".to_vec(), "none")]
    {
        let response = upload(&world, &browser, "accounts.xlsx", bytes, None).await;
        assert_eq!(response.status(), 422);
        let error: Value = response.json().await.unwrap();
        assert_eq!(error["problems"][0]["field"], "file");
        assert!(error["problems"][0]["message"].as_str().unwrap_or_default().contains(word), "{error}");
    }
    let lead = world.store.acting_as(world.caller(Role::Lead));
    assert!(lead.imports(&world.migration).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_exported_file_that_is_imported_again_changes_nothing() {
    let world = World::new().await;
    let browser = world.signed_in(Role::Lead).await;
    let report = import_file(&world, &browser, "all.csv", EVERY_STATE.as_bytes().to_vec()).await;
    assert_eq!((report.created, report.refused), (7, 0), "{report:#?}");
    for kind in ["csv", "xlsx"] {
        let response = fetch(&world, &browser, &format!("/m/ledger-3/export.{kind}")).await;
        assert_eq!(response.status(), 200);
        let bytes = response.bytes().await.unwrap().to_vec();
        let report = import_file(&world, &browser, &format!("again.{kind}"), bytes).await;
        let counts = (report.created, report.updated, report.unchanged, report.refused);
        assert_eq!(counts, (0, 0, 9, 0), "{kind}: {report:#?}");
    }
}

#[tokio::test]
async fn new_columns_become_custom_fields_at_the_commit() {
    let world = World::new().await;
    let browser = world.signed_in(Role::Lead).await;
    let lead = world.store.acting_as(world.caller(Role::Lead));
    let file = "id,name,Seats,Go live,Tier,VIP,Docs,Remarks\n\
        C-10,Acme,\"1,200.5\",03/04/2031,Gold,yes,https://a.example/1,=1+1\n\
        C-11,Beta,-3,05/06/2031,gold,no,,\n\
        C-12,Gamma,many,,,perhaps,javascript:1,\n";
    let answer: Value = upload(&world, &browser, "own.csv", file.as_bytes().to_vec(), None).await.json().await.unwrap();
    let id = ImportId::from(answer["id"].as_str().unwrap());
    let (import, _) = lead.import(&world.migration, &id).await.unwrap();
    let mut mapping = import.plan.mapping.clone();
    let kinds = [NewKind::Number, NewKind::Date, NewKind::Select, NewKind::Checkbox, NewKind::Link, NewKind::Text];
    for (column, kind) in mapping.columns[2..].iter_mut().zip(kinds) {
        *column = Some(Target::New(kind));
    }
    lead.map_import(&world.migration, &id, mapping.clone()).await.unwrap();
    let (_, problems) = lead.import(&world.migration, &id).await.unwrap();
    assert!(problems[0].to_string().starts_with("Go live: 03/04/2031 can be"), "{problems:?}");
    mapping.date_orders[3] = Some(DateOrder::DayFirst);
    lead.map_import(&world.migration, &id, mapping).await.unwrap();
    lead.check_import(&world.migration, &id).await.unwrap();
    let report = reach(&world, &id, checked).await;
    assert_eq!((report.created, report.refused), (2, 1), "{report:#?}");
    assert_eq!(report.problems.len(), 3, "each cell says why: {report:#?}");
    assert_eq!(lead.custom_fields(&world.migration).await.unwrap(), [], "a dry run adds nothing");
    lead.commit_import(&world.migration, &id, false).await.unwrap();
    assert_eq!(reach(&world, &id, finished).await.created, 2);
    let fields = lead.custom_fields(&world.migration).await.unwrap();
    let made: Vec<_> = fields.iter().map(|field| (field.settings.label.as_str(), field.settings.kind.code())).collect();
    let expected = [
        ("Seats", "number"),
        ("Go live", "date"),
        ("Tier", "select"),
        ("VIP", "checkbox"),
        ("Docs", "link"),
        ("Remarks", "text"),
    ];
    assert_eq!(made, expected);

    let text = fetch(&world, &browser, "/m/ledger-3/export.csv?q=c-1&columns=account,f1,f2,f3,f4,f5,f6,f99").await;
    let text = text.text().await.unwrap();
    let csv: Vec<&str> = text.trim_start_matches('\u{FEFF}').split("\r\n").collect();
    assert_eq!(
        csv,
        [
            "Account,Seats,Go live,Tier,VIP,Docs,Remarks",
            "C-1,,,,,,",
            "C-10,1200.5,2031-04-03,Gold,yes,https://a.example/1,'=1+1",
            "C-11,-3,2031-06-05,Gold,no,,",
            "",
        ]
    );
    // The next file with these columns finds the fields by itself, and its values change nothing.
    for kind in ["csv", "xlsx"] {
        let response = fetch(&world, &browser, &format!("/m/ledger-3/export.{kind}")).await;
        let bytes = response.bytes().await.unwrap().to_vec();
        let report = import_file(&world, &browser, &format!("again.{kind}"), bytes).await;
        let counts = (report.created, report.updated, report.unchanged, report.refused);
        assert_eq!(counts, (0, 0, 4, 0), "{kind}: {report:#?}");
    }
}

#[tokio::test]
async fn both_kinds_of_file_say_what_the_table_shows() {
    let world = World::new().await;
    let lead = world.signed_in(Role::Lead).await;
    import_file(&world, &lead, "all.csv", EVERY_STATE.as_bytes().to_vec()).await;
    let browser = world.signed_in(Role::Viewer).await;
    let query = "q=c-1&sort=-account&columns=account,name,date,status";
    let response = fetch(&world, &browser, &format!("/m/ledger-3/export.csv?{query}")).await;
    assert_eq!(header(&response, "content-type"), "text/csv; charset=utf-8");
    let disposition = header(&response, "content-disposition").to_owned();
    assert!(
        disposition.starts_with("attachment; filename=\"ledger-3-20") && disposition.ends_with(".csv\""),
        "{disposition}"
    );
    let text = response.text().await.unwrap();
    let csv: Vec<&str> = text.trim_start_matches('\u{FEFF}').split("\r\n").collect();
    assert_eq!(
        csv,
        [
            "Account,Name,Date,Migrated,Status",
            "C-15,In flight,2026-01-09,,In progress",
            "C-14,'+49 GmbH,,,Rolled back",
            "C-13,Øresund Ærø,,,Opted out",
            "C-12,\"''=quoted; \"\"twice\"\", and\",2031-06-02,,Blocked",
            "C-11,'-5,,2026-01-10,Completed",
            "C-10,'=1+1,2031-06-01,,Scheduled",
            "C-1,<script>alert(1)</script>,,,Not started",
            "",
        ]
    );
    let response = fetch(&world, &browser, &format!("/m/ledger-3/export.xlsx?{query}")).await;
    assert!(header(&response, "content-type").contains("spreadsheetml"));
    let bytes = response.bytes().await.unwrap().to_vec();
    let Ok(Uploaded::Sheet { csv: sheet, source }) = workbook::read("a.xlsx", bytes, None, true).await else {
        panic!()
    };
    assert_eq!(source.sheet, "Accounts");
    let sheet = String::from_utf8(sheet).unwrap();
    let rows: Vec<&str> = sheet.split("\r\n").skip(1).collect();
    // The same rows. Texts need no apostrophe in cells that are texts.
    assert_eq!(rows.len(), csv.len());
    assert_eq!(rows[..4], [csv[0], csv[1], "C-14,+49 GmbH,,,Rolled back", csv[3]]);
    assert_eq!(rows[6], "C-10,=1+1,2031-06-01,,Scheduled");

    // As browsers fetch it.
    let request = browser.get(world.url(&format!("/m/ledger-3/export.csv?{query}")));
    let packed = request.header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(header(&packed, "content-encoding"), "gzip");
    let mut unpacked = String::new();
    flate2::read::GzDecoder::new(&packed.bytes().await.unwrap()[..]).read_to_string(&mut unpacked).unwrap();
    assert_eq!(unpacked, text);

    // A view that shows nothing is a file with its header.
    let empty = fetch(&world, &browser, "/m/ledger-3/export.csv?q=nobody&columns=account").await;
    assert_eq!(empty.text().await.unwrap(), "\u{FEFF}Account\r\n");
}

#[tokio::test]
async fn only_who_may_read_can_take_accounts_away_and_it_is_noted() {
    let world = World::new().await;
    let browser = world.browser();
    let anonymous = fetch(&world, &browser, "/m/ledger-3/export.csv?q=x").await;
    assert_eq!(
        (anonymous.status().as_u16(), header(&anonymous, "location")),
        (303, "/sign-in?next=%2Fm%2Fledger-3%2Fexport.csv%3Fq%3Dx")
    );
    let viewer = world.signed_in(Role::Viewer).await;
    assert_eq!(fetch(&world, &viewer, "/m/none/export.xlsx").await.status(), 404);
    for kind in ["csv", "xlsx"] {
        let response = fetch(&world, &viewer, &format!("/m/ledger-3/export.{kind}?status=not_started,blocked")).await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "cache-control"), "private, no-store");
        response.bytes().await.unwrap();
    }
    let query = LogQuery {
        stream: Stream::Migration(world.migration.clone()),
        kind: Some(EventKind::Exported),
        user: None,
        from: None,
        until: None,
        before: None,
        limit: 10,
    };
    let (entries, _) = world.store.acting_as(world.caller(Role::Admin)).log(&query).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.who.as_str()).collect::<Vec<_>>(), ["Viewer", "Viewer"]);
}

#[tokio::test]
async fn somebody_has_one_export_at_a_time() {
    let world = World::new().await;
    let lead = world.signed_in(Role::Lead).await;
    // More than fits into the buffers on the way, so that the first one cannot be finished unread.
    let mut file = String::from("id,name,blocker text,blocker,status\n");
    let text = "no tax codes ".repeat(100);
    for number in 0..20_000 {
        file.push_str(&format!("X-{number},Company {number},{text},data,blocked\n"));
    }
    import_file(&world, &lead, "many.csv", file.into_bytes()).await;
    let mut first = fetch(&world, &lead, "/m/ledger-3/export.csv").await;
    assert_eq!(first.status(), 200);
    first.chunk().await.unwrap();
    let second = fetch(&world, &lead, "/m/ledger-3/export.xlsx").await;
    assert_eq!(second.status(), 409);
    assert!(second.text().await.unwrap().contains("still being written"));
    // Others are not held up.
    let viewer = world.signed_in(Role::Viewer).await;
    assert_eq!(fetch(&world, &viewer, "/m/ledger-3/export.csv?q=X-1").await.status(), 200);
    let mut rows = 0;
    while let Some(piece) = first.chunk().await.unwrap() {
        rows += piece.iter().filter(|byte| **byte == b'\n').count();
    }
    assert!(rows >= 20_000, "{rows}");
    // The body's end and the end of its turn are not the same moment on a network.
    let again = async {
        while fetch(&world, &lead, "/m/ledger-3/export.csv?q=X-1").await.status() != 200 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), again).await.expect("the turn ends with the file");
}
