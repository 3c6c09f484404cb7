//! The words and rules of Landbridge: no input or output, no clock, the same code in server and browser.
//!
//! Every rule that decides something (which status may follow which, who may do what, which rows a view
//! shows, what a spreadsheet's row means) lives here as a pure function with the time passed in.

pub mod account;
pub mod actor;
pub mod answer;
pub mod blocker;
pub mod bulk;
pub mod calendar;
pub mod change;
pub mod clipboard;
pub mod clock;
pub mod cohort;
pub mod cohort_report;
pub mod custom;
pub mod customer;
pub mod customer_page;
pub mod english;
pub mod event;
pub mod export;
pub mod field;
pub mod forecast;
pub mod gate;
pub mod health;
pub mod id;
pub mod import;
pub mod language;
pub mod live;
pub mod migration;
pub mod notice;
pub mod paste;
pub mod policy;
pub mod public_page;
pub mod saved_view;
pub mod search;
pub mod slug;
pub mod split;
pub mod spread;
pub mod state;
pub mod status;
pub mod status_page;
pub mod subscription;
pub mod template;
pub mod undo;
pub mod user;
pub mod view;
pub mod work;
