//! Asking the server again, but not at each of many reasons.

use leptos::prelude::*;
use std::time::Duration;

/// Something that is done at once when it was not done lately, and otherwise once after a pause.
#[derive(Clone, Copy)]
pub struct Paced {
    pause: Duration,
    act: Callback<()>,
    waiting: StoredValue<bool>,
    again: StoredValue<bool>,
}

impl Paced {
    /// `act` runs at most once per pause, for as long as the reactive owner of the caller lives.
    pub fn new(pause: Duration, act: impl Fn() + Send + Sync + 'static) -> Paced {
        let (waiting, again) = (StoredValue::new(false), StoredValue::new(false));
        Paced { pause, act: Callback::new(move |()| act()), waiting, again }
    }

    /// There is a reason.
    pub fn run(self) {
        if self.waiting.try_get_value() != Some(false) {
            self.again.try_set_value(true);
            return;
        }
        self.waiting.set_value(true);
        self.act.run(());
        set_timeout(
            move || {
                self.waiting.try_set_value(false);
                if self.again.try_get_value() == Some(true) {
                    self.again.set_value(false);
                    self.run();
                }
            },
            self.pause,
        );
    }
}
