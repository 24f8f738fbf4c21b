//! What a reload must not take away, because no later reload could bring it back, or because clients would be exposed.
//!
//! A config that is cut off is often valid, and says less than the whole one.

use super::bind;
use super::endpoint::AskedEndpoint;
use super::serving::Serving;
use crate::render;
use crate::snapshot::{Plan, Transport};

/// Refuses to stop speaking TLS: handshakes would go to game servers, and passwords be asked for in clear.
pub(super) fn of_tls(serving: &[Serving], plan: &Plan) -> Result<(), String> {
    if plan.transport == Transport::Tls || !serving.iter().any(Serving::speaks_tls) {
        return Ok(());
    }
    Err(render::plain_error_text(
        "the config has no `[tls]` any more, and a reload does not end TLS",
        &[
            "if the file is cut off, write all of it",
            "to serve without TLS, restart flashgate",
        ],
    ))
}

/// Refuses to end listeners that could not be bound again.
pub(super) fn of_ports<'a>(ending: impl Iterator<Item = &'a AskedEndpoint>) -> Result<(), String> {
    let mut faults = String::new();
    for listener in ending {
        let address = listener.endpoint.address;
        // Where any free port was asked for, another one will do.
        if listener.asked.port() != 0 && bind::is_denied(address) {
            let message = format!(
                "the config does not listen on {address} any more, and flashgate could not listen there again: \
                 it gave up that right when it started"
            );
            faults.push_str(&render::plain_error_text(
                &message,
                &[
                    "if the file is cut off, write all of it",
                    "to stop listening there, restart flashgate",
                ],
            ));
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}
