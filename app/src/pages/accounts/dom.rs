//! What the table and its editor ask of the browser. On the server each does nothing: pages call them from
//! event handlers and effects only.

#[cfg(feature = "hydrate")]
mod imp {
    use super::{Cell, Painting, Viewport};
    use domain::clock::Instant;
    use leptos::prelude::{document, window};
    use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
    use web_sys::{Element, Event, HtmlElement};

    /// What painting sets, and clears before.
    const PAINTED: [&str; 6] =
        ["data-span", "aria-selected", "data-refused", "data-other", "title", "aria-description"];

    pub fn now() -> Instant {
        Instant::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default()
    }

    pub fn random_hex() -> String {
        let bytes = js_sys::Uint8Array::new_with_length(16);
        let filled = js_sys::Reflect::get(&window(), &"crypto".into()).and_then(|crypto| {
            let fill = js_sys::Reflect::get(&crypto, &"getRandomValues".into())?;
            fill.dyn_into::<js_sys::Function>()?.call1(&crypto, &bytes)
        });
        // Every browser that runs WebAssembly has it; this keeps ids apart even if one had not.
        if filled.is_err() {
            for index in 0..16 {
                bytes.set_index(index, (js_sys::Math::random() * 256.0) as u8);
            }
        }
        bytes.to_vec().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub fn viewport(region: &str, body: &str) -> Option<Viewport> {
        let document = document();
        let region = document.get_element_by_id(region)?.get_bounding_client_rect();
        let body = document.get_element_by_id(body)?;
        let height_of = |selector: &str| {
            let found = body.query_selector(selector).ok().flatten();
            found.map_or(0.0, |element| element.get_bounding_client_rect().height())
        };
        let height = window().inner_height().ok().and_then(|height| height.as_f64())?;
        // On a phone the page scrolls instead of the region, whose edges then lie outside of the window.
        let top = region.top().max(0.0);
        Some(Viewport {
            above: top - body.get_bounding_client_rect().top(),
            height: region.bottom().min(height) - top,
            row: height_of("tr[data-place]"),
            head: height_of("tr.group"),
        })
    }

    pub fn set_height(element: &HtmlElement, pixels: f64) {
        // Fails for an invalid name only.
        drop(element.style().set_property("height", &format!("{pixels}px")));
    }

    pub fn scroll_to_place(region: &str, pixels: f64) {
        let Some(region) = document().get_element_by_id(region) else { return };
        if region.scroll_height() > region.client_height() + 1 {
            region.set_scroll_top(pixels as i32);
        } else if let Some(page) = region.closest(".accounts").ok().flatten() {
            // On a phone the page around the region scrolls.
            let within = region.get_bounding_client_rect().top() - page.get_bounding_client_rect().top();
            let start = page.scroll_top() + within as i32;
            let target = if pixels > 0.0 { start + pixels as i32 } else { start.min(page.scroll_top()) };
            page.set_scroll_top(target);
        }
    }

    pub fn on_any_scroll(act: impl Fn() + 'static) -> impl FnOnce() {
        let closure = Closure::<dyn Fn()>::new(act);
        // Scrolling does not bubble, but it can be caught on the way down.
        let document = document();
        drop(document.add_event_listener_with_callback_and_bool("scroll", closure.as_ref().unchecked_ref(), true));
        move || {
            let listener = closure.as_ref().unchecked_ref();
            drop(document.remove_event_listener_with_callback_and_bool("scroll", listener, true));
        }
    }

    pub fn cell_of(event: &Event) -> Option<Cell> {
        let target: Element = event.target()?.dyn_into().ok()?;
        let cell = target.closest("[data-col]").ok().flatten()?;
        let row = cell.closest("tr").ok().flatten()?;
        Some(Cell {
            place: row.get_attribute("data-place")?.parse().ok()?,
            column: cell.get_attribute("data-col")?.parse().ok()?,
        })
    }

    pub fn focus_cell(body: &str, cell: Cell) -> bool {
        let Some(element) = element(body, cell) else { return false };
        focus_in_place(&element);
        // By itself the browser is content with what lies below pinned columns.
        let nearest = [("block", JsValue::from("nearest")), ("inline", JsValue::from("nearest"))];
        call(&element, "scrollIntoView", &nearest);
        true
    }

    pub fn focus_cell_in_place(body: &str, cell: Cell) -> bool {
        element(body, cell).map(|element| focus_in_place(&element)).is_some()
    }

    pub fn focus_cursor(body: &str) -> bool {
        let cursor = document().query_selector(&format!("#{body} [data-col][tabindex='0']")).ok().flatten();
        let cursor = cursor.and_then(|cursor| cursor.dyn_into::<HtmlElement>().ok());
        cursor.map(|cursor| drop(cursor.focus())).is_some()
    }

    fn focus_in_place(element: &HtmlElement) {
        call(element, "focus", &[("preventScroll", JsValue::TRUE)]);
    }

    /// Calls a method of an element with one object of options.
    fn call(element: &HtmlElement, method: &str, options: &[(&str, JsValue)]) {
        let given = js_sys::Object::new();
        for (name, value) in options {
            // Fails for frozen objects only.
            drop(js_sys::Reflect::set(&given, &JsValue::from(*name), value));
        }
        let method = js_sys::Reflect::get(element, &method.into());
        if let Some(method) = method.ok().and_then(|method| method.dyn_into::<js_sys::Function>().ok()) {
            drop(method.call1(element, &given));
        }
    }

    pub fn hide_popover(id: &str) {
        let element = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok());
        if let Some(element) = element {
            call(&element, "hidePopover", &[]);
        }
    }

    pub fn submit_form(event: &Event) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let form = target.and_then(|target| target.closest("form").ok().flatten());
        if let Some(form) = form.and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok()) {
            // Complaints of its fields are shown at them.
            drop(form.request_submit());
        }
    }

    fn element(body: &str, cell: Cell) -> Option<HtmlElement> {
        let selector = format!("#{body} tr[data-place='{}'] > [data-col='{}']", cell.place, cell.column);
        document().query_selector(&selector).ok().flatten()?.dyn_into().ok()
    }

    pub fn focused_cell() -> Option<Cell> {
        let active = document().active_element()?;
        let cell = active.closest("[data-col]").ok().flatten()?;
        let place: u32 = cell.closest("tr").ok().flatten()?.get_attribute("data-place")?.parse().ok()?;
        Some(Cell { place, column: cell.get_attribute("data-col")?.parse().ok()? })
    }

    pub fn focus_is_free(body: &str) -> bool {
        let Some(active) = document().active_element() else { return true };
        let within = format!("#{body}, .cell-editor, .paste-panel");
        active.tag_name() == "BODY" || active.closest(&within).ok().flatten().is_some()
    }

    pub fn focus_is_lost() -> bool {
        document().active_element().is_none_or(|active| active.tag_name() == "BODY")
    }

    pub fn paint(body: &str, painting: &Painting) {
        let Some(body_element) = document().get_element_by_id(body) else { return };
        let each = |selector: &str, act: &dyn Fn(&Element)| {
            let Ok(found) = body_element.query_selector_all(selector) else { return };
            for element in (0..found.length()).filter_map(|index| found.get(index)?.dyn_into::<Element>().ok()) {
                act(&element);
            }
        };
        // Names of attributes are valid, so that setting them does not fail.
        each("[data-span], [data-refused], [data-other]", &|element| {
            PAINTED.iter().for_each(|name| drop(element.remove_attribute(name)));
        });
        each("[data-col][tabindex='0']", &|element| drop(element.set_attribute("tabindex", "-1")));
        if let Some(cell) = element(body, painting.cursor) {
            drop(cell.set_attribute("tabindex", "0"));
        }
        if let Some(span) = painting.span {
            let (places, columns) = (span.places(), span.columns());
            each("tr[data-place]", &|row| {
                let place = row.get_attribute("data-place").and_then(|place| place.parse::<u32>().ok());
                let Some(place) = place.filter(|place| places.contains(place)) else {
                    return;
                };
                let Ok(cells) = row.query_selector_all("[data-col]") else { return };
                for cell in (0..cells.length()).filter_map(|index| cells.get(index)?.dyn_into::<Element>().ok()) {
                    let column = cell.get_attribute("data-col").and_then(|column| column.parse::<u8>().ok());
                    let Some(column) = column.filter(|column| columns.contains(column)) else { continue };
                    let edges = [
                        ('t', place == *places.start()),
                        ('b', place == *places.end()),
                        ('l', column == *columns.start()),
                        ('r', column == *columns.end()),
                    ];
                    let edges: String = edges.into_iter().filter(|(_, is)| *is).map(|(edge, _)| edge).collect();
                    drop(cell.set_attribute("data-span", &edges));
                    drop(cell.set_attribute("aria-selected", "true"));
                }
            });
        }
        for (at, reason) in &painting.refused {
            if let Some(cell) = element(body, *at) {
                drop(cell.set_attribute("data-refused", ""));
                drop(cell.set_attribute("title", &format!("Refused: {reason}")));
                drop(cell.set_attribute("aria-description", &format!("Refused: {reason}")));
            }
        }
        for (at, tint) in &painting.others {
            if let Some(cell) = element(body, *at) {
                drop(cell.set_attribute("data-other", &tint.to_string()));
            }
        }
    }

    pub fn copied_text(event: &Event) -> Option<String> {
        let data = js_sys::Reflect::get(event, &"clipboardData".into()).ok()?;
        let get: js_sys::Function = js_sys::Reflect::get(&data, &"getData".into()).ok()?.dyn_into().ok()?;
        get.call1(&data, &"text/plain".into()).ok()?.as_string()
    }

    pub fn put_copied(event: &Event, text: &str) -> bool {
        let put = || -> Option<()> {
            let data = js_sys::Reflect::get(event, &"clipboardData".into()).ok()?;
            let set: js_sys::Function = js_sys::Reflect::get(&data, &"setData".into()).ok()?.dyn_into().ok()?;
            set.call2(&data, &"text/plain".into(), &text.into()).ok().map(drop)
        };
        put().is_some()
    }

    pub fn focus_text(panel: &HtmlElement) {
        let wanted = "input:not([type='date'], [type='checkbox'], [hidden]), textarea";
        let found = panel.query_selector(wanted).ok().flatten();
        let Some(input) = found.and_then(|found| found.dyn_into::<web_sys::HtmlInputElement>().ok()) else {
            return focus_first(panel);
        };
        drop(input.focus());
        let end = input.value().encode_utf16().count() as u32;
        drop(input.set_selection_range(end, end));
    }

    pub fn is_on(event: &Event, selector: &str) -> bool {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        target.is_some_and(|target| target.closest(selector).ok().flatten().is_some())
    }

    pub fn is_narrow() -> bool {
        let width = window().inner_width().ok().and_then(|width| width.as_f64());
        width.is_some_and(|width| width < super::PHONE_BELOW)
    }

    pub fn place_below(panel: &HtmlElement, body: &str, cell: Cell) {
        let Some(anchor) = element(body, cell) else { return };
        let (width, height) = (size(window().inner_width()), size(window().inner_height()));
        let (anchor, own) = (anchor.get_bounding_client_rect(), panel.get_bounding_client_rect());
        let left = anchor.left().min(width - own.width() - 8.0).max(8.0);
        let below = anchor.bottom() + 4.0;
        let above = anchor.top() - own.height() - 4.0;
        let top = if below + own.height() <= height - 8.0 || above < 8.0 { below } else { above };
        let top = top.min(height - own.height() - 8.0).max(8.0);
        let style = panel.style();
        // Both names are valid.
        drop(style.set_property("left", &format!("{left}px")));
        drop(style.set_property("top", &format!("{top}px")));
    }

    pub fn unplace(panel: &HtmlElement) {
        for property in ["left", "top"] {
            drop(panel.style().remove_property(property));
        }
    }

    fn size(value: Result<JsValue, JsValue>) -> f64 {
        value.ok().and_then(|value| value.as_f64()).unwrap_or_default()
    }

    pub fn focus_first(panel: &HtmlElement) {
        let wanted = "[data-first], input:not([hidden]), textarea, select, button:not([aria-disabled='true'])";
        let first = panel.query_selector(wanted).ok().flatten();
        if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
            drop(first.focus());
        }
    }

    pub fn focus_next(panel: &HtmlElement, step: i32) {
        let Ok(items) = panel.query_selector_all("[role^='menuitem']") else { return };
        let active = document().active_element();
        let count = items.length() as i32;
        let present = (0..count).find(|index| {
            let item = items.get(*index as u32).and_then(|item| item.dyn_into::<Element>().ok());
            item.is_some() && item == active
        });
        if count == 0 {
            return;
        }
        let next = present.map_or(0, |present| (present + step).rem_euclid(count));
        if let Some(item) = items.get(next as u32).and_then(|item| item.dyn_into::<HtmlElement>().ok()) {
            drop(item.focus());
        }
    }

    pub fn focus_by_id(id: &str) -> bool {
        let element = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok());
        element.map(|element| drop(element.focus())).is_some()
    }

    pub fn widths_of_heads(region: &str) -> Vec<f64> {
        let selector = format!("#{region} thead th");
        let Ok(heads) = document().query_selector_all(&selector) else { return Vec::new() };
        let width = |index| Some(heads.get(index)?.dyn_into::<Element>().ok()?.get_bounding_client_rect().width());
        (0..heads.length()).filter_map(width).collect()
    }

    pub fn set_lengths(id: &str, lengths: &[(String, String)]) {
        let element = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok());
        let Some(element) = element else { return };
        for (name, length) in lengths {
            // The names are valid.
            drop(element.style().set_property(name, length));
        }
    }

    pub fn capture(event: &web_sys::PointerEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if let Some(target) = target {
            // Fails when the pointer is gone already; then there is nothing to follow.
            drop(target.set_pointer_capture(event.pointer_id()));
        }
    }

    pub fn focus_id(id: &str) {
        let element = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok());
        if let Some(element) = element {
            drop(element.focus());
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod imp {
    use super::{Cell, Painting, Viewport};
    use domain::clock::Instant;
    use leptos::web_sys::{Event, HtmlElement, PointerEvent};

    pub fn now() -> Instant {
        Instant::UNIX_EPOCH
    }
    pub fn random_hex() -> String {
        String::new()
    }
    pub fn viewport(_region: &str, _body: &str) -> Option<Viewport> {
        None
    }
    pub fn set_height(_element: &HtmlElement, _pixels: f64) {}
    pub fn scroll_to_place(_region: &str, _pixels: f64) {}
    pub fn on_any_scroll(_act: impl Fn() + 'static) -> impl FnOnce() {
        || ()
    }
    pub fn cell_of(_event: &Event) -> Option<Cell> {
        None
    }
    pub fn focus_cell(_body: &str, _cell: Cell) -> bool {
        false
    }
    pub fn focus_cell_in_place(_body: &str, _cell: Cell) -> bool {
        false
    }
    pub fn focus_cursor(_body: &str) -> bool {
        false
    }
    pub fn hide_popover(_id: &str) {}
    pub fn submit_form(_event: &Event) {}
    pub fn is_on(_event: &Event, _selector: &str) -> bool {
        false
    }
    pub fn is_narrow() -> bool {
        false
    }
    pub fn place_below(_panel: &HtmlElement, _body: &str, _cell: Cell) {}
    pub fn unplace(_panel: &HtmlElement) {}
    pub fn focused_cell() -> Option<Cell> {
        None
    }
    pub fn focus_is_free(_body: &str) -> bool {
        false
    }
    pub fn focus_is_lost() -> bool {
        false
    }
    pub fn paint(_body: &str, _painting: &Painting) {}
    pub fn copied_text(_event: &Event) -> Option<String> {
        None
    }
    pub fn put_copied(_event: &Event, _text: &str) -> bool {
        false
    }
    pub fn focus_text(_panel: &HtmlElement) {}
    pub fn focus_first(_panel: &HtmlElement) {}
    pub fn focus_next(_panel: &HtmlElement, _step: i32) {}
    pub fn focus_id(_id: &str) {}
    pub fn focus_by_id(_id: &str) -> bool {
        false
    }
    pub fn widths_of_heads(_region: &str) -> Vec<f64> {
        Vec::new()
    }
    pub fn set_lengths(_id: &str, _lengths: &[(String, String)]) {}
    pub fn capture(_event: &PointerEvent) {}
}

use super::selection::Span;
use domain::clock::Instant;
use domain::id::CommandId;
use leptos::web_sys::{Event, HtmlElement, PointerEvent};

/// Below this width in pixels the table is a list of cards (45 rem, as in the style sheets).
#[cfg(feature = "hydrate")]
const PHONE_BELOW: f64 = 721.0;

/// A cell of the table: the row's place in the view and the column's place in the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub place: u32,
    pub column: u8,
}

/// The part of the rows that can be seen, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Viewport {
    /// How much of the body lies above.
    pub above: f64,
    pub height: f64,
    /// The height of a row; 0 when none is in the document.
    pub row: f64,
    /// The height of a group's head; 0 when none is in the document.
    pub head: f64,
}

/// What is drawn over the cells in the document: it changes often, and touches only the cells that it is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Painting {
    pub cursor: Cell,
    /// The cells that are selected, if there are more than one.
    pub span: Option<Span>,
    /// Cells whose new value was refused, and why.
    pub refused: Vec<(Cell, String)>,
    /// Cells in which somebody else is, with the number of their tint.
    pub others: Vec<(Cell, u32)>,
}

/// Draws this, and nothing that was drawn before.
pub fn paint(body: &str, painting: &Painting) {
    imp::paint(body, painting);
}

/// Whether the focus is nowhere, or where the table may take it from: not in a field that somebody has just chosen.
pub fn focus_is_free(body: &str) -> bool {
    imp::focus_is_free(body)
}

/// The cell that has the focus.
pub fn focused_cell() -> Option<Cell> {
    imp::focused_cell()
}

/// The text of a paste.
pub fn copied_text(event: &Event) -> Option<String> {
    imp::copied_text(event)
}

/// Whether what had the focus has gone, and it is nowhere now.
pub fn focus_is_lost() -> bool {
    imp::focus_is_lost()
}

/// Gives a text to a copy; answers whether the browser took it.
pub fn put_copied(event: &Event, text: &str) -> bool {
    imp::put_copied(event, text)
}

/// Focuses the first field for text in a panel, after what is in it; else its first control.
pub fn focus_text(panel: &HtmlElement) {
    imp::focus_text(panel);
}

/// The browser's clock. Only a hint for menus: the server decides by its own.
pub fn now() -> Instant {
    imp::now()
}

/// A fresh id for a command.
pub fn new_command() -> CommandId {
    CommandId(imp::random_hex())
}

/// What can be seen of the table's body, given the ids of its scrolling region and of the body.
pub fn viewport(region: &str, body: &str) -> Option<Viewport> {
    imp::viewport(region, body)
}

/// Sets an element's height; in the document's text there may be no style attribute.
pub fn set_height(element: &HtmlElement, pixels: f64) {
    imp::set_height(element, pixels);
}

/// Scrolls so that this many pixels of the body lie above.
pub fn scroll_to_place(region: &str, pixels: f64) {
    imp::scroll_to_place(region, pixels);
}

/// Calls `act` whenever anything scrolls, until the closure that it answers is called.
pub fn on_any_scroll(act: impl Fn() + 'static) -> impl FnOnce() {
    imp::on_any_scroll(act)
}

/// The cell in which something happened.
pub fn cell_of(event: &Event) -> Option<Cell> {
    imp::cell_of(event)
}

/// Focuses a cell and brings all of it in sight, if its row is in the document.
pub fn focus_cell(body: &str, cell: Cell) -> bool {
    imp::focus_cell(body, cell)
}

/// Focuses a cell, if its row is in the document, without any scrolling.
pub fn focus_cell_in_place(body: &str, cell: Cell) -> bool {
    imp::focus_cell_in_place(body, cell)
}

/// Focuses the cell that Tab reaches; answers whether there is one.
pub fn focus_cursor(body: &str) -> bool {
    imp::focus_cursor(body)
}

/// Closes the popover of this id.
pub fn hide_popover(id: &str) {
    imp::hide_popover(id);
}

/// Sends the form in which something happened, as its button would.
pub fn submit_form(event: &Event) {
    imp::submit_form(event);
}

/// Focuses a cell whose row has just come into the document.
pub fn focus_cell_later(body: &str, cell: Cell) {
    // If it did not come, the focus stays where it is.
    let _ = focus_cell(body, cell);
}

/// Whether something happened in an element of this selector.
pub fn is_on(event: &Event, selector: &str) -> bool {
    imp::is_on(event, selector)
}

/// Whether the table is a list of cards.
pub fn is_narrow() -> bool {
    imp::is_narrow()
}

/// Puts a panel below a cell, or above it where there is no room below.
pub fn place_below(panel: &HtmlElement, body: &str, cell: Cell) {
    imp::place_below(panel, body, cell);
}

/// Puts a panel where the style sheet wants it.
pub fn unplace(panel: &HtmlElement) {
    imp::unplace(panel);
}

/// Focuses the first control of a panel.
pub fn focus_first(panel: &HtmlElement) {
    imp::focus_first(panel);
}

/// Moves the focus to another item of a menu, around its ends.
pub fn focus_next(panel: &HtmlElement, step: i32) {
    imp::focus_next(panel, step);
}

/// Focuses the element of this id; answers whether it is in the document.
pub fn focus_by_id(id: &str) -> bool {
    imp::focus_by_id(id)
}

/// The widths of the heads of all columns, the one of the boxes first.
pub fn widths_of_heads(region: &str) -> Vec<f64> {
    imp::widths_of_heads(region)
}

/// Sets lengths that the style sheets read, as custom properties of the element of this id.
pub fn set_lengths(id: &str, lengths: &[(String, String)]) {
    imp::set_lengths(id, lengths);
}

/// Lets an element follow the pointer wherever it goes, until its button comes up.
pub fn capture(event: &PointerEvent) {
    imp::capture(event);
}

/// Focuses the element of this id.
pub fn focus_id(id: &str) {
    imp::focus_id(id);
}
