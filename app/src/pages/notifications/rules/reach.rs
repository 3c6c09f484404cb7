//! The question before a rule is switched on: whom it would reach now and in the next days, and what looks suspicious.

use crate::api::ApiError;
use crate::api::rules::{ReachView, ReachedLine, RuleLine, SwitchRule, rule_reach};
use crate::components::button::SubmitButton;
use crate::components::date::long_day;
use crate::components::dialog::Dialog;
use crate::components::empty::Skeleton;
use crate::components::form::{FormError, TextInput, error_of, failure};
use crate::components::notice::{Notice, Tone};
use crate::components::number::{counted, grouped};
use crate::components::problem::Problem;
use crate::pages::migration::Frame;
use chrono::NaiveDate;
use domain::notice::preflight::Finding;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Days that are listed; more are summed up.
const DAYS_SHOWN: usize = 31;

/// The dialog; `asked` is the rule that is to be switched on.
#[component]
pub fn ReachDialog(
    frame: Frame,
    asked: RwSignal<Option<RuleLine>>,
    switching: ServerAction<SwitchRule>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let reach = RwSignal::new(None::<Result<ReachView, ApiError>>);
    let typed = RwSignal::new(String::new());
    let error = failure(switching);
    let look = move || {
        let Some(number) = asked.with_untracked(|asked| asked.as_ref().map(|line| line.rule.number)) else { return };
        let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
        reach.set(None);
        spawn_local(async move {
            let answer = rule_reach(migration, number).await;
            // Another rule may have been asked about meanwhile.
            if asked.try_with_untracked(|asked| asked.as_ref().map(|line| line.rule.number)) == Some(Some(number)) {
                reach.try_set(Some(answer));
            }
        });
    };
    Effect::new(move |_| {
        let is_asked = asked.with(Option::is_some);
        if is_asked {
            typed.set(String::new());
            look();
        }
        if open.get_untracked() != is_asked {
            open.set(is_asked);
        }
    });
    Effect::new(move |_| {
        if !open.get() && asked.with_untracked(Option::is_some) {
            asked.set(None);
        }
    });
    let title = Signal::derive(move || {
        let name = asked.with(|asked| asked.as_ref().map(|line| line.rule.settings.name.clone()));
        format!("Switch on {}?", name.unwrap_or_default())
    });
    let retry = Callback::new(move |()| look());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(number) = asked.with_untracked(|asked| asked.as_ref().map(|line| line.rule.number)) else { return };
        let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
        let digits: String = typed.get_untracked().chars().filter(char::is_ascii_digit).collect();
        switching.dispatch(SwitchRule { migration, number, on: true, typed: digits.parse().ok() });
    };
    let pending = switching.pending();
    view! {
        <Dialog id="rule-reach" title open wide=true>
            {move || asked.get().map(|line| view! {
                <form on:submit=submit novalidate=true>
                    <div class="fields" aria-live="polite">
                        <p>{line.sentence.clone()} "."</p>
                        <FormError error fields=&["typed"] />
                        {move || match reach.get() {
                            None => view! { <Skeleton lines=4 /> }.into_any(),
                            Some(Err(error)) => view! { <Problem error retry /> }.into_any(),
                            Some(Ok(reach)) => view! { <Shown frame reach typed error=error_of(error, "typed") /> }.into_any(),
                        }}
                    </div>
                    <footer>
                        <button type="button" class="button" on:click=move |_| asked.set(None)>
                            "Leave it off"
                        </button>
                        <Show when=move || matches!(reach.get(), Some(Ok(_))) fallback=|| ()>
                            <SubmitButton label="Switch it on" pending />
                        </Show>
                    </footer>
                </form>
            })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Shown(frame: Frame, reach: ReachView, typed: RwSignal<String>, error: Signal<Option<String>>) -> impl IntoView {
    if !reach.planned {
        return view! {
            <p>
                "It fires when something happens from now on, so nobody can say whom it will reach. What happened before does not \
                fire it."
            </p>
        }
        .into_any();
    }
    let many = reach.findings.iter().any(Finding::needs_confirmation);
    let today = frame.overview.with_untracked(|overview| overview.today);
    let later: u32 = reach.days.iter().filter(|(day, _)| *day > today).map(|(_, count)| count).sum();
    let silent = reach.without_address.len() as u32;
    let to_accounts = counted(reach.accounts, "account", "accounts");
    view! {
        <ul class="tiles outcome reach-figures">
            <li class="tile" class:none={reach.now == 0}>
                <span>"At once"</span>
                <b>{grouped(reach.now)}</b>
            </li>
            <li class="tile" class:none={later == 0}>
                <span>"In the next 30 days"</span>
                <b>{grouped(later)}</b>
            </li>
        </ul>
        <p class="soft">{format!("Messages about {to_accounts}. \"At once\" means in the recipients' next working hours.")}</p>
        {reach
            .findings
            .iter()
            .map(|finding| {
                let words = finding.words();
                view! {
                    <Notice tone=Tone::Warning>
                        <p>{words}</p>
                    </Notice>
                }
            })
            .collect_view()}
        <Days days=reach.days today />
        <Accounts frame title="Whom it reaches" lines=reach.first of=reach.accounts />
        <Accounts frame title="Somebody without an address" lines=reach.without_address of=silent />
        {many.then(|| view! {
            <TextInput
                name="typed"
                id="reach-typed"
                label=format!("Type {} to confirm that so many messages go at once", reach.now)
                bound=typed
                error
                inputmode="numeric"
                autocomplete="off"
                required=true
            />
        })}
    }
    .into_any()
}

#[component]
fn Days(days: Vec<(NaiveDate, u32)>, today: NaiveDate) -> impl IntoView {
    if days.is_empty() {
        return ().into_any();
    }
    let most = days.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
    view! {
        <section class="reach-part" aria-labelledby="reach-days">
            <h3 id="reach-days">"Messages per day"</h3>
            <table class="reach-days">
                <thead class="visually-hidden">
                    <tr>
                        <th scope="col">"Day"</th>
                        <th scope="col">"Messages"</th>
                    </tr>
                </thead>
                <tbody>
                    {days
                        .into_iter()
                        .take(DAYS_SHOWN)
                        .map(|(day, count)| view! {
                            <tr>
                                <th scope="row">{if day == today { "Today".to_owned() } else { long_day(day) }}</th>
                                <td>
                                    <svg class="bar" aria-hidden="true" viewBox="0 0 100 8" preserveAspectRatio="none">
                                        <rect width=(f64::from(count) * 100.0 / f64::from(most)).to_string() height="8"></rect>
                                    </svg>
                                    {grouped(count)}
                                </td>
                            </tr>
                        })
                        .collect_view()}
                </tbody>
            </table>
        </section>
    }
    .into_any()
}

#[component]
fn Accounts(frame: Frame, title: &'static str, lines: Vec<ReachedLine>, of: u32) -> impl IntoView {
    if lines.is_empty() {
        return ().into_any();
    }
    let heading = match lines.len() as u32 >= of {
        true => title.to_owned(),
        false => format!("{title}, the first {}", lines.len()),
    };
    view! {
        <details class="reach-part">
            <summary>{heading}</summary>
            <ul class="reach-accounts">
                {lines
                    .into_iter()
                    .map(|line| view! {
                        <li>
                            <a href=frame.address_now(&format!("accounts/{}", line.number))>{line.name}</a>
                            <span class="soft">{line.due}</span>
                        </li>
                    })
                    .collect_view()}
            </ul>
        </details>
    }
    .into_any()
}
