//! Messages between heading and content.

use super::icon::Icon;
use leptos::prelude::*;

/// How much a notice matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Info,
    Success,
    Warning,
    Error,
}

impl Tone {
    fn parts(self) -> (&'static str, &'static str, Option<&'static str>) {
        match self {
            Tone::Info => ("notice info", "info", None),
            Tone::Success => ("notice success", "check", Some("status")),
            Tone::Warning => ("notice warning", "alert", None),
            Tone::Error => ("notice error", "alert", Some("alert")),
        }
    }
}

/// A message with its icon; errors are announced at once, successes when the reader pauses.
#[component]
pub fn Notice(tone: Tone, children: Children) -> impl IntoView {
    let (class, icon, role) = tone.parts();
    view! {
        <div class=class role=role>
            <Icon name=icon />
            <div class="words">{children()}</div>
        </div>
    }
    .into_any()
}
