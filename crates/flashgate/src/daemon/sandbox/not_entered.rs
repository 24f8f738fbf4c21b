//! Why there is no start: the operator asks for more than can be given up.

use flashgate_report::render::PlainError;

use super::applied::Applied;
use super::user::NotAssumed;

/// See the module.
#[derive(Debug)]
pub(crate) enum NotEntered {
    User(NotAssumed),
    /// Some parts are not in force.
    Parts(Applied),
}

impl NotEntered {
    pub(crate) fn errors(&self) -> Vec<PlainError> {
        match self {
            Self::User(not_assumed) => vec![PlainError::new(
                &not_assumed.to_string(),
                &["start flashgate as that user, or leave `user` in `[process]` out"],
            )],
            Self::Parts(applied) => {
                let missing = applied.missing().map(|(part, reason)| {
                    PlainError::new(
                        &format!("can't give up what is not needed, part `{part}`: {reason}"),
                        &["`sandbox = \"required\"` asks for all of it; \"best-effort\" takes what the system has"],
                    )
                });
                missing.collect()
            }
        }
    }
}
