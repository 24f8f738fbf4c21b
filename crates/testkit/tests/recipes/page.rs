//! A page that is being followed: its files are saved, its commands run in order.

use std::collections::VecDeque;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};

use testkit::book::{ShownCommand, files, root, shown};
use testkit::namespace::{self, Namespace};
use testkit::needs;
use testkit::session::{Session, is_server, timeless};

/// The address of `play.example.com`.
pub(crate) const SERVER: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 10);

/// The names that pages show, and their addresses.
const NAMES: [(&str, &str); 3] = [
    ("play.example.com", "203.0.113.10"),
    ("game.example.com", "203.0.113.10"),
    ("www.example.com", "203.0.113.10"),
];

/// The address at which players reach a port.
pub(crate) fn public(port: u16) -> SocketAddr {
    (SERVER, port).into()
}

/// An address of a server that isn't public.
pub(crate) fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// A page that is being followed.
#[derive(Debug)]
pub(crate) struct Page {
    /// The page's folder, names and running servers.
    pub(crate) session: Session,
    name: &'static str,
    text: String,
    rest: VecDeque<ShownCommand>,
}

/// Follows a page in a network namespace of its own.
pub(crate) fn follow(name: &'static str, test: impl FnOnce(&mut Page) + Send) {
    follow_with(name, |text| text, test);
}

/// Follows a page after changing its text.
pub(crate) fn follow_with(
    name: &'static str,
    change: impl FnOnce(String) -> String + Send,
    test: impl FnOnce(&mut Page) + Send,
) {
    let missing = namespace::missing()
        .or_else(|| needs::program("unshare"))
        .or_else(|| needs::program("curl"));
    if !needs::met(missing) {
        return;
    }
    let network = Namespace::new().unwrap();
    // The server, a proxy, and a player.
    for address in ["203.0.113.10/32", "104.16.1.1/32", "192.0.2.77/32"] {
        network.ip(&["addr", "add", address, "dev", "lo"]).unwrap();
    }
    network
        .run(|| {
            let path = root().join("docs/book/src").join(name);
            let mut page = Page::open(name, &change(fs::read_to_string(path).unwrap()));
            test(&mut page);
            let rest = page.rest.len();
            assert_eq!(rest, 0, "{name}: {rest} commands were not run");
        })
        .unwrap();
}

/// A page that consists of the first config of another one, served.
pub(crate) fn only_the_config(text: &str) -> String {
    let (_, config) = text.split_once("```toml\n").expect("a config");
    let config = config.split("```").next().expect("its text");
    let command = "flashgate serve --config flashgate.toml";
    format!(
        "Save this as `flashgate.toml`:\n\n```toml\n{config}```\n\n```console\n$ {command}\n```\n"
    )
}

impl Page {
    fn open(name: &'static str, text: &str) -> Self {
        let session = Session::new(&NAMES).unwrap();
        for file in files(text) {
            session.folder().file(&file.name, file.text).unwrap();
        }
        let rest = shown(text).into();
        Self {
            session,
            name,
            text: text.to_owned(),
            rest,
        }
    }

    /// The first code block in a language.
    #[track_caller]
    pub(crate) fn block(&self, language: &str) -> String {
        let fence = format!("```{language}\n");
        let (_, rest) = self.text.split_once(&fence).expect("a code block");
        rest.split("```").next().expect("its text").to_owned()
    }

    /// Runs the next commands.
    #[track_caller]
    pub(crate) fn run(&mut self, count: usize) {
        for _ in 0..count {
            let shown = self.rest.pop_front().expect("a command");
            self.one(&shown);
        }
    }

    /// Runs all commands that are left.
    #[track_caller]
    pub(crate) fn run_rest(&mut self) {
        self.run(self.rest.len());
    }

    /// A server goes on; everything else must succeed, and print what is shown if anything is.
    #[track_caller]
    fn one(&mut self, shown: &ShownCommand) {
        let ShownCommand { command, output } = shown;
        if is_server(command) {
            self.session.serve(command).unwrap();
            return;
        }
        let ran = self.session.run(command).unwrap();
        let printed = String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap();
        if output.is_empty() {
            assert!(ran.status.success(), "{}: {command}\n{printed}", self.name);
            assert!(
                !printed.contains("warning["),
                "{}: {command}\n{printed}",
                self.name
            );
        } else {
            assert_eq!(
                timeless(&printed),
                timeless(output),
                "{}: {command}",
                self.name
            );
        }
    }
}
