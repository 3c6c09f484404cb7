//! Verifying the hash chains on request.

use crate::api::audit::{Verdict, VerifyLog};
use crate::components::form::{FormError, failure};
use crate::components::icon::Icon;
use crate::components::notice::{Notice, Tone};
use crate::components::number::counted;
use crate::components::problem::leave_when_signed_out;
use leptos::prelude::*;

/// The button, and what the verification found in each stream.
#[component]
pub fn Verify() -> impl IntoView {
    let verify = ServerAction::<VerifyLog>::new();
    let error = failure(verify);
    leave_when_signed_out(error);
    let pending = verify.pending();
    let start = move |_| {
        if !pending.get_untracked() {
            verify.dispatch(VerifyLog {});
        }
    };
    let verdicts = move || verify.value().get().and_then(Result::ok);
    view! {
        <section class="verify" aria-label="Verification">
            <button type="button" class="button" aria-busy=move || pending.get().then_some("true") on:click=start>
                <Icon name="audit" />
                {move || if pending.get() { "Verifying…" } else { "Verify the log" }}
            </button>
            <FormError error />
            <div aria-live="polite">{move || verdicts().map(|verdicts| view! { <Verdicts verdicts /> })}</div>
        </section>
    }
    .into_any()
}

#[component]
fn Verdicts(verdicts: Vec<Verdict>) -> impl IntoView {
    let broken = verdicts.iter().filter(|verdict| verdict.broken.is_some()).count();
    let (tone, headline) = if broken == 0 {
        (Tone::Success, "The log is whole: nothing was changed, removed or put in between.".to_owned())
    } else {
        (Tone::Error, format!("The log is broken in {}.", counted(broken as u64, "stream", "streams")))
    };
    view! {
        <Notice tone>
            <p>
                <b>{headline}</b>
            </p>
            <ul class="verdicts">{verdicts.into_iter().map(|verdict| view! { <li>{in_words(&verdict)}</li> }).collect_view()}</ul>
        </Notice>
    }
    .into_any()
}

/// `Workspace: 1,204 events, whole; 12 values erased. Newest hash 3fa9…`
fn in_words(verdict: &Verdict) -> String {
    let events = counted(verdict.events, "event", "events");
    let erased = match verdict.erased {
        0 => String::new(),
        erased => format!("; {} erased", counted(erased, "value", "values")),
    };
    match &verdict.broken {
        Some(what) => format!("{}: {events}, broken. {what}", verdict.name),
        None if verdict.head.is_empty() => format!("{}: {events}, whole{erased}.", verdict.name),
        None => format!("{}: {events}, whole{erased}. Newest hash {}.", verdict.name, verdict.head),
    }
}
