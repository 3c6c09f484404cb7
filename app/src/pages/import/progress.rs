//! While the dry run is at work.

use super::work::Work;
use crate::components::number::counted;
use leptos::prelude::*;

/// Says that the rows are being checked.
#[component]
pub fn CheckingPanel(work: Work) -> impl IntoView {
    let rows = work.import.with_untracked(|import| import.rows);
    view! {
        <section class="panel" aria-labelledby="checking-title">
            <header class="panel-head">
                <h2 id="checking-title">"Checking the file"</h2>
            </header>
            <div class="panel-body">
                <p role="status">
                    {format!("{} are compared with the accounts as they are now. Nothing is written.", counted(rows, "row", "rows"))}
                </p>
                <progress aria-labelledby="checking-title"></progress>
            </div>
        </section>
    }
}
