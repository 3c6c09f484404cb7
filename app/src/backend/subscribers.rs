//! Subscribers of a migration's public status page.

use super::acting;
use crate::api::ApiError;
use crate::api::subscribers::{SubscriberLine, SubscriberList};
use domain::id::{MigrationId, SubscriberNumber};
use domain::language;
use domain::subscription::{Channel, SubscriberState};
use store::{SubscriberLine as Stored, local_text};

/// Subscribers whose address contains a text.
pub async fn list(migration: MigrationId, text: String, state: String) -> Result<SubscriberList, ApiError> {
    acting(async |acting, _| {
        let state = Some(state.as_str()).filter(|state| !state.is_empty());
        let view = acting.subscribers(&migration, &text, state).await?;
        let states = [("confirmed", "Confirmed"), ("pending", "Not confirmed yet"), ("stopped", "Stopped")];
        let count = |code: &str| view.counts.states.get(code).copied().unwrap_or(0);
        let channels = Channel::ALL.map(|channel| {
            let count = view.counts.channels.get(channel.code()).copied().unwrap_or(0);
            (channel.label().to_owned(), count)
        });
        Ok(SubscriberList {
            states: states.into_iter().map(|(code, label)| (label.to_owned(), count(code))).collect(),
            channels: channels.into(),
            languages: view.counts.languages.iter().map(|(tag, count)| (language::named(tag), *count)).collect(),
            growth: view.counts.growth.clone(),
            lines: view.lines.iter().map(|line| shown(line, &view.time_zone)).collect(),
            matching: view.matching,
            untold: view.untold,
            published: view.published,
        })
    })
    .await
}

/// Ends a subscription, with a reason.
pub async fn end(
    migration: MigrationId,
    number: SubscriberNumber,
    remove: bool,
    reason: String,
) -> Result<(), ApiError> {
    acting(async |acting, _| {
        match remove {
            true => acting.remove_subscriber(&migration, number, reason).await?,
            false => acting.stop_subscriber(&migration, number, reason).await?,
        }
        Ok(())
    })
    .await
}

fn shown(line: &Stored, zone: &str) -> SubscriberLine {
    let parts = line.choice.components.len() + line.choice.waves.len();
    let hears_of = match parts {
        0 => "Everything".to_owned(),
        1 => "1 part or wave".to_owned(),
        parts => format!("{parts} parts or waves"),
    };
    let (state, at) = match line.state {
        SubscriberState::Pending { .. } => (line.state.label().to_owned(), line.asked),
        SubscriberState::Confirmed => (line.state.label().to_owned(), line.confirmed.unwrap_or(line.asked)),
        SubscriberState::Stopped { at, why } => (why.explanation().to_owned(), at),
    };
    SubscriberLine {
        number: line.number,
        channel: line.channel.label().to_owned(),
        address: line.address.clone(),
        language: language::named(&line.choice.language),
        hears_of,
        state,
        when: local_text(at, zone, "%-d %B %Y, %H:%M"),
        open: !matches!(line.state, SubscriberState::Stopped { .. }),
        known: line.address != "(erased)",
    }
}
