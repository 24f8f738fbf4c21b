//! How many replies each server loses with a byte after the request, and on a network that loses packets.

use std::time::Duration;

use anyhow::{Context as _, Result};
use testkit::link::{self, Conditions, Link, Path};
use testkit::load::{self, Load, REQUEST};
use testkit::namespace::Namespace;

use super::super::contender::ContenderKind;
use super::super::site::BenchFolder;
use super::{SurveySize, local};

/// A bad line: 5 % of the packets are lost in each direction.
const LOSSY: Path = Path {
    delay: Duration::from_millis(20),
    jitter: Duration::ZERO,
    loss: 0.05,
    late: 0.0,
    late_by: Duration::ZERO,
};

/// Long enough for TCP to send five times.
const PATIENCE: Duration = Duration::from_secs(60);

/// How one server's fetches ended in one situation.
#[derive(Debug)]
pub(super) struct LossRow {
    pub(super) situation: String,
    pub(super) name: &'static str,
    pub(super) fetches: u64,
    /// The client never had the whole reply.
    pub(super) lost: u64,
    pub(super) resets: u64,
    /// Later than the 3 s that Flash Player waits.
    pub(super) late: u64,
}

/// Measures each server alone in each situation.
pub(super) fn measure(
    kinds: &[ContenderKind],
    site: &BenchFolder,
    amount: SurveySize,
) -> Result<Vec<LossRow>> {
    let mut rows = Vec::new();
    let cuts = [
        ("a byte in the same packet", vec![]),
        ("a byte in the next packet", vec![REQUEST.len()]),
    ];
    for (situation, cuts) in cuts {
        for kind in kinds {
            let contender = local(*kind, site)?;
            let load = Load {
                suffix: 1,
                cuts: cuts.clone(),
                in_flight: 16,
                fetches: contender.part_of(amount.of(3_000)),
                ..contender.load()
            };
            rows.push(fetch(situation, kind.name(), &load)?);
        }
    }
    match link::missing() {
        Some(missing) => println!("no figures for lost packets: {missing}"),
        None => {
            for kind in kinds {
                rows.push(over_bad_line(*kind, site, amount).context(kind.name())?);
            }
        }
    }
    Ok(rows)
}

/// Server and client in namespaces of their own, with a bad line between them.
fn over_bad_line(kind: ContenderKind, site: &BenchFolder, amount: SurveySize) -> Result<LossRow> {
    let (client, server) = (Namespace::new()?, Namespace::new()?);
    let link = Link::join(&client, &server, Conditions::both_ways(LOSSY, 2048))?;
    let situation = "5 % of packets lost, 20 ms each way";
    // The client runs inside, because a floor ends with the thread that started it.
    server.run(|| {
        let contender = kind.start(site, link.far())?;
        let load = Load {
            fetch_deadline: PATIENCE,
            total_deadline: 3 * PATIENCE,
            in_flight: 64,
            fetches: contender.part_of(amount.of(2_000)),
            ..contender.load()
        };
        client.run(|| fetch(situation, kind.name(), &load))?
    })?
}

/// Fetches, and counts how the fetches ended.
pub(super) fn fetch(situation: &str, name: &'static str, load: &Load) -> Result<LossRow> {
    let report = load::run(load)?;
    let row = LossRow {
        situation: situation.to_owned(),
        name,
        fetches: load.fetches,
        lost: report.lost(),
        resets: report.resets(),
        late: report.over_three_seconds,
    };
    println!("{row:?}");
    Ok(row)
}
