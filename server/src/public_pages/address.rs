//! The addresses below a status page, and what of a request's query is looked at.

use super::site::Month;
use std::borrow::Cow;

/// What stands where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address<'a> {
    Page,
    History,
    Incident(u32),
    Atom,
    Rss,
    Calendar,
    Json(Document),
    Badge,
    Widget,
    Logo(&'a str),
}

/// The documents of the Statuspage v2 API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Document {
    Summary,
    Status,
    Components,
    Incidents,
    Unresolved,
    Maintenances,
    Upcoming,
    Active,
}

impl Document {
    /// Every document.
    pub const ALL: [Document; 8] = [
        Document::Summary,
        Document::Status,
        Document::Components,
        Document::Incidents,
        Document::Unresolved,
        Document::Maintenances,
        Document::Upcoming,
        Document::Active,
    ];

    /// Its path below `/api/v2/`.
    pub fn path(self) -> &'static str {
        match self {
            Document::Summary => "summary.json",
            Document::Status => "status.json",
            Document::Components => "components.json",
            Document::Incidents => "incidents.json",
            Document::Unresolved => "incidents/unresolved.json",
            Document::Maintenances => "scheduled-maintenances.json",
            Document::Upcoming => "scheduled-maintenances/upcoming.json",
            Document::Active => "scheduled-maintenances/active.json",
        }
    }
}

impl<'a> Address<'a> {
    /// Reads what follows the page's own address.
    pub fn read(rest: &'a str) -> Option<Address<'a>> {
        Some(match rest {
            "" | "/" => Address::Page,
            "/history" => Address::History,
            "/history.atom" => Address::Atom,
            "/history.rss" => Address::Rss,
            "/calendar.ics" => Address::Calendar,
            "/badge.svg" => Address::Badge,
            "/widget" => Address::Widget,
            _ => {
                if let Some(path) = rest.strip_prefix("/api/v2/") {
                    Address::Json(Document::ALL.into_iter().find(|document| document.path() == path)?)
                } else if let Some(number) = rest.strip_prefix("/incidents/") {
                    // As the page writes it: no sign, no zeros in front.
                    let read: u32 = number.parse().ok()?;
                    (read.to_string() == number).then_some(Address::Incident(read))?
                } else {
                    Address::Logo(rest.strip_prefix('/').filter(|name| name.starts_with("logo-"))?)
                }
            }
        })
    }
}

/// What is looked at of a query; anything else in it changes nothing and costs nothing.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub lang: Option<String>,
    pub tz: Option<String>,
    pub month: Option<Month>,
    pub limit: Option<u8>,
}

impl Query {
    /// Reads a query; the first of a name counts.
    pub fn read(query: Option<&str>) -> Query {
        let mut read = Query::default();
        for (name, value) in
            query.into_iter().flat_map(|query| query.split('&')).filter_map(|pair| pair.split_once('='))
        {
            match name {
                "lang" if read.lang.is_none() => read.lang = Some(decoded(value).into_owned()),
                "tz" if read.tz.is_none() => read.tz = Some(decoded(value).into_owned()),
                "month" if read.month.is_none() => read.month = month(value),
                // More than there may be is as much as there may be.
                "limit" if read.limit.is_none() => {
                    read.limit = value.parse::<u32>().ok().map(|limit| limit.min(u8::MAX.into()) as u8);
                }
                _ => {}
            }
        }
        read
    }
}

/// `2026-05`.
fn month(text: &str) -> Option<Month> {
    let (year, month) = text.split_once('-')?;
    let (year, month) = (year.parse().ok()?, month.parse().ok()?);
    (1..=12).contains(&month).then_some((year, month))
}

/// The one escape that a zone's name needs; forms write `Europe%2FBerlin`.
fn decoded(value: &str) -> Cow<'_, str> {
    if value.contains('%') { Cow::Owned(value.replace("%2F", "/").replace("%2f", "/")) } else { Cow::Borrowed(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_exactly() {
        for (rest, address) in [
            ("", Some(Address::Page)),
            ("/", Some(Address::Page)),
            ("/incidents/3", Some(Address::Incident(3))),
            ("/incidents/03", None),
            ("/incidents/+3", None),
            ("/incidents/x", None),
            ("/api/v2/incidents/unresolved.json", Some(Address::Json(Document::Unresolved))),
            ("/api/v2/nothing.json", None),
            ("/logo-1234", Some(Address::Logo("logo-1234"))),
            ("/subscribe", None),
            ("/../../etc", None),
        ] {
            assert_eq!(Address::read(rest), address, "{rest}");
        }
    }

    #[test]
    fn of_a_query_four_names_count() {
        let read = Query::read(Some("x=1&lang=de&tz=Europe%2FBerlin&month=2026-05&limit=9999&lang=fr&&=&a"));
        let expected = Query {
            lang: Some("de".into()),
            tz: Some("Europe/Berlin".into()),
            month: Some((2026, 5)),
            limit: Some(u8::MAX),
        };
        assert_eq!(read, expected);
        assert_eq!(Query::read(Some("month=2026-13&limit=-1&utm=7")), Query::default());
        assert_eq!(Query::read(None), Query::default());
    }
}
