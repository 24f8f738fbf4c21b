//! What a reload must not take away, because no later reload could bring it back, or because clients would be exposed.
//! The same goes for a start that takes over.
//!
//! A config that is cut off is often valid, and says less than the whole one.

use std::net::SocketAddr;

use flashgate_config::snapshot::{ListenTransport, Plan};
use flashgate_report::render::PlainError;

use super::bind;
use super::endpoint::AskedEndpoint;
use super::handover::Terms;
use super::listening::Bound;
use super::serving::ServedListener;

/// Something that a reload would take away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    /// Handshakes would go to game servers, and clients would send passwords in clear.
    Tls,
    /// A listener that could not be bound again.
    Listener(SocketAddr),
}

/// Everything that would be taken away, at least one thing.
#[derive(Debug)]
pub(super) struct Losses {
    by: By,
    losses: Vec<Loss>,
}

/// What would take it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Reload,
    Successor,
}

/// Refuses to stop speaking TLS.
pub(super) fn of_tls(serving: &[ServedListener], plan: &Plan) -> Result<(), Losses> {
    let speaks_tls = serving.iter().any(ServedListener::speaks_tls);
    none_of(By::Reload, tls(speaks_tls, plan))
}

/// Refuses to end listeners that could not be bound again.
pub(super) fn of_ports<'a>(ending: impl Iterator<Item = &'a AskedEndpoint>) -> Result<(), Losses> {
    none_of(By::Reload, kept(ending).map(Loss::Listener))
}

/// Refuses to serve in place of a predecessor what it has said that it must not lose.
pub(super) fn of_succession(terms: &Terms, plan: &Plan, bound: &[Bound]) -> Result<(), Losses> {
    if terms.stopping {
        // Then this is a restart.
        return Ok(());
    }
    let is_bound = |address: &&SocketAddr| bound.iter().any(|bound| bound.address == **address);
    let lost = terms.kept.iter().filter(|address| !is_bound(address));
    let listeners = lost.copied().map(Loss::Listener);
    none_of(
        By::Successor,
        tls(terms.tls, plan).into_iter().chain(listeners),
    )
}

/// Where these listen and could not listen again.
pub(super) fn kept<'a>(
    listeners: impl Iterator<Item = &'a AskedEndpoint>,
) -> impl Iterator<Item = SocketAddr> {
    listeners.filter_map(|listener| {
        let address = listener.endpoint.address;
        // Where any free port was asked for, another one will do.
        let is_kept = listener.asked.port() != 0 && bind::is_denied(address);
        is_kept.then_some(address)
    })
}

fn tls(speaks_tls: bool, plan: &Plan) -> Option<Loss> {
    (speaks_tls && plan.transport != ListenTransport::Tls).then_some(Loss::Tls)
}

fn none_of(by: By, losses: impl IntoIterator<Item = Loss>) -> Result<(), Losses> {
    let losses: Vec<_> = losses.into_iter().collect();
    if losses.is_empty() {
        Ok(())
    } else {
        Err(Losses { by, losses })
    }
}

impl Losses {
    pub(super) fn errors(&self) -> Vec<PlainError> {
        self.losses.iter().map(|loss| loss.error(self.by)).collect()
    }
}

impl Loss {
    fn error(self, by: By) -> PlainError {
        let (who, gave_up) = match by {
            By::Reload => ("a reload", "gave up that right when it started"),
            By::Successor => (
                "a start that takes over",
                "gives up that right when it starts",
            ),
        };
        let (message, cure) = match self {
            Self::Tls => (
                format!("the config has no `[tls]` any more, and {who} does not end TLS"),
                "to serve without TLS, restart flashgate",
            ),
            Self::Listener(address) => (
                format!(
                    "the config does not listen on {address} any more, and flashgate could not listen there again: \
                     it {gave_up}"
                ),
                "to stop listening there, restart flashgate",
            ),
        };
        let cut_off = "if the file is cut off, write all of it";
        match by {
            By::Reload => PlainError::new(&message, &[cut_off, cure]),
            By::Successor => {
                let cure =
                    format!("{cure}: stop the one that serves, then start; until then it goes on");
                PlainError::new(&message, &[cut_off, &cure])
            }
        }
    }
}
