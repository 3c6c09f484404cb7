//! Nothing private becomes public: random data goes in by the ways that staff use, and every public byte is searched.

use super::everything;
use crate::public_pages::PublicPages;
use crate::tests::world::World;
use domain::cohort::CohortSettings;
use domain::id::CommandId;
use domain::migration::MigrationSettings;
use domain::policy::Role;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use store::AccountInput;

/// A word that occurs nowhere by chance.
fn word(rng: &mut StdRng) -> String {
    let letters: String = (0..14).map(|_| rng.random_range('a'..='z')).collect();
    format!("Zq{letters}")
}

#[tokio::test]
async fn no_public_byte_has_anything_private() {
    let world = World::new().await;
    let rng = &mut StdRng::seed_from_u64(7);
    let lead = world.store.acting_as(world.caller(Role::Lead));
    let mut private: Vec<String> = ["Internal codename", "Secret cohort", "Halvorsen"].map(str::to_owned).into();
    let mut public = Vec::new();
    for round in 0..4 {
        let (inside, outside) = (word(rng), word(rng));
        let settings = MigrationSettings {
            name: inside.clone(),
            // Also where nobody gave a public name, or only a lead's.
            public_name: if round == 0 { outside.clone() } else { format!("{outside} {round}") },
            slug: format!("random-{round}"),
            description: String::new(),
            deadline: "2030-06-30".parse().unwrap(),
            time_zone: "Europe/Berlin".into(),
            rollback_days: None,
            blackouts: Vec::new(),
            weekends: false,
        };
        let migration = lead.create_migration(settings).await.unwrap();
        private.push(inside);
        public.push(outside);
        for _ in 0..5 {
            let name = word(rng);
            let settings = CohortSettings { name: name.clone(), ..Default::default() };
            lead.create_cohort(&migration, settings).await.unwrap();
            private.push(name);
        }
        for account in 0..10 {
            let (name, id, mailbox) = (word(rng), word(rng), word(rng));
            let input = AccountInput {
                external_id: id.clone(),
                name: name.clone(),
                email: format!("{mailbox}@private.example"),
                custom: Default::default(),
            };
            let command = CommandId(format!("private-{round}-{account}"));
            lead.create_account(&migration, command, input).await.unwrap();
            private.extend([name, id, mailbox]);
        }
        lead.publish(&migration, true).await.unwrap();
    }
    private.extend(world.callers.iter().map(|caller| caller.user.to_string()));
    private.push("@company.example".into());

    let folder = tempfile::tempdir().unwrap();
    let pages = PublicPages::new("http://test", Some(folder.path().to_owned()));
    pages.render_all(&world.store);
    let mut files = Vec::new();
    for round in 0..4 {
        let site = pages.by_slug(&format!("random-{round}")).unwrap();
        files.extend(everything(&site));
    }
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        files.push(("on disk".to_owned(), std::fs::read(entry.unwrap().path()).unwrap()));
    }
    assert!(files.len() > 200, "{}", files.len());
    for (key, bytes) in &files {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        for word in &private {
            assert!(!text.contains(&word.to_lowercase()), "{word} is public in {key}");
        }
    }
    // The search would find something: what is public is there.
    let all: Vec<_> = files.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect();
    for word in &public {
        assert!(all.iter().any(|text| text.contains(word)), "{word} is nowhere");
    }
}
