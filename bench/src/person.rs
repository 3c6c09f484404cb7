//! A signed-in user who asks the server as its pages do.

use crate::Result;
use crate::invented;
use crate::server::Server;
use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Response, Url};
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};

const PASSWORD: &str = "quiet river stone";
/// No single request takes longer.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// Somebody who works with the server.
#[derive(Clone)]
pub struct Person {
    client: Client,
    cookies: Arc<Jar>,
    pub url: String,
}

impl Person {
    /// Somebody not signed in yet.
    pub fn new(server: &Server) -> Result<Person> {
        let cookies = Arc::new(Jar::default());
        let client = Client::builder()
            .no_proxy()
            .cookie_provider(cookies.clone())
            .redirect(reqwest::redirect::Policy::none())
            .timeout(ANSWER_WITHIN)
            .build()?;
        Ok(Person { client, cookies, url: server.url.clone() })
    }

    /// The same person at another address.
    pub fn at(&self, url: &str) -> Person {
        Person { url: url.to_owned(), ..self.clone() }
    }

    /// Takes the first admin's link, makes users, a running migration and its cohorts, and publishes its page. Answers the
    /// migration's id.
    pub async fn prepare(&self, link: &str) -> Result<String> {
        self.form("session/accept", &[("token", link), ("password", PASSWORD), ("repeated", PASSWORD)]).await?;
        for (name, email) in invented::OWNERS {
            self.form("users/add", &[("name", name), ("email", email), ("role", "operator")]).await?;
        }
        let form = [
            ("form[name]", "Bench"),
            ("form[public_name]", "The move to the new platform"),
            ("form[slug]", invented::SLUG),
            ("form[description]", "Invoices and payment reminders move to the new platform."),
            ("form[deadline]", "2031-06-30"),
            ("form[time_zone]", "Europe/Berlin"),
            ("form[rollback_days]", "14"),
        ];
        self.form("migrations/create", &form).await?;
        let overview = self.overview().await?;
        let migration = overview["migration"]["id"].as_str().ok_or("a migration has no id")?.to_owned();
        for number in 1..=invented::COHORTS {
            let name = invented::cohort_name(number);
            self.form("cohorts/create", &[("migration", &migration), ("form[name]", &name)]).await?;
        }
        let fields = [("migration", migration.as_str()), ("to", "running"), ("reason", "The bench begins")];
        self.form("migrations/move", &fields).await?;
        self.form("migrations/publish", &[("migration", &migration), ("publish", "true")]).await?;
        Ok(migration)
    }

    /// The frame of the migration.
    pub async fn overview(&self) -> Result<Value> {
        self.form("migrations/overview", &[("slug", invented::SLUG)]).await
    }

    /// Calls a server function that takes JSON.
    pub async fn json(&self, function: &str, body: &Value) -> Result<Value> {
        let (_, answer) = self.timed(function, body.to_string()).await?;
        Ok(answer)
    }

    /// The same with the time from sending until the whole answer is here. Reading it as JSON does not count.
    pub async fn timed(&self, function: &str, body: String) -> Result<(Duration, Value)> {
        let request = self.client.post(format!("{}/api/{function}", self.url));
        let request = request.header(CONTENT_TYPE, "application/json").body(body);
        let started = Instant::now();
        let response = request.send().await?;
        let status = response.status();
        let bytes = response.bytes().await?;
        let elapsed = started.elapsed();
        if !status.is_success() {
            return Err(format!("{function}: {status} {}", String::from_utf8_lossy(&bytes)).into());
        }
        Ok((elapsed, serde_json::from_slice(&bytes)?))
    }

    /// Calls a server function that takes a form.
    pub async fn form(&self, function: &str, fields: &[(&str, &str)]) -> Result<Value> {
        // The same escaping as in addresses; the parser of addresses does it.
        let mut address = Url::parse(&format!("{}/api/{function}", self.url))?;
        address.query_pairs_mut().extend_pairs(fields);
        let body = address.query().unwrap_or("").to_owned();
        address.set_query(None);
        let request = self.client.post(address).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let response = request.body(body).send().await?;
        let status = response.status();
        let text = response.text().await?;
        if !status.is_success() && !status.is_redirection() {
            return Err(format!("{function}: {status} {text}").into());
        }
        // Functions that lead to another page answer nothing else.
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Sends a file for import; answers the import's id.
    pub async fn upload(&self, migration: &str, file: Vec<u8>) -> Result<String> {
        let part = reqwest::multipart::Part::bytes(file).file_name("customers.csv");
        let form = reqwest::multipart::Form::new().part("file", part);
        let request = self.client.post(format!("{}/m/{migration}/imports/upload", self.url));
        let response = request.header(ACCEPT, "application/json").multipart(form).send().await?;
        let status = response.status();
        let answer: Value = response.json().await?;
        answer["id"].as_str().map(str::to_owned).ok_or_else(|| format!("upload: {status} {answer}").into())
    }

    /// Fetches an address of the server as it is, compressed if `encoding` says so.
    pub async fn fetch(&self, path: &str, encoding: &str) -> Result<Response> {
        let request = self.client.get(format!("{}{path}", self.url)).header("accept-encoding", encoding);
        Ok(request.send().await?.error_for_status()?)
    }

    /// The cookie that says who this is, for connections made otherwise.
    pub fn cookie(&self) -> Result<HeaderValue> {
        let address = Url::parse(&self.url)?;
        self.cookies.cookies(&address).ok_or_else(|| "not signed in".into())
    }
}
