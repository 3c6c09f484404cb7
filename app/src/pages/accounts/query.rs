//! The view in the address: every condition, the search and the order are in the query, so that a link shows the same.

use domain::view::{Column, SORTS_MAX, Sort, View};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The view of the present address. While the address is already that of another page, it stays what it was.
pub fn use_view() -> Memo<View> {
    let location = use_location();
    let own_path = location.pathname.get_untracked();
    Memo::new(move |before: Option<&View>| match before {
        Some(before) if location.pathname.with(|path| *path != own_path) => before.clone(),
        _ => location.search.with(|query| parse(query)),
    })
}

/// The address of a view on the page at `path`.
pub fn address(path: &str, view: &View) -> String {
    let query = view.to_query();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Reads the query part of an address. A key that occurs several times, as forms send them, counts as one list.
pub fn parse(query: &str) -> View {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for part in query.trim_start_matches('?').split('&') {
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
    View::from_pairs(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())))
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
