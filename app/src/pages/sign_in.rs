//! Signing in.

use crate::api::session::SignIn;
use crate::components::button::SubmitButton;
use crate::components::form::{FormError, TextInput, error_of, failure};
use crate::components::icon::Mark;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// E-mail address and password; works without script, too. The address stays when the password was wrong.
#[component]
pub fn SignInPage() -> impl IntoView {
    let sign_in = ServerAction::<SignIn>::new();
    let error = failure(sign_in);
    let next = use_query_map().get_untracked().get("next").unwrap_or_default();
    view! {
        <Title text="Sign in" />
        <div class="door">
            <main>
                <p class="brand-line">
                    <Mark />
                    <span>"Landbridge"</span>
                </p>
                <section class="panel door-panel">
                    <h1>"Sign in"</h1>
                    <FormError error fields=&["email", "password"] />
                    <ActionForm action=sign_in>
                        <div class="fields">
                            <input type="hidden" name="next" value=next />
                            <TextInput
                                name="email"
                                kind="email"
                                label="E-mail address"
                                autocomplete="username"
                                error=error_of(error, "email")
                                required=true
                                autofocus=true
                            />
                            <TextInput
                                name="password"
                                kind="password"
                                label="Password"
                                autocomplete="current-password"
                                error=error_of(error, "password")
                                required=true
                            />
                            <SubmitButton label="Sign in" pending=sign_in.pending() />
                        </div>
                    </ActionForm>
                </section>
                <p class="soft small-print">
                    "Forgotten the password, or new here? An admin can make a one-time link for you. \
                    The first admin's link is printed by the server when it starts."
                </p>
            </main>
        </div>
    }
    .into_any()
}
