//! What the server does on its own: first start, sweeping, verifying from the command line, demo data.

use crate::audit::{SignedHead, StreamVerdict};
use crate::commands::{Answer, Command, PasswordInput};
use crate::error::StoreError;
use crate::sessions::{OneTimeLink, new_link};
use crate::writer::{Store, new_command_id, random_text};
use domain::actor::{Actor, Caller};
use domain::id::{MigrationId, UserId};
use domain::migration::MigrationSettings;
use domain::policy::Role;

/// The way in for the server's own work; `from` names the work in the log.
pub struct System<'a> {
    store: &'a Store,
    from: &'static str,
}

impl Store {
    /// The way in for the server's own work.
    pub fn system(&self, from: &'static str) -> System<'_> {
        System { store: self, from }
    }
}

impl System<'_> {
    /// At the first start: creates the first admin and answers the link with which they set a password. While nobody has
    /// used it, a later start makes a new one. `None` once somebody can sign in.
    pub async fn first_admin(&self, email: &str) -> Result<Option<OneTimeLink>, StoreError> {
        let waiting = {
            let model = self.store.model();
            if model.users.values().any(|stored| stored.user.has_password) {
                return Ok(None);
            }
            model.users.values().find(|stored| stored.user.role == Role::Admin).map(|stored| stored.user.id.clone())
        };
        let (token, link) = new_link(self.store);
        let (user, command) = match waiting {
            Some(user) => (user.clone(), Command::MakeLink { user, link }),
            None => {
                let id = UserId(random_text(10));
                let (name, email) = ("First admin".to_owned(), email.to_owned());
                (id.clone(), Command::CreateUser { id, name, email, role: Role::Admin, link })
            }
        };
        self.submit(command).await?;
        Ok(Some(OneTimeLink { user, token }))
    }

    /// Adds a user who can sign in at once; for demo data only.
    pub async fn demo_user(
        &self,
        name: &str,
        email: &str,
        role: Role,
        password_hash: String,
    ) -> Result<Caller, StoreError> {
        let (_, link) = new_link(self.store);
        let id = UserId(random_text(10));
        let (name, email) = (name.to_owned(), email.to_owned());
        self.submit(Command::CreateUser { id: id.clone(), name, email, role, link }).await?;
        let password = PasswordInput { hash: password_hash };
        self.submit(Command::SetPassword { user: id.clone(), password }).await?;
        Ok(Caller { user: id, role, from: self.from.to_owned() })
    }

    /// Creates a migration that ended before it came here; for demo data only.
    pub async fn demo_past_migration(&self, settings: MigrationSettings) -> Result<MigrationId, StoreError> {
        let id = MigrationId(random_text(8));
        self.submit(Command::CreateMigration { id: id.clone(), settings, is_over: true }).await?;
        Ok(id)
    }

    /// Whether nothing was ever created here.
    pub fn is_empty(&self) -> bool {
        let model = self.store.model();
        model.users.is_empty() && model.migrations.is_empty()
    }

    /// Deletes sessions and links that have ended anyway.
    pub async fn sweep(&self) -> Result<(), StoreError> {
        self.store.sweep_sessions().await
    }

    /// Verifies the hash chains of all streams; `kept` are signed heads that must still be part of them.
    pub async fn verify(&self, kept: &[SignedHead]) -> Result<Vec<StreamVerdict>, StoreError> {
        self.store.verify_all(kept).await
    }

    /// The heads of all streams, signed, for the server's log and for exports.
    pub fn signed_heads(&self) -> Vec<SignedHead> {
        self.store.signed_heads()
    }

    /// Whether what is in memory is what the database holds; names the first difference.
    pub async fn compare_with_database(&self) -> Result<Option<String>, StoreError> {
        let stored = crate::model::Model::load(&self.store.inner.db).await?;
        Ok(self.store.model().difference(&stored))
    }

    pub(crate) fn store(&self) -> &Store {
        self.store
    }

    pub(crate) async fn submit_for_answer(&self, command: Command) -> Result<Answer, StoreError> {
        self.store.submit(Actor::System, self.from.to_owned(), new_command_id(), command).await
    }

    pub(crate) async fn submit(&self, command: Command) -> Result<(), StoreError> {
        self.store.submit(Actor::System, self.from.to_owned(), new_command_id(), command).await.map(|_| ())
    }
}
