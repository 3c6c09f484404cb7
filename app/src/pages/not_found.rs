//! An address that leads nowhere.

use crate::components::icon::Mark;
use leptos::prelude::*;
use leptos_meta::Title;

/// Says so, and where to go on.
#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::backend::answer_not_found();
    view! {
        <Title text="Not found" />
        <div class="door">
            <main>
                <p class="brand-line">
                    <Mark />
                    <span>"Landbridge"</span>
                </p>
                <div class="panel door-panel">
                    <h1>"Nothing is here"</h1>
                    <p>"The address may have a typing mistake, or what was here has been renamed."</p>
                    <a class="button primary" href="/">
                        "Go to the migrations"
                    </a>
                </div>
            </main>
        </div>
    }
    .into_any()
}
