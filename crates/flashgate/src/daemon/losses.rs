//! What a reload must not take away, because no later reload could bring it back, or because clients would be exposed.
//!
//! A config that is cut off is often valid, and says less than the whole one.

use std::net::SocketAddr;

use super::bind;
use super::endpoint::AskedEndpoint;
use super::serving::Serving;
use crate::render;
use crate::snapshot::{Plan, Transport};

/// Something that a reload would take away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    /// Handshakes would go to game servers, and clients would send passwords in clear.
    Tls,
    /// A listener that could not be bound again.
    Listener(SocketAddr),
}

/// Everything that a reload would take away, at least one thing.
#[derive(Debug)]
pub(super) struct Losses(Vec<Loss>);

/// Refuses to stop speaking TLS.
pub(super) fn of_tls(serving: &[Serving], plan: &Plan) -> Result<(), Losses> {
    let speaks_tls = serving.iter().any(Serving::speaks_tls);
    none_of((speaks_tls && plan.transport != Transport::Tls).then_some(Loss::Tls))
}

/// Refuses to end listeners that could not be bound again.
pub(super) fn of_ports<'a>(ending: impl Iterator<Item = &'a AskedEndpoint>) -> Result<(), Losses> {
    none_of(ending.filter_map(|listener| {
        let address = listener.endpoint.address;
        // Where any free port was asked for, another one will do.
        let is_lost = listener.asked.port() != 0 && bind::is_denied(address);
        is_lost.then_some(Loss::Listener(address))
    }))
}

fn none_of(losses: impl IntoIterator<Item = Loss>) -> Result<(), Losses> {
    let losses: Vec<_> = losses.into_iter().collect();
    if losses.is_empty() {
        Ok(())
    } else {
        Err(Losses(losses))
    }
}

/// For the log.
impl From<Losses> for String {
    fn from(Losses(losses): Losses) -> Self {
        losses.into_iter().map(Loss::text).collect()
    }
}

impl Loss {
    fn text(self) -> String {
        let (message, cure) = match self {
            Self::Tls => (
                "the config has no `[tls]` any more, and a reload does not end TLS".to_owned(),
                "to serve without TLS, restart flashgate",
            ),
            Self::Listener(address) => (
                format!(
                    "the config does not listen on {address} any more, and flashgate could not listen there again: \
                     it gave up that right when it started"
                ),
                "to stop listening there, restart flashgate",
            ),
        };
        render::plain_error_text(&message, &["if the file is cut off, write all of it", cure])
    }
}
