//! From arguments to what is to be checked; whatever is wrong in them is told with what to write instead.

use std::io::Read as _;

use flash_policy::decide::{Location, Sandbox};
use flash_policy::player::{self, Config};
use flash_policy::{Host, Origin, Port};

use super::{Check, Client, Fault, SandboxName};
use crate::check::{self, BridgePlan, Entry, Page, ProxyUrl};

/// Far above what any page has.
const LARGEST_CONFIG: u64 = 1 << 20;

const FROM_HELP: &str =
    "write the address that the movie was loaded from, as in `https://www.example.org/game.swf`";

impl Check {
    pub(super) fn config(&self) -> Result<Config, Fault> {
        let (target, port) = self.host_and_port()?;
        let mut config = Config::new(self.sandbox(&target)?, target, port);
        config.client = match self.client {
            Client::Flash => player::Client::Flash,
            Client::Lightspark => player::Client::Lightspark,
            Client::Unity => player::Client::Unity,
            Client::Silverlight => player::Client::Silverlight,
            Client::Ruffle => player::Client::Ruffle,
        };
        config.version = self.player;
        config.master_port = self.master_port;
        config.timeout = self.timeout;
        if self.secure_socket {
            config.socket = player::Socket::Secure;
        }
        config.loaded = self.loaded()?;
        Ok(config)
    }

    fn host_and_port(&self) -> Result<(Host, Port), Fault> {
        let fault = |why: &str| {
            Fault {
            message: format!("`{}` is no target: {why}", self.target),
            help: "write the host and the port that the movie connects to, as in `play.example.com:9339` or `[::1]:9339`".to_owned(),
        }
        };
        let (host, port) = self
            .target
            .rsplit_once(':')
            .filter(|(host, _)| {
                !host.ends_with(':') && (!host.contains(':') || host.starts_with('['))
            })
            .ok_or_else(|| fault("expected HOST:PORT"))?;
        let host = host
            .parse::<Host>()
            .map_err(|error| fault(&error.to_string()))?;
        let port = self::port(port).map_err(|why| fault(&why))?;
        Ok((host, port))
    }

    fn sandbox(&self, target: &Host) -> Result<Sandbox, Fault> {
        Ok(match self.sandbox {
            SandboxName::Remote => Sandbox::Remote(self.origin(target)?),
            SandboxName::LocalWithNetwork => Sandbox::LocalWithNetwork,
            SandboxName::LocalWithFile => Sandbox::LocalWithFile,
            SandboxName::LocalTrusted => Sandbox::LocalTrusted,
            SandboxName::Application => Sandbox::Application,
        })
    }

    fn origin(&self, target: &Host) -> Result<Origin, Fault> {
        let text = self
            .movie_url()
            .unwrap_or_else(|| format!("http://{target}/"));
        text.parse()
            .map_err(|error: flash_policy::origin::OriginError| Fault {
                message: format!("`{text}` in --from is no address of a movie: {error}"),
                help: FROM_HELP.to_owned(),
            })
    }

    /// A bare domain is taken as http.
    fn movie_url(&self) -> Option<String> {
        let from = self.from.as_ref()?;
        Some(if from.contains("://") {
            from.clone()
        } else {
            format!("http://{from}")
        })
    }

    fn loaded(&self) -> Result<Vec<Location>, Fault> {
        let loaded = self.load_policy.iter().map(|text| {
            text.parse().map_err(|error: player::LocationError| Fault {
                message: format!("`{text}` in --load-policy is no address of a policy: {error}"),
                help: "write it as the movie does, as in `xmlsocket://play.example.com:8080`"
                    .to_owned(),
            })
        });
        loaded.collect()
    }

    pub(super) fn bridge_plan(&self) -> Result<BridgePlan, Fault> {
        let page = self.movie_url().map(|text| {
            Page::read(&text).map_err(|why| Fault {
                message: format!("`{text}` in --from is no address of a page: {why}"),
                help: FROM_HELP.to_owned(),
            })
        });
        let page = page.transpose()?;
        let entries = if self.target.contains("://") {
            let url = ProxyUrl::read(&self.target, None).map_err(|why| self.no_bridge(&why))?;
            vec![Entry { movie: None, url }]
        } else {
            let bytes = self.read_config()?;
            check::entries(&bytes, page.as_ref()).map_err(|fault| self.no_bridge(&fault.message))?
        };
        Ok(BridgePlan {
            target: self.target.clone(),
            entries,
            page,
            timeout: self.timeout,
        })
    }

    fn read_config(&self) -> Result<Vec<u8>, Fault> {
        let read = if self.target == "-" {
            let mut bytes = Vec::new();
            let read = std::io::stdin()
                .lock()
                .take(LARGEST_CONFIG)
                .read_to_end(&mut bytes);
            read.map(|_| bytes)
        } else {
            std::fs::read(&self.target)
        };
        read.map_err(|error| self.no_bridge(&error.to_string()))
    }

    fn no_bridge(&self, why: &str) -> Fault {
        Fault {
            message: format!("`{}` is no bridge: {why}", self.target),
            help: "write a URL like `wss://play.example.com/9339`, or name a JSON file with the page's `socketProxy`".to_owned(),
        }
    }
}

pub(super) fn port(text: &str) -> Result<Port, String> {
    let number = text
        .parse::<u32>()
        .map_err(|_| format!("expected a port from 1 to 65535, found `{text}`"))?;
    Port::new(number).map_err(|error| error.to_string())
}
