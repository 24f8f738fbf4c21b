//! What each client asks, in which order, and what it makes of the answers.
//!
//! Every client is a pure value with two doors: `next` says what it wants, `learn` tells it what came. None of them
//! may know about time beyond how long it is ready to wait, nor about connections.

use core::time::Duration;

use crate::decide::{self, Location, Place};
use crate::player::action::{FLASH_REQUEST, SILVERLIGHT_REQUEST};
use crate::player::config::{Client, Config};
use crate::player::reading::Reading;
use crate::player::{DecidedBy, Learnt, Protocol, Purpose, Reason, RuleAt};
use crate::{Host, Port};

mod access_policy;
mod flash;
mod lightspark;
mod lightspark_file;
mod lightspark_text;
mod lightspark_xml;
mod silverlight;
mod unity;

pub(super) use lightspark_file::host as lightspark_host;

use flash::Flash;
use lightspark::Lightspark;
use silverlight::Silverlight;
use unity::Unity;

/// What a client wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Ask {
        place: Place,
        patience: Patience,
    },
    /// Connect: a policy grants it, or none is needed.
    Connect(Grounds),
    Refuse(Grounds),
}

/// What a decision rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grounds {
    pub(super) reason: Reason,
    pub(super) decided_by: Option<DecidedBy>,
}

/// How long a client waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// So long from the connect to the whole answer.
    Answer(Duration),
    /// So long for the connect; for the answer, as long as the attempt may take.
    Connect(Duration),
    /// As long as the attempt may take.
    Unlimited,
}

/// What came of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard<'a> {
    /// These bytes, at least one or properly ended.
    Document(&'a [u8]),
    /// These bytes, and then a reset.
    Broken(&'a [u8]),
    /// More than any document has.
    TooMuch,
    /// The connection stood, and nothing came, or not all of it.
    Silence,
    /// There was no connection.
    NoConnection,
}

/// A client at work.
#[derive(Clone, Debug)]
pub(super) enum Mind {
    Flash(Flash),
    Lightspark(Lightspark),
    Unity(Unity),
    Silverlight(Silverlight),
    /// Asks nothing.
    Ruffle,
}

impl Mind {
    pub(super) fn new(config: &Config) -> Self {
        match config.client {
            Client::Flash => Self::Flash(Flash::new(config)),
            Client::Lightspark => Self::Lightspark(Lightspark::new(config)),
            Client::Unity => Self::Unity(Unity::new(config)),
            Client::Silverlight => Self::Silverlight(Silverlight::new(config)),
            Client::Ruffle => Self::Ruffle,
        }
    }

    pub(super) fn next(&self) -> Move {
        match self {
            Self::Flash(flash) => flash.next(),
            Self::Lightspark(lightspark) => lightspark.next(),
            Self::Unity(unity) => unity.next(),
            Self::Silverlight(silverlight) => silverlight.next(),
            Self::Ruffle => Move::Connect(Grounds::NONE_NEEDED),
        }
    }

    pub(super) fn learn(&mut self, place: Place, heard: Heard<'_>) -> Learnt {
        match self {
            Self::Flash(flash) => flash.learn(place, heard),
            Self::Lightspark(lightspark) => lightspark.learn(place, heard),
            Self::Unity(unity) => unity.learn(place, heard),
            Self::Silverlight(silverlight) => silverlight.learn(heard),
            Self::Ruffle => Learnt::Nothing,
        }
    }

    /// The policy that grants, though the client waits for another one before it connects.
    pub(super) fn granted_so_far(&self) -> Option<DecidedBy> {
        match self {
            Self::Lightspark(lightspark) => lightspark.granted_so_far(),
            Self::Flash(_) | Self::Unity(_) | Self::Silverlight(_) | Self::Ruffle => None,
        }
    }

    /// How the client reads what is answered.
    pub(super) fn reading(&self, protocol: &Protocol) -> Reading {
        match (self, protocol) {
            (_, Protocol::Http { .. }) => Reading::ToEnd,
            (Self::Flash(_) | Self::Ruffle, _) => Reading::ToNul,
            (Self::Lightspark(_), _) => Reading::WhileFull(lightspark::READ),
            (Self::Unity(_), _) => Reading::Once(unity::READ),
            (Self::Silverlight(_), _) => Reading::WhileFull(silverlight::READ),
        }
    }

    /// Where a connection goes, and what is said on it.
    pub(super) fn address(&self, config: &Config, purpose: Purpose) -> (Host, Port, Protocol) {
        let host = config.target.clone();
        match purpose {
            Purpose::Target => (host, config.port, Protocol::Nothing),
            Purpose::Policy(Place::Master) => (host, config.master(), self.request()),
            Purpose::Policy(Place::Destination) => (host, config.port, self.request()),
            Purpose::Policy(Place::SiteRoot) => (host, Port::HTTP, site_root()),
            Purpose::Policy(Place::Loaded(index)) => match config.loaded.get(index) {
                Some(Location::Socket { host, port }) => (host.clone(), *port, self.request()),
                Some(Location::Http {
                    host, port, path, ..
                }) => {
                    let path = path.clone();
                    (host.clone(), *port, Protocol::Http { path })
                }
                None => (host, config.port, Protocol::Nothing),
            },
        }
    }

    const fn request(&self) -> Protocol {
        match self {
            Self::Silverlight(_) => SILVERLIGHT_REQUEST,
            Self::Flash(_) | Self::Lightspark(_) | Self::Unity(_) | Self::Ruffle => FLASH_REQUEST,
        }
    }
}

fn site_root() -> Protocol {
    Protocol::Http {
        path: "/crossdomain.xml".into(),
    }
}

impl Grounds {
    pub(super) const OUT_OF_TIME: Self = Self {
        reason: Reason::Timeout,
        decided_by: None,
    };
    pub(super) const NONE_NEEDED: Self = Self {
        reason: Reason::NoPolicyNeeded,
        decided_by: None,
    };

    const fn granted(place: Place, rule: Option<RuleAt>) -> Self {
        Self {
            reason: Reason::Granted,
            decided_by: Some(DecidedBy { place, rule }),
        }
    }

    const fn refused(reason: decide::Reason) -> Self {
        Self {
            reason: Reason::Refused(reason),
            decided_by: None,
        }
    }
}

/// The refusal that came nearest to a grant, of several; the earlier one among equals.
#[derive(Clone, Copy, Debug, Default)]
struct Nearest(Option<(decide::Reason, DecidedBy)>);

impl Nearest {
    fn refused(&mut self, reason: decide::Reason, place: Place, rule: Option<RuleAt>) {
        if self.0.is_none_or(|(nearest, _)| reason > nearest) {
            self.0 = Some((reason, DecidedBy { place, rule }));
        }
    }
}

impl From<Nearest> for Grounds {
    fn from(Nearest(nearest): Nearest) -> Self {
        nearest.map_or(Self::refused(decide::Reason::NoPolicy), |(reason, by)| {
            Self {
                reason: Reason::Refused(reason),
                decided_by: Some(by),
            }
        })
    }
}
