//! Visitors of a page with Ruffle: what they, the game server and the operator see. `/ruffle.js` is the page's only
//! setting.

#![cfg(test)]

mod backends;
mod behind;
mod bulk;
mod connects;
mod loads;
mod refused;
mod script;
mod unnamed;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use browser::{Page, RUFFLE, TestMovie, Visit};
use rcgen::{CertificateParams, KeyPair};
use testkit::backend::{Absent, BackendBehaviour, TestBackend};
use testkit::daemon::Daemon;
use testkit::folder::Folder;
use testkit::namespace::Namespace;
use testkit::needs;

/// Far longer than anything here takes.
const LIMIT: Duration = Duration::from_secs(30);

/// The address of the game's server.
const SERVER: ([u8; 4], u16) = ([127, 0, 0, 1], 9340);

/// How a page's WebSockets reach the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Gate,
    GateTls,
    Bridge,
    BridgeTls,
}

/// A separate machine: flashgate in front of a game on port 9339.
struct Machine {
    namespace: Namespace,
    daemon: Daemon,
    /// The page's origin.
    page: &'static str,
    /// The game's host, as movies name it.
    game: &'static str,
    /// The page's script.
    script: String,
    /// It contains `game.pem` and `game.key`.
    folder: Folder,
}

const TLS: &str = "[tls]\ncertificates = [{ certificate = \"game.pem\", key = \"game.key\" }]\n";

const BRIDGE: &str = "[bridge]\naddress = \"127.0.0.1:8080\"\n";

const BRIDGE_TLS: &str = "[tls]\ncertificates = [{ certificate = \"game.pem\", key = \"game.key\" }]\n\
                          [bridge]\naddress = \"127.0.0.1:443\"\npublic-url = \"wss://game.test\"\npath = \"/{name}\"\n";

/// A self-signed certificate and its key.
fn certify(folder: &Folder, name: &str) {
    let key = KeyPair::generate().expect("a key");
    let names = CertificateParams::new([name.to_owned()]).expect("a name");
    let certificate = names.self_signed(&key).expect("a certificate");
    folder.file("game.pem", certificate.pem()).expect("a file");
    let key = folder
        .file("game.key", key.serialize_pem())
        .expect("a file");
    fs::set_permissions(key, fs::Permissions::from_mode(0o600)).expect("its rights");
}

/// `None` if something is missing to run it.
fn machine(way: Way, admitted: &str, more: &str) -> Option<Machine> {
    if !needs::met(browser::missing()) {
        return None;
    }
    let (bridge, site) = match way {
        Way::Gate => ("", "http://game.test:9339"),
        Way::GateTls => (TLS, "https://game.test:9339"),
        Way::Bridge => (BRIDGE, "http://game.test:8080"),
        Way::BridgeTls => (BRIDGE_TLS, "https://game.test"),
    };
    let config = format!(
        "hosts = [\"game.test\"]\n[policy.default]\nrules = [{{ domain = \"{admitted}\" }}]\n[[gate]]\nname = \"game\"\n\
         address = \"127.0.0.1:9339\"\nbackend = \"127.0.0.1:9340\"\n{bridge}{more}"
    );
    Some(start(&config, "http://play.test", "game.test", site))
}

/// flashgate with this config.
fn start(config: &str, page: &'static str, game: &'static str, site: &str) -> Machine {
    let folder = Folder::new().expect("a folder");
    certify(&folder, game);
    let path = folder.file("flashgate.toml", config).expect("a file");
    let namespace = Namespace::new().expect("a namespace");
    let daemon = Daemon::builder()
        .args(["serve", "-v", "--config"])
        .args([&path]);
    let daemon = namespace
        .run(|| daemon.start())
        .expect("a namespace")
        .expect("a daemon");
    Machine {
        namespace,
        daemon,
        page,
        game,
        script: format!("{site}/ruffle.js"),
        folder,
    }
}

impl Machine {
    /// A visitor opens the page.
    fn visit(&self, movie: TestMovie) -> Visit {
        self.visit_with(movie, &[RUFFLE.to_owned(), self.script.clone()])
    }

    /// A visitor opens a page whose movie names no host.
    fn visit_unnamed(&self, movie: TestMovie) -> Visit {
        self.visit_of(movie, None, &[RUFFLE.to_owned(), self.script.clone()])
    }

    fn visit_with(&self, movie: TestMovie, scripts: &[String]) -> Visit {
        self.visit_of(movie, Some(self.game), scripts)
    }

    fn visit_of(&self, movie: TestMovie, host: Option<&str>, scripts: &[String]) -> Visit {
        let page = Page {
            origin: self.page,
            movie,
            game: (host, 9339),
            scripts,
        };
        Visit::to(&self.namespace, &page).expect("a visit")
    }

    /// The game's server while it is down.
    fn absent(&self) -> Absent {
        let absent = self.namespace.run(|| Absent::reserve(SERVER.into()));
        absent.expect("a namespace").expect("a free port")
    }

    /// The game's server, controlled by the test.
    fn server(&self) -> TestBackend {
        self.absent()
            .appear(BackendBehaviour::Hold)
            .expect("a server")
    }

    /// Whether no client has connected to the server: a connection made now is the first one.
    fn nobody_called(&self, server: &TestBackend) -> bool {
        let connect = || TcpStream::connect(SocketAddr::from(SERVER));
        let own = self.namespace.run(connect).expect("a namespace");
        let own = own.expect("a connection").local_addr().expect("an address");
        let first = server.next(LIMIT).expect("a connection");
        first.peer_addr().expect("a peer") == own
    }
}

/// The movie sends hello and receives the server's answer. Only that proves that it is connected.
#[track_caller]
fn converse(visit: &mut Visit, movie: TestMovie, server: &TestBackend) -> TcpStream {
    if movie != TestMovie::Avm1 {
        visit.wait_for("connect").expect("a movie that starts");
        visit.call("say", "hello");
    }
    let mut stream = server.next(LIMIT).expect("a connection");
    let mut said = [0; 6];
    stream.read_exact(&mut said).expect("six bytes");
    assert_eq!(&said, b"hello\0");
    stream.write_all(b"welcome\0").expect("room");
    let heard = visit.wait_for("data").expect("an answer");
    assert_eq!(heard.trim_end_matches('\0'), "welcome");
    stream
}
