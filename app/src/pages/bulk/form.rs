//! What a bulk change sets: one small form per field.

use crate::api::ApiError;
use crate::components::form::{Select, TextInput, error_of};
use crate::pages::accounts::{dom, words};
use crate::pages::migration::Frame;
use chrono::NaiveDate;
use domain::blocker::{BLOCKER_TEXT_MAX, BlockerCategory};
use domain::bulk::BulkChange;
use domain::clock::Instant;
use domain::custom::{CustomField, CustomKind};
use domain::id::{CohortNumber, UserId};
use domain::policy::Action;
use domain::state::Move;
use leptos::prelude::*;

/// What can be set on many accounts at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    Status,
    Date,
    Owner,
    Cohort,
    Blocker,
    /// One of the migration's own fields.
    Field,
}

impl Tool {
    /// Every tool, in the order of the bar.
    pub const ALL: [Tool; 6] = [Tool::Status, Tool::Date, Tool::Owner, Tool::Cohort, Tool::Blocker, Tool::Field];

    /// The word on its button.
    pub fn label(self) -> &'static str {
        match self {
            Tool::Status => "Status",
            Tool::Date => "Date",
            Tool::Owner => "Owner",
            Tool::Cohort => "Cohort",
            Tool::Blocker => "Blocker",
            Tool::Field => "Field",
        }
    }

    /// The title of its dialog.
    pub fn title(self) -> &'static str {
        match self {
            Tool::Status => "Change the status",
            Tool::Date => "Set a date",
            Tool::Owner => "Set the owner",
            Tool::Cohort => "Set the cohort",
            Tool::Blocker => "Block the accounts",
            Tool::Field => "Set a field",
        }
    }
}

/// What was typed into the form of a tool. It stays while the dialog goes back and forth.
#[derive(Clone, Copy)]
pub struct Draft {
    status: RwSignal<String>,
    day: RwSignal<String>,
    text: RwSignal<String>,
    choice: RwSignal<String>,
}

impl Draft {
    /// Nothing typed yet.
    pub fn new() -> Draft {
        let [status, day, text, choice] = [(); 4].map(|()| RwSignal::new(String::new()));
        Draft { status, day, text, choice }
    }

    /// Forgets what was typed for another tool.
    pub fn begin(&self, tool: Tool) {
        for field in [self.status, self.day, self.text, self.choice] {
            field.set(String::new());
        }
        if tool == Tool::Blocker {
            self.choice.set(BlockerCategory::Integration.code().to_owned());
        }
    }

    /// The change that was asked for, or what is missing.
    pub fn read(&self, tool: Tool, fields: &[CustomField], now: Instant) -> Result<BulkChange, ApiError> {
        let (day, text, choice) = (self.day.get_untracked(), self.text.get_untracked(), self.choice.get_untracked());
        let text = text.trim().to_owned();
        let change = match tool {
            Tool::Status => BulkChange::State { to: self.read_move(now, &day, &text)? },
            Tool::Date => {
                let date = day.parse().map_err(|_| ApiError::field("day", "Choose a day."))?;
                BulkChange::State { to: Move::Schedule { date, pinned: Some(text).filter(|text| !text.is_empty()) } }
            }
            Tool::Blocker => {
                let category = BlockerCategory::from_code(&choice).unwrap_or(BlockerCategory::Integration);
                BulkChange::State { to: Move::Block { category, text } }
            }
            Tool::Owner => BulkChange::Owner {
                to: match choice.as_str() {
                    "" => return Err(ApiError::field("choice", "Choose somebody, or nobody.")),
                    "nobody" => None,
                    id => Some(UserId::from(id)),
                },
            },
            Tool::Cohort => BulkChange::Cohort {
                to: match choice.as_str() {
                    "" => return Err(ApiError::field("choice", "Choose a cohort, or none.")),
                    "none" => None,
                    number => number.parse().ok().map(CohortNumber),
                },
            },
            Tool::Field => {
                let field = chosen_field(fields, &choice);
                let field = field.ok_or_else(|| ApiError::field("choice", "Choose a field."))?;
                let to = field.settings.parse(&text).map_err(|because| ApiError::field("text", because.to_string()))?;
                BulkChange::Custom { number: field.number, to }
            }
        };
        match change.problem() {
            Some(problem) => Err(ApiError::Invalid { problems: vec![problem] }),
            None => Ok(change),
        }
    }

    fn read_move(&self, now: Instant, day: &str, text: &str) -> Result<Move, ApiError> {
        let missing = || ApiError::field("status", "Choose what becomes of them.");
        let target = StatusTarget::ALL.into_iter().find(|target| target.code() == self.status.get_untracked());
        Ok(match target.ok_or_else(missing)? {
            StatusTarget::Start => Move::Start,
            StatusTarget::Complete => Move::Complete { at: day.parse().ok().and_then(|day| completed_at(day, now)) },
            StatusTarget::Resume => Move::Resume,
            StatusTarget::Reset => Move::Reset,
            StatusTarget::OptOut => Move::OptOut,
            StatusTarget::RollBack => Move::RollBack { reason: text.to_owned() },
        })
    }
}

/// The field that is not retired and has this number.
fn chosen_field<'f>(fields: &'f [CustomField], choice: &str) -> Option<&'f CustomField> {
    fields.iter().find(|field| !field.retired && field.number.to_string() == choice)
}

/// Noon of the day on which they were completed: the same day in nearly every zone. `None` stands for now.
fn completed_at(day: NaiveDate, now: Instant) -> Option<Instant> {
    let noon = day.and_hms_opt(12, 0, 0)?.and_utc();
    (day != now.date_naive() || noon < now).then_some(noon)
}

/// What can become of many accounts without a date or a blocker, which have tools of their own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum StatusTarget {
    Start,
    Complete,
    Resume,
    Reset,
    OptOut,
    RollBack,
}

impl StatusTarget {
    const ALL: [StatusTarget; 6] = [
        StatusTarget::Start,
        StatusTarget::Complete,
        StatusTarget::Resume,
        StatusTarget::Reset,
        StatusTarget::OptOut,
        StatusTarget::RollBack,
    ];

    fn code(self) -> &'static str {
        match self {
            StatusTarget::Start => "start",
            StatusTarget::Complete => "complete",
            StatusTarget::Resume => "resume",
            StatusTarget::Reset => "reset",
            StatusTarget::OptOut => "opt_out",
            StatusTarget::RollBack => "roll_back",
        }
    }

    fn label(self) -> &'static str {
        match self {
            StatusTarget::Start => "Start",
            StatusTarget::Complete => "Complete",
            StatusTarget::Resume => "Go on after the blocker",
            StatusTarget::Reset => "Back to not started",
            StatusTarget::OptOut => "Opt out",
            StatusTarget::RollBack => "Roll back",
        }
    }

    fn note(self) -> &'static str {
        match self {
            StatusTarget::Start => "They become in progress; migration and cohort must be running.",
            StatusTarget::Complete => "Those in progress become completed.",
            StatusTarget::Resume => "Blocked ones go back to what the blocker interrupted.",
            StatusTarget::Reset => "Clears their dates.",
            StatusTarget::OptOut => "They take no part any more and count in no share.",
            StatusTarget::RollBack => "With a reason, for those that still have a rollback.",
        }
    }
}

/// The fields of a tool.
#[component]
pub fn ToolFields(
    frame: Frame,
    tool: Tool,
    draft: Draft,
    #[prop(into)] error: Signal<Option<ApiError>>,
) -> impl IntoView {
    let complaint = move |field| error_of(error, field);
    match tool {
        Tool::Status => view! { <StatusFields frame draft error /> }.into_any(),
        Tool::Field => view! { <CustomFields frame draft error /> }.into_any(),
        Tool::Date => view! {
            <TextInput name="day" id="bulk-day" label="Date" kind="date" bound=draft.day error=complaint("day") required=true />
            <TextInput
                name="pinned"
                id="bulk-pinned"
                label="Reason for a date of their own"
                bound=draft.text
                error=complaint("pinned")
                optional=true
                maxlength=BLOCKER_TEXT_MAX as u32
            />
        }
        .into_any(),
        Tool::Owner => {
            let people = frame.overview.with_untracked(|overview| {
                let me = overview.me.id.clone();
                let mut people: Vec<_> = overview.people.iter().filter(|person| person.active).cloned().collect();
                people.sort_by_key(|person| (person.id != me, person.name.to_lowercase()));
                people
            });
            view! {
                <Select name="owner" id="bulk-owner" label="Owner" bound=draft.choice error=complaint("choice") required=true>
                    <option value="">"Choose"</option>
                    <option value="nobody">"Nobody"</option>
                    {people
                        .into_iter()
                        .map(|person| view! { <option value=person.id.0>{person.name}</option> })
                        .collect_view()}
                </Select>
            }
            .into_any()
        }
        Tool::Cohort => {
            let cohorts = frame.overview.with_untracked(|overview| {
                let numbers = overview.cohorts.iter().map(|summary| summary.cohort.number);
                numbers.map(|number| (number.to_string(), words::cohort(overview, Some(number)))).collect::<Vec<_>>()
            });
            view! {
                <Select name="cohort" id="bulk-cohort" label="Cohort" bound=draft.choice error=complaint("choice") required=true>
                    <option value="">"Choose"</option>
                    <option value="none">"No cohort"</option>
                    {cohorts
                        .into_iter()
                        .map(|(number, label)| view! { <option value=number>{label}</option> })
                        .collect_view()}
                </Select>
            }
            .into_any()
        }
        Tool::Blocker => view! {
            <Select name="category" id="bulk-category" label="What kind" bound=draft.choice>
                {BlockerCategory::ALL
                    .into_iter()
                    .map(|category| view! { <option value=category.code()>{category.label()}</option> })
                    .collect_view()}
            </Select>
            <TextInput
                name="text"
                id="bulk-text"
                label="What blocks them"
                bound=draft.text
                error=complaint("text")
                maxlength=BLOCKER_TEXT_MAX as u32
                placeholder="What has to happen before they can go on"
            />
        }
        .into_any(),
    }
}

/// The field, then a value that fits its kind.
#[component]
fn CustomFields(frame: Frame, draft: Draft, error: Signal<Option<ApiError>>) -> impl IntoView {
    let fields = frame.overview.with_untracked(|overview| overview.migration.fields.clone());
    let live: Vec<_> = fields
        .iter()
        .filter(|field| !field.retired)
        .map(|field| (field.number.to_string(), field.settings.label.clone()))
        .collect();
    let chosen = Memo::new(move |_| {
        draft.choice.with(|choice| chosen_field(&fields, choice).map(|field| field.settings.clone()))
    });
    // A value of one field is none of another.
    Effect::new(move |before: Option<()>| {
        draft.choice.track();
        if before.is_some() {
            draft.text.set(String::new());
        }
    });
    let complaint = error_of(error, "text");
    let hint = "Empty clears the field.";
    let value = move || {
        let settings = chosen.get()?;
        let options = match settings.kind {
            CustomKind::Select { options } => options,
            CustomKind::Checkbox => vec!["yes".to_owned(), "no".to_owned()],
            kind => {
                let kind = if kind == CustomKind::Date { "date" } else { "text" };
                let input = view! {
                    <TextInput name="value" id="bulk-value" label=settings.label kind bound=draft.text error=complaint hint optional=true />
                };
                return Some(input.into_any());
            }
        };
        let select = view! {
            <Select name="value" id="bulk-value" label=settings.label bound=draft.text error=complaint hint>
                <option value="">"No value"</option>
                {options.into_iter().map(|option| view! { <option value=option.clone()>{option.clone()}</option> }).collect_view()}
            </Select>
        };
        Some(select.into_any())
    };
    view! {
        <Select name="field" id="bulk-field" label="Field" bound=draft.choice error=error_of(error, "choice") required=true>
            <option value="">"Choose"</option>
            {live.into_iter().map(|(number, label)| view! { <option value=number>{label}</option> }).collect_view()}
        </Select>
        {value}
    }
    .into_any()
}

#[component]
fn StatusFields(frame: Frame, draft: Draft, error: Signal<Option<ApiError>>) -> impl IntoView {
    let may_roll_back = frame.overview.with_untracked(|overview| overview.me.may(Action::BulkRollBack));
    let chosen = move |target: StatusTarget| draft.status.with(|status| status == target.code());
    let missing = error_of(error, "status");
    let choices = StatusTarget::ALL
        .into_iter()
        .map(|target| {
            let refused = target == StatusTarget::RollBack && !may_roll_back;
            let note = if refused { "Only a lead rolls back several accounts at once." } else { target.note() };
            view! {
                <label class="role">
                    <input
                        type="radio"
                        name="status"
                        value=target.code()
                        disabled=refused
                        prop:checked=move || chosen(target)
                        on:change=move |_| draft.status.set(target.code().to_owned())
                    />
                    <span>
                        <b>{target.label()}</b>
                        <span class="soft">{note}</span>
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="roles" aria-describedby="bulk-status-error">
            <legend>"What becomes of them"</legend>
            {choices}
            <p class="soft">"“Date…” schedules accounts, “Blocker…” blocks them: both ask for more than a status."</p>
        </fieldset>
        <p class="bulk-missing" id="bulk-status-error" role="alert">
            {missing}
        </p>
        <Show when=move || chosen(StatusTarget::Complete) fallback=|| ()>
            <TextInput
                name="at"
                id="bulk-completed"
                label="When, if it was earlier than now"
                kind="date"
                bound=draft.day
                optional=true
            />
        </Show>
        <Show when=move || chosen(StatusTarget::RollBack) fallback=|| ()>
            <TextInput
                name="reason"
                id="bulk-reason"
                label="Why they are rolled back"
                bound=draft.text
                error=error_of(error, "reason")
                required=true
                maxlength=BLOCKER_TEXT_MAX as u32
            />
        </Show>
    }
}

/// The clock of the browser; the server decides by its own.
pub fn now() -> Instant {
    dom::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Instant {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn a_completion_is_never_later_than_now() {
        let now = instant("2026-05-21T09:00:00Z");
        let day = |text: &str| text.parse().unwrap_or_default();
        assert_eq!(completed_at(day("2026-05-21"), now), None);
        assert_eq!(completed_at(day("2026-05-20"), now), Some(instant("2026-05-20T12:00:00Z")));
    }
}
