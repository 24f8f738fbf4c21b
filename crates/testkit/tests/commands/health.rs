//! `flashgate health`: ready or not, as an exit code, within three seconds.

use std::time::Duration;

use testkit::daemon::Daemon;
use testkit::folder::Folder;
use testkit::port;

use super::asked::{self, Manner};
use super::{Ran, command, flashgate, run};

/// What the command promises.
const WITHIN: Duration = Duration::from_secs(3);

const POLICY: &str = "[policy.p]\nrules = [{ domain = \"a.test\", ports = \"80\" }]\n";

/// A running daemon with `[admin]` at its real address.
fn daemon(more: &str) -> (Daemon, Folder) {
    let folder = Folder::new().unwrap();
    let text = format!(
        "{POLICY}[[listen]]\naddress = \"127.0.0.1:0\"\n[admin]\naddress = \"127.0.0.1:0\"\n{more}"
    );
    let path = folder.file("flashgate.toml", text).unwrap();
    let daemon = Daemon::builder()
        .args(["serve".as_ref(), "--config".as_ref(), path.as_os_str()])
        .start()
        .unwrap();
    (daemon, folder)
}

/// Asks a stand-in.
fn of(manner: Manner) -> Ran {
    flashgate(&["health", &asked::start(manner).to_string()])
}

#[track_caller]
fn fails(ran: &Ran, code: i32, reason: &str) {
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(code), ""),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains(reason), "{reason}: {}", ran.stderr);
    assert!(ran.took < WITHIN, "{reason}: {:?}", ran.took);
}

#[test]
fn ready() {
    let (daemon, _folder) = daemon("");
    let address = daemon.admin().unwrap().to_string();
    for url in [
        address.clone(),
        format!("http://{address}"),
        format!("http://{address}/readyz"),
        address.replace("127.0.0.1", "localhost"),
        address.replace("127.0.0.1", "0.0.0.0"),
        address.replace("127.0.0.1", "[::]"),
    ] {
        let ran = flashgate(&["health", &url]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{url}");
        assert_eq!(ran.stdout, "ready\n", "{url}");
    }
    // A URL with a path is asked for that path.
    let alive = flashgate(&["health", &format!("{address}/healthz")]);
    assert_eq!((alive.code, alive.stdout.as_str()), (Some(0), "alive\n"));
    let lost = flashgate(&["health", &format!("{address}/nowhere")]);
    fails(&lost, 1, "404 Not Found");
}

#[test]
fn the_environment_says_where() {
    let (daemon, folder) = daemon("");
    let address = daemon.admin().unwrap();
    let with =
        |variables: &[(&str, &str)]| run(command().arg("health").envs(variables.iter().copied()));
    let configured = folder
        .file("other.toml", format!("[admin]\naddress = \"{address}\"\n"))
        .unwrap();
    let without = folder.file("without.toml", POLICY).unwrap();
    let (configured, without) = (configured.to_str().unwrap(), without.to_str().unwrap());
    let closed = format!("127.0.0.1:{}", port::free().unwrap());
    let address = address.to_string();
    for variables in [
        &[("FLASHGATE_ADMIN", address.as_str())][..],
        // Compose sets a variable without a value to nothing.
        &[("FLASHGATE_CONFIG", ""), ("FLASHGATE_ADMIN", &address)],
        // The rest of the file is not this command's business.
        &[("FLASHGATE_CONFIG", configured)],
        &[
            ("FLASHGATE_CONFIG", configured),
            ("FLASHGATE_ADMIN", &closed),
        ],
        // The container image sets both.
        &[("FLASHGATE_CONFIG", without), ("FLASHGATE_ADMIN", &address)],
    ] {
        let ran = with(variables);
        assert_eq!(ran.code, Some(0), "{variables:?}: {}", ran.stderr);
    }
    fails(&with(&[("FLASHGATE_ADMIN", &closed)]), 1, &closed);
    fails(
        &with(&[("FLASHGATE_ADMIN", "x")]),
        1,
        "invalid value 'x' for 'FLASHGATE_ADMIN'",
    );
    fails(&with(&[("FLASHGATE_ADMIN", "127.0.0.1:0")]), 1, "port 0");
    fails(
        &with(&[("FLASHGATE_CONFIG", "/nonexistent/a.toml")]),
        1,
        "/nonexistent/a.toml",
    );
    let broken = folder.file("broken.toml", "[admin\n").unwrap();
    fails(
        &with(&[("FLASHGATE_CONFIG", broken.to_str().unwrap())]),
        1,
        "broken.toml:1",
    );
    let wrong = folder
        .file("wrong.toml", "[admin]\naddress = \"here\"\n")
        .unwrap();
    fails(
        &with(&[("FLASHGATE_CONFIG", wrong.to_str().unwrap())]),
        1,
        "wrong.toml:2",
    );
}

/// `probes` serves health checks only.
#[test]
fn probes() {
    // The section is the last one.
    let (daemon, _folder) = daemon("probes = \"127.0.0.1:0\"\n");
    let probes = daemon.probes().unwrap().to_string();
    let ran = flashgate(&["health", &probes]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "ready\n"));
    let status = flashgate(&["status", &probes]);
    fails(
        &status,
        1,
        "the one of `probes` serves only /healthz and /readyz",
    );
}

#[test]
fn not_ready() {
    let (mut daemon, _folder) = daemon("[process]\ndrain = \"20s\"\n");
    let address = daemon.admin().unwrap();
    // A client that has not sent its request keeps the daemon from stopping.
    let _silent = testkit::client::TestClient::connect(daemon.address()).unwrap();
    daemon.terminate().unwrap();
    daemon.wait_for_line("stopping", WITHIN).unwrap();
    let ran = flashgate(&["health", &address.to_string()]);
    fails(&ran, 1, "not ready: draining");
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
}

#[test]
fn no_answer() {
    let closed = format!("127.0.0.1:{}", port::free().unwrap());
    let ran = flashgate(&["health", &closed]);
    fails(
        &ran,
        1,
        &format!("can't connect to {closed}: connection refused"),
    );
    let silent = of(Manner::AnswerAndStay(""));
    fails(&silent, 1, "no complete answer in time");
    fails(
        &of(Manner::Answer("")),
        1,
        "closed before the answer was complete",
    );
    fails(
        &of(Manner::Drip("HTTP/1.1 200 OK\r\nX: y\r\n")),
        1,
        "no complete answer in time",
    );
    // The head arrives in time, the body does not.
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nready\n";
    fails(
        &of(Manner::AnswerAndStay(half)),
        1,
        "no complete answer in time",
    );
    fails(
        &of(Manner::Answer(half)),
        1,
        "closed before the answer was complete",
    );
    let (listener, _queued) = asked::deaf();
    let address = listener.local_addr().unwrap().to_string();
    fails(&flashgate(&["health", &address]), 1, "timed out");
}

#[test]
fn other_answers() {
    fails(
        &of(Manner::Answer("SSH-2.0-x\r\n")),
        1,
        "expected an answer of flashgate's `[admin]`",
    );
    fails(
        &of(Manner::Answer("HTTP/1.0 404 Not Found\r\n\r\n<html>")),
        1,
        "404 Not Found",
    );
    let escape = of(Manner::Answer(
        "HTTP/1.0 200 Fine\r\n\r\n\u{1b}[2Jx\u{202e}",
    ));
    assert_eq!(escape.stdout, " [2Jx\\u{202e}");
    // A complete answer counts, whether or not the connection is closed.
    let stays = of(Manner::AnswerAndStay(
        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nready\n",
    ));
    assert_eq!((stays.code, stays.stdout.as_str()), (Some(0), "ready\n"));
    assert!(stays.took < Duration::from_secs(2), "{:?}", stays.took);
}

#[test]
fn wrong_arguments() {
    for (url, reason) in [
        ("https://127.0.0.1:9843", "speaks plain HTTP"),
        ("127.0.0.1", "expected a port"),
        ("9843", "expected a host"),
        ("ftp://127.0.0.1:1", "expected `http://`, found `ftp://`"),
        ("http://127.0.0.1:1/a b", "expected a path"),
    ] {
        fails(&flashgate(&["health", url]), 2, reason);
    }
}
