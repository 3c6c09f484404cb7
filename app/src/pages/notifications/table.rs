//! Messages as a table, or as cards where there is no room for one.

use super::queue::Shown;
use super::words::{MessageState, moment};
use crate::api::messages::MessageLine;
use crate::components::icon::Icon;
use domain::notice::Medium;
use domain::notice::message::MessageKey;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// Which messages are selected.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picked {
    /// All that match the filter.
    pub all: bool,
    pub keys: BTreeSet<MessageKey>,
}

impl Picked {
    /// How many that are, of so many that match.
    pub fn count(&self, matching: u32) -> u32 {
        if self.all { matching } else { self.keys.len() as u32 }
    }

    /// The keys, or `None` for all that match.
    pub fn keys(&self) -> Option<Vec<MessageKey>> {
        (!self.all).then(|| self.keys.iter().cloned().collect())
    }

    fn has(&self, key: &MessageKey) -> bool {
        self.all || self.keys.contains(key)
    }
}

/// The table.
#[component]
pub fn Table(shown: Shown, lines: Vec<MessageLine>) -> impl IntoView {
    let may_act = shown.may_act;
    let keys: StoredValue<Vec<MessageKey>> =
        StoredValue::new(lines.iter().map(|line| line.key.clone()).collect::<Vec<_>>());
    let whole = move || keys.with_value(|keys| shown.picked.with(|picked| keys.iter().all(|key| picked.has(key))));
    let pick_page = move |on: bool| {
        shown.picked.update(|picked| {
            // From "all that match" back to what is on this page.
            picked.all = false;
            keys.with_value(|keys| {
                for key in keys {
                    if on {
                        picked.keys.insert(key.clone())
                    } else {
                        picked.keys.remove(key)
                    };
                }
            });
        });
    };
    view! {
        <div class="panel table-panel">
            <table class="list-table message-table">
                <caption class="visually-hidden">"Messages"</caption>
                <thead>
                    <tr>
                        {may_act.then(|| view! {
                            <th scope="col" class="pick">
                                <input
                                    type="checkbox"
                                    aria-label="Select every message on this page"
                                    prop:checked=whole
                                    on:change=move |event| pick_page(event_target_checked(&event))
                                />
                            </th>
                        })}
                        <th scope="col">"Message"</th>
                        <th scope="col">"To"</th>
                        <th scope="col">"Account"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"When"</th>
                    </tr>
                </thead>
                <tbody>{lines.into_iter().map(|line| view! { <Line shown line /> }).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Line(shown: Shown, line: MessageLine) -> impl IntoView {
    let (key, pick, opened) = (line.key.clone(), line.key.clone(), line.key.clone());
    let label = format!("Select: {} to {}", line.kind.label(), line.recipient);
    let account = line.account.map(|account| {
        let address = shown.frame.address_now(&format!("accounts/{}", account.number));
        view! {
            <a href=address>{account.name}</a>
            " "
            <span class="soft id">{account.external_id.to_string()}</span>
        }
    });
    let medium = match line.medium {
        Medium::Email => "mail",
        Medium::Webhook => "external",
        Medium::Call => "phone",
    };
    let tries = (line.tries > 1).then(|| format!(" · attempt {}", line.tries));
    view! {
        <tr>
            {shown.may_act.then(|| view! {
                <td class="pick">
                    <input
                        type="checkbox"
                        aria-label=label
                        prop:checked=move || shown.picked.with(|picked| picked.has(&key))
                        on:change=move |event| {
                            let on = event_target_checked(&event);
                            shown.picked.update(|picked| {
                                picked.all = false;
                                if on { picked.keys.insert(pick.clone()) } else { picked.keys.remove(&pick) };
                            });
                        }
                    />
                </td>
            })}
            <th scope="row">
                <button
                    type="button"
                    class="link"
                    aria-haspopup="dialog"
                    on:click=move |_| shown.open.set(Some(opened.clone()))
                >
                    {line.kind.label()}
                </button>
                <span class="soft rule">{line.rule.unwrap_or_else(|| "Asked for by a person".to_owned())}</span>
            </th>
            <td class="to">
                <Icon name=medium />
                <span class="visually-hidden">{line.medium.label()} " to "</span>
                {line.recipient}
            </td>
            <td class="account">{account}</td>
            <td class="state-cell">
                <MessageState state=line.state.clone() />
                {line.late.then(|| view! { <span class="soft">" late"</span> })}
                {(!line.note.is_empty() || tries.is_some()).then(|| view! {
                    <span class="soft note">{line.note} {tries}</span>
                })}
            </td>
            <td class="when">
                <span class="soft">{moment(&line.state)} " "</span>
                {line.when}
            </td>
        </tr>
    }
    .into_any()
}
