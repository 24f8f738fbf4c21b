//! What is to be checked, as a player.

use flash_policy::player::Config;

use super::tls::Trust;

/// What is to be checked.
#[derive(Clone, Debug)]
pub struct CheckPlan {
    /// The client: what it is, and what it connects to.
    pub config: Config,
    /// Whose certificates are accepted.
    pub trust: Trust,
    /// The target, as it was given.
    pub target: String,
}
