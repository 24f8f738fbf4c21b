//! The animals, by the kind of their mistake.

use super::script::ScriptStep::{End, Hold, Read, Send};
use super::{Animal, ExpectedReport, Script, ZooListener};

mod absent;
mod addresses;
mod clients;
mod documents;
mod foreign;
mod meanings;
mod replies;
mod targets;

/// Every animal.
pub fn all() -> impl Iterator<Item = &'static Animal> {
    let kinds: [&[Animal]; 8] = [
        absent::ANIMALS,
        foreign::ANIMALS,
        replies::ANIMALS,
        documents::ANIMALS,
        meanings::ANIMALS,
        addresses::ANIMALS,
        targets::ANIMALS,
        clients::ANIMALS,
    ];
    kinds.into_iter().flatten()
}

/// The usual question: may a movie from `www.a.test` connect to port 5000? Other flags may follow.
macro_rules! asked {
    ($($flag:literal),*) => {
        &["srv.test:5000", "--from", "http://www.a.test/game.swf", $($flag),*]
    };
}
use asked;

/// A game that closes the connection if it does not understand what it receives.
const GAME: &[ZooListener] = &[game()];

const PLAIN: Animal = Animal {
    name: "",
    does: "",
    addresses: &["127.0.0.1"],
    listeners: GAME,
    firewall: &[],
    asked: asked![],
    expected: ExpectedReport {
        verdict: "",
        reason: "",
        cause: None,
        takes: [0, SLACK],
    },
};

/// How much longer a busy machine may take, in milliseconds. The minimum time shows what the player waits for.
const SLACK: u32 = 3_000;

/// The policy that grants the usual question.
const GOOD: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/></cross-domain-policy>\0";
const GOOD_WITHOUT_NUL: &[u8] = b"<cross-domain-policy><allow-access-from domain=\"www.a.test\" to-ports=\"5000\"/></cross-domain-policy>";

const SERVES_GOOD: &[Script] = &[&[Read, Send(GOOD), End]];

const fn master(turns: &'static [Script]) -> ZooListener {
    ZooListener {
        address: "127.0.0.1:843",
        turns,
    }
}

const fn port(turns: &'static [Script]) -> ZooListener {
    ZooListener {
        address: "127.0.0.1:5000",
        turns,
    }
}

const fn game() -> ZooListener {
    port(&[&[Read, End]])
}

/// A game that waits until it receives something that it understands.
const fn patient_game() -> ZooListener {
    port(&[&[Hold]])
}

const fn allowed(cause: Option<&'static str>) -> ExpectedReport {
    ExpectedReport {
        verdict: "allowed",
        reason: "granted",
        cause,
        takes: [0, SLACK],
    }
}

const fn denied(reason: &'static str, cause: &'static str) -> ExpectedReport {
    ExpectedReport {
        verdict: "denied",
        reason,
        cause: Some(cause),
        takes: [0, SLACK],
    }
}

impl ExpectedReport {
    /// After this many milliseconds at least; a busy machine takes longer.
    const fn after(self, least: u32) -> Self {
        Self {
            takes: [least, least + SLACK],
            ..self
        }
    }
}
