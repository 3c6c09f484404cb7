//! What readers get of every kind of page.
