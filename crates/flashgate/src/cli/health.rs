//! `flashgate health`: whether a running daemon is ready, as an exit code.

use std::time::Duration;

use clap::Args;
use flashgate_report::render;
use flashgate_report::visible;

use super::daemon_url;
use crate::ask::{self, AdminAnswer, AdminUrl};
use crate::exit::Exit;

/// Ask a running flashgate whether it is ready; for health checks of containers and scripts
///
/// Asks for /readyz and exits within 3 seconds. Without a URL, it asks the address of `[admin]` in the config file
/// that `FLASHGATE_CONFIG` names, then the address in `FLASHGATE_ADMIN`, then 127.0.0.1:9843.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct AskHealth {
    /// The address of `[admin]`: `127.0.0.1:9843` or `http://127.0.0.1:9843`. A URL with a path is asked for that path
    #[arg(value_name = "URL")]
    url: Option<AdminUrl>,
}

const EXAMPLES: &str = "\
Examples:
  flashgate health
  flashgate health 127.0.0.1:9843

Exit codes: 0 ready, 1 not ready, no answer, or the config file can't be read, 2 the arguments are wrong";

/// What is left of the three seconds is for the start of the process, on a busy machine.
const TIME_LIMIT: Duration = Duration::from_millis(2_500);

/// The longest part of an answer that is shown.
const LONGEST_SHOWN: usize = 4 << 10;

impl AskHealth {
    pub(super) fn run(self) -> Exit {
        let url = match daemon_url::find(self.url) {
            Ok(url) => url,
            Err(faults) => {
                render::to_stderr(&faults.to_string());
                return Exit::System;
            }
        };
        match ask::get(&url, "/readyz", TIME_LIMIT) {
            Ok(answer) if answer.status == 200 => super::print(said(&answer).as_bytes()),
            Ok(answer) => {
                render::plain_error(&refused(&url, &answer), &[]);
                Exit::System
            }
            Err(reason) => {
                let message = format!("no answer from {url}: {reason}");
                render::plain_error(&message, reason.help().as_slice());
                Exit::System
            }
        }
    }
}

/// The reason in an answer, on one line.
fn refused(url: &AdminUrl, answer: &AdminAnswer) -> String {
    let AdminAnswer { status, reason, .. } = answer;
    let said = said(answer);
    let lines: Vec<_> = said.lines().map(str::trim).collect();
    match status {
        // What `/readyz` says.
        503 if said.starts_with("not ready") => lines.join("; "),
        // The Host check of `[admin]`.
        421 => format!("{url} answered {status} {reason}: {}", lines.join("; ")),
        _ => format!(
            "{url} answered {status} {reason}; expected 200 or 503 of flashgate's `[admin]`"
        ),
    }
}

/// The body as text, without what a terminal would act on.
fn said(answer: &AdminAnswer) -> String {
    let body = answer.body.get(..LONGEST_SHOWN).unwrap_or(&answer.body);
    let text = String::from_utf8_lossy(body);
    let text: String = text
        .chars()
        .map(|c| match c {
            '\n' => '\n',
            c if c.is_ascii_control() => ' ',
            c => c,
        })
        .collect();
    visible::text(&text).into_owned()
}
