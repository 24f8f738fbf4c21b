//! Why a start or reload is refused.

use flashgate_config::config::ConfigFindings;
use flashgate_config::confinement::BY_HANDOVER;
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

/// Why a start or reload is refused.
#[derive(Debug)]
pub(super) enum Refusal {
    Handover(handover::HandoverFault),
    Unrest(Unrest),
    NotBound(Vec<NotBound>),
    Losses(Losses),
    Unused(Vec<Unused>),
    /// The limit on open files, and the minimum needed.
    OpenFiles {
        limit: u64,
        needed: u64,
    },
    NotStarted(NotStarted),
    NotWatched(NotWatched),
    /// Conflicts with addresses on the same port that are in use: the new one and the old one.
    HeldPorts(Vec<(ListenAddress, ListenAddress)>),
    /// Name lookups were disabled at startup.
    NoLookups,
    /// Connections to this port were disabled at startup.
    NoPort(u16),
}

impl Refusal {
    /// The exit code of a refused start.
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
                &format!("the limit on open files is {limit}, too low to serve connections"),
                &[&format!(
                    "raise it to {needed} or more: `ulimit -n 1024`, or `LimitNOFILE=` in a systemd unit"
                )],
            )],
            Self::NotStarted(fault) => vec![PlainError::new(&fault.to_string(), &[])],
            Self::NotWatched(fault) => vec![PlainError::new(&fault.to_string(), &[])],
            Self::HeldPorts(held) => held.iter().map(|(new, old)| held_port(new, old)).collect(),
            Self::NoLookups => vec![PlainError::new(
                "can't look up backend names: all backends were IP addresses at startup, so the sandbox blocks lookups",
                &[
                    "restart flashgate, or use the backend's IP address",
                    BY_HANDOVER,
                ],
            )],
            Self::NoPort(port) => vec![PlainError::new(
                &format!(
                    "can't connect to backends on port {port}: no backend used it at startup, so the sandbox blocks it"
                ),
                &["restart flashgate to allow the port", BY_HANDOVER],
            )],
        }
    }
}

fn held_port(new: &ListenAddress, old: &ListenAddress) -> PlainError {
    PlainError::new(
        &format!("can't change from {old} to {new} while running: {old} still uses the port"),
        &["restart flashgate"],
    )
}

/// Why the daemon does not serve, and its exit code.
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
