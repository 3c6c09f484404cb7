//! A user's way to templates of messages.

use crate::acting::Acting;
use crate::commands::notice_templates::{Save, word_problems};
use crate::commands::{Answer, Command, TemplatesCommand};
use crate::compose::{Addressee, Wanted, addressee, customer_of, facts, of_contact};
use crate::error::StoreError;
use crate::model::{MigrationModel, Model};
use crate::rows::{BodyRow, from_text};
use crate::writer::{new_command_id, random_text};
use domain::account::Account;
use domain::clock::Instant;
use domain::id::{AccountNumber, MigrationId, NoticeTemplateNumber};
use domain::language;
use domain::notice::message::{Content, Message, MessageKey, MessageState};
use domain::notice::render::{Rendered, preview};
use domain::notice::template::{NoticeTemplate, Shown, TemplateDraft, TemplateLook, TemplateSaved, VersionLine};
use domain::notice::variables::{EXAMPLE_PAGE, Variable, variables};
use domain::notice::{Medium, NoticeKind, Recipient, default_templates};
use domain::policy::Action;

/// A template in the list.
#[derive(Clone, Debug)]
pub struct NoticeTemplateLine {
    pub template: NoticeTemplate,
    /// Who saved the newest version; `None`: it came with the migration.
    pub saved_by: Option<String>,
    /// The names of the rules that use it.
    pub rules: Vec<String>,
}

/// A template with everything that its editor shows.
#[derive(Clone, Debug)]
pub struct NoticeTemplateView {
    pub line: NoticeTemplateLine,
    /// The newest first.
    pub versions: Vec<VersionLine>,
    pub variables: Vec<Variable>,
}

const NO_TEMPLATE: StoreError = StoreError::NotFound("This template does not exist any more.");

impl Acting<'_> {
    /// The templates of a migration, by number.
    pub async fn notice_templates(&self, migration: &MigrationId) -> Result<Vec<NoticeTemplateLine>, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store().model();
        let here = model.migration(migration)?;
        Ok(here.notices.templates_in_use().into_iter().map(|template| line(&model, here, template)).collect())
    }

    /// One template with its versions and the variables that it may use.
    pub async fn notice_template(
        &self,
        migration: &MigrationId,
        number: NoticeTemplateNumber,
    ) -> Result<NoticeTemplateView, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let stored = self.stored_versions(migration, number).await?;
        let model = self.store().model();
        let here = model.migration(migration)?;
        let template = here.notices.template(number).ok_or(NO_TEMPLATE)?;
        let name_of = |template: &NoticeTemplate| template.saved_by.as_ref().map(|by| model.name_of(by));
        let built_in = default_templates::by_number(number).map(|_| VersionLine { version: 0, saved: None });
        let stored = stored.iter().rev().filter(|version| !version.removed).map(|version| VersionLine {
            version: version.version,
            saved: name_of(version).map(|name| (version.saved_at, name)),
        });
        Ok(NoticeTemplateView {
            versions: stored.chain(built_in).collect(),
            variables: variables(template.kind, &here.migration.fields),
            line: line(&model, here, template),
        })
    }

    /// The variables that a template of a kind may use.
    pub async fn notice_variables(
        &self,
        migration: &MigrationId,
        kind: NoticeKind,
    ) -> Result<Vec<Variable>, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        Ok(variables(kind, &self.store().model().migration(migration)?.migration.fields))
    }

    /// An earlier version as it was saved.
    pub async fn notice_template_version(
        &self,
        migration: &MigrationId,
        number: NoticeTemplateNumber,
        version: u32,
    ) -> Result<NoticeTemplate, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        if version == 0 {
            return default_templates::by_number(number).cloned().ok_or(NO_TEMPLATE);
        }
        let stored = self.stored_versions(migration, number).await?;
        let found = stored.into_iter().find(|stored| stored.version == version && !stored.removed);
        found.ok_or(StoreError::NotFound("There is no such version."))
    }

    /// What is wrong with a draft, and how its messages look in every language: about an account, or made up.
    pub async fn look_at_notice_template(
        &self,
        migration: &MigrationId,
        draft: &TemplateDraft,
        account: Option<AccountNumber>,
    ) -> Result<TemplateLook, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store().model();
        let here = model.migration(migration)?;
        let mut problems = word_problems(draft, &here.migration.fields);
        let others = draft.problems([]).into_iter().filter(|problem| !problem.field.contains('.'));
        problems.extend(others.collect::<Vec<_>>());
        let mut reader = "A made-up reader".to_owned();
        let mut messages = std::collections::BTreeMap::new();
        for tag in draft.variants.keys() {
            let seen = self.seen(&model, here, draft, tag, account)?;
            reader = seen.reader;
            let shown = seen.message.map(|(rendered, invented)| Shown {
                subject: rendered.subject,
                text: rendered.text,
                invented,
            });
            messages.insert(tag.clone(), shown);
        }
        Ok(TemplateLook { problems, messages, reader })
    }

    /// The HTML of a draft's message, for a frame of its own.
    pub async fn notice_template_html(
        &self,
        migration: &MigrationId,
        draft: &TemplateDraft,
        tag: &str,
        account: Option<AccountNumber>,
    ) -> Result<Result<String, String>, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store().model();
        let here = model.migration(migration)?;
        let seen = self.seen(&model, here, draft, tag, account)?;
        Ok(seen.message.map(|(rendered, _)| rendered.html))
    }

    /// Saves a new template or a new version. Nothing is written when somebody saved another version meanwhile.
    pub async fn save_notice_template(
        &self,
        migration: &MigrationId,
        number: Option<NoticeTemplateNumber>,
        seen: u32,
        draft: TemplateDraft,
    ) -> Result<TemplateSaved, StoreError> {
        self.save_version(migration, number, seen, draft, None).await
    }

    /// Makes the words of an earlier version the newest one.
    pub async fn restore_notice_template(
        &self,
        migration: &MigrationId,
        number: NoticeTemplateNumber,
        seen: u32,
        version: u32,
    ) -> Result<TemplateSaved, StoreError> {
        self.allow(Action::ManageNotices).await?;
        let earlier = self.notice_template_version(migration, number, version).await?;
        self.save_version(migration, Some(number), seen, TemplateDraft::from(&earlier), Some(version)).await
    }

    async fn save_version(
        &self,
        migration: &MigrationId,
        number: Option<NoticeTemplateNumber>,
        seen: u32,
        draft: TemplateDraft,
        restored: Option<u32>,
    ) -> Result<TemplateSaved, StoreError> {
        let permit = self.allow(Action::ManageNotices).await?;
        let by = self.caller().user.clone();
        let save = Save { migration: migration.clone(), number, seen, draft, restored, by };
        let command = Command::NoticeTemplates(Box::new(TemplatesCommand::Save(save)));
        match self.submit(permit, command).await? {
            Answer::NoticeTemplate(outcome) => Ok(*outcome),
            _ => Err(StoreError::Stopping),
        }
    }

    /// Takes a template away that no rule uses.
    pub async fn remove_notice_template(
        &self,
        migration: &MigrationId,
        number: NoticeTemplateNumber,
        seen: u32,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageNotices).await?;
        let by = self.caller().user.clone();
        let command = TemplatesCommand::Remove { migration: migration.clone(), number, seen, by };
        self.submit(permit, Command::NoticeTemplates(Box::new(command))).await.map(|_| ())
    }

    /// Sends the draft's message in a language to the caller, to see how it arrives. Answers the address.
    pub async fn send_test_message(
        &self,
        migration: &MigrationId,
        draft: &TemplateDraft,
        tag: &str,
        account: Option<AccountNumber>,
    ) -> Result<String, StoreError> {
        let permit = self.allow(Action::ManageNotices).await?;
        let now = self.store().inner.clock.now();
        let (customer, message, content) = {
            let model = self.store().model();
            let here = model.migration(migration)?;
            let seen = self.seen(&model, here, draft, tag, account)?;
            let (rendered, _) = seen.message.map_err(|why| StoreError::Refused(format!("Nothing was sent. {why}")))?;
            let me = model.users.get(&self.caller().user).map(|stored| &stored.user);
            let me = me.ok_or(StoreError::NotFound("This user does not exist any more."))?;
            let to = Recipient::User(me.id.clone());
            let Rendered { language, subject, text, html } = rendered;
            let subject = format!("[Test] {subject}");
            let content = Content { address: me.email.clone(), name: me.name.clone(), language, subject, text, html };
            let customer =
                account.and_then(|number| here.table.account(number)).map(|account| account.customer.clone());
            (customer, test_message(to, now), content)
        };
        let address = content.address.clone();
        let command = TemplatesCommand::SendTest {
            migration: migration.clone(),
            customer,
            message: Box::new(message),
            content: Box::new(content),
        };
        self.submit(permit, Command::NoticeTemplates(Box::new(command))).await?;
        Ok(address)
    }

    /// A draft's message as its reader would see it.
    fn seen(
        &self,
        model: &Model,
        here: &MigrationModel,
        draft: &TemplateDraft,
        tag: &str,
        account: Option<AccountNumber>,
    ) -> Result<Seen, StoreError> {
        let fields = &here.migration.fields;
        let account = match account {
            Some(number) => {
                let found = here.table.account(number).filter(|account| !account.removed);
                Some(found.ok_or(StoreError::NotFound("This account does not exist."))?)
            }
            None => None,
        };
        let Some(account) = &account else {
            let message = preview(draft, tag, fields, None).map_err(|problem| problem.to_string());
            return Ok(Seen { reader: "A made-up reader".to_owned(), message });
        };
        let now = self.store().inner.clock.now();
        let wanted = self.wanted(model, draft.kind, account, now);
        let own_zone = &here.migration.settings.time_zone;
        let customer = customer_of(model, account);
        let contact = customer.and_then(|customer| Some((customer, customer.profile.contacts.first()?)));
        let reader = match (draft.kind, contact) {
            (NoticeKind::Internal, _) => addressee(model, here, &wanted).ok(),
            (_, Some((customer, contact))) => Some(of_contact(customer, contact, own_zone)),
            (_, None) => None,
        };
        let Some(reader) = reader else {
            let message = Err("This customer has no contact: nothing would be sent.".to_owned());
            return Ok(Seen { reader: "Nobody".to_owned(), message });
        };
        let mut facts = facts(model, here, &wanted, &reader, now);
        // Nobody but the customer sees their link: an example stands for it.
        if here.portal.settings.on && draft.kind != NoticeKind::Internal {
            facts.customer_page = EXAMPLE_PAGE;
        }
        let message = preview(draft, tag, fields, Some(&facts)).map_err(|problem| problem.to_string());
        Ok(Seen { reader: described(&reader), message })
    }

    /// What a message about the account would be, for its facts.
    fn wanted<'a>(&self, model: &Model, kind: NoticeKind, account: &'a Account, now: Instant) -> Wanted<'a> {
        let to = match kind {
            NoticeKind::Internal => Recipient::User(self.caller().user.clone()),
            _ => Recipient::Contact(
                customer_of(model, account).map(|customer| customer.profile.main_contact()).unwrap_or_default(),
            ),
        };
        Wanted {
            key: MessageKey::of_command("preview", &to),
            rule: None,
            kind,
            template: default_templates::NOTICE,
            account: Some(account),
            cohort: None,
            to,
            medium: Medium::Email,
            told_date: None,
            due: now,
            late: false,
            bulk: None,
        }
    }

    /// Every stored version of a template, the oldest first.
    async fn stored_versions(
        &self,
        migration: &MigrationId,
        number: NoticeTemplateNumber,
    ) -> Result<Vec<NoticeTemplate>, StoreError> {
        let mut response = self
            .store()
            .inner
            .db
            .query("SELECT * FROM notice_template:[$migration, $number, 0]..=[$migration, $number, 4294967295]")
            .bind(("migration", migration.0.clone()))
            .bind(("number", i64::from(number.0)))
            .await?
            .check()?;
        let rows: Vec<BodyRow> = response.take(0)?;
        rows.iter().map(|row| from_text(&row.body)).collect()
    }
}

struct Seen {
    reader: String,
    message: Result<(Rendered, Vec<String>), String>,
}

fn line(model: &Model, here: &MigrationModel, template: &NoticeTemplate) -> NoticeTemplateLine {
    NoticeTemplateLine {
        template: template.clone(),
        saved_by: template.saved_by.as_ref().map(|by| model.name_of(by)),
        rules: here.notices.rules_with(template.number),
    }
}

/// `Marta Rossi, German, Europe/Rome`.
fn described(reader: &Addressee<'_>) -> String {
    let name = if reader.name.is_empty() { reader.address.clone() } else { reader.name.clone() };
    let language = (!reader.language.is_empty()).then(|| language::named(&reader.language));
    [Some(name), language, Some(reader.zone.clone())].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A message that goes at once and belongs to no account: nobody's history has it.
fn test_message(to: Recipient, now: Instant) -> Message {
    Message {
        key: MessageKey::of_command(&format!("{}{}", new_command_id().0, random_text(4)), &to),
        rule: None,
        template: None,
        kind: NoticeKind::Internal,
        account: None,
        cohort: None,
        attempt: 0,
        to,
        medium: Medium::Email,
        told_date: None,
        written: now,
        due: now,
        late: false,
        bulk: None,
        rest: None,
        insisted: false,
        state: MessageState::Waiting { tries: 0, answer: String::new() },
    }
}
