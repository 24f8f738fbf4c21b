//! From the target's name to its addresses.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use flash_policy::Host;
use flash_policy::player::Client;
use tokio::net::lookup_host;
use tokio::time::timeout_at;

use super::clock::CheckClock;

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
pub struct LookupFault {
    pub(crate) name: String,
    pub(crate) why: Nameless,
}

/// Why a name has no address.
#[derive(Clone, Debug)]
pub enum Nameless {
    /// The resolver says that there is none, or what keeps it from saying.
    Unknown(String),
    /// The resolver said nothing for so long.
    NoAnswer(Duration),
    /// Only such that the client has no way to.
    Ipv6Only,
}

/// Leaves the addresses out that the client has no way to; a literal is for the client to refuse.
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
    /// What there is to do.
    pub const fn help(&self) -> &'static str {
        match self.why {
            Nameless::Unknown(_) | Nameless::Ipv6Only => {
                "look at the spelling, and ask for it with `getent ahosts`; a player would give up here too"
            }
            Nameless::NoAnswer(_) => {
                "look at this machine's resolver (`/etc/resolv.conf`), or give it more time with --timeout"
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
                "`{name}` could not be looked up in {:.1} s: the resolver does not answer",
                waited.as_secs_f64()
            ),
            Nameless::Ipv6Only => write!(
                f,
                "`{name}` has IPv6 addresses only, and the client connects over IPv4"
            ),
        }
    }
}

/// Asks the system's resolver, for no longer than the check may take.
pub(super) async fn look_up(host: &Host, clock: CheckClock) -> Result<Lookup, LookupFault> {
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
