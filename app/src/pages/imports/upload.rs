//! The card that takes a file: by choosing, by dropping it on the field, or, without script, as a plain form.

use super::send::{self, Arrived, Chosen};
use crate::api::ApiError;
use crate::api::imports::FILE_MAX;
use crate::components::icon::Icon;
use crate::components::problem::leave_when_signed_out;
use crate::pages::migration::Frame;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// The id of the field that holds the file.
const FIELD: &str = "import-file";

/// The id of the field that holds the sheet.
const SHEET_FIELD: &str = "import-sheet";
/// What the browser's dialog offers.
const ACCEPTED: &str = ".csv,.tsv,.txt,.xlsx,.xlsm,text/csv,text/tab-separated-values,text/plain,\
    application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// How the upload stands.
#[derive(Clone, Copy)]
struct Upload {
    chosen: RwSignal<Option<Chosen>>,
    /// Bytes sent of all bytes, while it is on its way.
    sent: RwSignal<Option<(f64, f64)>>,
    /// The sheets of a workbook that has several; one of them has to be chosen.
    sheets: RwSignal<Vec<String>>,
    sheet: RwSignal<String>,
    error: RwSignal<Option<ApiError>>,
}

impl Upload {
    fn new() -> Self {
        Upload {
            chosen: RwSignal::new(None),
            sent: RwSignal::new(None),
            sheets: RwSignal::new(Vec::new()),
            sheet: RwSignal::new(String::new()),
            error: RwSignal::new(None),
        }
    }

    /// Looks at the file in the field. What cannot be imported is said before anything is sent.
    fn look(self) {
        let chosen = send::chosen(FIELD);
        self.error.set(chosen.as_ref().and_then(objection));
        self.chosen.set(chosen);
    }

    /// Another file was chosen: what was asked about the one before is over.
    fn choose(self) {
        self.sheets.set(Vec::new());
        self.look();
    }

    fn stop(self) {
        send::stop();
        self.sent.try_set(None);
    }
}

/// Why a file is not worth sending.
fn objection(chosen: &Chosen) -> Option<ApiError> {
    if chosen.bytes > FILE_MAX as f64 {
        let size = chosen.bytes / 1_000_000.0;
        return Some(ApiError::field(
            "file",
            format!(
                "The file has {size:.0} MB; an import takes at most 64 MB. Split it and import one part after the other."
            ),
        ));
    }
    if chosen.bytes == 0.0 {
        return Some(ApiError::field(
            "file",
            "The file is empty. Choose a CSV or Excel file with a header and at least one row.",
        ));
    }
    None
}

/// Takes a file and leads to its import.
#[component]
pub fn UploadCard(frame: Frame) -> impl IntoView {
    let upload = Upload::new();
    leave_when_signed_out(upload.error.into());
    Effect::new(move |_| {
        // A file may have been chosen before the page came alive.
        upload.look();
        on_cleanup(move || upload.stop());
    });

    let action = move || frame.overview.with(|overview| format!("/m/{}/imports/upload", overview.migration.id));
    let navigate = use_navigate();
    let arrived = Callback::new(move |answer: Result<Arrived, ApiError>| {
        upload.sent.set(None);
        match answer {
            Ok(Arrived::Import(id)) => navigate(&frame.address(&format!("imports/{id}")), NavigateOptions::default()),
            Ok(Arrived::WhichSheet(sheets)) => {
                upload.sheet.set(sheets.first().cloned().unwrap_or_default());
                upload.sheets.set(sheets);
            }
            Err(error) => upload.error.set(Some(error)),
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if upload.sent.get_untracked().is_some() {
            return;
        }
        upload.look();
        if upload.error.with_untracked(Option::is_some) || upload.chosen.with_untracked(Option::is_none) {
            return;
        }
        upload.sent.set(Some((0.0, upload.chosen.get_untracked().map_or(1.0, |chosen| chosen.bytes))));
        let progress = Callback::new(move |(done, of)| upload.sent.set(Some((done, of))));
        let sheet = upload.sheets.with_untracked(|sheets| !sheets.is_empty()).then(|| upload.sheet.get_untracked());
        send::send(FIELD, sheet, &action(), progress, arrived);
    };
    view! {
        <section class="panel" aria-labelledby="upload-title">
            <header class="panel-head">
                <h2 id="upload-title">"New import"</h2>
                <span class="soft">"CSV or Excel, up to 100,000 rows and 64 MB"</span>
            </header>
            <form class="panel-body upload" method="post" enctype="multipart/form-data" action=action on:submit=submit>
                <FileField upload />
                <SheetField upload />
                <p class="soft">
                    "The first row has the names of the columns. One column is the id by which each account is found again: \
                     known ids are updated, others are created. Nothing is written before you have seen a dry run."
                </p>
                <Foot upload />
            </form>
        </section>
    }
}

/// The field lies over its own drawing, so that a file can be dropped on all of it, also without script.
#[component]
fn FileField(upload: Upload) -> impl IntoView {
    let over = RwSignal::new(false);
    let words = move || match upload.chosen.get() {
        Some(chosen) => format!("{}, {}", chosen.name, size(chosen.bytes)),
        None => "Choose a CSV or Excel file, or drop it here".to_owned(),
    };
    let message = move || {
        upload
            .error
            .with(|error| error.as_ref().map(|error| error.for_field("file").unwrap_or_else(|| error.to_string())))
    };
    view! {
        <div class="field">
            <div class="drop" class:over=move || over.get() class:chosen=move || upload.chosen.read().is_some()>
                <Icon name="upload" />
                <label for=FIELD>
                    <span class="visually-hidden">"File: "</span>
                    {words}
                </label>
                <input
                    id=FIELD
                    name="file"
                    type="file"
                    required=true
                    accept=ACCEPTED
                    aria-describedby="import-file-error"
                    aria-invalid=move || upload.error.read().is_some().then_some("true")
                    on:change=move |_| upload.choose()
                    on:dragenter=move |_| over.set(true)
                    on:dragleave=move |_| over.set(false)
                    on:drop=move |_| over.set(false)
                />
            </div>
            <div id="import-file-error" role="alert">
                {move || {
                    message().map(|message| view! {
                        <p class="error">
                            <Icon name="alert" />
                            <span>{message}</span>
                        </p>
                    })
                }}
            </div>
        </div>
    }
}

/// Asks which sheet is meant, once the server has found several.
#[component]
fn SheetField(upload: Upload) -> impl IntoView {
    Effect::new(move |_| {
        if upload.sheets.with(|sheets| !sheets.is_empty()) {
            // The answer to the upload is this question: whoever works by keyboard or ear is led to it.
            request_animation_frame(|| send::focus(SHEET_FIELD));
        }
    });
    move || {
        let sheets = upload.sheets.get();
        (!sheets.is_empty()).then(|| {
            let question = format!("Sheet: this workbook has {} with something in them", sheets.len());
            let options = sheets.into_iter().map(|sheet| view! { <option value=sheet.clone()>{sheet.clone()}</option> });
            view! {
                <div class="field">
                    <label for=SHEET_FIELD>{question}</label>
                    <select
                        id=SHEET_FIELD
                        name="sheet"
                        class="input"
                        autocomplete="off"
                        aria-describedby="import-sheet-hint"
                        prop:value=upload.sheet
                        on:change=move |event| upload.sheet.set(event_target_value(&event))
                    >
                        {options.collect_view()}
                    </select>
                    <p class="hint" id="import-sheet-hint">"Choose the one with the accounts and upload again. Nothing was stored yet."</p>
                </div>
            }
        })
    }
}

#[component]
fn Foot(upload: Upload) -> impl IntoView {
    let share = move || upload.sent.get().map(|(done, of)| if of > 0.0 { done / of * 100.0 } else { 0.0 });
    let words = move || match share() {
        Some(share) if share >= 100.0 => "Reading the file…".to_owned(),
        Some(share) => format!("{share:.0} % sent"),
        None => String::new(),
    };
    view! {
        <div class="form-foot">
            <button
                type="submit"
                class="button primary"
                aria-busy=move || share().is_some().then_some("true")
                aria-disabled=move || upload.error.read().is_some().then_some("true")
            >
                "Upload"
            </button>
            <Show when=move || share().is_some() fallback=|| ()>
                <progress max="100" value=move || share().unwrap_or(0.0) aria-label="Upload"></progress>
                <button type="button" class="button quiet" on:click=move |_| upload.stop()>
                    "Cancel"
                </button>
            </Show>
            <span role="status" class="soft">
                {words}
            </span>
        </div>
    }
}

/// A size for reading.
fn size(bytes: f64) -> String {
    match bytes {
        bytes if bytes >= 1_000_000.0 => format!("{:.1} MB", bytes / 1_000_000.0),
        bytes if bytes >= 1_000.0 => format!("{:.0} kB", bytes / 1_000.0),
        bytes => format!("{bytes:.0} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: f64) -> Chosen {
        Chosen { name: "accounts.csv".to_owned(), bytes }
    }

    #[test]
    fn what_cannot_be_imported_is_said_before_it_is_sent() {
        assert_eq!(objection(&file(1_000.0)), None);
        assert_eq!(objection(&file(FILE_MAX as f64)), None);
        let too_large = objection(&file(65_000_000.0)).and_then(|error| error.for_field("file"));
        assert!(too_large.is_some_and(|message| message.starts_with("The file has 65 MB")));
        assert!(objection(&file(0.0)).is_some());
    }

    #[test]
    fn sizes_are_readable() {
        assert_eq!([size(312.0), size(41_200.0), size(3_140_000.0)], ["312 bytes", "41 kB", "3.1 MB"]);
    }
}
