//! Looks up the target's addresses.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use flash_policy::Host;
use flash_policy::player::Client;
use tokio::net::lookup_host;
use tokio::time::timeout_at;

use super::clock::CheckClock;

/// The addresses of a name.
#[derive(Clone, Debug)]
pub(crate) struct Lookup {
    pub(crate) host: Host,
    /// In the order of the system's resolver. Never empty.
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) took: Duration,
}

/// A name without an address.
#[derive(Clone, Debug)]
pub struct LookupFault {
    pub(crate) name: String,
    pub(crate) why: Nameless,
}

/// Why a name has no address.
#[derive(Clone, Debug)]
pub enum Nameless {
    /// The resolver's answer, or its error.
    Unknown(String),
    /// The resolver did not answer for this long.
    NoAnswer(Duration),
    /// Only addresses that the client can't connect to.
    Ipv6Only,
}

/// Removes addresses that the client can't connect to. If the target is an address, the client itself decides.
pub(super) fn for_client(mut lookup: Lookup, client: Client) -> Result<Lookup, LookupFault> {
    if let (Host::Name(name), false) = (&lookup.host, client.has_ipv6()) {
        lookup.addresses.retain(IpAddr::is_ipv4);
        if lookup.addresses.is_empty() {
            return Err(LookupFault {
                name: name.to_string(),
                why: Nameless::Ipv6Only,
            });
        }
    }
    Ok(lookup)
}

impl LookupFault {
    /// What to do about it.
    pub const fn help(&self) -> &'static str {
        match self.why {
            Nameless::Unknown(_) | Nameless::Ipv6Only => {
                "check the spelling, and look it up with `getent ahosts`; players can't connect without one"
            }
            Nameless::NoAnswer(_) => {
                "check this machine's resolver (`/etc/resolv.conf`), or allow more time with --timeout"
            }
        }
    }
}

impl fmt::Display for LookupFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.why {
            Nameless::Unknown(why) => write!(f, "`{name}` has no address: {why}"),
            Nameless::NoAnswer(waited) => write!(
                f,
                "looking up `{name}` failed after {:.1} s: the resolver does not answer",
                waited.as_secs_f64()
            ),
            Nameless::Ipv6Only => write!(
                f,
                "`{name}` has only IPv6 addresses, but the client connects over IPv4"
            ),
        }
    }
}

/// Asks the system's resolver, up to the time limit of the check.
pub(super) async fn look_up(host: &Host, clock: CheckClock) -> Result<Lookup, LookupFault> {
    let began = clock.elapsed();
    let addresses = match host {
        Host::Address(address) => vec![*address],
        Host::Name(name) => resolve(name.as_str(), clock).await?,
    };
    Ok(Lookup {
        host: host.clone(),
        addresses,
        took: clock.elapsed().saturating_sub(began),
    })
}

async fn resolve(name: &str, clock: CheckClock) -> Result<Vec<IpAddr>, LookupFault> {
    let fault = |why| LookupFault {
        name: name.to_owned(),
        why,
    };
    let began = clock.elapsed();
    let found = timeout_at(clock.end(), lookup_host((name, 0)))
        .await
        .map_err(|_| {
            let waited = clock.elapsed().saturating_sub(began);
            fault(Nameless::NoAnswer(waited))
        })?
        .map_err(|error| fault(Nameless::Unknown(error.to_string())))?;
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in found.map(|address| address.ip()) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        return Err(fault(Nameless::Unknown("it has no address".to_owned())));
    }
    Ok(addresses)
}
