use crate::StoreError;
use crate::testing::{World, command, settings};
use chrono::Duration;
use domain::account::Change;
use domain::event::{EventKind, Position};
use domain::id::MigrationId;
use domain::migration::MigrationStage;
use domain::policy::Role;
use domain::search::Rank;
use domain::state::{Move, State};

/// Two migrations; the second one has the nearer deadline and shares a customer with the first.
async fn two_migrations() -> (World, MigrationId) {
    let world = World::new().await;
    let lead = world.acting(Role::Lead);
    let mut nearer = settings("residency");
    nearer.deadline = "2026-06-01".parse().unwrap();
    let second = lead.create_migration(nearer).await.unwrap();
    for (migration, id, name, email) in [
        (&world.migration, "C-10492", "Globex GmbH", "it@globex.example"),
        (&world.migration, "C-1049", "Müller Anlagenbau", "technik@mueller.example"),
        (&world.migration, "C-10493", "Maritime Globex Ltd", ""),
        (&world.migration, "G-1", "C-1049 Trading", "desk@trading.example"),
        (&second, "C-10492", "Globex GmbH", "it@globex.example"),
        (&second, "A-7", "Anlagen Globexa", "hello@anlagen.example"),
    ] {
        let input = crate::AccountInput {
            external_id: id.into(),
            name: name.into(),
            email: email.into(),
            custom: Default::default(),
        };
        lead.create_account(migration, command(), input).await.unwrap();
    }
    (world, second)
}

async fn ids(world: &World, text: &str) -> Vec<(String, String, Rank)> {
    let found = world.acting(Role::Viewer).find(text, 8).await.unwrap();
    let line =
        |account: crate::FoundAccount| (account.row.external_id.0, account.migration.settings.slug, account.rank);
    found.accounts.into_iter().map(line).collect()
}

#[tokio::test]
async fn the_best_account_comes_first_whichever_its_migration() {
    let (world, _) = two_migrations().await;
    let expect = async |text: &str, expected: &[(&str, &str, Rank)]| {
        let found = ids(&world, text).await;
        let expected: Vec<_> =
            expected.iter().map(|(id, slug, rank)| (id.to_string(), slug.to_string(), *rank)).collect();
        assert_eq!(found, expected, "{text:?}");
    };
    // The id itself, then ids that begin with it, then names; of one customer the nearer deadline first.
    expect(
        "c-1049",
        &[
            ("C-1049", "ledger-3", Rank::Id),
            ("C-10492", "residency", Rank::IdStart),
            ("C-10492", "ledger-3", Rank::IdStart),
            ("C-10493", "ledger-3", Rank::IdStart),
            ("G-1", "ledger-3", Rank::NameStart),
        ],
    )
    .await;
    expect("C-10492", &[("C-10492", "residency", Rank::Id), ("C-10492", "ledger-3", Rank::Id)]).await;
    expect(
        "globex",
        &[
            ("C-10492", "residency", Rank::NameStart),
            ("C-10492", "ledger-3", Rank::NameStart),
            ("A-7", "residency", Rank::NameWord),
            ("C-10493", "ledger-3", Rank::NameWord),
        ],
    )
    .await;
    expect("globxe gmbh", &[("C-10492", "residency", Rank::Typo), ("C-10492", "ledger-3", Rank::Typo)]).await;
    expect("MULLER", &[("C-1049", "ledger-3", Rank::NameStart)]).await;
    expect("Technik <Technik@Mueller.example>;", &[("C-1049", "ledger-3", Rank::Email)]).await;
    expect("new.person@mueller.example", &[("C-1049", "ledger-3", Rank::Domain)]).await;
    expect("Re: [C-10493] Your ticket", &[("C-10493", "ledger-3", Rank::Id)]).await;
    expect("C-10494", &[]).await;
    expect("", &[]).await;
}

#[tokio::test]
async fn only_the_best_are_answered_and_the_rest_is_counted() {
    let world = World::new().await;
    for number in 1..=20 {
        world.account(&format!("N-{number}")).await;
    }
    let found = world.acting(Role::Viewer).find("n-", 8).await.unwrap();
    let ids: Vec<_> = found.accounts.iter().map(|account| account.row.external_id.as_str()).collect();
    assert_eq!(ids, ["N-1", "N-2", "N-3", "N-4", "N-5", "N-6", "N-7", "N-8"]);
    assert_eq!(found.customers, 20);
}

#[tokio::test]
async fn an_erased_person_is_not_found_any_more() {
    let (world, _) = two_migrations().await;
    let person = domain::event::PersonRef::Customer("C-1049".into());
    world.acting(Role::Admin).erase_person(&person, "asked for it").await.unwrap();
    assert!(ids(&world, "technik@mueller.example").await.is_empty());
    assert_eq!(ids(&world, "C-1049").await[0].2, Rank::Id);
}

#[tokio::test]
async fn an_answer_says_who_changed_the_account_last() {
    let (world, second) = two_migrations().await;
    let account = ids_number(&world, "A-7").await;
    let created = world.acting(Role::Viewer).answer(&second, account).await.unwrap();
    assert_eq!(created.last_change.as_ref().map(|event| event.kind), Some(EventKind::AccountCreated));
    assert_eq!(created.profile.contacts[0].email, "hello@anlagen.example");

    world.clock.advance(Duration::minutes(5));
    let operator = world.acting(Role::Operator);
    let change = Change::State {
        seen: State::NotStarted,
        to: Move::Schedule { date: "2026-05-28".parse().unwrap(), pinned: None },
    };
    let saved = operator.edit_account(&second, account, command(), vec![change]).await.unwrap();
    operator.comment(&second, account, command(), "They called".into()).await.unwrap();
    let answer = world.acting(Role::Viewer).answer(&second, account).await.unwrap();
    let last = answer.last_change.unwrap();
    assert_eq!((last.seq, last.kind), (saved.position.migration, EventKind::AccountChanged));
    assert_eq!(last.actor.user(), Some(&world.caller(Role::Operator).user));
    assert_eq!(last.at, answer.now);
    assert!(answer.position.covers(&Position { migration: saved.position.migration, ..answer.position }));
    assert_eq!(answer.today, "2026-05-21".parse().unwrap());
    assert_eq!(answer.migration.stage, MigrationStage::Draft);

    let none = operator.answer(&world.migration, domain::id::AccountNumber(999)).await;
    assert!(matches!(none, Err(StoreError::NotFound(_))));
}

async fn ids_number(world: &World, id: &str) -> domain::id::AccountNumber {
    let found = world.acting(Role::Viewer).find(id, 1).await.unwrap();
    found.accounts[0].row.number
}
