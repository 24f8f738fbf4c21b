//! Decides whether a movie may open a socket, or load over HTTP. All other code asks this module.
//!
//! [`grants`](fn@grants) checks one policy. [`decide`](fn@decide) does what a player does with several policies. It
//! returns the policy to fetch next until the answers are enough for a decision. It does no I/O and reads no clock: the
//! caller fetches the policy, waits no longer than [`Ask::limit`], and adds the answer to [`Known`].
//!
//! The order is Adobe's (*Developer's Guide*, "Website controls (policy files)" and "Connecting to sockets"; *Socket
//! policy files*): the master policy and its meta-policy, then the locations that the movie loaded, in order, then the
//! destination port. Sources disagree on whether a loaded location replaces the destination port or comes before it.
//! The reference of `Security.loadPolicyFile` calls the default locations the final fallback, so this module asks the
//! destination port last.
//!
//! [`may_load`] and [`may_send`] are about loading over HTTP, under a site's `/crossdomain.xml`.
//!
//! No address is asked twice: if the movie connects to port 843, or loads the destination port, the first answer counts.
//! It is not known whether players ask again.

use alloc::vec::Vec;
use core::time::Duration;

use crate::player_version::Era;
use crate::{Host, Policy, Port, SiteControl};

mod grants;
mod header;
mod ignored;
mod known;
mod location;
mod page;
mod reason;
mod request;
mod site;
mod url;

pub use grants::{Grant, NearestMiss, grants};
pub use header::MetaPolicyHeader;
pub(crate) use header::SITE_ROOT;
#[cfg(feature = "player")]
pub(crate) use header::has_odd_value;
pub use ignored::Ignored;
pub use known::{Ask, Decision, Known, PolicyAnswer};
pub use location::LocationError;
pub use page::{PageDenied, PageOriginError, decide_page};
pub use reason::{Allowed, Denied, RefusalReason};
pub use request::{Location, Movie, Place, Request, Sandbox};
pub use url::{UrlDenied, may_load, may_send};

use grants::{ServedFrom, judge};
use site::{Address, SiteAnswers, SiteMetaPolicy};

/// How long a player waits for a policy that the movie did not load itself: 3 seconds.
///
/// This is documented for port 843 (Adobe, *Developer's Guide*: after three seconds there is no master policy). For the
/// destination port it was observed in one server's log.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// Decides, or returns the policy to fetch next.
///
/// It decides only by policies and sandboxes. It does not know the ports that players are said to block
/// ([`blocked_ports`](crate::blocked_ports)). Where it is not known what the player does, it assumes an answer:
/// `player::Choice` lists them, and `player::Outcome::rests_on` names those that an outcome depends on.
///
/// ```
/// use flash_policy::decide::{Allowed, Decision, Known, Place, PolicyAnswer, Request, Sandbox, decide};
/// use flash_policy::{PlayerVersion, Port, Profile, parse};
///
/// let movie = "http://www.example.com/game.swf".parse()?;
/// let target = "game.example.com".parse()?;
/// let request = Request::new(Sandbox::Remote(movie), target, Port::new(9339)?);
///
/// // The first question is the master policy, on port 843.
/// let mut known = Known::default();
/// let Decision::Ask(ask) = decide(&request, &known) else { unreachable!() };
/// assert_eq!(ask.place, Place::Master);
///
/// let file = b"<cross-domain-policy><allow-access-from domain='*.example.com' to-ports='9339'/></cross-domain-policy>";
/// let policy = parse(file, Profile::Socket).policy.ok_or("not a policy")?;
/// known.learn(ask.place, PolicyAnswer::Policy(policy));
/// let allowed = Allowed::Rule { place: Place::Master, rule: 0 };
/// assert_eq!(decide(&request, &known), Decision::Allowed(allowed));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[must_use]
pub fn decide(request: &Request, known: &Known) -> Decision {
    decide_with_master(request, known, Port::MASTER)
}

/// Like [`decide`](fn@decide), with another port that counts as 843.
pub(crate) fn decide_with_master(request: &Request, known: &Known, master: Port) -> Decision {
    let movie = match &request.sandbox {
        Sandbox::Application => return Decision::Allowed(Allowed::Application),
        Sandbox::LocalTrusted => return Decision::Allowed(Allowed::LocalTrusted),
        Sandbox::LocalWithFile => {
            return Decision::Denied(Denied::without_policy(RefusalReason::Sandbox));
        }
        Sandbox::Remote(origin) => Movie::Remote(origin.clone()),
        Sandbox::LocalWithNetwork => Movie::Hostless,
    };
    let era = request.player.era();
    if era.trusts_own_host() && !request.port.is_low() && is_own_host(&movie, &request.target) {
        return Decision::Allowed(Allowed::OwnHost);
    }
    let mut inquiry = Inquiry {
        request,
        known,
        movie,
        master,
        asked: Vec::new(),
        denied: Denied::without_policy(RefusalReason::NoPolicy),
    };
    match inquiry.run(era) {
        Some(decision) => decision,
        None => Decision::Denied(inquiry.denied),
    }
}

/// Decides with a single policy, served on the port that the movie wants to connect to, and returns the index of the
/// rule that allows it.
///
/// The result is that of [`decide`](fn@decide) for a current player. On port 843 the policy is the master policy, and
/// its meta-policy applies. On other ports a meta-policy has no effect.
///
/// ```
/// use flash_policy::decide::decide_alone;
/// use flash_policy::{Movie, Policy, Port};
///
/// let policy = Policy::new().allow("*.example.com", 9339)?;
/// let movie = Movie::Remote("http://www.example.com/game.swf".parse()?);
/// let rule = decide_alone(&policy, &movie, Port::new(9339)?)?;
/// assert_eq!(rule, 0);
///
/// let denied = decide_alone(&policy, &movie, Port::new(8080)?).unwrap_err();
/// assert_eq!(
///     denied.to_string(),
///     "no rule matches the movie's host and the port (policy of the destination port)"
/// );
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # Errors
///
/// The player refuses: no rule allows the connection, or the meta-policy forbids all.
pub fn decide_alone(policy: &Policy, movie: &Movie, port: Port) -> Result<usize, Denied> {
    let place = if port == Port::MASTER {
        Place::Master
    } else {
        Place::Destination
    };
    if place == Place::Master && is_none(policy) {
        return Err(Denied::by_meta_policy(RefusalReason::MetaPolicyNone));
    }
    match judge(policy, ServedFrom::Port(port), movie, port) {
        Grant::Allowed { rule } => Ok(rule),
        Grant::Refused(refusal) => Err(Denied::by_policy(place, refusal)),
    }
}

fn is_own_host(movie: &Movie, target: &Host) -> bool {
    matches!(movie, Movie::Remote(origin) if origin.host == *target)
}

/// One pass over the places, in a player's order.
struct Inquiry<'a> {
    request: &'a Request,
    known: &'a Known,
    movie: Movie,
    /// The port of the master policy. It counts as 843.
    master: Port,
    /// Where the places so far are. No address is asked twice.
    asked: Vec<Address<'a>>,
    /// The nearest reason so far, in case no policy grants the connection.
    denied: Denied,
}

impl<'a> Inquiry<'a> {
    /// The decision, if a place granted the connection or must be asked.
    fn run(&mut self, era: Era) -> Option<Decision> {
        if era.has_master() {
            let limit = (!self.loads_master()).then_some(PATIENCE);
            let decision = self.ask((Place::Master, limit), Address::Socket(self.master));
            if decision.is_some() {
                return decision;
            }
            if let Some(denied) = self.meta_policy() {
                return Some(Decision::Denied(denied));
            }
        }
        let request = self.request;
        for (index, location) in request.loaded.iter().enumerate() {
            if request.ignores(location).is_some() {
                continue;
            }
            let address = match location {
                Location::Socket { port, .. } => Address::Socket(*port),
                Location::Http { path, .. } => Address::Http(path),
            };
            match self.site().meta_policy(address) {
                SiteMetaPolicy::Unknown => {
                    return Some(Decision::Ask(Ask {
                        place: Place::SiteRoot,
                        limit: None,
                    }));
                }
                SiteMetaPolicy::Forbids => continue,
                SiteMetaPolicy::Allows => {}
            }
            let decision = self.ask((Place::Loaded(index), None), address);
            if decision.is_some() {
                return decision;
            }
        }
        if era.asks_destination() {
            let destination = Address::Socket(request.port);
            return self.ask((Place::Destination, Some(PATIENCE)), destination);
        }
        self.ask((Place::SiteRoot, None), Address::Http(SITE_ROOT))
    }

    /// Evaluates the answer of a place, or asks the place if there is no answer yet. `None` if it grants nothing, or if
    /// its address has been evaluated before.
    fn ask(
        &mut self,
        (place, limit): (Place, Option<Duration>),
        address: Address<'a>,
    ) -> Option<Decision> {
        let served_from = match address {
            Address::Socket(port) if port == self.master => ServedFrom::Port(Port::MASTER),
            Address::Socket(port) => ServedFrom::Port(port),
            // No HTTP policy can open a port below 1024.
            Address::Http(_) if self.request.port.is_low() => return None,
            Address::Http(_) => ServedFrom::Http,
        };
        if self.asked.contains(&address) {
            return None;
        }
        self.asked.push(address);
        let source = match address {
            Address::Http(path) if path == SITE_ROOT => self.site().root().unwrap_or(place),
            Address::Http(_) | Address::Socket(_) => place,
        };
        match self.known.get(source) {
            None => Some(Decision::Ask(Ask { place, limit })),
            Some(PolicyAnswer::Absent | PolicyAnswer::Unusable) => None,
            Some(PolicyAnswer::Policy(policy)) if self.site().is_void(source, address, policy) => {
                None
            }
            Some(PolicyAnswer::Policy(policy)) => {
                match judge(policy, served_from, &self.movie, self.request.port) {
                    Grant::Allowed { rule } => {
                        Some(Decision::Allowed(Allowed::Rule { place, rule }))
                    }
                    Grant::Refused(refusal) => {
                        self.denied = self.denied.nearer(Denied::by_policy(place, refusal));
                        None
                    }
                }
            }
        }
    }

    const fn site(&self) -> SiteAnswers<'a> {
        SiteAnswers {
            request: self.request,
            known: self.known,
        }
    }

    /// The denial that the master's meta-policy causes for all other places.
    fn meta_policy(&self) -> Option<Denied> {
        let Some(PolicyAnswer::Policy(policy)) = self.known.get(Place::Master) else {
            return None;
        };
        match policy.site_control.unwrap_or(SiteControl::All) {
            SiteControl::All => None,
            SiteControl::MasterOnly => Some(
                self.denied
                    .nearer(Denied::by_meta_policy(RefusalReason::MetaPolicyMasterOnly)),
            ),
            SiteControl::None => Some(Denied::by_meta_policy(RefusalReason::MetaPolicyNone)),
        }
    }

    /// Whether the movie loaded the master policy itself. The player then waits for it without a limit of its own.
    fn loads_master(&self) -> bool {
        self.request.loaded.iter().any(|location| {
            matches!(location, Location::Socket { host, port } if *port == self.master && *host == self.request.target)
        })
    }
}

fn is_none(policy: &Policy) -> bool {
    policy.site_control == Some(SiteControl::None)
}
