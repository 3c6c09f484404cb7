//! Signing in and out over HTTP.

use super::world::{PASSWORD, World};
use crate::attempts::FAILURES_MAX;
use domain::event::{EventKind, Stream};
use domain::policy::Role;
use store::LogQuery;

#[tokio::test]
async fn the_sessions_cookie_is_closed_to_scripts_and_other_sites() {
    let world = World::new().await;
    let browser = world.browser();
    let response = world.sign_in(&browser, "Viewer@Company.example ", PASSWORD).await;
    assert_eq!(response.status(), 200);
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    for part in ["session=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(browser.get(world.url("/")).send().await.unwrap().status(), 200);

    world.form(&browser, "session/sign-out", &[]).send().await.unwrap();
    // The server has ended the session: the old cookie opens nothing, whatever the browser keeps.
    let token = cookie.split(['=', ';']).nth(1).unwrap();
    let response =
        world.browser().get(world.url("/")).header("cookie", format!("session={token}")).send().await.unwrap();
    assert_eq!(response.headers()["location"], "/sign-in");
}

#[tokio::test]
async fn without_script_the_form_leads_on_or_back_to_itself() {
    let world = World::new().await;
    let browser = world.browser();
    let send = |password: &'static str, next: &'static str| {
        let fields = [("email", "lead@company.example"), ("password", password), ("next", next)];
        let form = world.form(&browser, "session/sign-in", &fields).header("accept", "text/html");
        form.header("referer", world.url("/sign-in")).send()
    };
    let location = |response: reqwest::Response| {
        assert_eq!(response.status(), 302);
        response.headers()["location"].to_str().unwrap().to_owned()
    };
    assert_eq!(location(send(PASSWORD, "/m/ledger-3/accounts").await.unwrap()), "/m/ledger-3/accounts");
    assert_eq!(location(send(PASSWORD, "https://evil.example").await.unwrap()), "/");
    assert!(location(send("wrong password", "").await.unwrap()).contains("/sign-in?"));
}

#[tokio::test]
async fn behind_https_the_cookie_is_secure_and_bound_to_the_host() {
    let cookie = crate::cookies::Cookies { secure: true }.session("token");
    assert!(
        cookie.starts_with("__Host-session=token") && cookie.contains("Secure") && cookie.contains("Path=/"),
        "{cookie}"
    );
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn guessing_is_slowed_down_and_noted_without_what_was_typed() {
    let world = World::new().await;
    let browser = world.browser();
    for _ in 0..FAILURES_MAX {
        assert_eq!(world.sign_in(&browser, "lead@company.example", "wrong password").await.status(), 422);
    }
    let response = world.sign_in(&browser, "lead@company.example", PASSWORD).await;
    assert_eq!(response.status(), 429, "the right password does not help any more");
    assert_eq!(world.sign_in(&browser, "viewer@company.example", PASSWORD).await.status(), 200, "others may go on");
    let query = LogQuery {
        stream: Stream::Workspace,
        kind: Some(EventKind::SignInRefused),
        user: None,
        from: None,
        until: None,
        before: None,
        limit: 10,
    };
    let (entries, _) = world.store.acting_as(world.caller(Role::Admin)).log(&query).await.unwrap();
    assert_eq!(entries.len(), 1, "summed up");
    assert!(!format!("{entries:?}").contains("wrong password"));
}

#[tokio::test]
async fn an_unknown_address_is_answered_like_a_wrong_password() {
    let world = World::new().await;
    let browser = world.browser();
    let wrong = world.sign_in(&browser, "lead@company.example", "nope").await;
    let unknown = world.sign_in(&browser, "nobody@company.example", "nope").await;
    assert_eq!(wrong.status(), unknown.status());
    assert_eq!(wrong.text().await.unwrap(), unknown.text().await.unwrap());
}

#[tokio::test]
async fn a_one_time_link_sets_a_password_and_signs_in() {
    let world = World::new().await;
    let admin = world.store.acting_as(world.caller(Role::Admin));
    let link = admin.add_user("New One", "new@company.example", Role::Viewer).await.unwrap();
    let browser = world.browser();
    let accept = |password: &'static str, repeated: &'static str| {
        let fields = [("token", link.token.as_str()), ("password", password), ("repeated", repeated)];
        world.form(&browser, "session/accept", &fields).send()
    };
    assert_eq!(accept("short", "short").await.unwrap().status(), 422);
    assert_eq!(accept(PASSWORD, "another one").await.unwrap().status(), 422);
    assert_eq!(accept(PASSWORD, PASSWORD).await.unwrap().status(), 200);
    assert_eq!(browser.get(world.url("/")).send().await.unwrap().status(), 200);
    assert_eq!(accept(PASSWORD, PASSWORD).await.unwrap().status(), 404, "it works once");
}
