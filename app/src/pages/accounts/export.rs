//! Taking the accounts of the view away as a file. Plain links: the browser asks where to put the file and shows how far
//! it is.

use crate::components::icon::Icon;
use crate::components::number::counted;
use crate::pages::migration::Frame;
use domain::policy::Action;
use domain::view::View;
use leptos::prelude::*;

/// A button that opens a menu with one link per kind of file.
#[component]
pub fn ExportMenu(frame: Frame, view: Memo<View>, #[prop(into)] matching: Signal<u32>) -> impl IntoView {
    let may = move || frame.overview.with(|overview| overview.me.may(Action::ExportAccounts));
    let address = move |file: &str| super::query::address(&frame.address(file), &view.get(), None);
    let rows = move || format!("{} of this view, in its order", counted(matching.get(), "account", "accounts"));
    move || {
        may().then(|| {
            view! {
                <button type="button" class="button quiet export" popovertarget="export-menu">
                    <Icon name="download" />
                    <span>"Export"</span>
                </button>
                <div id="export-menu" class="menu export-menu" popover="auto">
                    <p class="soft">{rows}</p>
                    <hr />
                    <a href=move || address("export.csv") rel="external">
                        <Icon name="file" />
                        <span>"CSV, for any program"</span>
                    </a>
                    <a href=move || address("export.xlsx") rel="external">
                        <Icon name="rows" />
                        <span>"Excel workbook"</span>
                    </a>
                </div>
            }
        })
    }
}
