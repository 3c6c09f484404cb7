//! The days on which nothing is planned, on the migration's page of settings: blackouts, and whether weekends count.

use crate::api::ApiError;
use crate::api::migrations::{BlackoutForm, ChangeDays};
use crate::components::button::SubmitButton;
use crate::components::date::long_day;
use crate::components::form::{FormError, TextInput, failure, on_success};
use crate::components::icon::Icon;
use crate::components::problem::leave_when_signed_out;
use crate::pages::accounts::dom;
use crate::pages::migration::Frame;
use domain::calendar::{BLACKOUT_REASON_MAX, BLACKOUTS_MAX, Calendar};
use domain::migration::Blackout;
use domain::policy::Action;
use leptos::prelude::*;

/// One blackout in the editor; the key stays while others come and go.
#[derive(Clone, Copy, PartialEq)]
struct Line {
    key: u32,
    first: RwSignal<String>,
    last: RwSignal<String>,
    reason: RwSignal<String>,
}

impl Line {
    fn new(key: u32, blackout: Option<&Blackout>) -> Line {
        let text = |of: fn(&Blackout) -> String| RwSignal::new(blackout.map(of).unwrap_or_default());
        Line {
            key,
            first: text(|blackout| blackout.first.to_string()),
            last: text(|blackout| blackout.last.to_string()),
            reason: text(|blackout| blackout.reason.clone()),
        }
    }

    fn form(&self) -> BlackoutForm {
        BlackoutForm {
            first: self.first.get_untracked(),
            last: self.last.get_untracked(),
            reason: self.reason.get_untracked(),
        }
    }
}

/// Blackouts and weekends. Leads change them, others read.
#[component]
pub fn DaysCard(frame: Frame) -> impl IntoView {
    let may = frame.overview.with_untracked(|overview| overview.me.may(Action::ManageMigrations));
    let calendar = Memo::new(move |_| frame.overview.with(|overview| overview.migration.settings.calendar()));
    view! {
        <section class="panel" id="days" aria-labelledby="days-heading">
            <div class="panel-head">
                <h2 id="days-heading">"Days without migrations"</h2>
                {(!may).then(|| view! { <p class="soft">"A lead or an admin can change them."</p> })}
            </div>
            <div class="panel-body">
                <p class="soft">"No account gets its date from its cohort on one of these days. Dates that stand already stay until they are planned anew."</p>
                {if may {
                    view! { <Editor frame calendar=calendar.get_untracked() /> }.into_any()
                } else {
                    view! { <Reading calendar /> }.into_any()
                }}
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Reading(calendar: Memo<Calendar>) -> impl IntoView {
    move || {
        let Calendar { blackouts, weekends } = calendar.get();
        let line = |blackout: Blackout| {
            let days = match blackout.first == blackout.last {
                true => long_day(blackout.first),
                false => format!("{} to {}", long_day(blackout.first), long_day(blackout.last)),
            };
            view! {
                <li>
                    <b>{days}</b>
                    " "
                    <span class="soft">{blackout.reason}</span>
                </li>
            }
        };
        view! {
            <ul class="blackout-list">
                {(!weekends).then(|| view! { <li><b>"Saturdays and Sundays"</b></li> })}
                {blackouts.into_iter().map(line).collect_view()}
            </ul>
        }
    }
}

#[component]
fn Editor(frame: Frame, calendar: Calendar) -> impl IntoView {
    let change = ServerAction::<ChangeDays>::new();
    let error = failure(change);
    leave_when_signed_out(error);
    let saved = RwSignal::new(false);
    on_success(change, move |()| {
        saved.set(true);
        frame.refetch.run(());
    });
    let lines: Vec<Line> =
        (0..).zip(&calendar.blackouts).map(|(key, blackout)| Line::new(key, Some(blackout))).collect();
    let next = StoredValue::new(lines.len() as u32);
    let lines = RwSignal::new(lines);
    let weekends = RwSignal::new(calendar.weekends);
    let add = move |_| {
        let key = next.get_value();
        next.set_value(key + 1);
        lines.update(|lines| lines.push(Line::new(key, None)));
        request_animation_frame(move || dom::focus_id(&format!("blackout-{key}-first")));
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if change.pending().get_untracked() {
            return;
        }
        let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
        let blackouts = lines.with_untracked(|lines| lines.iter().map(Line::form).collect());
        change.dispatch(ChangeDays { migration, blackouts, weekends: weekends.get_untracked() });
    };
    let touch = move |_| saved.set(false);
    // Complaints about a line stand at its fields; the form says the rest.
    let whole = Signal::derive(move || error.get().filter(|error| !is_of_a_line(error)));
    view! {
        <form class="fields" on:submit=submit on:input=touch novalidate=true>
            <FormError error=whole />
            <label class="choice">
                <input type="checkbox" prop:checked=weekends on:change=move |event| weekends.set(event_target_checked(&event)) />
                "Weekends too: plan accounts on Saturdays and Sundays"
            </label>
            <ul class="blackouts" hidden=move || lines.read().is_empty()>
                <For each=move || lines.get() key=|line| line.key let(line)>
                    <BlackoutLine line lines error />
                </For>
            </ul>
            <div class="form-foot">
                <SubmitButton label="Save the days" pending=change.pending() />
                <button
                    type="button"
                    class="button"
                    hidden=move || lines.with(|lines| lines.len() >= BLACKOUTS_MAX)
                    on:click=add
                >
                    <Icon name="plus" />
                    "Blackout"
                </button>
                <span class="saved" role="status">
                    {move || (saved.get() && error.read().is_none()).then_some("Saved")}
                </span>
            </div>
        </form>
    }
    .into_any()
}

fn is_of_a_line(error: &ApiError) -> bool {
    match error {
        ApiError::Invalid { problems } => problems.iter().all(|problem| problem.field.starts_with("blackout_")),
        _ => false,
    }
}

#[component]
fn BlackoutLine(line: Line, lines: RwSignal<Vec<Line>>, error: Signal<Option<ApiError>>) -> impl IntoView {
    let Line { key, first, last, reason } = line;
    let place = Memo::new(move |_| lines.with(|lines| lines.iter().position(|other| other.key == key)));
    let complaint = move |field: &'static str| {
        Signal::derive(move || {
            let place = place.get()?;
            error.with(|error| error.as_ref().and_then(|error| error.for_field(&format!("blackout_{place}_{field}"))))
        })
    };
    let remove = move |_| {
        lines.update(|lines| lines.retain(|other| other.key != key));
    };
    view! {
        <li>
            <TextInput name="first" id=format!("blackout-{key}-first") kind="date" label="First day" bound=first error=complaint("first") />
            <TextInput name="last" id=format!("blackout-{key}-last") kind="date" label="Last day" bound=last error=complaint("last") />
            <TextInput
                name="reason"
                id=format!("blackout-{key}-reason")
                label="Reason"
                bound=reason
                error=complaint("reason")
                maxlength=BLACKOUT_REASON_MAX as u32
                optional=true
                autocomplete="off"
            />
            <button type="button" class="button quiet icon-only" title="Remove this blackout" on:click=remove>
                <Icon name="close" />
                <span class="visually-hidden">"Remove this blackout"</span>
            </button>
        </li>
    }
    .into_any()
}
