//! The forms of a customer's page: what was typed, what it asks for, what is wrong with it.

use chrono::NaiveDate;
use domain::customer_page::request::{Ask, AskKind, OptOutReason};
use domain::customer_page::words::Say;

/// A form as it was sent, with the field that was wrong. Empty: nothing was sent.
#[derive(Default)]
pub struct Typed {
    fields: Vec<(String, String)>,
    problem: Option<String>,
}

impl Typed {
    /// What was sent. NUL and the like come from no form of ours, and are left out.
    pub fn new(fields: Vec<(String, String)>) -> Typed {
        Typed { fields, problem: None }
    }

    /// The same, with the field that was wrong.
    pub fn wrong(&self, field: &str) -> Typed {
        Typed { fields: self.fields.clone(), problem: Some(field.to_owned()) }
    }

    /// The value of a field, if this kind of form was sent.
    pub fn value(&self, kind: AskKind, name: &str) -> &str {
        if self.kind() == kind.code() { self.get(name) } else { "" }
    }

    /// The word of the form that was sent.
    pub fn kind(&self) -> &'static str {
        match self.get("do") {
            "confirm" | "save" => AskKind::Ready.code(),
            other => AskKind::from_code(other).map_or("", AskKind::code),
        }
    }

    fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// What the form asks for; else the field that says nothing usable.
    pub fn ask(&self) -> Result<Ask, &'static str> {
        let text = |name: &str| self.get(name).to_owned();
        let kind = AskKind::from_code(self.kind()).ok_or("gone")?;
        Ok(match kind {
            AskKind::Ready => {
                let done = self.fields.iter().filter(|(name, _)| name == "point");
                let done = done.filter_map(|(_, value)| value.parse().ok()).collect();
                Ask::Ready { done, confirmed: self.get("do") == "confirm" }
            }
            AskKind::OtherDate => {
                let to: NaiveDate = self.get("slot").parse().map_err(|_| "slot")?;
                Ask::OtherDate { from: None, to }
            }
            AskKind::OptOut if self.get("sure").is_empty() => return Err("sure"),
            AskKind::OptOut => {
                let why = OptOutReason::from_code(self.get("why")).unwrap_or(OptOutReason::Other);
                Ask::OptOut { why, words: text("words") }
            }
            AskKind::Contact => Ask::Contact { name: text("name"), email: text("email"), role: text("role") },
            AskKind::Rating => {
                Ask::Rating { score: self.get("score").parse().map_err(|_| "score")?, words: text("words") }
            }
            AskKind::Problem => Ask::Problem { words: text("words") },
        })
    }

    /// What is wrong with a field of this kind of form.
    pub fn problem(&self, kind: AskKind, field: &str) -> Option<Say> {
        let problem = self.problem.as_deref()?;
        if self.kind() != kind.code() || !(problem == field || field == "slot" && problem == "slot_full") {
            return None;
        }
        Some(match problem {
            "slot_full" => Say::SlotFull,
            "slot" => Say::BadSlot,
            "email" => Say::BadEmail,
            "score" => Say::BadScore,
            "sure" => Say::BadSure,
            "words" => Say::BadWords,
            _ => Say::BadLine,
        })
    }

    /// What is wrong with the form as a whole.
    pub fn whole(&self) -> Option<Say> {
        Some(match self.problem.as_deref()? {
            "gone" => Say::Gone,
            "too_many" => Say::TooMany,
            _ => Say::Wrong,
        })
    }

    /// Whether something was wrong with a form of this kind.
    pub fn failed(&self, kind: AskKind) -> bool {
        self.problem.is_some() && self.kind() == kind.code()
    }

    /// Whether a point of the checklist was ticked in what was sent; `None`: it was not sent.
    pub fn ticked(&self, number: u16) -> Option<bool> {
        (self.kind() == AskKind::Ready.code())
            .then(|| self.fields.iter().any(|(name, value)| name == "point" && *value == number.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(fields: &[(&str, &str)]) -> Typed {
        Typed::new(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn forms_are_read_as_what_they_ask_for() {
        let ready = typed(&[("do", "confirm"), ("point", "2"), ("point", "x"), ("point", "3")]).ask();
        assert_eq!(ready, Ok(Ask::Ready { done: [2, 3].into(), confirmed: true }));
        let opts_out = typed(&[("do", "opt_out"), ("why", "no such reason"), ("sure", "yes"), ("words", "w")]).ask();
        assert_eq!(opts_out, Ok(Ask::OptOut { why: OptOutReason::Other, words: "w".into() }));
        for (fields, wrong) in [
            (&[("do", "drop")][..], "gone"),
            (&[], "gone"),
            (&[("do", "other_date"), ("slot", "2026-02-30")], "slot"),
            (&[("do", "other_date")], "slot"),
            (&[("do", "opt_out")], "sure"),
            (&[("do", "rating"), ("score", "five")], "score"),
        ] {
            assert_eq!(typed(fields).ask(), Err(wrong), "{fields:?}");
        }
    }

    #[test]
    fn what_was_typed_comes_back_at_its_form_alone() {
        let typed = typed(&[("do", "problem"), ("words", "x")]).wrong("words");
        assert_eq!(typed.value(AskKind::Problem, "words"), "x");
        assert_eq!(typed.value(AskKind::Rating, "words"), "");
        assert_eq!(typed.problem(AskKind::Problem, "words"), Some(Say::BadWords));
        assert_eq!(typed.problem(AskKind::Rating, "words"), None);
    }
}
