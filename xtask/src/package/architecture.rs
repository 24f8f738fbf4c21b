//! The processors that flashgate is packaged for, and what each packager calls them.

use clap::ValueEnum;

/// A kind of processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Architecture {
    /// 64-bit x86
    Amd64,
}

impl Architecture {
    /// Debian's name, which container images use too.
    pub(crate) const fn debian(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
        }
    }

    /// The kernel's name, which RPM uses too.
    pub(crate) const fn linux(self) -> &'static str {
        match self {
            Self::Amd64 => "x86_64",
        }
    }

    /// Rust's name of the system that the program is built for.
    pub(crate) const fn target(self) -> &'static str {
        match self {
            Self::Amd64 => "x86_64-unknown-linux-gnu",
        }
    }
}
