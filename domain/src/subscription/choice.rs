//! What a subscriber wants to hear of, and the form in which they say it.

use super::Channel;
use crate::id::{CohortNumber, ComponentNumber};
use crate::language;
use crate::public_page::PublicPage;
use crate::user::is_email;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Hours before a maintenance at which its subscribers can be told, to choose from.
pub const LEADS: [u16; 4] = [1, 24, 72, 168];
/// The hours that are chosen for those who choose nothing.
pub const LEAD_DEFAULT: u16 = 24;
/// Longest address of a webhook, in bytes.
const URL_MAX: usize = 1_000;

/// A kind of thing that happens on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Some time before a maintenance.
    Before,
    /// A maintenance starts or ends.
    StartEnd,
    /// What is said of incidents and maintenance beside that.
    Incidents,
}

impl Topic {
    /// Every topic, in the order of the form.
    pub const ALL: [Topic; 3] = [Topic::Before, Topic::StartEnd, Topic::Incidents];

    /// The word in forms.
    pub fn code(self) -> &'static str {
        match self {
            Topic::Before => "before",
            Topic::StartEnd => "start_end",
            Topic::Incidents => "incidents",
        }
    }

    /// Reads the word of [`Topic::code`] exactly.
    pub fn from_code(code: &str) -> Option<Topic> {
        Topic::ALL.into_iter().find(|topic| topic.code() == code)
    }
}

/// What a subscriber wants to hear of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// A BCP 47 tag.
    pub language: String,
    /// Never empty.
    pub topics: BTreeSet<Topic>,
    /// Hours before a maintenance; one of [`LEADS`].
    pub lead: u16,
    /// With `waves`: only these. Both empty: everything.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub components: BTreeSet<ComponentNumber>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub waves: BTreeSet<CohortNumber>,
}

impl Default for Choice {
    fn default() -> Self {
        Choice {
            language: "en".to_owned(),
            topics: Topic::ALL.into(),
            lead: LEAD_DEFAULT,
            components: BTreeSet::new(),
            waves: BTreeSet::new(),
        }
    }
}

impl Choice {
    /// Whether nothing of the page is left out.
    pub fn is_everything(&self) -> bool {
        self.components.is_empty() && self.waves.is_empty()
    }
}

/// What a page lets choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// The page's own first.
    pub languages: Vec<String>,
    pub components: BTreeSet<ComponentNumber>,
    pub waves: BTreeSet<CohortNumber>,
}

impl Offer {
    /// What this page lets choose: its languages, and those in which letters have their fixed words.
    pub fn of(page: &PublicPage) -> Offer {
        let mut languages = page.content.languages.clone();
        for tag in super::words::LANGUAGES {
            if !languages.iter().any(|known| known == tag) {
                languages.push(tag.to_owned());
            }
        }
        Offer {
            languages,
            components: page.components.iter().map(|component| component.number).collect(),
            waves: page.waves.iter().map(|wave| wave.number).collect(),
        }
    }

    /// The offered language that is nearest to a list of wishes such as a browser's `Accept-Language`.
    pub fn nearest(&self, accepted: &str) -> &str {
        let wishes = accepted.split(',').filter_map(|wish| language::tag(wish.split(';').next().unwrap_or(wish)));
        let base = |tag: &str| tag.split('-').next().unwrap_or(tag).to_owned();
        for wish in wishes {
            let exact = self.languages.iter().find(|offered| **offered == wish);
            if let Some(found) = exact.or_else(|| self.languages.iter().find(|offered| base(offered) == base(&wish))) {
                return found;
            }
        }
        self.languages.first().map_or("en", String::as_str)
    }
}

/// The language with fixed words that is nearest to a list of wishes, where no page is known.
pub fn nearest_fixed(accepted: &str) -> &'static str {
    let languages = super::words::LANGUAGES;
    let offer = Offer { languages: languages.map(str::to_owned).into(), ..Offer::default() };
    let nearest = offer.nearest(accepted);
    languages.into_iter().find(|tag| *tag == nearest).unwrap_or("en")
}

/// What somebody typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    pub email: String,
    pub webhook: String,
    pub language: String,
    pub lead: String,
    pub events: Vec<String>,
    pub components: Vec<String>,
    pub waves: Vec<String>,
}

/// A form that says everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub channel: Channel,
    pub address: String,
    pub choice: Choice,
}

/// What is wrong with a form; the words for it are in [`super::words`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    NoAddress,
    BadEmail,
    BadWebhook,
    /// It leads into a private network.
    PrivateWebhook,
    /// Its host was not found.
    LostWebhook,
    Language,
    Events,
    Lead,
    Parts,
    WrongCode,
}

impl Problem {
    /// The field that it is about.
    pub fn field(self) -> &'static str {
        match self {
            Problem::NoAddress | Problem::BadEmail => "email",
            Problem::BadWebhook | Problem::PrivateWebhook | Problem::LostWebhook => "webhook",
            Problem::Language => "language",
            Problem::Events => "events",
            Problem::Lead => "lead",
            Problem::Parts => "components",
            Problem::WrongCode => "code",
        }
    }
}

impl Form {
    /// Everything that was asked for, or everything that is wrong with it. `fallback` is the language of those who name none.
    pub fn check(&self, offer: &Offer, fallback: &str) -> Result<Asked, Vec<Problem>> {
        let mut problems = Vec::new();
        let (email, webhook) = (self.email.trim_matches(' '), self.webhook.trim_matches(' '));
        let (channel, address) = match (email, webhook) {
            ("", "") => {
                problems.push(Problem::NoAddress);
                (Channel::Email, "")
            }
            ("", url) => {
                if !is_webhook(url) {
                    problems.push(Problem::BadWebhook);
                }
                (Channel::Webhook, url)
            }
            (email, _) => {
                if !is_email(email) || !email.is_ascii() {
                    problems.push(Problem::BadEmail);
                }
                (Channel::Email, email)
            }
        };
        let choice = self.choice(offer, fallback).unwrap_or_else(|found| {
            problems.extend(found);
            Choice::default()
        });
        if problems.is_empty() { Ok(Asked { channel, address: address.to_owned(), choice }) } else { Err(problems) }
    }

    /// What is to be told, without to whom.
    pub fn choice(&self, offer: &Offer, fallback: &str) -> Result<Choice, Vec<Problem>> {
        let mut problems = Vec::new();
        let wanted = if self.language.trim().is_empty() { fallback } else { &self.language };
        let language = language::tag(wanted).filter(|tag| offer.languages.contains(tag));
        let topics: Option<BTreeSet<Topic>> = self.events.iter().map(String::as_str).map(Topic::from_code).collect();
        let topics = topics.filter(|topics| !topics.is_empty());
        let lead = match self.lead.trim() {
            "" => Some(LEAD_DEFAULT),
            hours => hours.parse().ok().filter(|hours| LEADS.contains(hours)),
        };
        let components: Option<BTreeSet<_>> =
            self.components.iter().map(|number| number.parse().ok().map(ComponentNumber)).collect();
        let waves: Option<BTreeSet<_>> =
            self.waves.iter().map(|number| number.parse().ok().map(CohortNumber)).collect();
        let parts = components.zip(waves);
        let parts = parts
            .filter(|(components, waves)| components.is_subset(&offer.components) && waves.is_subset(&offer.waves));
        if language.is_none() {
            problems.push(Problem::Language);
        }
        if topics.is_none() {
            problems.push(Problem::Events);
        }
        if lead.is_none() {
            problems.push(Problem::Lead);
        }
        if parts.is_none() {
            problems.push(Problem::Parts);
        }
        match (language, topics, lead, parts) {
            (Some(language), Some(topics), Some(lead), Some((components, waves))) => {
                Ok(Choice { language, topics, lead, components, waves })
            }
            _ => Err(problems),
        }
    }
}

/// Whether this can be the address of a webhook. Where it leads is found out when something is sent there.
fn is_webhook(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let authority = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    url.len() <= URL_MAX
        && !authority.is_empty()
        && !authority.contains('@')
        && !url.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer() -> Offer {
        Offer {
            languages: vec!["de".into(), "en".into(), "pt-BR".into()],
            components: [ComponentNumber(1), ComponentNumber(2)].into(),
            waves: [CohortNumber(3)].into(),
        }
    }

    fn form() -> Form {
        Form { email: "Ann@Example.com".into(), events: vec!["before".into(), "incidents".into()], ..Form::default() }
    }

    #[test]
    fn a_good_form_says_what_is_wanted() {
        let asked = Form { components: vec!["2".into()], waves: vec!["3".into()], lead: "72".into(), ..form() };
        let asked = asked.check(&offer(), "en").unwrap_or_else(|problems| panic!("{problems:?}"));
        assert_eq!((asked.channel, asked.address.as_str()), (Channel::Email, "Ann@Example.com"));
        let Choice { language, topics, lead, components, waves } = asked.choice;
        assert_eq!((language.as_str(), lead), ("en", 72));
        assert_eq!(topics, [Topic::Before, Topic::Incidents].into());
        assert_eq!((components.len(), waves.len()), (1, 1));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            (Form { email: String::new(), ..form() }, Problem::NoAddress),
            (Form { email: "ann".into(), ..form() }, Problem::BadEmail),
            (Form { email: "ann@example.com\nBcc: all@example.com".into(), ..form() }, Problem::BadEmail),
            (Form { email: "ann@example.com\r\n".into(), ..form() }, Problem::BadEmail),
            (Form { email: "ann@example.com, bob@example.com".into(), ..form() }, Problem::BadEmail),
            (Form { email: "änn@example.com".into(), ..form() }, Problem::BadEmail),
            (Form { email: String::new(), webhook: "ftp://a.example".into(), ..form() }, Problem::BadWebhook),
            (Form { email: String::new(), webhook: "https://u:p@a.example/".into(), ..form() }, Problem::BadWebhook),
            (Form { email: String::new(), webhook: "https://a.example/\r\nx".into(), ..form() }, Problem::BadWebhook),
            (Form { language: "xx".into(), ..form() }, Problem::Language),
            (Form { language: "tlh-Klingon".into(), ..form() }, Problem::Language),
            (Form { events: Vec::new(), ..form() }, Problem::Events),
            (Form { events: vec!["everything".into()], ..form() }, Problem::Events),
            (Form { lead: "5".into(), ..form() }, Problem::Lead),
            (Form { components: vec!["9".into()], ..form() }, Problem::Parts),
            (Form { waves: vec!["x".into()], ..form() }, Problem::Parts),
        ];
        for (form, problem) in cases {
            assert_eq!(form.check(&offer(), "en"), Err(vec![problem]), "{form:?}");
        }
    }

    #[test]
    fn the_nearest_language_is_found() {
        for (accepted, found) in
            [("pt", "pt-BR"), ("fr, en;q=0.8", "en"), ("de-AT,de;q=0.9", "de"), ("", "de"), ("xx,*", "de")]
        {
            assert_eq!(offer().nearest(accepted), found, "{accepted}");
        }
    }
}
