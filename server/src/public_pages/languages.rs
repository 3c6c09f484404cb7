//! Which of a page's languages a reader gets.

/// The place of a language in `offered` by a tag: exactly it, else without its region.
pub fn by_tag(offered: &[String], tag: &str) -> Option<usize> {
    let exactly = offered.iter().position(|one| one.eq_ignore_ascii_case(tag));
    let base = tag.split('-').next().unwrap_or(tag);
    exactly.or_else(|| offered.iter().position(|one| one.eq_ignore_ascii_case(base))).or_else(|| {
        // Somebody who reads `pt` gets `pt-BR` sooner than another language.
        offered.iter().position(|one| one.split('-').next().is_some_and(|own| own.eq_ignore_ascii_case(base)))
    })
}

/// The language that a browser likes best, by `Accept-Language`; the first where it likes none.
pub fn by_header(offered: &[String], accepted: &str) -> usize {
    let mut best = (0, 0);
    for part in accepted.split(',').take(20) {
        let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
        let weight = parameters.trim().strip_prefix("q=").map_or(1_000, thousandths);
        // Of two that are liked alike, the one that is named first.
        if weight > best.1
            && let Some(index) = by_tag(offered, tag.trim())
        {
            best = (index, weight);
        }
    }
    best.0
}

/// `0.8` → 800; what is no weight is none.
fn thousandths(text: &str) -> u32 {
    match text.trim().parse::<f32>() {
        Ok(weight) if (0.0..=1.0).contains(&weight) => (weight * 1_000.0) as u32,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_what_it_likes_best_of_what_there_is() {
        let offered: Vec<String> = ["en", "de", "pt-BR"].map(str::to_owned).into();
        for (header, language) in [
            ("", "en"),
            ("de", "de"),
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "en"),
            ("fr, de;q=0.3", "de"),
            ("en;q=0.2, de;q=0.7", "de"),
            ("pt", "pt-BR"),
            ("DE", "de"),
            ("de;q=0", "en"),
            ("de;q=7, ;;;,,,=", "en"),
            ("xx-YY", "en"),
        ] {
            assert_eq!(offered[by_header(&offered, header)], language, "{header}");
        }
        assert_eq!(by_tag(&offered, "zz"), None);
        assert_eq!(by_tag(&offered, "<script>"), None);
    }
}
