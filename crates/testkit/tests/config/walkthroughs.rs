//! Pages of the book that show a session, run from top to bottom in a network namespace.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use testkit::folder::Folder;
use testkit::namespace::{self, Namespace};
use testkit::{needs, until};

use super::root;
use super::transcripts::{Shown, TRIED, shown};

const LIMIT: Duration = Duration::from_secs(20);

/// In documents, and in the namespace: a name would need a resolver.
const SERVER: (&str, &str) = ("play.example.com", "203.0.113.10");

/// A page, and what must run before its first command.
struct Walkthrough {
    page: &'static str,
    before: &'static [&'static str],
    /// The number of commands that can be run.
    commands: usize,
}

const WALKTHROUGHS: [Walkthrough; 4] = [
    Walkthrough {
        page: "start/policy-server.md",
        before: &[],
        commands: 5,
    },
    Walkthrough {
        page: "start/gate.md",
        before: &[],
        commands: 5,
    },
    Walkthrough {
        page: "start/ruffle.md",
        before: &[],
        commands: 6,
    },
    Walkthrough {
        page: "trouble/check.md",
        before: &[
            "python3 -m http.server 9340 --bind 127.0.0.1",
            "flashgate serve --allow www.example.com:9339 --gate 9339=127.0.0.1:9340 --listen 843",
        ],
        commands: 3,
    },
];

/// Console blocks with output that no test runs: the page, the command, and what they need.
const BY_HAND: [(&str, &str, &str); 13] = [
    (
        "README.md",
        "python3",
        "shown in start/policy-server.md too",
    ),
    ("operate/capacity.md", "cargo xtask bench", "a measurement"),
    (
        "operate/limits.md",
        "curl",
        "[admin]; tested in observability/admin",
    ),
    (
        "operate/metrics.md",
        "curl",
        "[admin]; tested in observability/admin",
    ),
    ("operate/reload.md", "journalctl", "systemd"),
    (
        "operate/upgrade.md",
        "flashgate --version",
        "changes with each release",
    ),
    ("library/std.md", "printf", "a build of an example"),
    ("library/tokio.md", "printf", "a build of an example"),
    (
        "library/tokio.md",
        "flashgate check",
        "a build of an example",
    ),
    (
        "security/reporting.md",
        "flashgate --version",
        "changes with each release",
    ),
    (
        "security/sandbox.md",
        "flashgate self-test",
        "an installed config; tested in sandbox.rs",
    ),
    ("trouble/doesnt-connect.md", "printf", "a name"),
    ("trouble/doesnt-connect.md", "curl", "a name"),
];

/// A server of a page; ended when dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn sessions() {
    if !needs::met(namespace::missing()) {
        return;
    }
    for walkthrough in &WALKTHROUGHS {
        let network = Namespace::new().unwrap();
        network
            .ip(&["addr", "add", &format!("{}/32", SERVER.1), "dev", "lo"])
            .unwrap();
        network.run(|| walk(walkthrough)).unwrap();
    }
}

/// Runs a page: servers go on until the end, everything else must print what is shown, if anything is.
fn walk(walkthrough: &Walkthrough) {
    let folder = Folder::new().unwrap();
    let mut servers = Vec::new();
    for command in walkthrough.before {
        servers.push(serve(command, &folder));
    }
    let path = root().join("docs/book/src").join(walkthrough.page);
    let text = fs::read_to_string(path).unwrap();
    let can_run = |shown: &Shown| {
        let needs_the_world = ["sudo", "--config", "wss://"];
        let is_live = shown.command.contains(SERVER.0) && shown.output.is_empty();
        !is_live && !needs_the_world.iter().any(|it| shown.command.contains(it))
    };
    let mut commands = 0;
    for Shown { command, output } in shown(&text).into_iter().filter(can_run) {
        commands += 1;
        let (command, output) = (here(&command), here(&output));
        if command.starts_with("flashgate serve") || python_port(&command).is_some() {
            servers.push(serve(&command, &folder));
            continue;
        }
        let ran = shell(&command, &folder).output().unwrap();
        // Described in words.
        if output.is_empty() {
            assert!(matches!(ran.status.code(), Some(0 | 1)), "{command}");
            continue;
        }
        let printed = [ran.stdout, ran.stderr].concat();
        let printed = timeless(&String::from_utf8(printed).unwrap());
        assert_eq!(
            printed,
            timeless(&output),
            "{}: {command}",
            walkthrough.page
        );
    }
    assert_eq!(commands, walkthrough.commands, "{}", walkthrough.page);
}

fn here(text: &str) -> String {
    text.replace(SERVER.0, SERVER.1)
}

fn shell(command: &str, folder: &Folder) -> Command {
    let program = testkit::binary::flashgate().unwrap();
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let mut shell = Command::new("sh");
    shell.args(["-c", command]);
    shell.current_dir(folder.path()).env("PATH", path);
    shell
}

/// Starts a server, and waits until it serves.
fn serve(command: &str, folder: &Folder) -> Server {
    let log = folder.path().join("log");
    let mut shell = shell(&format!("exec {command}"), folder);
    shell.stderr(File::create(&log).unwrap());
    let server = Server(
        shell
            .stdout(File::create("/dev/null").unwrap())
            .spawn()
            .unwrap(),
    );
    let answers = || match python_port(command) {
        Some(port) => TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).is_ok(),
        None => fs::read_to_string(&log)
            .unwrap()
            .contains("flashgate ready"),
    };
    assert!(until(LIMIT, answers), "{command}");
    server
}

/// The port on which a server in Python listens.
fn python_port(command: &str) -> Option<u16> {
    let (_, rest) = command
        .split_once("http.server ")
        .or_else(|| command.split_once(r#"create_server(("127.0.0.1", "#))?;
    rest.split([' ', ')']).next()?.parse().ok()
}

/// A text without its durations and without what follows from them: the number of spaces.
fn timeless(text: &str) -> String {
    let mut timeless = String::new();
    for line in text.trim_end().lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        for (index, word) in words.iter().enumerate() {
            let is_unit = |next: &&str| ["ms", "s"].contains(&next.trim_end_matches([':', ';']));
            let is_duration =
                word.parse::<f64>().is_ok() && words.get(index + 1).is_some_and(is_unit);
            let is_performance = word.contains("=0.") && word.contains("s;;;0");
            let name = word.split('=').next().unwrap();
            let shown = match (is_duration, is_performance) {
                (true, _) => "TIME",
                (_, true) => &format!("{name}=TIME"),
                _ => word,
            };
            timeless.push_str(shown);
            timeless.push(' ');
        }
        timeless += "\n";
    }
    timeless
}

/// Whether a page is a walkthrough.
fn is_walked(page: &str) -> bool {
    WALKTHROUGHS.iter().any(|it| page.ends_with(it.page))
}

#[test]
fn every_output_is_tested_or_listed() {
    let mut unused: Vec<_> = BY_HAND.iter().collect();
    for document in super::documents() {
        let page = page(&document);
        for Shown { command, output } in shown(&fs::read_to_string(&document).unwrap()) {
            let is_tried = TRIED.iter().any(|tried| command.starts_with(tried));
            if output.is_empty() || is_tried || is_walked(&page) {
                continue;
            }
            let is_listed = |(at, begin, _): &(&str, &str, &str)| {
                page.ends_with(at) && command.starts_with(begin)
            };
            assert!(
                BY_HAND.iter().any(is_listed),
                "{page}: no test runs `{command}`: add it to a walkthrough, or to BY_HAND with the reason"
            );
            unused.retain(|entry| !is_listed(entry));
        }
    }
    assert!(unused.is_empty(), "{unused:?}");
}

fn page(document: &Path) -> String {
    document.to_str().unwrap().to_owned()
}
