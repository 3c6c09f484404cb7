//! Changing a user: role, sign-in, link. Each asks before it happens.

use super::add::RoleChoice;
use crate::api::ApiError;
use crate::api::users::{ChangeRole, NewLink, OneTimeLink, SetDisabled};
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, failure, on_success};
use crate::components::problem::leave_when_signed_out;
use domain::user::User;
use leptos::prelude::*;

/// What an admin does with a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Role,
    NewLink,
    Disable,
    Enable,
}

impl Step {
    /// The word on the button in the list.
    pub fn label(self) -> &'static str {
        match self {
            Step::Role => "Role",
            Step::NewLink => "New link",
            Step::Disable => "Disable",
            Step::Enable => "Enable",
        }
    }

    fn title(self, name: &str) -> String {
        match self {
            Step::Role => format!("Role of {name}"),
            Step::NewLink => format!("New link for {name}?"),
            Step::Disable => format!("Disable {name}?"),
            Step::Enable => format!("Enable {name} again?"),
        }
    }

    fn effect(self) -> &'static str {
        match self {
            Step::Role => "With another role their sessions end, and they sign in again.",
            Step::NewLink => {
                "With it they set a new password. An earlier link stops working; the present password works until then."
            }
            Step::Disable => {
                "Their sessions end at once and they cannot sign in. What they own and did stays under their name."
            }
            Step::Enable => "They can sign in again with the password that they had.",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Step::Role => "Change the role",
            Step::NewLink => "Make a link",
            Step::Disable => "Disable",
            Step::Enable => "Enable",
        }
    }
}

/// The step that is being asked about, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub user: User,
    pub step: Step,
}

/// Asks about one step and takes it. Open while something is asked.
#[component]
pub fn ChangeDialog(
    asked: RwSignal<Option<Asked>>,
    link: RwSignal<Option<OneTimeLink>>,
    again: Callback<()>,
) -> impl IntoView {
    let role_change = ServerAction::<ChangeRole>::new();
    let disabling = ServerAction::<SetDisabled>::new();
    let linking = ServerAction::<NewLink>::new();
    let done = move || {
        asked.set(None);
        again.run(());
    };
    on_success(role_change, move |()| done());
    on_success(disabling, move |()| done());
    on_success(linking, move |made| {
        done();
        link.set(Some(made));
    });
    let errors = [failure(role_change), failure(disabling), failure(linking)];
    let error = Signal::derive(move || errors.into_iter().find_map(|error| error.get()));
    leave_when_signed_out(error);
    let pending =
        Signal::derive(move || role_change.pending().get() || disabling.pending().get() || linking.pending().get());

    let open = RwSignal::new(false);
    Effect::new(move |_| {
        let is_asked = asked.read().is_some();
        if is_asked {
            role_change.clear();
            disabling.clear();
            linking.clear();
        }
        open.set(is_asked);
    });
    Effect::new(move |_| {
        if !open.get() && asked.read_untracked().is_some() {
            asked.set(None);
        }
    });
    let role = RwSignal::new(domain::policy::Role::Viewer);
    let take = Callback::new(move |Asked { user, step }| match step {
        Step::Role => drop(role_change.dispatch(ChangeRole { user: user.id, role: role.get_untracked() })),
        Step::NewLink => drop(linking.dispatch(NewLink { user: user.id })),
        Step::Disable => drop(disabling.dispatch(SetDisabled { user: user.id, disabled: true })),
        Step::Enable => drop(disabling.dispatch(SetDisabled { user: user.id, disabled: false })),
    });
    let title = Signal::derive(move || asked.get().map(|asked| asked.step.title(&asked.user.name)).unwrap_or_default());
    view! {
        <Dialog id="change-user" title open>
            {move || asked.get().map(|asked| view! { <Form asked take role pending error open /> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Form(
    asked: Asked,
    take: Callback<Asked>,
    role: RwSignal<domain::policy::Role>,
    pending: Signal<bool>,
    error: Signal<Option<ApiError>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let (step, present) = (asked.step, asked.user.role);
    role.set(present);
    let class = if step == Step::Disable { "danger primary" } else { "primary" };
    view! {
        <form on:submit=move |event| {
            event.prevent_default();
            take.run(asked.clone());
        }>
            <FormError error />
            {(step == Step::Role).then(|| view! { <RoleChoice name="new-role" present bound=role /> })}
            <p>{step.effect()}</p>
            <footer>
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    "Cancel"
                </button>
                <SubmitButton label=step.verb() pending class />
            </footer>
        </form>
    }
    .into_any()
}
