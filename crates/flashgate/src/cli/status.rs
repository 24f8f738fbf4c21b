//! `flashgate status`: what a running daemon is doing, from its `/status.json`.

use std::time::Duration;

use clap::Args;
use flashgate_report::render::{self, PlainError};
use flashgate_report::visible;
use serde_json::{Value, json};

use super::daemon_url;
use crate::ask::{self, AdminAnswer, AdminUrl};
use crate::exit::Exit;

mod section;
mod span;
mod table;

/// Show what a running flashgate is doing: listeners, gates, certificates, last reload, connections
///
/// Asks for /status.json, which `[admin]` serves. Without a URL, it asks the address of `[admin]` in the config file
/// that `FLASHGATE_CONFIG` names, then the address in `FLASHGATE_ADMIN`, then 127.0.0.1:9843.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ShowStatus {
    /// The address of `[admin]`: `127.0.0.1:9843` or `http://127.0.0.1:9843`
    #[arg(value_name = "URL")]
    url: Option<AdminUrl>,
    /// Print /status.json unchanged; an error is an object with the key `error`
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  flashgate status
  flashgate status 127.0.0.1:9843 --json

Exit codes: 0 shown, 1 no answer, or the config file can't be read, 2 the arguments are wrong";

const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Why nothing can be shown.
struct StatusFault {
    message: String,
    help: Option<&'static str>,
}

impl ShowStatus {
    pub(super) fn run(self) -> Exit {
        let json = self.json;
        let url = match daemon_url::find(self.url) {
            Ok(url) => url,
            Err(faults) if json => {
                let help = faults.helps().join("; ");
                let help = Some(&*help).filter(|help| !help.is_empty());
                return failed_as_json(&faults.messages().join("; "), help);
            }
            Err(faults) => {
                render::to_stderr(&faults.to_string());
                return Exit::System;
            }
        };
        match document(&url) {
            Ok((body, _)) if json => super::print(&body),
            Ok((_, status)) => super::print(table::text(&status).as_bytes()),
            Err(StatusFault { message, help }) if json => failed_as_json(&message, help),
            Err(StatusFault { message, help }) => {
                render::to_stderr(&PlainError::new(&message, help.as_slice()).text());
                Exit::System
            }
        }
    }
}

/// The document as it was sent, and what it contains.
fn document(url: &AdminUrl) -> Result<(Vec<u8>, Value), StatusFault> {
    let answer = ask::get(url, "/status.json", TIME_LIMIT).map_err(|reason| StatusFault {
        message: format!("no answer from {url}: {reason}"),
        help: reason.help(),
    })?;
    if answer.status != 200 {
        return Err(refused(url, &answer));
    }
    match serde_json::from_slice(&answer.body) {
        Ok(Value::Object(status)) if status.contains_key("phase") => {
            Ok((answer.body, Value::Object(status)))
        }
        Ok(_) | Err(_) => Err(StatusFault {
            message: format!("{url} did not answer with flashgate's status"),
            help: Some("pass the address of `[admin]`, without a path"),
        }),
    }
}

fn refused(url: &AdminUrl, answer: &AdminAnswer) -> StatusFault {
    let AdminAnswer { status, reason, .. } = answer;
    let reason = visible::text(reason);
    let help = match status {
        404 => Some(
            "pass the address of `[admin]`; the one of `probes` serves only /healthz and /readyz",
        ),
        421 => {
            Some("use the IP address of `[admin]`, or add the name to `hosts` in its config file")
        }
        _ => None,
    };
    StatusFault {
        message: format!("{url} answered {status} {reason}"),
        help,
    }
}

/// Prints the reason as JSON, so that a script can always parse the output.
fn failed_as_json(message: &str, help: Option<&str>) -> Exit {
    let error = json!({ "error": { "message": message, "help": help } });
    let text = format!("{error:#}\n");
    let printed = super::print(visible::json(&text).as_bytes());
    if printed == Exit::Success {
        Exit::System
    } else {
        printed
    }
}
