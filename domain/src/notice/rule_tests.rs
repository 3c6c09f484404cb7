use super::*;
use crate::notice::defaults::{self, proposal};

fn problems_of(settings: &RuleSettings) -> Vec<String> {
    let day = |text: &str| text.parse().unwrap();
    let around = RuleSurroundings {
        others: vec!["Taken"],
        has_template: &|number| crate::notice::default_templates::by_number(number).is_some(),
        has_endpoint: &|number| number.0 == 1,
        deadline: day("2026-06-30"),
        today: day("2026-05-21"),
    };
    settings.problems(&around).into_iter().map(|problem| problem.field).collect()
}

#[test]
fn the_default_set_is_right_and_off() {
    let rules = defaults::rules();
    let sentences: Vec<_> = rules.iter().map(|rule| rule.settings.sentence(|_| None)).collect();
    assert_eq!(
        sentences,
        [
            "14 days before the date, to the main contact, by e-mail, 9–17 h in their zone, Mon–Fri",
            "When the account becomes completed, to the main contact, by e-mail, 9–17 h in their zone, Mon–Fri",
            "When a ticket is opened within 7 days of the migration, to the owner, else the cohort's owner, else the leads, \
             by e-mail, 9–17 h in their zone, Mon–Fri",
            "30 days before the deadline, if nobody was notified, to the owner, else the cohort's owner, else the leads, \
             by e-mail, 9–17 h in their zone, Mon–Fri",
        ]
    );
    for rule in rules {
        assert!(!rule.is_on());
        assert_eq!(problems_of(&rule.settings), Vec::<String>::new(), "{}", rule.settings.name);
    }
}

#[test]
fn every_proposal_is_right() {
    let mut triggers = vec![
        Trigger::BeforeDate { days: 3 },
        Trigger::BeforeDate { days: 1 },
        Trigger::AfterMigration { days: 7 },
        Trigger::Ticket { within_days: 7 },
        Trigger::NotNotified { days_before_deadline: 30 },
        Trigger::DateMoved,
    ];
    triggers.extend(Status::ALL.map(|to| Trigger::Status { to }));
    triggers.extend(Milestone::ALL.map(|of| Trigger::Milestone { of }));
    for trigger in triggers {
        let settings = proposal(trigger.clone());
        let expected: Vec<String> = match trigger {
            // Its first notice comes with a template of its own choice.
            Trigger::Status { to: Status::Scheduled } => vec!["kind".to_owned()],
            _ => Vec::new(),
        };
        assert_eq!(problems_of(&settings), expected, "{trigger:?}");
    }
}

#[test]
fn what_is_wrong_is_said_at_its_field() {
    let base = || proposal(Trigger::BeforeDate { days: 14 });
    let with = |change: &dyn Fn(&mut RuleSettings)| {
        let mut settings = base();
        change(&mut settings);
        problems_of(&settings)
    };
    let hours = |from: (u32, u32), to: (u32, u32)| {
        let time = |(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
        Some(WorkingHours { from: time(from), to: time(to), days: [true; 7] })
    };
    assert_eq!(with(&|_| {}), Vec::<String>::new());
    assert_eq!(with(&|rule| rule.name = " ".into()), ["name"]);
    assert_eq!(with(&|rule| rule.name = "taken".into()), ["name"]);
    assert_eq!(with(&|rule| rule.name = "a\nb".into()), ["name"]);
    assert_eq!(with(&|rule| rule.name = "x".repeat(81)), ["name"]);
    assert_eq!(with(&|rule| rule.trigger = Trigger::BeforeDate { days: 366 }), ["days"]);
    assert_eq!(with(&|rule| rule.minimum_lead_days = 15), ["minimum_lead_days"]);
    assert_eq!(with(&|rule| rule.template = NoticeTemplateNumber(9)), ["template"]);
    assert_eq!(with(&|rule| rule.audience = Audience::Owner), ["audience"]);
    assert_eq!(with(&|rule| rule.audience = Audience::Contacts { roles: vec![] }), ["roles"]);
    assert_eq!(with(&|rule| rule.audience = Audience::Contacts { roles: vec![" ".into()] }), ["roles"]);
    assert_eq!(with(&|rule| rule.kind = NoticeKind::Internal), ["audience"]);
    assert_eq!(with(&|rule| rule.kind = NoticeKind::Rollback), ["kind"]);
    assert_eq!(with(&|rule| rule.medium = Medium::Webhook), ["medium"]);
    assert_eq!(with(&|rule| rule.hours = hours((17, 0), (9, 0))), ["hours_to"]);
    assert_eq!(with(&|rule| rule.hours = hours((9, 0), (9, 30))), ["hours_to"]);
    let nights_off = |rule: &mut RuleSettings| {
        rule.hours = rule.hours.map(|hours| WorkingHours { days: [false; 7], ..hours });
    };
    assert_eq!(with(&nights_off), ["hours_days"]);
    let to_endpoint = |number| {
        move |rule: &mut RuleSettings| {
            rule.kind = NoticeKind::Internal;
            rule.audience = Audience::Endpoint { number: EndpointNumber(number) };
            rule.medium = Medium::Webhook;
        }
    };
    assert_eq!(with(&to_endpoint(1)), Vec::<String>::new());
    assert_eq!(with(&to_endpoint(2)), ["audience"]);
}

#[test]
fn a_rule_for_a_deadline_that_has_passed_is_refused() {
    let settings = proposal(Trigger::NotNotified { days_before_deadline: 30 });
    let around = RuleSurroundings {
        others: vec![],
        has_template: &|_| true,
        has_endpoint: &|_| true,
        deadline: "2026-06-30".parse().unwrap(),
        today: "2026-07-01".parse().unwrap(),
    };
    let problems = settings.problems(&around);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].field, "trigger");
}
