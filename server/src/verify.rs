//! The command that verifies the log while the server is stopped.

use crate::clock::ServerClock;
use crate::config::VerifyConfig;
use std::sync::Arc;
use store::{SignedHead, Store};

/// Verifies all hash chains and prints a line per stream; an error when one is broken.
pub async fn verify(config: VerifyConfig) -> Result<(), String> {
    let mut kept = Vec::new();
    for line in &config.heads {
        let head = SignedHead::from_line(line);
        kept.push(head.ok_or_else(|| format!("This is not a signed head (stream:seq:hash:signature): {line}"))?);
    }
    let clock = Arc::new(ServerClock::default());
    let store = Store::open(&config.data.url(), &config.data.key_file(), clock)
        .await
        .map_err(|error| format!("The database could not be opened: {error}. Is the server still running on it?"))?;
    let system = store.system("verify");
    let verdicts = system.verify(&kept).await.map_err(|error| error.to_string())?;
    let mut broken = 0;
    for verdict in &verdicts {
        let outcome = verdict.broken.as_deref().unwrap_or("whole");
        broken += usize::from(verdict.broken.is_some());
        println!("{}: {} events, {} values erased, {outcome}", verdict.name, verdict.events, verdict.erased);
    }
    let difference = system.compare_with_database().await.map_err(|error| error.to_string())?;
    if let Some(difference) = &difference {
        println!("read model and database differ: {difference}");
    }
    for head in system.signed_heads() {
        println!("head {}", head.to_line());
    }
    store.close().await;
    match (broken, difference) {
        (0, None) => Ok(()),
        _ => Err("The log does not verify.".to_owned()),
    }
}
