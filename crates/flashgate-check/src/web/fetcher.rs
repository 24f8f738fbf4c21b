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

    /// With one of this number of equal shares of the time that is left.
    pub(crate) fn share(&self, shares: usize) -> Self {
        Self::new(self.tls.clone(), self.clock.share(shares))
    }
}
