//! What a reload must not remove, because no later reload could restore it, or because clients would be exposed. This
//! also applies to a takeover by a new process.
//!
//! A truncated config is often valid, but lacks settings.

use std::net::SocketAddr;

use flashgate_config::snapshot::{ListenTransport, Plan};
use flashgate_report::render::PlainError;

use super::bind;
use super::endpoint::AskedEndpoint;
use super::handover::Terms;
use super::listening::Bound;
use super::serving::ServedListener;

/// Something that a reload would remove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    /// TLS handshakes would go to game servers, and clients would send passwords in plain text.
    Tls,
    /// A listener that could not be bound again.
    Listener(SocketAddr),
}

/// Everything that would be removed. Never empty.
#[derive(Debug)]
pub(super) struct Losses {
    by: By,
    losses: Vec<Loss>,
}

/// What would remove it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Reload,
    Successor,
}

/// Refuses to stop using TLS.
pub(super) fn of_tls(serving: &[ServedListener], plan: &Plan) -> Result<(), Losses> {
    let speaks_tls = serving.iter().any(ServedListener::speaks_tls);
    none_of(By::Reload, tls(speaks_tls, plan))
}

/// Refuses to end listeners that could not be bound again.
pub(super) fn of_ports<'a>(ending: impl Iterator<Item = &'a AskedEndpoint>) -> Result<(), Losses> {
    none_of(By::Reload, kept(ending).map(Loss::Listener))
}

/// Refuses a takeover that would remove what the old process said must stay.
pub(super) fn of_succession(terms: &Terms, plan: &Plan, bound: &[Bound]) -> Result<(), Losses> {
    if terms.stopping {
        // This is a restart.
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

/// The addresses of listeners that could not be bound again.
pub(super) fn kept<'a>(
    listeners: impl Iterator<Item = &'a AskedEndpoint>,
) -> impl Iterator<Item = SocketAddr> {
    listeners.filter_map(|listener| {
        let address = listener.endpoint.address;
        // If any free port was requested, another one will do.
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
            By::Reload => ("a reload", "dropped that privilege when it started"),
            By::Successor => ("a takeover", "drops that privilege when it starts"),
        };
        let (message, cure) = match self {
            Self::Tls => (
                format!("the config no longer has `[tls]`, and {who} can't turn TLS off"),
                "to serve without TLS, restart flashgate",
            ),
            Self::Listener(address) => (
                format!(
                    "the config no longer listens on {address}, and flashgate could not bind that address again: \
                     it {gave_up}"
                ),
                "to stop listening there, restart flashgate",
            ),
        };
        let cut_off = "if the file is truncated, restore the missing part";
        match by {
            By::Reload => PlainError::new(&message, &[cut_off, cure]),
            By::Successor => {
                let cure = format!(
                    "{cure}: stop the running one, then start; until then it continues to serve"
                );
                PlainError::new(&message, &[cut_off, &cure])
            }
        }
    }
}
