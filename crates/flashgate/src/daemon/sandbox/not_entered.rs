//! Why there is no start: the operator asks for more than can be given up.

use std::fmt;

use flashgate_report::render;

use super::applied::Applied;
use super::user::NotAssumed;

/// See the module; its text is for the terminal.
#[derive(Debug)]
pub(crate) enum NotEntered {
    User(NotAssumed),
    /// Some parts are not in force.
    Parts(Applied),
}

impl fmt::Display for NotEntered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut write =
            |message: &str, help| f.write_str(&render::plain_error_text(message, &[help]));
        match self {
            Self::User(not_assumed) => write(
                &not_assumed.to_string(),
                "start flashgate as that user, or leave `user` in `[process]` out",
            ),
            Self::Parts(applied) => applied.missing().try_for_each(|(part, reason)| {
                write(
                    &format!("can't give up what is not needed, part `{part}`: {reason}"),
                    "`sandbox = \"required\"` asks for all of it; \"best-effort\" takes what the system has",
                )
            }),
        }
    }
}
