use crate::StoreError;
use crate::testing::{World, command};
use chrono::{Duration, NaiveDate};
use domain::account::Change;
use domain::clock::Clock;
use domain::event::EventKind;
use domain::id::{AccountNumber, ExternalId};
use domain::notice::flag::FlagKind;
use domain::notice::ticket::IncomingTicket;
use domain::policy::Role;
use domain::state::{Move, State};

fn ticket(id: &str, customer: &str) -> IncomingTicket {
    IncomingTicket {
        ticket_id: id.into(),
        external_id: Some(customer.into()),
        subject: "Invoices are missing since the move".into(),
        url: "https://help.example/1".into(),
        status: "open".into(),
        ..Default::default()
    }
}

impl World {
    async fn change(&self, account: AccountNumber, to: Move) {
        let acting = self.acting(Role::Operator);
        let seen = acting.row(&self.migration, account).await.expect("the row").state;
        let changes = vec![Change::State { seen, to }];
        acting.edit_account(&self.migration, account, command(), changes).await.expect("the edit is taken");
    }

    async fn migrated(&self, customer: &str) -> AccountNumber {
        let account = self.account(customer).await;
        self.change(account, Move::Start).await;
        self.change(account, Move::Complete { at: None }).await;
        account
    }

    async fn receive(&self, ticket: IncomingTicket) -> Result<(), StoreError> {
        self.store.system("test").receive_ticket(ticket).await
    }
}

#[tokio::test]
async fn a_ticket_soon_after_the_migration_flags_its_account_once() {
    let world = World::new().await;
    world.start().await;
    let account = world.migrated("C-1").await;
    world.clock.advance(Duration::days(6));
    world.receive(ticket("T-1", "C-1")).await.expect("it is taken");
    world.receive(ticket("T-1", "C-1")).await.expect("a repeat is taken, too");
    world.receive(IncomingTicket { status: "solved".into(), ..ticket("T-1", "C-1") }).await.expect("and its end");

    let viewer = world.acting(Role::Viewer);
    let known = viewer.attention(&world.migration, account).await.expect("it reads");
    assert_eq!(known.tickets.len(), 1);
    assert!(!known.tickets[0].is_open());
    let flags: Vec<_> = known.flags.iter().map(|flag| (flag.kind, flag.because.as_str())).collect();
    assert_eq!(flags, [(FlagKind::FollowUp, "Ticket T-1 was opened 6 days after its migration.")]);
    let history = viewer.account(&world.migration, account).await.expect("the account").history;
    let received = history.iter().filter(|event| event.kind == EventKind::TicketReceived).count();
    assert_eq!(received, 2, "a repeat is no event");
    assert!(viewer.row(&world.migration, account).await.expect("the row").notices.follow_up);

    let operator = world.acting(Role::Operator);
    let work = operator.my_work().await.expect("work");
    assert_eq!(work.follow_ups.total, 0, "an account without an owner is for the leads");
    let lead = world.acting(Role::Lead);
    assert_eq!(lead.my_work().await.expect("work").follow_ups.total, 1);
    let key = known.flags[0].key();
    operator.clear_flag(&world.migration, &key, "They had the old address.".into()).await.expect("it is cleared");
    assert_eq!(lead.my_work().await.expect("work").follow_ups.total, 0);
    assert!(!viewer.row(&world.migration, account).await.expect("the row").notices.follow_up);
    world.receive(IncomingTicket { status: "reopened".into(), ..ticket("T-1", "C-1") }).await.expect("it is taken");
    assert_eq!(lead.my_work().await.expect("work").follow_ups.total, 0, "it was looked after");
    world.check().await;
}

#[tokio::test]
async fn a_ticket_long_after_or_before_the_migration_flags_nobody() {
    let world = World::new().await;
    world.start().await;
    let moved = world.migrated("C-1").await;
    let waiting = world.account("C-2").await;
    world.clock.advance(Duration::days(8));
    world.receive(ticket("T-1", "C-1")).await.expect("it is taken");
    world.receive(ticket("T-2", "C-2")).await.expect("it is taken");
    for (account, id) in [(moved, "T-1"), (waiting, "T-2")] {
        let known = world.acting(Role::Viewer).attention(&world.migration, account).await.expect("it reads");
        assert_eq!(known.tickets.iter().map(|ticket| ticket.id.as_str()).collect::<Vec<_>>(), [id]);
        assert_eq!(known.flags, []);
    }
}

#[tokio::test]
async fn what_nobody_fits_waits_until_somebody_says_whose_it_is() {
    let world = World::new().await;
    world.start().await;
    let account = world.migrated("C-1").await;
    let stray = IncomingTicket { external_id: None, email: Some("who@else.example".into()), ..ticket("T-9", "") };
    world.receive(stray).await.expect("it is taken");
    let operator = world.acting(Role::Operator);
    assert_eq!(operator.unmatched_tickets().await.expect("the list").1, 1);
    let nobody = operator.assign_ticket("T-9", &ExternalId::from("C-404")).await;
    assert!(matches!(nobody, Err(StoreError::Invalid(problems)) if problems[0].field == "customer"));
    operator.assign_ticket("T-9", &ExternalId::from("C-1")).await.expect("it is theirs");
    assert_eq!(operator.unmatched_tickets().await.expect("the list").1, 0);
    let known = operator.attention(&world.migration, account).await.expect("it reads");
    assert_eq!((known.tickets.len(), known.flags.len()), (1, 1));
    let again = operator.assign_ticket("T-9", &ExternalId::from("C-1")).await;
    assert!(matches!(again, Err(StoreError::Refused(_))));

    let by_mail =
        IncomingTicket { external_id: None, email: Some("C-1@Customer.example".into()), ..ticket("T-10", "") };
    world.receive(by_mail).await.expect("it is taken");
    assert_eq!(operator.attention(&world.migration, account).await.expect("it reads").tickets.len(), 2);
    world.check().await;
}

#[tokio::test]
async fn my_work_lists_what_is_due_and_blocked_of_my_accounts() {
    let world = World::new().await;
    let me = world.caller(Role::Operator).user;
    let mine = |customer: &'static str| async {
        let account = world.account(customer).await;
        let changes = vec![Change::Owner { seen: None, to: Some(me.clone()) }];
        let acting = world.acting(Role::Operator);
        acting.edit_account(&world.migration, account, command(), changes).await.expect("it is mine");
        account
    };
    let (late, due, later, stuck) = (mine("C-1").await, mine("C-2").await, mine("C-3").await, mine("C-4").await);
    let theirs = world.account("C-5").await;
    let today: NaiveDate = crate::local_date(world.clock.now(), "Europe/Berlin");
    for (account, days) in [(late, -1), (due, 0), (later, 1), (theirs, 0)] {
        world.change(account, Move::Schedule { date: today + Duration::days(days), pinned: None }).await;
    }
    let category = domain::blocker::BlockerCategory::Data;
    world.change(stuck, Move::Block { category, text: "Old ids".into() }).await;

    let work = world.acting(Role::Operator).my_work().await.expect("work");
    let names = |list: &crate::WorkList| list.lines.iter().map(|line| line.row.number).collect::<Vec<_>>();
    assert_eq!(names(&work.overdue), [late]);
    assert_eq!(names(&work.today), [due]);
    assert_eq!(names(&work.blocked), [stuck]);
    assert_eq!(work.owned.iter().map(|owned| owned.counts.total()).collect::<Vec<_>>(), [4]);
    let other = world.acting(Role::Viewer).my_work().await.expect("work");
    assert_eq!((other.today.total, other.owned.len()), (0, 0));
    let state = world.acting(Role::Viewer).row(&world.migration, theirs).await.expect("the row").state;
    assert!(matches!(state, State::Scheduled { .. }));
}

#[tokio::test]
async fn erasing_a_customer_takes_their_words_out_of_tickets() {
    let world = World::new().await;
    world.account("C-1").await;
    world.receive(ticket("T-1", "C-1")).await.expect("it is taken");
    assert!(world.dump_of(&["ticket", "personal"]).await.contains("Invoices are missing"));
    let person = domain::event::PersonRef::Customer(ExternalId::from("C-1"));
    world.acting(Role::Admin).erase_person(&person, "Asked for").await.expect("it is erased");
    let left = world.dump_of(&["ticket", "personal", "event"]).await;
    assert!(!left.contains("Invoices are missing") && !left.contains("help.example"), "{left}");
    world.check().await;
}
