//! Custom fields of a migration.

use super::acting;
use crate::api::ApiError;
use crate::api::fields::FieldForm;
use domain::account::CustomValues;
use domain::custom::{CustomField, FieldSettings};
use domain::id::{FieldNumber, MigrationId};
use domain::migration::FieldError;
use std::collections::BTreeMap;

/// Adds a field.
pub async fn add(migration: MigrationId, form: FieldForm) -> Result<FieldNumber, ApiError> {
    acting(async |acting, _| Ok(acting.add_field(&migration, read(&form)?).await?)).await
}

/// Changes a field's settings.
pub async fn change(migration: MigrationId, field: FieldNumber, form: FieldForm) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.change_field(&migration, field, read(&form)?).await?)).await
}

/// Puts a field at another place.
pub async fn order(migration: MigrationId, field: FieldNumber, position: u16) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.order_field(&migration, field, position).await?)).await
}

/// Takes a field out of use, or brings it back.
pub async fn retire(migration: MigrationId, field: FieldNumber, retired: bool) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.retire_field(&migration, field, retired).await?)).await
}

/// Reads the form as typed. What else is wrong with the settings says the store.
fn read(form: &FieldForm) -> Result<FieldSettings, ApiError> {
    let kind = form.chosen_kind().ok_or_else(|| ApiError::field("kind", "Choose a kind."))?;
    let settings = FieldSettings { label: form.label.clone(), kind, required: form.required, default: None };
    let default = settings.parse(&form.default).map_err(|problem| ApiError::field("default", problem.to_string()))?;
    Ok(FieldSettings { default, ..settings })
}

/// Reads a new account's values as typed; each problem stands at its field, `custom_3` for field 3.
pub(super) fn read_values(
    fields: &[CustomField],
    typed: &BTreeMap<FieldNumber, String>,
) -> Result<CustomValues, ApiError> {
    let mut values = CustomValues::new();
    let mut problems = Vec::new();
    for field in fields.iter().filter(|field| !field.retired) {
        let complaint = |message: &str| FieldError::new(&format!("custom_{}", field.number), message);
        let text = typed.get(&field.number);
        match field.settings.parse(text.map_or("", String::as_str)) {
            Ok(Some(value)) => _ = values.insert(field.number, value),
            // Emptied on purpose: a default does not stand in for what is required.
            Ok(None) if field.settings.required && (text.is_some() || field.settings.default.is_none()) => {
                problems.push(complaint("This field needs a value."));
            }
            Ok(None) => {}
            Err(problem) => problems.push(complaint(&problem.to_string())),
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(ApiError::Invalid { problems }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::custom::{CustomKind, CustomValue};

    fn field(number: u16, kind: CustomKind, required: bool) -> CustomField {
        let settings = FieldSettings { label: format!("Field {number}"), kind, required, default: None };
        CustomField { number: FieldNumber(number), settings, retired: false }
    }

    #[test]
    fn each_problem_stands_at_its_field() {
        let fields = [
            field(1, CustomKind::Number, false),
            field(2, CustomKind::Text, true),
            CustomField { retired: true, ..field(3, CustomKind::Text, true) },
            field(4, CustomKind::Checkbox, false),
        ];
        let typed = |texts: &[(u16, &str)]| {
            let typed = texts.iter().map(|(number, text)| (FieldNumber(*number), (*text).to_owned())).collect();
            read_values(&fields, &typed)
        };
        let Err(ApiError::Invalid { problems }) = typed(&[(1, "many"), (2, " "), (4, "yes")]) else {
            panic!("two fields are wrong");
        };
        let names: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(names, ["custom_1", "custom_2"]);
        let values = typed(&[(2, "x"), (4, "yes")]).unwrap_or_default();
        let expected = [(FieldNumber(2), CustomValue::Text("x".into())), (FieldNumber(4), CustomValue::Checkbox(true))];
        assert_eq!(values, expected.into());
    }
}
