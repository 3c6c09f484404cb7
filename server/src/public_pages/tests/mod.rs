//! What readers get of every kind of page: of one made by hand, of random ones, and over HTTP.

mod formats;
mod html;
mod http;
mod privacy;
mod sample;

use super::site::Site;
use std::sync::Arc;

/// The bytes of every address in every language, with the key's name.
fn everything(site: &Site) -> Vec<(String, Vec<u8>)> {
    let keys = site.every_key().into_iter();
    let file = |key| site.ready(key).or_else(|| site.make(key));
    keys.filter_map(|key| Some((format!("{key:?}"), file(key)?.bytes().to_vec()))).collect()
}

fn site(page: domain::public_page::PublicPage) -> Arc<Site> {
    Arc::new(Site::new(page, "https://landbridge.company.example", None))
}

/// The text of a rendering.
fn text(site: &Site, key: super::site::Key) -> String {
    let file = site.ready(key).or_else(|| site.make(key)).unwrap();
    String::from_utf8(file.bytes().to_vec()).unwrap()
}
