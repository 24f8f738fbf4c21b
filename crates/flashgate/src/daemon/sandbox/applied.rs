//! The state of each sandbox part: active, or the reason why not.

use std::fmt;
use std::io;

use super::super::opener;
use super::{capabilities, landlock, leftover, seccomp, user};
use crate::log;

/// The parts that need Landlock or seccomp.
pub(super) const FILES: &str = "files";
pub(super) const PORTS: &str = "ports";
pub(super) const SYSTEM_CALLS: &str = "system-calls";

/// The state of each part.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    parts: Vec<(&'static str, PartState)>,
}

#[derive(Debug)]
enum PartState {
    Applied,
    Missing(PartFault),
    /// Turned off in the config.
    Off,
}

/// Why a part is not active.
#[derive(Debug)]
pub(super) enum PartFault {
    System(io::Error),
    Descriptors(leftover::NotClosed),
    User(user::UserFault),
    Capabilities(capabilities::Kept),
    Landlock(landlock::LandlockFault),
    Opener(opener::OpenerFault<seccomp::SeccompFault>),
    Seccomp(seccomp::SeccompFault),
}

impl Applied {
    /// Every part, and whether it is active.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, bool)> {
        let applied = |state: &PartState| matches!(state, PartState::Applied);
        self.parts
            .iter()
            .map(move |(name, state)| (*name, applied(state)))
    }

    /// Records the result of a part.
    pub(super) fn add(&mut self, name: &'static str, done: Result<(), PartFault>) {
        let state = done.map_or_else(PartState::Missing, |()| PartState::Applied);
        self.parts.push((name, state));
    }

    /// Records a part that is turned off.
    pub(super) fn leave(&mut self, name: &'static str) {
        self.parts.push((name, PartState::Off));
    }

    pub(super) fn has(&self, wanted: &str) -> bool {
        self.iter().any(|(name, applied)| name == wanted && applied)
    }

    pub(super) fn missing(&self) -> impl Iterator<Item = (&'static str, &PartFault)> {
        self.parts.iter().filter_map(|(name, state)| match state {
            PartState::Missing(reason) => Some((*name, reason)),
            PartState::Applied | PartState::Off => None,
        })
    }
}

impl fmt::Display for PartFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(error) => f.write_str(&log::reason(error)),
            Self::Descriptors(fault) => fault.fmt(f),
            Self::User(reason) => reason.fmt(f),
            Self::Capabilities(kept) => kept.fmt(f),
            Self::Landlock(fault) => fault.fmt(f),
            Self::Opener(fault) => fault.fmt(f),
            Self::Seccomp(fault) => fault.fmt(f),
        }
    }
}
