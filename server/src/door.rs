//! Checking passwords: Argon2id, a bounded number at a time, and limits on guessing.

use crate::attempts::{Attempts, FAILURES_MAX};
use crate::cookies::Cookies;
use app::api::ApiError;
use app::backend::{Answer, Door};
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::clock::Clock;
use domain::user::PASSWORD_MAX;
use std::sync::Arc;
use store::Store;
use tokio::sync::Semaphore;

/// Passwords hashed at the same time; each takes 19 MiB and a core for a moment.
const HASHES_AT_ONCE: usize = 2;
/// A visitor's address may fail more often than one account: an office shares it.
const FAILURES_PER_ADDRESS_MAX: u32 = 5 * FAILURES_MAX;

/// The door to the workspace.
pub struct PasswordDoor {
    store: Store,
    clock: Arc<dyn Clock>,
    cookies: Cookies,
    attempts: Attempts,
    hashing: Semaphore,
    /// Checked when there is no such user, so that the answer takes as long as for a real one.
    decoy: String,
}

/// OWASP's second recommendation and above ASVS' minimum: 19 MiB, 2 passes, 1 lane.
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

/// Hashes a password with a fresh salt.
pub fn hash_password(password: &str) -> Result<String, String> {
    let salt = SaltString::generate(&mut OsRng);
    argon2().hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string()).map_err(|error| error.to_string())
}

fn fits(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
}

impl PasswordDoor {
    /// A door to this store.
    pub fn new(store: Store, clock: Arc<dyn Clock>, cookies: Cookies) -> Result<Self, String> {
        let decoy = hash_password("nobody has this password")?;
        let hashing = Semaphore::new(HASHES_AT_ONCE);
        Ok(PasswordDoor { store, clock, cookies, attempts: Attempts::default(), hashing, decoy })
    }

    async fn checked(&self, email: &str, password: &str, from: &str) -> Result<String, ApiError> {
        let email = email.trim().to_lowercase();
        let keys = [(format!("user {email}"), FAILURES_MAX), (format!("from {from}"), FAILURES_PER_ADDRESS_MAX)];
        let now = self.clock.now();
        if let Some(seconds) = keys.iter().filter_map(|(key, max)| self.attempts.wait(key, *max, now)).max() {
            self.store.sign_in_refused(&email, from).await?;
            return Err(ApiError::TooMany { seconds });
        }
        let known = self.store.password_hash(&email);
        let hash = known.as_ref().map_or_else(|| self.decoy.clone(), |(_, hash)| hash.clone());
        let typed: String = password.chars().take(PASSWORD_MAX + 1).collect();
        let fits = self.hashed(move || fits(&typed, &hash)).await?;
        let Some((user, _)) = known.filter(|_| fits) else {
            for (key, _) in &keys {
                self.attempts.failed(key, now);
            }
            self.store.sign_in_refused(&email, from).await?;
            return Err(ApiError::field("password", "This address and password do not fit together."));
        };
        let token = self.store.sign_in(&user, from).await?;
        Ok(self.cookies.session(&token))
    }

    async fn accepted(&self, token: &str, password: &str, from: &str) -> Result<String, ApiError> {
        let password = password.to_owned();
        let hash = self.hashed(move || hash_password(&password)).await?;
        let hash = hash.map_err(|message| ApiError::Unavailable { message })?;
        let user = self.store.accept_link(token, hash, from).await?;
        let token = self.store.sign_in(&user, from).await?;
        Ok(self.cookies.session(&token))
    }

    /// Runs slow work on a thread of its own, a bounded number at a time.
    async fn hashed<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
        let busy = || ApiError::Unavailable { message: "The server is restarting. Try again in a moment.".to_owned() };
        let _permit = self.hashing.acquire().await.map_err(|_| busy())?;
        tokio::task::spawn_blocking(work).await.map_err(|_| busy())
    }
}

impl Door for PasswordDoor {
    fn sign_in<'a>(&'a self, email: &'a str, password: &'a str, from: &'a str) -> Answer<'a, String> {
        Box::pin(self.checked(email, password, from))
    }

    fn accept<'a>(&'a self, token: &'a str, password: &'a str, from: &'a str) -> Answer<'a, String> {
        Box::pin(self.accepted(token, password, from))
    }

    fn farewell(&self) -> String {
        self.cookies.farewell()
    }
}
