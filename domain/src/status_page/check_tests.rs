use super::*;
use crate::status_page::{Question, Task};

fn fields(problems: Vec<FieldError>) -> Vec<String> {
    problems.into_iter().map(|problem| problem.field).collect()
}

fn page() -> PageContent {
    PageContent { languages: vec!["en".to_owned(), "de".to_owned()], ..PageContent::default() }
}

#[test]
fn what_is_wrong_stands_at_its_text_and_language() {
    assert_eq!(page().problems(), []);
    let mut content = page();
    content.title = Localized::one("en", &"x".repeat(256));
    content.headline = Localized::one("de", "two\nlines");
    content.lead = Localized::one("fr", "Une langue de trop");
    content.changes = Localized::one("en", &"é".repeat(25_001));
    content.stays = Localized::one("en", "a\u{0}b");
    content.tasks = vec![Task::default()];
    content.questions = vec![Question { question: Localized::one("en", "Why?"), answer: Localized::default() }];
    assert_eq!(
        fields(content.problems()),
        ["title.en", "headline.de", "lead.fr", "changes.en", "stays.en", "tasks.0.title.en", "questions.0.answer.en"]
    );
    let longest = PageContent { changes: Localized::one("en", &"é".repeat(25_000)), ..page() };
    assert_eq!(longest.problems(), [], "characters are counted, not bytes");
}

#[test]
fn languages_that_do_not_exist_are_refused() {
    for (languages, complaints) in [
        (vec![], 1),
        (vec!["xx"], 1),
        (vec!["german"], 1),
        (vec!["pt_br"], 1),
        (vec!["en", "en"], 1),
        (vec!["pt-BR", "gsw"], 0),
    ] {
        let languages: Vec<String> = languages.into_iter().map(str::to_owned).collect();
        let content = PageContent { languages, ..PageContent::default() };
        assert_eq!(content.problems().len(), complaints, "{:?}", content.languages);
    }
    assert_eq!(problem_of_language("pt_br").as_deref(), Some("Write this language as pt-BR."));
    assert!(problem_of_language("<b>").is_some());
}

#[test]
fn a_language_shows_what_it_misses_and_goes_with_all_its_texts() {
    let mut content = page();
    content.title = Localized::one("en", "Move");
    content.title.set("de", "Umzug");
    content.tasks = vec![Task { title: Localized::one("en", "Log out"), ..Task::default() }];
    assert_eq!(content.missing("de"), ["tasks.0.title"]);
    assert_eq!(content.missing("en"), [""; 0]);
    let mut without = content.clone();
    without.drop_language("de");
    assert_eq!(without.languages, ["en"]);
    assert_eq!(without.problems(), []);
    let expected = [("languages".to_owned(), String::new()), ("title".to_owned(), "de".to_owned())];
    assert_eq!(content.differences(&without), expected);
}

#[test]
fn links_lead_only_where_a_link_may() {
    for good in ["https://ledger.example/imprint?a=b#c", "http://localhost", "mailto:help@ledger.example?subject=Hi"] {
        assert_eq!(problem_of_link(good), None, "{good}");
    }
    for bad in [
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " https://a.example",
        "https://",
        "https://user:word@a.example",
        "https://a.example/\"onclick=",
        "https://a.example/<b>",
        "data:text/html,x",
        "//a.example",
        "mailto:nobody",
        "mailto:a@b@c.example",
        "https://a.example/\nSet-Cookie",
    ] {
        assert!(problem_of_link(bad).is_some(), "{bad}");
    }
    assert!(problem_of_link(&format!("https://a.example/{}", "x".repeat(2_000))).is_some());
}

#[test]
fn a_host_is_a_name_and_nothing_else() {
    for good in ["status.ledger.example", "a-b.c9", "xn--bcher-kva.example"] {
        assert_eq!(problem_of_host(good), None, "{good}");
    }
    for bad in [
        "",
        "localhost",
        "https://a.example",
        "a.example:80",
        "a.example/",
        "A.example",
        "-a.example",
        "a..b",
        "10.0.0.1",
        "a b.c",
    ] {
        assert!(problem_of_host(bad).is_some(), "{bad}");
    }
}

#[test]
fn a_logo_is_what_its_first_bytes_say() {
    let png = [b"\x89PNG\r\n\x1a\n".as_slice(), &[7; 100]].concat();
    let logo = Logo::of_file(&png).unwrap_or_else(|words| panic!("{words}"));
    assert_eq!((logo.media_type.as_str(), logo.decoded()), ("image/png", Some(png.clone())));
    let webp = [b"RIFF\x00\x00\x00\x00WEBPVP8 ".as_slice(), &[7; 9]].concat();
    assert_eq!(Logo::of_file(&webp).map(|logo| logo.media_type), Ok("image/webp".to_owned()));
    assert_eq!(media_type(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
    assert!(Logo::of_file(b"<svg onload=alert(1)>").is_err());
    assert!(Logo::of_file(b"").is_err());
    let large = [b"\x89PNG\r\n\x1a\n".as_slice(), &vec![0; 20_000]].concat();
    assert_eq!(Logo::of_file(&large), Err("At most 20 kB; this file has 21 kB.".to_owned()));
    let lies = Look { logo: Some(Logo { media_type: "image/jpeg".to_owned(), ..logo.clone() }), ..Look::default() };
    assert_eq!(fields(lies.problems()), ["logo"]);
    let broken = Look { logo: Some(Logo { bytes: "a=b=".to_owned(), ..logo }), ..Look::default() };
    assert_eq!(fields(broken.problems()), ["logo"]);
}

#[test]
fn bytes_come_back_from_base64() {
    for length in 0..20_u8 {
        let bytes: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(57)).collect();
        assert_eq!(from_base64(&base64(&bytes)), Some(bytes));
    }
    // RFC 4648, section 10.
    assert_eq!([base64(b"f"), base64(b"fo"), base64(b"foobar")], ["Zg==", "Zm8=", "Zm9vYmFy"]);
}

#[test]
fn a_look_is_checked_field_by_field() {
    let look = Look {
        accent: "#ffff00".to_owned(),
        accent_dark: "#111111".to_owned(),
        host: "https://x".to_owned(),
        home: "ftp://x".to_owned(),
        links: vec![FootLink::default()],
        ..Look::default()
    };
    assert_eq!(
        fields(look.problems()),
        ["accent", "accent_dark", "host", "home", "links.0.label.en", "links.0.address"]
    );
    let half = Look { accent_dark: "#4fc3ba".to_owned(), ..Look::default() };
    assert_eq!(fields(half.problems()), ["accent"]);
}
