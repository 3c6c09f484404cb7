//! The write path: one writer per process takes commands from a queue and commits up to [`BATCH_MAX`] per transaction.
//!
//! Each command is prepared against the model in memory: rule, rows, events. One transaction writes rows and events and
//! compares the heads of the streams, so a second server that wrote first is noticed. Only after the commit is durable
//! does the model change, do listeners hear of it, and is the caller answered.

use crate::audit::Signer;
use crate::bulk::BulkRow;
use crate::commands::{Answer, Command, Context, Extra, Prepared};
use crate::db::{Committed, Db, STALE_HEAD, transact};
use crate::denials::Denials;
use crate::error::StoreError;
use crate::imports::ImportRow;
use crate::journal::{Head, Sealed, Stamp, seal};
use crate::model::{MigrationModel, Model, Write};
use crate::rows::{
    AccountRow, ArrangementRow, BodyRow, CohortRow, CustomerRow, DecisionRow, EventRow, HeadRow, MigrationRow,
    PersonalRow, TemplateRow, UserRow, ViewRow, to_text,
};
use domain::actor::Actor;
use domain::clock::{Clock, Instant};
use domain::event::{Position, Stream};
use domain::id::{AccountNumber, CommandId, MigrationId, UserId};
use domain::live::LiveMessage;
use rand::Rng;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;
use surrealdb::types::{RecordId, SurrealValue};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// Commands per transaction.
pub(crate) const BATCH_MAX: usize = 64;
/// Commands that may wait; more callers wait for room.
const QUEUE_MAX: usize = 1_024;
/// Changes that a slow listener may lag behind before it must take everything anew.
const LISTENER_LAG_MAX: usize = 2_048;
/// Rows that one live message lists; above that, listeners ask for their window anew.
const LIVE_ROWS_MAX: usize = 50;
/// Attempts to commit against other servers that write first.
const ATTEMPTS_MAX: u32 = 8;

/// Everything that is stored. Cheap to share: clone it.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub signer: Signer,
    pub denials: Denials,
    model: RwLock<Model>,
    queue: Mutex<Option<mpsc::Sender<Request>>>,
    changes: broadcast::Sender<Arc<Change>>,
    committed: watch::Sender<u64>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// Something that happened, for open pages. Made once for all listeners.
#[derive(Debug)]
pub struct Change {
    /// Whom it concerns; `None`: every migration's listeners.
    pub migration: Option<MigrationId>,
    pub position: Position,
    /// The live message as JSON text, serialized once.
    pub text: String,
    /// The only user who is told.
    pub only: Option<UserId>,
    /// Users whose sessions have ended.
    pub signed_out: Option<UserId>,
}

/// A command on its way to the writer.
pub(crate) struct Request {
    pub actor: Actor,
    pub from: String,
    pub id: CommandId,
    pub command: Command,
    pub reply: oneshot::Sender<Result<Answer, StoreError>>,
}

#[cfg(test)]
impl Inner {
    pub(crate) fn apply_for_test(&self, write: Write) {
        self.model.write().unwrap_or_else(PoisonError::into_inner).apply(write);
    }
}

impl Store {
    /// Opens the database (`surrealkv://FOLDER?sync=every`, `mem://`, `ws://HOST:PORT`), loads everything, and starts the
    /// writer. The key that signs heads of the log is kept at `key_file`, outside the database.
    pub async fn open(url: &str, key_file: &Path, clock: Arc<dyn Clock>) -> Result<Store, StoreError> {
        let db = crate::db::open(url).await?;
        Store::on(db, Signer::load(key_file)?, clock).await
    }

    pub(crate) async fn on(db: Db, signer: Signer, clock: Arc<dyn Clock>) -> Result<Store, StoreError> {
        let mut model = Model::load(&db).await?;
        model.token_key = signer.token_key();
        let (queue, requests) = mpsc::channel(QUEUE_MAX);
        let (changes, _) = broadcast::channel(LISTENER_LAG_MAX);
        let inner = Arc::new(Inner {
            db,
            clock,
            signer,
            denials: Denials::default(),
            model: RwLock::new(model),
            queue: Mutex::new(Some(queue)),
            changes,
            committed: watch::Sender::new(0),
            writer: Mutex::new(None),
        });
        let writer = tokio::spawn(write_all(inner.clone(), requests));
        *inner.writer.lock().unwrap_or_else(PoisonError::into_inner) = Some(writer);
        Ok(Store { inner })
    }

    /// Tells under which address users reach this server: messages link to it.
    pub fn set_base_url(&self, address: &str) {
        let mut model = self.inner.model.write().unwrap_or_else(PoisonError::into_inner);
        model.base_url = address.trim_end_matches('/').into();
    }

    /// Tells that no mail leaves this server: letters are shown on screen, with links that work.
    pub fn keep_letters(&self) {
        self.inner.model.write().unwrap_or_else(PoisonError::into_inner).mailbox = true;
    }

    /// Stops taking commands, finishes those accepted, and returns when the last is durable.
    pub async fn close(&self) {
        self.inner.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        let writer = self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer
            && let Err(error) = writer.await
        {
            tracing::error!(%error, "the writer ended badly");
        }
    }

    /// Everything that happens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Change>> {
        self.inner.changes.subscribe()
    }

    /// Counts transactions; wakes whoever waits for the next one.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.inner.committed.subscribe()
    }

    /// Whether the database answers and the writer takes commands.
    pub async fn ping(&self) -> Result<(), StoreError> {
        if self.inner.queue.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
            return Err(StoreError::Stopping);
        }
        crate::db::ping(&self.inner.db).await
    }

    /// Commands that wait for the writer.
    pub fn queue_length(&self) -> usize {
        let queue = self.inner.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.as_ref().map_or(0, |queue| queue.max_capacity() - queue.capacity())
    }

    pub(crate) fn model(&self) -> RwLockReadGuard<'_, Model> {
        self.inner.model.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, at most a second, until the model has read up to this position.
    pub(crate) async fn wait_for(&self, migration: &MigrationId, position: &Position) {
        let mut committed = self.commits();
        let reached = async {
            while !self.model().position(migration).covers(position) {
                if committed.changed().await.is_err() {
                    return;
                }
            }
        };
        // After a second the caller gets what there is, with its position.
        tokio::time::timeout(Duration::from_secs(1), reached).await.ok();
    }

    /// Hands a command to the writer and waits until it is durable.
    pub(crate) async fn submit(
        &self,
        actor: Actor,
        from: String,
        id: CommandId,
        command: Command,
    ) -> Result<Answer, StoreError> {
        let queue = self.inner.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let queue = queue.ok_or(StoreError::Stopping)?;
        let (reply, answer) = oneshot::channel();
        queue.send(Request { actor, from, id, command, reply }).await.map_err(|_| StoreError::Stopping)?;
        drop(queue);
        answer.await.map_err(|_| StoreError::Stopping)?
    }
}

/// A fresh command id for commands that no browser repeats.
pub(crate) fn new_command_id() -> CommandId {
    CommandId(random_text(20))
}

/// Random text of small letters and digits; 20 characters carry 100 bits.
pub(crate) fn random_text(length: usize) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnopqrstuvwxyz2345678";
    let mut rng = rand::rng();
    (0..length).map(|_| char::from(LETTERS[rng.random_range(0..LETTERS.len())])).collect()
}

async fn write_all(inner: Arc<Inner>, mut requests: mpsc::Receiver<Request>) {
    let mut waiting: Option<Request> = None;
    loop {
        let first = match waiting.take() {
            Some(request) => request,
            None => match requests.recv().await {
                Some(request) => request,
                None => return,
            },
        };
        let mut batch = vec![first];
        // Commands about different accounts do not see each other, so they share a transaction and its sync to
        // disk; the first command that could see another's effect opens the next batch.
        let mut accounts: HashSet<(MigrationId, AccountNumber)> = HashSet::new();
        if let Some(account) = batch[0].command.single_account() {
            accounts.insert(account);
            while batch.len() < BATCH_MAX
                && let Ok(request) = requests.try_recv()
            {
                let shares = request.command.single_account().is_some_and(|account| accounts.insert(account));
                if !shares {
                    waiting = Some(request);
                    break;
                }
                batch.push(request);
            }
        }
        commit(&inner, batch).await;
    }
}

/// A command that was prepared, with what the world hears of it.
struct Ready {
    request: Request,
    prepared: Prepared,
    positions: BTreeMap<MigrationId, Position>,
    workspace: u64,
}

/// What one transaction writes.
#[derive(Default)]
struct Transaction {
    at: Instant,
    sealed: Vec<Sealed>,
    /// Streams with the head that they must have and the one that they get.
    heads: BTreeMap<Stream, (Head, Head)>,
}

async fn commit(inner: &Arc<Inner>, mut batch: Vec<Request>) {
    for attempt in 1..=ATTEMPTS_MAX {
        let repeated = match repeated_commands(inner, &batch).await {
            Ok(repeated) => repeated,
            Err(error) => return answer_all(batch, &error),
        };
        let (ready, transaction) = prepare(inner, batch, &repeated);
        if ready.is_empty() {
            return;
        }
        match write(inner, &ready, &transaction).await {
            Ok(Committed::Yes) => return publish(inner, ready, transaction),
            Ok(Committed::Conflict) => tracing::info!(attempt, "another server wrote first"),
            Err(error) => {
                tracing::error!(%error, "a transaction failed");
                // Whether it reached the disk is not known, so the truth is read again before anything else.
                reload(inner).await;
                return answer_all(ready.into_iter().map(|ready| ready.request).collect(), &error);
            }
        }
        batch = ready.into_iter().map(|ready| ready.request).collect();
        let pause = Duration::from_millis(rand::rng().random_range(1..20 * u64::from(attempt)));
        tokio::time::sleep(pause).await;
        reload(inner).await;
    }
    answer_all(batch, &StoreError::Stopping);
}

async fn reload(inner: &Arc<Inner>) {
    match Model::load(&inner.db).await {
        Ok(model) => {
            let mut present = inner.model.write().unwrap_or_else(PoisonError::into_inner);
            let (base_url, token_key) = (present.base_url.clone(), present.token_key.clone());
            let mailbox = present.mailbox;
            *present = Model { base_url, token_key, mailbox, ..model };
        }
        Err(error) => tracing::error!(%error, "the model could not be read again"),
    }
}

fn answer_all(batch: Vec<Request>, error: &StoreError) {
    let text = error.to_string();
    for request in batch {
        // A caller that went away needs no answer.
        request.reply.send(Err(StoreError::Refused(format!("Nothing was changed. {text}")))).ok();
    }
}

/// Which of the commands are in the log already.
async fn repeated_commands(inner: &Inner, batch: &[Request]) -> Result<HashSet<String>, StoreError> {
    let ids: Vec<String> =
        batch.iter().filter(|request| request.command.may_repeat()).map(|request| request.id.0.clone()).collect();
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let mut response =
        inner.db.query("SELECT VALUE command FROM event WHERE command IN $ids").bind(("ids", ids)).await?.check()?;
    let known: Vec<String> = response.take(0)?;
    Ok(known.into_iter().collect())
}

/// Prepares the commands in order; what a rule refuses is answered here and writes nothing.
fn prepare(inner: &Inner, batch: Vec<Request>, repeated: &HashSet<String>) -> (Vec<Ready>, Transaction) {
    let model = inner.model.read().unwrap_or_else(PoisonError::into_inner);
    let at = inner.clock.now();
    let mut transaction = Transaction { at, ..Transaction::default() };
    let mut ready = Vec::new();
    for request in batch {
        let head = |stream: &Stream, transaction: &Transaction| {
            let sealed = transaction.heads.get(stream).map(|(_, now)| now.clone());
            sealed.or_else(|| model.heads.get(stream).cloned()).unwrap_or_default()
        };
        let next_seq = |stream: &Stream| head(stream, &transaction).seq + 1;
        let context = Context { model: &model, now: at, next_seq: &next_seq };
        let outcome = match repeated.contains(request.id.as_str()) {
            true => request.command.answer_again(&context),
            false => request.command.prepare(&context),
        };
        let prepared = match outcome {
            Ok(prepared) => prepared,
            Err(error) => {
                request.reply.send(Err(error)).ok();
                continue;
            }
        };
        if prepared.writes_nothing() {
            request.reply.send(Ok(prepared.answer)).ok();
            continue;
        }
        let stamp = Stamp { actor: &request.actor, from: &request.from, command: &request.id, at };
        for draft in &prepared.drafts {
            let mut now = head(&draft.stream, &transaction);
            let before = now.clone();
            transaction.sealed.push(seal(draft, &stamp, &mut now));
            let moved = transaction.heads.entry(draft.stream.clone()).or_insert_with(|| (before, Head::default()));
            moved.1 = now;
        }
        let workspace = head(&Stream::Workspace, &transaction).seq;
        let positions = prepared
            .migrations()
            .into_iter()
            .map(|id| {
                let seq = head(&Stream::Migration(id.clone()), &transaction).seq;
                (id, Position { workspace, migration: seq })
            })
            .collect();
        ready.push(Ready { request, prepared, positions, workspace });
    }
    (ready, transaction)
}

/// Rows of each table that one transaction writes, as it binds them.
#[derive(Default)]
struct Rows {
    migrations: Vec<MigrationRow>,
    cohorts: Vec<CohortRow>,
    decisions: Vec<DecisionRow>,
    accounts: Vec<AccountRow>,
    customers: Vec<CustomerRow>,
    users: Vec<UserRow>,
    imports: Vec<ImportRow>,
    views: Vec<ViewRow>,
    templates: Vec<TemplateRow>,
    arrangements: Vec<ArrangementRow>,
    bulks: Vec<BulkRow>,
    notice_rules: Vec<BodyRow>,
    notice_templates: Vec<BodyRow>,
    messages: Vec<BodyRow>,
    flags: Vec<BodyRow>,
    endpoints: Vec<BodyRow>,
    tickets: Vec<BodyRow>,
    customer_pages: Vec<BodyRow>,
    customer_links: Vec<BodyRow>,
    customer_requests: Vec<BodyRow>,
    subscribers: Vec<BodyRow>,
    occasions: Vec<BodyRow>,
    status_pages: Vec<BodyRow>,
    components: Vec<BodyRow>,
    incidents: Vec<BodyRow>,
    incident_templates: Vec<BodyRow>,
}

impl Rows {
    fn add(&mut self, write: &Write) {
        match write {
            Write::Migration(migration) => self.migrations.push(migration.into()),
            Write::Cohort(migration, cohort) => self.cohorts.push(CohortRow::new(migration, cohort)),
            Write::Decision(migration, decision) => self.decisions.push(DecisionRow::new(migration, decision)),
            Write::Account(migration, account) => self.accounts.push(AccountRow::new(migration, account)),
            Write::Customer(customer) => self.customers.push(customer.into()),
            Write::User(user) => self.users.push(user.into()),
            Write::Import(import) => self.imports.push((&**import).into()),
            Write::View(view) => self.views.push(view.into()),
            Write::Template(template) => self.templates.push(template.into()),
            Write::Arrangement(user, migration, arrangement) => {
                self.arrangements.push(ArrangementRow::new(user, migration, arrangement));
            }
            // Its row is deleted by a statement of its own.
            Write::NoView(_) | Write::NoTemplate(_) => {}
            Write::Bulk(bulk) => self.bulks.push((&**bulk).into()),
            Write::NoticeRule(migration, rule) => {
                let key = vec![i64::from(rule.number.0).into_value()];
                self.notice_rules.push(BodyRow::new("notice_rule", migration.as_str(), key, rule));
            }
            Write::NoticeTemplate(migration, template) => {
                let key = vec![i64::from(template.number.0).into_value(), i64::from(template.version).into_value()];
                self.notice_templates.push(BodyRow::new("notice_template", migration.as_str(), key, template));
            }
            Write::Message(migration, message) => {
                let key = vec![message.key.0.clone().into_value()];
                self.messages.push(BodyRow::new("message", migration.as_str(), key, message));
            }
            Write::Flag(migration, flag) => {
                let key = vec![flag.key().into_value()];
                self.flags.push(BodyRow::new("flag", migration.as_str(), key, flag));
            }
            Write::Endpoint(migration, endpoint) => {
                let key = vec![i64::from(endpoint.number.0).into_value()];
                self.endpoints.push(BodyRow::new("endpoint", migration.as_str(), key, endpoint));
            }
            Write::Ticket(ticket) => self.tickets.push(BodyRow::of_workspace("ticket", &ticket.id, ticket)),
            Write::CustomerPage(migration, settings) => {
                self.customer_pages.push(BodyRow::new("customer_page", migration.as_str(), Vec::new(), settings));
            }
            Write::CustomerLink(migration, link) => {
                let key = vec![link.id.0.clone().into_value()];
                self.customer_links.push(BodyRow::new("customer_link", migration.as_str(), key, link));
            }
            Write::CustomerRequest(migration, request) => {
                let key = vec![i64::from(request.number.0).into_value()];
                self.customer_requests.push(BodyRow::new("customer_request", migration.as_str(), key, request));
            }
            Write::Subscriber(migration, subscriber) => {
                let key = vec![i64::from(subscriber.number.0).into_value()];
                self.subscribers.push(BodyRow::new("subscriber", migration.as_str(), key, subscriber));
            }
            Write::Occasion(migration, noted) => {
                let key = vec![noted.occasion.key().into_value()];
                self.occasions.push(BodyRow::new("occasion", migration.as_str(), key, noted));
            }
            Write::StatusPage(migration, page) => {
                self.status_pages.push(BodyRow::new("status_page", migration.as_str(), Vec::new(), page));
            }
            Write::Component(migration, component) => {
                let key = vec![i64::from(component.number.0).into_value()];
                self.components.push(BodyRow::new("component", migration.as_str(), key, component));
            }
            Write::Incident(migration, incident) => {
                let key = vec![i64::from(incident.number.0).into_value()];
                self.incidents.push(BodyRow::new("incident", migration.as_str(), key, incident));
            }
            Write::IncidentTemplate(migration, template) => {
                let key = vec![i64::from(template.number.0).into_value()];
                self.incident_templates.push(BodyRow::new("incident_template", migration.as_str(), key, template));
            }
        }
    }
}

/// A row of which a part must still be as it was read: for what is written without an event, so that no head shows it.
#[derive(Clone, SurrealValue)]
pub(crate) struct ExpectedRow {
    pub id: RecordId,
    /// What its body must contain.
    pub part: String,
}

#[derive(SurrealValue)]
struct HeadMove {
    row: HeadRow,
    expected: u64,
}

async fn write(inner: &Inner, ready: &[Ready], transaction: &Transaction) -> Result<Committed, StoreError> {
    let mut rows = Rows::default();
    ready.iter().flat_map(|ready| &ready.prepared.writes).for_each(|write| rows.add(write));
    let heads: Vec<HeadMove> = transaction
        .heads
        .iter()
        .map(|(stream, (before, now))| HeadMove {
            row: HeadRow {
                id: RecordId::new("head", stream.key()),
                stream: stream.key().to_owned(),
                seq: now.seq,
                hash: now.hash.clone(),
            },
            expected: before.seq,
        })
        .collect();
    let events: Vec<EventRow> = transaction.sealed.iter().map(|sealed| sealed.event.clone()).collect();
    let personal: Vec<PersonalRow> = transaction.sealed.iter().filter_map(|sealed| sealed.personal.clone()).collect();

    let mut script = String::from("BEGIN;");
    if !heads.is_empty() {
        script.push_str(&format!(
            "FOR $h IN $heads {{
                LET $id = $h.row.id;
                IF $h.expected = 0 {{ CREATE $id CONTENT $h.row RETURN NONE }} ELSE {{
                    LET $moved = (UPDATE $id SET seq = $h.row.seq, hash = $h.row.hash WHERE seq = $h.expected RETURN AFTER);
                    IF array::is_empty($moved) {{ THROW '{STALE_HEAD}' }};
                }};
            }};
            INSERT INTO event $events RETURN NONE;"
        ));
    }
    let expected: Vec<ExpectedRow> = ready.iter().flat_map(|ready| ready.prepared.expected.clone()).collect();
    if !expected.is_empty() {
        script.push_str(&format!(
            "FOR $e IN $expected {{
                LET $row = $e.id;
                LET $body = (SELECT VALUE body FROM ONLY $row);
                IF !string::contains($body ?? '', $e.part) {{ THROW '{STALE_HEAD}' }};
            }};"
        ));
    }
    let created = |of: fn(&Prepared) -> usize| ready.iter().map(|ready| of(&ready.prepared)).sum::<usize>();
    put(&mut script, "migration", rows.migrations.len(), 0);
    put(&mut script, "cohort", rows.cohorts.len(), 0);
    // Decisions are only ever added.
    put(&mut script, "gate_decision", rows.decisions.len(), rows.decisions.len());
    put(&mut script, "user", rows.users.len(), 0);
    put(&mut script, "import", rows.imports.len(), 0);
    put(&mut script, "view", rows.views.len(), 0);
    put(&mut script, "template", rows.templates.len(), 0);
    put(&mut script, "arrangement", rows.arrangements.len(), 0);
    put(&mut script, "bulk", rows.bulks.len(), 0);
    put(&mut script, "notice_rule", rows.notice_rules.len(), 0);
    put(&mut script, "notice_template", rows.notice_templates.len(), 0);
    put(&mut script, "message", rows.messages.len(), created(|prepared| prepared.created_messages));
    put(&mut script, "flag", rows.flags.len(), 0);
    put(&mut script, "endpoint", rows.endpoints.len(), 0);
    put(&mut script, "ticket", rows.tickets.len(), 0);
    put(&mut script, "customer_page", rows.customer_pages.len(), 0);
    put(&mut script, "customer_link", rows.customer_links.len(), created(|prepared| prepared.created_links));
    put(&mut script, "customer_request", rows.customer_requests.len(), 0);
    put(&mut script, "subscriber", rows.subscribers.len(), 0);
    put(&mut script, "occasion", rows.occasions.len(), 0);
    put(&mut script, "status_page", rows.status_pages.len(), 0);
    put(&mut script, "component", rows.components.len(), 0);
    put(&mut script, "incident", rows.incidents.len(), 0);
    put(&mut script, "incident_template", rows.incident_templates.len(), 0);
    put(&mut script, "customer", rows.customers.len(), created(|prepared| prepared.created_customers));
    put(&mut script, "account", rows.accounts.len(), created(|prepared| prepared.created_accounts));
    if !personal.is_empty() {
        script.push_str("INSERT INTO personal $personal RETURN NONE;");
    }
    let extras: Vec<&Extra> = ready.iter().flat_map(|ready| &ready.prepared.extras).collect();
    for (index, extra) in extras.iter().enumerate() {
        script.push_str(&extra.statement(index));
    }
    script.push_str("COMMIT;");
    let mut query = inner
        .db
        .query(script)
        .bind(("heads", heads))
        .bind(("events", events))
        .bind(("expected", expected))
        .bind(("personal", personal))
        .bind(("migration_rows", rows.migrations))
        .bind(("cohort_rows", rows.cohorts))
        .bind(("gate_decision_rows", rows.decisions))
        .bind(("account_rows", rows.accounts))
        .bind(("customer_rows", rows.customers))
        .bind(("user_rows", rows.users))
        .bind(("import_rows", rows.imports))
        .bind(("view_rows", rows.views))
        .bind(("template_rows", rows.templates))
        .bind(("arrangement_rows", rows.arrangements))
        .bind(("bulk_rows", rows.bulks))
        .bind(("notice_rule_rows", rows.notice_rules))
        .bind(("notice_template_rows", rows.notice_templates))
        .bind(("message_rows", rows.messages))
        .bind(("flag_rows", rows.flags))
        .bind(("endpoint_rows", rows.endpoints))
        .bind(("ticket_rows", rows.tickets))
        .bind(("customer_page_rows", rows.customer_pages))
        .bind(("customer_link_rows", rows.customer_links))
        .bind(("customer_request_rows", rows.customer_requests))
        .bind(("subscriber_rows", rows.subscribers))
        .bind(("occasion_rows", rows.occasions))
        .bind(("status_page_rows", rows.status_pages))
        .bind(("component_rows", rows.components))
        .bind(("incident_rows", rows.incidents))
        .bind(("incident_template_rows", rows.incident_templates));
    for (index, extra) in extras.into_iter().enumerate() {
        query = extra.bind(query, index);
    }
    transact(query).await
}

/// Writes a table's rows. An import creates many at once: one INSERT is several times faster than single statements. Other
/// rows mostly exist: an UPSERT would try in vain to create each before it changes it.
fn put(script: &mut String, table: &str, rows: usize, created: usize) {
    if rows == 0 {
        return;
    }
    script.push_str(&match created == rows {
        true => format!("INSERT INTO {table} ${table}_rows RETURN NONE;"),
        false => format!(
            "FOR $row IN ${table}_rows {{
                LET $id = $row.id;
                IF array::is_empty((UPDATE $id CONTENT $row RETURN VALUE id)) {{ CREATE $id CONTENT $row RETURN NONE }};
            }};"
        ),
    });
}

/// After the commit: the model changes, callers are answered, listeners hear of it, in log order.
fn publish(inner: &Inner, mut ready: Vec<Ready>, transaction: Transaction) {
    let mut changes = Vec::new();
    {
        let mut model = inner.model.write().unwrap_or_else(PoisonError::into_inner);
        for (stream, (_, now)) in transaction.heads {
            if let Stream::Migration(id) = &stream {
                model.changed_at.insert(id.clone(), transaction.at);
            }
            model.heads.insert(stream, now);
        }
        for ready in &ready {
            for write in &ready.prepared.writes {
                model.apply(write.clone());
            }
            changes.extend(changes_of(&model, ready));
        }
        for ready in &mut ready {
            // What else the transaction did to the row belongs to the answer: the messages that the edit caused.
            let Some((id, number)) = ready.request.command.single_account() else { continue };
            let row = model.migrations.get(&id).and_then(|migration| migration.table.row(number));
            if let (Answer::Edited(result), Some(row)) = (&mut ready.prepared.answer, row) {
                result.row = row.clone();
            }
        }
    }
    inner.committed.send_modify(|count| *count += 1);
    for change in changes {
        // Nobody listening is no error.
        inner.changes.send(Arc::new(change)).ok();
    }
    for ready in ready {
        let answer = ready.prepared.answer.at(&ready.positions);
        ready.request.reply.send(Ok(answer)).ok();
    }
}

fn changes_of(model: &Model, ready: &Ready) -> Vec<Change> {
    let mut changes = Vec::new();
    let prepared = &ready.prepared;
    let rows_message = |migration: &MigrationModel, rows: Vec<AccountNumber>, position: Position| {
        let by = ready.request.actor.user().cloned();
        let gone = rows.iter().any(|number| migration.table.row(*number).is_none());
        if rows.len() > LIVE_ROWS_MAX || gone || prepared.resync {
            LiveMessage::Resync { position }
        } else {
            let rows = rows.iter().filter_map(|number| migration.table.row(*number).cloned()).collect();
            LiveMessage::Rows { position, by, rows }
        }
    };
    for (id, position) in &ready.positions {
        let Some(migration) = model.migrations.get(id) else { continue };
        let rows = prepared.rows_of(id, migration);
        // One message per position: where rows and the frame changed together, everything is asked for anew.
        let text = to_text(&match (prepared.overview, rows.is_empty()) {
            (true, true) => LiveMessage::Overview { position: *position },
            (true, false) => LiveMessage::Resync { position: *position },
            (false, _) => rows_message(migration, rows, *position),
        });
        changes.push(Change { migration: Some(id.clone()), position: *position, text, only: None, signed_out: None });
    }
    // Rows show names and contacts of the directory: a customer's change is told in all its other migrations, too.
    for (id, migration) in &model.migrations {
        if prepared.rows_anew || ready.positions.contains_key(id) {
            continue;
        }
        let rows = prepared.rows_of(id, migration);
        if !rows.is_empty() {
            let position = Position { workspace: ready.workspace, ..model.position(id) };
            let text = to_text(&rows_message(migration, rows, position));
            changes.push(Change { migration: Some(id.clone()), position, text, only: None, signed_out: None });
        }
    }
    if prepared.people || prepared.rows_anew {
        for id in model.migrations.keys() {
            let position = Position { workspace: ready.workspace, ..model.position(id) };
            let text = to_text(&match prepared.rows_anew {
                true => LiveMessage::Resync { position },
                false => LiveMessage::Overview { position },
            });
            changes.push(Change { migration: Some(id.clone()), position, text, only: None, signed_out: None });
        }
    }
    if let Some((user, migration)) = &prepared.arranged {
        let (position, text) = (model.position(migration), to_text(&LiveMessage::Arranged));
        let (migration, only) = (Some(migration.clone()), Some(user.clone()));
        changes.push(Change { migration, position, text, only, signed_out: None });
    }
    if let Some(user) = &prepared.signed_out {
        let position = Position { workspace: ready.workspace, migration: 0 };
        let text = to_text(&LiveMessage::SignedOut);
        changes.push(Change { migration: None, position, text, only: None, signed_out: Some(user.clone()) });
    }
    changes
}
