//! Users of the workspace.

use super::acting;
use crate::api::ApiError;
use crate::api::users::OneTimeLink;
use domain::id::UserId;
use domain::policy::Role;
use domain::user::User;

/// All users.
pub async fn list() -> Result<Vec<User>, ApiError> {
    acting(async |acting, _| Ok(acting.users().await?)).await
}

/// Adds a user.
pub async fn add(name: String, email: String, role: Role) -> Result<OneTimeLink, ApiError> {
    acting(async |acting, backend| {
        let link = acting.add_user(&name, &email, role).await?;
        Ok(OneTimeLink { name, address: address(&backend.base_url, &link.token) })
    })
    .await
}

/// Gives a user another role.
pub async fn change_role(user: UserId, role: Role) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.change_role(&user, role).await?)).await
}

/// Disables or enables a user.
pub async fn set_disabled(user: UserId, disabled: bool) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.set_disabled(&user, disabled).await?)).await
}

/// Makes a new one-time link.
pub async fn new_link(user: UserId) -> Result<OneTimeLink, ApiError> {
    acting(async |acting, backend| {
        let link = acting.make_link(&user).await?;
        let name = acting.users().await?.into_iter().find(|known| known.id == user).map(|user| user.name);
        Ok(OneTimeLink { name: name.unwrap_or_default(), address: address(&backend.base_url, &link.token) })
    })
    .await
}

/// The address of a one-time link.
pub fn address(base_url: &str, token: &str) -> String {
    format!("{base_url}/welcome/{token}")
}
