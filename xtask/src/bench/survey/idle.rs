//! The memory of each server, and what it does with many idle connections.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use testkit::cpu;
use testkit::load::{self, Load, REQUEST};

use super::super::contender::{Contender, ContenderKind};
use super::super::site::BenchFolder;
use super::losses::{LossRow, fetch};
use super::{SurveySize, local};

/// How much of the request an idle connection sends.
const SENT: usize = 5;
/// How long one connection may take, and all of them.
const CONNECT: Duration = Duration::from_secs(3);
const ALL: Duration = Duration::from_secs(30);
/// How long the server may take to accept the last of them.
const ACCEPT: Duration = Duration::from_secs(5);
/// How many connections in a row may fail before the rest is not tried.
const FAILURES: u32 = 3;

/// One server's memory, in kB, and its idle connections.
#[derive(Debug)]
pub(super) struct IdleRow {
    pub(super) name: &'static str,
    pub(super) at_start: u64,
    pub(super) with_idle: u64,
    /// Connections that were opened, and those that were still open afterward.
    pub(super) opened: u32,
    pub(super) kept: u32,
}

/// Measures each server alone; also returns how many fetches it lost with the idle connections.
pub(super) fn measure(
    kinds: &[ContenderKind],
    site: &BenchFolder,
    amount: SurveySize,
) -> Result<(Vec<IdleRow>, Vec<LossRow>)> {
    let (mut rows, mut losses) = (Vec::new(), Vec::new());
    for kind in kinds {
        let contender = local(*kind, site)?;
        let (row, loss) = beside(*kind, &contender, amount).context(kind.name())?;
        println!("{row:?}");
        rows.push(row);
        losses.push(loss);
    }
    Ok((rows, losses))
}

fn beside(
    kind: ContenderKind,
    contender: &Contender,
    amount: SurveySize,
) -> Result<(IdleRow, LossRow)> {
    let load = contender.load();
    let target = *load
        .targets
        .first()
        .context("a server without an address")?;
    // Some servers allocate what they need for the first client.
    load::run(&load)?;
    let at_start = cpu::memory_kb_with_children(contender.pid)?;
    let files = cpu::open_files(contender.pid)?;
    let idle = open(target, amount.of(10_000).min(kind.most_idle()));
    let accepted = || cpu::open_files(contender.pid).is_ok_and(|now| now >= files + idle.len());
    // A server that closes them at once never gets there.
    let _ = testkit::until(ACCEPT, accepted);
    let with_idle = cpu::memory_kb_with_children(contender.pid)?;
    let situation = format!(
        "with {} idle connections",
        crate::page::count(amount.of(10_000).into())
    );
    let load = Load {
        in_flight: 16,
        fetches: contender.part_of(amount.of(3_000)),
        ..load
    };
    let loss = fetch(&situation, kind.name(), &load)?;
    let opened = u32::try_from(idle.len())?;
    let kept = idle.into_iter().filter(is_open).count();
    let row = IdleRow {
        name: kind.name(),
        at_start,
        with_idle,
        opened,
        kept: u32::try_from(kept)?,
    };
    Ok((row, loss))
}

/// Opens connections that send the beginning of a request and stop, as many as the server takes.
fn open(target: SocketAddr, count: u32) -> Vec<TcpStream> {
    let (mut open, mut failures) = (Vec::new(), 0);
    let start = Instant::now();
    for _ in 0..count {
        let stream = TcpStream::connect_timeout(&target, CONNECT);
        let stream = stream.and_then(|mut stream| {
            stream.write_all(REQUEST.get(..SENT).unwrap_or_default())?;
            stream.set_nonblocking(true)?;
            Ok(stream)
        });
        match stream {
            Ok(stream) => {
                open.push(stream);
                failures = 0;
            }
            Err(_) => failures += 1,
        }
        if failures == FAILURES || start.elapsed() > ALL {
            break;
        }
    }
    open
}

/// Whether the server has neither ended nor reset a connection. What it sent is skipped.
fn is_open(stream: &TcpStream) -> bool {
    let (mut stream, mut buffer) = (stream, [0; 4096]);
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return false,
            Ok(_) => {}
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
        }
    }
}
