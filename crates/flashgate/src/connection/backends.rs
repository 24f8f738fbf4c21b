//! How the backends of the gates do: whether the last attempt to reach each succeeded, and how many failed.
//!
//! A failure is logged with its client, because an operator looks for one player; up to ten of a second, and the number
//! of the others. Names come from the plan, never from the network.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use flashgate_config::snapshot::{Backend, Gate};
use tracing::field::display;
use tracing::{info, warn};

use super::not_reached::NotReached;
use crate::log::Sampler;

/// Which of a gate's servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// The one that the gate is for.
    Game,
    /// That for HTTP.
    Http,
}

impl Role {
    /// As it is called in logs and metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Game => "game",
            Self::Http => "http",
        }
    }

    /// The server itself, if the gate has it.
    pub(super) const fn of(self, gate: &Gate) -> Option<&Backend> {
        match self {
            Self::Game => Some(&gate.backend),
            Self::Http => gate.http_backend.as_ref(),
        }
    }
}

/// Every gate's backends that were tried and failed.
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

/// One of them, for whoever wants to see it.
#[derive(Clone, Debug)]
pub(crate) struct BackendStatus {
    /// The gate's name.
    pub(crate) gate: String,
    pub(crate) role: Role,
    /// Where it is.
    pub(crate) backend: Backend,
    /// Why it could not be reached the last time; none if it could.
    pub(crate) failed: Option<String>,
    /// How many connections could not be passed on.
    pub(crate) failures: u64,
}

/// For which client a backend is dialled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whose<'a> {
    pub(super) peer: Option<SocketAddr>,
    /// The origin of its page, fit for a log.
    pub(super) origin: Option<&'a str>,
}

impl Backends {
    /// It was reached.
    pub(super) fn reached(&self, gate: &str, role: Role) {
        let mut states = self.states();
        // Most have never failed, and of those nothing is kept.
        let again = states
            .iter_mut()
            .find(|((name, of), _)| name == gate && *of == role)
            .and_then(|(_, state)| state.failed.take().map(|_| state))
            .map(|state| (state.backend.clone(), state.up.admit()));
        drop(states);
        if let Some((backend, Some(suppressed))) = again {
            let role = role.name();
            info!(gate, role, %backend, suppressed, "a backend is reached again");
        }
    }

    /// It was not.
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
            warn!(peer, origin, gate, role, %backend, error, suppressed, "can't reach a backend; its clients are let go");
        }
    }

    /// Forgets those that no gate has any more.
    pub(crate) fn keep<'a>(&self, gates: impl Iterator<Item = &'a Gate>) {
        let gates: Vec<_> = gates.collect();
        self.states().retain(|(name, role), state| {
            let mut gates = gates.iter().filter(|gate| gate.name == *name);
            gates.any(|gate| role.of(gate) == Some(&state.backend))
        });
    }

    /// Those that have ever failed.
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
