//! The timeline: windows as bars, filled as far as completed, that can be moved by pointer and keyboard.

use super::moving::Mover;
use crate::api::migrations::{CohortSummary, Overview};
use crate::components::browser;
use crate::components::date::{long_day, short_day};
use crate::components::icon::Icon;
use crate::components::number::counted;
use crate::components::stage::CohortStageTag;
use crate::pages::accounts::dom;
use crate::pages::migration::Frame;
use chrono::{Datelike, Days, NaiveDate};
use domain::calendar::Shift;
use domain::cohort::CohortStage;
use domain::id::CohortNumber;
use domain::migration::Blackout;
use domain::status::{Status, StatusCounts};
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;

/// Days shown before the first and after the last thing.
const MARGIN: u64 = 4;
/// Labels of the axis, at most.
const TICKS_MAX: i64 = 8;

/// The days that the timeline shows.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Span {
    first: NaiveDate,
    days: i64,
}

impl Span {
    /// Everything that there is, today and the deadline.
    fn of(overview: &Overview) -> Span {
        let windows = overview.cohorts.iter().filter_map(|summary| summary.days);
        let (firsts, lasts): (Vec<_>, Vec<_>) = windows.unzip();
        let fixed = [overview.today, overview.migration.settings.deadline];
        let first = firsts.into_iter().chain(fixed).min().unwrap_or(overview.today);
        let last = lasts.into_iter().chain(fixed).max().unwrap_or(overview.today);
        let first = first.checked_sub_days(Days::new(MARGIN)).unwrap_or(first);
        Span { first, days: (last - first).num_days() + 1 + MARGIN as i64 }
    }

    /// Where a day begins, in percent of the width.
    fn x(&self, day: NaiveDate) -> f64 {
        (day - self.first).num_days() as f64 * 100.0 / self.days as f64
    }

    fn width(&self, days: i64) -> f64 {
        days as f64 * 100.0 / self.days as f64
    }

    /// Mondays for the axis, evenly apart.
    fn ticks(&self) -> Vec<NaiveDate> {
        let weeks = (self.days / 7 / TICKS_MAX + 1) as usize;
        let to_monday = (7 - i64::from(self.first.weekday().num_days_from_monday())) % 7;
        let monday = self.first.checked_add_days(Days::new(to_monday as u64)).unwrap_or(self.first);
        let last = monday.checked_add_days(Days::new((self.days - to_monday - 5).max(0) as u64)).unwrap_or(monday);
        monday.iter_weeks().step_by(weeks).take_while(|day| *day <= last).collect()
    }
}

fn percent(value: f64) -> String {
    format!("{value:.3}%")
}

/// What of a bar the pointer holds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Hold {
    Start,
    Whole,
    End,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Drag {
    cohort: CohortNumber,
    hold: Hold,
    from: f64,
    /// Pixels of one day.
    day: f64,
}

/// What the rows share.
#[derive(Clone, Copy)]
struct Timeline {
    frame: Frame,
    mover: Mover,
    may_move: bool,
    span: Memo<Span>,
    /// A window that was moved on the screen and not yet for everybody.
    draft: RwSignal<Option<(CohortNumber, Shift)>>,
    drag: StoredValue<Option<Drag>>,
}

impl Timeline {
    fn summary(&self, number: CohortNumber) -> Option<CohortSummary> {
        self.frame.overview.with(|overview| overview.cohorts.iter().find(|s| s.cohort.number == number).cloned())
    }

    /// How far this cohort's window is moved on the screen.
    fn shift(&self, number: CohortNumber) -> Shift {
        self.draft.with(|draft| draft.filter(|(other, _)| *other == number).map(|(_, shift)| shift).unwrap_or_default())
    }

    /// Moves the window on the screen, unless it would end before it starts.
    fn set(&self, number: CohortNumber, shift: Shift) {
        let days = self.frame.overview.with_untracked(|overview| {
            overview.cohorts.iter().find(|summary| summary.cohort.number == number).and_then(|summary| summary.days)
        });
        let Some((first, last)) = days else { return };
        let (first, last) = shift.of(first, last);
        if first <= last {
            self.draft.set((!shift.is_none()).then_some((number, shift)));
        }
    }

    /// Opens the preview of what is on the screen.
    fn preview(&self, number: CohortNumber) {
        let shift =
            self.draft.with_untracked(|draft| draft.filter(|(other, _)| *other == number).map(|(_, shift)| shift));
        let draft = self.draft;
        // Confirmed or not: what is stored is shown again.
        let closed = Callback::new(move |()| _ = draft.try_set(None));
        self.mover.ask(number, shift.unwrap_or_default(), Some(closed));
    }

    fn key(&self, number: CohortNumber, event: &KeyboardEvent) {
        let shift =
            self.draft.with_untracked(|draft| draft.filter(|(other, _)| *other == number).map(|(_, shift)| shift));
        let shift = shift.unwrap_or_default();
        let by = match event.key().as_str() {
            "ArrowLeft" => -1,
            "ArrowRight" => 1,
            "Enter" | " " => {
                event.prevent_default();
                return self.preview(number);
            }
            "Escape" => return self.draft.set(None),
            _ => return,
        };
        event.prevent_default();
        let starts = if event.shift_key() { shift.starts } else { shift.starts + by };
        self.set(number, Shift { starts, ends: shift.ends + by });
    }

    fn take_hold(&self, number: CohortNumber, hold: Hold, event: &PointerEvent) {
        let width = browser::width_of(&track_id(number));
        if event.button() != 0 || width <= 0.0 {
            return;
        }
        let day = width / self.span.with_untracked(|span| span.days as f64);
        dom::capture(event);
        self.drag.set_value(Some(Drag { cohort: number, hold, from: event.client_x().into(), day }));
    }

    fn pull(&self, event: &PointerEvent) {
        let Some(drag) = self.drag.get_value() else { return };
        let by = ((f64::from(event.client_x()) - drag.from) / drag.day).round() as i32;
        let shift = match drag.hold {
            Hold::Start => Shift { starts: by, ends: 0 },
            Hold::Whole => Shift::by(by),
            Hold::End => Shift { starts: 0, ends: by },
        };
        self.set(drag.cohort, shift);
    }

    fn let_go(&self) {
        let Some(drag) = self.drag.try_update_value(Option::take).flatten() else { return };
        if self.draft.with_untracked(|draft| draft.is_some_and(|(number, _)| number == drag.cohort)) {
            self.preview(drag.cohort);
        }
    }
}

fn track_id(number: CohortNumber) -> String {
    format!("track-{number}")
}

/// All windows under each other, with today, the deadline and the blackouts.
#[component]
pub fn TimelineView(frame: Frame, mover: Mover, may_move: bool) -> impl IntoView {
    let span = Memo::new(move |_| frame.overview.with(Span::of));
    let timeline = Timeline { frame, mover, may_move, span, draft: RwSignal::new(None), drag: StoredValue::new(None) };
    let numbers = Memo::new(move |_| {
        frame.overview.with(|overview| overview.cohorts.iter().map(|summary| summary.cohort.number).collect::<Vec<_>>())
    });
    view! {
        <section class="panel timeline" aria-labelledby="timeline-heading">
            <header class="panel-head">
                <h2 id="timeline-heading">"Windows"</h2>
                <p class="soft">"Filled as far as completed. Hatched: nothing is planned."</p>
            </header>
            <svg class="hatch" aria-hidden="true" width="0" height="0">
                <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <rect width="2" height="6"></rect>
                </pattern>
            </svg>
            <Axis frame span />
            <ol>
                <For each=move || numbers.get() key=|number| *number let(number)>
                    <Row number timeline />
                </For>
            </ol>
            <DraftBar timeline />
            {may_move.then(|| view! {
                <p class="keys soft" id="timeline-keys">
                    "Drag a window or one of its ends. By keyboard: arrows move it by a day, Shift and arrows move its end, Enter \
                    shows what that means, Escape puts it back. Nothing moves before you confirm."
                </p>
            })}
        </section>
    }
    .into_any()
}

/// Days along the top, today and the deadline.
#[component]
fn Axis(frame: Frame, span: Memo<Span>) -> impl IntoView {
    let marks = move || {
        let (span, today, deadline) =
            (span.get(), frame.overview.read().today, frame.overview.read().migration.settings.deadline);
        let ticks = span
            .ticks()
            .into_iter()
            .map(|day| view! { <text x=percent(span.x(day)) y="14">{short_day(day, today)}</text> })
            .collect_view();
        let flag = |day: NaiveDate, class: &'static str, words: String| {
            let x = span.x(day);
            // A label at the right edge stands left of its mark.
            let anchor = if x > 80.0 { "end" } else { "start" };
            let dx = if x > 80.0 { "-4" } else { "4" };
            view! { <text class=class x=percent(x) y="32" dx=dx text-anchor=anchor>{words}</text> }
        };
        view! {
            {ticks}
            {flag(today, "today", "Today".to_owned())}
            {flag(deadline, "deadline", format!("Deadline {}", short_day(deadline, today)))}
        }
    };
    view! {
        <div class="axis" aria-hidden="true">
            <svg height="38">{marks}</svg>
        </div>
    }
    .into_any()
}

#[component]
fn Row(number: CohortNumber, timeline: Timeline) -> impl IntoView {
    let Timeline { frame, span, may_move, .. } = timeline;
    let summary = Memo::new(move |_| timeline.summary(number));
    let label = move || summary.read().as_ref().map(|summary| summary.cohort.label()).unwrap_or_default();
    let accounts = move || {
        let counts = summary.read().as_ref().map(|summary| summary.counts).unwrap_or_default();
        counted(counts.total(), "account", "accounts")
    };
    let stage = Memo::new(move |_| summary.read().as_ref().map(|summary| summary.cohort.stage));
    let shift = Memo::new(move |_| timeline.shift(number));
    let days = Memo::new(move |_| {
        summary.read().as_ref().and_then(|summary| summary.days).map(|(first, last)| shift.get().of(first, last))
    });
    let window = move || match days.get() {
        None => "No window".to_owned(),
        Some((first, last)) => {
            let today = frame.overview.read().today;
            format!("{} to {}", short_day(first, today), short_day(last, today))
        }
    };
    let share = Memo::new(move |_| done(summary.read().as_ref().map(|summary| summary.counts).unwrap_or_default()));
    let class = move || match stage.get() {
        Some(CohortStage::Closed) => "bar closed",
        Some(CohortStage::Planned) | None => "bar ahead",
        Some(_) => "bar open",
    };
    // Only whether there is a bar that moves: it must not lose the focus with every step.
    let movable = Memo::new(move |_| {
        (days.get().is_some(), may_move && stage.get().is_some_and(|stage| stage != CohortStage::Closed))
    });
    let rects = move |(is_movable,): (bool,)| {
        let x = move || days.get().map(|(first, _)| percent(span.get().x(first)));
        let width = move || days.get().map(|(first, last)| span.get().width((last - first).num_days() + 1));
        let end = move || days.get().map(|(_, last)| percent(span.get().x(last) + span.get().width(1)));
        let filled = move || width().map(|width| percent(width * share.get()));
        let handle = move |hold: Hold| {
            let at = move || if hold == Hold::Start { x() } else { end() };
            let dx = if hold == Hold::Start { "translate(-2 0)" } else { "translate(-6 0)" };
            view! {
                <rect
                    class="handle"
                    x=at
                    y="10"
                    width="8"
                    height="24"
                    transform=dx
                    on:pointerdown=move |event| {
                        event.stop_propagation();
                        timeline.take_hold(number, hold, &event);
                    }
                ></rect>
            }
        };
        view! {
            <rect class="frame-of-bar" x=x y="12" height="20" rx="4" width=move || width().map(percent)></rect>
            <rect class="filled" x=x y="12" height="20" rx="4" width=filled></rect>
            {is_movable.then(|| (handle(Hold::Start), handle(Hold::End)))}
        }
    };
    let words = move || {
        let moved = if shift.get().is_none() { "" } else { ", not saved" };
        format!("Window of {}: {}{moved}", label(), window())
    };
    let bar = move || match movable.get() {
        (false, _) => ().into_any(),
        (true, true) => view! {
            <g
                class=class
                class:moved=move || !shift.get().is_none()
                tabindex="0"
                role="button"
                aria-label=words
                aria-describedby="timeline-keys"
                on:keydown=move |event| timeline.key(number, &event)
                on:pointerdown=move |event| timeline.take_hold(number, Hold::Whole, &event)
            >
                {rects((true,))}
            </g>
        }
        .into_any(),
        (true, false) => view! {
            <g class=class role="img" aria-label=words>
                {rects((false,))}
            </g>
        }
        .into_any(),
    };
    view! {
        <li class:moved=move || !shift.get().is_none()>
            <div class="who-what">
                <b>{label}</b>
                <span class="soft">{accounts}</span>
            </div>
            <svg
                class="track"
                id=track_id(number)
                height="44"
                on:pointermove=move |event| timeline.pull(&event)
                on:pointerup=move |_| timeline.let_go()
                on:pointercancel=move |_| timeline.drag.set_value(None)
            >
                <Ground frame span />
                {bar}
            </svg>
            <div class="says">
                {move || stage.get().map(|stage| view! { <CohortStageTag stage /> })}
                <span class="soft window">{window}</span>
                {move || movable.get().1.then(|| view! { <Steps number timeline label=label() /> })}
            </div>
        </li>
    }
    .into_any()
}

/// Blackouts, today and the deadline behind a window.
#[component]
fn Ground(frame: Frame, span: Memo<Span>) -> impl IntoView {
    move || {
        let span = span.get();
        let overview = frame.overview.read();
        let settings = &overview.migration.settings;
        let line = |day: NaiveDate, class: &'static str| {
            let x = percent(span.x(day));
            view! { <line class=class x1=x.clone() x2=x y1="0" y2="100%"></line> }
        };
        let hatched = |blackout: &Blackout| {
            let days = (blackout.last - blackout.first).num_days() + 1;
            let title = format!(
                "{} to {} {}",
                long_day(blackout.first),
                long_day(blackout.last),
                if blackout.reason.is_empty() { "blackout" } else { blackout.reason.as_str() },
            );
            view! {
                <rect class="blackout" x=percent(span.x(blackout.first)) width=percent(span.width(days)) height="100%">
                    <title>{title}</title>
                </rect>
            }
        };
        view! {
            {settings.blackouts.iter().map(hatched).collect_view()}
            {line(overview.today, "today")}
            {line(settings.deadline, "deadline")}
        }
    }
}

/// Moving without dragging: a day earlier, a day later.
#[component]
fn Steps(number: CohortNumber, timeline: Timeline, label: String) -> impl IntoView {
    let step = move |by: i32, icon: &'static str, words: String| {
        view! {
            <button
                type="button"
                class="button quiet small icon-only"
                title=words.clone()
                on:click=move |_| {
                    let shift = timeline.draft.with_untracked(|draft| {
                        draft.filter(|(other, _)| *other == number).map(|(_, shift)| shift).unwrap_or_default()
                    });
                    timeline.set(number, Shift { starts: shift.starts + by, ends: shift.ends + by });
                }
            >
                <Icon name=icon />
                <span class="visually-hidden">{words.clone()}</span>
            </button>
        }
    };
    view! {
        <span class="steps">
            {step(-1, "left", format!("{label}: a day earlier"))}
            {step(1, "right", format!("{label}: a day later"))}
        </span>
    }
    .into_any()
}

/// What is moved on the screen, and what can be done with it.
#[component]
fn DraftBar(timeline: Timeline) -> impl IntoView {
    let Timeline { draft, frame, .. } = timeline;
    let words = move || {
        let (number, shift) = draft.get()?;
        let summary = timeline.summary(number)?;
        let (first, last) = summary.days.map(|(first, last)| shift.of(first, last))?;
        let today = frame.overview.read().today;
        Some(format!(
            "{}: {} to {}, {}. Not saved.",
            summary.cohort.label(),
            short_day(first, today),
            short_day(last, today),
            shift_words(shift)
        ))
    };
    view! {
        <div class="draft-bar" class:shown=move || draft.get().is_some()>
            <p role="status">{words}</p>
            <div class="button-row" hidden=move || draft.get().is_none()>
                <button type="button" class="button" on:click=move |_| draft.set(None)>
                    "Put it back"
                </button>
                <button
                    type="button"
                    class="button primary"
                    on:click=move |_| {
                        if let Some((number, _)) = draft.get_untracked() {
                            timeline.preview(number);
                        }
                    }
                >
                    "What does that mean?"
                </button>
            </div>
        </div>
    }
    .into_any()
}

/// `2 days later`, `starts 1 day earlier`, `ends 3 days later`.
fn shift_words(shift: Shift) -> String {
    let by = |days: i32| {
        let direction = if days < 0 { "earlier" } else { "later" };
        format!("{} {direction}", counted(days.unsigned_abs(), "day", "days"))
    };
    match (shift.starts, shift.ends) {
        (starts, ends) if starts == ends => by(starts),
        (0, ends) => format!("ends {}", by(ends)),
        (starts, 0) => format!("starts {}", by(starts)),
        (starts, ends) => format!("starts {}, ends {}", by(starts), by(ends)),
    }
}

/// The share that is completed.
fn done(counts: StatusCounts) -> f64 {
    let all = f64::from(counts.taking_part());
    if all == 0.0 { 0.0 } else { f64::from(counts.of(Status::Completed)) / all }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn the_axis_has_mondays_within_the_span() {
        let span = Span { first: day("2026-05-20"), days: 60 };
        let ticks = span.ticks();
        assert_eq!(ticks.first(), Some(&day("2026-05-25")));
        assert!(ticks.len() <= TICKS_MAX as usize + 1 && ticks.iter().all(|day| span.x(*day) < 100.0));
        assert_eq!(span.x(day("2026-05-20")), 0.0);
        assert_eq!(Span { first: day("2026-05-20"), days: 9 }.ticks().len(), 1);
    }

    #[test]
    fn a_move_is_told_in_days() {
        let told = |starts, ends| shift_words(Shift { starts, ends });
        assert_eq!(told(2, 2), "2 days later");
        assert_eq!(told(-1, -1), "1 day earlier");
        assert_eq!(told(0, 3), "ends 3 days later");
        assert_eq!(told(-1, 0), "starts 1 day earlier");
        assert_eq!(told(1, -2), "starts 1 day later, ends 2 days earlier");
    }
}
