//! `bench bridge`: the same WebSocket traffic through flashgate and through other bridges, in rounds with one slice for
//! each.

pub(super) mod figures;
pub(super) mod others;
pub(super) mod traffic;

use anyhow::{Context as _, Result};
use clap::Args;
use testkit::websocket::WebSocketClient;

use super::between::{Between, OtherProgram, start_flashgate};
use super::compare::note;
use super::contest::{self, Contest, ContestOptions};
use super::relay::backend::BenchBackend;
use super::rounds::SliceFigure;
use super::site::BenchFolder;
use figures::{FIGURES, IDLE};
use others::OTHERS;
use traffic::{BridgeAmount, BridgeSlice};

/// How much to compare.
#[derive(Debug, Args)]
pub(crate) struct BridgeBench {
    /// Number of rounds
    #[arg(long, default_value_t = 6)]
    rounds: u32,
    /// MiB to send each way in a round, in large frames; an eighth of it in small ones
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u8).range(8..))]
    mebibytes: u8,
    /// Number of messages of 64 bytes in a round
    #[arg(long, default_value_t = 20_000)]
    messages: u32,
    /// Number of messages of 64 bytes in a round, each sent after the previous one is back
    #[arg(long, default_value_t = 1_500)]
    pings: u32,
    /// Number of connections in a round
    #[arg(long, default_value_t = 200)]
    connections: u32,
    /// Number of idle bridges
    #[arg(long, default_value_t = 5_000)]
    idle: u32,
    /// Measure flashgate alone
    #[arg(long)]
    alone: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl BridgeBench {
    /// The usual amounts, divided.
    pub(super) fn sized(rounds: u32, divisor: u8) -> Self {
        let part = u32::from(divisor);
        Self {
            rounds,
            mebibytes: (64 / divisor).max(8),
            messages: 20_000 / part,
            pings: 1_500 / part,
            connections: 200 / part,
            idle: 5_000 / part,
            alone: false,
            json: false,
        }
    }

    /// Compares, prints the standings, and fails if a goal was missed.
    pub(crate) fn run(&self) -> Result<()> {
        contest::run(self)
    }
}

impl Contest for BridgeBench {
    type Slice = BridgeSlice;
    type Held = WebSocketClient;

    const KIND: &'static str = "bridge";
    const OTHERS: &'static [OtherProgram] = &OTHERS;
    const FIGURES: &'static [SliceFigure<BridgeSlice>] = &FIGURES;
    const IDLE_GOAL: f64 = IDLE;

    fn options(&self) -> ContestOptions {
        ContestOptions {
            rounds: self.rounds,
            idle: self.idle,
            alone: self.alone,
            json: self.json,
        }
    }

    fn flashgate(site: &BenchFolder, backend: &BenchBackend) -> Result<Between> {
        let config = format!(
            "[policy.default]\nrules = [{{ domain = \"a.test\" }}]\n\
             [[gate]]\naddress = \"127.0.0.1:0\"\npublic-port = 9339\nbackend = \"{}\"\n",
            backend.address
        );
        let daemon = start_flashgate(site, &config)?;
        let address = daemon.address();
        Ok(Between::flashgate(daemon, address))
    }

    fn warm_up(&self, one: &Between) -> Result<()> {
        let amount = BridgeAmount {
            mebibytes: 8,
            messages: 1_000,
            pings: 100,
            connections: 8,
        };
        traffic::slice(one, amount).context(one.name)?;
        Ok(())
    }

    fn slice(&self, one: &Between) -> Result<BridgeSlice> {
        let amount = BridgeAmount {
            mebibytes: self.mebibytes,
            messages: self.messages,
            pings: self.pings,
            connections: self.connections,
        };
        match traffic::slice(one, amount) {
            Err(error) if one.name != "flashgate" => {
                note(&format!("{}: {error:#}", one.name))?;
                Ok(BridgeSlice::NONE)
            }
            slice => slice.context(one.name),
        }
    }

    fn open_idle(one: &Between, count: u32) -> Result<Vec<WebSocketClient>> {
        traffic::open_idle(one.address, count)
    }
}
