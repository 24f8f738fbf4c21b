//! Why a start is refused: the configured sandbox can't be entered.

use flashgate_report::render::PlainError;

use super::applied::Applied;
use super::user::NotAssumed;

/// Why the sandbox was not entered.
#[derive(Debug)]
pub(crate) enum NotEntered {
    User(NotAssumed),
    /// Some parts are not active.
    Parts(Applied),
}

impl NotEntered {
    pub(crate) fn errors(&self) -> Vec<PlainError> {
        match self {
            Self::User(not_assumed) => vec![PlainError::new(
                &not_assumed.to_string(),
                &["start flashgate as that user, or remove `user` from `[process]`"],
            )],
            Self::Parts(applied) => {
                let missing = applied.missing().map(|(part, reason)| {
                    PlainError::new(
                        &format!("the sandbox part `{part}` can't be activated: {reason}"),
                        &["`sandbox = \"required\"` needs all parts; \"best-effort\" uses those that the system supports"],
                    )
                });
                missing.collect()
            }
        }
    }
}
