//! Mail by SMTP.

use crate::config::MailConfig;
use domain::clock::Clock;
use domain::notice::message::{Content, Outcome};
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::{Error, PoolConfig};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use store::{Leased, message_id};

/// The wait for each answer of the mail server.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Connections without work are closed after this time.
const IDLE_MAX: Duration = Duration::from_secs(30);

/// The way to the mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    clock: Arc<dyn Clock>,
}

/// `Auto-Submitted: auto-generated` (RFC 3834): no out-of-office answers, please.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// `List-Unsubscribe` (RFC 2369): where the reader ends such messages.
#[derive(Clone)]
struct ListUnsubscribe(String);

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(ListUnsubscribe(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

/// `List-Unsubscribe-Post: List-Unsubscribe=One-Click` (RFC 8058): a mail program may POST there without asking.
#[derive(Clone)]
struct OneClick;

impl Header for OneClick {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(OneClick)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "List-Unsubscribe=One-Click".to_owned())
    }
}

impl Smtp {
    /// `None` without a mail server. Errors never repeat the address, because a password is in it.
    pub fn new(config: &MailConfig, clock: Arc<dyn Clock>) -> Result<Option<Smtp>, String> {
        let Some(url) = &config.smtp_url else { return Ok(None) };
        let from = config.mail_from.as_deref().ok_or("--mail-from: give the address from which mail is sent.")?;
        let from: Mailbox = from.parse().map_err(|error| format!("--mail-from: {error}"))?;
        let pool = PoolConfig::new().max_size(super::CONNECTIONS_MAX as u32).idle_timeout(IDLE_MAX);
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&with_tls(url))
            .map_err(|_| "--smtp-url: this is no address of a mail server, such as smtps://user:password@host:465.")?
            .timeout(Some(ANSWER_WITHIN))
            .pool_config(pool)
            .build();
        Ok(Some(Smtp { transport, from, clock }))
    }

    /// Hands a message to the mail server.
    pub async fn send(&self, leased: &Leased, content: &Content) -> Outcome {
        let message = match self.letter(leased, content) {
            Ok(message) => message,
            Err(answer) => return Outcome::Permanent { answer },
        };
        match self.transport.send(message).await {
            Ok(response) => {
                let words: Vec<&str> = response.message().collect();
                Outcome::Accepted { answer: format!("{} {}", response.code(), words.join(" ")) }
            }
            Err(error) => outcome_of(&error),
        }
    }

    /// The mail as it goes over the wire.
    fn letter(&self, leased: &Leased, content: &Content) -> Result<Message, String> {
        let address: Address = content.address.parse().map_err(|_| "The recipient's address is not one.".to_owned())?;
        let name = one_line(&content.name);
        let to = Mailbox::new(Some(name).filter(|name| !name.is_empty()), address);
        let id = format!("<{}@{}>", message_id(&leased.migration, &leased.message.key), self.from.email.domain());
        let html = if content.html.is_empty() { as_html(&content.text) } else { content.html.clone() };
        let mut builder = Message::builder();
        if let Some(address) = &leased.unsubscribe {
            builder = builder.header(ListUnsubscribe(format!("<{address}>"))).header(OneClick);
        }
        builder
            .message_id(Some(id))
            .date(SystemTime::from(self.clock.now()))
            .from(self.from.clone())
            .to(to)
            .subject(one_line(&content.subject))
            .header(AutoSubmitted)
            .multipart(MultiPart::alternative_plain_html(content.text.clone(), html))
            .map_err(|error| format!("The mail could not be made: {error}."))
    }
}

/// Without a word about TLS in the address, a mail server elsewhere must offer it: passwords and contacts' addresses do not
/// travel in the clear.
fn with_tls(url: &str) -> String {
    let Some(rest) = url.strip_prefix("smtp://") else { return url.to_owned() };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let near = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    match (near || rest.contains("tls="), rest.contains('?')) {
        (true, _) => url.to_owned(),
        (false, true) => format!("{url}&tls=required"),
        (false, false) => format!("{url}?tls=required"),
    }
}

/// What a failure means for the message. A refused sign-in says nothing about it: somebody has to mend the configuration.
fn outcome_of(error: &Error) -> Outcome {
    let answer = error.to_string();
    let Some(code) = error.status() else { return Outcome::NetworkFailure { answer } };
    let about_sign_in = matches!(code.to_string().as_str(), "530" | "534" | "535" | "538");
    match error.is_permanent() && !about_sign_in {
        true => Outcome::Permanent { answer },
        false => Outcome::Transient { answer },
    }
}

/// A header's text on one line, whatever somebody wrote into it.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
    words.map(str::trim).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Plain text as HTML, for readers who see only that.
fn as_html(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<!doctype html><html><body><p>{}</p></body></html>", escaped.replace('\n', "<br>\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ServerClock;
    use domain::id::{AccountNumber, ContactNumber, MigrationId, NoticeRuleNumber};
    use domain::notice::message::{MessageKey, MessageState};
    use domain::notice::{Medium, NoticeKind, Recipient};

    fn leased(content: Content) -> Leased {
        let clock = ServerClock::default();
        let to = Recipient::Contact(ContactNumber(1));
        let message = domain::notice::message::Message {
            key: MessageKey::of_rule(NoticeRuleNumber(1), Some(AccountNumber(1)), &to, 0, ""),
            rule: None,
            template: None,
            kind: NoticeKind::Notice,
            account: None,
            cohort: None,
            attempt: 0,
            to,
            medium: Medium::Email,
            told_date: None,
            written: clock.now(),
            due: clock.now(),
            late: false,
            bulk: None,
            rest: None,
            insisted: false,
            state: MessageState::Waiting { tries: 0, answer: String::new() },
        };
        Leased {
            unsubscribe: None,
            migration: MigrationId::from("m1"),
            migration_name: "Ledger".into(),
            message: Arc::new(message),
            until: clock.now(),
            content: Some(content),
            endpoint: None,
            customer: None,
        }
    }

    fn wire(content: Content) -> Result<String, String> {
        let config = MailConfig {
            smtp_url: Some("smtp://localhost:2525".into()),
            mail_from: Some("Landbridge <notices@company.example>".into()),
            ..MailConfig::default()
        };
        let smtp = Smtp::new(&config, Arc::new(ServerClock::default()))?.ok_or("no mail server")?;
        let leased = leased(content.clone());
        smtp.letter(&leased, &content).map(|message| String::from_utf8_lossy(&message.formatted()).into_owned())
    }

    #[tokio::test]
    async fn a_letter_has_what_mail_needs() {
        let content = Content {
            address: "ann@example.com".into(),
            name: "Ann Müller".into(),
            subject: "Your move on 12 June – please read".into(),
            text: "Hello Ann,\nwe move you.".into(),
            html: "<p>Hello Ann</p>".into(),
            ..Content::default()
        };
        let wire = wire(content.clone()).unwrap();
        let (head, body) = wire.split_once("\r\n\r\n").unwrap();
        let id = message_id(&MigrationId::from("m1"), &leased(content).message.key);
        assert!(head.contains(&format!("Message-ID: <{id}@company.example>")), "{head}");
        assert!(head.contains("Auto-Submitted: auto-generated"), "{head}");
        assert!(head.contains("From: Landbridge <notices@company.example>"), "{head}");
        assert!(head.contains("Date: "), "{head}");
        assert!(head.contains("=?utf-8?b?"), "name and subject are encoded: {head}");
        assert!(head.contains("multipart/alternative"), "{head}");
        let (plain, html) = (body.find("text/plain").unwrap(), body.find("text/html").unwrap());
        assert!(plain < html, "{body}");
    }

    #[tokio::test]
    async fn what_subscribers_get_ends_with_one_click() {
        let content = Content { address: "ann@example.com".into(), text: "x".into(), ..Content::default() };
        let config = MailConfig {
            smtp_url: Some("smtp://localhost:2525".into()),
            mail_from: Some("notices@company.example".into()),
            ..MailConfig::default()
        };
        let smtp = Smtp::new(&config, Arc::new(ServerClock::default())).unwrap().unwrap();
        let link = "https://status.company.example/status/unsubscribe/abcdefghijkmnopqrstuvwxyz2345678";
        let leased = Leased { unsubscribe: Some(link.into()), ..leased(content.clone()) };
        let wire = String::from_utf8(smtp.letter(&leased, &content).unwrap().formatted()).unwrap();
        let unfolded = wire.replace("\r\n ", " ");
        assert!(unfolded.contains(&format!("List-Unsubscribe: <{link}>")), "{wire}");
        assert!(unfolded.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{wire}");
    }

    #[tokio::test]
    async fn nobody_can_write_a_header_through_a_name_or_a_subject() {
        for evil in
            ["x\r\nBcc: all@example.com", "x\nBcc: all@example.com", "x\rBcc: y", "x\u{2028}Bcc: y", "\0\r\n\r\nbody"]
        {
            let content = Content {
                address: "ann@example.com".into(),
                name: evil.into(),
                subject: evil.into(),
                text: "text".into(),
                ..Content::default()
            };
            let wire = wire(content).unwrap();
            let head = wire.split("\r\n\r\n").next().unwrap();
            assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
            assert!(head.contains("multipart/alternative"), "the head goes on: {head}");
        }
    }

    #[tokio::test]
    async fn an_address_that_is_none_is_refused_before_it_is_sent() {
        for address in
            ["", "ann", "ann@example.com\r\nRCPT TO:<x@y.z>", "ann@example.com, bob@example.com", "<ann@x.y>"]
        {
            let content = Content { address: address.into(), text: "x".into(), ..Content::default() };
            assert!(wire(content).is_err(), "{address:?}");
        }
    }

    #[test]
    fn mail_servers_elsewhere_must_offer_tls() {
        let cases = [
            ("smtps://u:p@mail.example:465", "smtps://u:p@mail.example:465"),
            ("smtp://127.0.0.1:2525", "smtp://127.0.0.1:2525"),
            ("smtp://localhost", "smtp://localhost"),
            ("smtp://u:p@mail.example:587", "smtp://u:p@mail.example:587?tls=required"),
            ("smtp://mail.example?tls=opportunistic", "smtp://mail.example?tls=opportunistic"),
        ];
        for (given, used) in cases {
            assert_eq!(with_tls(given), used);
        }
    }

    #[test]
    fn a_bad_configuration_is_told_without_its_password() {
        let clock: Arc<dyn Clock> = Arc::new(ServerClock::default());
        let bad = |url: &str, from: Option<&str>| {
            let config =
                MailConfig { smtp_url: Some(url.into()), mail_from: from.map(str::to_owned), ..MailConfig::default() };
            Smtp::new(&config, clock.clone()).err().unwrap_or_default()
        };
        assert!(bad("smtps://u:hunter2@h", None).contains("--mail-from"));
        assert!(bad("smtps://u:hunter2@h", Some("nobody")).contains("--mail-from"));
        let words = bad("gopher://u:hunter2@h", Some("a@b.example"));
        assert!(words.contains("--smtp-url") && !words.contains("hunter2"), "{words}");
    }
}
