use super::*;
use crate::clock::Instant;
use crate::custom::{CustomKind, FieldSettings};
use crate::customer::{Contact, Customer, Profile};
use crate::id::{ExternalId, FieldNumber, NoticeTemplateNumber};
use crate::migration::{Migration, MigrationSettings, MigrationStage};
use crate::notice::default_templates;
use crate::notice::facts::Reader;
use crate::notice::template::BODY_MAX;
use proptest::prelude::*;

fn variant(subject: &str, text: &str, html: &str) -> Variant {
    Variant { subject: subject.into(), text: text.into(), html: html.into() }
}

fn field(number: u16, label: &str) -> CustomField {
    let settings = FieldSettings { label: label.into(), kind: CustomKind::Text, required: false, default: None };
    CustomField { number: FieldNumber(number), settings, retired: false }
}

fn migration() -> Migration {
    Migration {
        id: "m".into(),
        stage: MigrationStage::Running,
        published: true,
        fields: vec![field(1, "Contract No."), field(2, "契約")],
        settings: MigrationSettings {
            name: "secret internal name".into(),
            public_name: "Ledger 3".into(),
            slug: "ledger-3".into(),
            description: String::new(),
            deadline: NaiveDate::from_ymd_opt(2026, 6, 30).unwrap(),
            time_zone: "Europe/Berlin".into(),
            rollback_days: Some(14),
            blackouts: Vec::new(),
            weekends: false,
        },
    }
}

fn template(kind: NoticeKind, words: Variant) -> NoticeTemplate {
    NoticeTemplate {
        number: NoticeTemplateNumber(9),
        version: 1,
        name: "x".into(),
        kind,
        fallback: "en".into(),
        variants: [("en".to_owned(), words)].into(),
        saved_at: Instant::UNIX_EPOCH,
        saved_by: None,
        removed: false,
    }
}

fn customer(name: &str) -> Customer {
    let contact = Contact { name: "Marta Rossi".into(), email: "marta@a.example".into(), ..Contact::default() };
    let profile = Profile { name: name.into(), contacts: vec![contact], ..Profile::default() };
    Customer { external_id: ExternalId::from("C-1"), profile, changed_seq: 0 }
}

/// The message to a customer's main contact, or to nobody of theirs.
fn written(template: &NoticeTemplate, customer: &Customer, language: &str) -> Result<Rendered, RenderProblem> {
    let migration = migration();
    let facts = Facts {
        now: Instant::UNIX_EPOCH,
        zone: "Europe/Rome",
        migration: &migration,
        reader: Reader::Contact(&customer.profile.contacts[0]),
        customer: Some(customer),
        account: None,
        date: NaiveDate::from_ymd_opt(2026, 5, 27),
        old_date: None,
        cohort: None,
        owner: None,
        ticket: None,
        base_url: "https://move.example",
        customer_page: "",
    };
    render(template, language, &facts)
}

#[test]
fn every_default_template_is_without_a_problem_in_every_language() {
    for template in default_templates::all() {
        assert_eq!(TemplateDraft::from(template).problems([]), vec![], "{}", template.name);
        for (tag, variant) in &template.variants {
            assert_eq!(check(template.kind, tag, variant, &[]), vec![], "{} in {tag}", template.name);
            let draft = TemplateDraft::from(template);
            let (message, _) = preview(&draft, tag, &[], None).unwrap();
            assert!(!message.text.contains("\n\n\n") && !message.text.contains('{'), "{}", message.text);
        }
    }
    let numbers: Vec<u16> = default_templates::all().iter().map(|template| template.number.0).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 1_001, 1_002, 1_003, 1_004, 1_005]);
}

#[test]
fn the_notice_reads_as_a_letter() {
    let notice = default_templates::by_number(default_templates::NOTICE).unwrap();
    let message = written(notice, &customer("Northwind"), "de-AT").unwrap();
    assert_eq!(message.language, "de");
    assert_eq!(message.subject, "Ledger 3: Ihr Konto zieht am Mittwoch, 27. Mai 2026 um");
    assert!(
        message
            .text
            .starts_with("Guten Tag Marta Rossi,\n\ndas Konto von Northwind zieht an diesem Tag um:\n\n    Mittwoch")
    );
    assert!(message.text.contains("So steht es um den Umzug:\nhttps://move.example/status/ledger-3\n"));
    assert!(message.html.contains("class=\"m-button\" href=\"https://move.example/status/ledger-3\""));
    assert!(message.html.contains("Oder öffnen Sie diese Adresse: <a class=\"m-link\""));
    assert!(
        message
            .html
            .contains("<strong style=\"display: block; font-size: 20px; line-height: 1.3;\">Mittwoch, 27. Mai 2026")
    );
    // A language without a variant gets the fallback, with days in the fallback's words.
    assert!(written(notice, &customer("N"), "ja").unwrap().subject.ends_with("on Wednesday 27 May 2026"));
    assert!(written(notice, &customer("N"), "en-US").unwrap().subject.ends_with("on Wednesday, May 27, 2026"));
}

#[test]
fn what_is_wrong_is_said_at_its_field_with_its_place() {
    let fine = "{{ customer.name }}";
    for (subject, text, html, at, words) in [
        ("", fine, "", "en.subject", "Write a subject."),
        ("a\nb", fine, "", "en.subject", "one line"),
        ("a", "", "", "en.text", "Write the text"),
        ("a", "one\n  {{ customer.name", "", "en.text", "Line 2, column"),
        ("a", "{% if contact.name %}x", "", "en.text", "Line 1, column"),
        ("a", "{{ }}", "", "en.text", "Line 1, column"),
        (
            "a",
            "x\nHello {{ customer.nmae }}",
            "",
            "en.text",
            "Line 2, column 10: there is no variable customer.nmae. Do you mean customer.name?",
        ),
        ("a", "{{ name }}", "", "en.text", "Do you mean"),
        ("a", "{{ qqqqqqqqqqqq }}", "", "en.text", "The list beside"),
        (
            "a",
            "{{ customer }}",
            "",
            "en.text",
            "customer alone says nothing. Choose one of customer.name, customer.id.",
        ),
        ("a", "{{ customer[\"name\"] }}", "", "en.text", "customer alone says nothing"),
        ("a", fine, "<p>{{ contact.name }}</p>", "en.html", "not every message knows contact.name"),
        ("a", "{{ contact.name | upper }}", "", "en.text", "not every message knows contact.name"),
        ("a", "{{ \"x\" ~ contact.name }}", "", "en.text", "not every message knows contact.name"),
        (
            "a",
            "{% if cohort.name %}{{ window.starts }}{% endif %}",
            "",
            "en.text",
            "not every message knows window.starts",
        ),
        ("a", "{{ owner.email }}", "", "en.text", "owner.email is for colleagues only"),
        ("a", "{{ migration.internal_name }}", "", "en.text", "for colleagues only"),
        ("a", "{{ ticket.subject }}", "", "en.text", "for colleagues only"),
        ("a", "{% include \"x\" %}", "", "en.text", "Line 1, column 1: “include” cannot be used"),
        ("a", "{% set x = 1 %}", "", "en.text", "“set” cannot be used"),
        (
            "a",
            fine,
            "{%- autoescape false %}{{ customer.name }}{% endautoescape %}",
            "en.html",
            "“autoescape” cannot be used",
        ),
        ("a", fine, "{{ customer.name | safe }}", "en.html", "There is no such filter"),
        ("a", "{{ range(5) }}", "", "en.text", "no variable range"),
        (
            "a",
            "{% for a in \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\" * 1000 %}{{ a }}{% endfor %}",
            "",
            "en.text",
            "too long",
        ),
        ("a", "{{ \"x\" * 900000 }}", "", "en.text", "would be too long"),
        ("{% if contact.name %}x{% endif %}", fine, "", "en.subject", ""),
    ] {
        let problems = check(NoticeKind::Notice, "en", &variant(subject, text, html), &[]);
        if words.is_empty() {
            assert_eq!(problems, vec![]);
            continue;
        }
        let problem = problems.iter().find(|problem| problem.field == at);
        let message = problem.map(|problem| problem.message.as_str()).unwrap_or_default();
        assert!(message.contains(words), "{subject:?} {text:?} {html:?}: {problems:?}");
    }
}

#[test]
fn a_template_of_two_megabytes_is_refused_without_reading_it() {
    let long = "{{ nonsense".repeat(200_000);
    let problems = check(NoticeKind::Notice, "en", &variant("a", &long, &long), &[]);
    let said: Vec<_> = problems.iter().map(|problem| (problem.field.as_str(), problem.message.as_str())).collect();
    let words = "This is 2200 kB long; a message has at most 100 kB.";
    assert_eq!(said, [("en.text", words), ("en.html", words)]);
    assert_eq!(variant("a", &"x".repeat(BODY_MAX), "").length_problems("en"), vec![]);
}

#[test]
fn guards_of_every_sort_are_understood() {
    for text in [
        "{% if contact.name %}{{ contact.name }}{% endif %}.",
        "{{ contact.name or \"there\" }}",
        "{{ contact.name | default(\"there\") }}",
        "{% if contact.name is defined %}{{ contact.name }}{% else %}x{% endif %}.",
        "{% if window.starts %}{{ window.starts }} to {{ window.ends }}, {{ window.zone }}{% endif %}.",
        "{% if custom.contract_no %}{{ custom.contract_no }}{% endif %}{{ custom.field_2 or \"-\" }}",
        "{% raw %}{{ anything }} {% include %}{% endraw %} {# {% include %} #}",
        "{{ account.date }} {{ account.date_iso }} {{ account.weekday }} {{ migration.name }}",
        "{% if account.weekday == \"Friday\" %}F{% elif contact.name %}E{% else %}X{% endif %}",
    ] {
        assert_eq!(check(NoticeKind::Notice, "en", &variant("a", text, ""), &migration().fields), vec![], "{text}");
    }
    // What a reminder always knows, a confirmation may not.
    let date = variant("a", "{{ account.date }}", "");
    assert_eq!(check(NoticeKind::Confirmation, "en", &date, &[]).len(), 1);
}

#[test]
fn a_message_with_a_hole_is_not_made() {
    let mut nobody = customer("N");
    nobody.profile.contacts[0].name = " \n ".into();
    for text in ["Hello {{ contact.name }}", "{{ contact.name | upper }}x", "{{ \"a\" ~ contact.name }}"] {
        let outcome = written(&template(NoticeKind::Notice, variant("a", text, "")), &nobody, "en");
        let missing = RenderProblem::Missing { part: Part::Text, variables: vec!["contact.name".into()] };
        assert_eq!(outcome, Err(missing), "{text}");
    }
    let unguarded = template(NoticeKind::Internal, variant("{{ owner.name }}", "x", ""));
    assert!(matches!(written(&unguarded, &nobody, "en"), Err(RenderProblem::Missing { part: Part::Subject, .. })));
}

/// Even a template for colleagues tells a contact nothing internal.
#[test]
fn a_contact_never_reads_internal_names() {
    let internal = template(NoticeKind::Internal, variant("a", "{{ migration.internal_name }}", ""));
    assert!(matches!(written(&internal, &customer("N"), "en"), Err(RenderProblem::Missing { .. })));
    for kind in NoticeKind::ALL.into_iter().filter(|kind| *kind != NoticeKind::Internal) {
        for known in variables::variables(kind, &[]) {
            assert!(!variables::is_for_colleagues(&known.name), "{kind:?} {}", known.name);
        }
    }
}

#[test]
fn lines_with_nothing_but_a_condition_leave_no_empty_line_and_others_keep_their_end() {
    let text = "one{% if contact.name %} two{% endif %}\nthree\n{% if contact.name %}\nfour\n{% endif %}\nfive";
    let message = written(&template(NoticeKind::Notice, variant("a", text, "")), &customer("N"), "en").unwrap();
    assert_eq!(message.text, "one two\nthree\nfour\nfive\n");
}

#[test]
fn own_html_stands_in_the_frame_and_a_whole_document_stays_as_it_is() {
    let own =
        variant("a", "text", "<p>Hello {{ customer.name }}</p><a class=\"button\" href=\"https://x.example\">Go</a>");
    let message = written(&template(NoticeKind::Notice, own), &customer("A & B"), "en").unwrap();
    assert!(message.html.contains("<p>Hello A &amp; B</p>") && message.html.contains("prefers-color-scheme: dark"));
    let whole = variant("a", "text", "<!DOCTYPE html><html><body>{{ customer.name }}</body></html>");
    let message = written(&template(NoticeKind::Notice, whole), &customer("N"), "en").unwrap();
    assert_eq!(message.html, "<!DOCTYPE html><html><body>N</body></html>");
}

#[test]
fn text_becomes_paragraphs_lists_and_links() {
    let text = "See https://a.example/x?a=1&b=2, please.\nSecond line\n\n- one\n- two\n\n1. first\n2. second\n\nOpen:\nhttps://b.example\n\nAlso:\nhttps://c.example";
    let html = letter::from_text(text, "en");
    assert!(html.contains("See <a class=\"m-link\" href=\"https://a.example/x?a=1&amp;b=2\""));
    assert!(html.contains(">https://a.example/x?a=1&amp;b=2</a>, please.<br>Second line</p>"));
    assert!(html.contains("<ul style=") && html.contains("<ol style=") && html.contains(">second</li>"));
    assert_eq!(html.matches("class=\"m-button\"").count(), 1);
    assert!(html.contains("Also:<br><a"));
}

#[test]
fn the_nearest_name_is_one_that_is_meant() {
    let known = variables::variables(NoticeKind::Notice, &[]);
    let nearest = |typed| variables::nearest(typed, known.iter().map(|variable| variable.name.as_str()));
    assert_eq!(nearest("custmer.name"), Some("customer.name"));
    assert_eq!(nearest("Account.Date"), Some("account.date"));
    assert_eq!(nearest("account.dat"), Some("account.date"));
    assert_eq!(nearest("zzzzzzzzz"), None);
}

proptest! {
    /// A customer's name is data: it comes out as it went in, never read as a template, never as HTML.
    #[test]
    fn any_name_is_written_literally(name in "\\PC*|[{}%#<>&\"' a-z.(){}_=|~-]{0,40}|\\{\\{ ?[a-z. 0-9*]{0,12} ?\\}\\}|\\{% ?(if|include|set) [a-z\"]{0,9} ?%\\}") {
        let known = name.split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assume!(!known.is_empty());
        let words = variant("to {{ customer.name }}", "[{{ customer.name }}]", "<p>[{{ customer.name }}]</p>");
        let message = written(&template(NoticeKind::Notice, words), &customer(&name), "en").unwrap();
        let subject: String = format!("to {known}").chars().take(SUBJECT_MAX * 2).collect();
        prop_assert_eq!(message.subject, subject);
        prop_assert_eq!(message.text, format!("[{known}]\n"));
        let start = message.html.find("<p>[").unwrap() + 3;
        let end = start + message.html[start..].find("</p>").unwrap();
        let shown = &message.html[start..end];
        prop_assert!(!shown.contains(['<', '>', '"', '\'']));
        let read = shown
            .replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#x27;", "'")
            .replace("&#x2f;", "/").replace("&amp;", "&");
        prop_assert_eq!(read, format!("[{known}]"));
    }

    /// Whatever somebody types, checking it ends, and what it accepts can be made.
    #[test]
    fn checking_never_fails(text in "\\PC{0,60}|([a-z .\n]|\\{\\{|\\}\\}|\\{%|%\\}|contact\\.name|customer\\.name| if | endif | or |\"){0,12}") {
        let words = variant("a", &text, "");
        if check(NoticeKind::Notice, "en", &words, &[]).is_empty() {
            let mut lacking = customer("N");
            lacking.profile.contacts[0].name.clear();
            for customer in [customer("N"), lacking] {
                let made = written(&template(NoticeKind::Notice, words.clone()), &customer, "en");
                prop_assert!(matches!(made, Ok(_) | Err(RenderProblem::NoText)), "{:?}", made);
            }
        }
    }
}
