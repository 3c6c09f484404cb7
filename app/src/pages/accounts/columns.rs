//! Which columns the table shows: those of the address, those that the reader has arranged, or all as they come.

use domain::custom::{CustomField, field_of};
use domain::saved_view::Arrangement;
use domain::view::{Column, ColumnChoice, View, WIDTHS};

/// The columns of a table that nobody has arranged: id and name stay in sight.
pub fn as_they_come(fields: &[CustomField]) -> Vec<ColumnChoice> {
    let own = fields.iter().filter(|field| !field.retired).map(|field| Column::Custom(field.number));
    let choice = |column| ColumnChoice { pinned: stays(column), ..ColumnChoice::plain(column) };
    Column::ALL.into_iter().chain(own).map(choice).collect()
}

/// The columns to show, those that are pinned first.
pub fn shown(view: &View, arrangement: &Arrangement, fields: &[CustomField]) -> Vec<ColumnChoice> {
    let known = |list: &[ColumnChoice]| {
        let known: Vec<_> = list.iter().filter(|choice| is_shown(choice.column, fields)).copied().collect();
        (!known.is_empty()).then_some(known)
    };
    let asked = known(&view.columns).or_else(|| known(&arrangement.columns));
    pinned_first(asked.unwrap_or_else(|| as_they_come(fields)))
}

/// Whether the migration has the column, and it is not retired.
fn is_shown(column: Column, fields: &[CustomField]) -> bool {
    match column {
        Column::Custom(number) => field_of(fields, number).is_some_and(|field| !field.retired),
        _ => true,
    }
}

fn stays(column: Column) -> bool {
    matches!(column, Column::Account | Column::Name)
}

fn pinned_first(list: Vec<ColumnChoice>) -> Vec<ColumnChoice> {
    let (mut first, rest): (Vec<_>, Vec<_>) = list.into_iter().partition(|choice| choice.pinned);
    first.extend(rest);
    first
}

/// A change of the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rearranged {
    /// Shown at the end, or taken away; the last one stays.
    Toggle(Column),
    /// At this place among those that are shown.
    Move(Column, usize),
    Pin(Column),
    Width(Column, Option<u16>),
}

/// The columns after a change.
pub fn rearranged(list: &[ColumnChoice], change: Rearranged) -> Vec<ColumnChoice> {
    let mut list = list.to_vec();
    let place = |list: &[ColumnChoice], column| list.iter().position(|choice| choice.column == column);
    match change {
        Rearranged::Toggle(column) => match place(&list, column) {
            Some(place) if list.len() > 1 => drop(list.remove(place)),
            Some(_) => {}
            None => list.push(ColumnChoice::plain(column)),
        },
        Rearranged::Move(column, to) => {
            if let Some(place) = place(&list, column) {
                let choice = list.remove(place);
                // Pinned columns stand together.
                let pinned = list.iter().filter(|other| other.pinned).count();
                let bounds = if choice.pinned { 0..=pinned } else { pinned..=list.len() };
                list.insert(to.clamp(*bounds.start(), *bounds.end()), choice);
            }
        }
        Rearranged::Pin(column) => {
            if let Some(place) = place(&list, column) {
                let mut choice = list.remove(place);
                choice.pinned = !choice.pinned;
                let pinned = list.iter().filter(|other| other.pinned).count();
                list.insert(pinned, choice);
            }
        }
        Rearranged::Width(column, width) => {
            if let Some(place) = place(&list, column) {
                list[place].width = width.map(|width| width.clamp(*WIDTHS.start(), *WIDTHS.end()));
            }
        }
    }
    list
}

/// The width of a column that nobody has resized, in CSS pixels where letters have their usual size; as in the style
/// sheet. The blocker takes what is left, at least this, and on a wide screen the name some of it.
pub fn own_width(column: Column) -> u16 {
    match column {
        Column::Account => 112,
        Column::Name => 224,
        Column::Plan => 104,
        Column::Region => 80,
        Column::Cohort => 148,
        Column::Status => 136,
        Column::Date => 116,
        Column::Blocker => 120,
        Column::Owner => 160,
        Column::Notified => 136,
        Column::RollbackUntil => 120,
        Column::Email => 224,
        Column::Custom(_) => 144,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::custom::{CustomKind, FieldSettings};
    use domain::id::FieldNumber;

    fn field(number: u16, retired: bool) -> CustomField {
        let settings =
            FieldSettings { label: format!("F{number}"), kind: CustomKind::Text, required: false, default: None };
        CustomField { number: FieldNumber(number), settings, retired }
    }

    fn plain(columns: &[Column]) -> Vec<ColumnChoice> {
        columns.iter().map(|column| ColumnChoice::plain(*column)).collect()
    }

    fn names(list: &[ColumnChoice]) -> Vec<Column> {
        list.iter().map(|choice| choice.column).collect()
    }

    #[test]
    fn the_address_wins_over_the_arrangement_and_that_over_what_comes() {
        let fields = [field(1, false), field(2, true)];
        let custom = Column::Custom(FieldNumber(1));
        let gone = [Column::Custom(FieldNumber(2)), Column::Custom(FieldNumber(9))];
        let (view, arrangement) = (View::default(), Arrangement::default());
        let come = shown(&view, &arrangement, &fields);
        assert_eq!(names(&come)[..2], [Column::Account, Column::Name]);
        assert_eq!((come.len(), come[10].column), (Column::ALL.len() + 1, custom));
        let arranged = Arrangement { columns: plain(&[custom, Column::Status]), default_view: None };
        assert_eq!(names(&shown(&view, &arranged, &fields)), [custom, Column::Status]);
        let asking = View { columns: plain(&[gone[0], Column::Owner, gone[1]]), ..View::default() };
        assert_eq!(names(&shown(&asking, &arranged, &fields)), [Column::Owner]);
        let nothing_left = View { columns: plain(&gone), ..View::default() };
        assert_eq!(names(&shown(&nothing_left, &arranged, &fields)), [custom, Column::Status]);
    }

    #[test]
    fn pinned_columns_stand_together_at_the_start() {
        let list = plain(&[Column::Account, Column::Name, Column::Status, Column::Owner]);
        let pinned = rearranged(&list, Rearranged::Pin(Column::Status));
        assert_eq!(names(&pinned), [Column::Status, Column::Account, Column::Name, Column::Owner]);
        let moved = rearranged(&pinned, Rearranged::Move(Column::Owner, 0));
        assert_eq!(names(&moved), [Column::Status, Column::Owner, Column::Account, Column::Name]);
        assert_eq!(rearranged(&pinned, Rearranged::Move(Column::Status, 3)), pinned);
        let loose = rearranged(&pinned, Rearranged::Pin(Column::Status));
        assert_eq!(names(&loose)[0], Column::Status);
        assert!(!loose[0].pinned);
    }

    #[test]
    fn columns_go_and_come_but_one_stays() {
        let list = plain(&[Column::Name]);
        assert_eq!(rearranged(&list, Rearranged::Toggle(Column::Name)), list);
        let both = rearranged(&list, Rearranged::Toggle(Column::Email));
        assert_eq!(names(&both), [Column::Name, Column::Email]);
        assert_eq!(names(&rearranged(&both, Rearranged::Toggle(Column::Name))), [Column::Email]);
        let wide = rearranged(&both, Rearranged::Width(Column::Email, Some(9_000)));
        assert_eq!(wide[1].width, Some(*WIDTHS.end()));
    }
}
