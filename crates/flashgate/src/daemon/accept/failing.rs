//! What an accept loop does if its listener can't accept: waits for descriptors, or has the listener repaired.
//!
//! It never gives up, and it limits how often it tries.

use std::io;

use rustix::io::Errno;
use rustix::net::{SocketFlags, accept_with};
use tokio::time::{Instant, sleep, timeout};
use tracing::{error, info, warn};

use super::{Acceptor, BATCH, REST};
use crate::daemon::accept_error::text as error_text;
use crate::daemon::readable::watch;
use crate::daemon::starved::{FIRST_PAUSE, LONGEST_PAUSE};

impl Acceptor {
    /// Waits until a connection returns its descriptors, or until a delay has passed. If this lasts too long,
    /// connections are closed without an answer.
    pub(super) async fn pause(&mut self, errno: Errno) {
        if let Some(suppressed) = self.sampler.admit() {
            let error = error_text(errno);
            let address = self.endpoint.address;
            warn!(%address, error, suppressed, "can't accept for now; connections wait in the queue");
        }
        let delay = self.starved.next_delay();
        if self.starved.for_too_long() {
            self.shared.spare.shed(|| self.accept_and_close());
        }
        let _ = timeout(delay, self.shared.permits.next_returned()).await;
    }

    /// Accepts connections and closes them at once, so that clients don't wait for an answer that will not come.
    fn accept_and_close(&self) {
        for _ in 0..BATCH {
            if accept_with(&self.listener, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC).is_err() {
                return;
            }
            self.shared.count_shed();
        }
    }

    /// Makes the listener listen again. A failed attempt is repeated within a second. A listener that keeps failing is
    /// repaired at most once per second.
    pub(super) async fn repair(&mut self) {
        let mut delay = FIRST_PAUSE;
        if self
            .repaired
            .replace(Instant::now())
            .is_some_and(|last| last.elapsed() < LONGEST_PAUSE)
        {
            sleep(LONGEST_PAUSE).await;
        }
        let address = self.endpoint.address;
        while let Err(error) = self.try_repair() {
            if let Some(suppressed) = self.sampler.admit() {
                let error = crate::log::reason(&error);
                error!(%address, error, suppressed, "listener still failing; retrying");
            }
            sleep(delay).await;
            delay = (delay * 2).min(LONGEST_PAUSE);
        }
        self.endpoint.health.accepting();
        info!(%address, "listening again");
    }

    fn try_repair(&mut self) -> io::Result<()> {
        // Registered again each time, because the event loop never forgets that a listener failed.
        self.listener = watch(self.endpoint.repair(self.listener.get_ref())?)?;
        Ok(())
    }

    /// Registers the listener again, because another thread or process has repaired it.
    pub(super) async fn begin_again(&mut self) {
        // Sleep first, so that the loop does not spin even if the rest fails.
        sleep(REST).await;
        let renewed = self.endpoint.renew(self.listener.get_ref()).and_then(watch);
        if let Ok(listener) = renewed {
            self.listener = listener;
        }
    }
}
