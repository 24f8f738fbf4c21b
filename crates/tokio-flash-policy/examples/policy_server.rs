//! Answers policy requests from a file, for port 843, where players ask first. Mistakes in the file are printed as
//! `FILE:LINE:COLUMN: LEVEL[RULE]: MESSAGE`.
//!
//! Run `cargo run -p tokio-flash-policy --example policy_server -- policy.xml 127.0.0.1:8430 843`, and in another terminal
//! `printf '<policy-file-request/>\0' | nc 127.0.0.1 8430`. Without an address, it listens on port 843 of all addresses,
//! which needs root or `CAP_NET_BIND_SERVICE`.
//!
//! The last argument is the port that players connect to, if it differs from the listening port. Here the policy is
//! checked as one for port 843. As one for port 8430, it could not open ports below 1024.

use std::convert::Infallible;
use std::error::Error;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use tokio_flash_policy::flash_policy::diagnostic::{Column, LineIndex, Position};
use tokio_flash_policy::flash_policy::{Port, Reply, Serving, lint};
use tokio_flash_policy::{Listener, PolicyAcceptor};

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stderr, reason = "an example's output")]
async fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    match run(&arguments).await {
        Ok(never) => match never {},
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[allow(clippy::print_stderr, reason = "an example's output")]
async fn run(arguments: &[OsString]) -> Result<Infallible, Box<dyn Error>> {
    let path = arguments.first().map(Path::new);
    let path = path.ok_or("usage: policy_server FILE [ADDRESS:PORT [PORT-OF-PLAYERS]]")?;
    let (address, served) = places(arguments.get(1..).unwrap_or_default())?;
    let name = path.display();
    let file = std::fs::read(path).map_err(|error| format!("{name}: {error}"))?;
    for mistake in mistakes(&file, served) {
        eprintln!("{name}:{mistake}");
    }
    // Warnings don't keep the policy from working. They are in the report, and printed already.
    let (reply, _) = Reply::checked(&file, served).map_err(|_| format!("{name} has errors"))?;
    let listener = Listener::bind(address, PolicyAcceptor::new(reply)).await;
    let listener = listener.map_err(|error| format!("can't listen on {address}: {error}"))?;
    let listener =
        listener.on_answered(|client, closed| eprintln!("answered {client}: {closed:?}"));
    Ok(serve(listener).await)
}

/// Where to listen, and where the policy is served for players.
pub(crate) fn places(arguments: &[OsString]) -> Result<(SocketAddr, Serving), String> {
    let mut texts = arguments.iter().map(|text| text.to_string_lossy());
    let address = texts.next().unwrap_or("0.0.0.0:843".into());
    let address: SocketAddr = address
        .parse()
        .map_err(|error| format!("ADDRESS:PORT `{address}`: {error}"))?;
    let port = texts.next().unwrap_or(address.port().to_string().into());
    let port: Port = port
        .parse()
        .map_err(|error| format!("port `{port}`: {error}"))?;
    Ok((address, Serving::from_port(port)))
}

/// What is wrong in a policy file that is served from here, each with its place.
pub(crate) fn mistakes(file: &[u8], served: Serving) -> Vec<String> {
    let lines = LineIndex::new(file);
    let report = lint(file, served);
    let findings = report.findings.iter().map(|finding| {
        let start = finding.label.as_ref().map_or(0, |label| label.span.start);
        let Position { line, column } = lines.position(start, Column::Characters);
        // Such as `error[empty-to-ports]: …`.
        format!("{line}:{column}: {finding}")
    });
    findings.collect()
}

/// Serves forever. The listener answers policy requests itself. No other client has any business here, so its connection
/// is closed.
pub(crate) async fn serve(mut listener: Listener) -> Infallible {
    loop {
        drop(listener.accept().await);
    }
}
