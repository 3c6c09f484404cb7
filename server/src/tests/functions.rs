//! Every server function, called anonymously and as each role.

use super::world::World;
use domain::policy::{Action, Role, allows};
use serde_json::{Value, json};

/// Functions that may be called by anybody. Reviewed: everything else asks for a session.
const OPEN: &str = include_str!("open_functions.txt");

enum Body {
    Form(Vec<(&'static str, String)>),
    Json(Value),
}

/// An incident without a title.
fn incident_form() -> Value {
    json!({
        "kind": "incident", "title": {}, "impact": "minor", "window_starts": "", "window_ends": "", "started": "",
        "by_itself": false,
    })
}

/// An update that says nothing.
fn incident_update() -> Value {
    json!({ "state": "investigating", "body": {}, "components": {}, "notify": false })
}

/// A call of each function that is complete but for what only the right role is asked about.
fn calls(world: &World) -> Vec<(&'static str, Action, Body)> {
    use Body::{Form, Json};
    let migration = world.migration.0.clone();
    let m = || ("migration", migration.clone());
    let text = |key: &'static str, value: &str| (key, value.to_owned());
    let import = || vec![m(), text("id", "none")];
    let user = || text("user", "nobody");
    let draft = || json!({ "name": "", "kind": "notice", "fallback": "en", "variants": {} });
    vec![
        ("migrations/list", Action::ReadMigrations, Form(vec![])),
        ("migrations/overview", Action::ReadMigrations, Form(vec![text("slug", "ledger-3")])),
        (
            "migrations/create",
            Action::ManageMigrations,
            Form(vec![text("form[name]", ""), text("form[deadline]", "2030-01-01")]),
        ),
        (
            "migrations/change",
            Action::ManageMigrations,
            Form(vec![m(), text("form[name]", ""), text("form[deadline]", "2030-01-01")]),
        ),
        ("migrations/move", Action::MoveMigrations, Form(vec![m(), text("to", "draft"), text("reason", "no")])),
        ("migrations/publish", Action::PublishPage, Form(vec![m(), text("publish", "false")])),
        ("work/mine", Action::ReadMigrations, Form(vec![])),
        ("work/due", Action::ReadMigrations, Form(vec![])),
        ("work/attention", Action::ReadMigrations, Form(vec![m(), text("account", "1")])),
        ("work/requests", Action::ReadMigrations, Form(vec![])),
        ("customer-page/panel", Action::ReadMigrations, Form(vec![m(), text("account", "1")])),
        ("customer-page/link", Action::EditCustomers, Form(vec![m(), text("account", "1"), text("contact", "9")])),
        ("customer-page/revoke", Action::EditCustomers, Form(vec![m(), text("link", "none")])),
        (
            "customer-page/resubscribe",
            Action::EditCustomers,
            Form(vec![text("customer", "none"), text("contact", "1")]),
        ),
        (
            "customer-page/answer",
            Action::EditAccounts,
            Form(vec![m(), text("number", "99"), text("accept", "true"), text("reason", "")]),
        ),
        ("customer-page/settings", Action::ReadMigrations, Form(vec![m()])),
        (
            "customer-page/change",
            Action::ManageMigrations,
            Json(json!({
                "migration": migration, "settings": domain::customer_page::settings::PageSettings::default(),
            })),
        ),
        ("work/promises", Action::ReadMigrations, Form(vec![m()])),
        ("work/clear_flag", Action::EditAccounts, Form(vec![m(), text("flag", "none"), text("note", "")])),
        ("work/assign_ticket", Action::EditAccounts, Form(vec![text("ticket", "none"), text("customer", "none")])),
        (
            "migrations/days",
            Action::ManageMigrations,
            Json(json!({ "migration": migration, "blackouts": [], "weekends": false })),
        ),
        ("cohorts/split-preview", Action::ManageCohorts, Json(json!({ "migration": migration, "plan": split_plan() }))),
        (
            "cohorts/split",
            Action::ManageCohorts,
            Json(json!({
                "migration": migration, "command": "0123456789", "plan": split_plan(), "names": [], "seen": 0,
            })),
        ),
        ("cohorts/move-preview", Action::ManageCohorts, Json(json!({ "migration": migration, "wanted": wave_move() }))),
        (
            "cohorts/move-window",
            Action::ManageCohorts,
            Json(json!({
                "migration": migration, "command": "0123456789", "wanted": wave_move(),
                "seen": { "starts": "2030-01-01T00:00:00Z", "ends": "2030-01-02T00:00:00Z" },
            })),
        ),
        (
            "cohorts/days",
            Action::ReadMigrations,
            Form(vec![m(), text("first", "2030-01-01"), text("last", "2030-01-31")]),
        ),
        ("fields/add", Action::ManageFields, Form(vec![m(), text("form[label]", ""), text("form[kind]", "text")])),
        (
            "fields/change",
            Action::ManageFields,
            Form(vec![m(), text("field", "1"), text("form[label]", ""), text("form[kind]", "text")]),
        ),
        ("fields/order", Action::ManageFields, Form(vec![m(), text("field", "1"), text("position", "0")])),
        ("fields/retire", Action::ManageFields, Form(vec![m(), text("field", "1"), text("retired", "true")])),
        ("templates/list", Action::ReadMigrations, Form(vec![])),
        ("templates/save", Action::ManageTemplates, Form(vec![m(), text("title[name]", "")])),
        ("templates/change", Action::ManageTemplates, Form(vec![text("template", "none"), text("title[name]", "x")])),
        ("templates/delete", Action::ManageTemplates, Form(vec![text("template", "none")])),
        ("notice-templates/list", Action::ReadMigrations, Form(vec![m()])),
        ("notice-templates/one", Action::ReadMigrations, Form(vec![m(), text("number", "1")])),
        ("notice-templates/variables", Action::ReadMigrations, Form(vec![m(), text("kind", "notice")])),
        (
            "notice-templates/version",
            Action::ReadMigrations,
            Form(vec![m(), text("number", "1"), text("version", "0")]),
        ),
        (
            "notice-templates/look",
            Action::ReadMigrations,
            Json(json!({ "migration": migration, "draft": draft(), "account": null })),
        ),
        (
            "notice-templates/save",
            Action::ManageNotices,
            Json(json!({ "migration": migration, "number": null, "seen": 0, "draft": draft() })),
        ),
        (
            "notice-templates/restore",
            Action::ManageNotices,
            Form(vec![m(), text("number", "1"), text("seen", "7"), text("version", "0")]),
        ),
        ("notice-templates/remove", Action::ManageNotices, Form(vec![m(), text("number", "1"), text("seen", "7")])),
        (
            "notice-templates/test",
            Action::ManageNotices,
            Json(json!({ "migration": migration, "draft": draft(), "language": "en", "account": null })),
        ),
        ("status-page/page", Action::ReadMigrations, Form(vec![m()])),
        ("status-page/incidents", Action::ReadMigrations, Form(vec![m()])),
        ("status-page/incident", Action::ReadMigrations, Form(vec![m(), text("number", "99")])),
        ("status-page/preview", Action::EditPage, Json(json!({ "texts": ["**a**"] }))),
        (
            "status-page/save-texts",
            Action::EditPage,
            Json(json!({ "migration": migration, "seen": 9, "content": { "languages": [] } })),
        ),
        (
            "status-page/publish-texts",
            Action::PublishPage,
            Json(json!({ "migration": migration, "seen": 9, "at": null })),
        ),
        ("status-page/drop-plan", Action::PublishPage, Json(json!({ "migration": migration }))),
        ("status-page/look", Action::PublishPage, Json(json!({ "migration": migration, "look": { "accent": "red" } }))),
        (
            "status-page/follow",
            Action::PublishPage,
            Json(json!({ "migration": migration, "follow": { "windows": true, "halts": true, "progress": true } })),
        ),
        ("status-page/also", Action::PublishPage, Json(json!({ "migration": migration, "also": [] }))),
        (
            "status-page/component",
            Action::PublishPage,
            Json(json!({ "migration": migration, "number": null, "draft": { "name": {} } })),
        ),
        (
            "status-page/place-component",
            Action::PublishPage,
            Json(json!({ "migration": migration, "number": 99, "group": null, "position": 1 })),
        ),
        (
            "status-page/component-state",
            Action::PublishPage,
            Json(json!({ "migration": migration, "number": 99, "state": "operational" })),
        ),
        (
            "status-page/retire-component",
            Action::PublishPage,
            Json(json!({ "migration": migration, "number": 99, "retired": true })),
        ),
        (
            "status-page/begin-incident",
            Action::EditPage,
            Json(
                json!({ "migration": migration, "form": incident_form(), "first": incident_update(), "going": "Draft" }),
            ),
        ),
        (
            "status-page/change-incident",
            Action::EditPage,
            Json(json!({ "migration": migration, "number": 99, "seen": 0, "form": incident_form() })),
        ),
        (
            "status-page/save-update",
            Action::EditPage,
            Json(json!({
                "migration": migration, "incident": 99, "seen": 0, "update": null, "draft": incident_update(), "going": "Draft",
            })),
        ),
        (
            "status-page/remove-update",
            Action::EditPage,
            Json(json!({ "migration": migration, "incident": 99, "seen": 0, "update": 1 })),
        ),
        ("status-page/take-back", Action::EditPage, Json(json!({ "migration": migration, "incident": 99, "seen": 0 }))),
        (
            "status-page/save-template",
            Action::EditPage,
            Json(json!({
                "migration": migration, "number": null,
                "draft": { "name": "", "kind": "incident", "state": "investigating", "impact": "minor" },
            })),
        ),
        ("status-page/remove-template", Action::EditPage, Json(json!({ "migration": migration, "number": 99 }))),
        ("cohorts/create", Action::ManageCohorts, Form(vec![m(), text("form[name]", "")])),
        ("cohorts/change", Action::ManageCohorts, Form(vec![m(), text("cohort", "1"), text("form[name]", "")])),
        ("cohorts/order", Action::ManageCohorts, Form(vec![m(), text("cohort", "1"), text("position", "1")])),
        (
            "cohorts/move",
            Action::MoveCohorts,
            Form(vec![m(), text("cohort", "1"), text("to", "planned"), text("reason", "no")]),
        ),
        ("gates/report", Action::ReadMigrations, Form(vec![m(), text("cohort", "1")])),
        ("gates/decisions", Action::ReadMigrations, Form(vec![m()])),
        (
            "gates/change",
            Action::ManageCohorts,
            Json(
                json!({ "migration": migration, "cohort": 999, "lists": { "entry": [], "exit": [], "triggers": [] } }),
            ),
        ),
        (
            "gates/approve",
            Action::ApproveGates,
            Form(vec![m(), text("cohort", "1"), text("gate", "99"), text("given", "true")]),
        ),
        ("gates/sign", Action::SignGates, Form(vec![m(), text("cohort", "1"), text("set", "triggers")])),
        (
            "gates/override",
            Action::OverrideGates,
            Form(vec![m(), text("cohort", "1"), text("set", "triggers"), text("reason", "no")]),
        ),
        (
            "gates/move-past",
            Action::MoveCohorts,
            Form(vec![m(), text("cohort", "1"), text("to", "planned"), text("reason", "no")]),
        ),
        (
            "accounts/window",
            Action::ReadMigrations,
            Json(json!({ "migration": migration, "view": {}, "offset": 0, "limit": 10, "at_least": null })),
        ),
        ("accounts/detail", Action::ReadMigrations, Json(json!({ "migration": migration, "account": 1 }))),
        (
            "accounts/edit",
            Action::EditAccounts,
            Json(json!({ "migration": migration, "account": 1, "command": "0123456789", "changes": [] })),
        ),
        (
            "accounts/cells",
            Action::EditAccounts,
            Json(json!({ "migration": migration, "command": "0123456789", "rows": [] })),
        ),
        (
            "accounts/undo",
            Action::EditAccounts,
            Json(json!({ "migration": migration, "command": "0123456789", "events": [] })),
        ),
        (
            "accounts/comment",
            Action::Comment,
            Form(vec![m(), text("account", "1"), text("command", "0123456789"), text("text", "")]),
        ),
        (
            "accounts/create",
            Action::EditAccounts,
            Json(json!({ "migration": migration, "command": "0123456789", "form": { "external_id": "", "name": "" } })),
        ),
        ("answers/find", Action::ReadMigrations, Json(json!({ "text": "Halvorsen <it@halvorsen.example>" }))),
        ("answers/one", Action::ReadMigrations, Json(json!({ "migration": migration, "account": 1 }))),
        (
            "customers/list",
            Action::ReadMigrations,
            Json(json!({ "list": { "search": "", "sort": "name", "descending": false, "page": 0 } })),
        ),
        ("customers/detail", Action::ReadMigrations, Json(json!({ "customer": "C-0" }))),
        (
            "customers/change",
            Action::EditCustomers,
            Json(json!({ "customer": "C-0", "command": "0123456789", "changes": [] })),
        ),
        (
            "customers/create",
            Action::EditCustomers,
            Form(vec![text("command", "0123456789"), text("form[external_id]", ""), text("form[name]", "")]),
        ),
        ("messages/list", Action::ReadMigrations, Json(json!({ "migration": migration, "filter": {}, "page": 0 }))),
        ("messages/one", Action::ReadMigrations, Json(json!({ "migration": migration, "key": "none" }))),
        ("messages/account", Action::ReadMigrations, Json(json!({ "migration": migration, "account": 1 }))),
        (
            "messages/act",
            Action::ManageNotices,
            Json(json!({ "migration": migration, "keys": [], "filter": {}, "act": "hold", "reason": "" })),
        ),
        (
            "messages/call",
            Action::EditAccounts,
            Json(json!({ "migration": migration, "command": "0123456789", "account": 1, "contact": 9, "note": "" })),
        ),
        ("messages/callees", Action::ReadMigrations, Json(json!({ "migration": migration, "account": 1 }))),
        ("endpoints/list", Action::ReadMigrations, Json(json!({ "migration": migration }))),
        (
            "endpoints/add",
            Action::ManageNotices,
            Json(json!({ "migration": migration, "name": "", "url": "", "kind": "slack" })),
        ),
        (
            "endpoints/change",
            Action::ManageNotices,
            Json(json!({ "migration": migration, "number": 9, "name": "x", "disabled": false })),
        ),
        ("subscribers/list", Action::ReadMigrations, Json(json!({ "migration": migration, "text": "", "state": "" }))),
        (
            "subscribers/end",
            Action::ManageSubscribers,
            Json(json!({ "migration": migration, "number": 99, "remove": false, "reason": "no" })),
        ),
        ("hooks/has-key", Action::ManageHooks, Json(json!({ "hook": "tickets" }))),
        ("hooks/make-key", Action::ManageHooks, Json(json!({ "hook": "tickets" }))),
        ("imports/list", Action::ImportAccounts, Form(vec![m()])),
        ("imports/one", Action::ImportAccounts, Form(import())),
        (
            "imports/map",
            Action::ImportAccounts,
            Json(
                json!({ "migration": migration, "id": "none", "mapping": { "columns": [], "date_orders": [], "owners": {} } }),
            ),
        ),
        ("imports/check", Action::ImportAccounts, Form(import())),
        ("imports/commit", Action::ImportAccounts, Form(import())),
        ("rules/list", Action::ReadMigrations, Form(vec![m()])),
        ("rules/reach", Action::ManageNotices, Form(vec![m(), text("number", "99")])),
        (
            "rules/save",
            Action::ManageNotices,
            Json(json!({ "migration": migration, "number": null, "form": filled_rule() })),
        ),
        (
            "rules/switch",
            Action::ManageNotices,
            Json(json!({ "migration": migration, "number": 99, "on": true, "typed": null })),
        ),
        ("rules/usual", Action::ManageNotices, Json(json!({ "migration": migration }))),
        ("rules/remove", Action::ManageNotices, Json(json!({ "migration": migration, "number": 99 }))),
        ("imports/discard", Action::ImportAccounts, Form(import())),
        (
            "bulk/preview",
            Action::BulkEdit,
            Json(json!({
                "migration": migration,
                "scope": { "scope": "accounts", "numbers": [1] },
                "change": { "set": "owner", "to": null },
            })),
        ),
        (
            "bulk/start",
            Action::BulkEdit,
            Json(json!({
                "migration": migration,
                "command": "0123456789",
                "scope": { "scope": "accounts", "numbers": [] },
                "change": { "set": "state", "to": { "move": "reset" } },
            })),
        ),
        ("bulk/list", Action::ReadMigrations, Form(vec![m()])),
        ("bulk/one", Action::ReadMigrations, Form(import())),
        ("bulk/cancel", Action::BulkEdit, Form(import())),
        ("bulk/undo-preview", Action::BulkEdit, Form(import())),
        ("bulk/undo", Action::BulkEdit, Form(import())),
        ("users/list", Action::ManageUsers, Form(vec![])),
        ("views/list", Action::ReadMigrations, Form(vec![m()])),
        (
            "views/add",
            Action::ReadMigrations,
            Json(json!({ "migration": migration, "settings": { "name": "", "shared": false, "query": "" } })),
        ),
        (
            "views/change",
            Action::ReadMigrations,
            Json(json!({ "view": "none", "settings": { "name": "", "shared": false, "query": "" } })),
        ),
        ("views/delete", Action::ReadMigrations, Form(vec![text("view", "none")])),
        ("views/arrange", Action::ReadMigrations, Json(json!({ "migration": migration, "arrangement": {} }))),
        ("users/add", Action::ManageUsers, Form(vec![text("name", ""), text("email", ""), text("role", "viewer")])),
        ("users/role", Action::ManageUsers, Form(vec![user(), text("role", "viewer")])),
        ("users/disable", Action::ManageUsers, Form(vec![user(), text("disabled", "false")])),
        ("users/link", Action::ManageUsers, Form(vec![user()])),
        ("audit/read", Action::ReadAudit, Json(json!({ "filter": {}, "before": null }))),
        ("audit/verify", Action::ReadAudit, Form(vec![])),
        ("audit/find-person", Action::ErasePersons, Form(vec![text("query", "x")])),
        (
            "audit/erase-person",
            Action::ErasePersons,
            Json(json!({ "person": { "person": "user", "id": "nobody" }, "reason": "" })),
        ),
    ]
}

fn split_plan() -> Value {
    json!({ "scope": { "scope": "accounts", "numbers": [] }, "parts": "rest", "by": null, "seed": 1 })
}

fn wave_move() -> Value {
    json!({ "cohort": 999, "shift": { "starts": 1, "ends": 1 }, "along": false, "keep": true })
}

fn registered() -> Vec<String> {
    let mut paths: Vec<_> = leptos::server_fn::axum::server_fn_paths()
        .map(|(path, _)| path.trim_start_matches("/api/").to_owned())
        .collect();
    paths.sort();
    paths
}

#[tokio::test]
async fn every_function_is_open_on_purpose_or_asks_the_policy() {
    let world = World::new().await;
    let mut known: Vec<String> = calls(&world).iter().map(|(path, ..)| (*path).to_owned()).collect();
    known.extend(OPEN.lines().map(str::to_owned));
    known.sort();
    assert_eq!(registered(), known);

    let anonymous = world.browser();
    for (path, _, body) in calls(&world) {
        let status = call(&world, &anonymous, path, &body).await;
        assert_eq!(status, 401, "{path} called anonymously");
    }
    let denied = world.denied().await;
    assert_eq!(denied, ["without being signed in"], "anonymous calls are noted, summed up");
    for role in Role::ALL {
        let browser = world.signed_in(role).await;
        for (path, action, body) in calls(&world) {
            let status = call(&world, &browser, path, &body).await;
            match allows(role, action) {
                false => assert_eq!(status, 403, "{path} as {role:?}"),
                true => assert!(matches!(status, 200 | 302 | 404 | 409 | 422), "{path} as {role:?}: {status}"),
            }
        }
    }
}

async fn call(world: &World, browser: &reqwest::Client, path: &str, body: &Body) -> u16 {
    let request = match body {
        Body::Form(fields) => {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
            world.form(browser, path, &fields)
        }
        Body::Json(body) => world.json(browser, path, body),
    };
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn forged_oversized_and_malformed_requests_are_refused() {
    let world = World::new().await;
    let browser = world.signed_in(Role::Lead).await;
    let url = world.url("/api/migrations/publish");
    let body = format!("migration={}&publish=true", world.migration);
    let form = |site: &str| {
        let request = browser.post(&url).header("content-type", "application/x-www-form-urlencoded");
        request.header("sec-fetch-site", site).body(body.clone())
    };
    assert_eq!(form("cross-site").send().await.unwrap().status(), 403);
    let origin = browser.post(&url).header("origin", "https://evil.example").body(body.clone()).send().await.unwrap();
    assert_eq!(origin.status(), 403);
    assert!(world.store.public().page("ledger-3").is_none(), "a forged request published the page");

    assert_eq!(world.denied().await, ["request from another site"]);
    let large = world.form(&browser, "accounts/comment", &[("text", &"x".repeat(2_000_000))]).send().await.unwrap();
    assert_eq!(large.status(), 413);
    let nonsense =
        browser.post(world.url("/api/accounts/edit")).header("content-type", "application/json").body("{").send();
    assert_eq!(nonsense.await.unwrap().status(), 400);
    assert_eq!(browser.post(world.url("/api/none")).send().await.unwrap().status(), 400);
    assert_eq!(form("same-origin").send().await.unwrap().status(), 200);
    assert!(world.store.public().page("ledger-3").is_some());
}

#[tokio::test]
async fn an_upload_that_is_no_table_says_why_at_the_field() {
    let world = World::new().await;
    let browser = world.signed_in(Role::Lead).await;
    let url = world.url(&format!("/m/{}/imports/upload", world.migration));
    let upload = |browser: &reqwest::Client, bytes: Vec<u8>| {
        let part = reqwest::multipart::Part::bytes(bytes).file_name("old.csv");
        let form = reqwest::multipart::Form::new().part("file", part);
        browser.post(&url).header("accept", "application/json").multipart(form).send()
    };
    for (bytes, word) in [(vec![], "empty"), (vec![0, 1, 2, 0, 0], "CSV"), (vec![b'a'; 65_000_000], "64 MB")] {
        let response = upload(&browser, bytes).await.unwrap();
        assert_eq!(response.status(), 422);
        let error: Value = response.json().await.unwrap();
        let message = error["problems"][0]["message"].as_str().unwrap_or_default().to_owned();
        assert!(message.contains(word), "{message}");
    }
    let viewer = world.signed_in(Role::Viewer).await;
    assert_eq!(upload(&viewer, b"id,name\n1,A\n".to_vec()).await.unwrap().status(), 403);
    assert_eq!(upload(&world.browser(), b"id,name\n1,A\n".to_vec()).await.unwrap().status(), 401);
    let accepted: Value = upload(&browser, b"id,name\n1,A\n".to_vec()).await.unwrap().json().await.unwrap();
    assert!(accepted["id"].as_str().is_some_and(|id| !id.is_empty()), "{accepted}");
}

/// The form of a rule that is right but for its name.
fn filled_rule() -> Value {
    let settings = domain::notice::defaults::proposal(domain::notice::rule::Trigger::DateMoved);
    let form = app::api::rules::RuleForm { name: String::new(), ..app::api::rules::RuleForm::of(&settings) };
    serde_json::to_value(form).unwrap_or_default()
}
