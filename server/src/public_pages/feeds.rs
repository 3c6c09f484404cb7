//! Atom and RSS: one entry per update, the newest first.

use super::render::{View, clean};
use atom_syndication::{Content, Feed, FixedDateTime, Generator, Link, Person, Text, TextType};
use domain::clock::Instant;
use domain::public_page::{PublicIncident, PublicUpdate};
use domain::status_page::markdown;
use rss::{Channel, Guid, Item};

/// What both formats say of an update.
struct Entry<'a> {
    id: String,
    title: String,
    address: String,
    html: String,
    update: &'a PublicUpdate,
}

/// The Atom feed with at most so many entries.
pub fn atom(view: &View, limit: usize) -> String {
    let page = view.page_url();
    let entries = entries(view, limit);
    let feed = Feed {
        title: clean(view.title()).into(),
        id: view.base().to_owned(),
        updated: fixed(last(view, &entries)),
        lang: Some(view.tag().to_owned()),
        generator: Some(Generator { value: "Landbridge".into(), ..Default::default() }),
        authors: vec![Person { name: clean(view.title()), ..Default::default() }],
        links: vec![
            Link { href: view.url("/history.atom"), rel: "self".into(), ..Default::default() },
            Link { href: page, rel: "alternate".into(), mime_type: Some("text/html".into()), ..Default::default() },
        ],
        entries: entries.iter().map(atom_entry).collect(),
        ..Default::default()
    };
    feed.to_string()
}

fn atom_entry(entry: &Entry<'_>) -> atom_syndication::Entry {
    atom_syndication::Entry {
        title: Text { value: entry.title.clone(), r#type: TextType::Text, ..Default::default() },
        id: entry.id.clone(),
        updated: fixed(entry.update.updated.max(entry.update.at)),
        published: Some(fixed(entry.update.at)),
        links: vec![Link { href: entry.address.clone(), rel: "alternate".into(), ..Default::default() }],
        content: Some(Content {
            content_type: Some("html".into()),
            value: Some(entry.html.clone()),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// The RSS feed with at most so many entries.
pub fn rss(view: &View, limit: usize) -> String {
    let entries = entries(view, limit);
    let items = entries.iter().map(|entry| Item {
        title: Some(entry.title.clone()),
        link: Some(entry.address.clone()),
        description: Some(entry.html.clone()),
        guid: Some(Guid { value: entry.id.clone(), permalink: false }),
        pub_date: Some(entry.update.at.to_rfc2822()),
        ..Default::default()
    });
    let channel = Channel {
        title: clean(view.title()),
        link: view.page_url(),
        description: clean(&view.sentence()),
        language: Some(view.tag().to_owned()),
        last_build_date: Some(last(view, &entries).to_rfc2822()),
        // Readers need not come more often than once a minute.
        ttl: Some("1".into()),
        items: items.collect(),
        ..Default::default()
    };
    channel.to_string()
}

fn entries<'a>(view: &View<'a>, limit: usize) -> Vec<Entry<'a>> {
    let mut updates: Vec<(&PublicIncident, &PublicUpdate)> =
        view.site.incidents().flat_map(|one| one.updates.iter().map(move |update| (one, update))).collect();
    // By time; of one incident in the order in which they were written.
    updates.sort_by_key(|(incident, update)| std::cmp::Reverse((update.at, incident.number, update.number)));
    updates.truncate(limit);
    let entry = |(incident, update): (&PublicIncident, &'a PublicUpdate)| Entry {
        id: format!("{}/incidents/{}#update-{}", view.base(), incident.number, update.number),
        title: clean(&format!("{}: {}", view.text(&incident.title), view.words.incident(update.state))),
        address: view.url(&format!("/incidents/{}#update-{}", incident.number, update.number)),
        html: clean(&markdown::html(view.text(&update.body))),
        update,
    };
    updates.into_iter().map(entry).collect()
}

/// The newest entry's time; without one the page's.
fn last(view: &View, entries: &[Entry<'_>]) -> Instant {
    let newest = entries.iter().map(|entry| entry.update.updated.max(entry.update.at)).max();
    newest.unwrap_or(view.page.updated_at)
}

fn fixed(at: Instant) -> FixedDateTime {
    at.fixed_offset()
}
