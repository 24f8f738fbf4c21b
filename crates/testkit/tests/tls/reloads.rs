//! The effect of replaced certificates, a hand-over and a stop on open sessions.

use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::time::{Duration, Instant};

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::TestClient;
use testkit::daemon::Daemon;
use testkit::figure;
use testkit::folder::Folder;
use testkit::needs;
use testkit::port;

use super::certificates::{Issued, replace};
use super::client::{Ended, Secure};
use super::{
    LIMIT, LISTEN, Running, asks, config, gate, serve, start, start_in, with_certificates,
};

/// The promised time.
const IN_TIME: Duration = Duration::from_secs(5);

/// Whether a new connection gets this certificate.
fn shows(running: &Running, issued: &Issued) -> bool {
    let both = [issued, &running.one];
    Secure::connect(running.address, "one.test", &both).sees(issued)
}

#[track_caller]
fn is_shown_soon(running: &Running, issued: &Issued) -> Duration {
    let begin = Instant::now();
    assert!(testkit::until(LIMIT, || shows(running, issued)));
    begin.elapsed()
}

/// Without a signal; open sessions notice nothing.
#[test]
fn replaced_on_disk() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let running = start(&config(&gate(backend.address(), "")));
    let mut client = running.client();
    client.echoes(b"before");
    let new = Issued::to(&["one.test"]);
    new.write(&running.folder, "one");
    let took = is_shown_soon(&running, &new);
    assert!(took < IN_TIME, "{took:?}");
    figure::report("TLS", format!("a new certificate is shown after {took:?}"));
    client.echoes(b"after");
    client.close_notify();
    assert_eq!(client.hear(), (Vec::new(), Ended::CloseNotify));
}

/// As Kubernetes replaces a mounted secret: the files are links into a folder that is a link.
#[test]
fn a_swapped_link() {
    let folder = Folder::new().unwrap();
    let new = Issued::to(&["one.test"]);
    let running = {
        let old = Issued::to(&["old.test"]);
        for (name, issued) in [("first", &old), ("second", &new)] {
            fs::create_dir(folder.path().join(name)).unwrap();
            issued.write(&folder, &format!("{name}/tls"));
        }
        symlink("first", folder.path().join("data")).unwrap();
        for file in ["tls.pem", "tls.key"] {
            symlink(format!("data/{file}"), folder.path().join(file)).unwrap();
        }
        let pair = "{ certificate = \"tls.pem\", key = \"tls.key\" }";
        start_in(folder, &with_certificates(LISTEN, pair))
    };
    symlink("second", running.folder.path().join("swap")).unwrap();
    let (from, to) = ("swap", "data").map_in(&running.folder);
    fs::rename(from, to).unwrap();
    let begin = Instant::now();
    let shown = testkit::until(LIMIT, || {
        let versions = [&rustls::version::TLS13];
        Secure::try_connect(running.address, "one.test", &[&new], &versions).is_ok()
    });
    assert!(shown && begin.elapsed() < IN_TIME, "{:?}", begin.elapsed());
}

trait In {
    fn map_in(self, folder: &Folder) -> (std::path::PathBuf, std::path::PathBuf);
}

impl In for (&str, &str) {
    fn map_in(self, folder: &Folder) -> (std::path::PathBuf, std::path::PathBuf) {
        (folder.path().join(self.0), folder.path().join(self.1))
    }
}

/// A config that is truncated before `[tls]` is valid, and would forward handshakes to the game.
#[test]
fn cut_off_before_tls() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let whole = config(&gate(backend.address(), ""));
    let mut running = start(&whole);
    let (cut, _) = whole.split_once("[tls]").unwrap();
    fs::write(&running.path, cut).unwrap();
    for text in [
        "a reload can't turn TLS off",
        "restart flashgate",
        "not reloaded",
    ] {
        running.daemon.next_line_with(text, LIMIT).unwrap();
    }
    running.client().echoes(b"inside");
}

/// A certificate and its key that are written slowly, in place.
#[test]
fn written_slowly() {
    use std::io::Write as _;
    let mut running = start(&config(LISTEN));
    let new = Issued::to(&["one.test"]);
    for (file, text) in [("one.pem", &new.pem), ("one.key", &new.key)] {
        let path = running.folder.path().join(file);
        let mut file = fs::File::create(path).unwrap();
        file.write_all(&text.as_bytes()[..100]).unwrap();
        std::thread::sleep(Duration::from_millis(1200));
        file.write_all(&text.as_bytes()[100..]).unwrap();
    }
    is_shown_soon(&running, &new);
    let log = running.daemon.log();
    assert!(!log.iter().any(|line| line.contains("invalid")), "{log:?}");
}

/// A certificate and key that do not match, or an invalid file, change nothing and are reported; the next good pair is
/// used.
#[test]
fn a_broken_pair() {
    let mut running = start(&config(LISTEN));
    let (other, new) = (Issued::to(&["one.test"]), Issued::to(&["one.test"]));
    for (file, content, text) in [
        ("one.key", other.key.as_str(), "found a different key"),
        ("one.pem", "", "found none"),
        ("one.pem", &other.pem[..200], "found an invalid one"),
    ] {
        replace(&running.folder, file, content);
        running
            .daemon
            .next_line_with("not reloaded", LIMIT)
            .unwrap();
        assert!(running.daemon.log().iter().any(|line| line.contains(text)));
        assert!(shows(&running, &running.one), "{text}");
        asks(running.client());
    }
    new.write(&running.folder, "one");
    is_shown_soon(&running, &new);
}

/// A key that only root can read works until the first reload: this is reported at start.
#[test]
fn unreadable_later() {
    if !needs::met(needs::root()) {
        return;
    }
    let folder = Folder::new().unwrap();
    Issued::to(&["one.test"]).write(&folder, "roots");
    chown(folder.path().join("roots.key"), Some(0), Some(0)).unwrap();
    let pair = "{ certificate = \"roots.pem\", key = \"roots.key\" }";
    let mut running = start_in(folder, &with_certificates(LISTEN, pair));
    let lines: Vec<_> = running.daemon.log().to_vec();
    let told = |file: &str| {
        let mut lines = lines.iter();
        lines.any(|line| line.contains("can't read a file in the sandbox") && line.contains(file))
    };
    assert!(told("roots.key") && !told("roots.pem"), "{lines:#?}");
    running.daemon.hang_up().unwrap();
    running
        .daemon
        .next_line_with("make it readable for user", LIMIT)
        .unwrap();
    running
        .daemon
        .next_line_with("not reloaded", LIMIT)
        .unwrap();
}

/// A reload adds `[tls]` for new connections; others notice nothing. Removing it needs a restart.
#[test]
fn switched_on() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let with = config(&gate(backend.address(), ""));
    let (without, _) = with.split_once("[tls]").unwrap();
    let mut running = start(without);
    let mut client = TestClient::connect(running.address).unwrap();
    let mut echoes = |text: &[u8]| {
        let mut back = vec![0; text.len()];
        assert!(client.send(text));
        client.read_exact(&mut back).unwrap();
        assert_eq!(back, text);
    };
    echoes(b"before");
    // An echo of the client's own hello is not a handshake.
    let versions = [&rustls::version::TLS13];
    let trusted = [&running.one];
    assert!(Secure::try_connect(running.address, "one.test", &trusted, &versions).is_err());
    fs::write(&running.path, &with).unwrap();
    running.daemon.next_line_with("reloaded", LIMIT).unwrap();
    running.client().echoes(b"inside");
    echoes(b"after");
}

/// Sessions stay with their process, and end when they end.
#[test]
fn handed_over() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let text = config(&gate(backend.address(), "")) + "[process]\nhandover = \"door\"\n";
    let text = text.replace(
        "127.0.0.1:0",
        &format!("127.0.0.1:{}", port::free().unwrap()),
    );
    let mut running = start(&text);
    let mut client = running.client();
    client.echoes(b"before");
    let _successor = serve(&running.path);
    running.daemon.wait_for_line("handed over", LIMIT).unwrap();
    running.client().echoes(b"with the other");
    client.echoes(b"after");
    client.close_notify();
    assert_eq!(client.hear(), (Vec::new(), Ended::CloseNotify));
    drop(client);
    assert!(running.daemon.wait(LIMIT).unwrap().success());
}

/// A start that takes over ends TLS no more than a reload does: hellos would go to the game server.
#[test]
fn not_taken_away() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let with = config(&gate(backend.address(), ""));
    let (without, _) = with.split_once("[tls]").unwrap();
    let handover = "[process]\nhandover = \"door\"\n";
    let port = format!("127.0.0.1:{}", port::free().unwrap());
    let text = |text: &str| (text.to_owned() + handover).replace("127.0.0.1:0", &port);
    let mut running = start(&text(&with));
    fs::write(&running.path, text(without)).unwrap();
    let daemon = &mut running.daemon;
    daemon.next_line_with("not reloaded", LIMIT).unwrap();
    let successor = Daemon::builder().args(["serve", "--config"]);
    let refused = successor.args([&running.path]).start().unwrap_err();
    let refused = format!("{refused:#}");
    let reason = "a takeover can't turn TLS off";
    assert!(refused.contains(reason), "{refused}");
    assert!(refused.contains("restart flashgate"), "{refused}");
    running.client().echoes(b"inside");
    assert!(!running.daemon.has_ended());
}

/// A stop gives sessions `drain`, and then resets them, so that a cut never looks like a normal end.
#[test]
fn stopped() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let text = config(&gate(backend.address(), "")) + "[process]\ndrain = \"2s\"\n";
    let mut running = start(&text);
    let mut client = running.client();
    client.echoes(b"before");
    let begin = Instant::now();
    running.daemon.terminate().unwrap();
    running.daemon.wait_for_line("stopping", LIMIT).unwrap();
    client.echoes(b"while it drains");
    assert_eq!(client.hear(), (Vec::new(), Ended::Reset));
    assert!(begin.elapsed() >= Duration::from_secs(2));
    assert!(running.daemon.wait(LIMIT).unwrap().success());
}
