//! `/metrics`: everything that is counted, in the text format of `OpenMetrics` 1.0.
//!
//! The numbers live where they are counted, and are read when somebody asks. No label comes from the network: their
//! values are names in this program and in the config, and its version.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use super::AdminSources;
use crate::connection::BackendStatus;
use crate::daemon::status::{Phase, StatusSnapshot};
use crate::log;

/// The content type of `OpenMetrics`.
pub(super) const TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All of it, as it is now.
pub(super) fn text(sources: &AdminSources) -> String {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(sources.clone()));
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = text::encode(&mut text, &registry);
    text
}

impl Collector for AdminSources {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let known = self.status.known();
        let mut to = Families(encoder);
        self.daemon(&known, &mut to)?;
        self.connections(&mut to)?;
        self.relays(&mut to)?;
        self.tls(&known, &mut to)?;
        reloads(&known, &mut to)?;
        to.counter(
            "flashgate_panics",
            "Faults of flashgate itself; each cost one connection at most.",
            log::panics(),
        )?;
        let lost = log::lines_lost_in_all();
        to.counter(
            "flashgate_log_lines_lost",
            "Log lines that could not be written at once.",
            lost,
        )
    }
}

impl AdminSources {
    fn daemon(&self, known: &StatusSnapshot, to: &mut Families<'_>) -> fmt::Result {
        to.version()?;
        to.time(
            "process_start_time",
            "When the process started.",
            self.status.started_at(),
        )?;
        let phase = |phase: Phase| (phase.name(), u64::from(phase == known.phase));
        let phases = Phase::ALL.map(phase);
        to.gauges(
            "flashgate_phase",
            "What the daemon is doing: 1 for one of them.",
            "phase",
            &phases,
        )?;
        listeners(known, to)?;
        sandbox(known, to)
    }

    fn connections(&self, to: &mut Families<'_>) -> fmt::Result {
        let permits = &self.shared.permits;
        let totals = self.shared.totals();
        let outcomes: Vec<_> = totals
            .map(|(outcome, total)| (outcome.code(), total))
            .collect();
        let accept_errors: Vec<_> = self.status.accept_errors().collect();
        to.counters(
            "flashgate_connections",
            "Connections that have ended.",
            "outcome",
            &outcomes,
        )?;
        to.gauge(
            "flashgate_connections_open",
            "Connections that were not answered on the spot and are open.",
            permits.open() as u64,
        )?;
        to.gauge(
            "flashgate_connections_answering",
            "Those of them whose request is known.",
            permits.answering() as u64,
        )?;
        to.gauge(
            "flashgate_connections_limit",
            "How many may be open.",
            permits.limit() as u64,
        )?;
        to.counter(
            "flashgate_shed",
            "Connections closed unanswered because descriptors had run out.",
            self.shared.shed(),
        )?;
        to.counters(
            "flashgate_accept_errors",
            "Errors of accept.",
            "class",
            &accept_errors,
        )
    }

    fn relays(&self, to: &mut Families<'_>) -> fmt::Result {
        let permits = &self.shared.permits;
        to.gauge(
            "flashgate_connections_relaying",
            "Those of the open ones that are passed on to a backend.",
            permits.relaying() as u64,
        )?;
        to.gauge(
            "flashgate_relays_limit",
            "How many may be passed on.",
            permits.most_relays() as u64,
        )?;
        to.gauge(
            "flashgate_websockets_open",
            "Those of the connections that are passed on which are WebSockets.",
            self.shared.bridging() as u64,
        )?;
        to.gauge(
            "flashgate_connections_lingering",
            "Connections that were answered and wait for their client's end; not among the open ones.",
            permits.lingering() as u64,
        )?;
        let [from_clients, from_backends] = self.shared.relayed();
        let bytes = [("client", from_clients), ("backend", from_backends)];
        let help = "Bytes passed on, by who sent them; counted when a relay ends.";
        to.counters("flashgate_relayed_bytes", help, "from", &bytes)?;
        to.backends(&self.shared.backends.status())
    }

    fn tls(&self, known: &StatusSnapshot, to: &mut Families<'_>) -> fmt::Result {
        let certificates = &known.certificates;
        if certificates.is_empty() {
            return Ok(());
        }
        let handshakes: Vec<_> = self.shared.handshakes().collect();
        let help = "TLS handshakes, by their result.";
        to.counters("flashgate_tls_handshakes", help, "result", &handshakes)?;
        let mut ends: Vec<(&str, u64)> = Vec::new();
        for certificate in certificates {
            let end = certificate.not_after().as_secs();
            // The same file with two keys has one end.
            if !ends.iter().any(|(file, _)| *file == certificate.file) {
                ends.push((&certificate.file, end));
            }
        }
        let help = "Until when each certificate is valid, in seconds since 1970.";
        to.gauges(
            "flashgate_tls_certificate_not_after_seconds",
            help,
            "certificate",
            &ends,
        )
    }
}

fn listeners(known: &StatusSnapshot, to: &mut Families<'_>) -> fmt::Result {
    let listeners = &known.listeners;
    let failed = listeners
        .iter()
        .filter(|listener| listener.health.has_failed())
        .count();
    let states = [("accepting", listeners.len() - failed), ("failed", failed)];
    let states = states.map(|(state, count)| (state, count as u64));
    to.gauges(
        "flashgate_listeners",
        "Listeners on policy ports.",
        "state",
        &states,
    )
}

fn sandbox(known: &StatusSnapshot, to: &mut Families<'_>) -> fmt::Result {
    let parts = known.sandbox.iter();
    let parts: Vec<_> = parts.map(|(part, on)| (*part, u64::from(*on))).collect();
    if parts.is_empty() {
        return Ok(());
    }
    let help = "Parts of the sandbox: 1 for those in force.";
    to.gauges("flashgate_sandbox", help, "part", &parts)
}

fn reloads(known: &StatusSnapshot, to: &mut Families<'_>) -> fmt::Result {
    let StatusSnapshot {
        reloads,
        reloads_failed,
        last_reload,
        loaded,
        ..
    } = known;
    let results = [("success", *reloads), ("failure", *reloads_failed)];
    to.counters("flashgate_reloads", "Reloads.", "result", &results)?;
    let failed = last_reload
        .as_ref()
        .is_some_and(|last| last.error.is_some());
    to.gauge(
        "flashgate_config_last_reload_success",
        "Whether what is served is what the files say; 0 after a failed reload.",
        u64::from(!failed),
    )?;
    to.time(
        "flashgate_config_last_reload_success_timestamp",
        "When what is served was read.",
        *loaded,
    )
}

/// Writes families of metrics, one after another.
struct Families<'a>(DescriptorEncoder<'a>);

type Samples<'a> = [(&'a str, u64)];

impl Families<'_> {
    fn version(&mut self) -> fmt::Result {
        let help = "The version that runs.";
        let mut family = self.family(MetricType::Info, "flashgate_build", help)?;
        family.encode_info(&[("version", env!("CARGO_PKG_VERSION"))])
    }

    fn family<'a>(
        &'a mut self,
        kind: MetricType,
        name: &'a str,
        help: &'a str,
    ) -> Result<MetricEncoder<'a>, fmt::Error> {
        self.0.encode_descriptor(name, help, None, kind)
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        let mut family = self.family(MetricType::Counter, name, help)?;
        family.encode_counter::<NoLabelSet, _, u64>(&value, None)
    }

    fn counters(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        samples: &Samples<'_>,
    ) -> fmt::Result {
        let mut family = self.family(MetricType::Counter, name, help)?;
        for (sample, value) in samples {
            family
                .encode_family(&[(label, *sample)])?
                .encode_counter::<NoLabelSet, _, u64>(value, None)?;
        }
        Ok(())
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        let mut family = self.family(MetricType::Gauge, name, help)?;
        family.encode_gauge(&value)
    }

    fn gauges(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        samples: &Samples<'_>,
    ) -> fmt::Result {
        let mut family = self.family(MetricType::Gauge, name, help)?;
        for (sample, value) in samples {
            family
                .encode_family(&[(label, *sample)])?
                .encode_gauge(value)?;
        }
        Ok(())
    }

    /// Whether each backend is up, and how often it was not, by its gate and what it is there for.
    fn backends(&mut self, backends: &[BackendStatus]) -> fmt::Result {
        if backends.is_empty() {
            return Ok(());
        }
        let labels =
            |it: &BackendStatus| [("gate", it.gate.clone()), ("role", it.role.name().into())];
        let help = "Whether the last connection to a gate's backend came about.";
        let name = "flashgate_backend_up";
        let mut family = self.family(MetricType::Gauge, name, help)?;
        for backend in backends {
            family
                .encode_family(&labels(backend))?
                .encode_gauge(&u64::from(backend.failed.is_none()))?;
        }
        let help = "Clients let go because a gate's backend could not be reached.";
        let name = "flashgate_backend_failures";
        let mut family = self.family(MetricType::Counter, name, help)?;
        for backend in backends {
            family
                .encode_family(&labels(backend))?
                .encode_counter::<NoLabelSet, _, u64>(&backend.failures, None)?;
        }
        Ok(())
    }

    /// The unit becomes a part of the name.
    fn time(&mut self, name: &str, help: &str, time: SystemTime) -> fmt::Result {
        let unit = Some(&Unit::Seconds);
        let mut family = self
            .0
            .encode_descriptor(name, help, unit, MetricType::Gauge)?;
        // Before 1970 the clock was not set.
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        family.encode_gauge(&since.as_secs_f64())
    }
}
