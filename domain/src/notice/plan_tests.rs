use super::*;
use crate::account::Account;
use crate::blocker::{Blocker, BlockerCategory};
use crate::customer::Contact;
use crate::id::{ExternalId, UserId};
use crate::notice::defaults::proposal;
use crate::notice::message::MessageKey;
use crate::notice::{Medium, Recipient};
use crate::state::{Attempt, Interrupted, Plan};
use chrono::{DateTime, Datelike, NaiveTime};

/// UTC for everybody, so that the days in these tests are easy to follow; zones have tests of their own.
struct Utc;

impl Calendar for Utc {
    fn start_of(&self, day: NaiveDate) -> Instant {
        day.and_time(NaiveTime::MIN).and_utc()
    }

    fn day_of(&self, at: Instant) -> NaiveDate {
        at.date_naive()
    }

    fn within(&self, hours: Option<&WorkingHours>, from: Instant, _zone: &str) -> Instant {
        let Some(hours) = hours else { return from };
        let open = |at: &Instant| {
            let time = at.time();
            hours.days[at.weekday().num_days_from_monday() as usize] && hours.from <= time && time < hours.to
        };
        if open(&from) {
            return from;
        }
        let starts = (0..9).map(|day| (from.date_naive() + Days::new(day)).and_time(hours.from).and_utc());
        starts.into_iter().find(|start| *start >= from && open(start)).unwrap_or(from)
    }
}

fn at(text: &str) -> Instant {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn scheduled(date: &str) -> State {
    State::Scheduled { plan: Plan { date: day(date), pinned: None } }
}

fn completed(migrated_at: &str) -> State {
    let migrated_at = at(migrated_at);
    State::Completed { attempt: Attempt { plan: None, started_at: migrated_at, rollback_until: None }, migrated_at }
}

fn blocked_while(state: State) -> State {
    let State::Scheduled { plan } = state else { panic!("only of a scheduled one") };
    let blocker = Blocker { category: BlockerCategory::Other, text: String::new(), since: at("2026-05-01T00:00:00Z") };
    State::Blocked { blocker, interrupted: Interrupted::Scheduled { plan } }
}

fn rule(trigger: Trigger, on_since: &str) -> NoticeRule {
    NoticeRule {
        number: NoticeRuleNumber(1),
        settings: proposal(trigger),
        on_since: Some(at(on_since)),
        removed: false,
    }
}

/// The notice of the default set: 14 days before, on since the first of May.
fn notice() -> NoticeRule {
    let mut rule = rule(Trigger::BeforeDate { days: 14 }, "2026-05-01T00:00:00Z");
    rule.settings.kind = NoticeKind::Notice;
    rule
}

fn customer() -> Profile {
    let mut profile = Profile::default();
    for (role, email) in [("Main", "main@c.example"), ("Billing", "bills@c.example"), ("Technical", "")] {
        profile.add_contact(Contact { role: role.into(), email: email.into(), ..Contact::default() });
    }
    profile
}

struct Case {
    state: State,
    since: Since,
    attempt: u16,
    halted: bool,
    stage: MigrationStage,
    customer: Profile,
    messages: Vec<Message>,
}

impl Case {
    fn new(state: State, since: &str) -> Case {
        let since = Since { at: at(since), by: Means::Change, bulk: None };
        let stage = MigrationStage::Running;
        Case { state, since, attempt: 0, halted: false, stage, customer: customer(), messages: Vec::new() }
    }

    fn ask<T>(&self, act: impl FnOnce(&Facts<'_>, &Around<'_>) -> T) -> T {
        let messages: Vec<&Message> = self.messages.iter().collect();
        let facts = Facts {
            account: AccountNumber(7),
            state: &self.state,
            attempt: self.attempt,
            since: Some(&self.since),
            halted: self.halted,
            customer: &self.customer,
            messages: &messages,
        };
        act(&facts, &Around { stage: self.stage, deadline: day("2026-08-31"), calendar: &Utc })
    }

    fn plan(&self, rules: &[NoticeRule]) -> Vec<Planned> {
        self.ask(|facts, around| plan(rules, facts, around))
    }

    /// When the only planned message is due.
    fn due(&self, rules: &[NoticeRule]) -> Option<Instant> {
        let planned = self.plan(rules);
        assert!(planned.len() <= 1, "{planned:?}");
        planned.first().map(|planned| planned.due)
    }

    fn decide(&self, rule: &NoticeRule, now: &str) -> Decision {
        let planned = self.plan(std::slice::from_ref(rule));
        self.ask(|facts, around| decide(rule, &planned[0], facts, around.calendar, at(now)))
    }
}

fn message(rule: Option<&NoticeRule>, kind: NoticeKind, to: u32, told: Option<&str>, state: MessageState) -> Message {
    Message {
        key: MessageKey("k".into()),
        rule: rule.map(|rule| rule.number),
        template: None,
        kind,
        account: Some(AccountNumber(7)),
        cohort: None,
        attempt: 0,
        to: Recipient::Contact(ContactNumber(to)),
        medium: Medium::Email,
        told_date: told.map(day),
        written: at("2026-05-10T00:00:00Z"),
        due: at("2026-05-10T00:00:00Z"),
        late: false,
        bulk: None,
        rest: None,
        insisted: false,
        state,
    }
}

fn sent(text: &str) -> MessageState {
    MessageState::Sent { at: at(text), answer: String::new() }
}

fn waiting() -> MessageState {
    MessageState::Waiting { tries: 0, answer: String::new() }
}

fn suppressed(why: Suppression) -> MessageState {
    MessageState::Suppressed { at: at("2026-05-10T00:00:00Z"), why }
}

fn cancelled(by: Option<&str>) -> MessageState {
    MessageState::Cancelled { at: at("2026-05-10T00:00:00Z"), by: by.map(UserId::from), why: String::new(), held: None }
}

#[test]
fn a_notice_is_due_so_many_days_before_the_date_in_working_hours() {
    let rules = [notice()];
    // 15 June 2026 is a Monday, so is the first.
    let monday = Case::new(scheduled("2026-06-15"), "2026-05-02T10:00:00Z");
    assert_eq!(monday.due(&rules), Some(at("2026-06-01T09:00:00Z")));
    let sunday = Case::new(scheduled("2026-06-14"), "2026-05-02T10:00:00Z");
    assert_eq!(sunday.due(&rules), Some(at("2026-06-01T09:00:00Z")), "not on a Sunday");
}

#[test]
fn offset_rules_plan_only_while_the_account_is_scheduled() {
    let rules = [notice()];
    for state in
        [State::NotStarted, State::OptedOut, completed("2026-05-20T08:00:00Z"), blocked_while(scheduled("2026-06-15"))]
    {
        assert_eq!(Case::new(state.clone(), "2026-05-02T10:00:00Z").plan(&rules), [], "{state:?}");
    }
}

#[test]
fn nothing_is_planned_for_a_halted_cohort_or_in_a_closed_migration_but_before_the_start() {
    let rules = [notice()];
    let case = || Case::new(scheduled("2026-06-15"), "2026-05-02T10:00:00Z");
    assert_eq!(Case { halted: true, ..case() }.plan(&rules), []);
    for (stage, planned) in [
        (MigrationStage::Draft, 1),
        (MigrationStage::Running, 1),
        (MigrationStage::Paused, 1),
        (MigrationStage::Closed, 0),
    ] {
        assert_eq!(Case { stage, ..case() }.plan(&rules).len(), planned, "{stage:?}");
    }
}

#[test]
fn a_rule_that_is_off_or_gone_plans_nothing() {
    let case = Case::new(scheduled("2026-06-15"), "2026-05-02T10:00:00Z");
    assert_eq!(case.plan(&[NoticeRule { on_since: None, ..notice() }]), []);
    assert_eq!(case.plan(&[NoticeRule { removed: true, ..notice() }]), []);
}

#[test]
fn a_notice_that_is_due_already_when_the_date_is_set_goes_at_once_in_working_hours() {
    let set_at_night = Case::new(scheduled("2026-06-15"), "2026-06-09T22:00:00Z");
    assert_eq!(set_at_night.due(&[notice()]), Some(at("2026-06-10T09:00:00Z")));
    let decision = set_at_night.decide(&notice(), "2026-06-10T09:00:00Z");
    assert_eq!(decision, Decision::Send { due: at("2026-06-10T09:00:00Z"), late: false });
}

#[test]
fn below_the_minimum_lead_it_is_suppressed() {
    let with = |since: &str| Case::new(scheduled("2026-06-17"), since).decide(&notice(), since);
    assert_eq!(with("2026-06-15T10:00:00Z"), Decision::Send { due: at("2026-06-15T10:00:00Z"), late: false });
    assert_eq!(with("2026-06-16T10:00:00Z"), Decision::Suppress(Suppression::TooLate));
    // In working hours it would be the next morning, and too late then.
    assert_eq!(with("2026-06-15T18:00:00Z"), Decision::Suppress(Suppression::TooLate));
    assert_eq!(with("2026-06-20T10:00:00Z"), Decision::Suppress(Suppression::TooLate), "a date in the past");
}

#[test]
fn a_reminder_of_the_day_before_is_not_below_the_lead() {
    let mut reminder = rule(Trigger::BeforeDate { days: 1 }, "2026-05-01T00:00:00Z");
    reminder.settings.minimum_lead_days = 2;
    let case = Case::new(scheduled("2026-06-17"), "2026-05-02T10:00:00Z");
    assert_eq!(
        case.decide(&reminder, "2026-06-16T09:00:00Z"),
        Decision::Send { due: at("2026-06-16T09:00:00Z"), late: false }
    );
}

#[test]
fn a_rule_switched_on_later_reaches_who_is_in_time_at_once_and_nobody_who_is_not() {
    let case = |date: &str| Case::new(scheduled(date), "2026-04-01T10:00:00Z");
    let late_rule = NoticeRule { on_since: Some(at("2026-06-10T10:00:00Z")), ..notice() };
    assert_eq!(case("2026-06-20").due(std::slice::from_ref(&late_rule)), Some(at("2026-06-10T10:00:00Z")));
    assert_eq!(case("2026-06-11").plan(std::slice::from_ref(&late_rule)), [], "too late: nobody needs to hear of it");
    assert_eq!(case("2026-06-01").plan(&[late_rule]), [], "it has passed");
}

#[test]
fn a_rule_after_the_migration_is_not_fired_by_what_was_before_it() {
    let after = |on: &str| rule(Trigger::AfterMigration { days: 7 }, on);
    let case = Case::new(completed("2026-05-20T08:00:00Z"), "2026-05-20T08:00:00Z");
    assert_eq!(case.due(&[after("2026-05-01T00:00:00Z")]), Some(at("2026-05-27T09:00:00Z")));
    assert_eq!(case.due(&[after("2026-05-26T00:00:00Z")]), Some(at("2026-05-27T09:00:00Z")));
    assert_eq!(case.plan(&[after("2026-05-27T12:00:00Z")]), []);
}

#[test]
fn an_import_plans_only_what_is_still_ahead() {
    let mut case = Case::new(scheduled("2026-06-15"), "2026-06-09T10:00:00Z");
    case.since.by = Means::Import;
    assert_eq!(case.plan(&[notice()]), []);
    case.state = scheduled("2026-06-24");
    assert_eq!(case.due(&[notice()]), Some(at("2026-06-10T09:00:00Z")));
}

#[test]
fn what_a_bulk_change_makes_due_at_once_waits_so_that_it_can_be_taken_back() {
    let mut case = Case::new(scheduled("2026-06-15"), "2026-06-09T10:00:00Z");
    assert_eq!(case.due(&[notice()]), Some(at("2026-06-09T10:00:00Z")));
    case.since.bulk = Some("b1".into());
    assert_eq!(case.due(&[notice()]), Some(at("2026-06-09T10:10:00Z")));
    case.state = scheduled("2026-06-24");
    assert_eq!(case.due(&[notice()]), Some(at("2026-06-10T09:00:00Z")), "what is ahead is planned as ever");
}

#[test]
fn an_import_fires_status_rules_only_if_it_was_let() {
    let done = rule(Trigger::Status { to: Status::Completed }, "2026-05-01T00:00:00Z");
    let mut case = Case::new(completed("2026-05-10T08:00:00Z"), "2026-05-21T10:00:00Z");
    for (by, due) in
        [(Means::Change, None), (Means::Import, None), (Means::FiringImport, Some(at("2026-05-21T10:10:00Z")))]
    {
        case.since.by = by;
        assert_eq!(case.due(std::slice::from_ref(&done)), due, "{by:?}");
    }
    assert_eq!(
        case.plan(&[NoticeRule { on_since: Some(at("2026-05-22T00:00:00Z")), ..done }]),
        [],
        "before the rule was on"
    );
}

#[test]
fn late_messages_are_sent_marked_or_dropped_as_the_rule_says() {
    let case = Case::new(scheduled("2026-06-15"), "2026-05-02T10:00:00Z");
    let with = |late| {
        let mut rule = notice();
        rule.settings.late = late;
        rule
    };
    let due = at("2026-06-03T10:00:00Z");
    for (late, expected) in [
        (Late::Send, Decision::Send { due, late: false }),
        (Late::Mark, Decision::Send { due, late: true }),
        (Late::Drop, Decision::Suppress(Suppression::Missed)),
    ] {
        assert_eq!(case.decide(&with(late), "2026-06-03T10:00:00Z"), expected, "{late:?}");
        // An hour after it was due, on its day, it is not late.
        let due = at("2026-06-01T10:00:00Z");
        assert_eq!(case.decide(&with(late), "2026-06-01T10:00:00Z"), Decision::Send { due, late: false }, "{late:?}");
    }
}

#[test]
fn what_was_written_is_never_written_again() {
    let settled = [
        waiting(),
        MessageState::Held { by: None, why: String::new() },
        MessageState::Sending { until: at("2026-06-01T09:00:00Z"), tries: 0 },
        sent("2026-06-01T09:00:00Z"),
        MessageState::Bounced {
            sent_at: at("2026-06-01T09:00:00Z"),
            at: at("2026-06-01T10:00:00Z"),
            answer: String::new(),
        },
        MessageState::Failed { at: at("2026-06-01T09:00:00Z"), tries: 9, answer: String::new() },
        suppressed(Suppression::TooLate),
        suppressed(Suppression::Missed),
        suppressed(Suppression::Unsubscribed),
        cancelled(Some("lead")),
    ];
    for state in settled {
        let mut case = Case::new(scheduled("2026-06-15"), "2026-05-02T10:00:00Z");
        case.messages = vec![message(Some(&notice()), NoticeKind::Notice, 1, Some("2026-06-15"), state.clone())];
        assert_eq!(case.plan(&[notice()]), [], "{state:?}");
    }
}

#[test]
fn what_was_taken_back_or_could_not_be_sent_is_planned_again_when_there_is_cause() {
    let date = |state| message(Some(&notice()), NoticeKind::Notice, 1, Some("2026-06-12"), state);
    for (state, told, planned) in [
        (cancelled(None), "2026-06-12", 1),
        (suppressed(Suppression::TooLate), "2026-06-12", 1),
        (suppressed(Suppression::Missed), "2026-06-12", 1),
        (suppressed(Suppression::NoAddress), "2026-06-15", 1),
        (sent("2026-06-01T09:00:00Z"), "2026-06-12", 0),
    ] {
        let mut case = Case::new(scheduled("2026-06-15"), "2026-05-02T10:00:00Z");
        case.messages = vec![Message { told_date: Some(day(told)), ..date(state.clone()) }];
        assert_eq!(case.plan(&[notice()]).len(), planned, "{state:?}");
    }
}

#[test]
fn a_new_attempt_is_notified_anew() {
    let mut case = Case::new(scheduled("2026-06-15"), "2026-05-02T10:00:00Z");
    case.messages =
        vec![message(Some(&notice()), NoticeKind::Notice, 1, Some("2026-05-20"), sent("2026-05-06T09:00:00Z"))];
    assert_eq!(case.plan(&[notice()]), []);
    case.attempt = 1;
    assert_eq!(case.due(&[notice()]), Some(at("2026-06-01T09:00:00Z")));
}

#[test]
fn an_audience_is_its_contacts_or_else_the_main_one() {
    let contacts = |who: Audience| {
        let numbers = audience(&who, &customer()).into_iter().map(|whom| match whom {
            Whom::Contact(number) => number.0,
            Whom::Colleagues => 99,
        });
        numbers.collect::<Vec<_>>()
    };
    let roles = |roles: &[&str]| Audience::Contacts { roles: roles.iter().map(|role| role.to_string()).collect() };
    assert_eq!(contacts(Audience::MainContact), [1]);
    assert_eq!(contacts(Audience::AllContacts), [1, 2, 3]);
    assert_eq!(contacts(roles(&["billing", "TECHNICAL "])), [2, 3]);
    assert_eq!(contacts(roles(&["Legal"])), [1]);
    assert_eq!(contacts(Audience::Owner), [99]);
    assert_eq!(audience(&Audience::AllContacts, &Profile::default()), [Whom::Contact(NOBODY)]);
}

#[test]
fn every_contact_of_the_audience_has_a_message_of_its_own() {
    let mut everybody = notice();
    everybody.settings.audience = Audience::AllContacts;
    let mut case = Case::new(scheduled("2026-06-15"), "2026-05-02T10:00:00Z");
    case.messages =
        vec![message(Some(&everybody), NoticeKind::Notice, 2, Some("2026-06-15"), sent("2026-06-01T09:00:00Z"))];
    let to: Vec<_> = case.plan(&[everybody]).into_iter().map(|planned| planned.to).collect();
    assert_eq!(to, [1, 3].map(|number| Whom::Contact(ContactNumber(number))));
}

#[test]
fn nobody_notified_before_the_deadline_is_escalated_once() {
    let escalation = NoticeRule {
        number: NoticeRuleNumber(2),
        ..rule(Trigger::NotNotified { days_before_deadline: 30 }, "2026-05-01T00:00:00Z")
    };
    let rules = [notice(), escalation.clone()];
    let base = || Case::new(State::NotStarted, "2026-05-02T10:00:00Z");
    // 30 days before 31 August is a Saturday.
    assert_eq!(base().due(&rules), Some(at("2026-08-03T09:00:00Z")));
    for state in [completed("2026-05-20T08:00:00Z"), State::OptedOut] {
        assert_eq!(Case { state, ..base() }.plan(&rules), []);
    }
    let told = message(Some(&notice()), NoticeKind::Notice, 1, Some("2026-06-15"), sent("2026-06-01T09:00:00Z"));
    assert_eq!(Case { messages: vec![told.clone()], ..base() }.plan(&rules), [], "somebody was told");
    let bounced = MessageState::Bounced {
        sent_at: at("2026-06-01T09:00:00Z"),
        at: at("2026-06-01T09:00:00Z"),
        answer: String::new(),
    };
    let came_back = Message { state: bounced, ..told.clone() };
    assert_eq!(Case { messages: vec![came_back], ..base() }.plan(&rules).len(), 1, "it came back");
    assert_eq!(Case { attempt: 1, messages: vec![told], ..base() }.plan(&rules).len(), 1, "in an earlier attempt");
    let mut escalated = message(Some(&escalation), NoticeKind::Internal, 1, None, sent("2026-08-03T09:00:00Z"));
    escalated.to = Recipient::User(UserId::from("owner"));
    assert_eq!(
        Case { messages: vec![escalated], ..base() }.plan(&rules),
        [],
        "its owner knows; a new owner is not told again"
    );
}

#[test]
fn an_account_whose_notice_is_planned_is_not_escalated() {
    let escalation = NoticeRule {
        number: NoticeRuleNumber(2),
        ..rule(Trigger::NotNotified { days_before_deadline: 30 }, "2026-05-01T00:00:00Z")
    };
    let case = Case::new(scheduled("2026-08-25"), "2026-05-02T10:00:00Z");
    let rules: Vec<_> = case.plan(&[escalation, notice()]).into_iter().map(|planned| planned.rule.0).collect();
    assert_eq!(rules, [1]);
}

#[test]
fn after_a_notice_a_new_date_is_told_by_a_correction_keyed_by_it() {
    let moved = rule(Trigger::DateMoved, "2026-05-01T00:00:00Z");
    let told = |kind, date, state| message(Some(&moved), kind, 1, Some(date), state);
    let mut case = Case::new(scheduled("2026-06-20"), "2026-06-02T10:00:00Z");
    let key = |case: &Case| {
        let to = Recipient::Contact(ContactNumber(1));
        case.ask(|facts, _| (misinformed(facts), correction_key(facts, Some(moved.number), &to, day("2026-06-20"))))
    };
    assert_eq!(key(&case).0, [], "nobody was told anything");
    case.messages.push(told(NoticeKind::Notice, "2026-06-15", sent("2026-06-01T09:00:00Z")));
    assert_eq!(key(&case), (vec![ContactNumber(1)], "2026-06-20".to_owned()));
    case.messages.push(told(NoticeKind::Correction, "2026-06-20", sent("2026-06-02T11:00:00Z")));
    assert_eq!(key(&case).0, [], "they know");
    // Away and back again: the same date is told a second time.
    case.messages.push(told(NoticeKind::Correction, "2026-06-25", sent("2026-06-03T11:00:00Z")));
    assert_eq!(key(&case), (vec![ContactNumber(1)], "2026-06-20.2".to_owned()));
    case.messages.clear();
    case.messages.push(told(NoticeKind::Notice, "2026-06-15", waiting()));
    assert_eq!(key(&case).0, [], "what was not sent is replanned, not corrected");
}

#[test]
fn status_and_ticket_rules_fire_when_it_happens() {
    let done = rule(Trigger::Status { to: Status::Completed }, "2026-05-01T00:00:00Z");
    assert!(fires_on_status(&done, Some(Status::InProgress), Status::Completed));
    assert!(fires_on_status(&done, None, Status::Completed));
    assert!(!fires_on_status(&done, Some(Status::Completed), Status::Completed), "it was completed already");
    assert!(!fires_on_status(&done, Some(Status::InProgress), Status::Blocked));
    assert!(!fires_on_status(&NoticeRule { on_since: None, ..done }, Some(Status::InProgress), Status::Completed));

    let ticket = |on: &str| rule(Trigger::Ticket { within_days: 7 }, on);
    let state = completed("2026-05-20T08:00:00Z");
    for (opened, fires) in [
        ("2026-05-20T07:59:00Z", false),
        ("2026-05-20T08:00:00Z", true),
        ("2026-05-27T08:00:00Z", true),
        ("2026-05-27T08:01:00Z", false),
    ] {
        assert_eq!(fires_on_ticket(&ticket("2026-05-01T00:00:00Z"), &state, at(opened)), fires, "{opened}");
    }
    assert!(
        !fires_on_ticket(&ticket("2026-05-22T00:00:00Z"), &state, at("2026-05-21T00:00:00Z")),
        "before the rule was on"
    );
    assert!(!fires_on_ticket(&ticket("2026-05-01T00:00:00Z"), &scheduled("2026-06-15"), at("2026-05-21T00:00:00Z")));
}

#[test]
fn what_is_not_true_any_more_must_not_go() {
    let done = rule(Trigger::Status { to: Status::Completed }, "2026-05-01T00:00:00Z");
    let why = |message: &Message, rule: &NoticeRule, state: State, attempt: u16| {
        let case = Case { attempt, ..Case::new(state, "2026-05-02T10:00:00Z") };
        case.ask(|facts, _| obsolete(message, Some(rule), facts, false))
    };
    let told = message(Some(&notice()), NoticeKind::Notice, 1, Some("2026-06-15"), waiting());
    assert_eq!(why(&told, &notice(), scheduled("2026-06-15"), 0), None);
    assert_eq!(why(&told, &notice(), scheduled("2026-06-20"), 0).as_deref(), Some("Its date moved to 20 Jun 2026."));
    assert_eq!(why(&told, &notice(), State::NotStarted, 0).as_deref(), Some("The account is not started now."));
    assert_eq!(why(&told, &notice(), scheduled("2026-06-15"), 1).as_deref(), Some("The account was rolled back."));
    let confirmation = message(Some(&done), NoticeKind::Confirmation, 1, None, waiting());
    assert_eq!(why(&confirmation, &done, completed("2026-05-20T08:00:00Z"), 0), None);
    let running = State::InProgress {
        attempt: Attempt { plan: None, started_at: at("2026-05-20T08:00:00Z"), rollback_until: None },
    };
    assert_eq!(why(&confirmation, &done, running, 0).as_deref(), Some("The account is in progress now."));
}

#[test]
fn attempts_are_counted_by_rollbacks_and_undos_take_them_back() {
    let account = |state: State, attempt: u16| Account {
        number: AccountNumber(7),
        customer: ExternalId::from("C-7"),
        state,
        cohort: None,
        owner: None,
        custom: Default::default(),
        touched: Default::default(),
        chunk_seqs: Vec::new(),
        removed: false,
        attempt,
        since: None,
    };
    let rolled = || State::RolledBack { rolled_back_at: at("2026-05-21T08:00:00Z"), reason: "x".into() };
    let done = || completed("2026-05-20T08:00:00Z");
    let since = Since { at: at("2026-05-21T08:00:00Z"), by: Means::Change, bulk: None };
    for (before, after, expected) in [
        (done(), rolled(), 3),
        (rolled(), done(), 1),
        (rolled(), scheduled("2026-06-15"), 2),
        // The undo of planning it anew is no second rollback.
        (scheduled("2026-06-15"), rolled(), 2),
        (scheduled("2026-06-15"), scheduled("2026-06-20"), 2),
    ] {
        let before = account(before, 2);
        let mut after = account(after, 2);
        after.follow(Some(&before), since.clone());
        assert_eq!(after.attempt, expected, "{:?}", after.state);
        assert_eq!(after.since.as_ref(), Some(&since));
    }
    let same = account(done(), 2);
    let mut after = Account { owner: Some(UserId::from("x")), ..same.clone() };
    after.follow(Some(&same), since);
    assert_eq!(after.since, None, "another owner is no other status");
}
