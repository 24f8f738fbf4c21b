//! Pages of the book that show a session, run from top to bottom in a network namespace.

use std::fs;
use std::path::Path;

use testkit::book::{SavedFile, ShownCommand, documents, files, is_recipe, root, shown};
use testkit::namespace::{self, Namespace};
use testkit::needs;
use testkit::session::{Session, is_server, timeless};

use super::transcripts::TRIED;

/// The server of the documents, and its address in the namespace.
const SERVER: (&str, &str) = ("play.example.com", "203.0.113.10");

/// A page, and what must run before its first command.
struct Walkthrough {
    page: &'static str,
    before: &'static [&'static str],
    /// The number of commands that can be run.
    commands: usize,
}

const WALKTHROUGHS: [Walkthrough; 5] = [
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
    Walkthrough {
        page: "run/http.md",
        before: &["flashgate serve --config flashgate.toml"],
        commands: 2,
    },
];

/// Console blocks with output that no test runs: the page, the command, and what they need.
const BY_HAND: [(&str, &str, &str); 16] = [
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
    (
        "operate/metrics.md",
        "flashgate health",
        "[admin]; tested in commands",
    ),
    (
        "operate/metrics.md",
        "flashgate status",
        "[admin]; tested in commands",
    ),
    ("operate/reload.md", "journalctl", "systemd"),
    (
        "operate/upgrade.md",
        "flashgate --version",
        "changes with each release",
    ),
    ("library/std.md", "python3", "a build of an example"),
    ("library/tokio.md", "python3", "a build of an example"),
    (
        "library/tokio.md",
        "flashgate check",
        "a build of an example",
    ),
    (
        "run/containers.md",
        "docker run",
        "a container; tested in containers/compose.rs",
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

#[test]
fn sessions() {
    if !needs::met(namespace::missing().or_else(|| needs::program("unshare"))) {
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
    let mut session = Session::new(&[SERVER]).unwrap();
    let path = root().join("docs/book/src").join(walkthrough.page);
    let text = fs::read_to_string(path).unwrap();
    for SavedFile { name, text } in files(&text) {
        session.folder().file(&name, text).unwrap();
    }
    for command in walkthrough.before {
        session.serve(command).unwrap();
    }
    let can_run = |shown: &ShownCommand| {
        let needs_the_world = ["sudo", "--config", "wss://"];
        let is_live = shown.command.contains(SERVER.0) && shown.output.is_empty();
        !is_live && !needs_the_world.iter().any(|it| shown.command.contains(it))
    };
    let mut commands = 0;
    for ShownCommand { command, output } in shown(&text).into_iter().filter(can_run) {
        commands += 1;
        if is_server(&command) {
            session.serve(&command).unwrap();
            continue;
        }
        let ran = session.run(&command).unwrap();
        // Described in words.
        if output.is_empty() {
            assert!(matches!(ran.status.code(), Some(0 | 1)), "{command}");
            continue;
        }
        let printed = [ran.stdout, ran.stderr].concat();
        let printed = timeless(&String::from_utf8(printed).unwrap());
        let page = walkthrough.page;
        assert_eq!(printed, timeless(&output), "{page}: {command}");
    }
    assert_eq!(commands, walkthrough.commands, "{}", walkthrough.page);
}

/// Whether a page is a walkthrough.
fn is_walked(page: &str) -> bool {
    WALKTHROUGHS.iter().any(|it| page.ends_with(it.page))
}

#[test]
fn every_output_is_tested_or_listed() {
    let mut unused: Vec<_> = BY_HAND.iter().collect();
    for document in documents().into_iter().filter(|it| !is_recipe(it)) {
        let page = page(&document);
        for ShownCommand { command, output } in shown(&fs::read_to_string(&document).unwrap()) {
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
