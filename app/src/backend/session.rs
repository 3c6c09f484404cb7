//! Signing in and out.

use super::{backend, set_cookie, visitor, with_status};
use crate::api::ApiError;
use crate::api::session::{Invitation, Me};
use domain::user::{User, password_problem};
use leptos_axum::redirect;

impl From<&User> for Me {
    fn from(user: &User) -> Self {
        Me { id: user.id.clone(), name: user.name.clone(), email: user.email.clone(), role: user.role }
    }
}

/// Who is signed in, if anybody.
pub async fn current_user() -> Result<Option<Me>, ApiError> {
    Ok(visitor().session.map(|session| Me::from(&session.user)))
}

/// Checks the password, opens a session, goes on to `next`.
pub async fn sign_in(email: String, password: String, next: String) -> Result<(), ApiError> {
    let cookie = backend().door.sign_in(&email, &password, &visitor().from).await.map_err(with_status)?;
    set_cookie(&cookie);
    redirect(own_path(&next));
    Ok(())
}

/// Ends the session on the server and in the browser.
pub async fn sign_out() -> Result<(), ApiError> {
    let visitor = visitor();
    if let Some(session) = &visitor.session {
        backend().store.sign_out(session, &visitor.from).await?;
    }
    set_cookie(&backend().door.farewell());
    redirect("/sign-in");
    Ok(())
}

/// For whom a one-time link is.
pub async fn invitation(token: String) -> Result<Invitation, ApiError> {
    let user = backend().store.link_user(&token).await?;
    let user = user.ok_or_else(|| ApiError::NotFound {
        message: "This link was used already or has expired. Ask an admin for a new one.".to_owned(),
    });
    user.map(|user| Invitation { name: user.name, email: user.email }).map_err(with_status)
}

/// Sets the password of a one-time link's user and signs them in.
pub async fn accept_invitation(token: String, password: String, repeated: String) -> Result<(), ApiError> {
    let user = invitation(token.clone()).await?;
    if let Some(problem) = password_problem(&password, &user.name, &user.email) {
        return Err(with_status(ApiError::field("password", problem)));
    }
    if password != repeated {
        return Err(with_status(ApiError::field("repeated", "The two passwords differ.")));
    }
    let cookie = backend().door.accept(&token, &password, &visitor().from).await.map_err(with_status)?;
    set_cookie(&cookie);
    redirect("/");
    Ok(())
}

/// A path of this site, or the list of migrations: a link must not lead elsewhere after signing in.
fn own_path(next: &str) -> &str {
    let own =
        next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') && !next.contains(char::is_control);
    if own { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn signing_in_never_leads_to_another_site() {
        assert_eq!(own_path("/m/ledger-3/accounts?status=blocked"), "/m/ledger-3/accounts?status=blocked");
        for elsewhere in
            ["", "https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\n"]
        {
            assert_eq!(own_path(elsewhere), "/", "{elsewhere}");
        }
    }
}
