//! Pages to look at: one that has everything, and random ones full of what should never be there.

use chrono::{Duration, NaiveDate, TimeZone, Utc};
use domain::clock::Instant;
use domain::cohort::Window;
use domain::id::{CohortNumber, ComponentNumber, IncidentNumber};
use domain::public_page::{
    ComponentChange, Overall, Progress, PublicComponent, PublicIncident, PublicPage, PublicPart, PublicUpdate,
    PublicWave, WaveState,
};
use domain::status_page::{
    ComponentState, FootLink, Impact, IncidentKind, IncidentState, Localized, Logo, Look, PageContent, Question, Task,
};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

pub fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn both(en: &str, de: &str) -> Localized {
    let mut texts = Localized::one("en", en);
    texts.set("de", de);
    texts
}

pub fn component(number: u16, name: &str, group: Option<u16>) -> PublicComponent {
    PublicComponent {
        number: ComponentNumber(number),
        name: Localized::one("en", name),
        description: Localized::default(),
        state: ComponentState::Operational,
        is_group: false,
        group: group.map(ComponentNumber),
        only_if_degraded: false,
        created: at("2026-04-01T08:00:00Z"),
        updated: at("2026-05-20T08:00:00Z"),
    }
}

pub fn update(number: u32, state: IncidentState, text: &str, time: &str) -> PublicUpdate {
    PublicUpdate {
        number,
        state,
        body: Localized::one("en", text),
        at: at(time),
        created: at(time),
        updated: at(time),
        components: Vec::new(),
        notify: true,
    }
}

pub fn incident(number: u32, title: &str, state: IncidentState, updates: Vec<PublicUpdate>) -> PublicIncident {
    let started = updates.first().map_or(at("2026-05-24T00:00:00Z"), |update| update.at);
    let last = updates.last().map_or(started, |update| update.at);
    let kind = if state.is_of(IncidentKind::Incident) { IncidentKind::Incident } else { IncidentKind::Maintenance };
    PublicIncident {
        number: IncidentNumber(number),
        kind,
        title: Localized::one("en", title),
        impact: if kind == IncidentKind::Incident { Impact::Minor } else { Impact::Maintenance },
        state,
        window: None,
        cancelled: false,
        created: started,
        started,
        updated: last,
        monitoring: None,
        ended: state.is_over().then_some(last),
        version: 3,
        components: vec![(ComponentNumber(2), ComponentState::DegradedPerformance)],
        updates,
    }
}

fn wave(number: u16, name: &str, state: WaveState, moved: u32, of: u32, days: (u32, u32)) -> PublicWave {
    let day = |day, hour| Utc.with_ymd_and_hms(2026, 5, day, hour, 30, 0).single().unwrap();
    PublicWave {
        number: CohortNumber(number),
        name: name.into(),
        state,
        window: Some(Window { starts: day(days.0, 22), ends: day(days.1, 2) }),
        progress: Progress { moved, of },
    }
}

/// A page in two languages that has everything.
pub fn full() -> PublicPage {
    use IncidentState::{Completed, Identified, Investigating, Monitoring, Resolved, Scheduled};
    let mut webhooks = component(2, "Webhooks", Some(1));
    webhooks.state = ComponentState::DegradedPerformance;
    webhooks.description = both("Deliveries to your addresses", "Zustellung an Ihre Adressen");
    let group = PublicComponent {
        is_group: true,
        state: ComponentState::DegradedPerformance,
        ..component(1, "Platform", None)
    };
    let quiet = PublicComponent { only_if_degraded: true, ..component(4, "Only when it hurts", None) };
    let mut late = incident(
        1,
        "Webhooks arrive late",
        Monitoring,
        vec![
            update(1, Investigating, "Webhooks are up to 20 minutes late.", "2026-05-23T23:32:00Z"),
            update(2, Identified, "The new *queue* was too small.", "2026-05-23T23:50:00Z"),
            update(3, Monitoring, "Deliveries are current again.", "2026-05-24T00:24:00Z"),
        ],
    );
    late.title = both("Webhooks arrive late", "Webhooks kommen verspätet an");
    late.monitoring = Some(at("2026-05-24T00:24:00Z"));
    late.updates[0].components = vec![ComponentChange {
        number: ComponentNumber(2),
        before: ComponentState::Operational,
        after: ComponentState::DegradedPerformance,
    }];
    let mut read_only = incident(
        2,
        "Billing is read-only",
        Scheduled,
        vec![update(1, Scheduled, "For up to four hours.", "2026-05-20T08:00:00Z")],
    );
    read_only.window = Some(Window { starts: at("2026-05-25T22:30:00Z"), ends: at("2026-05-26T02:30:00Z") });
    let mut cancelled = incident(
        3,
        "A rebuild that was called off, with a name so long that its line in a calendar has to be folded — größer",
        Scheduled,
        vec![update(1, Scheduled, "It was planned.", "2026-05-19T08:00:00Z")],
    );
    cancelled.window = Some(Window { starts: at("2026-05-30T18:00:00Z"), ends: at("2026-05-30T20:00:00Z") });
    cancelled.cancelled = true;
    cancelled.version = 5;
    let over = incident(
        4,
        "Reports were slow",
        Resolved,
        vec![
            update(1, Investigating, "Reports take a minute.", "2026-04-22T08:00:00Z"),
            update(2, Resolved, "They are quick again.", "2026-04-22T08:12:00Z"),
        ],
    );
    let mut done = incident(
        5,
        "The pilot moves",
        Completed,
        vec![update(1, Completed, "The pilot is across.", "2026-04-24T18:00:00Z")],
    );
    done.window = Some(Window { starts: at("2026-04-13T08:00:00Z"), ends: at("2026-04-24T18:00:00Z") });

    PublicPage {
        name: "Move to Ledger 3".into(),
        slug: "ledger-3".into(),
        description: "Invoices move.".into(),
        time_zone: "Europe/Berlin".into(),
        deadline: NaiveDate::from_ymd_opt(2026, 6, 26).unwrap(),
        overall: Overall::Moving,
        progress: Progress { moved: 25_405, of: 100_000 },
        waves: vec![
            wave(1, "Wave 1", WaveState::Done, 10_000, 10_000, (1, 4)),
            wave(3, "Europe", WaveState::Moving, 15_405, 60_000, (11, 28)),
            wave(4, "Americas", WaveState::Planned, 0, 30_000, (29, 31)),
        ],
        updated_at: at("2026-05-24T00:24:00Z"),
        shows_progress: true,
        content: PageContent {
            languages: vec!["en".into(), "de".into()],
            title: Localized::default(),
            banner: both("**Sign in** once more after your move.", "Bitte melden Sie sich danach **neu an**."),
            headline: Localized::default(),
            lead: both("Billing is read-only meanwhile.", "Solange ist die Abrechnung nur lesbar."),
            changes: both("- Tax per line\n- Reports open today", "- Steuer je Zeile"),
            stays: Localized::one("en", "- Your prices"),
            tasks: vec![Task {
                title: both("Change the API address", "Die API-Adresse ändern"),
                who: Localized::one("en", "If you use the API."),
                text: both("From `/v2` to `/v3`. [What differs](https://docs.example/v3)", "Von `/v2` nach `/v3`."),
            }],
            questions: vec![Question {
                question: both("Will my customers notice?", "Merken es meine Kunden?"),
                answer: Localized::one("en", "They can pay all the time."),
            }],
            contact: Localized::one("en", "[support@ledger.example](mailto:support@ledger.example)"),
        },
        moved_by_day: (0..40)
            .map(|day| (NaiveDate::from_ymd_opt(2026, 4, 13).unwrap() + Duration::days(day), day as u32 * 640))
            .collect(),
        components: vec![group, webhooks, component(3, "Payments", Some(1)), quiet, component(5, "Sign-in", None)],
        incidents: vec![late, read_only, cancelled, done, over],
        look: Look {
            accent: "#7a1fa2".into(),
            logo: Some(Logo { media_type: "text/html".into(), bytes: "iVBORw0KGgoAAAANSUhEUg==".into() }),
            host: "status.ledger.example".into(),
            home: "https://ledger.example".into(),
            links: vec![
                FootLink { label: both("Privacy", "Datenschutz"), address: "https://ledger.example/privacy".into() },
                FootLink { label: Localized::one("en", "Evil"), address: "javascript:alert(1)".into() },
            ],
            ..Default::default()
        },
        also: vec![PublicPart {
            name: "The new sign-in".into(),
            slug: "sign-in".into(),
            time_zone: "Europe/Berlin".into(),
            deadline: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap(),
            overall: Overall::Done,
            progress: Progress { moved: 10, of: 10 },
            waves: vec![wave(1, "Everybody", WaveState::Done, 10, 10, (2, 3))],
        }],
        next_change: None,
    }
}

/// Texts that try to become something else.
pub const HOSTILE: [&str; 12] = [
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "![x](javascript:alert(1))",
    "<svg onload=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "]]><script>alert(1)</script>",
    "a\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\n;,\\",
    "' style='x:expression(alert(1))",
    "\u{202e}\u{0}\u{7}{{7*7}}${7*7}<% x %>",
];

/// A page with hostile texts everywhere and anything else at random.
pub fn random(seed: u64) -> PublicPage {
    let rng = &mut StdRng::seed_from_u64(seed);
    let mut page = full();
    page.name = hostile(rng);
    page.description = hostile(rng);
    page.overall = *[Overall::Planned, Overall::Moving, Overall::Held, Overall::Done].choose(rng).unwrap();
    page.time_zone = ["Europe/Berlin", "Asia/Kolkata", "America/New_York", "nowhere"].choose(rng).unwrap().to_string();
    let moved = rng.random_range(0..=u32::MAX / 2);
    page.progress = Progress { moved, of: rng.random_range(moved..=u32::MAX) };
    let content = &mut page.content;
    content.languages = (0..rng.random_range(0..5)).map(|_| language(rng)).collect();
    for text in [
        &mut content.title,
        &mut content.banner,
        &mut content.headline,
        &mut content.lead,
        &mut content.changes,
        &mut content.stays,
        &mut content.contact,
    ] {
        *text = localized(rng);
    }
    content.tasks = (0..rng.random_range(0..4))
        .map(|_| Task { title: localized(rng), who: localized(rng), text: localized(rng) })
        .collect();
    content.questions =
        (0..rng.random_range(0..4)).map(|_| Question { question: localized(rng), answer: localized(rng) }).collect();
    for wave in &mut page.waves {
        wave.name = hostile(rng);
    }
    for part in &mut page.also {
        part.name = hostile(rng);
    }
    for component in &mut page.components {
        component.name = localized(rng);
        component.description = localized(rng);
        component.state = *ComponentState::ALL.choose(rng).unwrap();
    }
    for incident in &mut page.incidents {
        incident.title = localized(rng);
        incident.impact = *Impact::ALL.choose(rng).unwrap();
        incident.cancelled = rng.random_bool(0.2);
        for update in &mut incident.updates {
            update.body = localized(rng);
        }
    }
    page.look.links = vec![FootLink { label: localized(rng), address: hostile(rng) }];
    page.look.home = hostile(rng);
    page.look.accent = hostile(rng);
    page.look.host = String::new();
    page
}

fn hostile(rng: &mut StdRng) -> String {
    (0..rng.random_range(1..3)).map(|_| *HOSTILE.choose(rng).unwrap()).collect::<Vec<_>>().join(" ")
}

fn language(rng: &mut StdRng) -> String {
    ["en", "de", "fr", "it", "es", "pt-BR", "xx", "<script>", ""].choose(rng).unwrap().to_string()
}

fn localized(rng: &mut StdRng) -> Localized {
    let mut text = Localized::default();
    for _ in 0..rng.random_range(0..3) {
        let (language, words) = (language(rng), hostile(rng));
        text.set(&language, &words);
    }
    text
}
