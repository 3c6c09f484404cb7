//! A person as initials on a quiet tint.

use domain::id::UserId;
use domain::user::initials;
use leptos::prelude::*;

/// How many tints there are: `--person-1` to `--person-8`.
const TINTS: u32 = 8;

/// Initials on a tint of their own. The name has to stand beside it, or give `label`.
#[component]
pub fn Avatar(
    id: UserId,
    #[prop(into)] name: String,
    /// `tiny` or `large`; otherwise the usual size.
    #[prop(optional)]
    size: &'static str,
    /// Tells the name to screen readers and as a tip, where no name stands beside it.
    #[prop(optional)]
    label: bool,
) -> impl IntoView {
    let class = format!("avatar person-{} {size}", tint(&id));
    let tip = label.then(|| name.clone());
    view! {
        <span
            class=class.trim_end().to_owned()
            role=label.then_some("img")
            aria-hidden=(!label).then_some("true")
            aria-label=tip.clone()
            title=tip
        >
            {initials(&name)}
        </span>
    }
    .into_any()
}

/// Initials and name side by side.
#[component]
pub fn Who(id: UserId, #[prop(into)] name: String) -> impl IntoView {
    view! {
        <span class="who">
            <Avatar id name=name.clone() />
            <span>{name}</span>
        </span>
    }
    .into_any()
}

/// The tint of a person: always the same for the same id (FNV-1a).
pub fn tint(id: &UserId) -> u32 {
    let hash =
        id.as_str().bytes().fold(2_166_136_261_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619));
    hash % TINTS + 1
}
