//! A listener that is closed from outside, with `ss --kill`: it is back at once, and nothing else is affected.

use std::net::SocketAddr;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use testkit::client::{StreamEnd, TestClient, fetch};
use testkit::daemon::{Daemon, POLICY};
use testkit::folder::Folder;
use testkit::namespace::{self, Namespace};
use testkit::{cpu, figure, needs};

const LIMIT: Duration = Duration::from_secs(20);

/// Two listeners and `[admin]`, on free ports.
fn config(threads: u32) -> String {
    format!(
        "[policy.p]\nrules = [{{ domain = \"a.test\", ports = \"80\" }}]\n\
         [[listen]]\naddress = [\"127.0.0.1:0\", \"127.0.0.2:843\"]\n\
         [admin]\naddress = \"127.0.0.1:9843\"\n[process]\nthreads = {threads}\n"
    )
}

/// Closes a listener; false if the kernel does not support it (`CONFIG_INET_DIAG_DESTROY`).
fn kill(listener: SocketAddr) -> bool {
    let (address, port) = (listener.ip().to_string(), listener.port().to_string());
    let filter = ["src", &address, "and", "sport", "=", &port];
    let output = Command::new("ss")
        .args(["--kill", "--listening", "--tcp", "--numeric", "--no-header"])
        .args(filter)
        .output();
    // It lists what it has closed.
    String::from_utf8_lossy(&output.unwrap().stdout).contains(&port)
}

/// The whole policy arrives, and then the end of the stream.
#[track_caller]
fn is_served(address: SocketAddr) {
    let heard = fetch(address).unwrap();
    assert_eq!(
        (heard.bytes.escape_ascii().to_string(), heard.end),
        (
            [POLICY, b"\0"].concat().escape_ascii().to_string(),
            StreamEnd::Fin
        ),
        "{address}"
    );
}

/// `[admin]` answers.
#[track_caller]
fn tells(admin: SocketAddr) {
    let mut client = TestClient::connect(admin).unwrap();
    client.send(b"GET /readyz HTTP/1.0\r\n\r\n");
    let heard = String::from_utf8(client.hear().bytes).unwrap();
    assert!(heard.ends_with("\r\n\r\nready\n"), "{heard}");
}

/// Kills each listener in turn, and then checks all of them. Returns how long until each was back, and the share of a
/// core that the daemon uses afterwards.
fn kill_each(threads: u32) -> Option<(Duration, f64)> {
    let folder = Folder::new().unwrap();
    let path = folder.file("flashgate.toml", config(threads)).unwrap();
    let mut daemon = Daemon::builder()
        .args(["serve", "--config"])
        .args([path])
        .start()
        .unwrap();
    let (listeners, admin) = (daemon.addresses().to_vec(), daemon.admin().unwrap());
    let mut longest = Duration::ZERO;
    for &listener in &listeners {
        let start = Instant::now();
        if !kill(listener) {
            assert!(!needs::met(Some(
                "the kernel can't end sockets (`ss --kill`)".to_owned()
            )));
            return None;
        }
        daemon.next_line_with("listening again", LIMIT).unwrap();
        longest = longest.max(start.elapsed());
        for &address in &listeners {
            is_served(address);
        }
    }
    assert!(kill(admin));
    daemon
        .next_line_with("the admin listener failed", LIMIT)
        .unwrap();
    for &address in &listeners {
        is_served(address);
    }
    assert!(testkit::until(LIMIT, || TestClient::connect(admin).is_ok()));
    tells(admin);
    let (start, before) = (Instant::now(), cpu::time(daemon.pid()).unwrap());
    // This measures what it does without clients.
    thread::sleep(Duration::from_secs(1));
    let used = cpu::time(daemon.pid()).unwrap().saturating_sub(before);
    let share = used.as_secs_f64() / start.elapsed().as_secs_f64();
    daemon.terminate().unwrap();
    assert_eq!(daemon.wait(LIMIT).unwrap().code(), Some(0));
    Some((longest, share))
}

#[test]
fn from_outside() {
    if !needs::met(namespace::missing()) || !needs::met(needs::program("ss")) {
        return;
    }
    for threads in [1, 2] {
        let namespace = Namespace::new().unwrap();
        let Some((longest, share)) = namespace.run(|| kill_each(threads)).unwrap() else {
            return;
        };
        figure::report(
            "R11",
            format!(
                "3 listeners killed, on {threads} threads: back within {longest:.1?}, then {:.0} % of a core",
                share * 100.0
            ),
        );
        assert!(share < 0.1, "{share} of a core, on {threads} threads");
    }
}
