//! Signing in and out.

use super::ApiError;
use domain::id::UserId;
use domain::policy::{Action, Role, allows};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The signed-in user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
}

impl Me {
    /// Whether this user may do this; the server asks the same function.
    pub fn may(&self, action: Action) -> bool {
        allows(self.role, action)
    }
}

/// For whom a one-time link is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub name: String,
    pub email: String,
}

/// Who is signed in, if anybody.
#[server(endpoint = "session/current")]
pub async fn current_user() -> Result<Option<Me>, ApiError> {
    crate::backend::session::current_user().await
}

/// Signs in and goes to `next` (a path of this site) or to the list of migrations.
#[server(endpoint = "session/sign-in")]
pub async fn sign_in(email: String, password: String, #[server(default)] next: String) -> Result<(), ApiError> {
    crate::backend::session::sign_in(email, password, next).await
}

/// Ends the session on the server and goes to the sign-in page.
#[server(endpoint = "session/sign-out")]
pub async fn sign_out() -> Result<(), ApiError> {
    crate::backend::session::sign_out().await
}

/// For whom the one-time link with this token is, if it is still good.
#[server(name = AskInvitation, endpoint = "session/invitation")]
pub async fn invitation(token: String) -> Result<Invitation, ApiError> {
    crate::backend::session::invitation(token).await
}

/// Uses up a one-time link: sets the password, signs in, goes to the list of migrations.
#[server(endpoint = "session/accept")]
pub async fn accept_invitation(token: String, password: String, repeated: String) -> Result<(), ApiError> {
    crate::backend::session::accept_invitation(token, password, repeated).await
}
