//! The gates of a cohort: each with its threshold, its figure now, and what came of it; who signed; and what halts it.

use super::Shown;
use super::decide::Ask;
use crate::api::gates::ApproveGate;
use crate::components::form::{FormError, failure, on_success};
use crate::components::icon::Icon;
use crate::components::problem::leave_when_signed_out;
use crate::pages::accounts::words;
use domain::cohort::CohortStage;
use domain::cohort_report::CohortReport;
use domain::gate::{
    Amount, Approval, Comparison, Criterion, Evaluation, Gate, GateDecision, GateId, GateSet, SETS, Unit, Verdict,
};
use domain::id::UserId;
use domain::policy::Action;
use leptos::prelude::*;

/// Entry, exit, triggers.
#[component]
pub fn GatesPanel(shown: Shown) -> impl IntoView {
    let may_edit = shown.may(Action::ManageCohorts);
    let closed = shown.part(|report| report.cohort.stage == CohortStage::Closed);
    let approving = ServerAction::<ApproveGate>::new();
    let error = failure(approving);
    leave_when_signed_out(error);
    on_success(approving, move |()| shown.refresh.run(()));
    view! {
        <section class="panel gates-panel" aria-labelledby="gates-title">
            <header class="panel-head">
                <h2 id="gates-title">"Gates"</h2>
                {may_edit.then(|| view! {
                    <button type="button" class="button small" aria-haspopup="dialog" on:click=move |_| shown.editing.set(true)>
                        <Icon name="pencil" />
                        {move || if closed.get() { "Replay…" } else { "Edit and replay…" }}
                    </button>
                })}
            </header>
            <FormError error />
            {SETS.into_iter().map(|set| view! { <Set shown set approving /> }).collect_view()}
            <Decisions shown />
        </section>
    }
    .into_any()
}

#[component]
fn Set(shown: Shown, set: GateSet, approving: ServerAction<ApproveGate>) -> impl IntoView {
    let gates = shown.part(move |report| report.cohort.gates.lists.of(set).to_vec());
    let heading = format!("gates-{}", set.code());
    let none = match set {
        GateSet::Entry => "Nothing is asked before the start.",
        GateSet::Exit => "Nothing is asked before the end.",
        GateSet::Triggers => "Nothing halts this cohort by itself.",
    };
    let threshold = if set == GateSet::Triggers { "Halts at" } else { "Threshold" };
    view! {
        <section class="gate-set" aria-labelledby=heading.clone()>
            <header>
                <h3 id=heading.clone()>{set.label()}</h3>
                <Signature shown set />
            </header>
            <Show when=move || !gates.read().is_empty() fallback=move || view! { <p class="none-yet">{none}</p> }>
                <table class="figures gates">
                    <thead>
                        <tr>
                            <th scope="col">"Gate"</th>
                            <th scope="col" class="n">{threshold}</th>
                            <th scope="col" class="n">"Now"</th>
                            <th scope="col">
                                <span class="visually-hidden">"Against the threshold"</span>
                            </th>
                            <th scope="col">"Result"</th>
                            <th scope="col">"Seen"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || gates.get() key=|gate| gate.clone() let(gate)>
                            <Line shown set gate approving />
                        </For>
                    </tbody>
                </table>
            </Show>
            <LateChanges shown set />
        </section>
    }
    .into_any()
}

/// What came of a gate, with what a decision let pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Seen(Verdict),
    Waived,
    Armed,
    Breached,
}

impl Outcome {
    fn of(set: GateSet, verdict: Verdict, waived: bool) -> Outcome {
        match (set, verdict) {
            (GateSet::Triggers, Verdict::Missed) => Outcome::Breached,
            (GateSet::Triggers, Verdict::Met) => Outcome::Armed,
            (_, verdict) if waived && verdict != Verdict::Met => Outcome::Waived,
            (_, verdict) => Outcome::Seen(verdict),
        }
    }

    fn parts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Outcome::Seen(Verdict::Met) => ("met", "check", "Met"),
            Outcome::Seen(Verdict::Missed) => ("missed", "close", "Missed"),
            Outcome::Seen(Verdict::NotYet) => ("pending", "more", "Not yet"),
            Outcome::Seen(Verdict::NoData) => ("pending", "not-started", "No data yet"),
            Outcome::Waived => ("waived", "flag", "Waived"),
            Outcome::Armed => ("met", "bell", "Armed"),
            Outcome::Breached => ("missed", "alert", "Breached"),
        }
    }
}

/// The figures of a gate: those of its decision once that lies behind the cohort, otherwise of now.
#[derive(Clone, Debug, PartialEq)]
struct Figures {
    value: Option<Amount>,
    result: Outcome,
    /// When a decision saw them; `None`: now.
    at: Option<String>,
}

fn figures(report: &CohortReport, set: GateSet, gate: &Gate) -> Option<Figures> {
    let decision = last_of(report, set);
    let past = match set {
        GateSet::Entry => report.cohort.stage != CohortStage::Planned,
        GateSet::Exit => report.cohort.stage == CohortStage::Closed,
        GateSet::Triggers => false,
    };
    let find = |list: &[Evaluation]| list.iter().find(|seen| seen.gate == gate.id).copied();
    let kept =
        decision.filter(|_| past).and_then(|decision| Some((find(&decision.evaluations)?, report.time(&decision.at))));
    let waived = decision.is_some_and(|decision| decision.waives(gate.id));
    let (seen, at) = match kept {
        Some((seen, at)) => (seen, Some(at)),
        None => (find(&report.evaluations)?, None),
    };
    Some(Figures { value: seen.value, result: Outcome::of(set, seen.verdict, waived), at })
}

/// The newest decision about the gates as they are now.
fn last_of(report: &CohortReport, set: GateSet) -> Option<&GateDecision> {
    let last = report.decisions.iter().rev().find(|decision| decision.set == set);
    last.filter(|decision| decision.holds_for(report.cohort.gates.lists.of(set)))
}

#[component]
fn Line(shown: Shown, set: GateSet, gate: Gate, approving: ServerAction<ApproveGate>) -> impl IntoView {
    let figures = {
        let gate = gate.clone();
        shown.part(move |report| figures(report, set, &gate))
    };
    let id = gate.id;
    let late = shown.part(move |report| {
        let change = report.cohort.gates.late.iter().rev().find(|change| change.set == set && change.gate == id)?;
        Some((change.by.clone(), report.time(&change.at)))
    });
    let changed = move || {
        late.get().map(|(by, when)| {
            let name = shown.frame.overview.with(|overview| words::person(overview, &by));
            view! { <span class="late">{format!("changed after the start by {name}, {when}")}</span> }
        })
    };
    let value = {
        let gate = gate.clone();
        move || {
            let value = figures.read().as_ref().and_then(|figures| figures.value);
            value.map_or_else(|| "–".to_owned(), |value| gate.value_words(value))
        }
    };
    let class = move || figures.read().as_ref().map_or("pending", |figures| figures.result.parts().0);
    let verdict = move || {
        figures.get().map(|figures| {
            let (class, icon, word) = figures.result.parts();
            view! {
                <span class=format!("gate-verdict {class}")>
                    <Icon name=icon />
                    {word}
                </span>
            }
        })
    };
    let meter = {
        let gate = gate.clone();
        move || figures.read().as_ref().and_then(|figures| Some(meter(&gate, figures.value?)))
    };
    let seen = move || figures.get().map(|figures| figures.at.unwrap_or_else(|| "now, live".to_owned()));
    let threshold =
        if set == GateSet::Triggers { gate.threshold_words().replace('≤', ">") } else { gate.threshold_words() };
    let is_approval = matches!(gate.criterion, Criterion::Approval { .. });
    view! {
        <tr class=class>
            <th scope="row">
                {gate.criterion.label()}
                {changed}
                {is_approval.then(|| view! { <ApprovalLine shown set gate=gate.clone() approving /> })}
            </th>
            <td class="n threshold" data-label="Threshold">{threshold}</td>
            <td class="n value" data-label="Now">{value}</td>
            <td class="m">{meter}</td>
            <td>{verdict}</td>
            <td class="note">{seen}</td>
        </tr>
    }
    .into_any()
}

/// The figure on a scale with a mark at the threshold. Yes and no have none.
fn meter(gate: &Gate, value: Amount) -> Option<impl IntoView + use<>> {
    let unit = gate.criterion.unit();
    if unit == Unit::Yes {
        return None;
    }
    let threshold = f64::from(gate.threshold.0);
    let full = match (unit, gate.criterion.comparison()) {
        (Unit::Percent, Comparison::AtLeast) => 10_000.0,
        // The threshold stands in the middle, so that both sides can be seen.
        _ => (threshold * 2.0).max(f64::from(value.0)).max(100.0),
    };
    let part = |amount: f64| format!("{:.2}%", (amount / full * 100.0).min(99.5));
    Some(view! {
        <svg class="meter" aria-hidden="true">
            <rect class="track" width="100%" height="6" y="4" rx="3"></rect>
            <rect class="fill" width=part(f64::from(value.0)) height="6" y="4" rx="3"></rect>
            <rect class="wanted" x=part(threshold) width="2" height="14"></rect>
        </svg>
    })
}

/// Who approved, and the way to do so.
#[component]
fn ApprovalLine(shown: Shown, set: GateSet, gate: Gate, approving: ServerAction<ApproveGate>) -> impl IntoView {
    let id = gate.id;
    let given = shown.part(move |report| {
        let of_gate = report.cohort.gates.approvals.iter().filter(|approval| approval.gate == id);
        of_gate.map(|approval| (approval.clone(), report.time(&approval.at))).collect::<Vec<_>>()
    });
    let open = shown.part(move |report| match set {
        GateSet::Entry => report.cohort.stage == CohortStage::Planned,
        _ => report.cohort.stage != CohortStage::Closed,
    });
    let me = shown.frame.overview.with_untracked(|overview| overview.me.id.clone());
    let (duty, person) = match &gate.criterion {
        Criterion::Approval { duty, person, .. } => (duty.clone(), person.clone()),
        _ => return ().into_any(),
    };
    let may = shown.may(Action::ApproveGates) && person.as_ref().is_none_or(|person| *person == me);
    let asked = person.map(|person| {
        let name = shown.frame.overview.with_untracked(|overview| words::person(overview, &person));
        view! { <span class="soft">{format!("asked of {name}")}</span> }
    });
    let lines =
        move || given.get().into_iter().map(|(approval, when)| view! { <Given shown approval when /> }).collect_view();
    let mine = {
        let me = me.clone();
        Memo::new(move |_| given.read().iter().any(|(approval, _)| approval.by == me))
    };
    let send = move |given: bool| {
        let (migration, cohort) = shown.names();
        approving.dispatch(ApproveGate { migration, cohort, gate: id, given, note: String::new() });
    };
    let button = move || {
        (may && open.get()).then(|| {
            let given = mine.get();
            let (word, class) =
                if given { ("Take my approval back", "button small quiet") } else { ("Approve", "button small") };
            view! {
                <button type="button" class=class on:click=move |_| send(!given)>
                    {word}
                    <span class="visually-hidden">{format!(" as {duty}")}</span>
                </button>
            }
        })
    };
    view! { <span class="approval">{asked} {lines} {button}</span> }.into_any()
}

#[component]
fn Given(shown: Shown, approval: Approval, when: String) -> impl IntoView {
    let name = person(shown, &approval.by);
    view! { <span class="soft">{format!("by {name}, {when}")}</span> }
}

fn person(shown: Shown, id: &UserId) -> String {
    shown.frame.overview.with_untracked(|overview| words::person(overview, id))
}

/// Who signed a gate, or the way to sign it.
#[component]
fn Signature(shown: Shown, set: GateSet) -> impl IntoView {
    let signed = shown.part(move |report| {
        let last = last_of(report, set)?;
        Some((last.by.clone(), report.time(&last.at), last.overridden.clone()))
    });
    let state = shown.part(move |report| {
        let missing = if set == GateSet::Entry { &report.missing_entry } else { &report.missing_exit };
        let past = match set {
            GateSet::Entry => report.cohort.stage != CohortStage::Planned,
            _ => report.cohort.stage == CohortStage::Closed,
        };
        (past || report.cohort.gates.lists.of(set).is_empty(), missing.len())
    });
    if set == GateSet::Triggers {
        return view! { <p class="signed">"A breached trigger halts the cohort at once."</p> }.into_any();
    }
    let may_sign = shown.may(Action::SignGates);
    let button = move || {
        let (past, missing) = state.get();
        let label = if missing == 0 { "Sign…" } else { "Sign in spite of it…" };
        let told = match missing {
            0 => "Everything is met.".to_owned(),
            1 => "One is missing.".to_owned(),
            missing => format!("{missing} are missing."),
        };
        let settled = signed.read().is_some() && missing == 0;
        (!past && !settled).then(|| view! {
            <span class="soft">{told}</span>
            {may_sign.then(|| view! {
                <button type="button" class="button small" aria-haspopup="dialog" on:click=move |_| shown.ask.set(Some(Ask::Sign(set)))>
                    {label}
                    <span class="visually-hidden">{format!(" {} gate", set.label())}</span>
                </button>
            })}
        })
    };
    let by = move || {
        signed.get().map(|(by, when, overridden)| {
            let name = person(shown, &by);
            let words = match overridden {
                Some(why) => format!("Overridden by {name}, {when}: {why}"),
                None => format!("Signed by {name}, {when}"),
            };
            view! { <span class="soft">{words}</span> }
        })
    };
    view! { <p class="signed">{by} {button}</p> }.into_any()
}

/// Gates that were taken away or added after the start are told below the list.
#[component]
fn LateChanges(shown: Shown, set: GateSet) -> impl IntoView {
    let late = shown.part(move |report| {
        let changes = report.cohort.gates.late.iter().filter(|change| change.set == set);
        changes.map(|change| (change.words(), change.by.clone(), report.time(&change.at))).collect::<Vec<_>>()
    });
    move || {
        let late = late.get();
        (!late.is_empty()).then(|| {
            view! {
                <details class="as-table">
                    <summary>"Changed after the start"</summary>
                    <ul class="late-list">
                        {late
                            .into_iter()
                            .rev()
                            .map(|(words, by, when)| view! {
                                <li>
                                    {words}
                                    <span class="soft">{format!(" by {}, {when}", person(shown, &by))}</span>
                                </li>
                            })
                            .collect_view()}
                    </ul>
                </details>
            }
        })
    }
}

/// Every decision about this cohort, with the figures that it saw.
#[component]
fn Decisions(shown: Shown) -> impl IntoView {
    let decisions = shown.part(|report| {
        let told = report.decisions.iter().rev().map(|decision| (decision.clone(), report.time(&decision.at)));
        told.collect::<Vec<_>>()
    });
    move || {
        let decisions = decisions.get();
        (!decisions.is_empty()).then(|| {
            view! {
                <details class="as-table decisions">
                    <summary>{format!("All decisions ({})", decisions.len())}</summary>
                    <ol>
                        {decisions
                            .into_iter()
                            .map(|(decision, when)| {
                                let (verb, why) = match &decision.overridden {
                                    Some(why) => ("overridden", format!(": {why}")),
                                    None => ("signed", String::new()),
                                };
                                let name = person(shown, &decision.by);
                                view! {
                                    <li>
                                        <b>{format!("{} {verb} by {name}, {when}{why}", decision.set.label())}</b>
                                        <ul>{seen_then(&decision)}</ul>
                                    </li>
                                }
                            })
                            .collect_view()}
                    </ol>
                </details>
            }
        })
    }
}

fn seen_then(decision: &GateDecision) -> impl IntoView + use<> {
    let find = |id: GateId| decision.evaluations.iter().find(|seen| seen.gate == id);
    let line = |gate: &Gate| {
        let seen = find(gate.id)?;
        let value = seen.value.map(|value| format!(", {} then", gate.value_words(value))).unwrap_or_default();
        let words = format!("{}{value}: {}", gate.words(), seen.verdict.label().to_lowercase());
        Some(view! { <li>{words}</li> })
    };
    decision.gates.iter().filter_map(line).collect_view()
}
