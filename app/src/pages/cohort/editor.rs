//! The editor of a cohort's gates, in plain sentences; and beside it what past decisions would have been with these
//! thresholds.

use super::Shown;
use crate::api::ApiError;
use crate::api::gates::{change_gates, gate_decisions};
use crate::components::dialog::Dialog;
use crate::components::form::FormError;
use crate::components::icon::Icon;
use crate::components::notice::{Notice, Tone};
use crate::components::problem::leave_when_signed_out;
use domain::cohort::CohortStage;
use domain::cohort_report::PastDecision;
use domain::gate::{Amount, Criterion, Gate, GateId, GateLists, GateSet, SETS, Unit, Verdict, replay};
use domain::id::UserId;
use domain::migration::FieldError;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// One gate as it is being typed.
#[derive(Clone, Copy)]
struct Draft {
    key: u32,
    id: GateId,
    /// The criterion's word; it does not change.
    code: StoredValue<String>,
    amount: RwSignal<String>,
    days: RwSignal<String>,
    duty: RwSignal<String>,
    person: RwSignal<String>,
    four_eyes: RwSignal<bool>,
}

impl Draft {
    fn new(key: u32, gate: &Gate) -> Draft {
        let (days, duty, person, four_eyes) = match &gate.criterion {
            Criterion::Notified { days } => (days.to_string(), String::new(), None, true),
            Criterion::Approval { duty, person, four_eyes } => {
                (String::new(), duty.clone(), person.clone(), *four_eyes)
            }
            _ => (String::new(), String::new(), None, true),
        };
        Draft {
            key,
            id: gate.id,
            code: StoredValue::new(gate.criterion.code().to_owned()),
            amount: RwSignal::new(gate.threshold.to_string()),
            days: RwSignal::new(days),
            duty: RwSignal::new(duty),
            person: RwSignal::new(person.map(|person| person.0).unwrap_or_default()),
            four_eyes: RwSignal::new(four_eyes),
        }
    }

    /// The gate that stands there now, or what cannot be read. Tracks what is typed.
    fn read(&self) -> Result<Gate, &'static str> {
        let code = self.code.get_value();
        let sample =
            Criterion::samples().into_iter().find(|sample| sample.code() == code).unwrap_or(Criterion::Completed);
        let criterion = match sample {
            Criterion::Notified { .. } => {
                let days = self.days.get().trim().parse().map_err(|_| "A whole number of days.")?;
                Criterion::Notified { days }
            }
            Criterion::Approval { .. } => Criterion::Approval {
                duty: self.duty.get().trim().to_owned(),
                person: Some(self.person.get()).filter(|person| !person.is_empty()).map(UserId),
                four_eyes: self.four_eyes.get(),
            },
            other => other,
        };
        let threshold = match criterion.unit() {
            Unit::Yes => Amount::whole(1),
            _ => Amount::read(&self.amount.get())
                .ok_or("A number such as 98 or 1.5, with at most two digits after the point.")?,
        };
        Ok(Gate { id: self.id, criterion, threshold })
    }
}

/// The three lists as they are being typed.
#[derive(Clone, Copy)]
struct Lists([RwSignal<Vec<Draft>>; 3]);

impl Lists {
    fn of(&self, set: GateSet) -> RwSignal<Vec<Draft>> {
        self.0[set as usize]
    }

    /// The lists, or all that cannot be read.
    fn read(&self) -> Result<GateLists, Vec<FieldError>> {
        let mut lists = GateLists::default();
        let mut problems = Vec::new();
        for set in SETS {
            for (index, draft) in self.of(set).get().iter().enumerate() {
                match draft.read() {
                    Ok(gate) => lists.of_mut(set).push(gate),
                    Err(message) => problems.push(FieldError::new(&format!("{}-{index}", set.code()), message)),
                }
            }
        }
        if problems.is_empty() { Ok(lists) } else { Err(problems) }
    }
}

/// The dialog.
#[component]
pub fn EditorDialog(shown: Shown) -> impl IntoView {
    let open = shown.editing;
    let title = Signal::derive(move || format!("Gates of {}", shown.read(|report| report.cohort.label())));
    view! {
        <Dialog id="gates-editor" title open wide=true>
            {move || open.get().then(|| view! { <Editor shown open /> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Editor(shown: Shown, open: RwSignal<bool>) -> impl IntoView {
    let (gates, stage) = shown.report.with_untracked(|report| (report.cohort.gates.clone(), report.cohort.stage));
    let next_key = StoredValue::new(0_u32);
    let new_key = move || {
        next_key.update_value(|key| *key += 1);
        next_key.get_value()
    };
    let drafts = |set: GateSet| {
        let list: Vec<Draft> = gates.lists.of(set).iter().map(|gate| Draft::new(new_key(), gate)).collect();
        RwSignal::new(list)
    };
    let lists = Lists(SETS.map(drafts));
    let error = RwSignal::new(None::<ApiError>);
    let pending = RwSignal::new(false);
    leave_when_signed_out(error.into());
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        let wanted = match untrack(|| lists.read()) {
            Ok(wanted) => wanted,
            Err(problems) => return error.set(Some(ApiError::Invalid { problems })),
        };
        error.set(None);
        pending.set(true);
        let (migration, cohort) = shown.names();
        spawn_local(async move {
            let answer = change_gates(migration, cohort, wanted).await;
            if pending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(()) => {
                    open.set(false);
                    shown.refresh.run(());
                }
                Err(failed) => error.set(Some(failed)),
            }
        });
    };
    let fixed = move |set: GateSet| match (stage, set) {
        (CohortStage::Planned, _) => None,
        (CohortStage::Closed, _) => Some("The cohort is closed: change these to replay them; they are not saved."),
        (_, GateSet::Entry) => Some("Fixed since the start."),
        _ => Some("The cohort has started: a change is marked on the page for good."),
    };
    let closed = stage == CohortStage::Closed;
    let general = Signal::derive(move || {
        let error = error.get()?;
        // Complaints about one gate stand at that gate.
        match error {
            ApiError::Invalid { problems } => {
                let rest: Vec<_> = problems.into_iter().filter(|problem| !problem.field.contains('-')).collect();
                (!rest.is_empty()).then_some(ApiError::Invalid { problems: rest })
            }
            other => Some(other),
        }
    });
    view! {
        <form class="gates-editor" on:submit=save>
            <FormError error=general />
            {SETS
                .into_iter()
                .map(|set| view! {
                    <Section shown set drafts=lists.of(set) error note=fixed(set) locked={set == GateSet::Entry && stage != CohortStage::Planned && !closed} new_key=Callback::new(move |()| new_key()) />
                })
                .collect_view()}
            <ReplayPart shown lists />
            <footer>
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    {if closed { "Close" } else { "Cancel" }}
                </button>
                {(!closed).then(|| view! { <crate::components::button::SubmitButton label="Save the gates" pending /> })}
            </footer>
        </form>
    }
    .into_any()
}

#[component]
fn Section(
    shown: Shown,
    set: GateSet,
    drafts: RwSignal<Vec<Draft>>,
    error: RwSignal<Option<ApiError>>,
    note: Option<&'static str>,
    /// Shown, but not to be changed.
    locked: bool,
    new_key: Callback<(), u32>,
) -> impl IntoView {
    let menu = NodeRef::<html::Select>::new();
    let add = move |event: leptos::ev::Event| {
        let code = event_target_value(&event);
        let Some(criterion) = Criterion::samples().into_iter().find(|sample| sample.code() == code) else { return };
        let draft = Draft::new(new_key.run(()), &Gate::usual(criterion));
        drafts.update(|drafts| drafts.push(draft));
        // The menu stands at its first line again.
        if let Some(menu) = menu.get_untracked() {
            menu.set_value("");
        }
    };
    // What stands in the list already is not offered again; approvals of several duties are.
    let offered = move || {
        let taken: Vec<String> = drafts.get().iter().map(|draft| draft.code.get_value()).collect();
        Criterion::samples()
            .into_iter()
            .filter(|sample| set.takes(sample))
            .filter(|sample| sample.code() == "approval" || !taken.iter().any(|code| code == sample.code()))
            .map(|sample| {
                let label =
                    if sample.code() == "approval" { "Approved by a person".to_owned() } else { sample.label() };
                view! { <option value=sample.code()>{label}</option> }
            })
            .collect_view()
    };
    let id = format!("add-{}", set.code());
    view! {
        <fieldset class="gate-section" disabled=locked>
            <legend>{set.label()}</legend>
            {note.map(|note| view! { <p class="soft">{note}</p> })}
            <ul>
                <For each=move || drafts.get() key=|draft| draft.key let(draft)>
                    <Row shown set draft drafts error />
                </For>
            </ul>
            {(!locked).then(|| view! {
                <p class="add-gate">
                    <label for=id.clone()>{format!("Add to {}", set.label().to_lowercase())}</label>
                    <select class="input" id=id.clone() node_ref=menu on:change=add>
                        <option value="">"Choose …"</option>
                        {offered}
                    </select>
                </p>
            })}
        </fieldset>
    }
    .into_any()
}

#[component]
fn Row(
    shown: Shown,
    set: GateSet,
    draft: Draft,
    drafts: RwSignal<Vec<Draft>>,
    error: RwSignal<Option<ApiError>>,
) -> impl IntoView {
    let code = draft.code.get_value();
    let sample = Criterion::samples().into_iter().find(|sample| sample.code() == code).unwrap_or(Criterion::Completed);
    let unit = sample.unit();
    let label = sample.label();
    let id = format!("gate-{}-{}", set.code(), draft.key);
    let sentence = move || match draft.read() {
        Ok(gate) if set == GateSet::Triggers => gate.trigger_words(),
        Ok(gate) => gate.words(),
        Err(_) => "…".to_owned(),
    };
    let complaint = Memo::new(move |_| {
        let place = drafts.with(|drafts| drafts.iter().position(|other| other.key == draft.key))?;
        let field = format!("{}-{place}", set.code());
        error.with(|error| error.as_ref().and_then(|error| error.for_field(&field)))
    });
    let error_id = format!("{id}-error");
    let invalid = move || complaint.read().is_some().then_some("true");
    let described = {
        let error_id = error_id.clone();
        move || complaint.read().is_some().then(|| error_id.clone())
    };
    let field = |value: RwSignal<String>, id: String, label: String, class: &'static str| {
        let described = described.clone();
        view! {
            <input
                class=class
                id=id
                aria-label=label
                autocomplete="off"
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
                aria-invalid=invalid
                aria-describedby=described
            />
        }
    };
    let threshold = (unit != Unit::Yes).then(|| {
        let input = field(draft.amount, format!("{id}-amount"), format!("Threshold: {label}"), "input amount");
        view! {
            {input}
            <span class="soft">{unit.suffix()}</span>
        }
    });
    let days = matches!(sample, Criterion::Notified { .. }).then(|| {
        let input = field(draft.days, format!("{id}-days"), "Days ahead".to_owned(), "input amount");
        view! {
            {input}
            <span class="soft">"days ahead"</span>
        }
    });
    let approval = matches!(sample, Criterion::Approval { .. }).then(|| {
        let people = shown.frame.overview.with_untracked(|overview| overview.people.clone());
        let present = draft.person.get_untracked();
        let options = people.into_iter().filter(|person| person.active || person.id.0 == present).map(|person| {
            let selected = person.id.0 == present;
            view! { <option value=person.id.0 selected=selected>{person.name}</option> }
        });
        let input = field(draft.duty, format!("{id}-duty"), "Duty".to_owned(), "input duty");
        view! {
            {input}
            <select
                class="input"
                aria-label="Who approves"
                on:change=move |event| draft.person.set(event_target_value(&event))
            >
                <option value="">"Anybody with this duty"</option>
                {options.collect_view()}
            </select>
            <label class="choice">
                <input
                    type="checkbox"
                    prop:checked=move || draft.four_eyes.get()
                    on:change=move |event| draft.four_eyes.set(event_target_checked(&event))
                />
                "Somebody else signs"
            </label>
        }
    });
    let remove = move |_| drafts.update(|drafts| drafts.retain(|other| other.key != draft.key));
    view! {
        <li class="gate-row">
            <span class="sentence">{sentence}</span>
            <span class="inputs">{threshold} {days} {approval}</span>
            <button type="button" class="button quiet icon-only" title="Take away" on:click=remove>
                <Icon name="close" />
                <span class="visually-hidden">{format!("Take away: {label}")}</span>
            </button>
            {move || {
                complaint.get().map(|message| view! {
                    <p class="error" id=error_id.clone()>
                        <Icon name="alert" />
                        <span>{message}</span>
                    </p>
                })
            }}
        </li>
    }
    .into_any()
}

/// Past decisions of all cohorts, decided anew with what is typed.
#[component]
fn ReplayPart(shown: Shown, lists: Lists) -> impl IntoView {
    let past = RwSignal::new(None::<Result<Vec<PastDecision>, ApiError>>);
    let (migration, _) = shown.names();
    spawn_local(async move {
        let answer = gate_decisions(migration).await;
        past.try_set(Some(answer));
    });
    let inside = move || {
        match past.get() {
        None => view! { <p class="soft" role="status">"Looking at past decisions …"</p> }.into_any(),
        Some(Err(error)) => view! { <Notice tone=Tone::Error><p>{error.to_string()}</p></Notice> }.into_any(),
        Some(Ok(past)) if past.is_empty() => view! {
            <p class="soft">"Nothing has been decided in this migration yet. From the first signed gate on, you see here what other thresholds would have decided."</p>
        }
        .into_any(),
        Some(Ok(past)) => {
            let lists = lists.read();
            let rows = past.into_iter().map(|past| view! { <Replayed past lists=lists.clone().ok() /> }).collect_view();
            view! {
                <table class="figures replay">
                    <thead>
                        <tr>
                            <th scope="col">"Decision"</th>
                            <th scope="col">"Then"</th>
                            <th scope="col">"With these thresholds"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            }
            .into_any()
        }
    }
    };
    view! {
        <section class="replay-part" aria-labelledby="replay-title">
            <h3 id="replay-title">"Replay"</h3>
            <p class="soft">"What past decisions of this migration would have been with the thresholds above, on the figures of then. Nothing is changed by looking."</p>
            {inside}
        </section>
    }
    .into_any()
}

#[component]
fn Replayed(past: PastDecision, lists: Option<GateLists>) -> impl IntoView {
    let PastDecision { cohort, when, who, decision } = past;
    let then = match &decision.overridden {
        Some(why) => format!("Overridden by {who}: {why}"),
        None => format!("Passed, signed by {who}"),
    };
    let now = match lists {
        None => view! { <span class="soft">"A threshold cannot be read."</span> }.into_any(),
        Some(lists) => {
            let gates = lists.of(decision.set);
            let replayed = replay(&decision, gates);
            let not_met = gates.iter().zip(&replayed.evaluations).filter(|(_, seen)| seen.verdict != Verdict::Met);
            let reasons: Vec<String> = not_met
                .map(|(gate, seen)| match seen.value {
                    Some(value) => format!("{}: {} then", gate.words(), gate.value_words(value)),
                    None => format!("{}: no data then", gate.words()),
                })
                .collect();
            let (class, icon, word) = match replayed.passes {
                true => ("gate-verdict met", "check", "Would pass"),
                false => ("gate-verdict missed", "close", "Would not pass"),
            };
            view! {
                <span class=class>
                    <Icon name=icon />
                    {word}
                </span>
                {(!reasons.is_empty()).then(|| view! { <span class="soft">{reasons.join("; ")}</span> })}
            }
            .into_any()
        }
    };
    view! {
        <tr>
            <th scope="row">{format!("{cohort}, {}", decision.set.label().to_lowercase())} <span class="soft">{when}</span></th>
            <td>{then}</td>
            <td class="replayed">{now}</td>
        </tr>
    }
}
