//! The state of the gates' backends: whether the last attempt to reach each succeeded, and how many failed.
//!
//! A failure is logged with its client, because an operator may be looking for one player. Up to ten per second are
//! logged, with a count of the others. Names come from the plan, never from the network.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use flashgate_config::snapshot::{Backend, Gate};
use tracing::field::display;
use tracing::{info, warn};

use super::not_reached::NotReached;
use crate::log::Sampler;

/// A gate's server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// The game server.
    Game,
    /// The HTTP server.
    Http,
}

impl Role {
    /// The name in logs and metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Game => "game",
            Self::Http => "http",
        }
    }

    /// The backend, if the gate has one for this role.
    pub(super) const fn of(self, gate: &Gate) -> Option<&Backend> {
        match self {
            Self::Game => Some(&gate.backend),
            Self::Http => gate.http_backend.as_ref(),
        }
    }
}

/// All backends that have failed at least once.
#[derive(Debug, Default)]
pub(crate) struct Backends(Mutex<BTreeMap<(String, Role), State>>);

#[derive(Debug)]
struct State {
    backend: Backend,
    failed: Option<String>,
    failures: u64,
    down: Sampler,
    up: Sampler,
}

/// The state of one backend, for status and metrics.
#[derive(Clone, Debug)]
pub(crate) struct BackendStatus {
    /// The gate's name.
    pub(crate) gate: String,
    pub(crate) role: Role,
    /// The backend's address.
    pub(crate) backend: Backend,
    /// Why the last attempt failed; `None` if it succeeded.
    pub(crate) failed: Option<String>,
    /// How many connections could not be forwarded.
    pub(crate) failures: u64,
}

/// The client that needs a backend.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whose<'a> {
    pub(super) peer: Option<SocketAddr>,
    /// The origin of the client's page, escaped for the log.
    pub(super) origin: Option<&'a str>,
}

impl Backends {
    /// Records that a backend was reached.
    pub(super) fn reached(&self, gate: &str, role: Role) {
        let mut states = self.states();
        // Most backends have never failed. Nothing is stored for them.
        let again = states
            .iter_mut()
            .find(|((name, of), _)| name == gate && *of == role)
            .and_then(|(_, state)| state.failed.take().map(|_| state))
            .map(|state| (state.backend.clone(), state.up.admit()));
        drop(states);
        if let Some((backend, Some(suppressed))) = again {
            let role = role.name();
            info!(gate, role, %backend, suppressed, "the backend can be reached again");
        }
    }

    /// Records that a backend could not be reached.
    pub(super) fn failed(
        &self,
        (gate, role): (&str, Role),
        backend: &Backend,
        error: &NotReached,
        whose: Whose<'_>,
    ) {
        let error = error.to_string();
        let mut states = self.states();
        let state = states
            .entry((gate.to_owned(), role))
            .or_insert_with(|| State {
                backend: backend.clone(),
                failed: None,
                failures: 0,
                down: Sampler::of_different_warnings("backend-unreachable"),
                up: Sampler::of_warnings("backend-reached"),
            });
        state.backend.clone_from(backend);
        state.failures += 1;
        state.failed = Some(error.clone());
        let admitted = state.down.admit();
        drop(states);
        if let Some(suppressed) = admitted {
            let (role, peer) = (role.name(), whose.peer.map(display));
            let origin = whose.origin.map(display);
            warn!(peer, origin, gate, role, %backend, error, suppressed, "can't reach a backend; closing the connection");
        }
    }

    /// Forgets backends that no gate uses anymore.
    pub(crate) fn keep<'a>(&self, gates: impl Iterator<Item = &'a Gate>) {
        let gates: Vec<_> = gates.collect();
        self.states().retain(|(name, role), state| {
            let mut gates = gates.iter().filter(|gate| gate.name == *name);
            gates.any(|gate| role.of(gate) == Some(&state.backend))
        });
    }

    /// The backends that have failed at least once.
    pub(crate) fn status(&self) -> Vec<BackendStatus> {
        let one = |((gate, role), state): (&(String, Role), &State)| BackendStatus {
            gate: gate.clone(),
            role: *role,
            backend: state.backend.clone(),
            failed: state.failed.clone(),
            failures: state.failures,
        };
        self.states().iter().map(one).collect()
    }

    fn states(&self) -> MutexGuard<'_, BTreeMap<(String, Role), State>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
