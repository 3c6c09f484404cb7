//! Users: adding, roles, disabling, one-time links, passwords.

use super::{Context, Extra, Prepared};
use crate::error::StoreError;
use crate::model::Write;
use crate::rows::StoredUser;
use domain::event::{Draft, EventKind, PersonRef, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::id::UserId;
use domain::migration::FieldError;
use domain::policy::Role;
use domain::user::{User, is_email};
use serde_json::json;

/// A one-time link, known by the hash of its token.
pub(crate) struct LinkInput {
    pub hash: String,
    /// Seconds since 1970.
    pub expires: i64,
}

/// A new password's hash. Not `Debug`, so that it cannot slip into a log.
pub(crate) struct PasswordInput {
    pub hash: String,
}

pub(super) fn create(
    context: &Context<'_>,
    id: &UserId,
    name: &str,
    email: &str,
    role: Role,
    link: &LinkInput,
) -> Result<Prepared, StoreError> {
    let (name, email) = (name.trim().to_owned(), email.trim().to_lowercase());
    let mut problems = Vec::new();
    if name.is_empty() || name.chars().count() > 120 {
        problems.push(FieldError::new("name", "Give a name of at most 120 characters."));
    }
    if !is_email(&email) {
        problems.push(FieldError::new("email", "This is not an e-mail address."));
    } else if context.model.user_by_email(&email).is_some() {
        problems.push(FieldError::new("email", "Another user has this address."));
    }
    if !problems.is_empty() {
        return Err(StoreError::Invalid(problems));
    }
    let changes = vec![
        FieldChange::set(Field::PersonName, name.as_str()),
        FieldChange::set(Field::PersonEmail, email.as_str()),
        FieldChange::set(Field::Role, json!(role)),
    ];
    let user = User { id: id.clone(), name, email, role, disabled: false, has_password: false };
    let mut prepared = written(StoredUser { user, password_hash: None }, EventKind::UserCreated, changes);
    prepared.extras.push(put_link(id, link));
    Ok(prepared)
}

pub(super) fn change_role(context: &Context<'_>, id: &UserId, role: Role) -> Result<Prepared, StoreError> {
    let mut stored = user(context, id)?;
    if stored.user.role == role {
        return Ok(Prepared::default());
    }
    if stored.user.role == Role::Admin {
        keep_an_admin(context, id)?;
    }
    let changes = vec![FieldChange { field: Field::Role, before: json!(stored.user.role), after: json!(role) }];
    stored.user.role = role;
    Ok(signing_out(written(stored, EventKind::UserChanged, changes), id))
}

pub(super) fn set_disabled(context: &Context<'_>, id: &UserId, disabled: bool) -> Result<Prepared, StoreError> {
    let mut stored = user(context, id)?;
    if stored.user.disabled == disabled {
        return Ok(Prepared::default());
    }
    if disabled && stored.user.role == Role::Admin {
        keep_an_admin(context, id)?;
    }
    let changes = vec![FieldChange { field: Field::Disabled, before: json!(!disabled), after: json!(disabled) }];
    stored.user.disabled = disabled;
    let mut prepared = signing_out(written(stored, EventKind::UserChanged, changes), id);
    prepared.extras.push(Extra::DropLinks { user: id.clone() });
    Ok(prepared)
}

pub(super) fn make_link(context: &Context<'_>, id: &UserId, link: &LinkInput) -> Result<Prepared, StoreError> {
    let stored = user(context, id)?;
    if stored.user.disabled {
        return Err(StoreError::Refused("This user is disabled. Enable them first.".into()));
    }
    let draft = Draft::new(Stream::Workspace, EventKind::UserLinkMade, Subject::User(id.clone()), Vec::new());
    Ok(Prepared {
        drafts: vec![draft],
        extras: vec![Extra::DropLinks { user: id.clone() }, put_link(id, link)],
        ..Prepared::default()
    })
}

pub(super) fn set_password(
    context: &Context<'_>,
    id: &UserId,
    password: &PasswordInput,
) -> Result<Prepared, StoreError> {
    let mut stored = user(context, id)?;
    if stored.user.disabled {
        return Err(StoreError::Refused("This user is disabled.".into()));
    }
    stored.password_hash = Some(password.hash.clone());
    stored.user.has_password = true;
    let mut prepared = signing_out(written(stored, EventKind::PasswordSet, Vec::new()), id);
    prepared.extras.push(Extra::DropLinks { user: id.clone() });
    Ok(prepared)
}

fn put_link(user: &UserId, link: &LinkInput) -> Extra {
    Extra::PutLink { hash: link.hash.clone(), user: user.clone(), expires: link.expires }
}

fn written(stored: StoredUser, kind: EventKind, changes: Vec<FieldChange>) -> Prepared {
    let id = stored.user.id.clone();
    let draft = Draft::new(Stream::Workspace, kind, Subject::User(id.clone()), changes).about(PersonRef::User(id));
    Prepared { drafts: vec![draft], writes: vec![Write::User(stored)], people: true, ..Prepared::default() }
}

/// What a session was allowed may have changed, so every session of the user ends.
fn signing_out(mut prepared: Prepared, user: &UserId) -> Prepared {
    prepared.extras.push(Extra::DropSessions { user: user.clone() });
    prepared.signed_out = Some(user.clone());
    prepared
}

fn user(context: &Context<'_>, id: &UserId) -> Result<StoredUser, StoreError> {
    context.model.users.get(id).cloned().ok_or(StoreError::NotFound("This user does not exist."))
}

fn keep_an_admin(context: &Context<'_>, except: &UserId) -> Result<(), StoreError> {
    let other = |stored: &StoredUser| {
        let user = &stored.user;
        user.id != *except && user.role == Role::Admin && !user.disabled && user.has_password
    };
    match context.model.users.values().any(other) {
        true => Ok(()),
        false => Err(StoreError::Refused("This is the last admin who can sign in. Make another one first.".into())),
    }
}
