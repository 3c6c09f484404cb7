//! Templates: what a migration can pass on to the next one. Its fields, cohorts and settings; no account, no date.

use crate::cohort::Cohort;
use crate::custom::{CustomField, FieldSettings};
use crate::gate::{GateLists, Gates};
use crate::id::{FieldNumber, NoticeRuleNumber, TemplateId};
use crate::migration::{FieldError, Migration};
use crate::notice::rule::{Audience, NoticeRule, RuleSettings};
use crate::notice::template::NoticeTemplate;
use crate::notice::{default_templates, defaults};
use serde::{Deserialize, Serialize};

/// Longest name of a template, in characters.
pub const NAME_MAX: usize = 60;
/// Longest description of a template, in characters.
pub const DESCRIPTION_MAX: usize = 500;
/// Templates that a workspace may have.
pub const TEMPLATES_MAX: usize = 100;

/// A template under its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationTemplate {
    pub id: TemplateId,
    #[serde(flatten)]
    pub title: TemplateTitle,
    pub content: TemplateContent,
}

/// How people tell templates apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateTitle {
    pub name: String,
    /// What it is for, for colleagues; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// What a new migration gets from a template. Windows of cohorts and the deadline are days of one migration, so they
/// stay behind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateContent {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub public_name: String,
    /// What customers read on the status page.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub public_text: String,
    pub time_zone: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_days: Option<u16>,
    /// In their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldSettings>,
    /// In their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cohorts: Vec<TemplateCohort>,
    /// Rules of notifications; they begin switched off. `None`: it was saved before templates had rules, so the usual ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<RuleSettings>>,
    /// Templates of messages that were added or changed, under their numbers: rules name them by these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<NoticeTemplate>,
}

/// A cohort of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateCohort {
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub public_name: String,
    /// `None`: it was saved before templates had gates, so the usual ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gates: Option<GateLists>,
}

impl TemplateCohort {
    /// The gates of a cohort that starts from it; `tickets`: whether tickets come in, so that usual ones can count them.
    pub fn gates(&self, tickets: bool) -> Gates {
        let Some(lists) = &self.gates else { return Gates::usual(tickets) };
        let last_id = lists.all().map(|(_, gate)| gate.id.0).max().unwrap_or(0);
        Gates { lists: lists.clone(), last_id, ..Gates::default() }
    }
}

impl TemplateTitle {
    /// The title without blanks around its texts.
    pub fn trimmed(&self) -> TemplateTitle {
        TemplateTitle { name: self.name.trim().to_owned(), description: self.description.trim().to_owned() }
    }

    /// Everything that is wrong with it; `others` are the names of the other templates.
    pub fn problems<'a>(&self, others: impl IntoIterator<Item = &'a str>) -> Vec<FieldError> {
        let mut problems = Vec::new();
        let name = self.name.trim();
        if name.is_empty() {
            problems.push(FieldError::new("name", "Give the template a name."));
        } else if name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
            problems.push(FieldError::new("name", format!("At most {NAME_MAX} characters, in one line.")));
        } else if others.into_iter().any(|other| other.to_lowercase() == name.to_lowercase()) {
            problems.push(FieldError::new("name", "There is a template of this name already."));
        }
        if self.description.chars().count() > DESCRIPTION_MAX {
            problems.push(FieldError::new("description", format!("At most {DESCRIPTION_MAX} characters.")));
        }
        problems
    }
}

impl TemplateContent {
    /// What this migration passes on: retired fields stay behind, and so do rules that tell an endpoint, because endpoints and
    /// their keys are of one migration.
    pub fn of<'a>(
        migration: &Migration,
        cohorts: &[Cohort],
        rules: impl IntoIterator<Item = &'a NoticeRule>,
        messages: impl IntoIterator<Item = &'a NoticeTemplate>,
    ) -> TemplateContent {
        let passes = |rule: &&NoticeRule| !rule.removed && !matches!(rule.settings.audience, Audience::Endpoint { .. });
        let is_default = |message: &NoticeTemplate| default_templates::by_number(message.number).is_some();
        let cohort = |cohort: &Cohort| TemplateCohort {
            name: cohort.settings.name.clone(),
            public_name: cohort.settings.public_name.clone(),
            gates: Some(cohort.gates.lists.clone()),
        };
        let mut in_order: Vec<&Cohort> = cohorts.iter().collect();
        in_order.sort_by_key(|cohort| (cohort.position, cohort.number));
        TemplateContent {
            public_name: migration.settings.public_name.clone(),
            public_text: migration.settings.description.clone(),
            time_zone: migration.settings.time_zone.clone(),
            rollback_days: migration.settings.rollback_days,
            fields: migration.live_fields().map(|field| field.settings.clone()).collect(),
            cohorts: in_order.into_iter().map(cohort).collect(),
            rules: Some(rules.into_iter().filter(passes).map(|rule| rule.settings.clone()).collect()),
            // That a usual one was removed is passed on, too.
            messages: messages.into_iter().filter(|message| !message.removed || is_default(message)).cloned().collect(),
        }
    }

    /// The rules of a migration that starts from it, numbered from 1 and off.
    pub fn numbered_rules(&self) -> Vec<NoticeRule> {
        let Some(rules) = &self.rules else { return defaults::rules() };
        let numbered = rules.iter().zip(1..);
        numbered
            .map(|(settings, number)| NoticeRule {
                number: NoticeRuleNumber(number),
                settings: settings.clone(),
                on_since: None,
                removed: false,
            })
            .collect()
    }

    /// The fields of a migration that starts from it, numbered from 1.
    pub fn numbered_fields(&self) -> Vec<CustomField> {
        let numbers = (1..).map(FieldNumber);
        let fields = self.fields.iter().zip(numbers);
        fields.map(|(settings, number)| CustomField { number, settings: settings.clone(), retired: false }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::{CohortSettings, CohortStage, Window};
    use crate::custom::CustomKind;
    use crate::id::{CohortNumber, MigrationId};
    use crate::migration::{MigrationSettings, MigrationStage};

    fn field(number: u16, label: &str, retired: bool) -> CustomField {
        let settings =
            FieldSettings { label: label.to_owned(), kind: CustomKind::Text, required: number == 1, default: None };
        CustomField { number: FieldNumber(number), settings, retired }
    }

    fn cohort(number: u16, position: u16, name: &str) -> Cohort {
        let window = Some(Window { starts: Default::default(), ends: Default::default() });
        let settings = CohortSettings {
            name: name.to_owned(),
            public_name: format!("Public {name}"),
            window,
            ..Default::default()
        };
        Cohort {
            number: CohortNumber(number),
            position,
            stage: CohortStage::Running,
            settings,
            gates: Default::default(),
        }
    }

    #[test]
    fn a_template_has_what_is_in_use_in_its_order() {
        let settings = MigrationSettings {
            name: "Internal".to_owned(),
            public_name: "Ledger".to_owned(),
            slug: "internal".to_owned(),
            description: "Invoices move.".to_owned(),
            deadline: Default::default(),
            time_zone: "Europe/Berlin".to_owned(),
            rollback_days: Some(7),
            blackouts: Vec::new(),
            weekends: false,
        };
        let migration = Migration {
            id: MigrationId::from("m"),
            stage: MigrationStage::Closed,
            settings,
            published: true,
            fields: vec![field(3, "Seats", false), field(2, "Old", true), field(1, "Tier", false)],
        };
        let mut rules = defaults::rules();
        rules[1].removed = true;
        rules[2].settings.audience = Audience::Endpoint { number: crate::id::EndpointNumber(1) };
        rules[3].on_since = Some(Default::default());
        let content = TemplateContent::of(&migration, &[cohort(1, 2, "Main"), cohort(2, 1, "Pilot")], &rules, []);
        let passed = content.numbered_rules();
        let passed: Vec<_> =
            passed.iter().map(|rule| (rule.number.0, rule.settings.name.as_str(), rule.is_on())).collect();
        assert_eq!(passed, [(1, "Notice of the date", false), (2, "Nobody notified", false)]);
        let older = TemplateContent { rules: None, ..content.clone() };
        assert_eq!(older.numbered_rules(), defaults::rules(), "saved before templates had rules");
        assert_eq!((content.public_name.as_str(), content.rollback_days), ("Ledger", Some(7)));
        assert_eq!((content.public_text.as_str(), content.time_zone.as_str()), ("Invoices move.", "Europe/Berlin"));
        let names: Vec<_> = content.cohorts.iter().map(|cohort| cohort.name.as_str()).collect();
        assert_eq!(names, ["Pilot", "Main"]);
        let fields = content.numbered_fields();
        let fields: Vec<_> = fields.iter().map(|field| (field.number.0, field.settings.label.as_str())).collect();
        assert_eq!(fields, [(1, "Seats"), (2, "Tier")]);
    }

    #[test]
    fn a_title_is_one_short_line_of_its_own() {
        let fields = |name: &str, description: &str| {
            let title = TemplateTitle { name: name.to_owned(), description: description.to_owned() };
            let problems = title.problems(["Billing"]);
            problems.into_iter().map(|problem| problem.field).collect::<Vec<_>>()
        };
        assert_eq!(fields("Payments", ""), [""; 0]);
        for bad in [" ", "billing ", "a\nb", &"x".repeat(61)] {
            assert_eq!(fields(bad, ""), ["name"], "{bad}");
        }
        assert_eq!(fields("Payments", &"x".repeat(501)), ["description"]);
    }
}
