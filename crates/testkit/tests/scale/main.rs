//! More than one flashgate: the configs of the book's page about scaling, with the real `HAProxy` and keepalived.

#![cfg(test)]

mod lan;

use std::fs;
use std::io::Read as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use testkit::binary;
use testkit::daemon::{Builder, Daemon};
use testkit::folder::Folder;
use testkit::namespace;
use testkit::needs::met;
use testkit::real_server::{RealServer, missing};
use testkit::until;

use lan::Lan;

/// Longer than `HAProxy` and keepalived take to notice a failure.
const LIMIT: Duration = Duration::from_secs(40);

/// A block of the page in a language.
fn shown(language: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/book/src/operate/scale.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

/// The game: takes connections and keeps them.
fn game(lan: &Lan, address: &str) {
    let listener = lan.hub.run(|| TcpListener::bind(address)).unwrap().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || stream.read_to_end(&mut Vec::new()));
        }
    });
}

fn flashgate(folder: &Folder, config: &str) -> Daemon {
    let config = folder.file("flashgate.toml", config).unwrap();
    let serve = ["serve", "-v", "--config"];
    Builder::default()
        .args(serve)
        .args([config])
        .start()
        .unwrap()
}

/// Whether a player on the network would connect.
fn connects(lan: &Lan, target: &str) -> bool {
    let mut check = Command::new(binary::flashgate().unwrap());
    check.args(["check", target, "--from", "http://www.example.com/game.swf"]);
    let output = lan.hub.run(|| check.output()).unwrap().unwrap();
    output.status.success()
}

#[test]
fn haproxy() {
    if !(met(namespace::missing()) && met(missing("haproxy"))) {
        return;
    }
    let lan = Lan::new(&["192.0.2.1/24", "192.0.2.20/24"]);
    game(&lan, "192.0.2.20:9340");
    let folders = [Folder::new().unwrap(), Folder::new().unwrap()];
    let [first, second] = ["192.0.2.11/24", "192.0.2.12/24"].map(|address| lan.host(address));
    let config = shown("toml");
    let mut a = first.run(|| flashgate(&folders[0], &config)).unwrap();
    let mut b = second.run(|| flashgate(&folders[1], &config)).unwrap();
    let balancer = lan.host("192.0.2.10/24");
    let _haproxy = balancer.run(haproxy_of_the_page).unwrap();
    assert!(until(LIMIT, || connects(&lan, "192.0.2.10:9339")));
    // Each has answered a policy request or carries the connection, and knows the player's address.
    let player = |daemon: &mut Daemon| daemon.wait_for_line("192.0.2.1:", LIMIT).is_ok();
    assert!(player(&mut a) || player(&mut b));
    drop(a);
    assert!(until(LIMIT, || connects(&lan, "192.0.2.10:9339")));
    player(&mut b).then_some(()).expect("the other one serves");
}

fn haproxy_of_the_page() -> RealServer {
    RealServer::start(
        "haproxy",
        ([127, 0, 0, 1], 9339).into(),
        |command, folder| {
            let config = folder.file("haproxy.cfg", shown("haproxy"))?;
            command.arg("-db").arg("-f").arg(config);
            Ok(())
        },
    )
    .expect("haproxy")
}

#[test]
fn keepalived() {
    if !(met(namespace::missing()) && met(missing("keepalived"))) {
        return;
    }
    let lan = Lan::new(&["203.0.113.1/24"]);
    game(&lan, "203.0.113.1:9340");
    let config = "\
        [policy.default]\nrules = [{ domain = \"www.example.com\" }]\n\
        [[listen]]\naddress = \"843\"\n\
        [[gate]]\naddress = \"9339\"\nbackend = \"203.0.113.1:9340\"\n\
        [admin]\n";
    let folders = [Folder::new().unwrap(), Folder::new().unwrap()];
    let [first, second] = ["203.0.113.5/24", "203.0.113.6/24"].map(|address| lan.host(address));
    let a = first.run(|| flashgate(&folders[0], config)).unwrap();
    let _watch_a = first.run(keepalived_of_the_page).unwrap();
    assert!(until(LIMIT, || connects(&lan, "203.0.113.7:9339")));
    let _b = second.run(|| flashgate(&folders[1], config)).unwrap();
    let _watch_b = second.run(keepalived_of_the_page).unwrap();
    // Its machine still runs, but flashgate doesn't.
    drop(a);
    assert!(until(LIMIT, || connects(&lan, "203.0.113.7:9339")));
}

fn keepalived_of_the_page() -> RealServer {
    let admin = ([127, 0, 0, 1], 9843).into();
    RealServer::start("keepalived", admin, |command, folder| {
        let program = binary::flashgate()?.display().to_string();
        let config = shown("keepalived").replace("/usr/bin/flashgate", &program);
        command
            .arg("--use-file")
            .arg(folder.file("keepalived.conf", config)?);
        command.args(["--vrrp", "--dont-fork", "--log-console"]);
        for (option, file) in [("--pid", "pid"), ("--vrrp_pid", "vrrp-pid")] {
            command.arg(option).arg(folder.path().join(file));
        }
        Ok(())
    })
    .expect("keepalived")
}
