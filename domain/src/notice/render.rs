//! Templates become messages, and are checked while somebody writes them.
//!
//! What a template may do is small on purpose: variables, a few filters, `if` and `for`. Values are never read as templates,
//! and in HTML they are always escaped. A value that is missing fails the message rather than leave a hole in it.

use super::facts::{Facts, Values, one_line};
use super::template::{NoticeTemplate, Part, SUBJECT_MAX, TemplateDraft, Variant, field_of};
use super::variables::{self, Variable};
use super::words::Words;
use super::{NoticeKind, letter};
use crate::custom::CustomField;
use crate::migration::FieldError;
use chrono::NaiveDate;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, filters};
use std::collections::{BTreeMap, BTreeSet};
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
    /// Variables that the template writes and this message has no value for.
    #[error("Nothing is known for {} here.", variables.join(", "))]
    Missing { part: Part, variables: Vec<String> },
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
    let variables = missing.all();
    if !variables.is_empty() {
        return Err(RenderProblem::Missing { part, variables });
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
    environment.add_test("defined", |value: &Value| !is_missing(value) && !value.is_undefined());
    environment.add_test("undefined", |value: &Value| is_missing(value) || value.is_undefined());
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

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
    let mut objects: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    for name in names {
        let Some((object, field)) = name.split_once('.') else { continue };
        let value = match values.get(name) {
            Some(value) => Value::from(value.as_str()),
            None => Value::from_object(Missing { name: name.to_owned(), printed: printed.clone() }),
        };
        objects.entry(object.to_owned()).or_default().insert(field.to_owned(), value);
    }
    let objects = objects.into_iter().map(|(name, fields)| (name, Value::from(fields)));
    Value::from(objects.collect::<BTreeMap<String, Value>>())
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

/// Everything that is wrong with a template's words in one language, at the field where it is.
pub fn check(kind: NoticeKind, tag: &str, variant: &Variant, fields: &[CustomField]) -> Vec<FieldError> {
    let mut problems = variant.length_problems(tag);
    let known = variables::variables(kind, fields);
    let values = sample(&known, tag);
    for part in Part::ALL {
        let field = field_of(tag, part);
        if problems.iter().any(|problem| problem.field == field) {
            continue;
        }
        if let Some(message) = problem_of(part, variant.part(part), kind, &known, &values) {
            problems.push(FieldError::new(&field, message));
        }
    }
    if problems.is_empty() {
        let names = known.iter().map(|variable| variable.name.as_str());
        if let Err(problem) = render_values(tag, variant, names, &values) {
            let part = if problem == RenderProblem::NoSubject { Part::Subject } else { Part::Text };
            problems.push(FieldError::new(&field_of(tag, part), problem.to_string()));
        }
    }
    problems
}

/// The first thing that is wrong with one part.
fn problem_of(part: Part, source: &str, kind: NoticeKind, known: &[Variable], values: &Values) -> Option<String> {
    if let Some((tag, position)) = forbidden_tag(source) {
        let (line, column) = line_and_column(source, position);
        return Some(format!(
            "Line {line}, column {column}: “{tag}” cannot be used here. There are if, elif, else, endif, for, endfor."
        ));
    }
    let engine = environment();
    let kept = keep_line_ends(source);
    let template = match engine.template_from_named_str(part.code(), &kept) {
        Ok(template) => template,
        Err(error) => return Some(explain(&error, &kept)),
    };
    let mut used: Vec<String> = template.undeclared_variables(true).into_iter().collect();
    used.sort();
    let is_known = |name: &str| known.iter().any(|variable| variable.name == name);
    if let Some(unknown) = used.iter().find(|name| !is_known(name)) {
        return Some(at(source, unknown, &unknown_variable(unknown, kind, known)));
    }
    let names = || known.iter().map(|variable| variable.name.as_str());
    match render_part(part, source, names(), values) {
        Err(RenderProblem::Broken { message, .. }) => return Some(message),
        Err(problem) => return Some(problem.to_string()),
        Ok(_) => {}
    }
    // Everybody who reads it must get whole sentences: each fact that some messages lack is taken away once.
    let optional = known.iter().filter(|variable| variable.optional && used.contains(&variable.name));
    let facts: BTreeSet<&str> = optional.map(|variable| variables::fact_of(&variable.name)).collect();
    facts.into_iter().find_map(|fact| {
        let lacks = |name: &str| {
            let without_cohort = fact == "cohort" && (name.starts_with("window.") || name == "links.cohort");
            variables::fact_of(name) == fact || without_cohort
        };
        let rest = values.iter().filter(|(name, _)| !lacks(name)).map(|(name, value)| (name.clone(), value.clone()));
        match render_part(part, source, names(), &rest.collect()) {
            Err(RenderProblem::Missing { variables, .. }) => {
                let name = variables.into_iter().next()?;
                let advice = format!(
                    "not every message knows {name}. Say what stands there then, {{{{ {name} or \"…\" }}}}, \
                     or put the sentence between {{% if {name} %}} and {{% endif %}}."
                );
                Some(at(source, &name, &advice))
            }
            Err(RenderProblem::Broken { message, .. }) => Some(message),
            _ => None,
        }
    })
}

/// A sentence with the place of the name in the source.
fn at(source: &str, name: &str, sentence: &str) -> String {
    let position = source.match_indices(name).map(|(position, _)| position).find(|position| {
        let before = source[..*position].chars().next_back();
        let after = source[position + name.len()..].chars().next();
        let part_of_name =
            |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        !part_of_name(before) && !part_of_name(after)
    });
    match position {
        Some(position) => {
            let (line, column) = line_and_column(source, position);
            format!("Line {line}, column {column}: {sentence}")
        }
        None => sentence.to_owned(),
    }
}

fn unknown_variable(name: &str, kind: NoticeKind, known: &[Variable]) -> String {
    if kind != NoticeKind::Internal && variables::is_for_colleagues(name) {
        return format!("{name} is for colleagues only. A message to a customer cannot say it.");
    }
    let group: Vec<_> =
        known.iter().map(|known| known.name.as_str()).filter(|known| known.starts_with(&format!("{name}."))).collect();
    if !group.is_empty() {
        return format!("{name} alone says nothing. Choose one of {}.", group.join(", "));
    }
    match variables::nearest(name, known.iter().map(|variable| variable.name.as_str())) {
        Some(near) => format!("there is no variable {name}. Do you mean {near}?"),
        None => format!("there is no variable {name}. The list beside shows all of them."),
    }
}

/// Tags that a message needs. Others could read other templates, switch escaping off, or build endless text.
const TAGS: [&str; 8] = ["if", "elif", "else", "endif", "for", "endfor", "raw", "endraw"];

/// The first tag that is none of [`TAGS`], with its position.
fn forbidden_tag(source: &str) -> Option<(String, usize)> {
    let mut rest = 0;
    let mut raw = false;
    while let Some(start) = source[rest..].find(if raw { "{%" } else { "{" }).map(|found| rest + found) {
        let after = &source[start..];
        rest = start + 1;
        if after.starts_with("{#") && !raw {
            rest = after.find("#}").map_or(source.len(), |end| start + end + 2);
        } else if let Some(inside) = after.strip_prefix("{%") {
            let inside = inside.trim_start_matches(['-', '+']).trim_start();
            let word: String = inside.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
            match word.as_str() {
                "raw" if !raw => raw = true,
                "endraw" => raw = false,
                _ if raw => {}
                // Nothing after the braces is a mistake that the engine explains.
                word if word.is_empty() || TAGS.contains(&word) => {}
                _ => return Some((word, start)),
            }
        }
    }
    None
}

/// The values of a made-up message in a language: the catalogue's examples, days in the language's own words.
pub fn sample(known: &[Variable], language: &str) -> Values {
    let mut values: Values = known.iter().map(|variable| (variable.name.clone(), variable.example.clone())).collect();
    let words = Words::of(language);
    let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap_or_default();
    let time = |date: NaiveDate, hour, minute| words.time(date.and_hms_opt(hour, minute, 0).unwrap_or_default());
    let spoken = [
        ("account.date", words.date(day(5, 27))),
        ("account.weekday", words.weekday(day(5, 27))),
        ("account.old_date", words.date(day(5, 11))),
        ("account.migrated_on", words.date(day(5, 27))),
        ("migration.deadline", words.date(day(6, 30))),
        ("window.starts", time(day(5, 27), 0, 30)),
        ("window.ends", time(day(5, 27), 4, 30)),
        ("rollback.until", time(day(6, 10), 0, 30)),
    ];
    for (name, value) in spoken {
        if let Some(example) = values.get_mut(name) {
            *example = value;
        }
    }
    values
}

/// Makes the message of a draft, for a look at it: with an account's facts, or made up. Comes with the names of what every
/// message of this kind knows and this account does not yet: that is made up.
pub fn preview(
    draft: &TemplateDraft,
    tag: &str,
    fields: &[CustomField],
    facts: Option<&Facts<'_>>,
) -> Result<(Rendered, Vec<String>), RenderProblem> {
    let variant = draft.variants.get(tag).ok_or(RenderProblem::NoVariant)?;
    let known = variables::variables(draft.kind, fields);
    let mut values = sample(&known, tag);
    let mut invented = Vec::new();
    if let Some(facts) = facts {
        let examples = std::mem::replace(&mut values, facts.values(tag));
        for variable in known.iter().filter(|variable| !variable.optional) {
            if let Some(example) = examples.get(&variable.name)
                && !values.contains_key(&variable.name)
            {
                values.insert(variable.name.clone(), example.clone());
                invented.extend(
                    Part::ALL
                        .iter()
                        .any(|part| variant.part(*part).contains(&variable.name))
                        .then(|| variable.name.clone()),
                );
            }
        }
    }
    let rendered = render_values(tag, variant, known.iter().map(|variable| variable.name.as_str()), &values)?;
    Ok((rendered, invented))
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
        Some(range) => source.get(..range.start).map(|_| line_and_column(source, range.start)),
        None => error.line().map(|line| (line, 1)),
    }
}

/// Both from 1.
fn line_and_column(source: &str, position: usize) -> (usize, usize) {
    let before = source.get(..position).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    (line, before.rsplit('\n').next().unwrap_or_default().chars().count() + 1)
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
