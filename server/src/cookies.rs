//! The session's cookie.

use axum_extra::extract::cookie::{Cookie, SameSite};
use store::SESSION_ABSOLUTE_HOURS;

/// How cookies are set: behind HTTPS with `Secure` and the `__Host-` prefix, which pins them to this host and path.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    pub secure: bool,
}

impl Cookies {
    /// The name of the session's cookie.
    pub fn name(self) -> &'static str {
        if self.secure { "__Host-session" } else { "session" }
    }

    /// The cookie that carries a session's token.
    pub fn session(self, token: &str) -> String {
        self.build(token, SESSION_ABSOLUTE_HOURS * 3_600)
    }

    /// The cookie that makes a browser forget its session.
    pub fn farewell(self) -> String {
        self.build("", 0)
    }

    fn build(self, value: &str, seconds: i64) -> String {
        let mut cookie = Cookie::new(self.name(), value.to_owned());
        cookie.set_http_only(true);
        cookie.set_same_site(SameSite::Lax);
        cookie.set_secure(self.secure);
        cookie.set_path("/");
        // The crate's duration type is not ours to depend on: the attribute is written after its text.
        format!("{cookie}; Max-Age={seconds}")
    }
}
