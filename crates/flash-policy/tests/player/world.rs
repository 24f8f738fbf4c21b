//! Servers on a simulated network, with a clock that tests set.

use std::collections::BTreeMap;
use std::time::Duration;

use flash_policy::decide::{Place, Sandbox};
use flash_policy::player::{
    Action, Client, Config, Event, Fetch, FetchId, Outcome, Player, Protocol, Purpose, SocketClass,
    Step, Transport,
};
use flash_policy::{Moment, Port};

/// How long a connection takes to be established or refused, and an answer to arrive.
pub(crate) const TRIP: Duration = Duration::from_millis(10);

/// How a port behaves.
#[derive(Clone, Debug, Default)]
pub(crate) enum Server {
    /// Packets are dropped.
    #[default]
    Filtered,
    Refuses,
    /// Accepts and performs these actions, each after this time since the connection was established.
    Does(Vec<(Duration, Deed)>),
    /// Like `Does`, but over TLS. A client without TLS is disconnected.
    Tls(Vec<(Duration, Deed)>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Says(Vec<u8>),
    Fin,
    Rst,
    /// The head of an HTTP response: its content type, and the number of redirects before it.
    Responds(Option<&'static str>, usize),
    /// The same, without redirects, with this `X-Permitted-Cross-Domain-Policies`.
    Permits(Option<&'static str>, &'static str),
    /// An HTTP response without a document.
    HasNone,
}

impl Server {
    /// A policy with this body, a NUL and a FIN, immediately.
    pub(crate) fn policy(body: &str) -> Self {
        Self::text(&document(body))
    }

    /// This text, a NUL and a FIN, immediately.
    pub(crate) fn text(text: &str) -> Self {
        Self::Does(vec![
            (TRIP, Deed::Says([text.as_bytes(), b"\0"].concat())),
            (TRIP, Deed::Fin),
        ])
    }

    /// This text over HTTP, with this content type.
    pub(crate) fn file(content_type: Option<&'static str>, text: &str) -> Self {
        Self::does(&[
            Deed::Responds(content_type, 0),
            Deed::Says(text.as_bytes().to_vec()),
            Deed::Fin,
        ])
    }

    /// This text over HTTP, with this `X-Permitted-Cross-Domain-Policies`.
    pub(crate) fn permitting(meta_policy: &'static str, text: &str) -> Self {
        Self::does(&[
            Deed::Permits(Some("text/xml"), meta_policy),
            Deed::Says(text.as_bytes().to_vec()),
            Deed::Fin,
        ])
    }

    /// These actions, all immediately.
    pub(crate) fn does(deeds: &[Deed]) -> Self {
        Self::Does(deeds.iter().map(|deed| (TRIP, deed.clone())).collect())
    }

    /// Accepts and sends nothing.
    pub(crate) fn silent() -> Self {
        Self::Does(Vec::new())
    }

    pub(crate) fn after(self, wait: Duration) -> Self {
        match self {
            Self::Does(deeds) => Self::Does(late(deeds, wait)),
            Self::Tls(deeds) => Self::Tls(late(deeds, wait)),
            Self::Filtered | Self::Refuses => self,
        }
    }

    pub(crate) fn over_tls(self) -> Self {
        match self {
            Self::Does(deeds) => Self::Tls(deeds),
            Self::Tls(_) | Self::Filtered | Self::Refuses => self,
        }
    }

    fn events(&self, fetch: &Fetch) -> Vec<(Duration, Happening)> {
        let tls = fetch.transport == Transport::Tls;
        match self {
            Self::Filtered => Vec::new(),
            Self::Refuses => vec![(TRIP, Happening::Refused)],
            Self::Does(_) if tls => vec![(TRIP, Happening::TlsFailed)],
            Self::Tls(_) if !tls => vec![(TRIP, Happening::Connected), (TRIP + TRIP, FIN)],
            Self::Does(deeds) | Self::Tls(deeds) => {
                let deeds = deeds.iter().map(|(wait, deed)| (TRIP + *wait, deed));
                let deeds = deeds.map(|(at, deed)| (at, Happening::Deed(deed.clone())));
                std::iter::once((TRIP, Happening::Connected))
                    .chain(deeds)
                    .collect()
            }
        }
    }
}

fn late(deeds: Vec<(Duration, Deed)>, wait: Duration) -> Vec<(Duration, Deed)> {
    let deeds = deeds.into_iter();
    deeds.map(|(at, deed)| (at + wait, deed)).collect()
}

pub(crate) fn document(body: &str) -> String {
    format!("<cross-domain-policy>{body}</cross-domain-policy>")
}

/// A rule.
pub(crate) fn a(domain: &str, ports: &str) -> String {
    format!("<allow-access-from domain=\"{domain}\" to-ports=\"{ports}\"/>")
}

/// A meta-policy.
pub(crate) fn sc(value: &str) -> String {
    format!("<site-control permitted-cross-domain-policies=\"{value}\"/>")
}

pub(crate) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[derive(Clone, Debug)]
enum Happening {
    Connected,
    Refused,
    TlsFailed,
    Deed(Deed),
}

const FIN: Happening = Happening::Deed(Deed::Fin);

impl Happening {
    fn event(&self) -> Event<'_> {
        match self {
            Self::Connected => Event::Connected,
            Self::Refused => Event::Refused,
            Self::TlsFailed => Event::TlsFailed,
            Self::Deed(Deed::Says(bytes)) => Event::Received(bytes),
            Self::Deed(Deed::Fin) => Event::Finished,
            Self::Deed(Deed::Rst) => Event::Reset,
            Self::Deed(Deed::Responds(content_type, redirects)) => Event::Responded {
                content_type: *content_type,
                meta_policy: None,
                redirects: *redirects,
            },
            Self::Deed(Deed::Permits(content_type, meta_policy)) => Event::Responded {
                content_type: *content_type,
                meta_policy: Some(meta_policy),
                redirects: 0,
            },
            Self::Deed(Deed::HasNone) => Event::NoDocument,
        }
    }
}

/// A movie that wants to connect to `srv.test`, and the servers there.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) config: Config,
    /// The policy servers by port. Other hosts have none.
    pub(crate) policies: BTreeMap<u16, Server>,
    /// The server of `/crossdomain.xml` over HTTP, if it is not the one that listens on the port.
    pub(crate) site: Option<Server>,
    /// Other files over HTTP on port 80, by path.
    pub(crate) files: BTreeMap<&'static str, Server>,
    /// The server of the movie's own connection.
    pub(crate) target: Server,
}

impl World {
    /// A movie from this URL in Flash Player 32. Nothing answers on 843; the destination accepts and sends nothing.
    pub(crate) fn new(from: &str, port: u16) -> Self {
        let mut world = Self::sandboxed(Sandbox::Remote(from.parse().unwrap()), port);
        world.config.movie_url = Some(from.into());
        world
    }

    pub(crate) fn sandboxed(sandbox: Sandbox, port: u16) -> Self {
        let port = Port::new(port).unwrap();
        Self {
            config: Config::new(sandbox, "srv.test".parse().unwrap(), port),
            policies: BTreeMap::from([(port.get(), Server::silent())]),
            site: None,
            files: BTreeMap::new(),
            target: Server::silent(),
        }
    }

    pub(crate) fn on(mut self, port: u16, server: Server) -> Self {
        self.policies.insert(port, server);
        self
    }

    pub(crate) fn site(mut self, server: Server) -> Self {
        self.site = Some(server);
        self
    }

    pub(crate) fn has_file(mut self, path: &'static str, server: Server) -> Self {
        self.files.insert(path, server);
        self
    }

    /// A policy on 843.
    pub(crate) fn master(self, body: &str) -> Self {
        self.on(843, Server::policy(body))
    }

    /// A policy on the destination port.
    pub(crate) fn destination(self, body: &str) -> Self {
        let port = self.config.port.get();
        self.on(port, Server::policy(body))
    }

    pub(crate) fn loads(mut self, location: &str) -> Self {
        self.config.loaded.push(location.parse().unwrap());
        self
    }

    pub(crate) fn player(mut self, version: &str) -> Self {
        self.config.version = version.parse().unwrap();
        self
    }

    pub(crate) fn client(mut self, client: Client) -> Self {
        self.config.client = client;
        self
    }

    pub(crate) fn secure_socket(mut self) -> Self {
        self.config.socket = SocketClass::Secure;
        self.target = self.target.over_tls();
        self
    }

    pub(crate) fn target(mut self, server: Server) -> Self {
        self.target = server;
        self
    }

    fn server(&self, fetch: &Fetch) -> Server {
        if fetch.purpose == Purpose::Target {
            return self.target.clone();
        }
        let known = (fetch.host == self.config.target).then_some(fetch.port.get());
        let site = self.site.as_ref().filter(|_| {
            fetch.port == Port::HTTP && matches!(fetch.protocol, Protocol::Http { .. })
        });
        let server = known.and_then(|port| site.or_else(|| self.policies.get(&port)));
        match (server, &fetch.protocol) {
            // Port 80 speaks HTTP here and serves one file.
            (Some(server), Protocol::Http { path }) if path.as_ref() == "/crossdomain.xml" => {
                server.clone()
            }
            (_, Protocol::Http { path }) => {
                let file = self.files.get(path.as_ref());
                file.filter(|_| known == Some(80))
                    .cloned()
                    .unwrap_or(Server::Refuses)
            }
            (server, _) => server.cloned().unwrap_or_default(),
        }
    }

    /// Runs the attempt.
    pub(crate) fn play(&self) -> Played {
        let mut now = Moment::ZERO;
        let mut player = Player::new(self.config.clone(), now);
        let mut coming: Vec<(Moment, FetchId, Happening)> = Vec::new();
        for _ in 0..1000 {
            match player.poll(now) {
                Action::Connect(fetch) => {
                    for (wait, deed) in self.server(&fetch).events(&fetch) {
                        coming.push((now + wait, fetch.id, deed));
                    }
                    coming.sort_by_key(|(at, ..)| *at);
                }
                Action::Close(_) => {}
                Action::Wait { until } => {
                    if coming.first().is_some_and(|(at, ..)| *at <= until) {
                        let (at, id, deed) = coming.remove(0);
                        now = now.max(at);
                        player.handle(id, deed.event(), now);
                    } else {
                        now = until;
                    }
                }
                Action::Done(outcome) => {
                    assert_eq!(player.poll(now), Action::Done(outcome.clone()));
                    for (at, id, deed) in coming {
                        player.handle(id, deed.event(), at);
                    }
                    return Played {
                        outcome,
                        steps: player.steps().to_vec(),
                    };
                }
            }
        }
        panic!("the attempt does not end: {:?}", player.steps());
    }
}

pub(crate) struct Played {
    pub(crate) outcome: Outcome,
    pub(crate) steps: Vec<Step>,
}

impl Played {
    /// Checks the verdict, the reason, the source of the decision, and the milliseconds.
    #[track_caller]
    pub(crate) fn is(self, verdict: &str, reason: &str, source: &str, elapsed: u64) -> Self {
        let by = self.outcome.decided_by;
        let seen = (
            self.outcome.verdict.code(),
            self.outcome.reason.code(),
            by.map_or("none", |by| by.source()),
            self.outcome.elapsed,
        );
        assert_eq!(
            seen,
            (verdict, reason, source, ms(elapsed)),
            "{:#?}",
            self.steps
        );
        self
    }

    /// The ports that were asked for a policy, in order.
    #[track_caller]
    pub(crate) fn asked(self, ports: &[u16]) -> Self {
        self.has_asked(ports);
        self
    }

    /// Checks the ports that were asked for a policy, in order.
    #[track_caller]
    pub(crate) fn has_asked(&self, ports: &[u16]) {
        let policies = self
            .steps
            .iter()
            .filter(|step| step.fetch.purpose != Purpose::Target);
        let asked: Vec<u16> = policies.map(|step| step.fetch.port.get()).collect();
        assert_eq!(asked, ports);
    }

    pub(crate) fn step(&self, place: Place) -> &Step {
        let wanted = Purpose::Policy(place);
        self.steps
            .iter()
            .find(|step| step.fetch.purpose == wanted)
            .unwrap()
    }
}
