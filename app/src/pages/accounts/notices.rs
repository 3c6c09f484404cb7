//! What of a view could not be shown as asked: said above the table, with what to do. Nothing is lost meanwhile.

use super::table::Table;
use super::views::Views;
use crate::components::notice::{Notice, Tone};
use domain::view::{Column, GROUPS_MAX, View};
use leptos::prelude::*;

/// The notices, if there are any.
#[component]
pub fn Notices(table: Table) -> impl IntoView {
    let views = table.views;
    let Views { frame, view, go, problem, .. } = views;
    let unread = move || {
        let unread = views.unread();
        (!unread.is_empty()).then(|| {
            let lines = unread.iter().map(|one| view! { <p>{one.to_string()}</p> }).collect_view();
            view! {
                <Notice tone=Tone::Warning>
                    {lines}
                    <p>
                        "The rest is shown. Open the whole link again, or "
                        <a href=move || view.with(|view| go.address(view)) data-noscroll="">
                            "go on with what was read"
                        </a>
                        "."
                    </p>
                </Notice>
            }
        })
    };
    let lost = move || {
        views.is_lost().then(|| {
            view! {
                <Notice tone=Tone::Warning>
                    <p>
                        "The saved view of this link is not there any more, or is somebody's own. "
                        <a href=move || view.with(|view| go.address_from(view, None)) data-noscroll="">
                            "Go on with all accounts"
                        </a>
                        "."
                    </p>
                </Notice>
            }
        })
    };
    let gone =
        Memo::new(move |_| frame.overview.with(|overview| view.with(|view| gone(view, &overview.migration.fields))));
    let gone = move || {
        let columns = gone.get();
        (!columns.is_empty()).then(|| {
            let names = frame.overview.with(|overview| {
                columns.iter().map(|column| column.heading(&overview.migration.fields)).collect::<Vec<_>>()
            });
            let without = move || go.address(&without(view.get(), &columns));
            view! {
                <Notice tone=Tone::Warning>
                    <p>
                        "This view asks about " <b>{names.join(", ")}</b>
                        ", which this migration does not have. No account has a value there. "
                        <a href=without data-noscroll="">
                            "Leave it out"
                        </a>
                        "; a saved view stays as it is until you save it."
                    </p>
                </Notice>
            }
        })
    };
    let too_many = move || {
        table.groups.with(|groups| groups.too_many).then(|| {
            view! {
                <Notice tone=Tone::Info>
                    <p>
                        {format!("There are more than {GROUPS_MAX} groups, so the rows are shown without them. ")}
                        "Group by another column, or add a condition."
                    </p>
                </Notice>
            }
        })
    };
    let failed = move || {
        problem.get().map(|error| {
            view! {
                <Notice tone=Tone::Error>
                    <p>{error.to_string()}</p>
                    <p>
                        <button type="button" class="button small" on:click=move |_| problem.set(None)>
                            "Close"
                        </button>
                    </p>
                </Notice>
            }
        })
    };
    view! { <div class="view-notices">{unread} {lost} {gone} {too_many} {failed}</div> }.into_any()
}

/// The columns that a view asks about and that the migration does not have, each once.
fn gone(view: &View, fields: &[domain::custom::CustomField]) -> Vec<Column> {
    let mut gone = view.filter.as_ref().map(|filter| filter.unknown_columns(fields)).unwrap_or_default();
    let others = view.sort.iter().map(|sort| sort.column).chain(view.group);
    gone.extend(others.chain(view.columns.iter().map(|choice| choice.column)).filter(|c| c.kind(fields).is_none()));
    gone.sort();
    gone.dedup();
    gone
}

/// The view without anything about these columns.
fn without(view: View, columns: &[Column]) -> View {
    use domain::view::Filter;
    fn kept(filter: Filter, columns: &[Column]) -> Option<Filter> {
        let all = |parts: Vec<Filter>| parts.into_iter().filter_map(|part| kept(part, columns)).collect::<Vec<_>>();
        let filter = match filter {
            Filter::All(parts) => Filter::All(all(parts)),
            Filter::Any(parts) => Filter::Any(all(parts)),
            Filter::Where(condition) if columns.contains(&condition.column) => return None,
            Filter::Where(condition) => Filter::Where(condition),
        };
        (!filter.is_empty()).then_some(filter)
    }
    let mut view = view;
    view.filter = view.filter.and_then(|filter| kept(filter, columns));
    view.sort.retain(|sort| !columns.contains(&sort.column));
    view.columns.retain(|choice| !columns.contains(&choice.column));
    view.group = view.group.filter(|column| !columns.contains(column));
    view
}

#[cfg(test)]
mod tests {
    use super::super::query::parse;
    use super::*;

    #[test]
    fn what_is_gone_is_found_everywhere_and_can_be_left_out() {
        let view = parse("where=all(f9.is:x,any(f9.empty,plan.is:A))&sort=f8,-name&group=f7&columns=name,f9");
        let columns = gone(&view, &[]);
        let codes: Vec<_> = columns.iter().map(|column| column.code().into_owned()).collect();
        assert_eq!(codes, ["f7", "f8", "f9"]);
        assert_eq!(without(view, &columns).to_query(), "where=all(any(plan.is:A))&sort=-name&columns=name");
        assert_eq!(without(parse("where=any(f9.empty)"), &columns).to_query(), "");
    }
}
