//! The one error of the store. One place in the server maps it to a status and words.

use domain::account::EditProblem;
use domain::customer::edit::CustomerProblem;
use domain::migration::FieldError;
use domain::policy::Action;

/// Why the store did not do what it was asked. Nothing was written then.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The caller's role does not allow it.
    #[error("{} is needed for this, and you are not one.", least(.0))]
    Denied(Action),
    #[error("{0}")]
    NotFound(&'static str),
    /// Fields that need another value.
    #[error("{}", .0.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join(" "))]
    Invalid(Vec<FieldError>),
    /// A rule refused it; the text names the rule.
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Edit(#[from] EditProblem),
    /// An edit of a customer that met somebody else's.
    #[error("{0}")]
    Directory(CustomerProblem),
    /// The writer is stopping or overloaded.
    #[error("The server is restarting. Nothing was changed; try again in a moment.")]
    Stopping,
    /// What is stored does not read as it must.
    #[error("The stored data could not be read: {0}")]
    Corrupt(String),
    #[error("The database failed: {0}")]
    Database(#[from] surrealdb::Error),
}

fn least(action: &Action) -> String {
    let role = action.least_role().label().to_lowercase();
    let article = if role.starts_with(['a', 'o']) { "An" } else { "A" };
    format!("{article} {role}")
}

impl StoreError {
    /// A complaint about one field.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        StoreError::Invalid(vec![FieldError::new(field, message)])
    }

    /// Something stored that does not parse.
    pub(crate) fn corrupt(what: impl std::fmt::Display) -> Self {
        StoreError::Corrupt(what.to_string())
    }
}
