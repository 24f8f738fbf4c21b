//! `--color`, and color in what clap prints: help and errors.

use std::borrow::Cow;
use std::io::IsTerminal;

use clap::ValueEnum;
use flashgate_report::render::{ColorChoice, choose_color, has_color};

use super::arguments::RawArguments;

/// When output is colored.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum ColorFlag {
    /// On a terminal, unless the environment says otherwise
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Follows the flag. This happens before the arguments are parsed, because it also holds for errors in them.
pub(super) fn choose(arguments: &RawArguments) {
    let flag = arguments.color().and_then(|value| value.to_str());
    let flag = flag.and_then(|value| ColorFlag::from_str(value, false).ok());
    choose_color(match flag.unwrap_or_default() {
        ColorFlag::Auto => ColorChoice::Auto,
        ColorFlag::Always => ColorChoice::Always,
        ColorFlag::Never => ColorChoice::Never,
    });
}

/// Help or an error, with color if the stream has it.
pub(super) fn for_stream<'a>(stream: &impl IsTerminal, text: &'a str) -> Cow<'a, str> {
    if has_color(stream) {
        painted(text).into()
    } else {
        text.into()
    }
}

/// Help or an error with color, line by line.
///
/// Clap's own colors need six more crates, and decide by rules of their own where they are shown.
fn painted(text: &str) -> String {
    text.split_inclusive('\n').map(painted_line).collect()
}

fn painted_line(line: &str) -> String {
    let (text, end) = line.split_at(line.trim_end().len());
    let is_heading = text.ends_with(':') && !text.starts_with(' ');
    let (head, rest) = if is_heading {
        (text, "")
    } else {
        let known = |(start, _): &&(&str, &str)| text.starts_with(start);
        let start = STARTS.iter().find(known).map_or("", |(start, _)| start);
        text.split_at(start.len())
    };
    if head.is_empty() {
        return line.to_owned();
    }
    let color = STARTS.iter().find(|(start, _)| *start == head);
    let color = color.map_or(BOLD, |(_, color)| color);
    format!("\x1b[{color}m{head}\x1b[0m{rest}{end}")
}

const BOLD: &str = "1";
const BOLD_RED: &str = "1;91";
const BOLD_CYAN: &str = "1;96";

/// What a line begins with, and its color: as in this program's other messages.
const STARTS: [(&str, &str); 4] = [
    ("error:", BOLD_RED),
    ("  tip:", BOLD_CYAN),
    ("Usage:", BOLD),
    ("Exit codes:", BOLD),
];
