//! Why a location that the movie loaded does not count. The policies themselves are not evaluated here.

use super::{Location, Request};
use crate::Port;

/// Why a location that the movie loaded does not count for a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ignored {
    /// It is on another host. Players compare names, not addresses.
    OtherHost,
    /// Versions before 7.0.19 do not accept `xmlsocket:` addresses.
    SocketsNotYet,
    /// Versions before 7.0.19 accept only the site's own `/crossdomain.xml`.
    HttpNotYet,
    /// From 9.0.124 on, policies from HTTP do not apply to sockets.
    HttpNoLonger,
    /// It is on HTTP, in a folder below the root.
    Subfolder,
    /// It is on HTTP with a port other than 80, or on HTTPS.
    OtherPort,
    /// A policy from HTTP cannot open a port below 1024.
    LowPort,
}

impl Request {
    /// Why this location does not count for this request, or `None` if it counts.
    ///
    /// ```
    /// use flash_policy::Port;
    /// use flash_policy::decide::{Ignored, Request, Sandbox};
    ///
    /// let movie = Sandbox::Remote("http://www.example.com/game.swf".parse()?);
    /// let request = Request::new(movie, "game.example.com".parse()?, Port::new(9339)?);
    /// assert_eq!(request.ignores(&"xmlsocket://game.example.com:8080".parse()?), None);
    /// let other = "xmlsocket://www.example.com:8080".parse()?;
    /// assert_eq!(request.ignores(&other), Some(Ignored::OtherHost));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
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
