//! What was made of a policy so far. All gates with the policy share it: with rules for the ports of the gates, it grows
//! with their number.

use std::cell::OnceCell;
use std::sync::Arc;

use flash_policy::{Policy, Port, Reply};

/// What clients get, by port and format.
#[derive(Debug, Default)]
pub(super) struct SentPolicies {
    on_master: SentPolicy,
    elsewhere: SentPolicy,
    pub(super) to_silverlight: OnceCell<Option<Reply>>,
}

/// What players get on a port. Of the ports, only 843 differs from the others.
#[derive(Debug, Default)]
pub(super) struct SentPolicy {
    pub(super) reply: OnceCell<Option<Reply>>,
    pub(super) granted: OnceCell<Option<Arc<Policy>>>,
}

impl SentPolicies {
    pub(super) fn on(&self, port: Option<Port>) -> &SentPolicy {
        if port == Some(Port::MASTER) {
            &self.on_master
        } else {
            &self.elsewhere
        }
    }
}
