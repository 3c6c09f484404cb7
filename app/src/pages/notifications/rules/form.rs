//! The form for a new rule or for an existing one.

use crate::api::ApiError;
use crate::api::rules::{AUDIENCES, RuleForm, RuleLine, RuleList, SaveRule, TRIGGERS};
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, Select, TextInput, error_of, failure, on_success};
use crate::components::problem::leave_when_signed_out;
use crate::pages::migration::Frame;
use domain::customer::CONTACT_ROLES;
use domain::notice::NoticeKind;
use domain::notice::defaults;
use domain::notice::rule::{Late, Milestone, Trigger};
use domain::status::Status;
use leptos::prelude::*;

const FIELDS: &[&str] = &[
    "name",
    "trigger",
    "days",
    "status",
    "milestone",
    "kind",
    "audience",
    "roles",
    "endpoint",
    "template",
    "hours_from",
    "hours_to",
    "hours_days",
    "minimum_lead_days",
    "late",
];

const DAY_NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The form in a dialog; `edited` is the rule that is changed, `None` means a new one.
#[component]
pub fn RuleDialog(
    frame: Frame,
    edited: RwSignal<Option<RuleLine>>,
    open: RwSignal<bool>,
    list: Signal<Option<RuleList>>,
    saved: Callback<()>,
) -> impl IntoView {
    let save = ServerAction::<SaveRule>::new();
    let error = failure(save);
    leave_when_signed_out(error);
    on_success(save, move |_| {
        open.set(false);
        saved.run(());
    });
    Effect::new(move |_| {
        if open.get() {
            save.clear();
        }
    });
    let title =
        Signal::derive(move || if edited.with(Option::is_some) { "Edit the rule" } else { "New rule" }.to_owned());
    let send = Callback::new(move |form: RuleForm| {
        let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
        let number = edited.with_untracked(|edited| edited.as_ref().map(|line| line.rule.number));
        save.dispatch(SaveRule { migration, number, form });
    });
    let pending = save.pending();
    view! {
        <Dialog id="rule-form" title open wide=true>
            {move || {
                open.get().then(|| {
                    let rule = edited.get_untracked();
                    let list = list.get_untracked();
                    view! { <Form rule list send pending=pending.into() error open /> }
                })
            }}
        </Dialog>
    }
    .into_any()
}

/// The texts of the form, each followed by its control.
#[derive(Clone, Copy)]
struct Typed {
    name: RwSignal<String>,
    trigger: RwSignal<String>,
    days: RwSignal<String>,
    status: RwSignal<String>,
    milestone: RwSignal<String>,
    kind: RwSignal<String>,
    audience: RwSignal<String>,
    roles: RwSignal<String>,
    endpoint: RwSignal<String>,
    template: RwSignal<String>,
    any_hour: RwSignal<bool>,
    hours_from: RwSignal<String>,
    hours_to: RwSignal<String>,
    hours_days: RwSignal<[bool; 7]>,
    minimum_lead_days: RwSignal<String>,
    late: RwSignal<String>,
}

impl Typed {
    fn new(form: RuleForm) -> Typed {
        Typed {
            name: RwSignal::new(form.name),
            trigger: RwSignal::new(form.trigger),
            days: RwSignal::new(form.days),
            status: RwSignal::new(form.status),
            milestone: RwSignal::new(form.milestone),
            kind: RwSignal::new(form.kind),
            audience: RwSignal::new(form.audience),
            roles: RwSignal::new(form.roles),
            endpoint: RwSignal::new(form.endpoint),
            template: RwSignal::new(form.template),
            any_hour: RwSignal::new(form.any_hour),
            hours_from: RwSignal::new(form.hours_from),
            hours_to: RwSignal::new(form.hours_to),
            hours_days: RwSignal::new(form.hours_days),
            minimum_lead_days: RwSignal::new(form.minimum_lead_days),
            late: RwSignal::new(form.late),
        }
    }

    fn form(&self) -> RuleForm {
        let text = |signal: RwSignal<String>| signal.get_untracked();
        RuleForm {
            name: text(self.name),
            trigger: text(self.trigger),
            days: text(self.days),
            status: text(self.status),
            milestone: text(self.milestone),
            kind: text(self.kind),
            audience: text(self.audience),
            roles: text(self.roles),
            endpoint: text(self.endpoint),
            template: text(self.template),
            any_hour: self.any_hour.get_untracked(),
            hours_from: text(self.hours_from),
            hours_to: text(self.hours_to),
            hours_days: self.hours_days.get_untracked(),
            minimum_lead_days: text(self.minimum_lead_days),
            late: text(self.late),
        }
    }

    /// The trigger as chosen, for what the rest of the form offers.
    fn trigger_now(&self) -> Trigger {
        let days = self.days.with_untracked(|days| days.trim().parse().unwrap_or(0));
        match self.trigger.get().as_str() {
            "after_migration" => Trigger::AfterMigration { days },
            "ticket" => Trigger::Ticket { within_days: days },
            "not_notified" => Trigger::NotNotified { days_before_deadline: days },
            "date_moved" => Trigger::DateMoved,
            "status" => {
                let chosen = self.status.get();
                let to = Status::ALL.into_iter().find(|status| status.code() == chosen);
                Trigger::Status { to: to.unwrap_or(Status::Completed) }
            }
            "milestone" => Trigger::Milestone {
                of: Milestone::from_code(&self.milestone.get()).unwrap_or(Milestone::CohortHalted),
            },
            _ => Trigger::BeforeDate { days },
        }
    }

    /// Another trigger brings what goes with it; what was typed as name, days and hours stays.
    fn follow(&self, trigger: &Trigger) {
        let proposal = RuleForm::of(&defaults::proposal(trigger.clone()));
        self.kind.set(proposal.kind);
        self.audience.set(proposal.audience);
        self.template.set(proposal.template);
        if self.days.with_untracked(String::is_empty) {
            self.days.set("7".to_owned());
        }
        if self.status.with_untracked(String::is_empty) {
            self.status.set(Status::Completed.code().to_owned());
        }
        if self.milestone.with_untracked(String::is_empty) {
            self.milestone.set(Milestone::CohortHalted.code().to_owned());
        }
    }
}

#[component]
fn Form(
    rule: Option<RuleLine>,
    list: Option<RuleList>,
    send: Callback<RuleForm>,
    pending: Signal<bool>,
    error: Signal<Option<ApiError>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let is_new = rule.is_none();
    let was_on = rule.as_ref().is_some_and(|line| line.rule.is_on());
    let first = match &rule {
        Some(line) => RuleForm::of(&line.rule.settings),
        None => {
            let mut form = RuleForm::of(&defaults::proposal(Trigger::BeforeDate { days: 3 }));
            form.name.clear();
            form
        }
    };
    let typed = Typed::new(first.clone());
    let trigger = Memo::new(move |_| typed.trigger_now());
    Effect::new(move |before: Option<Trigger>| {
        let now = trigger.get();
        if before.is_some_and(|before| before != now) {
            typed.follow(&now);
        }
        now
    });
    let (templates, endpoints) = list.map(|list| (list.templates, list.endpoints)).unwrap_or_default();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !pending.get_untracked() {
            send.run(typed.form());
        }
    };
    view! {
        <form on:submit=submit novalidate=true>
            <div class="fields">
                <FormError error fields=FIELDS />
                <TextInput
                    name="name"
                    id="rule-name"
                    label="Name"
                    bound=typed.name
                    error=error_of(error, "name")
                    maxlength=80
                    required=true
                    autofocus=true
                    autocomplete="off"
                />
                <When typed trigger error first=first.clone() />
                <Whom typed trigger error first=first.clone() templates endpoints />
                <Hours typed trigger error first />
                {was_on.then(|| view! {
                    <p class="soft">"Another trigger or audience switches the rule off, so that you see whom it reaches before it is on again."</p>
                })}
            </div>
            <footer>
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    "Cancel"
                </button>
                <SubmitButton label=if is_new { "Add the rule" } else { "Save" } pending />
            </footer>
        </form>
    }
    .into_any()
}

#[component]
fn When(typed: Typed, trigger: Memo<Trigger>, error: Signal<Option<ApiError>>, first: RuleForm) -> impl IntoView {
    let (status, milestone) = (first.status, first.milestone);
    view! {
        <div class="pair">
            <Select name="trigger" id="rule-trigger" label="When" bound=typed.trigger error=error_of(error, "trigger")>
                {options(TRIGGERS.map(|(code, label)| (code.to_owned(), label.to_owned())), &first.trigger)}
            </Select>
            {move || {
                let chosen = trigger.get();
                match &chosen {
                    Trigger::Status { .. } => {
                        let status = status.clone();
                        let all = Status::ALL.map(|status| (status.code().to_owned(), status.label().to_owned()));
                        view! {
                            <Select name="status" id="rule-status" label="Status" bound=typed.status error=error_of(error, "status")>
                                {options(all, &status)}
                            </Select>
                        }
                        .into_any()
                    }
                    Trigger::Milestone { .. } => {
                        let milestone = milestone.clone();
                        let all = Milestone::ALL.map(|of| (of.code().to_owned(), format!("When {}", of.label())));
                        view! {
                            <Select name="milestone" id="rule-milestone" label="Milestone" bound=typed.milestone error=error_of(error, "milestone")>
                                {options(all, &milestone)}
                            </Select>
                        }
                        .into_any()
                    }
                    Trigger::DateMoved => ().into_any(),
                    _ => view! {
                        <TextInput
                            name="days"
                            id="rule-days"
                            label="Days"
                            bound=typed.days
                            error=error_of(error, "days")
                            inputmode="numeric"
                            autocomplete="off"
                            required=true
                        />
                    }
                    .into_any(),
                }
            }}
        </div>
    }
    .into_any()
}

#[component]
fn Whom(
    typed: Typed,
    trigger: Memo<Trigger>,
    error: Signal<Option<ApiError>>,
    first: RuleForm,
    templates: Vec<(domain::id::NoticeTemplateNumber, String)>,
    endpoints: Vec<(domain::id::EndpointNumber, String)>,
) -> impl IntoView {
    let is = move |word: &'static str| move || typed.audience.with(|audience| audience == word);
    let templates = templates.into_iter().map(|(number, name)| (number.to_string(), name));
    let all_endpoints: Vec<(String, String)> =
        endpoints.into_iter().map(|(number, name)| (number.to_string(), name)).collect();
    let endpoint = first.endpoint.clone();
    let kinds = move || {
        let chosen = typed.kind.get_untracked();
        let all = trigger.with(|trigger| trigger.kinds().to_vec());
        options(all.into_iter().map(|kind: NoticeKind| (kind.code().to_owned(), kind.label().to_owned())), &chosen)
    };
    let roles_hint =
        format!("Separated by commas, for example {}. Without such a contact the main one is told.", CONTACT_ROLES[1]);
    view! {
        <div class="pair">
            <Select name="audience" id="rule-audience" label="Whom" bound=typed.audience error=error_of(error, "audience")>
                {options(AUDIENCES.map(|(code, label)| (code.to_owned(), label.to_owned())), &first.audience)}
            </Select>
            <Select name="kind" id="rule-kind" label="What the message is" bound=typed.kind error=error_of(error, "kind")>
                {kinds}
            </Select>
        </div>
        <Show when=is("contacts") fallback=|| ()>
            <TextInput
                name="roles"
                id="rule-roles"
                label="Roles"
                bound=typed.roles
                error=error_of(error, "roles")
                hint=roles_hint.clone()
                autocomplete="off"
                required=true
            />
        </Show>
        {move || typed.audience.with(|audience| audience == "endpoint").then(|| {
            let endpoint = endpoint.clone();
            let mut all = all_endpoints.clone();
            all.insert(0, (String::new(), "Choose one".to_owned()));
            view! {
                <Select name="endpoint" id="rule-endpoint" label="Endpoint" bound=typed.endpoint error=error_of(error, "endpoint")>
                    {options(all, &endpoint)}
                </Select>
            }
        })}
        <Select name="template" id="rule-template" label="Template" bound=typed.template error=error_of(error, "template")>
            {options(templates, &first.template)}
        </Select>
    }
    .into_any()
}

#[component]
fn Hours(typed: Typed, trigger: Memo<Trigger>, error: Signal<Option<ApiError>>, first: RuleForm) -> impl IntoView {
    let day_error = error_of(error, "hours_days");
    let late = Late::ALL.map(|late| (late.code().to_owned(), late.label().to_owned()));
    view! {
        <fieldset class="field rule-hours">
            <legend class="label">"Hours"</legend>
            <label class="choice">
                <input
                    type="checkbox"
                    id="rule-any-hour"
                    prop:checked=typed.any_hour
                    on:change=move |event| typed.any_hour.set(event_target_checked(&event))
                />
                "At any hour"
            </label>
            <Show when=move || !typed.any_hour.get() fallback=|| ()>
                <div class="fields">
                    <div class="pair">
                        <TextInput name="hours_from" id="rule-hours-from" kind="time" label="From" bound=typed.hours_from error=error_of(error, "hours_from") />
                        <TextInput name="hours_to" id="rule-hours-to" kind="time" label="To, in their zone" bound=typed.hours_to error=error_of(error, "hours_to") />
                    </div>
                    <div class="week" role="group" aria-label="Days">
                        {DAY_NAMES
                            .into_iter()
                            .enumerate()
                            .map(|(index, name)| view! {
                                <label class="choice">
                                    <input
                                        type="checkbox"
                                        prop:checked=move || typed.hours_days.get()[index]
                                        on:change=move |event| {
                                            let on = event_target_checked(&event);
                                            typed.hours_days.update(|days| days[index] = on);
                                        }
                                    />
                                    {name}
                                </label>
                            })
                            .collect_view()}
                    </div>
                    {move || day_error.get().map(|message| view! { <p class="error" role="alert">{message}</p> })}
                </div>
            </Show>
        </fieldset>
        <div class="pair">
            <Show when=move || trigger.with(|trigger| matches!(trigger, Trigger::BeforeDate { .. })) fallback=|| ()>
                <TextInput
                    name="minimum_lead_days"
                    id="rule-lead"
                    label="Fewest days before the date"
                    bound=typed.minimum_lead_days
                    error=error_of(error, "minimum_lead_days")
                    hint="With fewer left nothing is sent, and the owner is told."
                    inputmode="numeric"
                    autocomplete="off"
                />
            </Show>
            <Select name="late" id="rule-late" label="When it could not go in time" bound=typed.late error=error_of(error, "late")>
                {options(late, &first.late)}
            </Select>
        </div>
    }
    .into_any()
}

fn options(all: impl IntoIterator<Item = (String, String)>, chosen: &str) -> AnyView {
    all.into_iter()
        .map(|(code, label)| {
            let selected = code == chosen;
            view! {
                <option value=code selected=selected>
                    {label}
                </option>
            }
        })
        .collect_view()
        .into_any()
}
