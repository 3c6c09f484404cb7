//! Shapes: a state is always a shape beside its word.

use super::Tone;
use domain::status_page::ComponentState;
use maud::{Markup, html};

/// The lines of a tone's shape, on 16 × 16.
pub fn paths(tone: Tone) -> Markup {
    html! {
        @match tone {
            Tone::Planned => circle cx="8" cy="8" r="6.2" stroke-dasharray="2.4 2.47" {},
            Tone::Moving => { circle cx="8" cy="8" r="6.2" {} path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" class="filled" fill="currentColor" {} },
            Tone::Held => path d="M5 3v10M11 3v10" stroke-width="2.25" {},
            Tone::Done => { circle cx="8" cy="8" r="6.2" {} path d="m5.3 8.2 1.9 1.9 3.5-3.9" {} },
        }
    }
}

/// A tone's shape.
pub fn tone(tone: Tone) -> Markup {
    icon(&paths(tone))
}

/// The shape of how a component works.
pub fn component(state: ComponentState) -> Markup {
    icon(&html! {
        @match state {
            ComponentState::Operational => { circle cx="8" cy="8" r="6.2" {} path d="m5.3 8.2 1.9 1.9 3.5-3.9" {} },
            ComponentState::UnderMaintenance => path d="M13.6 4.5a3.6 3.6 0 0 1-4.9 4.3l-4.4 4.4a1.3 1.3 0 0 1-1.8-1.8l4.5-4.4a3.6 3.6 0 0 1 4.5-4.7L9.4 4.4l.4 1.8 1.8.4z" {},
            ComponentState::DegradedPerformance => { circle cx="8" cy="8" r="6.2" {} path d="M8 4.6V8l2.3 1.5" {} },
            ComponentState::PartialOutage => path d="M8 2 14.6 13.6H1.4zM8 6.4v3.2M8 11.6v.1" {},
            ComponentState::MajorOutage => path d="M5.2 1.8h5.6l3.4 3.4v5.6l-3.4 3.4H5.2l-3.4-3.4V5.2zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4" {},
        }
    })
}

/// The class of how a component works.
pub fn component_class(state: ComponentState) -> &'static str {
    match state {
        ComponentState::Operational => "ok",
        ComponentState::UnderMaintenance => "maintenance",
        ComponentState::DegradedPerformance | ComponentState::PartialOutage => "degraded",
        ComponentState::MajorOutage => "down",
    }
}

/// A warning.
pub fn alert() -> Markup {
    component(ComponentState::PartialOutage)
}

/// A calendar's leaf.
pub fn calendar() -> Markup {
    icon(&html! { path d="M2.5 3.6h11v10h-11zM2.5 6.8h11M5.4 2v3M10.6 2v3" {} })
}

/// An arrow down, of what opens.
pub fn down() -> Markup {
    icon(&html! { path d="m4 6.2 4 4 4-4" {} })
}

/// A bell.
pub fn bell() -> Markup {
    icon(&html! { path d="M3 11.6c1.1-1 1.4-2.3 1.4-4.5a3.6 3.6 0 0 1 7.2 0c0 2.2.3 3.5 1.4 4.5zM6.7 13.9h2.6" {} })
}

/// A feed's waves.
pub fn feed() -> Markup {
    icon(
        &html! { circle.filled cx="4" cy="12" r="1.2" {} path d="M2.8 7.2a6 6 0 0 1 6 6M2.8 3a10.2 10.2 0 0 1 10.2 10.2" {} },
    )
}

/// The brackets of code.
pub fn code() -> Markup {
    icon(&html! { path d="m5.4 4.6-3.6 3.4 3.6 3.4M10.6 4.6 14.2 8l-3.6 3.4M9 3.4 7 12.6" {} })
}

/// The colour of a tone on the badge: white stands on it with at least 4.5:1.
pub fn badge_colour(tone: Tone) -> &'static str {
    match tone {
        Tone::Planned => "#55615d",
        Tone::Moving => "#0b6e69",
        Tone::Held => "#a3400b",
        Tone::Done => "#1d7044",
    }
}

fn icon(lines: &Markup) -> Markup {
    html! { svg.icon viewBox="0 0 16 16" aria-hidden="true" { (lines) } }
}
