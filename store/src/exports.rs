//! Exports: the rows of a view with the columns that somebody wants, read piece by piece while the file is written.
//!
//! Which rows these are and in which order is fixed when the export begins; accounts are never deleted, so each of them
//! comes exactly once. Its values are those of the moment in which its piece is read.

use crate::acting::Acting;
use crate::commands::Command;
use crate::error::StoreError;
use crate::model::Model;
use crate::writer::Store;
use crate::zone::{local_date, local_time};
use chrono::NaiveDate;
use domain::custom::CustomField;
use domain::event::{Draft, EventKind, Stream, Subject};
use domain::export::{ExportColumn, Names, Value, columns};
use domain::field::{Field, FieldChange};
use domain::id::{AccountNumber, CohortNumber, MigrationId, UserId};
use domain::policy::Action;
use domain::view::{Column, Lookup, View};
use std::collections::BTreeMap;

/// An export that has begun. It exists only for somebody who may export, and its event is in the log.
pub struct Export {
    store: Store,
    migration: MigrationId,
    numbers: Vec<AccountNumber>,
    columns: Vec<ExportColumn>,
    fields: Vec<CustomField>,
    slug: String,
    today: NaiveDate,
}

impl Acting<'_> {
    /// Begins an export of everything that a view shows, in its order. Columns are those that the view names, else those
    /// that the caller arranged, else all. Rows of folded groups are part of it. `kind` is the kind of file, for the log.
    pub async fn export(&self, slug: &str, view: &View, kind: &str) -> Result<Export, StoreError> {
        let permit = self.allow(Action::ExportAccounts).await?;
        let export = {
            let model = self.store().model();
            let migration = model.migration_by_slug(slug)?;
            let place = |number: CohortNumber| migration.cohort(number).map_or(u16::MAX, |cohort| cohort.position);
            let name = |user: &UserId| model.name_of(user).to_lowercase();
            let fields = migration.migration.fields.clone();
            let lookup = Lookup { cohort_position: &place, owner_name: &name, fields: &fields };
            let arranged = model.arrangement(&self.caller().user, &migration.migration.id).columns;
            let shown = if view.columns.is_empty() { arranged } else { view.columns.clone() };
            let wanted: Vec<Column> = shown.iter().map(|choice| choice.column).collect();
            let unfolded = View { folded: Vec::new(), ..view.clone() };
            let settings = &migration.migration.settings;
            let today = local_date(self.store().inner.clock.now(), &settings.time_zone);
            Export {
                store: self.store().clone(),
                migration: migration.migration.id.clone(),
                numbers: migration.table.numbers(&unfolded, &lookup, today),
                columns: columns(&wanted, &fields),
                slug: settings.slug.clone(),
                today,
                fields,
            }
        };
        let changes = vec![
            FieldChange::set(Field::File, export.file_name(kind)),
            FieldChange::set(Field::Rows, export.len() as u64),
            FieldChange::set(Field::ViewQuery, view.to_query()),
            FieldChange::set(Field::Columns, export.headers().join(", ")),
        ];
        let stream = Stream::Migration(export.migration.clone());
        let draft = Draft::new(stream, EventKind::Exported, Subject::Whole, changes);
        self.submit(permit, Command::Record { draft }).await?;
        Ok(export)
    }
}

impl Export {
    /// How many rows the file has below its header.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether the view shows nothing.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The columns of the file.
    pub fn columns(&self) -> &[ExportColumn] {
        &self.columns
    }

    /// The names of the columns.
    pub fn headers(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.header(&self.fields)).collect()
    }

    /// What the file is called: the migration's address and today.
    pub fn file_name(&self, kind: &str) -> String {
        format!("{}-{}.{kind}", self.slug, self.today)
    }

    /// The cells of some rows, counted from 0; fewer at the end.
    pub fn rows(&self, from: usize, count: usize) -> Vec<Vec<Value>> {
        let model = self.store.model();
        let Ok(migration) = model.migration(&self.migration) else { return Vec::new() };
        let cohort = |number: CohortNumber| migration.cohort(number).map_or_else(String::new, |cohort| cohort.label());
        let owners = owner_names(&model);
        let owner = |user: &UserId| owners.get(user).cloned().unwrap_or_default();
        let zone = migration.migration.settings.time_zone.as_str();
        let local = |at| local_time(at, zone);
        let names = Names { cohort: &cohort, owner: &owner, local: &local };
        let numbers = self.numbers.iter().skip(from).take(count);
        numbers
            .filter_map(|number| migration.table.row(*number))
            .map(|row| self.columns.iter().map(|column| column.value(row, &names)).collect())
            .collect()
    }
}

/// What owners are called, so that an import finds them again: by name, or by e-mail address where two share a name.
fn owner_names(model: &Model) -> BTreeMap<UserId, String> {
    let mut shared: BTreeMap<String, u32> = BTreeMap::new();
    for stored in model.users.values() {
        *shared.entry(stored.user.name.to_lowercase()).or_default() += 1;
    }
    let called = |user: &domain::user::User| match shared.get(&user.name.to_lowercase()) {
        Some(1) => user.name.clone(),
        _ => user.email.clone(),
    };
    model.users.iter().map(|(id, stored)| (id.clone(), called(&stored.user))).collect()
}
