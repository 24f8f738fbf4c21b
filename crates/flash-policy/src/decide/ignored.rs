//! Why a location that the movie loaded has no say. What it says, where it has one, is not judged here.

use super::{Location, Request};
use crate::Port;

/// Why a location that the movie loaded does not count for a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ignored {
    /// It is of another host: policies are kept by the host's very text.
    OtherHost,
    /// Before 7.0.19 `xmlsocket:` addresses were not taken.
    SocketsNotYet,
    /// Before 7.0.19 only the site's own `/crossdomain.xml` was.
    HttpNotYet,
    /// From 9.0.124 on no policy over HTTP opens sockets.
    HttpNoLonger,
    /// Over HTTP, from a folder below the root.
    Subfolder,
    /// Over HTTP, from a port other than 80, or over HTTPS.
    OtherPort,
    /// No policy over HTTP opens a port below 1024.
    LowPort,
}

impl Request {
    /// Why this location has no say in this request; `None` where it has one.
    #[must_use]
    pub fn ignores(&self, location: &Location) -> Option<Ignored> {
        let era = self.player.era();
        let (Location::Socket { host, .. } | Location::Http { host, .. }) = location;
        if *host != self.target {
            return Some(Ignored::OtherHost);
        }
        match location {
            Location::Socket { .. } if era.loads_from_sockets() => None,
            Location::Socket { .. } => Some(Ignored::SocketsNotYet),
            Location::Http { .. } if !era.loads_from_http() => Some(if era.loads_from_sockets() {
                Ignored::HttpNoLonger
            } else {
                Ignored::HttpNotYet
            }),
            Location::Http { path, .. } if path.rfind('/') != Some(0) => Some(Ignored::Subfolder),
            Location::Http { port, .. } if *port != Port::HTTP => Some(Ignored::OtherPort),
            Location::Http { .. } => self.port.is_low().then_some(Ignored::LowPort),
        }
    }
}
