//! Users of the workspace, for admins.

mod add;
mod change;
mod link;

use crate::api::users::{OneTimeLink, users};
use crate::components::avatar::Who;
use crate::components::empty::Skeleton;
use crate::components::frame::{Page, use_me};
use crate::components::icon::Icon;
use crate::components::problem::Problem;
use add::AddUserDialog;
use change::{Asked, ChangeDialog, Step};
use domain::id::UserId;
use domain::user::User;
use leptos::prelude::*;
use link::LinkDialog;

/// Everybody who may sign in, with their role.
#[component]
pub fn UsersPage() -> impl IntoView {
    let list = Resource::new_blocking(|| (), |_| users());
    let me = use_me();
    let adding = RwSignal::new(false);
    let asked = RwSignal::new(None::<Asked>);
    let link = RwSignal::new(None::<OneTimeLink>);
    let again = Callback::new(move |()| list.refetch());
    view! {
        <Page title="Users">
            <div class="page-head">
                <h1>"Users"</h1>
                <button type="button" class="button primary" aria-haspopup="dialog" on:click=move |_| adding.set(true)>
                    <Icon name="plus" />
                    "User"
                </button>
                <p>"Each role includes the one before: viewer, operator, lead, admin."</p>
            </div>
            <Transition fallback=|| view! { <Skeleton /> }>
                {move || {
                    let my_id = me.get().map(|me| me.id);
                    list.get().map(|answer| match answer {
                        Ok(users) => view! { <Table users my_id asked /> }.into_any(),
                        Err(error) => view! { <Problem error retry=again /> }.into_any(),
                    })
                }}
            </Transition>
        </Page>
        <AddUserDialog open=adding link again />
        <ChangeDialog asked link again />
        <LinkDialog link />
    }
    .into_any()
}

#[component]
fn Table(users: Vec<User>, my_id: Option<UserId>, asked: RwSignal<Option<Asked>>) -> impl IntoView {
    view! {
        <div class="panel table-panel">
            <table class="list-table">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"E-mail address"</th>
                        <th scope="col">"Role"</th>
                        <th scope="col">"Sign-in"</th>
                        <th scope="col">
                            <span class="visually-hidden">"Actions"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {users
                        .into_iter()
                        .map(|user| {
                            let is_me = my_id.as_ref() == Some(&user.id);
                            view! { <Line user is_me asked /> }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Line(user: User, is_me: bool, asked: RwSignal<Option<Asked>>) -> impl IntoView {
    let (class, standing) = standing(&user);
    let shown = user.clone();
    view! {
        <tr class:disabled=user.disabled>
            <th scope="row">
                <Who id=shown.id name=shown.name />
                {is_me.then_some(" (you)")}
            </th>
            <td>{shown.email}</td>
            <td>{shown.role.label()}</td>
            <td class=class>{standing}</td>
            <td class="actions">
                <div class="button-row">{steps(&user, is_me).map(|step| step_button(&user, step, asked)).collect_view()}</div>
            </td>
        </tr>
    }
    .into_any()
}

/// What an admin may do with this user. Nobody changes their own role or locks themselves out.
fn steps(user: &User, is_me: bool) -> impl Iterator<Item = Step> + use<> {
    let disabled = user.disabled;
    [
        (!is_me && !disabled).then_some(Step::Role),
        (!disabled).then_some(Step::NewLink),
        (!is_me && !disabled).then_some(Step::Disable),
        disabled.then_some(Step::Enable),
    ]
    .into_iter()
    .flatten()
}

fn step_button(user: &User, step: Step, asked: RwSignal<Option<Asked>>) -> impl IntoView + use<> {
    let user = user.clone();
    let name = user.name.clone();
    view! {
        <button
            type="button"
            class="button quiet small"
            aria-haspopup="dialog"
            on:click=move |_| asked.set(Some(Asked { user: user.clone(), step }))
        >
            {step.label()}
            "…"
            <span class="visually-hidden">" "{name}</span>
        </button>
    }
    .into_any()
}

fn standing(user: &User) -> (&'static str, &'static str) {
    match (user.disabled, user.has_password) {
        (true, _) => ("soft", "Disabled"),
        (false, true) => ("", "Active"),
        (false, false) => ("soft", "Link not used yet"),
    }
}
