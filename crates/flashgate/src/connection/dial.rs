//! Connects to a backend: looks its name up and tries every address, all within one time limit.
//!
//! The target comes from the plan. Nothing that a client sends can choose it.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use flashgate_config::snapshot::{Backend, Gate, Service};
use flashgate_relay::{connect, reset_on_close};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::Shared;
use super::backends::{Role, Whose};
use super::names::{Names, NotResolved};
use super::not_reached::NotReached;
use super::ours::Ours;

impl Shared {
    /// Connects to a server of a gate for a client, and records the result.
    pub(super) async fn reach(
        &self,
        gate: &Gate,
        role: Role,
        backend: &Backend,
        service: &Service,
        whose: Whose<'_>,
    ) -> Result<TcpStream, NotReached> {
        let limit = service.deadlines.backend_connect;
        let dialled = dial(backend, limit, &self.names, &self.ours).await;
        match &dialled {
            Ok(_) => self.backends.reached(&gate.name, role),
            Err(error) => self
                .backends
                .failed((&gate.name, role), backend, error, whose),
        }
        dialled
    }
}

/// Connects to the first address that answers and is not flashgate itself.
async fn dial(
    backend: &Backend,
    limit: Duration,
    names: &Names,
    ours: &Ours,
) -> Result<TcpStream, NotReached> {
    let deadline = Instant::now() + limit;
    let looked_up = timeout_at(deadline, addresses(backend, names)).await;
    let addresses = looked_up.unwrap_or(Err(NotReached::LookupTooLong))?;
    let mut fault = NotReached::Name(NotResolved::NoAddress);
    let mut left = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    for address in addresses {
        // Each address gets its share of the time, so that one without an answer leaves time for the others.
        let until = if left > 1 {
            let now = Instant::now();
            now + deadline.saturating_duration_since(now) / left
        } else {
            deadline
        };
        left = left.saturating_sub(1);
        match connect(address, until).await {
            Ok(Ok(stream)) => match ours.reached_by(&stream, address) {
                None => return Ok(stream),
                Some(ours) => {
                    // A plain close would be forwarded like any client's, again to this same address.
                    reset_on_close(&stream);
                    fault = NotReached::Itself(ours);
                }
            },
            Ok(Err(error)) => fault = NotReached::System(error),
            Err(_) => fault = NotReached::ConnectTooLong,
        }
    }
    Err(fault)
}

async fn addresses(backend: &Backend, names: &Names) -> Result<Vec<SocketAddr>, NotReached> {
    // An IP address needs no lookup and no thread.
    if let Ok(ip) = backend.host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, backend.port)]);
    }
    let found = names.addresses(&backend.host).await;
    let found = found.map_err(NotReached::Name)?;
    let address = |ip: &IpAddr| SocketAddr::new(*ip, backend.port);
    Ok(found.iter().map(address).collect())
}
