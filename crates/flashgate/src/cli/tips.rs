//! Says what was probably meant by arguments that clap rejects.
//!
//! A tip is only text: it never changes what the program does.

use std::path::Path;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::arguments::RawArguments;

/// Flags that can be repeated, and take one value each.
const REPEATABLE: [&str; 5] = ["--allow", "--gate", "--listen", "--host", "--load-policy"];

/// Adds a tip to an error, if there is one for it.
pub(super) fn add(error: &mut clap::Error, arguments: &RawArguments) {
    let command = arguments.command().and_then(|command| command.to_str());
    let arguments = arguments.all().iter().skip(1);
    let arguments: Vec<_> = arguments
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let kind = error.kind();
    let tip = if kind == ErrorKind::UnknownArgument {
        text_of(error, ContextKind::InvalidArg)
            .filter(|value| !value.starts_with('-'))
            .and_then(|value| for_value(value, command?, &arguments))
    } else if kind == ErrorKind::ArgumentConflict {
        for_conflict(error)
    } else {
        None
    };
    if let Some(tip) = tip {
        let tip = ContextValue::StyledStrs(vec![StyledStr::from(tip)]);
        error.insert(ContextKind::Suggested, tip);
    }
}

fn text_of(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text),
        _ => None,
    }
}

/// For a value that belongs to no flag.
fn for_value(value: &str, command: &str, arguments: &[String]) -> Option<String> {
    let place = arguments.iter().position(|argument| argument == value)?;
    let before = |count: usize| Some(arguments.get(place.checked_sub(count)?)?.as_str());
    if command == "check" && value.parse::<u16>().is_ok() {
        let host = before(1).filter(|host| !host.starts_with('-'))?;
        return Some(format!(
            "put a colon between host and port: `{host}:{value}`"
        ));
    }
    let ending = Path::new(value).extension();
    match (command, ending.and_then(|ending| ending.to_str())) {
        ("serve", Some("toml")) => return Some(format!("use `--config {value}`")),
        ("serve", Some("xml")) => return Some(format!("use `--policy {value}`")),
        _ => {}
    }
    let apart = before(2);
    let joined = before(1).and_then(|flag| Some(flag.split_once('=')?.0));
    let mut flags = [apart, joined].into_iter().flatten();
    let flag = flags.find(|flag| REPEATABLE.contains(flag))?;
    Some(format!(
        "repeat the flag for each value: `{flag} '{value}'`"
    ))
}

/// For two flags that exclude each other.
fn for_conflict(error: &clap::Error) -> Option<String> {
    let flags =
        [ContextKind::InvalidArg, ContextKind::PriorArg].map(|kind| match error.get(kind) {
            Some(ContextValue::String(flag)) => vec![flag.as_str()],
            Some(ContextValue::Strings(flags)) => flags.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        });
    let flags = flags.concat();
    let has = |name: &str| flags.iter().any(|flag| flag.starts_with(name));
    if has("--config") {
        Some("write the setting into the config file, or leave out `--config`".to_owned())
    } else if has("--policy") && has("--allow") {
        Some("add the rule to the policy file, or leave out one of the flags".to_owned())
    } else {
        None
    }
}
