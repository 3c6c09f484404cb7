//! From which sheet of a workbook the rows of an import were read, and what of that sheet has no place in a table.

use serde::{Deserialize, Serialize};

/// A sheet that was read instead of a CSV file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetSource {
    pub sheet: String,
    /// The other sheets with something in them, hidden ones left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    /// Hidden sheets, which are not looked at.
    #[serde(default)]
    pub hidden: u32,
    /// Cells that show an error such as `#N/A`; they count as empty.
    #[serde(default)]
    pub errors: u32,
    /// Where the first of them is: `C7`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub first_error: String,
    /// Areas of merged cells; their value stands in the first cell.
    #[serde(default)]
    pub merged: u32,
}

impl SheetSource {
    /// What a person should know before relying on the rows, each in a sentence or two.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.errors > 0 {
            let cells = if self.errors == 1 { "cell shows" } else { "cells show" };
            notes.push(format!(
                "{} {cells} an error such as #N/A, the first in {}. They count as empty.",
                self.errors, self.first_error
            ));
        }
        if self.merged > 0 {
            let areas = if self.merged == 1 { "area of merged cells" } else { "areas of merged cells" };
            notes.push(format!(
                "{} {areas}: the value counts for the first cell only, the others are empty.",
                self.merged
            ));
        }
        if !self.others.is_empty() {
            let names: Vec<_> = self.others.iter().map(|name| format!("“{name}”")).collect();
            let (sheets, were) = if names.len() == 1 { ("sheet", "was") } else { ("sheets", "were") };
            notes.push(format!("The {sheets} {} {were} not read.", names.join(", ")));
        }
        if self.hidden > 0 {
            let sheets = if self.hidden == 1 { "hidden sheet was" } else { "hidden sheets were" };
            notes.push(format!("{} {sheets} not looked at.", self.hidden));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_sheet_needs_no_words() {
        let source = SheetSource { sheet: "Accounts".to_owned(), ..SheetSource::default() };
        assert_eq!(source.notes(), [] as [String; 0]);
    }

    #[test]
    fn everything_that_was_left_out_is_said() {
        let source = SheetSource {
            sheet: "Accounts".to_owned(),
            others: vec!["Notes".to_owned(), "Old".to_owned()],
            hidden: 1,
            errors: 2,
            first_error: "C7".to_owned(),
            merged: 1,
        };
        let notes = source.notes();
        assert_eq!(notes.len(), 4);
        assert_eq!(notes[0], "2 cells show an error such as #N/A, the first in C7. They count as empty.");
        assert_eq!(notes[2], "The sheets “Notes”, “Old” were not read.");
    }
}
