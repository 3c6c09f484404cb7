//! What the move of a window means, or the planning of a cohort's dates: the preview, its choices, and running it.

use crate::api::ApiError;
use crate::api::cohorts::{MoveView, MovedCohort, move_preview, move_window};
use crate::components::button::SubmitButton;
use crate::components::date::{long_day, week_day};
use crate::components::dialog::Dialog;
use crate::components::empty::Skeleton;
use crate::components::form::FormError;
use crate::components::notice::{Notice, Tone};
use crate::components::number::{counted, grouped};
use crate::components::problem::leave_when_signed_out;
use crate::pages::accounts::{dom, words};
use crate::pages::bulk::Progress;
use crate::pages::bulk::preview::{Figure, Figures, Reasons};
use crate::pages::bulk::watch::Watch;
use crate::pages::migration::Frame;
use domain::calendar::{BrokenPromise, Shift, WaveMove};
use domain::id::{CohortNumber, CommandId};
use domain::spread::Day;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Where the dialog is.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Looking,
    Preview(Box<MoveView>),
    Running,
}

/// Moves windows and plans dates, one at a time. Nothing moves before it is confirmed.
#[derive(Clone, Copy)]
pub struct Mover {
    frame: Frame,
    open: RwSignal<bool>,
    wanted: RwSignal<Option<WaveMove>>,
    step: RwSignal<Step>,
    error: RwSignal<Option<ApiError>>,
    pending: RwSignal<bool>,
    watch: Watch,
    /// What was sent and not answered: sending it again is safe.
    command: StoredValue<Option<CommandId>>,
    /// Called when the dialog closes.
    closed: StoredValue<Option<Callback<()>>>,
}

impl Mover {
    pub fn new(frame: Frame) -> Mover {
        let mover = Mover {
            frame,
            open: RwSignal::new(false),
            wanted: RwSignal::new(None),
            step: RwSignal::new(Step::Looking),
            error: RwSignal::new(None),
            pending: RwSignal::new(false),
            watch: Watch::new(frame),
            command: StoredValue::new(None),
            closed: StoredValue::new(None),
        };
        leave_when_signed_out(mover.error.into());
        Effect::new(move |was_open: Option<bool>| {
            let open = mover.open.get();
            if was_open == Some(true) && !open {
                mover.wanted.set(None);
                mover.frame.refetch.run(());
                if let Some(closed) = mover.closed.try_update_value(Option::take).flatten() {
                    closed.run(());
                }
            }
            open
        });
        mover
    }

    /// Opens the preview; with no shift it is of the dates alone.
    pub fn ask(self, cohort: CohortNumber, shift: Shift, closed: Option<Callback<()>>) {
        self.closed.set_value(closed);
        self.watch.forget();
        self.look(WaveMove { cohort, shift, along: !shift.is_none(), keep: true });
        self.open.set(true);
    }

    /// Asks what the move would do.
    fn look(self, wanted: WaveMove) {
        self.error.set(None);
        self.wanted.set(Some(wanted));
        self.command.set_value(None);
        if !matches!(self.step.get_untracked(), Step::Preview(_)) || !self.open.get_untracked() {
            self.step.set(Step::Looking);
        }
        let migration = self.frame.overview.with_untracked(|overview| overview.migration.id.clone());
        spawn_local(async move {
            let answer = move_preview(migration, wanted).await;
            // Another question was asked meanwhile, or the page was left.
            if self.wanted.try_get_untracked().flatten() != Some(wanted) {
                return;
            }
            match answer {
                Ok(view) => self.step.set(Step::Preview(Box::new(view))),
                Err(error) => self.error.set(Some(error)),
            }
        });
    }

    fn run(self, view: &MoveView) {
        let (Some(wanted), Some(first)) = (self.wanted.get_untracked(), view.cohorts.first()) else { return };
        if self.pending.get_untracked() {
            return;
        }
        self.error.set(None);
        self.pending.set(true);
        let command = self.command.get_value().unwrap_or_else(dom::new_command);
        self.command.set_value(Some(command.clone()));
        let migration = self.frame.overview.with_untracked(|overview| overview.migration.id.clone());
        let seen = first.window;
        spawn_local(async move {
            let answer = move_window(migration, command, wanted, seen).await;
            if self.pending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(Some(id)) => {
                    self.step.set(Step::Running);
                    self.watch.follow(id);
                }
                Ok(None) => self.open.set(false),
                Err(error) => {
                    if !matches!(error, ApiError::Transport { .. } | ApiError::Unavailable { .. }) {
                        self.command.set_value(None);
                    }
                    self.error.set(Some(error));
                }
            }
        });
    }
}

/// The dialog of a [`Mover`].
#[component]
pub fn MoveDialog(mover: Mover) -> impl IntoView {
    let Mover { frame, open, step, .. } = mover;
    let title = Signal::derive(move || {
        let Some(wanted) = mover.wanted.get() else { return String::new() };
        let label = frame.overview.with(|overview| words::cohort(overview, Some(wanted.cohort)));
        if wanted.shift.is_none() {
            format!("Plan the dates of {label}")
        } else {
            format!("Move the window of {label}")
        }
    });
    let shown = Memo::new(move |_| open.get().then(|| step.get()));
    view! {
        <Dialog id="move-window" title open wide=true>
            {move || match shown.get() {
                None => ().into_any(),
                Some(Step::Looking) => view! { <Looking mover /> }.into_any(),
                Some(Step::Preview(view)) => view! { <Preview mover shown=*view /> }.into_any(),
                Some(Step::Running) => view! {
                    <Progress frame watch=mover.watch>
                        <button type="button" class="button primary" on:click=move |_| open.set(false)>
                            "Close"
                        </button>
                    </Progress>
                }
                .into_any(),
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Looking(mover: Mover) -> impl IntoView {
    view! {
        <FormError error=mover.error />
        <Show when=move || mover.error.with(Option::is_none) fallback=|| ()>
            <Skeleton lines=4 />
        </Show>
        <footer>
            <button type="button" class="button" on:click=move |_| mover.open.set(false)>
                "Cancel"
            </button>
        </footer>
    }
    .into_any()
}

#[component]
fn Preview(mover: Mover, shown: MoveView) -> impl IntoView {
    let Mover { frame, open, pending, error, .. } = mover;
    let Some(wanted) = mover.wanted.get_untracked() else { return ().into_any() };
    let sum = |of: fn(&MovedCohort) -> u32| shown.cohorts.iter().map(of).sum::<u32>();
    let changed = sum(|cohort| cohort.changed);
    let moves = shown.cohorts.iter().any(|cohort| cohort.moves);
    let label = match (moves, changed) {
        (true, 0) => "Move the window".to_owned(),
        (true, _) => format!("Move the window and {}", counted(changed, "date", "dates")),
        (false, _) => format!("Plan {}", counted(changed, "date", "dates")),
    };
    let nothing = !moves && changed == 0;
    let figures = vec![
        Figure {
            class: "updated",
            icon: "calendar",
            word: "Get another date",
            count: changed - sum(|cohort| cohort.first),
        },
        Figure { class: "created", icon: "plus", word: "Get their first", count: sum(|cohort| cohort.first) },
        Figure { class: "unchanged", icon: "check", word: "Stay on their day", count: sum(|cohort| cohort.same) },
        Figure {
            class: "out",
            icon: "alert",
            word: "Have no room",
            count: shown.cohorts.iter().flat_map(|cohort| &cohort.unplaced).map(|reason| reason.count).sum(),
        },
    ];
    let followers = shown.cohorts.len() > 1 || !shown.overlaps.is_empty();
    let to_run = shown.clone();
    view! {
        <form class="move-preview" on:submit=move |event| {
            event.prevent_default();
            mover.run(&to_run);
        }>
            <p>"Nothing is changed yet."</p>
            <FormError error />
            <Overlaps frame overlaps=shown.overlaps />
            <Choices mover wanted followers />
            <Figures figures />
            <Promises frame promises=shown.promises />
            {nothing.then(|| view! { <Notice tone=Tone::Info><p>"Nothing would change: every account that can be planned has its day."</p></Notice> })}
            {shown.cohorts.into_iter().map(|cohort| view! { <OneCohort frame cohort /> }).collect_view()}
            <footer>
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    "Cancel"
                </button>
                {(!nothing).then(|| view! { <SubmitButton label pending /> })}
            </footer>
        </form>
    }
    .into_any()
}

/// What its author decides: who follows, and which dates stay.
#[component]
fn Choices(mover: Mover, wanted: WaveMove, followers: bool) -> impl IntoView {
    let choice = move |keep: bool, words: &'static str| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="keep"
                    prop:checked=wanted.keep == keep
                    on:change=move |_| mover.look(WaveMove { keep, ..wanted })
                />
                {words}
            </label>
        }
    };
    view! {
        <fieldset class="move-choices">
            <legend class="visually-hidden">"Which dates move"</legend>
            {choice(true, "Dates that still fit stay")}
            {choice(false, "Spread all dates evenly anew")}
            {followers
                .then(|| view! {
                    <label class="choice">
                        <input
                            type="checkbox"
                            prop:checked=wanted.along
                            on:change=move |event| {
                                mover.look(WaveMove { along: event_target_checked(&event), ..wanted });
                            }
                        />
                        "Move the cohorts along that wait for it"
                    </label>
                })}
        </fieldset>
    }
    .into_any()
}

/// Cohorts that would begin too early and are not moved along.
#[component]
fn Overlaps(frame: Frame, overlaps: Vec<(CohortNumber, i32)>) -> impl IntoView {
    let lines = overlaps
        .into_iter()
        .map(|(number, days)| {
            let label = frame.overview.with_untracked(|overview| words::cohort(overview, Some(number)));
            let days = counted(days.unsigned_abs(), "day", "days");
            format!("{label} would begin before a cohort that it waits for is through: it has to move by {days}.")
        })
        .collect::<Vec<_>>();
    (!lines.is_empty()).then(|| {
        view! {
            <Notice tone=Tone::Warning>
                {lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
            </Notice>
        }
    })
}

/// Dates that customers were told and that would break.
#[component]
fn Promises(frame: Frame, promises: Vec<BrokenPromise>) -> impl IntoView {
    let count = promises.len() as u32;
    let line = move |promise: BrokenPromise| {
        view! {
            <li>
                <a href=frame.address_now(&format!("accounts/{}", promise.account))>{format!("Account {}", promise.account)}</a>
                {format!(" was told {} and would get {}", long_day(promise.told), long_day(promise.becomes))}
            </li>
        }
    };
    (count > 0).then(|| {
        view! {
            <Notice tone=Tone::Warning>
                <p>{format!("{} to customers would be broken.", counted(count, "promise", "promises"))}</p>
                <ul class="promises">{promises.into_iter().map(line).collect_view()}</ul>
            </Notice>
        }
    })
}

#[component]
fn OneCohort(frame: Frame, cohort: MovedCohort) -> impl IntoView {
    let label = frame.overview.with_untracked(|overview| words::cohort(overview, Some(cohort.number)));
    let deadline = frame.overview.with_untracked(|overview| long_day(overview.migration.settings.deadline));
    let MovedCohort { before, after, moves, late, pinned_outside, capacity, days, unplaced, stays, .. } = cohort;
    view! {
        <section class="moved-cohort" aria-label=label.clone()>
            <h3>{label.clone()}</h3>
            {if moves {
                view! {
                    <p class="diff">
                        <del>{before}</del>
                        <span class="visually-hidden">" becomes "</span>
                        <ins>{after}</ins>
                    </p>
                }
                .into_any()
            } else {
                view! { <p class="soft">{before}</p> }.into_any()
            }}
            {late.then(|| view! { <Notice tone=Tone::Warning><p>{format!("The window ends after the deadline of {deadline}.")}</p></Notice> })}
            {(pinned_outside > 0)
                .then(|| view! {
                    <Notice tone=Tone::Warning>
                        <p>
                            {format!(
                                "{} with a date of their own would be outside of the window or on a closed day. They keep their date.",
                                counted(pinned_outside, "account", "accounts"),
                            )}
                        </p>
                    </Notice>
                })}
            <DayTable label=label.clone() days capacity />
            <Reasons frame title="No room" reasons=unplaced />
            <Reasons frame title="Not planned with the others" reasons=stays />
        </section>
    }
    .into_any()
}

/// Accounts per day, as bars and as figures.
#[component]
fn DayTable(label: String, days: Vec<Day>, capacity: Option<u32>) -> impl IntoView {
    let most = days.iter().map(Day::total).chain(capacity).max().unwrap_or(0).max(1);
    let lines = days
        .into_iter()
        .map(|day| {
            let share = |count: u32| format!("{:.2}%", f64::from(count) * 100.0 / f64::from(most));
            let words = match &day.closed {
                Some(closed) => closed.label().to_owned(),
                None => capacity.map(|capacity| format!("of {}", grouped(capacity))).unwrap_or_default(),
            };
            let over = capacity.is_some_and(|capacity| day.total() > capacity);
            view! {
                <tr class:closed=day.closed.is_some() class:over=over>
                    <th scope="row">{week_day(day.day)}</th>
                    <td class="bar" aria-hidden="true">
                        <svg>
                            <rect class="planned" width=share(day.planned) height="100%"></rect>
                            <rect class="others" x=share(day.planned) width=share(day.others) height="100%"></rect>
                        </svg>
                    </td>
                    <td class="n">{grouped(day.planned)}</td>
                    <td class="n">{(day.others > 0).then(|| format!("+ {}", grouped(day.others)))}</td>
                    <td class="soft">{words}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="day-table" tabindex="0" role="region" aria-label=format!("Days of {label}")>
            <table>
                <thead class="visually-hidden">
                    <tr>
                        <th scope="col">"Day"</th>
                        <td></td>
                        <th scope="col">"Accounts of the cohort"</th>
                        <th scope="col">"Others: with a date of their own, blocked, or begun"</th>
                        <th scope="col">"Limit, or why nothing is planned"</th>
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}
