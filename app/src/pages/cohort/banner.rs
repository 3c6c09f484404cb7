//! Cohorts that a rollback trigger has halted, told on every page of their migration.

use crate::components::notice::{Notice, Tone};
use crate::pages::migration::Frame;
use domain::cohort::CohortStage;
use leptos::prelude::*;

/// One notice per cohort that halted by itself; it goes when somebody resumes or closes the cohort.
#[component]
pub fn HaltedBanner(frame: Frame) -> impl IntoView {
    let halted = Memo::new(move |_| {
        frame.overview.with(|overview| {
            let by_itself = overview.cohorts.iter().map(|summary| &summary.cohort).filter_map(|cohort| {
                let halt = cohort.gates.halt.as_ref().filter(|halt| halt.by.is_none())?;
                let halted = cohort.stage == CohortStage::Halted;
                halted.then(|| (cohort.number, cohort.label(), halt.why.clone()))
            });
            by_itself.collect::<Vec<_>>()
        })
    });
    view! {
        <div class="halted-banner" role="status">
            {move || {
                halted
                    .get()
                    .into_iter()
                    .map(|(number, label, why)| view! {
                        <Notice tone=Tone::Error>
                            <p>
                                <b>{format!("{label} was halted by a rollback trigger. ")}</b>
                                {why}
                                " No account of it can start. "
                                <a href=move || frame.address(&format!("cohorts/{number}"))>"Look at the cohort"</a>
                            </p>
                        </Notice>
                    })
                    .collect_view()
            }}
        </div>
    }
    .into_any()
}
