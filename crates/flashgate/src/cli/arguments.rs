//! What the arguments say before they are parsed, and also if they can't be parsed.

use std::ffi::{OsStr, OsString};

/// The global flag that can come before the command.
const COLOR: &str = "--color";

/// The arguments of the process, with the name of the program.
#[derive(Debug)]
pub(super) struct RawArguments(Vec<OsString>);

impl RawArguments {
    pub(super) fn of_process() -> Self {
        Self(std::env::args_os().collect())
    }

    pub(super) fn all(&self) -> &[OsString] {
        &self.0
    }

    /// The command. Only `--color` can come before it.
    pub(super) fn command(&self) -> Option<&OsStr> {
        let mut arguments = self.0.iter().skip(1);
        while let Some(argument) = arguments.next() {
            if argument == COLOR {
                arguments.next();
            } else if value_in(argument).is_none() {
                return Some(argument);
            }
        }
        None
    }

    /// The value of `--color`, wherever it is.
    pub(super) fn color(&self) -> Option<&OsStr> {
        let mut arguments = self.0.iter().skip(1);
        while let Some(argument) = arguments.next() {
            if argument == "--" {
                return None;
            }
            if argument == COLOR {
                return arguments.next().map(OsString::as_os_str);
            }
            if let Some(value) = value_in(argument) {
                return Some(OsStr::new(value));
            }
        }
        None
    }
}

impl FromIterator<OsString> for RawArguments {
    fn from_iter<I: IntoIterator<Item = OsString>>(arguments: I) -> Self {
        Self(arguments.into_iter().collect())
    }
}

fn value_in(argument: &OsStr) -> Option<&str> {
    argument.to_str()?.strip_prefix(COLOR)?.strip_prefix('=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &str, command: Option<&str>, color: Option<&str>) {
        let arguments: RawArguments = words.split(' ').map(OsString::from).collect();
        assert_eq!(arguments.command(), command.map(OsStr::new), "{words}");
        assert_eq!(arguments.color(), color.map(OsStr::new), "{words}");
    }

    #[test]
    fn with_and_without_color() {
        check("flashgate", None, None);
        check("flashgate serve --check", Some("serve"), None);
        check(
            "flashgate --color never serve",
            Some("serve"),
            Some("never"),
        );
        check(
            "flashgate --color=never check x",
            Some("check"),
            Some("never"),
        );
        check(
            "flashgate lint --color always -",
            Some("lint"),
            Some("always"),
        );
        check("flashgate lint -- --color=always", Some("lint"), None);
        check("flashgate --color", None, None);
        check("flashgate --colour serve", Some("--colour"), None); // tidy: allow(colour)
    }
}
