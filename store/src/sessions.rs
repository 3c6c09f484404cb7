//! Sessions and one-time links. Both are known by the SHA-256 of a random token, so a copy of the database opens nothing.

use crate::acting::Acting;
use crate::commands::{Command, LinkInput, PasswordInput};
use crate::error::StoreError;
use crate::journal::hex;
use crate::writer::{Store, new_command_id, random_text};
use chrono::Duration;
use domain::actor::{Actor, Caller};
use domain::event::{Draft, EventKind, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::id::UserId;
use domain::policy::Action;
use domain::user::User;
use sha2::{Digest, Sha256};
use surrealdb::types::{RecordId, SurrealValue};

/// Hours without a request after which a session ends.
pub const SESSION_IDLE_HOURS: i64 = 12;
/// Hours after which a session ends in any case.
pub const SESSION_ABSOLUTE_HOURS: i64 = 24 * 7;
/// Days for which a one-time link is good.
const LINK_DAYS: i64 = 3;
/// Seconds after which a session's last use is written again.
const SEEN_SECONDS: i64 = 60;
/// Characters of a token: 32 letters of 5 bits each are 160 random bits.
const TOKEN_LENGTH: usize = 32;

/// The user behind a live session.
#[derive(Clone, Debug)]
pub struct SessionUser {
    pub user: User,
    /// The session's record, for ending it.
    pub(crate) key: String,
}

/// A one-time link's token, shown once.
#[derive(Clone, Debug)]
pub struct OneTimeLink {
    pub user: UserId,
    pub token: String,
}

#[derive(SurrealValue)]
struct SessionRow {
    user: String,
    created: i64,
    seen: i64,
}

#[derive(SurrealValue)]
struct LinkRow {
    user: String,
    expires: i64,
}

fn hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// A new link's token and what is stored of it.
pub(crate) fn new_link(store: &Store) -> (String, LinkInput) {
    let token = random_text(TOKEN_LENGTH);
    let expires = (store.inner.clock.now() + Duration::days(LINK_DAYS)).timestamp();
    let link = LinkInput { hash: hash(&token), expires };
    (token, link)
}

impl Store {
    /// The user whose live session has this token. Renews the session.
    pub async fn session(&self, token: &str) -> Result<Option<SessionUser>, StoreError> {
        let key = hash(token);
        let id = RecordId::new("session", key.as_str());
        let mut response = self.inner.db.query("SELECT * OMIT id FROM $id").bind(("id", id.clone())).await?.check()?;
        let Some(row) = response.take::<Option<SessionRow>>(0)? else { return Ok(None) };
        let now = self.inner.clock.now().timestamp();
        let ended = now - row.seen > SESSION_IDLE_HOURS * 3_600 || now - row.created > SESSION_ABSOLUTE_HOURS * 3_600;
        let user = self.model().users.get(&UserId(row.user)).map(|stored| stored.user.clone());
        let Some(user) = user.filter(|user| !user.disabled && !ended) else {
            self.inner.db.query("DELETE $id").bind(("id", id)).await?.check()?;
            return Ok(None);
        };
        if now - row.seen > SEEN_SECONDS {
            // UPDATE, not UPSERT: a session that was ended meanwhile must not come back.
            let renew = self.inner.db.query("UPDATE $id SET seen = $now RETURN NONE");
            renew.bind(("id", id)).bind(("now", now)).await?.check()?;
        }
        Ok(Some(SessionUser { user, key }))
    }

    /// The stored password hash of a user who may sign in with this address.
    pub fn password_hash(&self, email: &str) -> Option<(UserId, String)> {
        let model = self.model();
        let stored = model.user_by_email(&email.trim().to_lowercase())?;
        let may = !stored.user.disabled;
        stored.password_hash.clone().filter(|_| may).map(|hash| (stored.user.id.clone(), hash))
    }

    /// Opens a session after the password was checked; answers its token.
    pub async fn sign_in(&self, user: &UserId, from: &str) -> Result<String, StoreError> {
        let token = random_text(TOKEN_LENGTH);
        let now = self.inner.clock.now().timestamp();
        self.record(Actor::User { id: user.clone() }, from, EventKind::SignedIn, Subject::User(user.clone()), vec![])
            .await?;
        let create = self.inner.db.query("CREATE $id CONTENT { user: $user, created: $now, seen: $now } RETURN NONE");
        create
            .bind(("id", RecordId::new("session", hash(&token))))
            .bind(("user", user.0.clone()))
            .bind(("now", now))
            .await?
            .check()?;
        Ok(token)
    }

    /// Ends one session.
    pub async fn sign_out(&self, session: &SessionUser, from: &str) -> Result<(), StoreError> {
        let id = RecordId::new("session", session.key.as_str());
        self.inner.db.query("DELETE $id").bind(("id", id)).await?.check()?;
        let user = &session.user.id;
        self.record(Actor::User { id: user.clone() }, from, EventKind::SignedOut, Subject::User(user.clone()), vec![])
            .await
    }

    /// Notes a refused sign-in, summed up per user and place. The typed address is not kept: it may be a password.
    pub async fn sign_in_refused(&self, email: &str, from: &str) -> Result<(), StoreError> {
        let user = self.model().user_by_email(&email.trim().to_lowercase()).map(|stored| stored.user.id.clone());
        let kind = format!("sign-in {user:?} {from}");
        let Some(attempts) = self.inner.denials.count(&kind, self.inner.clock.now()) else { return Ok(()) };
        let subject = user.map_or(Subject::Whole, Subject::User);
        let changes = vec![FieldChange::set(Field::Attempts, attempts)];
        self.record(Actor::Anonymous, from, EventKind::SignInRefused, subject, changes).await
    }

    /// Notes a denied attempt, summed up per actor, action and place.
    pub async fn denied(&self, actor: Actor, from: &str, what: &str) -> Result<(), StoreError> {
        let kind = format!("{:?} {what} {from}", actor.user());
        let Some(attempts) = self.inner.denials.count(&kind, self.inner.clock.now()) else { return Ok(()) };
        let changes = vec![FieldChange::set(Field::Action, what), FieldChange::set(Field::Attempts, attempts)];
        self.record(actor, from, EventKind::Denied, Subject::Whole, changes).await
    }

    /// For whom a one-time link is, if it is still good.
    pub async fn link_user(&self, token: &str) -> Result<Option<User>, StoreError> {
        let id = RecordId::new("link", hash(token));
        let mut response = self.inner.db.query("SELECT * OMIT id FROM $id").bind(("id", id)).await?.check()?;
        let Some(row) = response.take::<Option<LinkRow>>(0)? else { return Ok(None) };
        if row.expires < self.inner.clock.now().timestamp() {
            return Ok(None);
        }
        let user = self.model().users.get(&UserId(row.user)).map(|stored| stored.user.clone());
        Ok(user.filter(|user| !user.disabled))
    }

    /// Uses up a one-time link: stores the password's hash; the user's links and sessions end with it.
    pub async fn accept_link(&self, token: &str, password_hash: String, from: &str) -> Result<UserId, StoreError> {
        let user = self.link_user(token).await?;
        let user = user.ok_or(StoreError::NotFound("This link was used already or has expired."))?.id;
        let password = PasswordInput { hash: password_hash };
        let command = Command::SetPassword { user: user.clone(), password };
        self.submit(Actor::User { id: user.clone() }, from.to_owned(), new_command_id(), command).await?;
        Ok(user)
    }

    /// Deletes sessions and links that have ended anyway.
    pub(crate) async fn sweep_sessions(&self) -> Result<(), StoreError> {
        let now = self.inner.clock.now().timestamp();
        let sweep = "DELETE session WHERE seen < $idle OR created < $absolute; DELETE link WHERE expires < $now;";
        let query = self.inner.db.query(sweep);
        query
            .bind(("idle", now - SESSION_IDLE_HOURS * 3_600))
            .bind(("absolute", now - SESSION_ABSOLUTE_HOURS * 3_600))
            .bind(("now", now))
            .await?
            .check()?;
        Ok(())
    }

    async fn record(
        &self,
        actor: Actor,
        from: &str,
        kind: EventKind,
        subject: Subject,
        changes: Vec<FieldChange>,
    ) -> Result<(), StoreError> {
        let draft = Draft::new(Stream::Workspace, kind, subject, changes);
        self.submit(actor, from.to_owned(), new_command_id(), Command::Record { draft }).await.map(|_| ())
    }
}

impl SessionUser {
    /// The user at work, for [`Store::acting_as`].
    pub fn caller(&self, from: &str) -> Caller {
        Caller { user: self.user.id.clone(), role: self.user.role, from: from.to_owned() }
    }
}

impl Acting<'_> {
    /// Adds a user; answers the link with which they set a password.
    pub async fn add_user(
        &self,
        name: &str,
        email: &str,
        role: domain::policy::Role,
    ) -> Result<OneTimeLink, StoreError> {
        let permit = self.allow(Action::ManageUsers).await?;
        let (token, link) = new_link(self.store());
        let id = UserId(random_text(10));
        let (name, email) = (name.to_owned(), email.to_owned());
        self.submit(permit, Command::CreateUser { id: id.clone(), name, email, role, link }).await?;
        Ok(OneTimeLink { user: id, token })
    }

    /// Makes a new one-time link for a user; earlier ones stop working.
    pub async fn make_link(&self, user: &UserId) -> Result<OneTimeLink, StoreError> {
        let permit = self.allow(Action::ManageUsers).await?;
        let (token, link) = new_link(self.store());
        self.submit(permit, Command::MakeLink { user: user.clone(), link }).await?;
        Ok(OneTimeLink { user: user.clone(), token })
    }

    /// Gives a user another role; their sessions end.
    pub async fn change_role(&self, user: &UserId, role: domain::policy::Role) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageUsers).await?;
        self.submit(permit, Command::ChangeRole { user: user.clone(), role }).await.map(|_| ())
    }

    /// Disables a user, whose sessions end at once, or enables them again.
    pub async fn set_disabled(&self, user: &UserId, disabled: bool) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageUsers).await?;
        self.submit(permit, Command::SetDisabled { user: user.clone(), disabled }).await.map(|_| ())
    }

    /// All users by name.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        self.allow(Action::ManageUsers).await?;
        let mut users: Vec<_> = self.store().model().users.values().map(|stored| stored.user.clone()).collect();
        users.sort_by_key(|user| user.name.to_lowercase());
        Ok(users)
    }
}
