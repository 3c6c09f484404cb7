//! What a change or an undo would do: figures, samples before and after, and what stays and why.

use super::words;
use crate::api::bulk::{NamedAccount, ReasonView};
use crate::api::migrations::Overview;
use crate::components::icon::Icon;
use crate::components::number::{counted, grouped};
use crate::pages::migration::Frame;
use domain::account::Row;
use leptos::prelude::*;

/// One figure of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Its class: `updated`, `unchanged`, `out`, `created`.
    pub class: &'static str,
    pub icon: &'static str,
    pub word: &'static str,
    pub count: u32,
}

/// The figures beside each other.
#[component]
pub fn Figures(figures: Vec<Figure>) -> impl IntoView {
    view! {
        <ul class="tiles outcome bulk-figures">
            {figures
                .into_iter()
                .map(|Figure { class, icon, word, count }| view! {
                    <li class=format!("tile {class}") class:none={count == 0}>
                        <span>
                            <Icon name=icon />
                            {word}
                        </span>
                        <b>{grouped(count)}</b>
                    </li>
                })
                .collect_view()}
        </ul>
    }
    .into_any()
}

/// Some accounts before and after.
#[component]
pub fn Samples(frame: Frame, samples: Vec<(Row, Row)>, of: u32) -> impl IntoView {
    if samples.is_empty() {
        return ().into_any();
    }
    let overview = frame.overview.get_untracked();
    let heading = match samples.len() as u32 {
        all if all == of => "What changes".to_owned(),
        some => format!("What changes, for {some} of them"),
    };
    view! {
        <section class="bulk-part">
            <h3>{heading}</h3>
            <ul class="bulk-samples">
                {samples
                    .into_iter()
                    .map(|(before, after)| view! { <Sample overview=overview.clone() before after /> })
                    .collect_view()}
            </ul>
        </section>
    }
    .into_any()
}

#[component]
fn Sample(overview: Overview, before: Row, after: Row) -> impl IntoView {
    let differences = words::differences(&overview, &before, &after);
    view! {
        <li>
            <p class="who-changes">
                <span class="soft">{before.external_id.to_string()}</span>
                " "
                <b>{before.name}</b>
            </p>
            {differences
                .into_iter()
                .map(|(field, before, after)| view! {
                    <p class="diff">
                        <span class="visually-hidden">{field} ": "</span>
                        <del>{before}</del>
                        <Icon name="arrow" />
                        <span class="visually-hidden">" becomes "</span>
                        <ins>{after}</ins>
                    </p>
                })
                .collect_view()}
        </li>
    }
    .into_any()
}

/// Why accounts stay as they are, each reason with the first of them.
#[component]
pub fn Reasons(frame: Frame, #[prop(into)] title: String, reasons: Vec<ReasonView>) -> impl IntoView {
    if reasons.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="bulk-part">
            <h3>{title}</h3>
            <ul class="bulk-reasons">
                {reasons.into_iter().map(|reason| view! { <Reason frame reason /> }).collect_view()}
            </ul>
        </section>
    }
    .into_any()
}

#[component]
fn Reason(frame: Frame, reason: ReasonView) -> impl IntoView {
    let more = reason.count.saturating_sub(reason.accounts.len() as u32);
    let accounts = reason
        .accounts
        .into_iter()
        .map(|NamedAccount { number, id, name }| {
            view! {
                <li>
                    <a href=frame.address_now(&format!("accounts/{number}"))>
                        <span class="soft">{id.to_string()}</span>
                        " "
                        {name}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <li>
            <details>
                <summary>
                    <b>{counted(reason.count, "account", "accounts")}</b>
                    " "
                    <span>{reason.words}</span>
                </summary>
                <ul class="bulk-accounts">
                    {accounts}
                    {(more > 0).then(|| view! { <li class="soft">{format!("and {} more", grouped(more))}</li> })}
                </ul>
            </details>
        </li>
    }
    .into_any()
}
