//! The recipes and the migration pages of the book: their commands and files, run as printed.
//!
//! Behind the gate is a real server, or a stand-in that speaks the beginning of the real protocol. Each page has its own
//! network namespace, in which the names that it shows have addresses.

#![cfg(test)]

mod chat;
mod cloudflare;
mod games;
mod migrate;
mod opening;
mod page;
mod proxy;
mod silverlight;

use std::collections::BTreeSet;
use std::fs;

use testkit::book::{documents, is_recipe, shown};

/// The pages that are run, and by which module.
const PAGES: [(&str, &str); 14] = [
    ("migrate/daemons.md", "migrate"),
    ("migrate/houdini-websockets.md", "games"),
    ("migrate/in-server.md", "migrate"),
    ("migrate/policyfile.md", "migrate"),
    ("migrate/websockify.md", "migrate"),
    ("migrate/xinetd.md", "migrate"),
    ("recipes/aqw.md", "games"),
    ("recipes/cloudflare.md", "cloudflare"),
    ("recipes/club-penguin.md", "games"),
    ("recipes/habbo.md", "games"),
    ("recipes/irc.md", "chat"),
    ("recipes/platform-racing.md", "games"),
    ("recipes/silverlight.md", "silverlight"),
    ("recipes/smartfoxserver.md", "games"),
];

/// The most commands that a recipe may have, so that it stays a recipe.
const MOST_COMMANDS: usize = 5;

/// The most lines of a page.
const MOST_LINES: usize = 120;

#[test]
fn every_page_is_short_and_has_a_test() {
    let mut found = BTreeSet::new();
    for document in documents().iter().filter(|it| is_recipe(it)) {
        let name = document.display().to_string();
        let text = fs::read_to_string(document).unwrap();
        let commands = shown(&text);
        let is_check =
            |shown: &testkit::book::ShownCommand| shown.command.contains("flashgate check");
        assert!(
            commands.iter().any(is_check),
            "{name} has no `flashgate check`"
        );
        assert!(text.lines().count() <= MOST_LINES, "{name} is too long");
        if name.contains("/recipes/") {
            let count = commands.len();
            assert!(count <= MOST_COMMANDS, "{name} has {count} commands");
        }
        let (_, name) = name.rsplit_once("/src/").unwrap();
        found.insert(name.to_owned());
    }
    let listed = PAGES.iter().map(|(page, _)| (*page).to_owned()).collect();
    assert_eq!(found, listed);
}
