//! Endpoints as somebody types them.

use super::Endpoint;
use crate::migration::FieldError;

/// Longest name of an endpoint, in characters.
const NAME_MAX: usize = 80;
/// Longest address of an endpoint, in bytes.
const URL_MAX: usize = 1_000;

/// A name and an address as they are kept, or what is wrong with them. Whether the address leads to a private network is
/// found out when something is sent there.
pub fn check_endpoint(name: &str, url: &str) -> Result<(String, String), Vec<FieldError>> {
    let (name, url) = (name.trim(), url.trim());
    let mut problems = Vec::new();
    if name.is_empty() {
        problems.push(FieldError::new("name", "Give it a name."));
    } else if name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
        problems.push(FieldError::new("name", "At most 80 characters, on one line."));
    }
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.map(host_of).unwrap_or_default();
    if url.is_empty() {
        problems.push(FieldError::new("url", "Give the address that the other system shows."));
    } else if url.len() > URL_MAX || url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        problems.push(FieldError::new("url", "At most 1,000 characters, without blanks."));
    } else if host.is_empty() {
        problems.push(FieldError::new("url", "An address begins with https:// and names a host."));
    } else if rest.is_some_and(|rest| rest.split('/').next().is_some_and(|authority| authority.contains('@'))) {
        problems.push(FieldError::new("url", "Leave out the user name and the password."));
    }
    if problems.is_empty() { Ok((name.to_owned(), url.to_owned())) } else { Err(problems) }
}

/// The host and port at the beginning of what follows `https://`.
fn host_of(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

impl Endpoint {
    /// The host of its address: all of it that may be shown, because the rest may be a secret.
    pub fn host(&self) -> &str {
        host_of(self.url.split_once("://").map_or("", |(_, rest)| rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_where_they_are_typed() {
        let cases = [
            ("Chat", "https://hooks.chat.example/T1/B2/secret", None),
            ("Chat", "http://10.0.0.7:8080/in", None),
            ("", "https://a.example", Some("name")),
            ("Chat", "", Some("url")),
            ("Chat", "ftp://a.example", Some("url")),
            ("Chat", "https://", Some("url")),
            ("Chat", "https://a.example/x y", Some("url")),
            ("Chat", "https://me:secret@a.example/", Some("url")),
        ];
        for (name, url, wrong) in cases {
            let found = check_endpoint(name, url).err().map(|problems| problems[0].field.clone());
            assert_eq!(found.as_deref(), wrong, "{name} {url}");
        }
    }

    #[test]
    fn of_an_address_only_the_host_is_shown() {
        let url = "https://hooks.chat.example/T1/B2/secret".to_owned();
        let kind = super::super::EndpointKind::Slack;
        let number = crate::id::EndpointNumber(1);
        assert_eq!(Endpoint { number, name: "x".into(), url, kind, disabled: false }.host(), "hooks.chat.example");
    }
}
