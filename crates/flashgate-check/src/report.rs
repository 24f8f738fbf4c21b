//! The results of a check, for people, programs and monitoring, with one file for each format.
//!
//! Nothing here decides anything: the verdict, the causes and their order are already fixed.

mod bridge;
mod human;
mod json;
mod loads;
mod nagios;
mod progress;
mod rule;
mod words;

pub use human::{bridge as human_bridge, report as human};
pub use json::{bridge as json_bridge, failure as json_failure, report as json};
pub use nagios::{NAGIOS_TABLE, NagiosStatus, bridge as nagios_bridge, report as nagios};
pub use progress::ProgressDisplay;
