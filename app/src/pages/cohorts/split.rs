//! New cohorts from the view of the account table: one of all its accounts, or waves, with a preview of who comes where.

use crate::api::ApiError;
use crate::api::cohorts::{SplitView, split_accounts, split_preview};
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, Select, TextInput, error_of};
use crate::components::icon::Icon;
use crate::components::notice::{Notice, Tone};
use crate::components::number::{counted, grouped};
use crate::components::problem::leave_when_signed_out;
use crate::pages::accounts::dom;
use crate::pages::accounts::table::Table;
use crate::pages::bulk::Progress;
use crate::pages::bulk::preview::Reasons;
use crate::pages::bulk::watch::Watch;
use crate::pages::migration::Frame;
use domain::bulk::BulkScope;
use domain::custom::CustomKind;
use domain::id::CommandId;
use domain::policy::Action;
use domain::split::{PARTS_TEXT_MAX, SplitPlan, Stratum};
use domain::view::Column;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Where the dialog is.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Form,
    Preview(Box<(SplitPlan, SplitView)>),
    Running,
}

/// What the parts of the dialog share.
#[derive(Clone, Copy)]
struct Splitting {
    frame: Frame,
    table: Table,
    open: RwSignal<bool>,
    step: RwSignal<Step>,
    /// `one` or `waves`.
    kind: RwSignal<String>,
    parts: RwSignal<String>,
    by: RwSignal<String>,
    seed: RwSignal<String>,
    /// What the new cohorts are called: the name itself, or what stands before the number.
    name: RwSignal<String>,
    names: RwSignal<Vec<RwSignal<String>>>,
    error: RwSignal<Option<ApiError>>,
    pending: RwSignal<bool>,
    watch: Watch,
    command: StoredValue<Option<CommandId>>,
}

/// What one cohort of everybody asks for.
const EVERYBODY: &str = "the rest";
const PROPOSAL: &str = "25 accounts, 10 %, 30 %, the rest";

impl Splitting {
    fn plan(&self) -> Result<SplitPlan, ApiError> {
        let waves = self.kind.get_untracked() == "waves";
        let seed = self.seed.get_untracked();
        let seed = seed.trim().parse().map_err(|_| ApiError::field("seed", "A whole number up to 4,294,967,295."))?;
        let by = self.by.get_untracked();
        Ok(SplitPlan {
            scope: BulkScope::Matching {
                view: Box::new(self.table.view.get_untracked()),
                at_least: Some(self.table.summary.with_untracked(|summary| summary.position)),
            },
            parts: if waves { self.parts.get_untracked() } else { EVERYBODY.to_owned() },
            by: Column::from_code(&by).filter(|_| waves),
            seed,
        })
    }

    fn begin(&self) {
        if self.watch.seen.with_untracked(|seen| seen.as_ref().is_none_or(|seen| !seen.summary.is_busy())) {
            self.step.set(Step::Form);
            self.watch.forget();
        }
        if self.seed.with_untracked(String::is_empty) {
            self.seed.set(new_seed());
        }
        self.error.set(None);
        self.open.set(true);
    }

    fn preview(self) {
        let plan = match self.plan() {
            Ok(plan) => plan,
            Err(error) => return self.error.set(Some(error)),
        };
        if self.kind.get_untracked() == "one" && self.name.with_untracked(|name| name.trim().is_empty()) {
            return self.error.set(Some(ApiError::field("name", "Give the cohort a name.")));
        }
        if self.pending.get_untracked() {
            return;
        }
        self.error.set(None);
        self.pending.set(true);
        let migration = self.frame.overview.with_untracked(|overview| overview.migration.id.clone());
        spawn_local(async move {
            let answer = split_preview(migration, plan.clone()).await;
            if self.pending.try_set(false).is_some() || !self.open.get_untracked() {
                return;
            }
            match answer {
                Ok(view) => {
                    self.command.set_value(None);
                    let name = self.name.get_untracked();
                    let name = name.trim();
                    let names = match view.waves.len() {
                        1 if !name.is_empty() => vec![name.to_owned()],
                        count => {
                            let before = if name.is_empty() { "Wave" } else { name };
                            (1..=count).map(|number| format!("{before} {number}")).collect()
                        }
                    };
                    self.names.set(names.into_iter().map(RwSignal::new).collect());
                    self.step.set(Step::Preview(Box::new((plan, view))));
                }
                Err(error) => self.error.set(Some(error)),
            }
        });
    }

    fn run(self, plan: SplitPlan, seen: u32) {
        if self.pending.get_untracked() {
            return;
        }
        self.error.set(None);
        self.pending.set(true);
        let command = self.command.get_value().unwrap_or_else(dom::new_command);
        self.command.set_value(Some(command.clone()));
        let migration = self.frame.overview.with_untracked(|overview| overview.migration.id.clone());
        let names = self.names.with_untracked(|names| names.iter().map(|name| name.get_untracked()).collect());
        spawn_local(async move {
            let answer = split_accounts(migration, command, plan, names, seen).await;
            if self.pending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(id) => {
                    self.command.set_value(None);
                    self.seed.set(String::new());
                    self.step.set(Step::Running);
                    self.watch.follow(id);
                    self.frame.refetch.run(());
                }
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

/// A seed that is easy to write down.
fn new_seed() -> String {
    let command = dom::new_command();
    let digits = command.0.bytes().fold(0_u32, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    (digits % 1_000_000).to_string()
}

/// The button beside the table, with its dialog. Only leads see it.
#[component]
pub fn SplitEntry(table: Table) -> impl IntoView {
    let frame = table.frame;
    let text = |text: &str| RwSignal::new(text.to_owned());
    let splitting = Splitting {
        frame,
        table,
        open: RwSignal::new(false),
        step: RwSignal::new(Step::Form),
        kind: text("waves"),
        parts: text(PROPOSAL),
        by: text(""),
        seed: text(""),
        name: text(""),
        names: RwSignal::new(Vec::new()),
        error: RwSignal::new(None),
        pending: RwSignal::new(false),
        watch: Watch::new(frame),
        command: StoredValue::new(None),
    };
    leave_when_signed_out(splitting.error.into());
    // The rows may be out of the live feed's sight: after the end the table asks for them once more.
    Effect::new(move |was_busy: Option<bool>| {
        let busy = splitting.watch.seen.with(|seen| seen.as_ref().is_some_and(|seen| seen.summary.is_busy()));
        if was_busy == Some(true) && !busy {
            table.refresh();
        }
        busy
    });
    let may = Memo::new(move |_| frame.overview.with(|overview| overview.me.may(Action::ManageCohorts)));
    let step = Memo::new(move |_| splitting.open.get().then(|| splitting.step.get()));
    let title = Signal::derive(move || "New cohorts from this view".to_owned());
    view! {
        <Show when=move || may.get() fallback=|| ()>
            <button type="button" class="tool" aria-haspopup="dialog" on:click=move |_| splitting.begin()>
                <Icon name="group" />
                <span>"New cohorts"</span>
            </button>
            <Dialog id="split" title open=splitting.open wide=true>
                {move || match step.get() {
                    None => ().into_any(),
                    Some(Step::Form) => view! { <FormStep splitting /> }.into_any(),
                    Some(Step::Preview(what)) => {
                        let (plan, shown) = *what;
                        view! { <PreviewStep splitting plan shown /> }.into_any()
                    }
                    Some(Step::Running) => view! {
                        <Progress frame watch=splitting.watch>
                            <a class="button primary" href=move || frame.address("cohorts")>
                                "Show the cohorts"
                            </a>
                        </Progress>
                    }
                    .into_any(),
                }}
            </Dialog>
        </Show>
    }
    .into_any()
}

#[component]
fn FormStep(splitting: Splitting) -> impl IntoView {
    let Splitting { frame, open, kind, parts, by, seed, name, pending, .. } = splitting;
    let error: Signal<Option<ApiError>> = splitting.error.into();
    let matching = splitting.table.summary.with_untracked(|summary| summary.matching);
    let waves = Memo::new(move |_| kind.with(|kind| kind == "waves"));
    let columns = frame.overview.with_untracked(|overview| {
        let fields = overview.migration.live_fields();
        let selects = fields.filter(|field| matches!(field.settings.kind, CustomKind::Select { .. }));
        let own = selects.map(|field| (Column::Custom(field.number), field.settings.label.clone()));
        let built_in = [Column::Plan, Column::Region].map(|column| (column, column.label().to_owned()));
        built_in.into_iter().chain(own).map(|(column, label)| (column.code().into_owned(), label)).collect::<Vec<_>>()
    });
    let columns = StoredValue::new(columns);
    let choice = move |code: &'static str, label: &'static str, note: &'static str| {
        view! {
            <label class="role">
                <input
                    type="radio"
                    name="kind"
                    prop:checked=move || kind.with(|kind| kind == code)
                    on:change=move |_| kind.set(code.to_owned())
                />
                <span>
                    <b>{label}</b>
                    <span class="soft">{note}</span>
                </span>
            </label>
        }
    };
    view! {
        <form
            class="fields"
            novalidate=true
            on:submit=move |event| {
                event.prevent_default();
                splitting.preview();
            }
        >
            <p>
                {format!("{} in this view. Those that have begun or are over stay where they are.", counted(matching, "account is", "accounts are"))}
            </p>
            <FormError error fields=&["parts", "by", "seed", "name"] />
            <fieldset class="roles">
                <legend class="visually-hidden">"How many cohorts"</legend>
                {choice("waves", "Waves", "Several cohorts, each a fair sample of all.")}
                {choice("one", "One cohort", "All of them in a cohort of their own.")}
            </fieldset>
            <Show when=move || waves.get() fallback=|| ()>
                <TextInput
                    name="parts"
                    id="split-parts"
                    label="Waves"
                    bound=parts
                    error=error_of(error, "parts")
                    hint="Sizes in their order: accounts, shares in percent, the rest."
                    maxlength=PARTS_TEXT_MAX as u32
                    required=true
                    autocomplete="off"
                />
                <div class="pair">
                    <Select
                        name="by"
                        id="split-by"
                        label="Each wave a fair sample of"
                        bound=by
                        error=error_of(error, "by")
                        hint="Every value is in each wave as often as among all."
                    >
                        <option value="">"Accounts, whatever they are"</option>
                        {columns
                            .get_value()
                            .into_iter()
                            .map(|(code, label)| view! { <option value=code>{label}</option> })
                            .collect_view()}
                    </Select>
                    <TextInput
                        name="seed"
                        id="split-seed"
                        label="Seed"
                        bound=seed
                        error=error_of(error, "seed")
                        hint="The same seed gives the same waves again."
                        inputmode="numeric"
                        autocomplete="off"
                    />
                </div>
            </Show>
            <TextInput
                name="name"
                id="split-name"
                label="Name"
                bound=name
                error=error_of(error, "name")
                hint="Of several waves, what stands before the number: Wave 1, Wave 2. Each can be changed in the preview."
                maxlength=70
                optional=true
                autocomplete="off"
            />
            <footer>
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    "Cancel"
                </button>
                <SubmitButton label="Preview" pending />
            </footer>
        </form>
    }
    .into_any()
}

#[component]
fn PreviewStep(splitting: Splitting, plan: SplitPlan, shown: SplitView) -> impl IntoView {
    let Splitting { frame, step, pending, names, .. } = splitting;
    let error: Signal<Option<ApiError>> = splitting.error.into();
    let SplitView { total, from_others, waves, left, strata, refused, reasons } = shown;
    let count = waves.len() as u32;
    let label =
        format!("Create {} with {}", counted(count, "cohort", "cohorts"), counted(total - left, "account", "accounts"));
    let seed = plan.seed;
    let by = plan.by.map(|by| frame.overview.with_untracked(|overview| by.heading(&overview.migration.fields)));
    // A complaint about the third name stands at it; everything else above.
    let of_a_name = |error: &ApiError| match error {
        ApiError::Invalid { problems } => problems.iter().all(|problem| problem.field.starts_with("name_")),
        _ => false,
    };
    let whole = Signal::derive(move || error.get().filter(|error| !of_a_name(error)));
    let lines = waves
        .iter()
        .enumerate()
        .map(|(index, (words, size))| {
            let bound = names.with_untracked(|names| names.get(index).copied()).unwrap_or_default();
            let complaint = Signal::derive(move || {
                error.with(|error| error.as_ref().and_then(|error| error.for_field(&format!("name_{index}"))))
            });
            view! {
                <li>
                    <TextInput
                        name="name"
                        id=format!("split-name-{index}")
                        label=format!("Name of wave {}", index + 1)
                        bound
                        error=complaint
                        maxlength=80
                        autocomplete="off"
                    />
                    <p>
                        <b>{counted(*size, "account", "accounts")}</b>
                        " "
                        <span class="soft">{words.clone()}</span>
                    </p>
                </li>
            }
        })
        .collect_view();
    view! {
        <form
            class="split-preview"
            novalidate=true
            on:submit=move |event| {
                event.prevent_default();
                splitting.run(plan.clone(), total);
            }
        >
            <p>
                "Nothing is changed yet. "
                {(count > 1).then(|| format!("Seed {seed}."))}
            </p>
            <FormError error=whole />
            <ol class="split-waves">{lines}</ol>
            {by.map(|by| view! { <Strata by strata waves=count left={left > 0} /> })}
            {(left > 0).then(|| view! { <p>{format!("{} in no wave: they stay where they are.", counted(left, "account is", "accounts are"))}</p> })}
            {(from_others > 0)
                .then(|| view! {
                    <Notice tone=Tone::Warning>
                        <p>{format!("{} a cohort already and would leave it.", counted(from_others, "account has", "accounts have"))}</p>
                    </Notice>
                })}
            {(refused > 0).then(|| view! { <Reasons frame title="Not split, and why" reasons /> })}
            <footer>
                <button type="button" class="button" on:click=move |_| step.set(Step::Form)>
                    "Back"
                </button>
                <SubmitButton label pending />
            </footer>
        </form>
    }
    .into_any()
}

/// How each value is distributed over the waves.
#[component]
fn Strata(by: String, strata: Vec<Stratum>, waves: u32, left: bool) -> impl IntoView {
    let head = (1..=waves).map(|wave| view! { <th scope="col" class="n">{format!("Wave {wave}")}</th> }).collect_view();
    let rows = strata
        .into_iter()
        .map(|stratum| {
            let name = if stratum.key.is_empty() { "No value".to_owned() } else { stratum.key };
            view! {
                <tr>
                    <th scope="row">{name}</th>
                    {stratum
                        .waves
                        .into_iter()
                        .map(|count| view! { <td class="n" class:none={count == 0}>{grouped(count)}</td> })
                        .collect_view()}
                    {left.then(|| view! { <td class="n">{grouped(stratum.left)}</td> })}
                    <td class="n all">{grouped(stratum.accounts)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="strata" tabindex="0" role="region" aria-label=format!("{by} in each wave")>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{by.clone()}</th>
                        {head}
                        {left.then(|| view! { <th scope="col" class="n">"No wave"</th> })}
                        <th scope="col" class="n">"All"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
