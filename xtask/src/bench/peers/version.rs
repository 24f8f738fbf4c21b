//! Which version of another program was measured.

use std::process::Command;

use super::commands::interpreter;

/// Where to find the version.
#[derive(Clone, Copy, Debug)]
pub(in crate::bench) enum Version {
    /// A Debian package.
    Debian(&'static str),
    /// This version was installed.
    Pinned(&'static str),
    /// Python says it.
    Python,
    /// No known way.
    Unknown,
}

impl Version {
    /// The version, or a dash.
    pub(in crate::bench) fn text(self) -> String {
        match self {
            Self::Debian(package) => debian(package),
            Self::Pinned(version) => Some(version.to_owned()),
            Self::Python => python(),
            Self::Unknown => None,
        }
        .unwrap_or_else(|| "–".to_owned())
    }
}

/// The upstream version of a package: `1.22.1-9+deb12u11` is 1.22.1.
fn debian(package: &str) -> Option<String> {
    let version = first_line(Command::new("dpkg-query").args(["-W", "-f", "${Version}", package]))?;
    let version = version.rsplit_once(':').map_or(&*version, |(_, rest)| rest);
    Some(version.split('-').next()?.to_owned())
}

fn python() -> Option<String> {
    let text = first_line(Command::new(interpreter().ok()?).arg("--version"))?;
    Some(text.strip_prefix("Python ")?.to_owned())
}

fn first_line(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|it| it.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.lines().next()?.to_owned())
}
