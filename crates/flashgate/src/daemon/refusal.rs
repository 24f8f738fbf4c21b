//! Why a start, or a reload, does not go on; the text is for the terminal, or the log.

use std::fmt;

use flashgate_config::snapshot::ListenAddress;
use flashgate_report::render;

use super::endpoint::NotWatched;
use super::handover::{self, Unrest};
use super::inherited::Unused;
use super::losses::Losses;
use super::remedy::NotBound;
use super::starting::NotStarted;
use crate::exit::Exit;

/// See the module.
#[derive(Debug)]
pub(super) enum Refusal {
    Handover(handover::HandoverFault),
    Unrest(Unrest),
    NotBound(Vec<NotBound>),
    Losses(Losses),
    Unused(Vec<Unused>),
    /// The limit on open files, and the least that would do.
    OpenFiles {
        limit: u64,
        needed: u64,
    },
    NotStarted(NotStarted),
    NotWatched(NotWatched),
    /// Addresses that take the place of others on the same port: the new and the old.
    HeldPorts(Vec<(ListenAddress, ListenAddress)>),
    /// Looking up names was given up.
    NoLookups,
    /// Connecting to this port was given up.
    NoPort(u16),
}

impl Refusal {
    /// How a start ends that is refused.
    pub(super) fn exit(&self) -> Exit {
        if matches!(self, Self::Unused(_)) {
            Exit::Usage
        } else {
            Exit::System
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handover(fault) => fault.fmt(f),
            Self::Unrest(unrest) => unrest.fmt(f),
            Self::NotBound(all) => all.iter().try_for_each(|it| it.fmt(f)),
            Self::Losses(losses) => losses.fmt(f),
            Self::Unused(all) => all.iter().try_for_each(|it| it.fmt(f)),
            Self::OpenFiles { limit, needed } => plain(
                f,
                &format!("the limit on open files is {limit}: too few to serve connections"),
                &[&format!(
                    "allow {needed} or more: `ulimit -n 1024`, or `LimitNOFILE=` in a systemd unit"
                )],
            ),
            Self::NotStarted(fault) => plain(f, &fault.to_string(), &[]),
            Self::NotWatched(fault) => plain(f, &fault.to_string(), &[]),
            Self::HeldPorts(held) => held.iter().try_for_each(|(new, old)| {
                let message =
                    format!("can't go from {old} to {new} while running: {old} holds the port");
                plain(f, &message, &["restart flashgate"])
            }),
            Self::NoLookups => plain(
                f,
                "can't look up the names of backends: that was given up at start, when all backends were addresses",
                &["restart flashgate, or write the backend's address"],
            ),
            Self::NoPort(port) => plain(
                f,
                &format!("can't connect to backends on port {port}: it was given up at start"),
                &[
                    "restart flashgate: once started, it can connect only to the ports that its backends had then",
                ],
            ),
        }
    }
}

fn plain(f: &mut fmt::Formatter<'_>, message: &str, help: &[&str]) -> fmt::Result {
    f.write_str(&render::plain_error_text(message, help))
}
