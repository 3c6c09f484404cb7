#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::super::problem::ProblemKind;
use super::super::sheet::Sheet;
use super::*;
use proptest::prelude::*;

fn text(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

#[test]
fn one_line_per_row_with_the_reason_and_the_original() {
    let mut file = RefusedFile::new(Vec::new(), &text(&["id", "name"])).unwrap();
    let problems = [
        RowProblem::of_cell(7, "name", "=1+1", ProblemKind::TextInvalid, "First reason."),
        RowProblem::of_row(7, ProblemKind::CellCount, "Second reason."),
    ];
    file.write("C-1", &problems, &text(&["C-1", "=1+1"])).unwrap();
    let bytes = file.finish().unwrap();
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        "\u{FEFF}Refused row,Refused account,Refused column,Refused value,Refused because,id,name\r\n\
         7,C-1,name,'=1+1,First reason.; Second reason.,C-1,'=1+1\r\n"
    );
}

#[test]
fn cells_that_a_spreadsheet_would_run_are_made_text() {
    for bad in ["=1", "+1", "-1", "@x", "\tx", "\rx"] {
        assert_eq!(safe(bad), format!("'{bad}"));
    }
    assert_eq!(safe("C-1"), "C-1");
    assert_eq!(safe("'tis"), "'tis");
    assert_eq!(safe("'=1"), "''=1");
}

proptest! {
    /// Whatever a cell says, making it safe is undone exactly.
    #[test]
    fn a_safe_cell_leads_back_to_the_plain_one(cell in "'{0,3}[-=+@\t\r]?\\PC{0,8}") {
        let written = safe(&cell);
        prop_assert_eq!(plain(&written), cell.as_str());
    }

    /// The written file is a CSV file that we read ourselves, and no cell of it begins like a formula.
    #[test]
    fn the_file_can_be_read_again(cells in prop::collection::vec("\\PC{1,20}", 2..5)) {
        let headers: Vec<_> = (0..cells.len()).map(|index| format!("h{index}")).collect();
        let mut file = RefusedFile::new(Vec::new(), &headers).unwrap();
        file.write("id", &[RowProblem::of_row(2, ProblemKind::KeyTwice, "Also in row 3.")], &cells).unwrap();
        let bytes = file.finish().unwrap();
        let sheet = Sheet::open(&bytes).unwrap();
        let row = sheet.rows().next().unwrap();
        prop_assert_eq!(row.cells.len(), 5 + cells.len());
        prop_assert!(row.cells.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])));
        for (written, read) in cells.iter().zip(&row.cells[5..]) {
            prop_assert_eq!(&safe(written), read);
        }
    }
}
