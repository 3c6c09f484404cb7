//! Who may do what: one function decides, and the table of every action × role is a reviewed snapshot.

use serde::{Deserialize, Serialize};

/// What a user may do in the workspace; each role includes the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Viewer,
    Operator,
    Lead,
    Admin,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Role; 4] = [Role::Viewer, Role::Operator, Role::Lead, Role::Admin];

    /// The word in code and addresses.
    pub fn code(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Operator => "operator",
            Role::Lead => "lead",
            Role::Admin => "admin",
        }
    }

    /// The word on screen.
    pub fn label(self) -> &'static str {
        match self {
            Role::Viewer => "Viewer",
            Role::Operator => "Operator",
            Role::Lead => "Lead",
            Role::Admin => "Admin",
        }
    }

    /// What the role is for, in a sentence.
    pub fn explanation(self) -> &'static str {
        match self {
            Role::Viewer => "Reads everything, comments.",
            Role::Operator => "Also changes accounts and customers.",
            Role::Lead => "Also imports, runs cohorts and migrations, publishes.",
            Role::Admin => "Also manages users, reads the audit log, erases personal data.",
        }
    }

    /// Reads the word of [`Role::code`] exactly.
    pub fn from_code(code: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.code() == code)
    }
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident => $code:literal, $role:ident;)*) => {
        /// Something that a person can be allowed to do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Action { $($(#[$doc])* $name,)* }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Action] = &[$(Action::$name,)*];

            /// Its name in the audit log and in the table of permissions.
            pub fn code(self) -> &'static str {
                match self { $(Action::$name => $code,)* }
            }

            /// The least role that may do it.
            pub fn least_role(self) -> Role {
                match self { $(Action::$name => Role::$role,)* }
            }
        }
    };
}

actions! {
    /// Read migrations, cohorts, accounts, contacts, histories.
    ReadMigrations => "migrations.read", Viewer;
    /// Write a comment on an account.
    Comment => "accounts.comment", Viewer;
    /// Save a view for everybody.
    ShareViews => "views.share", Operator;
    /// Rename, change or delete views that others share.
    ManageSharedViews => "views.manage_shared", Lead;
    /// Take the accounts of a view away as a file.
    ExportAccounts => "accounts.export", Viewer;
    /// Change an account's state, owner or cohort.
    EditAccounts => "accounts.edit", Operator;
    /// Give one account another rollback deadline.
    SetRollbackDeadline => "accounts.rollback_deadline", Lead;
    /// Add customers to the directory, change their facts and contacts.
    EditCustomers => "customers.edit", Operator;
    /// Change up to 500 accounts at once, and undo one's own bulk changes.
    BulkEdit => "accounts.bulk", Operator;
    /// Change more than 500 accounts at once.
    BulkEditMany => "accounts.bulk_large", Lead;
    /// Roll back several accounts at once.
    BulkRollBack => "accounts.bulk_rollback", Lead;
    /// Cancel or undo somebody else's bulk change.
    UndoOthers => "accounts.undo_others", Lead;
    /// Upload, map, check and commit a file of accounts.
    ImportAccounts => "accounts.import", Lead;
    /// Create a migration or change its settings.
    ManageMigrations => "migrations.manage", Lead;
    /// Add, change, order, retire a migration's custom fields.
    ManageFields => "fields.manage", Lead;
    /// Save, rename, delete a template of migrations.
    ManageTemplates => "templates.manage", Lead;
    /// Start, pause, close a migration.
    MoveMigrations => "migrations.move", Lead;
    /// Create, change, order cohorts.
    ManageCohorts => "cohorts.manage", Lead;
    /// Start, halt, close a cohort.
    MoveCohorts => "cohorts.move", Lead;
    /// Write notification rules and templates; hold, release, cancel, retry messages; manage endpoints.
    ManageNotices => "notices.manage", Lead;
    /// Sign a cohort's gates.
    SignGates => "gates.sign", Lead;
    /// Say that a gate is passed although not everything is met, with a reason.
    OverrideGates => "gates.override", Lead;
    /// Say yes to what a gate asks of a person.
    ApproveGates => "gates.approve", Operator;
    /// Write drafts for the status page: texts, incidents, updates, templates.
    EditPage => "status_page.edit", Operator;
    /// Publish the status page or take it back.
    PublishPage => "status_page.publish", Lead;
    /// Stop or remove subscribers of the status page, and take their list away as a file.
    ManageSubscribers => "subscribers.manage", Lead;
    /// Add users, change their role, disable them, make a new link.
    ManageUsers => "users.manage", Admin;
    /// Make the keys with which other systems sign what they send.
    ManageHooks => "hooks.manage", Admin;
    /// Read and verify the audit log.
    ReadAudit => "audit.read", Admin;
    /// Erase a person's data.
    ErasePersons => "persons.erase", Admin;
}

/// The one place that decides what a role may do.
pub fn allows(role: Role, action: Action) -> bool {
    role >= action.least_role()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_includes_the_one_before() {
        for action in Action::ALL {
            for pair in Role::ALL.windows(2) {
                assert!(!allows(pair[0], *action) || allows(pair[1], *action), "{action:?} {pair:?}");
            }
        }
    }

    /// The reviewed table: a change of permissions shows in this file's diff.
    #[test]
    fn table_of_permissions_is_as_reviewed() {
        let mut table = String::from("action                     viewer operator lead  admin\n");
        for action in Action::ALL {
            let cells: Vec<_> = Role::ALL.iter().map(|role| if allows(*role, *action) { "yes" } else { "-" }).collect();
            let line = format!("{:<26} {:<6} {:<8} {:<5} {}", action.code(), cells[0], cells[1], cells[2], cells[3]);
            table.push_str(line.trim_end());
            table.push('\n');
        }
        assert_eq!(table, include_str!("policy.snapshot.txt"));
    }
}
