//! Custom fields of a migration.

use super::ApiError;
use domain::custom::{CustomField, CustomKind, FieldSettings};
use domain::id::{FieldNumber, MigrationId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The form of a field as typed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FieldForm {
    pub label: String,
    /// The word of [`CustomKind::code`].
    pub kind: String,
    /// Of a select field, one on each line.
    #[serde(default)]
    pub options: String,
    #[serde(default)]
    pub required: bool,
    /// What new accounts get, as it would be typed into the field; may be empty.
    #[serde(default)]
    pub default: String,
}

impl FieldForm {
    /// The form filled with a field.
    pub fn of(field: &CustomField) -> FieldForm {
        let FieldSettings { label, kind, required, default } = &field.settings;
        let options = match kind {
            CustomKind::Select { options } => options.join("\n"),
            _ => String::new(),
        };
        FieldForm {
            label: label.clone(),
            kind: kind.code().to_owned(),
            options,
            required: *required,
            default: default.as_ref().map(|value| value.text()).unwrap_or_default(),
        }
    }

    /// The kind that was chosen, with the options that were typed: blank lines and blanks around them do not count.
    pub fn chosen_kind(&self) -> Option<CustomKind> {
        let kind = CustomKind::from_code(&self.kind)?;
        Some(match kind {
            CustomKind::Select { .. } => {
                let lines = self.options.lines().map(str::trim).filter(|line| !line.is_empty());
                CustomKind::Select { options: lines.map(str::to_owned).collect() }
            }
            other => other,
        })
    }
}

/// Adds a field at the end of the order.
#[server(endpoint = "fields/add")]
pub async fn add_field(migration: MigrationId, form: FieldForm) -> Result<FieldNumber, ApiError> {
    crate::backend::fields::add(migration, form).await
}

/// Changes a field's name, options, default and whether it is required. Its kind stays.
#[server(endpoint = "fields/change")]
pub async fn change_field(migration: MigrationId, field: FieldNumber, form: FieldForm) -> Result<(), ApiError> {
    crate::backend::fields::change(migration, field, form).await
}

/// Puts a field at another place (from 0, retired ones counted) in the order.
#[server(endpoint = "fields/order")]
pub async fn order_field(migration: MigrationId, field: FieldNumber, position: u16) -> Result<(), ApiError> {
    crate::backend::fields::order(migration, field, position).await
}

/// Takes a field out of use, or brings it back. Its values stay.
#[server(endpoint = "fields/retire")]
pub async fn retire_field(migration: MigrationId, field: FieldNumber, retired: bool) -> Result<(), ApiError> {
    crate::backend::fields::retire(migration, field, retired).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_stand_one_on_a_line() {
        let form = FieldForm { kind: "select".into(), options: " Gold \n\nSilver\r\n".into(), ..FieldForm::default() };
        let options = ["Gold", "Silver"].map(str::to_owned).to_vec();
        assert_eq!(form.chosen_kind(), Some(CustomKind::Select { options }));
        assert_eq!(FieldForm { kind: "none".into(), ..form }.chosen_kind(), None);
    }
}
