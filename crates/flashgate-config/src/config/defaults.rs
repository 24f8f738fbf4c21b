//! The defaults in `keys` as values, for settings that neither a flag nor the config file changes.

use std::time::Duration;

use super::tree::Table;
use super::tree::scalar::default;
use super::{keys, raw, sections};
use crate::snapshot::{Limits, ListenAddress, PathPattern, ProcessPlan, WebSocketMode};

/// The name in logs of the policy that flags define.
pub const POLICY: &str = "default";

/// The default of every limit.
pub fn limits() -> Limits {
    sections::limits(&Table::empty(&keys::LIMITS), &mut Vec::new())
}

/// The default process settings.
pub fn process() -> ProcessPlan {
    sections::process(&Table::empty(&keys::PROCESS), &mut Vec::new()).process
}

/// How long a client may be silent before a gate connects to its server.
pub fn speaks_first_after() -> Duration {
    default(&keys::GATE, "speaks-first-after", sections::lasting).unwrap_or_default()
}

/// Whether gates accept WebSockets.
pub fn websocket() -> WebSocketMode {
    let websocket = default(&keys::GATE, "websocket", sections::websocket);
    websocket.unwrap_or_default()
}

/// Which path belongs to which gate.
pub(super) fn bridge_path() -> PathPattern {
    let path = default(&keys::BRIDGE, "path", raw::bridge_path);
    path.map_or_else(PathPattern::default, |path| path.value)
}

/// The default address of `[admin]`.
pub fn admin_address() -> Option<ListenAddress> {
    let address = default(&keys::ADMIN, "address", sections::admin_address);
    address.map(|address| address.value)
}
