//! What was published last, on disk: served before the database is open, and when it does not open.
//!
//! The snapshot is kept, not its renderings: it is small enough to be written at each change, and gives the same bytes in
//! every language and format. It holds public things only.

use domain::public_page::PublicPage;
use domain::slug;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

/// Reads every page that is there; what cannot be read is left out and logged.
pub fn read(folder: &Path) -> Vec<PublicPage> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let files = entries.flatten().map(|entry| entry.path());
    let pages = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    pages
        .filter_map(|path| match fs::read(&path).map(|bytes| serde_json::from_slice(&bytes)) {
            Ok(Ok(page)) => Some(page),
            Ok(Err(error)) => {
                tracing::warn!(file = %path.display(), %error, "a published page on disk is of another version");
                None
            }
            Err(error) => {
                tracing::warn!(file = %path.display(), %error, "a published page on disk could not be read");
                None
            }
        })
        .collect()
}

/// Writes a page in place of what was there, as a whole or not at all.
pub fn write(folder: &Path, page: &PublicPage) -> std::io::Result<()> {
    // The name of a file is made of it.
    if !slug::is_valid(&page.slug) {
        return Err(std::io::Error::other("the page's address is not a slug"));
    }
    fs::create_dir_all(folder)?;
    let new = folder.join(format!("{}.new", page.slug));
    let mut file = File::create(&new)?;
    file.write_all(&serde_json::to_vec(page)?)?;
    file.sync_all()?;
    fs::rename(&new, folder.join(format!("{}.json", page.slug)))
}

/// Forgets a page that was taken back.
pub fn remove(folder: &Path, slug: &str) -> std::io::Result<()> {
    if !slug::is_valid(slug) {
        return Ok(());
    }
    match fs::remove_file(folder.join(format!("{slug}.json"))) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
