//! `/metrics`: all counters, in the text format of `OpenMetrics` 1.0.
//!
//! The numbers are stored where they are counted, and are read on request. No label comes from the network. The values
//! are names from this program or the config, and the version.

mod table;

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet, text};
use prometheus_client::registry::{Registry, Unit};

pub(crate) use table::reference;
use table::{Metric, MetricKind};

use super::AdminSources;
use crate::connection::BackendStatus;
use crate::daemon::status::{Phase, StatusSnapshot};
use crate::log;
use crate::revision;

/// The content type of `OpenMetrics`.
pub(super) const TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All metrics with their current values.
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
        to.counter(Metric::Panics, log::panics())?;
        let lost = log::lines_lost_in_all();
        to.counter(Metric::LogLinesLost, lost)
    }
}

impl AdminSources {
    fn daemon(&self, known: &StatusSnapshot, to: &mut Families<'_>) -> fmt::Result {
        to.version()?;
        to.time(Metric::ProcessStart, self.status.started_at())?;
        let phase = |phase: Phase| (phase.name(), u64::from(phase == known.phase));
        let phases = Phase::ALL.map(phase);
        to.gauges(Metric::Phase, &phases)?;
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
        to.counters(Metric::Connections, &outcomes)?;
        to.gauge(Metric::ConnectionsOpen, permits.open() as u64)?;
        to.gauge(Metric::ConnectionsAnswering, permits.answering() as u64)?;
        to.gauge(Metric::ConnectionsLimit, permits.limit() as u64)?;
        to.counter(Metric::Shed, self.shared.shed())?;
        to.counters(Metric::AcceptErrors, &accept_errors)
    }

    fn relays(&self, to: &mut Families<'_>) -> fmt::Result {
        let permits = &self.shared.permits;
        to.gauge(Metric::ConnectionsRelaying, permits.relaying() as u64)?;
        to.gauge(Metric::RelaysLimit, permits.most_relays() as u64)?;
        to.gauge(Metric::WebSocketsOpen, self.shared.bridging() as u64)?;
        to.gauge(Metric::ConnectionsLingering, permits.lingering() as u64)?;
        let [from_clients, from_backends] = self.shared.relayed();
        let bytes = [("client", from_clients), ("backend", from_backends)];
        to.counters(Metric::RelayedBytes, &bytes)?;
        to.backends(&self.shared.backends.status())
    }

    fn tls(&self, known: &StatusSnapshot, to: &mut Families<'_>) -> fmt::Result {
        let certificates = &known.certificates;
        if certificates.is_empty() {
            return Ok(());
        }
        let handshakes: Vec<_> = self.shared.handshakes().collect();
        to.counters(Metric::TlsHandshakes, &handshakes)?;
        let mut ends: Vec<(&str, u64)> = Vec::new();
        for certificate in certificates {
            let end = certificate.not_after().as_secs();
            // A file with two keys has the same expiry for both.
            if !ends.iter().any(|(file, _)| *file == certificate.file) {
                ends.push((&certificate.file, end));
            }
        }
        to.gauges(Metric::CertificateNotAfter, &ends)
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
    to.gauges(Metric::Listeners, &states)
}

fn sandbox(known: &StatusSnapshot, to: &mut Families<'_>) -> fmt::Result {
    let parts = known.sandbox.iter();
    let parts: Vec<_> = parts.map(|(part, on)| (*part, u64::from(*on))).collect();
    if parts.is_empty() {
        return Ok(());
    }
    to.gauges(Metric::Sandbox, &parts)
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
    to.counters(Metric::Reloads, &results)?;
    let failed = last_reload
        .as_ref()
        .is_some_and(|last| last.error.is_some());
    to.gauge(Metric::LastReload, u64::from(!failed))?;
    to.time(Metric::LastReloadTime, *loaded)
}

/// Writes families of metrics, one after another.
struct Families<'a>(DescriptorEncoder<'a>);

type Samples<'a> = [(&'a str, u64)];

impl Families<'_> {
    fn version(&mut self) -> fmt::Result {
        let mut family = self.family(Metric::Build)?;
        let revision = revision::commit().unwrap_or("unknown");
        family.encode_info(&labels(Metric::Build, [revision::VERSION, revision]))
    }

    fn family(&mut self, metric: Metric) -> Result<MetricEncoder<'_>, fmt::Error> {
        let kind = metric.kind();
        // The unit becomes part of the name.
        let unit = (kind == MetricKind::Time).then_some(&Unit::Seconds);
        self.0
            .encode_descriptor(metric.name(), metric.help(), unit, kind.metric_type())
    }

    fn counter(&mut self, metric: Metric, value: u64) -> fmt::Result {
        let mut family = self.family(metric)?;
        family.encode_counter::<NoLabelSet, _, u64>(&value, None)
    }

    fn counters(&mut self, metric: Metric, samples: &Samples<'_>) -> fmt::Result {
        let mut family = self.family(metric)?;
        for (sample, value) in samples {
            family
                .encode_family(&labels(metric, [*sample]))?
                .encode_counter::<NoLabelSet, _, u64>(value, None)?;
        }
        Ok(())
    }

    fn gauge(&mut self, metric: Metric, value: u64) -> fmt::Result {
        self.family(metric)?.encode_gauge(&value)
    }

    fn gauges(&mut self, metric: Metric, samples: &Samples<'_>) -> fmt::Result {
        let mut family = self.family(metric)?;
        for (sample, value) in samples {
            family
                .encode_family(&labels(metric, [*sample]))?
                .encode_gauge(value)?;
        }
        Ok(())
    }

    /// Whether each backend is up, and how often it was unreachable, by gate and role.
    fn backends(&mut self, backends: &[BackendStatus]) -> fmt::Result {
        if backends.is_empty() {
            return Ok(());
        }
        let of = |metric, it: &BackendStatus| labels(metric, [it.gate.as_ref(), it.role.name()]);
        let mut family = self.family(Metric::BackendUp)?;
        for backend in backends {
            family
                .encode_family(&of(Metric::BackendUp, backend))?
                .encode_gauge(&u64::from(backend.failed.is_none()))?;
        }
        let mut family = self.family(Metric::BackendFailures)?;
        for backend in backends {
            family
                .encode_family(&of(Metric::BackendFailures, backend))?
                .encode_counter::<NoLabelSet, _, u64>(&backend.failures, None)?;
        }
        Ok(())
    }

    fn time(&mut self, metric: Metric, time: SystemTime) -> fmt::Result {
        // A time before 1970 means that the clock is not set.
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        self.family(metric)?.encode_gauge(&since.as_secs_f64())
    }
}

/// The metric's labels with these values.
fn labels<const N: usize>(metric: Metric, values: [&str; N]) -> Vec<(&'static str, String)> {
    let values = values.map(str::to_owned);
    metric.labels().iter().copied().zip(values).collect()
}
