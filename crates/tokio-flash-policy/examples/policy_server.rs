//! Answers policy requests from a file, for port 843, where players ask first. Mistakes in the file are printed as
//! `FILE:LINE:COLUMN: LEVEL[RULE]: MESSAGE`.
//!
//! Run `cargo run -p tokio-flash-policy --example policy_server -- policy.xml 127.0.0.1:8430`, and in another terminal
//! `printf '<policy-file-request/>\0' | nc 127.0.0.1 8430`. Without an address, it listens on port 843 of all addresses,
//! which needs root or `CAP_NET_BIND_SERVICE`.

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::path::Path;

use tokio_flash_policy::flash_policy::diagnostic::{Column, LineIndex, Position};
use tokio_flash_policy::flash_policy::{Port, Reply, Serving, lint};
use tokio_flash_policy::{Listener, PolicyAcceptor};

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stderr, reason = "an example's output")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let path = arguments
        .next()
        .ok_or("usage: policy_server FILE [ADDRESS:PORT]")?;
    let address = arguments.next();
    let address = address.as_deref().and_then(|address| address.to_str());
    let address: SocketAddr = address.unwrap_or("0.0.0.0:843").parse()?;

    let file = std::fs::read(Path::new(&path))?;
    let served = Serving::from_port(Port::try_from(address.port())?);
    for mistake in mistakes(&file, served) {
        eprintln!("{}:{mistake}", path.display());
    }
    // Warnings don't keep the policy from working. They are in the report, and printed already.
    let (reply, _) = Reply::checked(&file, served)?;
    let listener = Listener::bind(address, PolicyAcceptor::new(reply)).await?;
    let listener =
        listener.on_answered(|client, closed| eprintln!("answered {client}: {closed:?}"));
    match serve(listener).await {}
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
