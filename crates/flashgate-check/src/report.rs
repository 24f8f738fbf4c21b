//! What a check found, for people, for programs and for monitoring; one file a format.
//!
//! It must never decide anything: verdict, causes and their order are settled before.

mod bridge;
mod human;
mod json;
mod nagios;
mod progress;
mod rule;
mod words;

pub use human::{bridge as human_bridge, report as human};
pub use json::{bridge as json_bridge, report as json};
pub use nagios::{NAGIOS_TABLE, NagiosStatus, bridge as nagios_bridge, report as nagios};
pub use progress::ProgressDisplay;
