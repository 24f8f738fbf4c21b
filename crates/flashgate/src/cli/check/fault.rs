//! Why a check can't run, and what to do about it.

use flashgate_check::{BridgeFailure, CheckFailure, Interruption};

/// Why the check can't run, and what to do about it.
pub(super) struct CheckFault {
    pub(super) kind: FaultKind,
    pub(super) message: String,
    pub(super) help: String,
}

/// Why the check ended without a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// A problem with the arguments, or with a file that they name.
    Arguments,
    /// The host name has no address.
    LookUp,
    /// The page can't be loaded, or names no WebSocket.
    Page,
    /// A problem of this machine.
    System,
    /// A signal interrupted the check.
    Ended(Interruption),
}

impl FaultKind {
    /// Its id in JSON, which never changes its meaning.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Arguments => "arguments",
            Self::LookUp => "look-up",
            Self::Page => "page",
            Self::System => "system",
            Self::Ended(_) => "interrupted",
        }
    }
}

impl CheckFault {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            kind: FaultKind::Arguments,
            message: message.into(),
            help: help.into(),
        }
    }
}

impl From<CheckFailure> for CheckFault {
    fn from(failure: CheckFailure) -> Self {
        match failure {
            CheckFailure::Name(name) => Self {
                kind: FaultKind::LookUp,
                ..Self::new(name.to_string(), name.help())
            },
            CheckFailure::Ended(ending) => Self {
                kind: FaultKind::Ended(ending),
                ..Self::new(ending.told(), "run the check again to get a verdict")
            },
            CheckFailure::System(error) => Self {
                kind: FaultKind::System,
                ..Self::new(
                    format!("the check can't run: {error}"),
                    "check the limits on open files and processes",
                )
            },
        }
    }
}

impl From<BridgeFailure> for CheckFault {
    fn from(failure: BridgeFailure) -> Self {
        match failure {
            BridgeFailure::Check(failure) => failure.into(),
            BridgeFailure::Page(page) => Self {
                kind: FaultKind::Page,
                ..Self::new(page.to_string(), page.help())
            },
            BridgeFailure::Movie(movie) => Self::new(movie.to_string(), movie.help()),
        }
    }
}
