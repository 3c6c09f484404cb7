//! Templates become messages, and are checked while somebody writes them.
//!
//! What a template may do is small on purpose: variables, a few filters, `if` and `for`. Values are never read as templates,
//! and in HTML they are always escaped. A value that is missing fails the message rather than leave a hole in it.

use super::facts::{Facts, Values, one_line};
use super::template::{NoticeTemplate, Part, SUBJECT_MAX, Variant};
use super::{letter, variables};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, filters, tests};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Steps that one part of a message may take: far more than any letter needs, few enough to be over in milliseconds.
const FUEL: u64 = 50_000;
/// Longest rendered text, in bytes.
const RENDERED_MAX: usize = 500_000;

/// A message as its reader gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The language of the variant that was used.
    pub language: String,
    pub subject: String,
    pub text: String,
    /// A whole document.
    pub html: String,
}

/// Why a message could not be made from a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderProblem {
    #[error("The template has no words in any language.")]
    NoVariant,
    /// A variable that this message has no value for.
    #[error("Nothing is known for {variable} here.")]
    Missing { part: Part, variable: String },
    /// Anything else that is wrong with the template, in plain words.
    #[error("{message}")]
    Broken { part: Part, message: String },
    #[error("The subject is empty.")]
    NoSubject,
    #[error("The text is empty.")]
    NoText,
}

/// Makes the message in the variant for this language, or says what is missing.
pub fn render(template: &NoticeTemplate, language: &str, facts: &Facts<'_>) -> Result<Rendered, RenderProblem> {
    let (tag, variant) = template.variant_for(language).ok_or(RenderProblem::NoVariant)?;
    let base = |tag: &str| tag.split('-').next().unwrap_or(tag).to_ascii_lowercase();
    // Dates are written as the words around them are: a reader of another language gets the fallback's.
    let spoken = if base(tag) == base(language) { language } else { tag };
    let names = variables::variables(template.kind, &facts.migration.fields);
    render_values(tag, variant, names.iter().map(|variable| variable.name.as_str()), &facts.values(spoken))
}

/// Makes the message from values. `names` are the variables that the template may use.
pub(super) fn render_values<'a>(
    tag: &str,
    variant: &Variant,
    names: impl Iterator<Item = &'a str> + Clone,
    values: &Values,
) -> Result<Rendered, RenderProblem> {
    let part = |part: Part| render_part(part, variant.part(part), names.clone(), values);
    let subject = one_line(&part(Part::Subject)?);
    if subject.is_empty() {
        return Err(RenderProblem::NoSubject);
    }
    let text = paragraphs(&part(Part::Text)?);
    if text.is_empty() {
        return Err(RenderProblem::NoText);
    }
    let html = match variant.html.trim() {
        "" => letter::from_text(&text, tag),
        _ => letter::frame(&part(Part::Html)?, tag),
    };
    let subject = subject.chars().take(SUBJECT_MAX * 2).collect();
    Ok(Rendered { language: tag.to_owned(), subject, text: text + "\n", html })
}

/// One part with its values put in.
fn render_part<'a>(
    part: Part,
    source: &str,
    names: impl Iterator<Item = &'a str>,
    values: &Values,
) -> Result<String, RenderProblem> {
    let broken = |error: &Error| RenderProblem::Broken { part, message: explain(error, source) };
    let missing = Printed::default();
    let environment = environment();
    let source = &keep_line_ends(source);
    let template = environment.template_from_named_str(part.code(), source).map_err(|error| broken(&error))?;
    let mut output = Bounded(Vec::new());
    let rendered = template.render_captured_to(context(names, values, &missing), &mut output).map(|_| ());
    // A hole comes first: whatever else went wrong may follow from it.
    if let Some(variable) = missing.first() {
        return Err(RenderProblem::Missing { part, variable });
    }
    rendered.map_err(|error| broken(&error))?;
    String::from_utf8(output.0).map_err(|_| RenderProblem::Broken { part, message: "This is not text.".to_owned() })
}

/// The engine takes away the line break after a tag, also after one at the end of a line of words, where nobody expects it:
/// there a plus tells it not to.
fn keep_line_ends(source: &str) -> String {
    let mut kept = String::with_capacity(source.len() + 16);
    for line in source.split_inclusive('\n') {
        let bare = line.trim_end();
        let alone = bare.trim_start().starts_with("{%") && bare.matches("%}").count() == 1;
        match bare.strip_suffix("%}") {
            Some(start) if !alone && !start.ends_with(['-', '+']) => {
                kept.push_str(start);
                kept.push_str("+%}");
                kept.push_str(&line[bare.len()..]);
            }
            _ => kept.push_str(line),
        }
    }
    kept
}

/// Text with at most one empty line in a row and none at its ends.
fn paragraphs(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines().map(str::trim_end) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty <= 1 {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    tidy.trim_start_matches('\n').trim_end().to_owned()
}

/// The engine with what templates may use, and nothing else.
pub(super) fn environment<'source>() -> Environment<'source> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_debug(false);
    // A line with nothing but an `if` leaves no empty line behind.
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    environment.set_auto_escape_callback(|name| match name {
        "html" => AutoEscape::Html,
        _ => AutoEscape::None,
    });
    environment.add_filter("default", or_else);
    environment.add_filter("upper", filters::upper);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("capitalize", filters::capitalize);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("replace", filters::replace);
    environment.add_filter("length", filters::length);
    environment.add_filter("int", filters::int);
    environment.add_test("defined", |value: &Value| !is_missing(value) && tests::is_defined(value));
    environment.add_test("undefined", |value: &Value| is_missing(value) || tests::is_undefined(value));
    environment
}

/// The filters that templates may use, for explanations.
pub(super) const FILTERS: [&str; 8] = ["default", "upper", "lower", "capitalize", "trim", "replace", "length", "int"];

/// Other words where nothing is known.
fn or_else(value: &Value, other: Value) -> Value {
    if is_missing(value) || value.is_undefined() { other } else { value.clone() }
}

/// Which missing variables a template wrote.
#[derive(Clone, Debug, Default)]
struct Printed(Arc<Mutex<Vec<String>>>);

impl Printed {
    fn note(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(name.to_owned());
    }

    fn first(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).first().cloned()
    }
}

/// A variable that a template may use and this message lacks: false in an `if`, and remembered when it is written, by
/// whatever way (a filter or a concatenation would turn an undefined one into nothing).
#[derive(Debug)]
struct Missing {
    name: String,
    printed: Printed,
}

impl Object for Missing {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        false
    }

    fn render(self: &Arc<Self>, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.printed.note(&self.name);
        Ok(())
    }
}

fn is_missing(value: &Value) -> bool {
    value.downcast_object_ref::<Missing>().is_some()
}

/// `customer.name` and the like as an object `customer` with a field `name`.
fn context<'a>(names: impl Iterator<Item = &'a str>, values: &Values, printed: &Printed) -> Value {
    let mut objects: BTreeMap<&str, BTreeMap<&str, Value>> = BTreeMap::new();
    for name in names {
        let Some((object, field)) = name.split_once('.') else { continue };
        let value = match values.get(name) {
            Some(value) => Value::from(value.as_str()),
            None => Value::from_object(Missing { name: name.to_owned(), printed: printed.clone() }),
        };
        objects.entry(object).or_default().insert(field, value);
    }
    objects.into_iter().map(|(name, fields)| (name, fields.into_iter().collect::<Value>())).collect()
}

/// Takes output up to a length.
struct Bounded(Vec<u8>);

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > RENDERED_MAX {
            return Err(std::io::Error::other("too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What went wrong, in plain words, with its place.
pub(super) fn explain(error: &Error, source: &str) -> String {
    let detail = error.detail().unwrap_or_default();
    let sentence = match error.kind() {
        ErrorKind::SyntaxError => match detail {
            "" => "This cannot be read.".to_owned(),
            detail => format!("This cannot be read: {detail}."),
        },
        ErrorKind::UndefinedError => "A variable is not known.".to_owned(),
        ErrorKind::UnknownFilter => format!("There is no such filter ({detail}). There are: {}.", FILTERS.join(", ")),
        ErrorKind::UnknownTest | ErrorKind::UnknownFunction | ErrorKind::UnknownMethod => {
            format!("Templates cannot do this ({detail}).")
        }
        ErrorKind::OutOfFuel => "This takes too long: it repeats too much.".to_owned(),
        ErrorKind::WriteFailure => "The message would be too long.".to_owned(),
        _ => format!(
            "This does not work: {}.",
            if detail.is_empty() { error.kind().to_string() } else { detail.to_owned() }
        ),
    };
    match place(error, source) {
        Some((line, column)) => format!("Line {line}, column {column}: {sentence}"),
        None => sentence,
    }
}

/// Line and column, both from 1.
fn place(error: &Error, source: &str) -> Option<(usize, usize)> {
    match error.range() {
        Some(range) => {
            let before = source.get(..range.start)?;
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            Some((line, column))
        }
        None => error.line().map(|line| (line, 1)),
    }
}
