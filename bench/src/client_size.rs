//! What a browser loads before the application runs.

use crate::Result;
use crate::table::{Table, Target};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// For the first screen, with its style.
const BROTLI: Target = Target::AtMost(350.0);

/// What `scripts/build` says of the built files.
struct Manifest(Value);

impl Manifest {
    /// What a page of these parts loads before it answers to clicks. Each file once, although parts share some.
    fn files(&self, parts: &[&str]) -> Result<BTreeSet<&str>> {
        let address = |key| self.0[key].as_str().ok_or_else(|| format!("the manifest has no {key}"));
        let mut files = BTreeSet::from([address("js")?, address("wasm")?, address("loader")?, address("css")?]);
        for part in parts {
            let of_part = self.0["parts"][part].as_array().ok_or_else(|| format!("the manifest has no part {part}"))?;
            files.extend(of_part.iter().filter_map(Value::as_str));
        }
        Ok(files)
    }

    fn parts(&self) -> Vec<&str> {
        self.0["parts"].as_object().into_iter().flat_map(|parts| parts.keys().map(String::as_str)).collect()
    }
}

/// Adds up the files of the first screen before and after signing in, and all of them.
pub fn measure(site: &Path, table: &mut Table) -> Result<()> {
    table.section("Client");
    let manifest = Manifest(serde_json::from_str(&std::fs::read_to_string(site.join("manifest.json"))?)?);
    let screens = [("sign-in page", vec![]), ("table of accounts", vec!["frame", "table"])];
    for (screen, parts) in screens {
        let files = manifest.files(&parts)?;
        table.figure(format!("{screen}, files"), files.len() as f64, "");
        table.compared(format!("{screen}, as brotli"), size(site, &files, ".br")?, "kB", BROTLI);
    }
    let all = manifest.files(&manifest.parts())?;
    table.figure("everything, as brotli", size(site, &all, ".br")?, "kB");
    table.figure("everything, raw", size(site, &all, "")?, "kB");
    Ok(())
}

/// The size of these files together, in kB.
fn size(site: &Path, files: &BTreeSet<&str>, ending: &str) -> Result<f64> {
    let mut bytes = 0;
    for file in files {
        let path = site.join(format!("{}{ending}", file.trim_start_matches('/')));
        bytes += std::fs::metadata(&path).map_err(|error| format!("{}: {error}", path.display()))?.len();
    }
    Ok(bytes as f64 / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_parts_share_counts_once() {
        let manifest =
            r#"{"js":"/j","wasm":"/w","loader":"/l","css":"/c","parts":{"a":["/a","/ab"],"b":["/b","/ab"]}}"#;
        let manifest = Manifest(serde_json::from_str(manifest).unwrap());
        assert_eq!(manifest.files(&["a", "b"]).unwrap().into_iter().collect::<String>(), "/a/ab/b/c/j/l/w");
        assert_eq!(manifest.files(&[]).unwrap().len(), 4);
        assert!(manifest.files(&["none"]).is_err());
    }
}
