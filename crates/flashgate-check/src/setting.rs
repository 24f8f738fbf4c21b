//! The context that every part of a check gets, and the callback for progress.

use flash_policy::player::{Config, Step};

use super::clock::CheckClock;
use super::converse::{Call, Speech};
use super::names::Lookup;
use super::tls::TlsJudge;

/// What every part of a check needs.
#[derive(Clone, Copy)]
pub(super) struct Setting<'a> {
    pub(super) config: &'a Config,
    pub(super) lookup: &'a Lookup,
    pub(super) tls: &'a TlsJudge,
    pub(super) clock: CheckClock,
}

impl Setting<'_> {
    /// A further connection to the same port as in this step, at any address of the target.
    pub(super) fn call(self, step: &Step, speech: Speech) -> Call {
        Call {
            host: step.fetch.host.clone(),
            addresses: self.lookup.addresses.clone(),
            port: step.fetch.port.get(),
            transport: step.fetch.transport,
            tls: self.tls.clone(),
            speech,
        }
    }
}

/// Called with what the check waits for, whenever that changes.
pub type Watcher<'a> = &'a dyn Fn(&str);
