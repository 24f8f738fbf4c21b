//! Why a start, or a reload, does not go on.

use flashgate_config::config::ConfigFindings;
use flashgate_config::snapshot::ListenAddress;
use flashgate_report::render::PlainError;

use super::endpoint::NotWatched;
use super::handover::{self, Unrest};
use super::inherited::Unused;
use super::losses::Losses;
use super::remedy::NotBound;
use super::sandbox::NotEntered;
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
    fn exit(&self) -> Exit {
        if matches!(self, Self::Unused(_)) {
            Exit::Usage
        } else {
            Exit::System
        }
    }
}

impl Refusal {
    /// What is wrong and what to do, for the terminal or the log.
    pub(super) fn errors(&self) -> Vec<PlainError> {
        match self {
            Self::Handover(fault) => vec![fault.error()],
            Self::Unrest(unrest) => vec![unrest.error()],
            Self::NotBound(all) => all.iter().map(NotBound::error).collect(),
            Self::Losses(losses) => losses.errors(),
            Self::Unused(all) => all.iter().map(Unused::error).collect(),
            Self::OpenFiles { limit, needed } => vec![PlainError::new(
                &format!("the limit on open files is {limit}: too few to serve connections"),
                &[&format!(
                    "allow {needed} or more: `ulimit -n 1024`, or `LimitNOFILE=` in a systemd unit"
                )],
            )],
            Self::NotStarted(fault) => vec![PlainError::new(&fault.to_string(), &[])],
            Self::NotWatched(fault) => vec![PlainError::new(&fault.to_string(), &[])],
            Self::HeldPorts(held) => held.iter().map(|(new, old)| held_port(new, old)).collect(),
            Self::NoLookups => vec![PlainError::new(
                "can't look up the names of backends: that was given up at start, when all backends were addresses",
                &["restart flashgate, or write the backend's address"],
            )],
            Self::NoPort(port) => vec![PlainError::new(
                &format!("can't connect to backends on port {port}: it was given up at start"),
                &[
                    "restart flashgate: once started, it can connect only to the ports that its backends had then",
                ],
            )],
        }
    }
}

fn held_port(new: &ListenAddress, old: &ListenAddress) -> PlainError {
    PlainError::new(
        &format!("can't go from {old} to {new} while running: {old} holds the port"),
        &["restart flashgate"],
    )
}

/// Why nothing is served, and how the process ends.
#[derive(Debug)]
pub(crate) struct NotServed {
    pub(crate) faults: ConfigFindings,
    pub(crate) exit: Exit,
}

impl From<Refusal> for NotServed {
    fn from(refusal: Refusal) -> Self {
        Self {
            faults: refusal.errors().into_iter().collect(),
            exit: refusal.exit(),
        }
    }
}

impl From<NotEntered> for NotServed {
    fn from(not_entered: NotEntered) -> Self {
        Self {
            faults: not_entered.errors().into_iter().collect(),
            exit: Exit::System,
        }
    }
}
