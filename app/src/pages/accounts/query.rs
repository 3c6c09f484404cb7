//! The view in the address: every condition, the search and the order are in the query, so that a link shows the same.

use domain::id::ViewId;
use domain::view::{Column, SORTS_MAX, Sort, Unread, View, escape};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// What an address asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    pub view: View,
    /// The saved view that this one was made from.
    pub from: Option<ViewId>,
    /// The address names no view: the saved one that it was made from is meant, or the reader's default.
    pub bare: bool,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

/// What the present address asks for. While it is already that of another page, this stays what it was.
pub fn use_asked() -> Memo<Asked> {
    let location = use_location();
    let own_path = location.pathname.get_untracked();
    Memo::new(move |before: Option<&Asked>| match before {
        Some(before) if location.pathname.with(|path| *path != own_path) => before.clone(),
        _ => location.search.with(|query| read(query)),
    })
}

/// The address of a view on the page at `path`, made from the saved view `from`.
pub fn address(path: &str, view: &View, from: Option<&ViewId>) -> String {
    let mut query = view.to_query();
    if query.is_empty() {
        // Nothing at all would be the reader's default.
        query.push_str(ALL);
    }
    if let Some(from) = from {
        query.push_str(&format!("&{FROM}={}", escape(from.as_str())));
    }
    format!("{path}?{query}")
}

/// The key of an address that asks for all accounts as they come.
const ALL: &str = "all";
/// The key of the saved view that a view was made from.
const FROM: &str = "view";
/// The keys of what a view is made of.
const PARTS: [&str; 13] =
    [ALL, "status", "cohort", "owner", "blocker", "from", "to", "q", "where", "sort", "group", "fold", "columns"];

/// Reads the query part of an address.
pub fn read(query: &str) -> Asked {
    let pairs = pairs(query);
    let (view, unread) = View::read(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    let from = pairs.iter().find(|(key, value)| key == FROM && !value.is_empty());
    let bare = !pairs.iter().any(|(key, _)| PARTS.contains(&key.as_str()));
    Asked { view, from: from.map(|(_, id)| ViewId::from(id.as_str())), bare, unread }
}

/// The view of a query part, such as a saved view has.
pub fn parse(query: &str) -> View {
    read(query).view
}

/// The unescaped pairs of a query. A key that occurs several times, as forms send them, counts as one list.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for part in query.trim_start_matches('?').split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let (key, value) = (unescape(key), unescape(value));
        match pairs.iter_mut().find(|(known, _)| *known == key) {
            Some((_, list)) if key != "q" && key != "where" => {
                list.push(',');
                list.push_str(&value);
            }
            _ => pairs.push((key, value)),
        }
    }
    pairs
}

/// The order after a click on a column's head: upwards, downwards, none. With `beside`, the other columns stay and this
/// one decides after them.
pub fn next_sort(present: &[Sort], column: Column, beside: bool) -> Vec<Sort> {
    let own = present.iter().find(|sort| sort.column == column);
    let next = match own {
        None => Some(Sort { column, descending: false }),
        Some(sort) => (!sort.descending).then_some(Sort { column, descending: true }),
    };
    let mut order: Vec<Sort> = if beside { present.to_vec() } else { Vec::new() };
    match (order.iter().position(|sort| sort.column == column), next) {
        (Some(place), Some(next)) => order[place] = next,
        (Some(place), None) => drop(order.remove(place)),
        (None, next) => order.extend(next.filter(|_| order.len() < SORTS_MAX)),
    }
    order
}

/// The list with `item` put in or, if it was there, taken out.
pub fn toggled<T: Clone + PartialEq>(list: &[T], item: &T) -> Vec<T> {
    if list.contains(item) {
        list.iter().filter(|other| *other != item).cloned().collect()
    } else {
        list.iter().chain([item]).cloned().collect()
    }
}

/// Decodes a part of a query as forms encode it. What is not valid stays as it is.
fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        let escaped = hex.filter(|_| *byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        decoded.push(match (escaped, byte) {
            (Some(escaped), _) => escaped,
            (None, b'+') => b' ',
            (None, other) => *other,
        });
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::status::Status;

    #[test]
    fn an_address_gives_the_view_that_made_it() {
        let view = View {
            statuses: vec![Status::Blocked, Status::Scheduled],
            search: "50% & more, Øst".to_owned(),
            sort: vec![Sort { column: Column::Date, descending: true }],
            ..View::default()
        };
        assert_eq!(parse(&view.to_query()), view);
    }

    #[test]
    fn an_address_says_what_it_was_made_from_and_is_never_silent() {
        let from = ViewId::from("a b");
        let blocked = View { statuses: vec![Status::Blocked], ..View::default() };
        assert_eq!(address("/m/x/accounts", &View::default(), None), "/m/x/accounts?all");
        let made = address("/accounts", &blocked, Some(&from));
        assert_eq!(made, "/accounts?status=blocked&view=a%20b");
        let (_, query) = made.split_once('?').unwrap();
        assert_eq!(read(query), Asked { view: blocked, from: Some(from.clone()), ..Asked::default() });
        assert!(!read("?all&view=a%20b").bare && !read("status=").bare);
        assert!(read("").bare && read("?utm=1").bare);
        assert_eq!(read("view=a+b"), Asked { from: Some(from), bare: true, ..Asked::default() });
    }

    #[test]
    fn an_address_that_was_cut_in_half_opens_and_says_so() {
        let asked = read("status=blocked&where=any(plan.is:Team,all(date.ne");
        assert_eq!(asked.view.statuses, [Status::Blocked]);
        assert_eq!(asked.view.filter.map(|filter| filter.len()), Some(1));
        assert!(asked.unread.contains(&Unread::CutOff), "{:?}", asked.unread);
    }

    #[test]
    fn a_form_can_carry_a_view_along() {
        let view = View { search: "50% & more".to_owned(), folded: vec!["a,b".to_owned()], ..View::default() };
        assert_eq!(
            pairs(&view.to_query()),
            [("q".to_owned(), "50% & more".to_owned()), ("fold".to_owned(), "a*2cb".to_owned())]
        );
    }

    #[test]
    fn repeated_keys_of_a_form_are_one_list() {
        assert_eq!(parse("status=blocked&status=completed&q=a+b").statuses, [Status::Blocked, Status::Completed]);
        assert_eq!(parse("q=a+b%2").search, "a b%2");
    }

    #[test]
    fn a_head_goes_up_down_and_off() {
        let name = |descending| Sort { column: Column::Name, descending };
        let plan = |descending| Sort { column: Column::Plan, descending };
        assert_eq!(next_sort(&[], Column::Name, false), [name(false)]);
        assert_eq!(next_sort(&[name(false)], Column::Name, false), [name(true)]);
        assert_eq!(next_sort(&[name(true)], Column::Name, false), []);
        assert_eq!(next_sort(&[name(true)], Column::Plan, false), [plan(false)]);
        assert_eq!(next_sort(&[name(true)], Column::Plan, true), [name(true), plan(false)]);
        assert_eq!(next_sort(&[name(true), plan(false)], Column::Plan, true), [name(true), plan(true)]);
        assert_eq!(next_sort(&[name(true), plan(true)], Column::Name, true), [plan(true)]);
    }
}
