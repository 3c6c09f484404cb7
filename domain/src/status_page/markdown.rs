//! Markdown of the page's texts.

use comrak::{Options, markdown_to_html};

/// The HTML of a text: HTML in it is left out, and links lead only where a link of a page may lead.
pub fn html(markdown: &str) -> String {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    // `render.r#unsafe` stays off: comrak leaves raw HTML out and empties addresses such as `javascript:`.
    markdown_to_html(markdown, &options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_runs() {
        let page = html("# A\n<script>alert(1)</script>\n[x](javascript:alert(1)) <img src=x onerror=alert(1)> **b**");
        assert!(page.contains("<strong>b</strong>"), "{page}");
        for bad in ["<script", "javascript:", "onerror", "<img"] {
            assert!(!page.contains(bad), "{bad} in {page}");
        }
    }
}
