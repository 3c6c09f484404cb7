//! Subscribers of the demo's status page.

use super::Demo;
use domain::id::MigrationId;
use domain::subscription::{Asked, Channel, Choice, Topic};
use store::StoreError;

/// How many.
const COUNT: usize = 24;
const LANGUAGES: [&str; 4] = ["en", "de", "fr", "it"];

impl Demo<'_> {
    pub(super) async fn subscribers(&self, migration: &MigrationId) -> Result<(), StoreError> {
        let system = self.store.system("demo");
        for index in 0..COUNT {
            let mut choice = Choice { language: LANGUAGES[index % 4].to_owned(), ..Choice::default() };
            if index % 5 == 0 {
                choice.topics = [Topic::StartEnd, Topic::Incidents].into();
            }
            let (channel, address) = match index {
                7 => (Channel::Webhook, "https://hooks.reader.example/landbridge".to_owned()),
                _ => (Channel::Email, format!("reader{}@reader.example", index + 1)),
            };
            system.subscribe_at_once(migration, Asked { channel, address, choice }).await?;
        }
        // Some have asked and not said yes.
        for index in 0..3 {
            let address = format!("curious{}@reader.example", index + 1);
            let asked = Asked { channel: Channel::Email, address, choice: Choice::default() };
            self.store.public().subscribe(migration, asked).await?;
        }
        Ok(())
    }
}
