//! The settings of a check.

use flash_policy::player::Config;

use super::tls::Trust;

/// The settings of a check.
#[derive(Clone, Debug)]
pub struct CheckPlan {
    /// The client, and what it connects to.
    pub config: Config,
    /// Which certificates are accepted.
    pub trust: Trust,
    /// The target, as given.
    pub target: String,
}
