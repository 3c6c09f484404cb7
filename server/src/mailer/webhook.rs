//! Webhooks: to a chat, or signed as Standard Webhooks 1.0.0 says, to another system.

use super::Attempt;
use domain::clock::Clock;
use domain::notice::message::{Content, Outcome};
use domain::notice::{Endpoint, EndpointKind, Recipient};
use domain::subscription::Problem;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use serde_json::json;
use standardwebhooks::Webhook;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use store::{Leased, message_id};

/// The wait for an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// Largest payload, in bytes.
const PAYLOAD_MAX: usize = 20_000;

/// The way to endpoints.
pub struct Webhooks {
    pub reach: Reach,
    pub clock: Arc<dyn Clock>,
}

/// Which addresses may be called.
#[derive(Clone, Copy, Default)]
pub struct Reach {
    /// Those in private networks, too.
    pub private: bool,
}

/// The wait for a host's addresses.
const FOUND_WITHIN: Duration = Duration::from_secs(5);

/// Why an address is not called.
enum NoWay {
    /// Its host was not found, or not in time.
    Lost,
    Private,
    NotOne,
}

impl Reach {
    /// Whether a webhook that somebody enters may be called. When something is sent there, that is looked at again.
    pub async fn look_at(self, address: &str) -> Result<(), Problem> {
        let url = Url::parse(address).map_err(|_| Problem::BadWebhook)?;
        match self.resolve(&url).await {
            Ok(_) => Ok(()),
            Err(NoWay::Lost) => Err(Problem::LostWebhook),
            Err(NoWay::Private) => Err(Problem::PrivateWebhook),
            Err(NoWay::NotOne) => Err(Problem::BadWebhook),
        }
    }

    /// The host and the addresses to connect to.
    async fn resolve(self, url: &Url) -> Result<(String, Vec<SocketAddr>), NoWay> {
        let host = url.host_str().ok_or(NoWay::NotOne)?.to_owned();
        let port = url.port_or_known_default().unwrap_or(443);
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let found = tokio::time::timeout(FOUND_WITHIN, tokio::net::lookup_host((bare, port))).await;
        let addresses: Vec<SocketAddr> = found.map_err(|_| NoWay::Lost)?.map_err(|_| NoWay::Lost)?.collect();
        if addresses.is_empty() {
            return Err(NoWay::Lost);
        }
        if !self.private && addresses.iter().any(|address| is_private(address.ip())) {
            return Err(NoWay::Private);
        }
        Ok((host, addresses))
    }
}

impl Webhooks {
    /// Delivers a message to an endpoint.
    pub async fn send(&self, leased: &Leased, content: &Content, endpoint: &Endpoint, secret: Option<&str>) -> Attempt {
        let plain = |outcome| Attempt { outcome, endpoint_gone: false };
        match self.deliver(leased, content, endpoint, secret).await {
            Ok(status) if status.is_success() => plain(Outcome::Accepted { answer: status.to_string() }),
            Ok(StatusCode::GONE) => {
                let answer = "410 Gone: the endpoint was switched off.".to_owned();
                Attempt { outcome: Outcome::Permanent { answer }, endpoint_gone: true }
            }
            Ok(status) => plain(Outcome::Transient { answer: status.to_string() }),
            Err(outcome) => plain(outcome),
        }
    }

    async fn deliver(
        &self,
        leased: &Leased,
        content: &Content,
        endpoint: &Endpoint,
        secret: Option<&str>,
    ) -> Result<StatusCode, Outcome> {
        let permanent = |answer: &str| Outcome::Permanent { answer: answer.to_owned() };
        let url = Url::parse(&endpoint.url).map_err(|_| permanent("The endpoint's address is not one."))?;
        let (host, addresses) = self.reach.resolve(&url).await.map_err(|way| match way {
            NoWay::Lost => Outcome::NetworkFailure { answer: "The endpoint's host was not found.".to_owned() },
            NoWay::NotOne => permanent("The endpoint's address has no host."),
            NoWay::Private => permanent(
                "The endpoint's address leads into a private network, which the server's configuration refuses.",
            ),
        })?;
        // The connection goes to the addresses that were looked at: the name cannot lead elsewhere a moment later.
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(ANSWER_WITHIN)
            .resolve_to_addrs(&host, &addresses)
            .build()
            .map_err(|_| permanent("The connection could not be prepared."))?;
        let request = match endpoint.kind {
            EndpointKind::Slack => client.post(url).body(slack(content)),
            EndpointKind::Standard => {
                let secret =
                    secret.ok_or_else(|| permanent("The endpoint's key is missing. Add the endpoint anew."))?;
                let signer = Webhook::new(secret).map_err(|_| permanent("The endpoint's key cannot be read."))?;
                let id = message_id(&leased.migration, &leased.message.key);
                let now = self.clock.now();
                let body = match leased.message.to {
                    // What subscribers get was made with its occasion.
                    Recipient::Subscriber(_) => content.text.clone(),
                    _ => standard(leased, content, &now.to_rfc3339()),
                };
                let signature = signer.sign(&id, now.timestamp(), body.as_bytes());
                let signature = signature.map_err(|_| permanent("The message could not be signed."))?;
                client
                    .post(url)
                    .header("webhook-id", id)
                    .header("webhook-timestamp", now.timestamp().to_string())
                    .header("webhook-signature", signature)
                    .body(body)
            }
        };
        let answer = request.header("content-type", "application/json").send().await;
        // The error's own words name the address, which may be a secret.
        answer.map(|answer| answer.status()).map_err(|error| {
            let answer = match error.is_timeout() {
                true => "No answer within 15 seconds.",
                false => "The connection failed.",
            };
            Outcome::NetworkFailure { answer: answer.to_owned() }
        })
    }
}

/// Whether an address is not one of the public internet.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => is_private_v6(address),
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        // Carrier-grade NAT, protocol assignments, benchmarks.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b))
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_private_v4(mapped);
    }
    match segments {
        // NAT64 and 6to4 carry an address of the fourth version.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_private_v4(v4(high, low)),
        [0x2002, high, low, ..] => is_private_v4(v4(high, low)),
        [0x2001, 0xdb8, ..] => true,
        // Compatible addresses, loopback and unspecified among them.
        [0, 0, 0, 0, 0, 0, ..] => true,
        [first, ..] => {
            address.is_multicast()
                || (first & 0xfe00) == 0xfc00
                || (first & 0xffc0) == 0xfe80
                || (first & 0xffc0) == 0xfec0
        }
    }
}

/// `{"text": …}` with Slack's three escapes.
fn slack(content: &Content) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    fitted(&content.text, |text| json!({ "text": format!("*{}*\n{}", escaped(&content.subject), escaped(text)) }))
}

/// `{type, timestamp, data}`.
fn standard(leased: &Leased, content: &Content, timestamp: &str) -> String {
    let message = &leased.message;
    fitted(&content.text, |text| {
        json!({
            "type": format!("notification.{}", message.kind.code()),
            "timestamp": timestamp,
            "data": {
                "migration": { "id": leased.migration, "name": leased.migration_name },
                "external_id": leased.customer,
                "cohort": message.cohort,
                "date": message.told_date,
                "subject": content.subject,
                "text": text,
            }
        })
    })
}

/// The payload with as much of the text as fits.
fn fitted(text: &str, payload: impl Fn(&str) -> serde_json::Value) -> String {
    let mut length = text.chars().count();
    loop {
        let short: String = text.chars().take(length).collect();
        let shown = if short.len() < text.len() { format!("{short}…") } else { short };
        let body = payload(&shown).to_string();
        if body.len() < PAYLOAD_MAX || length == 0 {
            return body;
        }
        // Escapes make letters longer: it is shortened until it fits.
        length = (length * 3 / 4).min(PAYLOAD_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ServerClock;
    use domain::notice::message::{MessageKey, MessageState};
    use domain::notice::{Medium, NoticeKind};

    #[test]
    fn private_addresses_are_known() {
        let private = [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
        ];
        for address in private {
            assert!(is_private(address.parse().unwrap()), "{address}");
        }
        for address in
            ["1.1.1.1", "93.184.216.34", "100.63.0.1", "172.32.0.1", "198.20.0.1", "2606:4700::1111", "2a00:1450::1"]
        {
            assert!(!is_private(address.parse().unwrap()), "{address}");
        }
    }

    #[tokio::test]
    async fn what_subscribers_enter_must_lead_to_the_public_internet() {
        let cases = [
            ("http://127.0.0.1:9/x", Problem::PrivateWebhook),
            ("http://localhost/x", Problem::PrivateWebhook),
            ("http://[::1]/x", Problem::PrivateWebhook),
            ("http://169.254.169.254/latest/meta-data", Problem::PrivateWebhook),
            ("http://2130706433/x", Problem::PrivateWebhook),
            ("http://0x7f.1/x", Problem::PrivateWebhook),
            ("https://no-such-host.invalid/x", Problem::LostWebhook),
            ("https:///x y", Problem::BadWebhook),
        ];
        for (address, problem) in cases {
            assert_eq!(Reach::default().look_at(address).await, Err(problem), "{address}");
        }
        assert_eq!(Reach { private: true }.look_at("http://127.0.0.1:9/x").await, Ok(()));
    }

    /// A message to a subscriber's webhook at this address, with its payload.
    fn to_subscriber(path: &str) -> (Leased, Content, Endpoint) {
        let to = Recipient::Subscriber(domain::id::SubscriberNumber(1));
        let now = ServerClock::default().now();
        let message = domain::notice::message::Message {
            key: MessageKey::of_subscriber(domain::id::SubscriberNumber(1), "i1.1"),
            rule: None,
            template: None,
            kind: NoticeKind::StatusPage,
            account: None,
            cohort: None,
            attempt: 0,
            to,
            medium: Medium::Webhook,
            told_date: None,
            written: now,
            due: now,
            late: false,
            bulk: None,
            rest: None,
            insisted: false,
            state: MessageState::Waiting { tries: 0, answer: String::new() },
        };
        let leased = Leased {
            migration: domain::id::MigrationId::from("m1"),
            migration_name: String::new(),
            message: Arc::new(message),
            until: now,
            content: None,
            endpoint: None,
            customer: None,
            unsubscribe: None,
        };
        let content = Content { text: r#"{"meta":{},"incident":{"id":"incident-1"}}"#.into(), ..Content::default() };
        let number = domain::id::EndpointNumber(0);
        let kind = EndpointKind::Standard;
        (leased, content, Endpoint { number, name: String::new(), url: path.to_owned(), kind, disabled: false })
    }

    #[tokio::test]
    async fn a_subscribers_webhook_gets_what_a_verifier_accepts_and_redirects_are_failures() {
        const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let followed = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let seen = followed.clone();
        let app = axum::Router::new()
            .route(
                "/in",
                axum::routing::post(|headers: axum::http::HeaderMap, body: axum::body::Bytes| async move {
                    let verifier = Webhook::new(SECRET).unwrap();
                    let body_is_ours = body.starts_with(b"{\"meta\"");
                    match verifier.verify(&body, &headers).is_ok() && body_is_ours {
                        true => axum::http::StatusCode::OK,
                        false => axum::http::StatusCode::BAD_REQUEST,
                    }
                }),
            )
            .route("/moved", axum::routing::post(|| async { axum::response::Redirect::temporary("/elsewhere") }))
            .route(
                "/elsewhere",
                axum::routing::any(move || async move { seen.store(true, std::sync::atomic::Ordering::SeqCst) }),
            )
            .route("/gone", axum::routing::post(|| async { axum::http::StatusCode::GONE }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        let clock: Arc<dyn Clock> = Arc::new(ServerClock::default());
        let open = Webhooks { reach: Reach { private: true }, clock: clock.clone() };
        let closed = Webhooks { reach: Reach::default(), clock };
        let attempt = async |webhooks: &Webhooks, path: &str, secret: &str| {
            let (leased, content, endpoint) = to_subscriber(&format!("http://{address}{path}"));
            webhooks.send(&leased, &content, &endpoint, Some(secret)).await
        };
        assert!(matches!(attempt(&open, "/in", SECRET).await.outcome, Outcome::Accepted { .. }));
        let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        assert!(matches!(attempt(&open, "/in", other).await.outcome, Outcome::Transient { .. }), "another key");
        assert!(matches!(attempt(&open, "/moved", SECRET).await.outcome, Outcome::Transient { .. }));
        assert!(!followed.load(std::sync::atomic::Ordering::SeqCst), "a redirect was followed");
        assert!(attempt(&open, "/gone", SECRET).await.endpoint_gone);
        let refused = attempt(&closed, "/in", SECRET).await.outcome;
        assert!(matches!(refused, Outcome::Permanent { answer } if answer.contains("private network")));
    }

    #[test]
    fn payloads_stay_below_the_limit_and_are_json() {
        for text in ["short".to_owned(), "long ".repeat(20_000), "\"\n<é>".repeat(20_000), "\u{1}".repeat(50_000)] {
            let content = Content { subject: "A & B".into(), text: text.clone(), ..Content::default() };
            let body = slack(&content);
            assert!(body.len() < PAYLOAD_MAX, "{}", body.len());
            let json: serde_json::Value = serde_json::from_str(&body).unwrap();
            assert!(json["text"].as_str().unwrap().starts_with("*A &amp; B*\n"));
            assert_eq!(body.contains('…'), text.len() > 10);
        }
    }
}
