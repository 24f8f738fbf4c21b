//! The exit codes. Messages are printed before the exit code is chosen.

use std::process::ExitCode;

macro_rules! exits {
    ($($name:ident $code:literal: $meaning:literal;)*) => {
        /// How the program ended.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Exit {
            $(#[doc = $meaning] $name,)*
            /// A code that only this command uses.
            Status(u8),
        }

        impl Exit {
            pub(crate) const fn code(self) -> u8 {
                match self {
                    $(Self::$name => $code,)*
                    Self::Status(code) => code,
                }
            }
        }

        /// The exit codes that commands share, as rows of a Markdown table.
        pub(crate) const TABLE: &str = concat!($("| ", $code, " | ", $meaning, " |\n"),*);
    };
}

#[rustfmt::skip]
exits! {
    Success 0:
        "Success. `serve`: stopped by SIGTERM, SIGINT or SIGQUIT, or handed over to a new process. `health`: ready. `lint`: no finding at error level. `self-test`: each result is as expected.";
    System 1:
        "The system refused something: an address, file descriptors, standard output. `health`: not ready, or no answer. `status`: no answer. `self-test`: a result is not as expected.";
    Findings 1:
        "`lint`: at least one finding at error level.";
    Usage 2:
        "Flags, the config file or a policy are wrong. `lint`: a file can't be read or written. `check`: the check could not run.";
    // EX_SOFTWARE of sysexits.h.
    Internal 70:
        "An internal error. Please report it.";
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
