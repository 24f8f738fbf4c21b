//! The processors that flashgate is packaged for, and what each packager calls them.

use std::process::Command;

use clap::ValueEnum;
use testkit::cargo;

/// A kind of processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Architecture {
    /// 64-bit x86
    Amd64,
    /// 64-bit ARM. It is built with Debian's compilers, and runs here in qemu
    Arm64,
}

impl Architecture {
    /// Debian's name, which container images use too.
    pub(crate) const fn debian(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }

    /// The kernel's name, which RPM uses too.
    pub(crate) const fn linux(self) -> &'static str {
        match self {
            Self::Amd64 => "x86_64",
            Self::Arm64 => "aarch64",
        }
    }

    /// Rust's name of the system that the program is built for.
    pub(crate) const fn target(self) -> &'static str {
        match self {
            Self::Amd64 => "x86_64-unknown-linux-gnu",
            Self::Arm64 => "aarch64-unknown-linux-gnu",
        }
    }

    /// Cargo, set up to build for this processor.
    ///
    /// The standard library for another processor would have to be downloaded. Debian has its sources.
    pub(super) fn cargo(self) -> Command {
        match self {
            Self::Amd64 => cargo::command(),
            Self::Arm64 => {
                let mut cargo = Command::new("/usr/bin/cargo");
                cargo
                    .env("CARGO", "/usr/bin/cargo")
                    .env("RUSTC", "/usr/bin/rustc")
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env(
                        "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER",
                        "aarch64-linux-gnu-gcc",
                    );
                cargo
            }
        }
    }

    /// Options of `cargo build` for this processor.
    pub(super) const fn build_options(self) -> &'static [&'static str] {
        match self {
            Self::Amd64 => &[],
            Self::Arm64 => &["-Zbuild-std=std,panic_abort"],
        }
    }

    /// Options of the compiler for the linker.
    ///
    /// A static program moves its own addresses when it starts. Packed, their list is 230 kB smaller. The C library must
    /// be glibc 2.36 or later, which Debian 12 has; its linker can't do this for ARM.
    pub(super) const fn link_flags(self) -> &'static [&'static str] {
        match self {
            Self::Amd64 => &["-Clink-arg=-Wl,-z,pack-relative-relocs"],
            Self::Arm64 => &[],
        }
    }

    /// Whether its programs run here without an emulator.
    pub(super) fn is_native(self) -> bool {
        self.linux() == std::env::consts::ARCH
    }

    /// The words that run a program for this processor here.
    pub(super) const fn emulator(self) -> &'static [&'static str] {
        match self {
            Self::Amd64 => &[],
            Self::Arm64 => &["qemu-aarch64-static"],
        }
    }

    /// Debian's packages that a build for this processor needs, each with a program that it has.
    pub(super) const fn needs(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Amd64 => &[],
            Self::Arm64 => &[
                (
                    "aarch64-linux-gnu-gcc",
                    "gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
                ),
                ("qemu-aarch64-static", "qemu-user-static"),
                ("/usr/bin/rustc", "rustc-web rust-web-src"),
                ("/usr/bin/cargo", "cargo-web"),
            ],
        }
    }
}
