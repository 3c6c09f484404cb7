//! How the dates that customers were told held, in a few words; the list is on the page of promises.

use super::icon::Icon;
use super::number::{counted, grouped};
use domain::notice::promise::PromiseCounts;
use leptos::prelude::*;

/// `97.2 % of 36 promises kept`, and how many break now, with a link to the list; nothing before the first promise.
#[component]
pub fn PromisesKept(
    #[prop(into)] counts: Signal<PromiseCounts>,
    #[prop(into)] address: Signal<String>,
) -> impl IntoView {
    move || {
        let counts = counts.get();
        (counts.total() > 0).then(|| {
            view! {
                <span class="promises-kept">
                    <a href=address>{words(&counts)}</a>
                    {(counts.breaking > 0).then(|| view! {
                        <span class="fate breaking">
                            <Icon name="alert" />
                            {format!("{} breaking", grouped(counts.breaking))}
                        </span>
                    })}
                </span>
            }
        })
    }
}

/// The share of those that ended, or how many are open before one has.
pub fn words(counts: &PromiseCounts) -> String {
    match counts.share_kept() {
        Some(_) => {
            let ended = counted(counts.kept + counts.broken, "promise", "promises");
            format!("{} of {ended} kept", counts.share_words())
        }
        None => format!("{}, none has ended", counted(counts.open + counts.breaking, "promise", "promises")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_told_once_a_promise_has_ended() {
        let mut counts = PromiseCounts { open: 1, ..PromiseCounts::default() };
        assert_eq!(words(&counts), "1 promise, none has ended");
        (counts.kept, counts.broken) = (1_166, 34);
        assert_eq!(words(&counts), "97.1 % of 1,200 promises kept");
    }
}
