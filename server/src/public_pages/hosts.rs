//! Which host names are the application's own.
//!
//! A name that nobody configured gets nothing: neither a page of the app under a name that an attacker pointed here, nor a
//! link made of what a request says.

use std::net::IpAddr;

/// The names under which the application is reached.
#[derive(Clone, Debug, Default)]
pub struct AppHosts {
    configured: Option<String>,
}

impl AppHosts {
    /// Of the address that users type, if it was configured.
    pub fn new(base_url: Option<&str>) -> AppHosts {
        let host =
            base_url.and_then(|url| url.split_once("://")).map(|(_, rest)| rest.split('/').next().unwrap_or(rest));
        AppHosts { configured: host.map(name) }
    }

    /// Whether a name, as [`name`] makes it, is the application's: the configured one, or this machine itself. Without a
    /// configured one every bare IP address is, since no other site can have one of ours as its name.
    pub fn is_app(&self, name: &str) -> bool {
        if self.configured.as_deref() == Some(name) || name == "localhost" {
            return true;
        }
        let address: Option<IpAddr> = name.trim_start_matches('[').trim_end_matches(']').parse().ok();
        address.is_some_and(|address| address.is_loopback() || self.configured.is_none())
    }
}

/// A host's name in small letters, without port and final dot.
pub fn name(host: &str) -> String {
    let host = host.trim();
    let end = match (host.rfind(':'), host.rfind(']')) {
        // The colons of an IPv6 address are inside of its brackets.
        (Some(colon), Some(bracket)) if colon < bracket => host.len(),
        (Some(colon), _) => colon,
        (None, _) => host.len(),
    };
    host.get(..end).unwrap_or(host).trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_compared_without_port_case_and_final_dot() {
        for (host, expected) in [
            ("Landbridge.Example:443", "landbridge.example"),
            ("landbridge.example.", "landbridge.example"),
            ("[::1]:3000", "[::1]"),
            ("[::1]", "[::1]"),
            ("127.0.0.1:3000", "127.0.0.1"),
            ("", ""),
        ] {
            assert_eq!(name(host), expected);
        }
    }

    #[test]
    fn only_the_configured_name_and_this_machine_are_the_app() {
        let hosts = AppHosts::new(Some("https://landbridge.company.example:8443/"));
        for known in ["landbridge.company.example", "localhost", "127.0.0.1", "127.8.0.1", "[::1]"] {
            assert!(hosts.is_app(known), "{known}");
        }
        for strange in
            ["", "evil.example", "landbridge.company.example.evil.example", "10.0.0.5", "localhost.evil.example"]
        {
            assert!(!hosts.is_app(strange), "{strange}");
        }
        let open = AppHosts::new(None);
        assert!(open.is_app("10.0.0.5") && open.is_app("[2001:db8::1]") && !open.is_app("evil.example"));
    }
}
