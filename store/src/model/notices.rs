//! A migration's rules, templates, messages, flags and endpoints in memory; what messages say stays in the database.

use domain::id::{AccountNumber, EndpointNumber, NoticeRuleNumber, NoticeTemplateNumber};
use domain::notice::Endpoint;
use domain::notice::default_templates;
use domain::notice::flag::Flag;
use domain::notice::message::{Message, MessageKey};
use domain::notice::rule::NoticeRule;
use domain::notice::template::NoticeTemplate;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Everything about notifications of one migration.
#[derive(Default, PartialEq)]
pub(crate) struct Notices {
    pub rules: BTreeMap<NoticeRuleNumber, NoticeRule>,
    /// The newest stored version of each; [`Notices::template`] knows the default ones, too.
    pub templates: BTreeMap<NoticeTemplateNumber, NoticeTemplate>,
    pub endpoints: BTreeMap<EndpointNumber, Endpoint>,
    pub messages: HashMap<MessageKey, Arc<Message>>,
    by_account: HashMap<AccountNumber, Vec<MessageKey>>,
    pub flags: BTreeMap<String, Flag>,
}

impl Notices {
    /// Keeps a message, or what has become of it.
    pub(crate) fn put(&mut self, message: Message) {
        if !self.messages.contains_key(&message.key)
            && let Some(account) = message.account
        {
            self.by_account.entry(account).or_default().push(message.key.clone());
        }
        self.messages.insert(message.key.clone(), Arc::new(message));
    }

    /// Keeps the version of a template if it is the newest.
    pub(crate) fn put_template(&mut self, template: NoticeTemplate) {
        let known = self.templates.get(&template.number);
        if known.is_none_or(|known| known.version <= template.version) {
            self.templates.insert(template.number, template);
        }
    }

    /// The newest version of a template: the stored one, else the one that every migration begins with. `None` when
    /// there is none or it was removed.
    pub(crate) fn template(&self, number: NoticeTemplateNumber) -> Option<&NoticeTemplate> {
        let template = self.templates.get(&number).or_else(|| default_templates::by_number(number))?;
        (!template.removed).then_some(template)
    }

    #[allow(dead_code)]
    /// The messages about an account, in the order in which they were written.
    pub(crate) fn of_account(&self, account: AccountNumber) -> impl Iterator<Item = &Arc<Message>> {
        let keys = self.by_account.get(&account).map(Vec::as_slice).unwrap_or_default();
        keys.iter().filter_map(|key| self.messages.get(key))
    }
}
