//! How the backends of the gates do: whether the last attempt to reach each succeeded, and how many failed.
//!
//! A dead backend is told once a second, not once for each client. Names come from the plan, never from the network.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tracing::{info, warn};

use crate::log::{self, Sampler};
use crate::snapshot::Backend;

/// Every gate's backend that was tried.
#[derive(Debug, Default)]
pub(crate) struct Backends(Mutex<BTreeMap<String, State>>);

#[derive(Debug)]
struct State {
    failed: Option<String>,
    failures: u64,
    sampler: Sampler,
}

/// One of them, for whoever wants to see it.
#[derive(Clone, Debug)]
pub(crate) struct BackendStatus {
    /// The gate's name.
    pub(crate) gate: String,
    /// Why it could not be reached the last time; none if it could.
    pub(crate) failed: Option<String>,
    /// How many connections could not be passed on.
    pub(crate) failures: u64,
}

impl Backends {
    /// It was reached.
    pub(super) fn reached(&self, gate: &str, backend: &Backend) {
        let mut states = self.states();
        let failed = states.get_mut(gate).and_then(|state| state.failed.take());
        drop(states);
        if failed.is_some() {
            info!(gate, %backend, "a backend is reached again");
        }
    }

    /// It was not.
    pub(super) fn failed(&self, gate: &str, backend: &Backend, error: &io::Error) {
        let error = log::reason(error);
        let mut states = self.states();
        let state = states.entry(gate.to_owned()).or_insert_with(|| State {
            failed: None,
            failures: 0,
            sampler: Sampler::of_warnings("backend-unreachable"),
        });
        state.failures += 1;
        state.failed = Some(error.clone());
        let admitted = state.sampler.admit();
        drop(states);
        if let Some(suppressed) = admitted {
            warn!(gate, %backend, error, suppressed, "can't reach a backend; its clients are let go");
        }
    }

    /// Forgets gates that are no more.
    pub(crate) fn keep(&self, gates: &[&str]) {
        self.states()
            .retain(|name, _| gates.contains(&name.as_str()));
    }

    /// Those that have ever failed.
    pub(crate) fn status(&self) -> Vec<BackendStatus> {
        let one = |(gate, state): (&String, &State)| BackendStatus {
            gate: gate.clone(),
            failed: state.failed.clone(),
            failures: state.failures,
        };
        self.states().iter().map(one).collect()
    }

    fn states(&self) -> MutexGuard<'_, BTreeMap<String, State>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
