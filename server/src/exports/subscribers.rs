//! The subscribers of a status page as CSV: `/m/SLUG/status-page/subscribers.csv`, for leads.

use super::refused_here;
use crate::state::AppState;
use app::api::ApiError;
use app::backend::Visitor;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::subscription::SubscriberState;
use store::SubscriberLine;

/// Answers the file.
pub async fn csv_file(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    match lines(&state, &visitor, &slug).await {
        Ok(lines) => {
            let head = [
                (CONTENT_TYPE, "text/csv; charset=utf-8"),
                (CACHE_CONTROL, "private, no-store"),
                (CONTENT_DISPOSITION, "attachment; filename=\"subscribers.csv\""),
            ];
            (head, file(&lines)).into_response()
        }
        Err(error) => refused_here(error, &headers),
    }
}

async fn lines(state: &AppState, visitor: &Visitor, slug: &str) -> Result<Vec<SubscriberLine>, ApiError> {
    let session = visitor.session.as_ref().ok_or(ApiError::SignedOut)?;
    let acting = state.backend.store.acting_as(session.caller(&visitor.from));
    let migration = acting.migration_by_slug(slug).await?.migration.id;
    Ok(acting.export_subscribers(&migration).await?)
}

fn file(lines: &[SubscriberLine]) -> String {
    let mut file = String::from("number,channel,address,language,state,why,asked,confirmed,components,waves\r\n");
    for line in lines {
        let why = match line.state {
            SubscriberState::Stopped { why, .. } => why.explanation(),
            _ => "",
        };
        let list = |numbers: Vec<String>| numbers.join(" ");
        let cells = [
            line.number.to_string(),
            line.channel.code().to_owned(),
            line.address.clone(),
            line.choice.language.clone(),
            line.state.code().to_owned(),
            why.to_owned(),
            line.asked.to_rfc3339(),
            line.confirmed.map(|at| at.to_rfc3339()).unwrap_or_default(),
            list(line.choice.components.iter().map(ToString::to_string).collect()),
            list(line.choice.waves.iter().map(ToString::to_string).collect()),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| safe(cell)).collect();
        file.push_str(&cells.join(","));
        file.push_str("\r\n");
    }
    file
}

/// A cell that no spreadsheet takes for a formula.
fn safe(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{cell}") } else { cell.to_owned() };
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn addresses_are_no_formulas() {
        assert_eq!(safe("=cmd|x@a.example"), "'=cmd|x@a.example");
        assert_eq!(safe("-1@a.example"), "'-1@a.example");
        assert_eq!(safe("a,\"b\"@a.example"), "\"a,\"\"b\"\"@a.example\"");
        assert_eq!(safe("ann@a.example"), "ann@a.example");
    }
}
