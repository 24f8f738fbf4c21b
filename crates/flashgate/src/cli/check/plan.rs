//! Builds the plan of a check from the arguments. Each error says what to write instead.

use std::path::Path;
use std::time::Instant;

use flash_policy::decide::{Location, LocationError, Sandbox};
use flash_policy::domain::DomainErrorKind;
use flash_policy::player::{self, Config};
use flash_policy::{DomainPattern, Host, Origin, Port};
use flashgate_config::regular_file;

use super::fault::CheckFault;
use super::{Check, ClientName, SandboxName, port};
use crate::log;
use flashgate_check::{
    BridgePlan, BridgeSubject, InputFailure, ProxyEntry, ProxyUrl, RuffleSettings, Trust, WebUrl,
};

/// Far more than any page needs.
const LARGEST_CONFIG: usize = 1 << 20;

/// The endings of movies and pages. No host name ends in one of them.
const FILES: [&str; 6] = ["swf", "spl", "html", "htm", "xhtml", "php"];

const PAGE_HELP: &str =
    "pass the URL of the page that Ruffle runs in, as in `https://www.example.org/`";

const FROM_HELP: &str =
    "pass the URL that the movie was loaded from, as in `https://www.example.org/game.swf`";

impl Check {
    pub(super) fn config(&self) -> Result<Config, CheckFault> {
        let (target, port) = self.host_and_port()?;
        self.refuse_file_name(FROM_HELP)?;
        let movie = self.movie_url();
        let mut config = Config::new(self.sandbox(&target)?, target, port);
        config.movie_url = movie.map(String::into_boxed_str);
        config.client = match self.client {
            ClientName::Flash => player::Client::Flash,
            ClientName::Lightspark => player::Client::Lightspark,
            ClientName::Unity => player::Client::Unity,
            ClientName::Silverlight => player::Client::Silverlight,
            ClientName::Ruffle => player::Client::Ruffle,
        };
        config.version = self.version();
        config.master_port = self.master_port;
        config.timeout = self.timeout;
        if self.secure_socket {
            config.socket = player::SocketClass::Secure;
        }
        config.loaded = self.loaded()?;
        Ok(config)
    }

    fn host_and_port(&self) -> Result<(Host, Port), CheckFault> {
        let target = without_scheme(&self.target);
        if let Some((scheme, _)) = target.split_once("://") {
            let is_websocket = ["ws", "wss"]
                .iter()
                .any(|ws| ws.eq_ignore_ascii_case(scheme));
            let is_web = ["http", "https"]
                .iter()
                .any(|web| web.eq_ignore_ascii_case(scheme));
            let help = if is_websocket {
                "only Ruffle connects to WebSockets: add `--client ruffle`, or pass the host and port, as in `play.example.com:9339`".to_owned()
            } else if is_web {
                over_http(target)
            } else {
                "pass the host and port that the movie connects to, as in `play.example.com:9339`"
                    .to_owned()
            };
            return Err(CheckFault::new(
                format!(
                    "`{}` is not a valid target: expected HOST:PORT, found a URL",
                    self.target
                ),
                help,
            ));
        }
        if target == "-" {
            return Err(CheckFault::new(
                "`-` is not a valid target: expected HOST:PORT, found standard input",
                "only Ruffle has a config to read from standard input: add `--client ruffle`",
            ));
        }
        let fault = |why: &str| {
            CheckFault::new(
                format!("`{}` is not a valid target: {why}", self.target),
                "pass the host and port that the movie connects to, as in `play.example.com:9339` or `[::1]:9339`",
            )
        };
        let (host, port) = target
            .rsplit_once(':')
            .filter(|(host, _)| {
                !host.ends_with(':') && (!host.contains(':') || host.starts_with('['))
            })
            .ok_or_else(|| fault("expected HOST:PORT"))?;
        let host = host.parse::<Host>().map_err(|error| match a_label(host) {
            Some(ascii) => CheckFault::new(
                format!("`{}` is not a valid target: {error}", self.target),
                format!("write the name's ASCII form, `{ascii}`"),
            ),
            None => fault(&error.to_string()),
        })?;
        let port = port::parse(port).map_err(|why| fault(&why.to_string()))?;
        Ok((host, port))
    }

    fn sandbox(&self, target: &Host) -> Result<Sandbox, CheckFault> {
        Ok(match self.sandbox.unwrap_or_default() {
            SandboxName::Remote => Sandbox::Remote(self.origin(target)?),
            SandboxName::LocalWithNetwork => Sandbox::LocalWithNetwork,
            SandboxName::LocalWithFile => Sandbox::LocalWithFile,
            SandboxName::LocalTrusted => Sandbox::LocalTrusted,
            SandboxName::Application => Sandbox::Application,
        })
    }

    fn origin(&self, target: &Host) -> Result<Origin, CheckFault> {
        let text = self
            .movie_url()
            .unwrap_or_else(|| format!("http://{target}/"));
        text.parse()
            .map_err(|error: flash_policy::origin::OriginError| {
                CheckFault::new(
                    format!("`{text}` in --from is not a movie's URL: {error}"),
                    self.help_for_origin(),
                )
            })
    }

    /// Refuses `game.swf` in --from, which would be a host without a scheme before it.
    fn refuse_file_name(&self, help: &str) -> Result<(), CheckFault> {
        let from = self.from.as_deref().unwrap_or_default();
        let host = from.split(['/', ':', '?', '#']).next().unwrap_or_default();
        let (_, ending) = host.rsplit_once('.').unwrap_or_default();
        if from.contains("://") || !FILES.iter().any(|file| file.eq_ignore_ascii_case(ending)) {
            return Ok(());
        }
        Err(CheckFault::new(
            format!("`{from}` in --from is the name of a file: expected a URL"),
            help,
        ))
    }

    /// The value of --from as a URL. A bare domain means http; a value with a scheme is left as it is, even without
    /// `//`.
    fn movie_url(&self) -> Option<String> {
        let from = self.from.as_ref()?;
        Some(if from.contains("://") || self.scheme().is_some() {
            from.clone()
        } else {
            format!("http://{from}")
        })
    }

    /// The scheme of --from. A name followed by a port is a host, not a scheme.
    fn scheme(&self) -> Option<&str> {
        let (scheme, rest) = self.from.as_ref()?.split_once(':')?;
        let letters = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
        let known = [
            "file",
            "app",
            "app-storage",
            "javascript",
            "data",
            "blob",
            "about",
        ];
        let port = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        let is_scheme = known.iter().any(|known| known.eq_ignore_ascii_case(scheme)) || !is_port;
        (letters && is_scheme).then_some(scheme)
    }

    /// The help for a movie URL that can't be used. A movie that comes from no site needs `--sandbox`.
    fn help_for_origin(&self) -> &'static str {
        match self.scheme() {
            Some(scheme) if scheme.eq_ignore_ascii_case("file") => {
                "a local file has no site: remove --from, and add `--sandbox local-with-network` (or `local-with-file`, `local-trusted`)"
            }
            Some(scheme) if scheme.eq_ignore_ascii_case("app") => {
                "an AIR application has no site: remove --from, and add `--sandbox application`"
            }
            _ => FROM_HELP,
        }
    }

    fn loaded(&self) -> Result<Vec<Location>, CheckFault> {
        let loaded = self.load_policy.iter().map(|text| {
            text.parse().map_err(|error: LocationError| {
                CheckFault::new(
                    format!("`{text}` in --load-policy is not a policy's URL: {error}"),
                    "write it as the movie does, as in `xmlsocket://play.example.com:8080`",
                )
            })
        });
        loaded.collect()
    }

    pub(super) fn bridge_plan(&self) -> Result<BridgePlan, CheckFault> {
        let started = Instant::now();
        self.refuse_file_name(PAGE_HELP)?;
        let page = self.movie_url().map(|text| {
            WebUrl::page(&text).map_err(|why| {
                CheckFault::new(
                    format!("`{text}` in --from is not a page's URL: {why}"),
                    PAGE_HELP,
                )
            })
        });
        let page = page.transpose()?;
        Ok(BridgePlan {
            target: self.target.clone(),
            subject: self.subject(page.as_ref())?,
            page,
            movie: self.swf.clone(),
            timeout: self.timeout,
            spent: started.elapsed(),
            trust: self.trust()?,
        })
    }

    /// Where the bridges are named. The scheme tells a page from a WebSocket, although a browser's `WebSocket` takes
    /// `http:` for `ws:`.
    fn subject(&self, page: Option<&WebUrl>) -> Result<BridgeSubject, CheckFault> {
        let target = self.target.trim();
        let (scheme, _) = target.split_once("://").unwrap_or_default();
        if ["http", "https"]
            .iter()
            .any(|web| web.eq_ignore_ascii_case(scheme))
        {
            let url = WebUrl::page(target).map_err(|why| {
                CheckFault::new(format!("`{target}` is not a page's URL: {why}"), PAGE_HELP)
            });
            return url.map(BridgeSubject::Address);
        }
        if !scheme.is_empty() {
            let url = ProxyUrl::read(target, None).map_err(|why| self.no_bridge(&why))?;
            let entries = vec![ProxyEntry { movie: None, url }];
            return Ok(BridgeSubject::Entries(entries, RuffleSettings::default()));
        }
        let bytes = self.read_config()?;
        let origin = page.map(WebUrl::origin);
        let entries = flashgate_check::entries(&bytes, origin.as_ref());
        let entries = entries.map_err(|why| self.no_bridge(&why))?;
        let settings = RuffleSettings::read(&String::from_utf8_lossy(&bytes));
        Ok(BridgeSubject::Entries(entries, settings))
    }

    /// Which certificates are accepted.
    pub(super) fn trust(&self) -> Result<Trust, CheckFault> {
        if self.insecure {
            return Ok(Trust::Everybody);
        }
        let Some(file) = &self.cacert else {
            return Ok(Trust::System);
        };
        let fault = |why: &str| {
            CheckFault::new(
                format!("`{}` in --cacert can't be used: {why}", file.display()),
                "pass a PEM file with the certificate authority's certificate, or with the server's own if it is self-signed",
            )
        };
        let pem = regular_file::read(file, LARGEST_CONFIG);
        let pem = pem.map_err(|error| fault(&log::reason(&error)))?.bytes;
        Trust::only(&pem).map_err(|why| fault(&why.to_string()))
    }

    fn read_config(&self) -> Result<Vec<u8>, CheckFault> {
        let bytes = if self.target == "-" {
            self.read_input()?
        } else {
            let read = regular_file::read(Path::new(&self.target), LARGEST_CONFIG);
            read.map_err(|error| self.no_bridge(&log::reason(&error)))?
                .bytes
        };
        if bytes.len() > LARGEST_CONFIG {
            return Err(self.no_bridge(&format!("it is larger than {LARGEST_CONFIG} bytes")));
        }
        Ok(bytes)
    }

    fn read_input(&self) -> Result<Vec<u8>, CheckFault> {
        let read = flashgate_check::read_input(LARGEST_CONFIG as u64 + 1, self.timeout);
        match read {
            Ok(bytes) if bytes.trim_ascii().is_empty() => Err(CheckFault::new(
                "standard input is empty",
                "check what writes to it: did `curl` get an answer?",
            )),
            Ok(bytes) => Ok(bytes),
            Err(InputFailure::Check(failure)) => Err(failure.into()),
            Err(InputFailure::Late) => Err(CheckFault::new(
                "standard input did not end within the time limit",
                "check what writes to it, pass a file, or raise `--timeout`",
            )),
            Err(InputFailure::Unreadable(error)) => Err(self.no_bridge(&log::reason(&error))),
        }
    }

    fn no_bridge(&self, why: &impl std::fmt::Display) -> CheckFault {
        if self.host_and_port().is_ok() {
            let address = without_scheme(&self.target);
            return CheckFault::new(
                format!(
                    "`{}` is a host and port, but Ruffle connects to URLs",
                    self.target
                ),
                format!(
                    "pass `ws://{address}/`, or `wss://{address}/` for TLS, or the page's address, or a file with its config"
                ),
            );
        }
        let named = if self.target == "-" {
            "standard input contains no usable `socketProxy` list".to_owned()
        } else {
            format!(
                "`{}` is neither the URL of a WebSocket nor a usable `socketProxy` list",
                self.target
            )
        };
        CheckFault::new(
            format!("{named}: {why}"),
            "pass a URL like `wss://play.example.com/9339`, the page's address (`https://…`), or a file with its `socketProxy` (JSON, JavaScript or HTML)",
        )
    }
}

/// How to check a file that a web server serves: for loading, or for the clients that use it for sockets.
fn over_http(url: &str) -> String {
    let kind = if url.ends_with("/clientaccesspolicy.xml") {
        "silverlight"
    } else {
        "url"
    };
    format!(
        "to check a file over HTTP, write `curl -s {url} | flashgate lint --as {kind} -`; to check sockets, pass the host and port that the movie connects to, as in `play.example.com:9339`, and `--load-policy {url}` if the client loads that policy for sockets"
    )
}

/// Removes `xmlsocket://`. Players' messages write targets as `xmlsocket://HOST:PORT`, so people paste that.
fn without_scheme(target: &str) -> &str {
    match target.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("xmlsocket") => {
            rest.strip_suffix('/').unwrap_or(rest)
        }
        _ => target,
    }
}

/// The ASCII form of a name with other characters, as it is sent over the network.
fn a_label(name: &str) -> Option<String> {
    let kind = name.parse::<DomainPattern>().err()?.kind;
    if let DomainErrorKind::International { suggestion } = kind {
        return suggestion;
    }
    None
}
