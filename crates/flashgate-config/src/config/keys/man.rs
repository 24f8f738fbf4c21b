//! Writes the keys as a manual page, `flashgate.toml(5)`, in roff.

use super::key::{Key, Section, Unset, plain};
use super::reference::{inner, value};
use super::table::TOP;

const HEAD: &str = "\
.TH flashgate.toml 5
.SH NAME
flashgate.toml \\- config file of flashgate
.SH DESCRIPTION
\\fBflashgate serve \\-\\-config\\fR \\fIFILE\\fR reads this file, which is TOML. No file is read without \\fB\\-\\-config\\fR.
\\fBflashgate serve \\-\\-check \\-\\-config\\fR \\fIFILE\\fR checks it.
.PP
A duration is a number and a unit: ms, s, m, h or d. A path is relative to the file. Keys that are not listed here are
errors.
";

const TAIL: &str = "\
.SH EXAMPLE
.nf
[policy.default]
rules = [{ domain = \"www.example.com\" }]

[[listen]]
address = \"[::]:843\"

[[gate]]
address = \"[::]:9339\"
backend = \"127.0.0.1:9340\"
.fi
.SH SEE ALSO
\\fBflashgate\\fR(8)
";

/// Returns the page.
pub fn man() -> String {
    let mut text = HEAD.to_owned();
    section(&TOP, "TOP LEVEL", &mut text);
    text + TAIL
}

fn section(part: &Section, heading: &str, text: &mut String) {
    text.extend([".SH \"", &roff(heading), "\"\n"]);
    for key in part.keys {
        entry(key, text);
    }
    for (inner, title) in part.keys.iter().filter_map(inner) {
        section(inner, &title, text);
    }
}

fn entry(key: &Key, text: &mut String) {
    let name = format!(
        ".TP\n\\fB{}\\fR: {}",
        roff(key.name),
        roff(&value(key.kind))
    );
    let default = match key.unset {
        Unset::Required => "Required.".to_owned(),
        Unset::Is(value) => format!("Default: {}.", roff(value)),
        Unset::Means(words) => format!("Default: {}.", roff(&plain(words))),
    };
    text.extend([&name, "\n", &roff(&plain(key.doc)), "\n", &default, "\n"]);
}

/// Text as roff: without code spans, and with everything escaped that roff would take for a command.
fn roff(text: &str) -> String {
    let text = text.replace('`', "").replace('\\', "\\e");
    let text = text.replace('-', "\\-").replace('…', "...");
    if text.starts_with(['.', '\'']) {
        format!("\\&{text}")
    } else {
        text
    }
}
