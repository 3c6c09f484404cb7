//! The connection and the numbered schema files.

use crate::error::StoreError;
use std::sync::Arc;
use surrealdb::Surreal;
use surrealdb::engine::any::{Any, connect};
use surrealdb::types::{SurrealValue, Value};

/// The shared handle; cloning `Surreal` itself would open another session.
pub(crate) type Db = Arc<Surreal<Any>>;

const SCHEMA: &[(u32, &str)] = &[
    (1, include_str!("../schema/001_foundation.surql")),
    (2, include_str!("../schema/002_custom_fields.surql")),
    (3, include_str!("../schema/003_views.surql")),
    (4, include_str!("../schema/004_bulk.surql")),
    (5, include_str!("../schema/005_templates.surql")),
    (6, include_str!("../schema/006_cohorts.surql")),
    (7, include_str!("../schema/007_notices.surql")),
    (8, include_str!("../schema/008_since.surql")),
    (9, include_str!("../schema/009_status_page.surql")),
    (10, include_str!("../schema/010_links.surql")),
    (11, include_str!("../schema/011_subscribers.surql")),
];

#[derive(SurrealValue)]
struct SchemaVersion {
    version: u32,
}

/// Opens the database and brings its schema up to date.
/// `url` is `surrealkv://FOLDER?sync=every`, `mem://` or `ws://HOST:PORT`.
pub(crate) async fn open(url: &str) -> Result<Db, StoreError> {
    let db = connect(url).await?;
    db.use_ns("landbridge").use_db("landbridge").await?;
    let db = Arc::new(db);
    migrate(&db).await?;
    Ok(db)
}

pub(crate) async fn migrate(db: &Db) -> Result<(), StoreError> {
    db.query("DEFINE TABLE IF NOT EXISTS schema_version SCHEMAFULL; DEFINE FIELD IF NOT EXISTS version ON schema_version TYPE int;")
        .await?
        .check()?;
    // Each file has a row of its own: numbers have gaps, and a file may come later than one with a greater number.
    // The first releases kept one row, `current`, with the last number of those without gaps.
    let script = "SELECT version FROM schema_version; SELECT version FROM schema_version:current";
    let mut response = db.query(script).await?.check()?;
    let applied: Vec<SchemaVersion> = response.take(0)?;
    let without_gaps: Option<SchemaVersion> = response.take(1)?;
    let without_gaps = without_gaps.map_or(0, |row| row.version);
    for (version, statements) in SCHEMA {
        if *version <= without_gaps || applied.iter().any(|row| row.version == *version) {
            continue;
        }
        // One transaction for the file and its number: a crash leaves either both or neither.
        let script = format!(
            "BEGIN; {statements} LET $applied = type::record('schema_version', $version); \
             UPSERT $applied SET version = $version; COMMIT;"
        );
        run(db.query(script).bind(("version", *version))).await?;
        tracing::info!(version, "schema applied");
    }
    Ok(())
}

/// Whether the database answers.
pub(crate) async fn ping(db: &Db) -> Result<(), StoreError> {
    db.query("RETURN 1").await?.check()?;
    Ok(())
}

/// What became of a transaction.
#[derive(Debug)]
pub(crate) enum Committed {
    Yes,
    /// Somebody else wrote first; the work must be prepared again.
    Conflict,
}

/// The text thrown when the stream's head is not where the writer left it.
pub(crate) const STALE_HEAD: &str = "stale_head";

/// Runs one `BEGIN … COMMIT` query. A conflict shows on the COMMIT statement only, so all statements are looked at.
pub(crate) async fn transact(query: surrealdb::method::Query<'_, Any>) -> Result<Committed, StoreError> {
    let mut response = query.await?;
    let errors = response.take_errors();
    if errors.is_empty() {
        return Ok(Committed::Yes);
    }
    let conflict = errors.values().any(|error| {
        matches!(error.query_details(), Some(surrealdb::types::QueryError::TransactionConflict))
            || error.message().contains(STALE_HEAD)
    });
    if conflict {
        return Ok(Committed::Conflict);
    }
    // The first error in order is the cause; the others say that the transaction was cancelled.
    let mut errors: Vec<_> = errors.into_iter().collect();
    errors.sort_by_key(|(index, error)| (error.query_details().is_some(), *index));
    match errors.into_iter().next() {
        Some((_, error)) => Err(error.into()),
        None => Ok(Committed::Yes),
    }
}

/// Runs a query that must succeed as a whole.
pub(crate) async fn run(query: surrealdb::method::Query<'_, Any>) -> Result<(), StoreError> {
    match transact(query).await? {
        Committed::Yes => Ok(()),
        Committed::Conflict => {
            Err(StoreError::Refused("The database was busy. Nothing was changed; try again.".into()))
        }
    }
}

/// A record id with several parts: `event:["m1", 7]`.
pub(crate) fn record(table: &str, parts: Vec<Value>) -> surrealdb::types::RecordId {
    surrealdb::types::RecordId::new(table, surrealdb::types::RecordIdKey::Array(parts.into()))
}
