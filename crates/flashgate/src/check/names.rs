//! From the target's name to its addresses.

use std::net::IpAddr;
use std::time::Duration;

use flash_policy::Host;
use flash_policy::player::Client;
use tokio::net::lookup_host;
use tokio::time::timeout_at;

use super::Clock;

/// What a name stands for.
#[derive(Clone, Debug)]
pub(crate) struct Lookup {
    pub(crate) host: Host,
    /// In the order of the system's resolver; never empty.
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) took: Duration,
}

/// A name without an address.
#[derive(Clone, Debug)]
pub(crate) struct NameFault {
    pub(crate) name: String,
    pub(crate) why: String,
}

/// Leaves the addresses out that the client has no way to; a literal is for the client to refuse.
pub(super) fn for_client(mut lookup: Lookup, client: Client) -> Result<Lookup, NameFault> {
    if let (Host::Name(name), false) = (&lookup.host, client.has_ipv6()) {
        lookup.addresses.retain(IpAddr::is_ipv4);
        if lookup.addresses.is_empty() {
            return Err(NameFault {
                name: name.to_string(),
                why: "it has IPv6 addresses only, and the client connects over IPv4".to_owned(),
            });
        }
    }
    Ok(lookup)
}

/// Asks the system's resolver, for no longer than the check may take.
pub(super) async fn look_up(host: &Host, clock: Clock) -> Result<Lookup, NameFault> {
    let began = clock.elapsed();
    let addresses = match host {
        Host::Address(address) => vec![*address],
        Host::Name(name) => resolve(name, clock).await?,
    };
    Ok(Lookup {
        host: host.clone(),
        addresses,
        took: clock.elapsed().saturating_sub(began),
    })
}

async fn resolve(name: &str, clock: Clock) -> Result<Vec<IpAddr>, NameFault> {
    let fault = |why: String| NameFault {
        name: name.to_owned(),
        why,
    };
    let found = timeout_at(clock.end(), lookup_host((name, 0)))
        .await
        .map_err(|_| fault("the resolver did not answer in time".to_owned()))?
        .map_err(|error| fault(error.to_string()))?;
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in found.map(|address| address.ip()) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        return Err(fault("it has no address".to_owned()));
    }
    Ok(addresses)
}
