//! The customer's accounts, one per migration.

use crate::api::customers::{CustomerAccount, CustomerDetail};
use crate::components::avatar::Who;
use crate::components::date::short_day;
use crate::components::stage::MigrationStageTag;
use crate::components::state::StateWord;
use domain::migration::MigrationStage;
use leptos::prelude::*;

/// All its migrations: those under way first.
#[component]
pub fn Accounts(detail: RwSignal<CustomerDetail>) -> impl IntoView {
    let accounts = Memo::new(move |_| detail.with(|detail| detail.accounts.clone()));
    let body = move || {
        let accounts = accounts.get();
        if accounts.is_empty() {
            return view! {
                <p class="nobody soft">
                    "This customer is part of no migration yet. An import or “Add an account” in a migration brings it in."
                </p>
            }
            .into_any();
        }
        view! {
            <div class="table-panel">
                <table class="list-table accounts-of">
                    <thead>
                        <tr>
                            <th scope="col">"Migration"</th>
                            <th scope="col">"Status"</th>
                            <th scope="col">"Date"</th>
                            <th scope="col">"Cohort"</th>
                            <th scope="col">"Blocker"</th>
                            <th scope="col">"Owner"</th>
                        </tr>
                    </thead>
                    <tbody>{accounts.into_iter().map(|account| view! { <Line account /> }).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="panel" aria-labelledby="migrations-title">
            <header class="panel-head">
                <h2 id="migrations-title">"Migrations"</h2>
            </header>
            {body}
        </section>
    }
    .into_any()
}

#[component]
fn Line(account: CustomerAccount) -> impl IntoView {
    let none = || view! { <span class="none" role="img" aria-label="none">"–"</span> }.into_any();
    let date = account.date.map_or_else(none, |day| short_day(day, account.today).into_any());
    let cohort = if account.cohort.is_empty() { none() } else { account.cohort.into_any() };
    let blocker = account.blocker.map_or_else(none, |blocker| {
        view! {
            {blocker.category.label()}
            " "
            <span class="soft">{blocker.text}</span>
        }
        .into_any()
    });
    let owner = account.owner.map_or_else(none, |(id, name)| view! { <Who id name /> }.into_any());
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/m/{}/accounts/{}", account.slug, account.number)>{account.migration_name}</a>
                " "
                {(account.stage != MigrationStage::Running).then(|| view! { <MigrationStageTag stage=account.stage /> })}
            </th>
            <td>
                <StateWord status=account.status />
            </td>
            <td data-label="Date">{date}</td>
            <td data-label="Cohort">{cohort}</td>
            <td data-label="Blocker">{blocker}</td>
            <td data-label="Owner">{owner}</td>
        </tr>
    }
    .into_any()
}
