//! Every metric, defined once: its name, type, labels and help text.

use prometheus_client::metrics::MetricType;

macro_rules! metrics {
    ($($name:ident $kind:ident $id:literal [$($label:literal),*] $values:literal: $help:literal;)*) => {
        /// A family of metrics.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Metric {
            $(#[doc = $help] $name,)*
        }

        impl Metric {
            const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name without the suffix that the format adds.
            pub(super) const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $id,)*
                }
            }

            pub(super) const fn kind(self) -> MetricKind {
                match self {
                    $(Self::$name => MetricKind::$kind,)*
                }
            }

            pub(super) const fn help(self) -> &'static str {
                match self {
                    $(Self::$name => $help,)*
                }
            }

            pub(super) const fn labels(self) -> &'static [&'static str] {
                match self {
                    $(Self::$name => &[$($label),*],)*
                }
            }

            /// The possible values of its labels, in Markdown.
            const fn values(self) -> &'static str {
                match self {
                    $(Self::$name => $values,)*
                }
            }
        }
    };
}

#[rustfmt::skip]
metrics! {
    Build Info "flashgate_build" ["version", "revision"] "`revision` is the commit, or `unknown`":
        "The running version, and the commit that it was built from.";
    ProcessStart Time "process_start_time" [] "":
        "When the process started, in Unix time.";
    Phase Gauge "flashgate_phase" ["phase"] "`starting`, `ready`, `reloading`, `draining`, `stopped`":
        "What the daemon is doing: 1 for one of the phases.";
    Listeners Gauge "flashgate_listeners" ["state"] "`accepting`, or `failed` while they are repaired":
        "Listeners for players, by state.";
    Sandbox Gauge "flashgate_sandbox" ["part"] "the parts of the [sandbox](../security/sandbox.md)":
        "Parts of the sandbox: 1 if active, 0 if turned off or not supported by the system.";
    Connections Counter "flashgate_connections" ["outcome"] "the [reason codes](reason-codes.md)":
        "Connections that have ended.";
    ConnectionsOpen Gauge "flashgate_connections_open" [] "":
        "Open connections. A connection that is answered at once is never counted here.";
    ConnectionsAnswering Gauge "flashgate_connections_answering" [] "":
        "Open connections whose request is known.";
    ConnectionsLimit Gauge "flashgate_connections_limit" [] "":
        "The maximum number of open connections.";
    Shed Counter "flashgate_shed" [] "":
        "Connections closed without an answer because there had been no file descriptors for several seconds.";
    AcceptErrors Counter "flashgate_accept_errors" ["class"] "one `connection`, `exhausted` descriptors or memory, a `dead` listener":
        "Errors of accept, by class.";
    ConnectionsRelaying Gauge "flashgate_connections_relaying" [] "":
        "Open connections that are forwarded to a backend.";
    RelaysLimit Gauge "flashgate_relays_limit" [] "":
        "The maximum number of forwarded connections; 0 without gates.";
    WebSocketsOpen Gauge "flashgate_websockets_open" [] "":
        "Forwarded connections that are WebSockets.";
    ConnectionsLingering Gauge "flashgate_connections_lingering" [] "":
        "Answered connections that wait for their client to close; not counted as open.";
    RelayedBytes Counter "flashgate_relayed_bytes" ["from"] "`client`, `backend`":
        "Forwarded bytes, by sender. Updated when a connection ends.";
    BackendUp Gauge "flashgate_backend_up" ["gate", "role"] "the gate's name; `game` for `backend`, `http` for `http-backend`":
        "Whether the last connection to a gate's backend succeeded. Appears after the first failure.";
    BackendFailures Counter "flashgate_backend_failures" ["gate", "role"] "as for `flashgate_backend_up`":
        "Connections closed because a gate's backend could not be reached.";
    TlsHandshakes Counter "flashgate_tls_handshakes" ["result"] "`success`, `tls-failed` (no common algorithm, or not TLS), `closed-early` (the client closed the connection), `connection-error` (the connection failed) or `deadline` (it took too long)":
        "TLS handshakes, by result. Only with TLS.";
    CertificateNotAfter Gauge "flashgate_tls_certificate_not_after_seconds" ["certificate"] "the file, as in the config":
        "When each certificate expires, in Unix time.";
    Reloads Counter "flashgate_reloads" ["result"] "`success`, `failure`":
        "Reloads, by result.";
    LastReload Gauge "flashgate_config_last_reload_success" [] "":
        "1 if the last reload succeeded, 0 if it failed.";
    LastReloadTime Time "flashgate_config_last_reload_success_timestamp" [] "":
        "When the current config was read, in Unix time.";
    Panics Counter "flashgate_panics" [] "":
        "Internal errors. Each affects at most one connection. Please report them.";
    LogLinesLost Counter "flashgate_log_lines_lost" [] "":
        "Log lines that were lost because a write would have blocked or the disk was full.";
}

/// The kind of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MetricKind {
    Info,
    Counter,
    Gauge,
    /// A gauge with a time in seconds.
    Time,
}

impl MetricKind {
    pub(super) const fn metric_type(self) -> MetricType {
        match self {
            Self::Info => MetricType::Info,
            Self::Counter => MetricType::Counter,
            Self::Gauge | Self::Time => MetricType::Gauge,
        }
    }

    /// The suffix that the format adds to the name.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Info => "_info",
            Self::Counter => "_total",
            Self::Gauge => "",
            Self::Time => "_seconds",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Counter => "counter",
            Self::Gauge | Self::Time => "gauge",
        }
    }
}

/// The reference page of the book.
pub(crate) fn reference() -> String {
    let rows = Metric::ALL.iter().map(|metric| {
        let (name, kind, help) = (metric.name(), metric.kind(), metric.help());
        let (suffix, word) = (kind.suffix(), kind.word());
        let labels = metric.labels().iter().map(|label| format!("`{label}`"));
        let labels = labels.collect::<Vec<_>>().join(", ");
        let colon = if metric.values().is_empty() { "" } else { ": " };
        let values = metric.values();
        format!("| `{name}{suffix}` | {word} | {help} | {labels}{colon}{values} |\n")
    });
    [REFERENCE.to_owned(), rows.collect()].concat()
}

const REFERENCE: &str = "\
# Metrics

`/metrics` of [`[admin]`](../operate/metrics.md) serves these as OpenMetrics text. Label values come from flashgate or
from the config, never from the network.

<!-- Generated: cargo xtask generate. -->

| metric | type | help | labels |
|---|---|---|---|
";
