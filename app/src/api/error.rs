//! The one error that server functions answer with: what happened, in words for the person who asked.

use domain::migration::FieldError;
use leptos::prelude::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::codec::JsonEncoding;
use serde::{Deserialize, Serialize};

/// Why a server function did not do what it was asked. Nothing was changed then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "error", rename_all = "snake_case")]
pub enum ApiError {
    #[error("Your session has ended. Sign in again; what you typed was not saved.")]
    SignedOut,
    #[error("{message}")]
    Forbidden { message: String },
    #[error("{message}")]
    NotFound { message: String },
    /// Fields of a form that need another value.
    #[error("{}", .problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join(" "))]
    Invalid { problems: Vec<FieldError> },
    /// A rule refused it; the message names the rule.
    #[error("{message}")]
    Refused { message: String },
    #[error("Too many attempts. Try again in {seconds} seconds.")]
    TooMany { seconds: u64 },
    /// The server could not do it now; trying again may help.
    #[error("{message}")]
    Unavailable { message: String },
    /// The request did not reach the server, or its answer did not reach us.
    #[error("The server could not be reached. Nothing was changed as far as we know; try again.")]
    Transport { detail: String },
}

impl ApiError {
    /// The message for one field of a form, if this error has one.
    pub fn for_field(&self, field: &str) -> Option<String> {
        match self {
            ApiError::Invalid { problems } => {
                problems.iter().find(|problem| problem.field == field).map(|problem| problem.message.clone())
            }
            _ => None,
        }
    }

    /// A complaint about one field.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        ApiError::Invalid { problems: vec![FieldError::new(field, message)] }
    }

    /// The HTTP status that goes with it.
    pub fn status(&self) -> u16 {
        match self {
            ApiError::SignedOut => 401,
            ApiError::Forbidden { .. } => 403,
            ApiError::NotFound { .. } => 404,
            ApiError::Invalid { .. } => 422,
            ApiError::Refused { .. } => 409,
            ApiError::TooMany { .. } => 429,
            ApiError::Unavailable { .. } => 503,
            ApiError::Transport { .. } => 400,
        }
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        ApiError::Transport { detail: error.to_string() }
    }
}
