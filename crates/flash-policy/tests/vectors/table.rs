//! The vectors of the protocol's description, by their numbers there. D1 to D53 are decisions; W12 to W16 are answers
//! on their way to a client. A letter after the number means that the description has several vectors in one row.
//!
//! Three tests share this table: `deciding.rs` has values instead of servers, `player/` has a simulated clock, and
//! testkit's `check/` has real sockets. They include this file by its path, because test binaries cannot import each
//! other. For the same reason, it uses no items of any crate.
//!
//! Unless a vector says otherwise, the host is `srv.test`, the movie is `http://a.test/game.swf`, the port is 5000 and
//! the client is Flash Player 32. Packets to 843 are dropped, and the destination accepts connections and sends
//! nothing.

#[derive(Clone, Copy, Debug)]
pub(crate) struct Vector {
    pub(crate) id: &'static str,
    pub(crate) client: Client,
    pub(crate) movie: Movie,
    /// Where the movie loads a policy itself.
    pub(crate) loads: Option<&'static str>,
    /// Whether the movie uses `SecureSocket`.
    pub(crate) secure_socket: bool,
    pub(crate) port: u32,
    pub(crate) master: Server,
    /// How the port that the movie wants answers a policy request. It accepts the movie's own connection.
    pub(crate) destination: Server,
    /// Whether the master and the destination use TLS.
    pub(crate) over_tls: bool,
    /// Another port and its policy.
    pub(crate) other: Option<(u16, &'static str)>,
    /// `/crossdomain.xml` over HTTP, on port 80.
    pub(crate) site: Option<&'static str>,
    /// `None` if there is no such port, so nothing can be asked.
    pub(crate) expected: Option<Expected>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    /// Flash Player of this version.
    Flash(&'static str),
    Lightspark,
    Ruffle,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Movie {
    Remote(&'static str),
    LocalWithNetwork,
    LocalWithFile,
    LocalTrusted,
    Application,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    /// Packets are dropped.
    Filtered,
    Refuses,
    /// Accepts and sends nothing.
    Silent,
    /// Accepts and ends its side without sending a byte.
    Ends,
    /// Answers with this text, a NUL and the end of the stream, after this many extra milliseconds.
    Says(&'static str, u64),
    /// Performs these actions, each after this many milliseconds.
    Does(&'static [(u64, Deed)]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Says(&'static str),
    Fin,
    Rst,
}

/// The outcome of an attempt, with the codes of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) verdict: &'static str,
    pub(crate) reason: &'static str,
    /// The source of the decision.
    pub(crate) source: &'static str,
    /// The duration in milliseconds, where each trip takes 10: a connection, an answer, a refusal. So a policy takes 20
    /// and the movie's own connection 10.
    pub(crate) after: u64,
    /// The ports that were asked for a policy, in order.
    pub(crate) asked: &'static [u16],
}

impl Vector {
    const fn new(id: &'static str) -> Self {
        Self {
            id,
            client: Client::Flash("32"),
            movie: Movie::Remote("http://a.test/game.swf"),
            loads: None,
            secure_socket: false,
            port: 5000,
            master: Server::Filtered,
            destination: Server::Silent,
            over_tls: false,
            other: None,
            site: None,
            expected: None,
        }
    }

    const fn from(self, url: &'static str) -> Self {
        self.movie(Movie::Remote(url))
    }

    const fn movie(self, movie: Movie) -> Self {
        Self { movie, ..self }
    }

    const fn client(self, client: Client) -> Self {
        Self { client, ..self }
    }

    const fn player(self, version: &'static str) -> Self {
        self.client(Client::Flash(version))
    }

    const fn loads(self, location: &'static str) -> Self {
        let loads = Some(location);
        Self { loads, ..self }
    }

    const fn secure_socket(self) -> Self {
        Self {
            secure_socket: true,
            ..self
        }
    }

    const fn port(self, port: u32) -> Self {
        Self { port, ..self }
    }

    /// A policy on 843.
    const fn master(self, text: &'static str) -> Self {
        self.on_843(Server::Says(text, 0))
    }

    const fn on_843(self, master: Server) -> Self {
        Self { master, ..self }
    }

    /// A policy on the port that the movie wants.
    const fn destination(self, text: &'static str) -> Self {
        self.there(Server::Says(text, 0))
    }

    const fn there(self, destination: Server) -> Self {
        Self {
            destination,
            ..self
        }
    }

    const fn over_tls(self) -> Self {
        Self {
            over_tls: true,
            ..self
        }
    }

    const fn other(self, port: u16, text: &'static str) -> Self {
        let other = Some((port, text));
        Self { other, ..self }
    }

    const fn site(self, text: &'static str) -> Self {
        let site = Some(text);
        Self { site, ..self }
    }

    const fn granted(self, source: &'static str, after: u64, asked: &'static [u16]) -> Self {
        self.gives("allowed", "granted", (source, after), asked)
    }

    const fn none_needed(self) -> Self {
        self.gives("allowed", "no-policy-needed", ("none", 10), &[])
    }

    const fn denied(
        self,
        reason: &'static str,
        source: &'static str,
        after: u64,
        asked: &'static [u16],
    ) -> Self {
        self.gives("denied", reason, (source, after), asked)
    }

    /// A policy on 843 grants the connection.
    const fn by_master(self) -> Self {
        self.granted("master", 30, &[843])
    }

    /// A policy on 843 does not grant it, and the destination port sends nothing.
    const fn not_by_master(self, reason: &'static str) -> Self {
        self.denied(reason, "master", 3020, BOTH)
    }

    const fn gives(
        self,
        verdict: &'static str,
        reason: &'static str,
        (source, after): (&'static str, u64),
        asked: &'static [u16],
    ) -> Self {
        let expected = Some(Expected {
            verdict,
            reason,
            source,
            after,
            asked,
        });
        Self { expected, ..self }
    }
}

macro_rules! policy {
    ($($body:expr),*) => {
        concat!("<cross-domain-policy>", $($body,)* "</cross-domain-policy>")
    };
}

/// A rule.
macro_rules! a {
    ($domain:literal, $ports:literal) => {
        concat!(
            "<allow-access-from domain=\"",
            $domain,
            "\" to-ports=\"",
            $ports,
            "\"/>"
        )
    };
}

/// A meta-policy.
macro_rules! sc {
    ($value:literal) => {
        concat!(
            "<site-control permitted-cross-domain-policies=\"",
            $value,
            "\"/>"
        )
    };
}

const BOTH: &[u16] = &[843, 5000];
const ALL: &str = policy!(a!("*", "*"));
const ON_4000: &str = policy!(a!("*", "4000"));
const ON_5000: &str = policy!(a!("*", "5000"));
const SECURE: &str = policy!("<allow-access-from domain=\"*\" to-ports=\"*\" secure=\"true\"/>");
const NO_PORTS: &str = policy!("<allow-access-from domain=\"*\"/>");
const A_NO_PORTS: &str = policy!("<allow-access-from domain=\"a.test\"/>");
const PAGE: &str = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";

/// Master and destination policies.
const PLACES: &[Vector] = &[
    Vector::new("D1").master(ALL).by_master(),
    Vector::new("D2")
        .destination(ON_5000)
        .granted("destination", 3030, BOTH),
    Vector::new("D3")
        .on_843(Server::Refuses)
        .destination(ON_5000)
        .granted("destination", 40, BOTH),
    Vector::new("D4").denied("no-policy", "none", 6000, BOTH),
    Vector::new("D4b")
        .on_843(Server::Refuses)
        .there(Server::Refuses)
        .denied("no-policy", "none", 20, BOTH),
    Vector::new("D5")
        .from("http://srv.test/")
        .denied("no-policy", "none", 6000, BOTH),
    Vector::new("D6")
        .master(ON_4000)
        .destination(ON_5000)
        .granted("destination", 50, BOTH),
    Vector::new("D10")
        .master(policy!())
        .destination(ON_5000)
        .granted("destination", 50, BOTH),
    Vector::new("D12")
        .port(80)
        .destination(ALL)
        .granted("destination", 3030, &[843, 80]),
    Vector::new("D39")
        .master("<cross-domain-policy")
        .destination(ON_5000)
        .granted("destination", 50, BOTH),
    Vector::new("D40")
        .master(PAGE)
        .destination(ON_5000)
        .granted("destination", 50, BOTH),
    Vector::new("D41")
        .site(ALL)
        .denied("no-policy", "none", 6000, BOTH),
    Vector::new("D50").port(70_000).master(ALL),
    Vector::new("D51")
        .port(843)
        .on_843(Server::Says(policy!(a!("*", "843")), 0))
        .there(Server::Says(policy!(a!("*", "843")), 0))
        .by_master(),
];

const META_POLICIES: &[Vector] = &[
    Vector::new("D7")
        .master(policy!(sc!("master-only"), a!("*", "4000")))
        .destination(ON_5000)
        .denied("meta-policy-master-only", "master", 20, &[843]),
    Vector::new("D8")
        .master(policy!(sc!("none"), a!("*", "*")))
        .destination(ALL)
        .denied("meta-policy-none", "master", 20, &[843]),
    Vector::new("D9")
        .master(policy!(sc!("all")))
        .destination(ON_5000)
        .granted("destination", 50, BOTH),
    Vector::new("D11")
        .destination(policy!(sc!("none"), a!("*", "5000")))
        .granted("destination", 3030, BOTH),
    Vector::new("D47")
        .master(policy!(sc!("by-content-type")))
        .destination(ON_5000)
        .denied("meta-policy-master-only", "master", 20, &[843]),
];

const LOADED: &[Vector] = &[
    Vector::new("D13")
        .port(80)
        .loads("xmlsocket://srv.test:5000")
        .other(5000, ALL)
        .denied("port-authority", "loaded", 6020, &[843, 5000, 80]),
    Vector::new("D14")
        .port(1024)
        .loads("xmlsocket://srv.test:5000")
        .other(5000, policy!(a!("*", "80-6000")))
        .granted("loaded", 3030, BOTH),
    Vector::new("D15")
        .port(23)
        .loads("xmlsocket://srv.test:100")
        .other(100, ALL)
        .granted("loaded", 3030, &[843, 100]),
    Vector::new("D16")
        .master(policy!(sc!("master-only")))
        .loads("xmlsocket://srv.test:100")
        .other(100, ALL)
        .denied("meta-policy-master-only", "master", 20, &[843]),
    Vector::new("D44")
        .on_843(Server::Says(ALL, 5_000))
        .denied("no-policy", "none", 6000, BOTH),
    Vector::new("D45")
        .on_843(Server::Says(ALL, 5_000))
        .loads("xmlsocket://srv.test:843")
        .granted("master", 5030, &[843]),
    Vector::new("D46")
        .on_843(Server::Says(ALL, 25_000))
        .loads("xmlsocket://srv.test:843")
        .denied("timeout", "none", 20_000, &[843]),
];

/// A policy on 843, and where the movie is from.
const RULES: &[Vector] = &[
    named("D17", policy!(a!("*.a.test", "*")), "http://a.test").by_master(),
    named("D18", policy!(a!("*.a.test", "*")), "http://x.y.a.test").by_master(),
    named("D19", policy!(a!("*.a.test", "*")), "http://ba.test").not_by_master(NO_MATCH),
    named("D20", policy!(a!("a.test", "*")), "http://www.a.test").not_by_master(NO_MATCH),
    named("D21", policy!(a!("www.a.test", "*")), "http://a.test").not_by_master(NO_MATCH),
    named("D22", policy!(a!("A.TEST", "*")), "http://a.test").by_master(),
    named("D22b", policy!(a!("a.test", "*")), "http://A.Test./x.swf").by_master(),
    named("D23", IPV4, "http://192.0.2.1/x.swf").by_master(),
    named("D24", IPV4, "http://a.test").not_by_master(NO_MATCH),
    named("D25", policy!(a!("localhost", "*")), "http://127.0.0.1/").not_by_master(NO_MATCH),
    named("D31", SECURE, "http://a.test").not_by_master("secure-only"),
    named("D32", SECURE, "https://a.test").by_master(),
    named("D33", ALL, "https://a.test").by_master(),
    named("D34", OVER_HTTP, "https://www.a.test").not_by_master(NO_MATCH),
    named("D35", OVER_HTTP, "http://www.a.test").by_master(),
    Vector::new("D36")
        .master(policy!(a!("*", "4000-4999"), a!("a.test", "5000")))
        .by_master(),
    Vector::new("D37")
        .master(policy!(a!("a.test", "4000"), a!("b.test", "5000")))
        .not_by_master(NO_MATCH),
    Vector::new("D38").master(NO_PORTS).not_by_master(NO_MATCH),
];

const NO_MATCH: &str = "no-rule-matches";
const IPV4: &str = policy!(a!("192.0.2.1", "*"));
const OVER_HTTP: &str = policy!(a!("http://*.a.test", "*"));

const fn named(id: &'static str, text: &'static str, url: &'static str) -> Vector {
    Vector::new(id).master(text).from(url)
}

/// Sandboxes, older players, TLS, other clients.
const CLIENTS: &[Vector] = &[
    Vector::new("D26")
        .movie(Movie::LocalWithNetwork)
        .master(policy!(a!("a.test", "*")))
        .not_by_master(NO_MATCH),
    Vector::new("D27")
        .movie(Movie::LocalWithNetwork)
        .master(ALL)
        .by_master(),
    Vector::new("D28")
        .movie(Movie::LocalWithFile)
        .master(ALL)
        .denied("sandbox", "none", 0, &[]),
    Vector::new("D29").movie(Movie::LocalTrusted).none_needed(),
    Vector::new("D30")
        .movie(Movie::Application)
        .port(25)
        .none_needed(),
    Vector::new("D42")
        .player("9.0.47")
        .loads("http://srv.test/crossdomain.xml")
        .site(A_NO_PORTS)
        .granted("loaded", 30, &[80]),
    Vector::new("D42b")
        .player("9.0.47")
        .port(80)
        .loads("http://srv.test/crossdomain.xml")
        .site(A_NO_PORTS)
        .denied("no-policy", "none", 3000, &[80]),
    // As the destination, port 80 serves the same document, whose rule has no ports.
    Vector::new("D42c")
        .player("9.0.47")
        .port(80)
        .loads("http://srv.test/crossdomain.xml")
        .destination(A_NO_PORTS)
        .denied(NO_MATCH, "destination", 20, &[80]),
    Vector::new("D42d")
        .loads("http://srv.test/crossdomain.xml")
        .site(A_NO_PORTS)
        .denied("no-policy", "none", 6000, BOTH),
    Vector::new("D43")
        .player("9.0.47")
        .from("http://srv.test/")
        .none_needed(),
    Vector::new("D43b")
        .player("9.0.47")
        .from("http://srv.test/")
        .port(80)
        .denied("no-policy", "none", 3000, &[80]),
    Vector::new("D48")
        .secure_socket()
        .over_tls()
        .master(ALL)
        .by_master(),
    Vector::new("D49")
        .secure_socket()
        .master(ALL)
        .destination(ALL)
        .denied("no-policy", "none", 20, BOTH),
    Vector::new("D52").client(Client::Ruffle).none_needed(),
    Vector::new("D53")
        .client(Client::Lightspark)
        .port(1024)
        .master(policy!(a!("*", "1024-65535")))
        .there(Server::Ends)
        .granted("master", 50, &[843, 1024]),
    Vector::new("D53b")
        .client(Client::Lightspark)
        .master(policy!(a!("*", "1024-65535")))
        .there(Server::Ends)
        .denied(NO_MATCH, "master", 40, BOTH),
];

/// Delivery problems of the master's answer. The destination has no policy.
const WIRE: &[Vector] = &[
    answered("W12", &[(0, Deed::Says(ALL)), (0, Deed::Fin)]).by_master(),
    answered("W13", &[(0, Deed::Says(ALL))]).denied("no-policy", "none", 3020, BOTH),
    answered("W14", &[(0, Deed::Says(WITH_LINE)), (0, Deed::Fin)]).by_master(),
    answered(
        "W15",
        &[
            (0, Deed::Says("<cross-domain-policy><allow-ac")),
            (1000, Deed::Says("cess-from domain=\"*\"")),
            (
                2000,
                Deed::Says(" to-ports=\"*\"/></cross-domain-policy>\0"),
            ),
        ],
    )
    .granted("master", 2030, &[843]),
    answered("W16", &[(0, Deed::Says(WITH_NUL)), (0, Deed::Rst)]).by_master(),
    answered("W16b", &[(0, Deed::Says(ALL)), (0, Deed::Rst)]).denied("no-policy", "none", 40, BOTH),
];

const WITH_NUL: &str = concat!(policy!(a!("*", "*")), "\0");
const WITH_LINE: &str = concat!(policy!(a!("*", "*")), "\0\n");

const fn answered(id: &'static str, deeds: &'static [(u64, Deed)]) -> Vector {
    Vector::new(id)
        .on_843(Server::Does(deeds))
        .there(Server::Ends)
}

pub(crate) fn vectors() -> impl Iterator<Item = &'static Vector> {
    [PLACES, META_POLICIES, LOADED, RULES, CLIENTS, WIRE]
        .into_iter()
        .flatten()
}

#[test]
fn every_number_is_there() {
    let decisions = (1..=53).map(|number| format!("D{number}"));
    let answers = (12..=16).map(|number| format!("W{number}"));
    let all: std::collections::BTreeSet<String> = decisions.chain(answers).collect();
    let numbers = vectors().map(|vector| vector.id.trim_end_matches(char::is_lowercase).to_owned());
    assert_eq!(numbers.collect::<std::collections::BTreeSet<_>>(), all);
    let mut ids: Vec<_> = vectors().map(|vector| vector.id).collect();
    ids.sort_unstable();
    assert!(ids.windows(2).all(|two| two[0] != two[1]), "{ids:?}");
}

#[test]
fn each_can_be() {
    for vector in vectors() {
        let id = vector.id;
        assert_eq!(vector.expected.is_none(), vector.port > 65_535, "{id}");
        let after = vector.expected.map_or(0, |expected| expected.after);
        assert!(after <= 20_000, "{id} outlasts an attempt");
        if let Server::Does(deeds) = vector.master {
            let says = deeds.iter().map(|(_, deed)| match deed {
                Deed::Says(text) => text.len(),
                Deed::Fin | Deed::Rst => 0,
            });
            assert!(says.sum::<usize>() > 0, "{id} is no answer");
        }
    }
}
