//! A customer's own page, behind a link and without a sign-in: what it shows of one account, and what its readers may ask for.
//!
//! Whoever has the link can open the page, so [`view::CustomerView`] has no field for a name, a cause or a colleague.

pub mod link;
pub mod offer;
pub mod request;
pub mod settings;
pub mod slots;
#[cfg(feature = "server")]
pub mod view;
#[cfg(feature = "server")]
pub mod words;
