//! What can be done from the palette by typing a few letters of it: places to go to, views to open, a look to choose.

use super::ViewLink;
use crate::api::migrations::MigrationSummary;
use crate::api::session::Me;
use crate::shell::Theme;
use domain::policy::Action;
use domain::search::{Rank, fold};
use domain::state::MoveKind;
use domain::status::Status;

/// A line of the list that does something.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    pub icon: &'static str,
    pub label: String,
    /// The words below it.
    pub note: String,
    /// Other words that it is found by.
    pub synonyms: &'static str,
    pub run: Run,
    /// The rule that refuses it; it stays visible then.
    pub refused: Option<String>,
}

/// What a command does.
#[derive(Clone, Debug, PartialEq)]
pub enum Run {
    /// Goes to an address of this site.
    Go(String),
    Look(Theme),
    Shortcuts,
    // Of the account that was chosen:
    CopySentence,
    Move(MoveKind),
    Owner,
    Cohort,
}

impl Command {
    pub fn new(icon: &'static str, label: impl Into<String>, note: impl Into<String>, run: Run) -> Command {
        Command { icon, label: label.into(), note: note.into(), synonyms: "", run, refused: None }
    }

    fn also(self, synonyms: &'static str) -> Command {
        Command { synonyms, ..self }
    }

    /// Whether each of the words begins a word of what it says; `words` are folded.
    pub fn fits(&self, words: &[&str]) -> bool {
        let text = fold(&format!("{} {} {}", self.label, self.note, self.synonyms));
        let starts =
            |word: &&str| text.match_indices(*word).any(|(index, _)| !text[..index].ends_with(char::is_alphanumeric));
        words.iter().all(starts)
    }
}

/// Commands that are listed before anybody types.
const FIRST_MAX: usize = 7;
/// Commands that fit what was typed.
const FITTING_MAX: usize = 8;

/// Everything that this user can do from here. `slug` is the migration whose page is open.
pub fn all(me: &Me, migrations: &[MigrationSummary], slug: Option<&str>, views: &[ViewLink]) -> Vec<Command> {
    let go =
        |icon, label: &str, note: &str, address: &str| Command::new(icon, label, note, Run::Go(address.to_owned()));
    let saved = views.iter().map(|view| go("eye", &view.name, "Saved view", &view.address).also("open view"));
    let mut commands: Vec<Command> = saved.collect();
    // The migration at hand first.
    let (here, others): (Vec<_>, Vec<_>) =
        migrations.iter().partition(|summary| Some(summary.migration.settings.slug.as_str()) == slug);
    for summary in here.iter().chain(&others) {
        of_migration(me, summary, &mut commands);
    }
    let places = [
        (None, "migrations", "Migrations", "All migrations", "/", "go to home list"),
        (Some(Action::ManageMigrations), "plus", "New migration", "Starts as a draft", "/new", "create add"),
        (Some(Action::ManageUsers), "users", "Users", "Who may do what", "/users", "go to people roles invite"),
        (
            Some(Action::ReadAudit),
            "audit",
            "Audit log",
            "Every change and every denied attempt",
            "/audit",
            "go to events",
        ),
        (
            Some(Action::ErasePersons),
            "erase",
            "Erasure",
            "Erase a person's data",
            "/erasure",
            "go to privacy gdpr delete",
        ),
    ];
    for (action, icon, label, note, address, synonyms) in places {
        if action.is_none_or(|action| me.may(action)) {
            commands.push(go(icon, label, note, address).also(synonyms));
        }
    }
    commands.push(
        Command::new("info", "Keyboard shortcuts", "The key ? lists them, too", Run::Shortcuts).also("help keys"),
    );
    for theme in Theme::ALL {
        let label = format!("Appearance: {}", theme.label().to_lowercase());
        commands.push(Command::new("eye", label, "Kept in this browser", Run::Look(theme)).also("theme mode colours"));
    }
    commands
}

fn of_migration(me: &Me, summary: &MigrationSummary, commands: &mut Vec<Command>) {
    let settings = &summary.migration.settings;
    let name = &settings.name;
    let go = |icon, label: &str, rest: &str, synonyms| {
        Command::new(icon, label, name.clone(), Run::Go(format!("/m/{}/{rest}", settings.slug))).also(synonyms)
    };
    commands.push(go("rows", "Accounts", "accounts", "go to table customers"));
    commands.push(go("group", "Cohorts", "cohorts", "go to waves gates"));
    if me.may(Action::ImportAccounts) {
        commands.push(go("upload", "Imports", "imports", "go to csv xlsx spreadsheet upload"));
    }
    commands.push(go("settings", "Settings", "settings", "go to deadline status page"));
    commands.push(go("users", "My accounts", &format!("accounts?owner={}", me.id), "open view mine owner"));
    for status in Status::ALL {
        let label = format!("{} accounts", status.label());
        commands.push(go(status.css(), &label, &format!("accounts?status={}", status.code()), "open view filter"));
    }
}

/// The commands that fit the words, those first whose label begins with them; without words the first few.
pub fn fitting(commands: &[Command], typed: &str) -> Vec<Command> {
    let folded = fold(typed);
    let words: Vec<&str> = folded.split_whitespace().collect();
    if words.is_empty() {
        return commands.iter().filter(|command| worth_listing(command)).take(FIRST_MAX).cloned().collect();
    }
    let mut found: Vec<&Command> = commands.iter().filter(|command| command.fits(&words)).collect();
    let whole = words.join(" ");
    found.sort_by_key(|command| !fold(&command.label).starts_with(&whole));
    found.into_iter().take(FITTING_MAX).cloned().collect()
}

/// Of what nobody asked for yet: no view by status and no looks.
fn worth_listing(command: &Command) -> bool {
    !matches!(command.run, Run::Look(_)) && !command.synonyms.contains("filter")
}

/// Whether commands stand above the accounts: somebody types the name of one, and no account is meant as clearly.
pub fn lead(commands: &[Command], best: Option<Rank>, typed: &str) -> bool {
    let typed = fold(typed.trim());
    let named =
        typed.chars().count() > 2 && commands.first().is_some_and(|command| fold(&command.label).starts_with(&typed));
    named && best.is_none_or(|rank| rank > Rank::NameStart)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::MigrationId;
    use domain::migration::{Migration, MigrationSettings, MigrationStage};
    use domain::policy::Role;
    use domain::status::StatusCounts;

    fn me(role: Role) -> Me {
        Me { id: "u1".into(), name: "Ines".into(), email: String::new(), role }
    }

    fn summary(name: &str, slug: &str) -> MigrationSummary {
        let settings = MigrationSettings {
            name: name.into(),
            public_name: String::new(),
            slug: slug.into(),
            description: String::new(),
            deadline: "2026-06-30".parse().unwrap(),
            time_zone: "UTC".into(),
            rollback_days: None,
            blackouts: Vec::new(),
            weekends: false,
        };
        let id = MigrationId::from(slug);
        let migration =
            Migration { id, stage: MigrationStage::Running, settings, published: false, fields: Vec::new() };
        MigrationSummary {
            migration,
            counts: StatusCounts::default(),
            promises: Default::default(),
            cohorts: 0,
            days_left: 1,
        }
    }

    fn labels(commands: &[Command]) -> Vec<String> {
        commands.iter().map(|command| format!("{} · {}", command.label, command.note)).collect()
    }

    #[test]
    fn a_role_is_offered_what_it_may_do() {
        let migrations = [summary("Ledger 3", "ledger-3")];
        for (role, users, imports) in
            [(Role::Viewer, false, false), (Role::Lead, false, true), (Role::Admin, true, true)]
        {
            let all = all(&me(role), &migrations, None, &[]);
            let has = |label: &str| all.iter().any(|command| command.label == label);
            assert_eq!((has("Users"), has("Audit log"), has("Imports")), (users, users, imports), "{role:?}");
            assert!(has("Accounts") && has("Migrations") && has("Blocked accounts"));
        }
    }

    #[test]
    fn commands_are_found_by_the_starts_of_their_words() {
        let migrations = [summary("Ledger 3", "ledger-3"), summary("EU data", "eu")];
        let all = all(&me(Role::Admin), &migrations, Some("eu"), &[]);
        let find = |typed: &str| labels(&fitting(&all, typed));
        assert_eq!(find("go cohorts"), ["Cohorts · EU data", "Cohorts · Ledger 3"]);
        assert_eq!(find("coh ledg"), ["Cohorts · Ledger 3"]);
        assert_eq!(find("Blöcked eu"), ["Blocked accounts · EU data"]);
        assert!(find("ohorts").is_empty());
        let first = find("");
        assert_eq!(first.len(), FIRST_MAX);
        assert_eq!(first[0], "Accounts · EU data");
    }

    #[test]
    fn a_saved_view_is_a_command_and_a_named_command_leads() {
        let view = ViewLink { name: "Late ones".into(), address: "/m/eu/accounts?sort=date".into() };
        let all = all(&me(Role::Viewer), &[], None, std::slice::from_ref(&view));
        let found = fitting(&all, "late");
        assert_eq!(found[0].run, Run::Go(view.address));
        assert!(lead(&found, None, "late") && lead(&found, Some(Rank::Typo), "late"));
        assert!(!lead(&found, Some(Rank::NameStart), "late") && !lead(&found, None, "la") && !lead(&[], None, "late"));
    }
}
