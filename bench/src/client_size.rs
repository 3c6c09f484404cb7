//! What a browser loads before the application runs.

use crate::Result;
use crate::table::{Table, Target};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

const BROTLI: Target = Target::AtMost(300.0);

/// Adds up the files that the manifest names, and the scripts that they import.
pub fn measure(site: &Path, table: &mut Table) -> Result<()> {
    table.section("Client");
    let manifest: Value = serde_json::from_str(&std::fs::read_to_string(site.join("manifest.json"))?)?;
    let address =
        |key: &str| manifest[key].as_str().map(str::to_owned).ok_or_else(|| format!("the manifest has no {key}"));
    let (js, wasm, css) = (address("js")?, address("wasm")?, address("css")?);
    let script = std::fs::read_to_string(site.join(js.trim_start_matches('/')))?;
    let mut scripts: Vec<String> = imported(&script).into_iter().map(|snippet| format!("/pkg/{snippet}")).collect();
    scripts.push(js);

    let (mut raw, mut brotli) = (0.0, 0.0);
    for (name, files) in [("WebAssembly", vec![wasm]), ("scripts", scripts), ("style", vec![css])] {
        let (whole, compressed) = (size(site, &files, "")?, size(site, &files, ".br")?);
        table.figure(format!("{name}, as brotli"), compressed, "kB");
        raw += whole;
        brotli += compressed;
    }
    table.figure("all, raw", raw, "kB");
    table.compared("all, as brotli", brotli, "kB", BROTLI);
    Ok(())
}

/// The size of these files together, in kB.
fn size(site: &Path, files: &[String], ending: &str) -> Result<f64> {
    let mut bytes = 0;
    for file in files {
        let path = site.join(format!("{}{ending}", file.trim_start_matches('/')));
        bytes += std::fs::metadata(&path).map_err(|error| format!("{}: {error}", path.display()))?.len();
    }
    Ok(bytes as f64 / 1e3)
}

/// The scripts beside it that a script imports.
fn imported(script: &str) -> BTreeSet<&str> {
    let starts = script.match_indices("./snippets/").map(|(at, _)| &script[at + 2..]);
    starts.filter_map(|rest| rest.split(['\'', '"', '`']).next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imported_scripts_are_found_once() {
        let script =
            "import { a } from './snippets/x-1/inline0.js';\nimport * as b from \"./snippets/x-1/inline0.js\";";
        assert_eq!(imported(script).into_iter().collect::<Vec<_>>(), ["snippets/x-1/inline0.js"]);
    }
}
