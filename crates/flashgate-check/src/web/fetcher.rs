//! What every request of a check shares.

use crate::clock::CheckClock;
use crate::tls::TlsJudge;

/// Loads things for a page.
#[derive(Clone, Debug)]
pub(crate) struct Fetcher {
    pub(super) tls: TlsJudge,
    pub(super) clock: CheckClock,
}

impl Fetcher {
    pub(crate) const fn new(tls: TlsJudge, clock: CheckClock) -> Self {
        Self { tls, clock }
    }
}
