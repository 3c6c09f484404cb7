#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use domain::import::sheet::Sheet;
use flate2::Crc;
use flate2::write::DeflateEncoder;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};
use std::io::Write;

const RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Accounts" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const BOOK_RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

/// One part of a hand-made archive; what its directory says may be a lie.
struct Part {
    name: &'static str,
    content: Vec<u8>,
    said: Option<u32>,
    flags: u16,
}

fn part(name: &'static str, content: impl Into<Vec<u8>>) -> Part {
    Part { name, content: content.into(), said: None, flags: 0 }
}

/// Writes a ZIP archive as its format is documented.
fn zip(parts: &[Part]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for Part { name, content, said, flags } in parts {
        let at = file.len() as u32;
        let mut packer = DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(content).unwrap();
        let packed = packer.finish().unwrap();
        let mut crc = Crc::new();
        crc.update(content);
        let mut shared = Vec::new();
        for number in [20, *flags, 8, 0, 0] {
            shared.extend_from_slice(&u16::to_le_bytes(number));
        }
        for number in [crc.sum(), packed.len() as u32, said.unwrap_or(content.len() as u32)] {
            shared.extend_from_slice(&number.to_le_bytes());
        }
        shared.extend_from_slice(&(name.len() as u16).to_le_bytes());
        shared.extend_from_slice(&[0, 0]);
        file.extend_from_slice(b"PK\x03\x04");
        file.extend_from_slice(&shared);
        file.extend_from_slice(name.as_bytes());
        file.extend_from_slice(&packed);
        directory.extend_from_slice(b"PK\x01\x02\x14\x00");
        directory.extend_from_slice(&shared);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&at.to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
    }
    let start = file.len() as u32;
    let count = (parts.len() as u16).to_le_bytes();
    file.extend_from_slice(&directory);
    file.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    file.extend_from_slice(&count);
    file.extend_from_slice(&count);
    file.extend_from_slice(&(directory.len() as u32).to_le_bytes());
    file.extend_from_slice(&start.to_le_bytes());
    file.extend_from_slice(&[0, 0]);
    file
}

fn parts(sheet: &str) -> Vec<Part> {
    vec![
        part("_rels/.rels", RELATIONS),
        part("xl/workbook.xml", BOOK),
        part("xl/_rels/workbook.xml.rels", BOOK_RELATIONS),
        part("xl/worksheets/sheet1.xml", format!("<worksheet><sheetData>{sheet}</sheetData></worksheet>")),
    ]
}

/// A workbook of one sheet with these rows as XML.
fn book_of(sheet: &str) -> Vec<u8> {
    zip(&parts(sheet))
}

fn text_cell(place: &str, text: &str) -> String {
    format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

const HEADER: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>name</t></is></c></row>"#;

fn book(fill: impl Fn(&mut Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("Accounts").unwrap();
    fill(sheet);
    workbook.save_to_buffer().unwrap()
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

fn converted(bytes: &[u8]) -> (String, SheetSource) {
    match read_workbook(bytes, None, true, soon()) {
        Ok(Uploaded::Sheet { csv, source }) => (String::from_utf8(csv).unwrap(), source),
        other => panic!("{other:?}"),
    }
}

fn refused(bytes: &[u8]) -> WorkbookProblem {
    read_workbook(bytes, None, true, soon()).expect_err("it is refused")
}

#[test]
fn cells_come_as_a_person_reads_them() {
    let date = Format::new().set_num_format("dd/mm/yyyy");
    let moment = Format::new().set_num_format("dd/mm/yyyy hh:mm");
    let (percent, zeros) = (Format::new().set_num_format("0%"), Format::new().set_num_format("00000"));
    let bytes = book(|sheet| {
        let headers = ["id", "when", "started", "share", "on", "sum", "text", "padded"];
        sheet.write_row(0, 0, headers).unwrap();
        sheet.write_number(1, 0, 10_492).unwrap();
        sheet.write_date_with_format(1, 1, ExcelDateTime::from_ymd(2026, 4, 3).unwrap(), &date).unwrap();
        let started = ExcelDateTime::from_ymd(2026, 4, 3).unwrap().and_hms(9, 30, 0).unwrap();
        sheet.write_datetime_with_format(1, 2, started, &moment).unwrap();
        sheet.write_number_with_format(1, 3, 0.25, &percent).unwrap();
        sheet.write_boolean(1, 4, true).unwrap();
        sheet.write_formula(1, 5, Formula::new("=0.1+0.2").set_result("0.30000000000000004")).unwrap();
        sheet.write_string(1, 6, "=HYPERLINK(\"x\"), two\nlines").unwrap();
        sheet.write_number_with_format(1, 7, 42, &zeros).unwrap();
    });
    let (csv, source) = converted(&bytes);
    assert_eq!(
        csv,
        "sep=,\r\nid,when,started,share,on,sum,text,padded\r\n\
         10492,2026-04-03,2026-04-03T09:30:00,0.25,true,0.3,\"=HYPERLINK(\"\"x\"\"), two\nlines\",00042\r\n"
    );
    assert_eq!(source, SheetSource { sheet: "Accounts".to_owned(), ..SheetSource::default() });
}

#[test]
fn errors_and_merged_cells_are_counted() {
    let bytes = book_of(&format!(
        "{HEADER}<row r=\"2\">{}<c r=\"B2\" t=\"e\"><v>#N/A</v></c></row>\
         <row r=\"3\">{}<c r=\"B3\" t=\"e\"><v>#REF!</v></c></row>",
        text_cell("A2", "C-1"),
        text_cell("A3", "C-2")
    ));
    let (csv, source) = converted(&bytes);
    assert_eq!(csv, "sep=,\r\nid,name\r\nC-1,\r\nC-2,\r\n");
    assert_eq!((source.errors, source.first_error.as_str()), (2, "B2"));

    let bytes = book(|sheet| {
        sheet.write_row(0, 0, ["id", "wave"]).unwrap();
        sheet.write_column(1, 0, ["C-1", "C-2"]).unwrap();
        sheet.merge_range(1, 1, 2, 1, "Pilot", &Format::new()).unwrap();
    });
    let (csv, source) = converted(&bytes);
    assert_eq!(csv, "sep=,\r\nid,wave\r\nC-1,Pilot\r\nC-2,\r\n");
    assert_eq!(source.merged, 1);
}

#[test]
fn rows_keep_their_numbers_and_what_trails_is_dropped() {
    let bytes = book(|sheet| {
        let grey = Format::new().set_background_color("#cccccc");
        // Somebody left two rows free above the header and one between.
        sheet.write_row(2, 0, ["id", "", "plan"]).unwrap();
        sheet.write_row(3, 0, ["C-1", "x", "Pro"]).unwrap();
        sheet.write_row(5, 0, ["C-2", " "]).unwrap();
        sheet.write_blank(9, 30, &grey).unwrap();
    });
    let (csv, _) = converted(&bytes);
    let sheet = Sheet::open(csv.as_bytes()).unwrap();
    assert_eq!(sheet.headers(), ["id", "Column B", "plan"]);
    let rows: Vec<_> = sheet.rows().map(|row| (row.number, row.cells, row.problem)).collect();
    let cells = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
    assert_eq!(rows, [(4, cells(["C-1", "x", "Pro"]), None), (6, cells(["C-2", "", ""]), None)]);
}

#[test]
fn a_million_empty_rows_are_nothing() {
    let mut sheet = format!("{HEADER}<row r=\"2\">{}</row>", text_cell("A2", "C-1"));
    for number in 3..=1_048_576 {
        sheet.push_str(&format!("<row r=\"{number}\" s=\"1\"/>"));
    }
    let (csv, _) = converted(&book_of(&sheet));
    assert_eq!(csv, "sep=,\r\nid,name\r\nC-1,\r\n");
}

#[test]
fn of_several_sheets_somebody_chooses_one() {
    let mut workbook = Workbook::new();
    for (name, hidden, filled) in
        [("Notes", false, true), ("Empty", false, false), ("Old", true, true), ("Accounts", false, true)]
    {
        let sheet = workbook.add_worksheet().set_name(name).unwrap().set_hidden(hidden);
        if filled {
            sheet.write_row(0, 0, ["id", name]).unwrap();
            sheet.write_row(1, 0, ["C-1", "x"]).unwrap();
        }
    }
    let bytes = workbook.save_to_buffer().unwrap();
    let sheets = vec!["Notes".to_owned(), "Accounts".to_owned()];
    assert_eq!(read_workbook(&bytes, None, true, soon()), Ok(Uploaded::Which(sheets)));
    let Ok(Uploaded::Sheet { csv, source }) = read_workbook(&bytes, Some("Accounts"), true, soon()) else { panic!() };
    assert!(csv.starts_with(b"sep=,\r\nid,Accounts\r\n"));
    assert_eq!(
        (source.sheet.as_str(), source.others.as_slice(), source.hidden),
        ("Accounts", &["Notes".to_owned()][..], 1)
    );
    // Where nobody can be asked it is the first one.
    let Ok(Uploaded::Sheet { source, .. }) = read_workbook(&bytes, None, false, soon()) else { panic!() };
    assert_eq!(source.sheet, "Notes");
    for none in ["Old", "Empty", "nothing"] {
        let sheet = none.to_owned();
        assert_eq!(read_workbook(&bytes, Some(none), true, soon()), Err(WorkbookProblem::NoSuchSheet { sheet }));
    }
    assert_eq!(refused(&book(|_| ())), WorkbookProblem::Empty);
}

#[tokio::test]
async fn what_is_no_workbook_says_what_it_is() {
    let other = |found| WorkbookProblem::OtherFormat { found };
    let compound = |marker: &str| {
        let mut bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
        bytes.resize(600, 0);
        bytes.extend(marker.encode_utf16().flat_map(u16::to_le_bytes));
        bytes
    };
    let mut locked = parts(HEADER);
    locked[3].flags = 1;
    let archive = |name| zip(&[part(name, "x"), part("[Content_Types].xml", "x")]);
    let whole = book_of(HEADER);
    let mut twice_ended = whole.clone();
    twice_ended.extend_from_slice(&whole[whole.len() - 22..]);
    let cases = [
        ("locked.xlsx", compound("EncryptedPackage"), WorkbookProblem::Password),
        ("old.xls", compound("Workbook"), other("an old Excel or Office file")),
        ("named.xlsx", b"id,name\n1,A\n".to_vec(), WorkbookProblem::OnlyNamed),
        ("binary.xlsb", archive("xl/workbook.bin"), other("a binary Excel workbook (.xlsb)")),
        ("letter.docx", archive("word/document.xml"), other("a Word document")),
        ("pictures.zip", archive("a.png"), other("a ZIP archive without a workbook in it")),
        ("locked.zip", zip(&locked), WorkbookProblem::Password),
        ("cut.xlsx", whole[..whole.len() / 2].to_vec(), WorkbookProblem::Damaged),
        ("ends-twice.xlsx", twice_ended, WorkbookProblem::Damaged),
        ("head-only.xlsx", b"PK\x03\x04".to_vec(), WorkbookProblem::Damaged),
    ];
    for (name, bytes, expected) in cases {
        assert_eq!(read(name, bytes, None, true).await, Err(expected), "{name}");
    }
    let csv = b"id,name\n1,A\n".to_vec();
    assert_eq!(read("a.csv", csv.clone(), None, true).await, Ok(Uploaded::Text(csv)));
}

#[test]
fn archives_made_to_overwhelm_are_not_unpacked() {
    let mut tight = parts(HEADER);
    tight.push(part("xl/media/image1.png", vec![0; 17_000_000]));
    assert_eq!(refused(&zip(&tight)), WorkbookProblem::TooTight);

    let mut large = parts(HEADER);
    large[3].said = Some(600_000_000);
    assert_eq!(refused(&zip(&large)), WorkbookProblem::TooLarge);

    // Smaller in the directory than in truth.
    let mut lying = parts(&"<row/>".repeat(100_000));
    lying[3].said = Some(1_000);
    assert_eq!(refused(&zip(&lying)), WorkbookProblem::Damaged);

    // Texts that are only announced must not be made room for.
    for count in ["99999999999", "18446744073709551615", "5000000"] {
        let mut announcing = parts(HEADER);
        let texts = format!("<sst count=\"1\" uniqueCount = '{count}'><si><t>x</t></si></sst>");
        announcing.push(part("xl/sharedStrings.xml", texts));
        assert_eq!(refused(&zip(&announcing)), WorkbookProblem::TooLarge, "{count}");
    }
    let mut styled = parts(HEADER);
    styled.push(part(
        "xl/styles.xml",
        format!("<styleSheet><cellXfs>{}</cellXfs></styleSheet>", "<xf/>".repeat(200_001)),
    ));
    assert_eq!(refused(&zip(&styled)), WorkbookProblem::TooLarge);
}

#[test]
fn limits_of_rows_columns_text_and_time_are_kept() {
    let rows = |count: u32| {
        let mut sheet = HEADER.to_owned();
        for number in 2..count + 2 {
            sheet.push_str(&format!("<row r=\"{number}\"><c r=\"A{number}\"><v>{number}</v></c></row>"));
        }
        book_of(&sheet)
    };
    let whole = rows(100_000);
    let (csv, _) = converted(&whole);
    assert_eq!(Sheet::open(csv.as_bytes()).unwrap().row_count(), 100_000);
    let sheet = || "Accounts".to_owned();
    assert_eq!(refused(&rows(100_001)), WorkbookProblem::TooManyRows { sheet: sheet() });
    let late = read_workbook(&whole, None, true, Instant::now() - Duration::from_secs(1));
    assert_eq!(late, Err(WorkbookProblem::TooSlow));

    let wide = book_of(&format!("<row r=\"1\">{}{}</row>", text_cell("A1", "id"), text_cell("GS1", "x")));
    assert_eq!(refused(&wide), WorkbookProblem::TooManyColumns { sheet: sheet(), column: "GS".to_owned() });

    // One shared text in very many cells.
    let mut sheet_rows = HEADER.to_owned();
    for number in 2..3_000 {
        sheet_rows.push_str(&format!("<row r=\"{number}\"><c r=\"A{number}\" t=\"s\"><v>0</v></c></row>"));
    }
    let mut shared = parts(&sheet_rows);
    let long: String = (0..30_000_u32).map(|n| char::from(b'a' + (n * n % 26) as u8)).collect();
    shared.push(part("xl/sharedStrings.xml", format!("<sst uniqueCount=\"1\"><si><t>{long}</t></si></sst>")));
    assert_eq!(refused(&zip(&shared)), WorkbookProblem::TooMuchText { sheet: sheet() });
}

/// Whatever happens to a file on its way, it is read or refused.
#[tokio::test]
async fn bytes_that_changed_are_read_or_refused() {
    let whole = book(|sheet| {
        sheet.write_row(0, 0, ["id", "name"]).unwrap();
        sheet.write_row(1, 0, ["C-1", "Acme"]).unwrap();
        sheet.write_number(2, 0, 7).unwrap();
    });
    let step = whole.len() / 150;
    for at in (0..whole.len()).step_by(step.max(1)) {
        let mut changed = whole.clone();
        changed[at] = changed[at].wrapping_add(101);
        let cut = whole[..at].to_vec();
        for bytes in [changed, cut] {
            // An answer of either kind; a reader that hangs or ends the process would give none.
            let answer = read("accounts.xlsx", bytes, None, true).await;
            assert!(!matches!(answer, Err(WorkbookProblem::TooSlow)), "at {at}");
        }
    }
}
