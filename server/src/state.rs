//! What every handler can reach.

use crate::attempts::Attempts;
use crate::cookies::Cookies;
use crate::presence::Presence;
use crate::subscriptions::Subscriptions;
use app::Assets;
use app::backend::Backend;
use metrics_exporter_prometheus::PrometheusHandle;
use std::sync::Arc;
use tokio::sync::watch;

/// The state of the application. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    pub backend: Backend,
    pub assets: Assets,
    pub cookies: Cookies,
    pub behind_proxy: bool,
    pub presence: Arc<Presence>,
    /// Refused calls of hooks, by the address that they came from.
    pub hooks: Arc<Attempts>,
    /// Tokens of customers' links that opened nothing, by the place that they came from.
    pub links: Arc<Attempts>,
    pub subscriptions: Arc<Subscriptions>,
    pub metrics: PrometheusHandle,
    /// Turns true when the server is about to stop.
    pub stopping: watch::Receiver<bool>,
}
