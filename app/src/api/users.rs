//! Users of the workspace, for admins.

use super::ApiError;
use domain::id::UserId;
use domain::policy::Role;
use domain::user::User;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A link that lets one person set a password, once, within three days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneTimeLink {
    pub name: String,
    /// The whole address; shown once and never again.
    pub address: String,
}

/// All users by name.
#[server(endpoint = "users/list")]
pub async fn users() -> Result<Vec<User>, ApiError> {
    crate::backend::users::list().await
}

/// Adds a user and answers the link with which they set a password.
#[server(endpoint = "users/add")]
pub async fn add_user(name: String, email: String, role: Role) -> Result<OneTimeLink, ApiError> {
    crate::backend::users::add(name, email, role).await
}

/// Gives a user another role; their sessions end.
#[server(endpoint = "users/role")]
pub async fn change_role(user: UserId, role: Role) -> Result<(), ApiError> {
    crate::backend::users::change_role(user, role).await
}

/// Disables a user (their sessions end at once) or enables them again.
#[server(endpoint = "users/disable")]
pub async fn set_disabled(user: UserId, disabled: bool) -> Result<(), ApiError> {
    crate::backend::users::set_disabled(user, disabled).await
}

/// Makes a new one-time link for a user; an earlier one stops working.
#[server(endpoint = "users/link")]
pub async fn new_link(user: UserId) -> Result<OneTimeLink, ApiError> {
    crate::backend::users::new_link(user).await
}
