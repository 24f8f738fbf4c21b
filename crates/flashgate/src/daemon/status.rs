//! The daemon's own status in one place: set by many parts, read by `[admin]`.
//!
//! The counters of connections are in `Shared` and `Permits`. Nothing here comes from the network.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use flashgate_config::snapshot::{Limits, Plan};
use flashgate_config::tls::Certificate;
use flashgate_report::render;

use super::accept_error::Class;

/// What the daemon is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Addresses are bound, but the daemon is not ready.
    Starting,
    /// Serving.
    Ready,
    /// Serving, and reloading.
    Reloading,
    /// Stopping. Accepted connections are still answered.
    Draining,
    /// Nothing is answered anymore.
    Stopped,
}

impl Phase {
    pub(super) const ALL: [Self; 5] = [
        Self::Starting,
        Self::Ready,
        Self::Reloading,
        Self::Draining,
        Self::Stopped,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Ready => "ready",
            Self::Reloading => "reloading",
            Self::Draining => "draining",
            Self::Stopped => "stopped",
        }
    }

    /// Whether new connections are accepted.
    pub(super) const fn serves(self) -> bool {
        match self {
            Self::Ready | Self::Reloading => true,
            Self::Starting | Self::Draining | Self::Stopped => false,
        }
    }
}

/// Whether a listener's socket works. Its accept loop sets it.
#[derive(Clone, Debug, Default)]
pub(super) struct Health(Arc<AtomicBool>);

impl Health {
    /// The socket has failed, and is being bound again.
    pub(super) fn failed(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// The socket works again.
    pub(super) fn accepting(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    pub(super) fn has_failed(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn name(&self) -> &'static str {
        if self.has_failed() {
            "failed"
        } else {
            "accepting"
        }
    }
}

/// One listener.
#[derive(Clone, Debug)]
pub(super) struct ListenerStatus {
    pub(super) address: SocketAddr,
    /// What most of its addresses serve: `policy`, `gate` or `bridge`.
    pub(super) serves: &'static str,
    /// The gate on most of its addresses, if there is one.
    pub(super) gate: Option<String>,
    /// The policy on most of its addresses; `None` for the bridge.
    pub(super) policy: Option<String>,
    pub(super) health: Health,
}

/// One gate of the plan.
#[derive(Clone, Debug)]
pub(super) struct GateStatus {
    pub(super) name: String,
    /// The addresses, as configured.
    pub(super) addresses: Vec<String>,
    pub(super) policy: Option<String>,
    pub(super) backend: String,
    pub(super) http_backend: Option<String>,
}

impl GateStatus {
    fn all(plan: &Plan) -> Vec<Self> {
        let gates = plan.listeners.iter().filter_map(|listener| {
            let gate = listener.service.gate()?;
            Some(Self {
                name: gate.name.clone(),
                addresses: listener.addresses.iter().map(ToString::to_string).collect(),
                policy: listener.service.policy().map(|policy| policy.name.clone()),
                backend: gate.backend.to_string(),
                http_backend: gate.http_backend.as_ref().map(ToString::to_string),
            })
        });
        gates.collect()
    }
}

/// The last reload.
#[derive(Clone, Debug)]
pub(super) struct LastReload {
    pub(super) at: Instant,
    /// Why it changed nothing, as logged; `None` if it succeeded.
    pub(super) error: Option<String>,
}

/// A consistent copy of what changes from time to time.
#[derive(Clone, Debug)]
pub(super) struct StatusSnapshot {
    pub(super) phase: Phase,
    pub(super) listeners: Vec<ListenerStatus>,
    pub(super) gates: Vec<GateStatus>,
    pub(super) limits: Limits,
    pub(super) drain: Duration,
    /// The TLS certificates in use.
    pub(super) certificates: Vec<Certificate>,
    /// The parts of the sandbox, and whether each is active.
    pub(super) sandbox: Vec<(&'static str, bool)>,
    pub(super) reloads: u64,
    pub(super) reloads_failed: u64,
    pub(super) last_reload: Option<LastReload>,
    /// When the current plan was read.
    pub(super) loaded: SystemTime,
}

/// The daemon's status.
#[derive(Debug)]
pub(super) struct Status {
    started: Instant,
    started_at: SystemTime,
    accept_errors: [AtomicU64; 3],
    known: Mutex<StatusSnapshot>,
}

impl Status {
    pub(super) fn new(plan: &Plan) -> Arc<Self> {
        let now = SystemTime::now();
        Arc::new(Self {
            started: Instant::now(),
            started_at: now,
            accept_errors: Default::default(),
            known: Mutex::new(StatusSnapshot {
                phase: Phase::Starting,
                listeners: Vec::new(),
                gates: GateStatus::all(plan),
                limits: plan.limits.clone(),
                drain: plan.process.drain,
                certificates: plan.certificates.clone(),
                sandbox: Vec::new(),
                reloads: 0,
                reloads_failed: 0,
                last_reload: None,
                loaded: now,
            }),
        })
    }

    /// A copy of the current status.
    pub(super) fn known(&self) -> StatusSnapshot {
        self.lock().clone()
    }

    pub(super) fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    pub(super) fn started_at(&self) -> SystemTime {
        self.started_at
    }

    pub(super) fn set_phase(&self, phase: Phase) {
        self.lock().phase = phase;
    }

    pub(super) fn set_listeners(&self, listeners: Vec<ListenerStatus>) {
        self.lock().listeners = listeners;
    }

    /// Sets which parts of the sandbox are active.
    pub(super) fn set_sandbox(&self, parts: Vec<(&'static str, bool)>) {
        self.lock().sandbox = parts;
    }

    /// Records a successful reload.
    pub(super) fn reloaded(&self, plan: &Plan) {
        let mut known = self.lock();
        known.gates = GateStatus::all(plan);
        known.limits = plan.limits.clone();
        known.drain = plan.process.drain;
        known.certificates.clone_from(&plan.certificates);
        known.reloads += 1;
        known.loaded = SystemTime::now();
        known.last_reload = Some(LastReload {
            at: Instant::now(),
            error: None,
        });
    }

    /// Records a refused reload. The text is formatted for a terminal.
    pub(super) fn not_reloaded(&self, error: &str) {
        let mut known = self.lock();
        known.reloads_failed += 1;
        known.last_reload = Some(LastReload {
            at: Instant::now(),
            error: Some(render::without_color(error)),
        });
    }

    pub(super) fn count_accept_error(&self, class: Class) {
        if let Some(count) = index(class).and_then(|index| self.accept_errors.get(index)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many errors of `accept` there were, by class.
    pub(super) fn accept_errors(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self
            .accept_errors
            .iter()
            .map(|count| count.load(Ordering::Relaxed));
        ["connection", "exhausted", "dead"].into_iter().zip(counts)
    }

    fn lock(&self) -> MutexGuard<'_, StatusSnapshot> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The counter of a class. An empty queue is not an error.
const fn index(class: Class) -> Option<usize> {
    match class {
        Class::Empty => None,
        Class::Connection => Some(0),
        Class::Exhausted => Some(1),
        Class::Dead => Some(2),
    }
}
