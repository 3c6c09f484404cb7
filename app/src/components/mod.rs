//! Small components that every page shares.

pub mod avatar;
pub mod browser;
pub mod button;
pub mod countdown;
pub mod custom_input;
pub mod date;
pub mod dialog;
pub mod due;
pub mod empty;
pub mod form;
pub mod frame;
pub mod icon;
pub mod load_problem;
pub mod migration_form;
pub mod notice;
pub mod number;
pub mod paced;
pub mod palette;
pub mod problem;
pub mod promises;
pub mod reason_dialog;
pub mod segments;
pub mod shortcuts;
pub mod stage;
pub mod state;
