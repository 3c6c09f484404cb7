//! What a lead does with messages: the buttons over the list, the question, the progress while many are dealt with, and what
//! came of it. All but the buttons outlive the list, which comes anew whenever somebody changes something.

use super::queue::Shown;
use super::table::Picked;
use crate::api::ApiError;
use crate::api::messages::{ActOutcome, act_on_messages};
use crate::components::number::{counted, grouped};
use crate::components::problem::leave_when_signed_out;
use crate::components::reason_dialog::{Question, ReasonDialog};
use domain::notice::message::{Act, ActRefusal};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::{BTreeMap, BTreeSet};

/// An act from its question to its result.
#[derive(Clone, Copy)]
pub struct Acting {
    question: RwSignal<Option<Question>>,
    wanted: StoredValue<(Act, u32)>,
    pending: RwSignal<bool>,
    error: RwSignal<Option<ApiError>>,
    /// What is done so far, while there is more to do.
    done: RwSignal<Option<Done>>,
    /// A person has had enough: what is done stays.
    stopped: RwSignal<bool>,
    /// What came of the last act.
    said: RwSignal<String>,
}

/// What an act on many messages has brought so far.
#[derive(Clone, Debug, Default, PartialEq)]
struct Done {
    changed: u32,
    missing: u32,
    left: u32,
    refused: BTreeMap<ActRefusal, u32>,
}

impl Done {
    fn add(&mut self, outcome: &ActOutcome) {
        self.changed += outcome.done;
        self.missing += outcome.missing;
        self.left = outcome.left;
        for (why, count) in &outcome.refused {
            *self.refused.entry(*why).or_default() += count;
        }
    }

    fn looked_at(&self) -> u32 {
        self.changed + self.missing + self.refused.values().sum::<u32>()
    }

    /// How many changed, and how many did not and why.
    fn words(&self, act: Act) -> String {
        let mut words = format!("{} {}.", counted(self.changed, "message", "messages"), done_word(act));
        let mut reasons: Vec<String> =
            self.refused.iter().map(|(why, count)| format!("{}: {why}", grouped(*count))).collect();
        if self.missing > 0 {
            reasons.push(format!("{}: gone meanwhile.", grouped(self.missing)));
        }
        if !reasons.is_empty() {
            words.push_str(&format!(" Not changed – {}", reasons.join(" ")));
        }
        if self.left > 0 {
            words.push_str(&format!(" Stopped: {} left as they are.", grouped(self.left)));
        }
        words
    }
}

impl Acting {
    pub fn new() -> Acting {
        Acting {
            question: RwSignal::new(None),
            wanted: StoredValue::new((Act::Hold, 0)),
            pending: RwSignal::new(false),
            error: RwSignal::new(None),
            done: RwSignal::new(None),
            stopped: RwSignal::new(false),
            said: RwSignal::new(String::new()),
        }
    }

    fn ask(self, act: Act, count: u32) {
        self.wanted.set_value((act, count));
        self.error.set(None);
        self.question.set(Some(question_of(act, count)));
    }
}

/// The question, the progress and the result; lies outside of the list.
#[component]
pub fn ActDialog(shown: Shown, refetch: Callback<()>) -> impl IntoView {
    let Acting { question, wanted, pending, error, done, stopped, said } = shown.acting;
    let picked = shown.picked;
    leave_when_signed_out(error.into());
    let confirm = move |reason: String| {
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        stopped.set(false);
        let migration = shown.frame.overview.with_untracked(|overview| overview.migration.id.clone());
        let keys = picked.with_untracked(Picked::keys);
        let (filter, (act, _)) = (shown.filter.get_untracked(), wanted.get_value());
        spawn_local(async move {
            let mut so_far = Done::default();
            let mut from = None;
            let problem = loop {
                let asked = (migration.clone(), keys.clone(), filter.clone(), reason.clone());
                let answer = act_on_messages(asked.0, asked.1, asked.2, act, asked.3, from).await;
                // The page is gone.
                if pending.try_get_untracked().is_none() {
                    return;
                }
                match answer {
                    Err(problem) => break Some(problem),
                    Ok(outcome) => {
                        so_far.add(&outcome);
                        from = outcome.next;
                    }
                }
                question.set(None);
                if from.is_none() || stopped.get_untracked() {
                    break None;
                }
                done.set(Some(so_far.clone()));
            };
            pending.set(false);
            done.set(None);
            let began = so_far != Done::default();
            if began {
                said.set(match &problem {
                    Some(problem) => format!("{} Then it failed: {problem}", so_far.words(act)),
                    None => so_far.words(act),
                });
                picked.set(Picked::default());
                refetch.run(());
            }
            // What went wrong before anything was done stands in the question, with the reason as typed.
            error.set(problem.filter(|_| !began));
        });
    };
    let progress = move || {
        let so_far = done.get()?;
        let (act, _) = wanted.get_value();
        let (looked_at, all) = (so_far.looked_at(), so_far.looked_at() + so_far.left);
        Some(view! {
            <div class="message-progress">
                <p role="status">{format!("{}: {} of {}", act.label(), grouped(looked_at), counted(all, "message", "messages"))}</p>
                <progress aria-label="Messages done" max=all value=looked_at></progress>
                <button
                    type="button"
                    class="button small"
                    disabled=move || stopped.get()
                    on:click=move |_| stopped.set(true)
                >
                    "Stop"
                </button>
            </div>
        })
    };
    view! {
        {progress}
        <p class="message-said" role="status">
            {said}
        </p>
        <ReasonDialog id="act-on-messages" question on_confirm=confirm pending error />
    }
    .into_any()
}

/// The buttons over the list.
#[component]
pub fn ActBar(shown: Shown, matching: u32) -> impl IntoView {
    let (picked, acting) = (shown.picked, shown.acting);
    let count = move || picked.with(|picked| picked.count(matching));
    let none = move || count() == 0 || acting.pending.get();
    view! {
        <div class="message-acts" role="group" aria-label="Selected messages">
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || picked.with(|picked| picked.all)
                    on:change=move |event| {
                        picked.set(Picked { all: event_target_checked(&event), keys: BTreeSet::new() });
                    }
                />
                <span>{format!("All {} that match", grouped(matching))}</span>
            </label>
            <span class="soft" aria-live="polite">
                {move || format!("{} selected", grouped(count()))}
            </span>
            <div class="button-row">
                {Act::ALL
                    .into_iter()
                    .map(|act| view! {
                        <button
                            type="button"
                            class="button small"
                            class:danger=act == Act::Cancel
                            aria-haspopup="dialog"
                            disabled=none
                            on:click=move |_| acting.ask(act, count())
                        >
                            {act.label()}
                        </button>
                    })
                    .collect_view()}
            </div>
        </div>
    }
    .into_any()
}

fn done_word(act: Act) -> &'static str {
    match act {
        Act::Hold => "held",
        Act::Release => "released",
        Act::Cancel => "cancelled",
        Act::Retry => "to be tried again now",
        Act::Compose => "composed again",
    }
}

fn question_of(act: Act, count: u32) -> Question {
    let what = counted(count, "message", "messages");
    let (title, effect) = match act {
        Act::Hold => (
            format!("Hold {what}?"),
            "They stay here until somebody releases or cancels them, also when their date moves: then they say the new one.",
        ),
        Act::Release => (
            format!("Release {what}?"),
            "They go when they are due, or at once if that has passed. What is too late by its rule then is suppressed, and \
             the account's owner is told.",
        ),
        Act::Cancel => (format!("Cancel {what}?"), "They are never sent. This cannot be taken back."),
        Act::Retry => (format!("Retry {what}?"), "They are sent again at once."),
        Act::Compose => (
            format!("Compose {what} again?"),
            "They are written anew from the newest template and what is known now. What failed, was too late or could not be \
             sent goes then, within working hours; what waits or is held stays so.",
        ),
    };
    Question {
        title,
        effect: format!("{effect} What is in another state is left as it is, and counted."),
        // "Cancel" alone is the button that closes the question.
        verb: match act {
            Act::Cancel => "Cancel the messages".to_owned(),
            act => act.label().to_owned(),
        },
        reason: String::new(),
        danger: act == Act::Cancel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_says_how_many_changed_and_why_others_did_not() {
        let mut done = Done::default();
        let outcome = |done, refused, left| ActOutcome { done, refused, missing: 0, next: None, left };
        done.add(&outcome(1_000, vec![], 1_200));
        done.add(&outcome(997, vec![(ActRefusal::Sent, 3)], 200));
        assert_eq!((done.looked_at(), done.left), (2_000, 200));
        done.add(&outcome(199, vec![(ActRefusal::Sent, 1)], 0));
        let words = "2,196 messages held. Not changed – 4: It was sent already and cannot be called back.";
        assert_eq!(done.words(Act::Hold), words);
        done.left = 7;
        assert!(done.words(Act::Hold).ends_with(" Stopped: 7 left as they are."));
    }
}
