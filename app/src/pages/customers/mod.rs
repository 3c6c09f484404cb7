//! The directory of customers: search, order, page by page.

mod new_customer;

use crate::api::customers::{CustomerLine, DirectoryPage, customers};
use crate::components::empty::{Empty, Skeleton};
use crate::components::frame::{Page, use_may};
use crate::components::icon::Icon;
use crate::components::number::{counted, grouped};
use crate::components::problem::Problem;
use domain::customer::address::path_of;
use domain::customer::list::{CustomerList, LIST_SEARCH_MAX, ListSort, PAGE};
use domain::policy::Action;
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};
use new_customer::NewCustomer;

/// Every customer that a search finds; search, order and page are in the address.
#[component]
pub fn CustomersPage() -> impl IntoView {
    let query = use_query_map();
    let list = Memo::new(move |_| {
        query.with(|query| {
            let part = |key: &str| query.get(key).unwrap_or_default();
            CustomerList::from_parts(&part("q"), &part("sort"), &part("page"))
        })
    });
    let page = Resource::new_blocking(move || list.get(), customers);
    let may_edit = use_may(Action::EditCustomers);
    let adding = RwSignal::new(false);
    view! {
        <Page title="Customers">
            <div class="page-head">
                <h1>"Customers"</h1>
                <Suspense>
                    {move || may_edit.get().then(|| view! {
                        <button
                            type="button"
                            class="button primary"
                            aria-haspopup="dialog"
                            on:click=move |_| adding.set(true)
                        >
                            <Icon name="plus" />
                            "Customer"
                        </button>
                    })}
                </Suspense>
                <p>"Companies and the people to write to, kept across migrations."</p>
            </div>
            <Search list />
            <Transition fallback=|| view! { <Skeleton lines=9 /> }>
                {move || {
                    page.get().map(|answer| match answer {
                        Ok(page) => view! { <Shown page /> }.into_any(),
                        Err(error) => view! { <Problem error retry=Callback::new(move |()| page.refetch()) /> }.into_any(),
                    })
                }}
            </Transition>
        </Page>
        <NewCustomer open=adding />
    }
    .into_any()
}

/// The search; sent as a plain form, so that it works without script.
#[component]
fn Search(list: Memo<CustomerList>) -> impl IntoView {
    let text = RwSignal::new(list.with_untracked(|list| list.search.clone()));
    // It follows the address, also when a link or the browser's "back" changes that.
    Effect::new(move |_| text.set(list.with(|list| list.search.clone())));
    let navigate = use_navigate();
    view! {
        <form
            method="get"
            action="/customers"
            role="search"
            on:submit=move |event| {
                event.prevent_default();
                let search = text.get_untracked();
                let sort = list.with_untracked(CustomerList::sort_part).unwrap_or_default();
                navigate(&CustomerList::from_parts(&search, &sort, "1").path(), Default::default());
            }
        >
            <div class="directory-search">
                <label class="visually-hidden" for="customer-search">
                    "Search customers"
                </label>
                <span class="search">
                    <Icon name="search" />
                    <input
                        class="input"
                        type="search"
                        id="customer-search"
                        name="q"
                        maxlength=LIST_SEARCH_MAX as u32
                        placeholder="Name, id or contact"
                        autocomplete="off"
                        value=text.get_untracked()
                        prop:value=text
                        on:input=move |event| text.set(event_target_value(&event))
                    />
                </span>
                {move || list.with(CustomerList::sort_part).map(|sort| view! {
                    <input type="hidden" name="sort" value=sort />
                })}
                <button type="submit" class="button">
                    "Search"
                </button>
            </div>
        </form>
    }
    .into_any()
}

#[component]
fn Shown(page: DirectoryPage) -> impl IntoView {
    let DirectoryPage { list, all, matching, customers } = page;
    if all == 0 {
        return view! {
            <Empty
                icon="customers"
                title="No customers yet"
                text="They come with the first import into a migration, or one by one from here."
            />
        }
        .into_any();
    }
    if customers.is_empty() {
        let (title, text) = match matching {
            0 => ("No customer matches", "Try a part of the name, of the id or of a contact's address."),
            _ => ("There is no such page", "The list is shorter than this."),
        };
        return view! {
            <Empty icon="search" title text>
                {(matching > 0).then(|| view! {
                    <a class="button" href=list.at_page(0).path()>
                        "First page"
                    </a>
                })}
                <a class="button" href="/customers">
                    "All customers"
                </a>
            </Empty>
        }
        .into_any();
    }
    let first = u64::from(list.page) * u64::from(PAGE);
    let last = first + customers.len() as u64;
    let several = matching > PAGE;
    let found = match list.search.is_empty() {
        true => counted(all, "customer", "customers"),
        false => format!("{} of {} match", grouped(matching), counted(all, "customer", "customers")),
    };
    view! {
        <div class="panel table-panel">
            <table class="list-table directory">
                <caption class="visually-hidden">"Customers"</caption>
                <thead>
                    <tr>
                        <Head list=list.clone() sort=ListSort::Name word="Name" />
                        <th scope="col">"Id"</th>
                        <th scope="col">"Main contact"</th>
                        <Head list=list.clone() sort=ListSort::Plan word="Plan" />
                        <Head list=list.clone() sort=ListSort::Region word="Region" />
                        <th scope="col" class="count">
                            "Migrations"
                        </th>
                    </tr>
                </thead>
                <tbody>{customers.into_iter().map(|line| view! { <Line line /> }).collect_view()}</tbody>
            </table>
        </div>
        <nav class="pager" aria-label="Pages of the directory">
            <p>
                {several.then(|| view! {
                    <strong>{format!("{}–{}", grouped(first + 1), grouped(last))}</strong>
                    {format!(" of {} ", grouped(matching))}
                })}
                {(!several || !list.search.is_empty()).then(|| view! { <span class="soft">{found}</span> })}
            </p>
            <div class="button-row">
                {(list.page > 0).then(|| view! {
                    <a class="button" rel="prev" href=list.at_page(list.page - 1).path()>
                        <Icon name="left" />
                        "Previous"
                    </a>
                })}
                {(last < u64::from(matching)).then(|| view! {
                    <a class="button" rel="next" href=list.at_page(list.page + 1).path()>
                        "Next"
                        <Icon name="right" />
                    </a>
                })}
            </div>
        </nav>
    }
    .into_any()
}

/// The head of a column by which the list can be sorted.
#[component]
fn Head(list: CustomerList, sort: ListSort, word: &'static str) -> impl IntoView {
    let sorted = (list.sort == sort).then_some(if list.descending { "descending" } else { "ascending" });
    let icon = sorted.map(|order| if order == "descending" { "down-arrow" } else { "up-arrow" });
    view! {
        <th scope="col" aria-sort=sorted>
            <a class="sort" href=list.sorted_by(sort).path()>
                {word}
                {icon.map(|icon| view! { <Icon name=icon /> })}
            </a>
        </th>
    }
    .into_any()
}

#[component]
fn Line(line: CustomerLine) -> impl IntoView {
    let path = path_of(&line.external_id);
    let others = line.contacts.saturating_sub(1);
    let contact = match (line.contact.is_empty(), line.email.is_empty()) {
        (true, true) => view! { <span class="none">"–"</span> }.into_any(),
        (false, true) => line.contact.into_any(),
        (true, false) => line.email.into_any(),
        (false, false) => view! {
            {line.contact}
            <span class="soft">{line.email}</span>
        }
        .into_any(),
    };
    let or_dash = |text: String| if text.is_empty() { "–".to_owned() } else { text };
    view! {
        <tr>
            <th scope="row">
                <a href=path>{line.name}</a>
            </th>
            <td class="id">{line.external_id.to_string()}</td>
            <td class="contact">
                {contact} {(others > 0).then(|| view! { <span class="soft">{format!("and {others} more")}</span> })}
            </td>
            <td>{or_dash(line.plan)}</td>
            <td>{or_dash(line.region)}</td>
            <td class="count">
                {grouped(line.migrations)}
                <span class="unit">{if line.migrations == 1 { " migration" } else { " migrations" }}</span>
            </td>
        </tr>
    }
    .into_any()
}
