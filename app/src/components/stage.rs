//! The stage of a migration or a cohort as a squared tag.

use super::icon::Icon;
use domain::cohort::CohortStage;
use domain::migration::MigrationStage;
use leptos::prelude::*;

/// Where a migration stands.
#[component]
pub fn MigrationStageTag(stage: MigrationStage) -> impl IntoView {
    let (class, icon) = match stage {
        MigrationStage::Draft => ("resting", "pencil"),
        MigrationStage::Running => ("moving", "play"),
        MigrationStage::Paused => ("held", "pause"),
        MigrationStage::Closed => ("over", "check"),
    };
    view! { <Tag class icon word=stage.word() /> }
}

/// Where a cohort stands.
#[component]
pub fn CohortStageTag(stage: CohortStage) -> impl IntoView {
    let (class, icon) = match stage {
        CohortStage::Planned => ("resting", "calendar"),
        CohortStage::Running => ("moving", "play"),
        CohortStage::Halted => ("held", "pause"),
        CohortStage::Closed => ("over", "check"),
    };
    view! { <Tag class icon word=stage.word() /> }
}

#[component]
fn Tag(class: &'static str, icon: &'static str, word: &'static str) -> impl IntoView {
    view! {
        <span class=format!("stage {class}")>
            <Icon name=icon />
            {word}
        </span>
    }
}
