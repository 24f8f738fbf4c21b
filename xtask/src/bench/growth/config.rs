//! From 1 to 1,000 policies, rules, gates and routes: the cost of an operation, memory, and the time of a reload.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use testkit::cpu;
use testkit::daemon::Daemon;
use testkit::load::{Load, REQUEST};
use testkit::websocket::WebSocketClient;

use super::super::between;
use super::super::relay::backend::BenchBackend;
use super::super::site::BenchFolder;
use super::point::{GrowthAmount, GrowthTable, fetch, interleaved, memory, table};

const COUNTS: [u32; 4] = [1, 10, 100, 1_000];
const PORT: u32 = 10_000;
const COLUMNS: [&str; 3] = ["CPU per operation, µs", "memory, MB", "reload, ms"];
/// How long a reload may take.
const RELOAD: Duration = Duration::from_secs(60);
/// The origin of the last rule.
const ORIGIN: &str = "http://last.test";

/// What grows: the mark of its table, its name, its config, and where the last one answers.
struct GrowingPart {
    mark: &'static str,
    name: &'static [&'static str],
    config: fn(u32, SocketAddr) -> String,
    /// The port of the last one.
    last: fn(u32) -> u32,
    operation: GrowthOperation,
}

/// What is measured.
#[derive(Clone, Copy)]
enum GrowthOperation {
    /// A policy from the last address that the log names.
    Fetch,
    /// A WebSocket to the path of the last gate.
    Socket,
}

const KINDS: [GrowingPart; 4] = [
    GrowingPart {
        mark: "POLICIES",
        name: &["policies"],
        config: policies,
        last: |count| PORT + count - 1,
        operation: GrowthOperation::Fetch,
    },
    GrowingPart {
        mark: "RULES",
        name: &["rules"],
        config: rules,
        last: |_| PORT,
        operation: GrowthOperation::Socket,
    },
    GrowingPart {
        mark: "GATES",
        name: &["gates"],
        config: gates,
        last: |count| PORT + count - 1,
        operation: GrowthOperation::Fetch,
    },
    GrowingPart {
        mark: "ROUTES",
        name: &["routes"],
        config: |count, backend| gates(count, backend) + "[bridge]\naddress = \"127.0.0.1:9999\"\n",
        last: |count| PORT + count - 1,
        operation: GrowthOperation::Socket,
    },
];

/// Each has a listener that answers with it.
fn policies(count: u32, _: SocketAddr) -> String {
    let mut text = String::new();
    for nth in 0..count {
        let port = PORT + nth;
        let _ = write!(
            text,
            "[policy.p{nth}]\nrules = [{{ domain = \"last.test\", ports = \"{port}\" }}]\n\
             [[listen]]\naddress = \"127.0.0.1:{port}\"\npolicy = \"p{nth}\"\n"
        );
    }
    text
}

/// One policy, whose last rule is the one that allows the page.
fn rules(count: u32, backend: SocketAddr) -> String {
    let others = (1..count).map(|nth| format!("{{ domain = \"d{nth}.test\" }}, "));
    format!(
        "[policy.default]\nrules = [{}{{ domain = \"last.test\" }}]\n\
         [[gate]]\naddress = \"127.0.0.1:{PORT}\"\nbackend = \"{backend}\"\n\
         [bridge]\naddress = \"127.0.0.1:9999\"\n",
        others.collect::<String>()
    )
}

/// Gates with one policy.
fn gates(count: u32, backend: SocketAddr) -> String {
    let mut text = "[policy.default]\nrules = [{ domain = \"last.test\" }]\n".to_owned();
    for port in PORT..PORT + count {
        let _ = write!(
            text,
            "[[gate]]\naddress = \"127.0.0.1:{port}\"\nbackend = \"{backend}\"\n"
        );
    }
    text
}

pub(super) fn measure(site: &BenchFolder, amount: GrowthAmount) -> Result<Vec<GrowthTable>> {
    let backend = BenchBackend::start()?;
    KINDS
        .iter()
        .map(|kind| grow(kind, site, &backend, amount).context(kind.mark))
        .collect()
}

/// One count after the other, because they use the same ports; the whole sequence once per round.
fn grow(
    kind: &GrowingPart,
    site: &BenchFolder,
    backend: &BenchBackend,
    amount: GrowthAmount,
) -> Result<GrowthTable> {
    let mut points = COUNTS.map(|count| (count, ()));
    let rows = interleaved(&mut points, amount.rounds, |count, ()| {
        let mut daemon = between::start_flashgate(site, &(kind.config)(count, backend.address))?;
        let memory = memory(&daemon)?;
        let last = u16::try_from((kind.last)(count))?;
        let cost = match kind.operation {
            GrowthOperation::Fetch => fetches(&daemon, last, amount)?,
            GrowthOperation::Socket => sockets(&daemon, last, amount)?,
        };
        Ok([cost, memory, reload(&mut daemon)?])
    })?;
    Ok(table(kind.mark, kind.name, COLUMNS, &rows))
}

fn fetches(daemon: &Daemon, port: u16, amount: GrowthAmount) -> Result<f64> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let reply = testkit::client::fetch(address)?.bytes;
    ensure!(!reply.is_empty(), "expected a policy from {address}");
    let load = Load {
        fetches: amount.of(3_000).into(),
        in_flight: 64,
        request: REQUEST.to_vec(),
        expected: reply,
        ..Load::new(address, b"")
    };
    Ok(fetch(daemon, load)?.0)
}

/// WebSockets that are opened and closed, one after the other.
fn sockets(daemon: &Daemon, port: u16, amount: GrowthAmount) -> Result<f64> {
    let bridge = SocketAddr::from(([127, 0, 0, 1], 9_999));
    let count = amount.of(500);
    let before = cpu::time(daemon.pid())?;
    for _ in 0..count {
        WebSocketClient::open(bridge, &format!("/{port}"), Some(ORIGIN))?;
    }
    let spent = cpu::time(daemon.pid())?.saturating_sub(before);
    Ok(spent.as_secs_f64() * 1e6 / f64::from(count))
}

/// Milliseconds from the signal to the line in the log.
fn reload(daemon: &mut Daemon) -> Result<f64> {
    let start = Instant::now();
    daemon.hang_up()?;
    daemon.next_line_with("reloaded", RELOAD)?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}
