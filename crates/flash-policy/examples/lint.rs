//! Lints policy files: a line for each finding, as `FILE:LINE:COLUMN: LEVEL[RULE]: MESSAGE`.
//!
//! Run `cargo run -p flash-policy --example lint -- policy.xml crossdomain.xml`. The exit code is 0 if no file has
//! errors, 1 if one has, and 2 if one can't be read.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use flash_policy::Diagnostic;
use flash_policy::diagnostic::{Column, LineIndex, Position};
use flash_policy::lint::{Options, Serving, lint_with};

#[allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example's output"
)]
fn main() -> ExitCode {
    let mut code = 0;
    for path in env::args_os().skip(1) {
        let name = path.display().to_string();
        match fs::read(Path::new(&path)) {
            Ok(file) => {
                let (report, has_errors) = lint(&name, &file);
                print!("{report}");
                code = code.max(u8::from(has_errors));
            }
            Err(error) => {
                eprintln!("{name}: {error}");
                code = 2;
            }
        }
    }
    ExitCode::from(code)
}

/// The findings in a file, and whether there are errors.
pub(crate) fn lint(name: &str, file: &[u8]) -> (String, bool) {
    // A file called `crossdomain.xml` is a policy for URLs, and has other rules than one for sockets.
    let options = Options::new(Serving::from_unknown_port()).detected_kind(file, Some(name));
    let report = lint_with(file, &options);
    let index = LineIndex::new(file);
    let lines = report
        .findings
        .iter()
        .map(|finding| line(name, &index, finding));
    (lines.collect(), report.has_errors())
}

fn line(name: &str, lines: &LineIndex, finding: &Diagnostic) -> String {
    let start = finding.label.as_ref().map_or(0, |label| label.span.start);
    let Position { line, column } = lines.position(start, Column::Characters);
    // Such as `error[empty-to-ports]: …`.
    let mut text = format!("{name}:{line}:{column}: {finding}\n");
    for help in &finding.help {
        // Writing to a string does not fail.
        let _ = writeln!(text, "  help: {help}");
    }
    text
}
