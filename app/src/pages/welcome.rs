//! The one-time link: a new user, or somebody who forgot, sets a password.

use crate::api::ApiError;
use crate::api::session::{AcceptInvitation, Invitation, invitation};
use crate::components::button::SubmitButton;
use crate::components::empty::Skeleton;
use crate::components::form::{FormError, TextInput, error_of, failure};
use crate::components::icon::Mark;
use crate::components::notice::{Notice, Tone};
use domain::user::password_problem;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// Greets whoever the link is for and lets them set a password.
#[component]
pub fn WelcomePage() -> impl IntoView {
    let params = use_params_map();
    let token = move || params.with(|params| params.get("token").unwrap_or_default());
    let for_whom = Resource::new_blocking(token, invitation);
    view! {
        <Title text="Welcome" />
        <div class="door">
            <main>
                <p class="brand-line">
                    <Mark />
                    <span>"Landbridge"</span>
                </p>
                <section class="panel door-panel">
                    <Suspense fallback=|| view! { <Skeleton lines=4 /> }>
                        {move || {
                            for_whom.get().map(|answer| match answer {
                                Ok(invitation) => view! { <SetPassword token=token() invitation /> }.into_any(),
                                Err(error) => view! { <NoLongerGood error /> }.into_any(),
                            })
                        }}
                    </Suspense>
                </section>
            </main>
        </div>
    }
    .into_any()
}

#[component]
fn SetPassword(token: String, invitation: Invitation) -> impl IntoView {
    let accept = ServerAction::<AcceptInvitation>::new();
    let error = failure(accept);
    let password = RwSignal::new(String::new());
    let repeated = RwSignal::new(String::new());
    let Invitation { name, email } = invitation;
    let advice = {
        let (name, email) = (name.clone(), email.clone());
        move || password.with(|password| advice(password, &name, &email))
    };
    let differs = Signal::derive(move || {
        let complaint = error_of(error, "repeated").get();
        let differs = !repeated.read().is_empty() && !password.read().starts_with(repeated.read().as_str());
        differs.then(|| "This is not the same as above.".to_owned()).or(complaint)
    });
    view! {
        <h1>{format!("Welcome, {name}")}</h1>
        <p class="soft">"Choose a password. You sign in with it and with " <b>{email.clone()}</b> "."</p>
        <FormError error fields=&["password", "repeated"] />
        <ActionForm action=accept>
            <div class="fields">
                <input type="hidden" name="token" value=token />
                // Not sent: tells password managers which account this is.
                <input type="email" class="visually-hidden" value=email autocomplete="username" tabindex="-1" aria-hidden="true" readonly=true />
                <TextInput
                    name="password"
                    kind="password"
                    label="Password"
                    autocomplete="new-password"
                    bound=password
                    error=error_of(error, "password")
                    required=true
                    autofocus=true
                />
                <p class="advice" aria-live="polite">{advice}</p>
                <TextInput
                    name="repeated"
                    kind="password"
                    label="The same again"
                    autocomplete="new-password"
                    bound=repeated
                    error=differs
                    required=true
                />
                <SubmitButton label="Set the password and sign in" pending=accept.pending() />
            </div>
        </ActionForm>
    }
    .into_any()
}

fn advice(password: &str, name: &str, email: &str) -> &'static str {
    if password.is_empty() {
        return "At least 12 characters; a few words in a row are easy to remember.";
    }
    password_problem(password, name, email).unwrap_or("This is long enough.")
}

#[component]
fn NoLongerGood(error: ApiError) -> impl IntoView {
    view! {
        <h1>"This link cannot be used"</h1>
        <Notice tone=Tone::Warning>
            <p>{error.to_string()}</p>
        </Notice>
        <p>
            "A one-time link works once and for three days. If you have set your password already, sign in with it. \
            Otherwise ask an admin for a new link."
        </p>
        <a class="button primary" href="/sign-in">
            "Sign in"
        </a>
    }
    .into_any()
}
