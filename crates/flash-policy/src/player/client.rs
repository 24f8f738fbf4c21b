//! What each client fetches, in which order, and how it treats the answers.
//!
//! Every client is a pure value with two functions: `next` returns what it wants, and `learn` adds an answer. Clients
//! know nothing about connections, and nothing about time except how long they wait.

use crate::decide::{Location, Place, SITE_ROOT};
use crate::player::action::{FLASH_REQUEST, SILVERLIGHT_REQUEST};
use crate::player::config::Config;
use crate::player::program::Client;
use crate::player::reading::ReadingMode;
use crate::player::{DecidedBy, Learnt, Protocol, Purpose};
use crate::{Host, Port};

mod content_type;
mod exchange;
mod flash;
mod lightspark;
mod lightspark_file;
mod lightspark_text;
mod lightspark_url;
mod lightspark_xml;
mod silverlight;
mod unity;

pub(super) use exchange::{AnswerTimeout, Exchanged, Grounds, Move};
pub(super) use lightspark_url::host as lightspark_host;

use flash::Flash;
use lightspark::Lightspark;
use silverlight::Silverlight;
use unity::Unity;

/// The state of a client.
#[derive(Clone, Debug)]
pub(super) enum Mind {
    Flash(Flash),
    Lightspark(Lightspark),
    Unity(Unity),
    Silverlight(Silverlight),
    /// Fetches nothing.
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

    pub(super) fn learn(&mut self, place: Place, heard: Exchanged<'_>) -> Learnt {
        match self {
            Self::Flash(flash) => flash.learn(place, heard),
            Self::Lightspark(lightspark) => lightspark.learn(place, heard),
            Self::Unity(unity) => unity.learn(place, heard),
            Self::Silverlight(silverlight) => silverlight.learn(heard),
            Self::Ruffle => Learnt::Nothing,
        }
    }

    /// Adds the `X-Permitted-Cross-Domain-Policies` of an HTTP response. Only Flash Player knows it.
    pub(super) fn learn_header(&mut self, place: Place, header: &str) {
        match self {
            Self::Flash(flash) => flash.learn_header(place, header),
            Self::Lightspark(_) | Self::Unity(_) | Self::Silverlight(_) | Self::Ruffle => {}
        }
    }

    /// The policy that grants the connection, if the client still waits for another one before it connects.
    pub(super) fn granted_so_far(&self) -> Option<DecidedBy> {
        match self {
            Self::Lightspark(lightspark) => lightspark.granted_so_far(),
            Self::Flash(_) | Self::Unity(_) | Self::Silverlight(_) | Self::Ruffle => None,
        }
    }

    /// Whether the client uses a policy over HTTP with this `Content-Type`.
    pub(super) fn accepts(&self, content_type: Option<&str>) -> bool {
        match self {
            Self::Flash(flash) => flash.accepts(content_type),
            Self::Silverlight(_) => content_type::is_for_silverlight(content_type),
            Self::Lightspark(_) | Self::Unity(_) | Self::Ruffle => true,
        }
    }

    /// How the client reads an answer.
    pub(super) fn reading(&self, protocol: &Protocol) -> ReadingMode {
        match (self, protocol) {
            (_, Protocol::Http { .. }) => ReadingMode::ToEnd,
            (Self::Flash(_) | Self::Ruffle, _) => ReadingMode::ToNul,
            (Self::Lightspark(_), _) => ReadingMode::WhileFull(lightspark::READ),
            (Self::Unity(_), _) => ReadingMode::Once(unity::READ),
            (Self::Silverlight(_), _) => ReadingMode::WhileFull(silverlight::READ),
        }
    }

    /// The host, the port and the protocol of a connection.
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
        path: SITE_ROOT.into(),
    }
}
