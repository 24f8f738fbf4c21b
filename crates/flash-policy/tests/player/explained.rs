//! What is said about an outcome: the reason, and what each place did.

use flash_policy::player::{Client, Reason, Verdict};

use crate::world::{Deed, Server, World, a, ms};

const HERE: &str = "http://a.test/game.swf";

#[track_caller]
fn check(world: &World, expected: &str) {
    let played = world.play();
    let text = played.outcome.explain(&played.steps).to_string();
    assert_eq!(text, expected, "{:#?}", played.steps);
}

/// All of these are `no-policy`, for different reasons.
#[test]
fn why_there_is_no_policy() {
    let says = |text: &str| Server::does(&[Deed::Says(text.into()), Deed::Fin]);
    let cut_off = [Deed::Says(b"<cross-".to_vec()), Deed::Rst];
    let answers = [
        (Server::Refuses, "does not accept connections"),
        (Server::Filtered, "does not answer connections"),
        (Server::silent(), "accepts the connection and sends nothing"),
        (
            Server::does(&[Deed::Fin]),
            "closes the connection without an answer",
        ),
        (
            Server::does(&[Deed::Rst]),
            "resets the connection before the end of an answer",
        ),
        (
            Server::does(&cut_off),
            "resets the connection before the end of an answer",
        ),
        (
            says("HTTP/1.1 400 Bad Request\r\n\r\n"),
            "answers with HTTP",
        ),
        (says("hello"), "sends something that is not a policy"),
        (
            Server::does(&[Deed::Says(b"<cross-".to_vec())]),
            "does not complete its answer",
        ),
        (
            says(&"x".repeat(70_000)),
            "sends more than a policy can have",
        ),
    ];
    for (server, expected) in answers {
        let world = World::new(HERE, 5000)
            .on(843, Server::Refuses)
            .on(5000, server);
        check(
            &world,
            &format!(
                "the player refuses the connection: no place that counts has a policy \
                 (srv.test:843 does not accept connections; srv.test:5000 {expected})"
            ),
        );
    }
}

#[test]
fn other_outcomes() {
    let master = |rule: &str| {
        World::new(HERE, 5000)
            .master(rule)
            .on(5000, Server::Refuses)
    };
    check(
        &master(&a("b.test", "*")),
        "the player refuses the connection: no rule matches the movie's host and the port \
         (srv.test:843 has a policy; srv.test:5000 does not accept connections)",
    );
    let granted = master(&a("*", "*"));
    check(
        &granted,
        "the player connects: a rule allows the connection",
    );
    check(
        &granted.clone().target(Server::Refuses),
        "the player may connect, but the target cannot be reached: \
         the target refused the connection, or TLS failed",
    );
    check(
        &granted.client(Client::Ruffle),
        "the player connects: no policy is needed",
    );
    let mut late = World::new(HERE, 5000).on(843, Server::silent());
    late.config.timeout = ms(500);
    check(
        &late,
        "the player refuses the connection: the time ran out while the player waited for a policy \
         (srv.test:843 accepts the connection and sends nothing)",
    );
    check(
        &World::new(HERE, 80).client(Client::Silverlight),
        "the player refuses the connection: no policy from the places that count can open this port",
    );
    // The texts can be padded, as in a table.
    assert_eq!(
        format!("{:>20}|", Verdict::Allowed),
        " the player connects|"
    );
    assert_eq!(
        format!("{:21}|", Reason::NoPolicyNeeded),
        "no policy is needed  |"
    );
}
