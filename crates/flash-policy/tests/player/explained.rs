//! What is said about an outcome: the reason, and what each place did.

use flash_policy::player::{Client, Learnt, Reason, Verdict};

use crate::world::{Deed, Server, World, a, document, ms};

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
            "resets the connection without an answer",
        ),
        (
            Server::does(&cut_off),
            "gives no complete answer: 7 bytes came, but no NUL, then a reset",
        ),
        (
            says("HTTP/1.1 400 Bad Request\r\n\r\n"),
            "answers with HTTP",
        ),
        (says("hello"), "sends something that is not a policy"),
        (
            Server::does(&[Deed::Says(b"<cross-".to_vec())]),
            "gives no complete answer: 7 bytes came, but no NUL",
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

/// A server that sends a whole policy without its NUL and holds the connection.
#[test]
fn missing_nul() {
    let policy = document(&a("*", "5000"));
    let held = Server::does(&[Deed::Says(policy.clone().into_bytes())]);
    let world = World::new(HERE, 5000)
        .on(843, held)
        .on(5000, Server::Refuses);
    let bytes = policy.len();
    check(
        &world,
        &format!(
            "the player refuses the connection: no place that counts has a policy \
             (srv.test:843 gives no complete answer: {bytes} bytes came, but no NUL; \
             srv.test:5000 does not accept connections)"
        ),
    );
    let step = &world.play().steps[0];
    assert_eq!(step.learnt, Some(Learnt::Nothing));
    assert_eq!(step.document, policy.as_bytes());

    // The end of the stream replaces the NUL.
    let closed = Server::does(&[Deed::Says(policy.into_bytes()), Deed::Fin]);
    let verdict = world.on(843, closed).play().outcome.verdict;
    assert_eq!(verdict, Verdict::Allowed);

    // A file that is fetched over HTTP has no NUL.
    let cut_off = Server::does(&[Deed::Says(b"<cross-".to_vec()), Deed::Rst]);
    let old = World::new(HERE, 5000).player("8").site(cut_off).play();
    let text = old.outcome.explain(&old.steps).to_string();
    let expected =
        "srv.test:80 gives no complete answer: 7 bytes came, but not the end, then a reset";
    assert!(text.contains(expected), "{text}");
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
