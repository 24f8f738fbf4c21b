//! What can happen to an answer on its way: the cases of the protocol's description, by their numbers, and others.

use flash_policy::decide::Place;
use flash_policy::player::{Choice, Close, ConnectionEnd};

use crate::world::{Deed, Server, TRIP, World, a, document, ms};

const HERE: &str = "http://a.test/game.swf";

fn says(text: &str) -> Deed {
    Deed::Says(text.as_bytes().to_vec())
}

/// The master does this, and no other port answers.
fn master(deeds: &[Deed]) -> World {
    let world = World::new(HERE, 5000).on(5000, Server::Refuses);
    world.on(843, Server::does(deeds))
}

fn policy() -> String {
    document(&a("*", "*"))
}

#[test]
fn the_terminator() {
    let w12 = master(&[says(&policy()), Deed::Fin]).play();
    let w12 = w12.is("allowed", "granted", "master", 30);
    assert_eq!(
        w12.step(Place::Master).end,
        Some((ConnectionEnd::Finished, at(20)))
    );

    let w13 = master(&[says(&policy())]).play();
    let w13 = w13.is("denied", "no-policy", "none", 3010);
    assert_eq!(
        w13.step(Place::Master).end,
        Some((ConnectionEnd::TimedOut, at(3000)))
    );
    assert_eq!(w13.step(Place::Master).document, policy().as_bytes());

    let w14 = master(&[says(&(policy() + "\0\n")), Deed::Fin]).play();
    let w14 = w14.is("allowed", "granted", "master", 30);
    let step = w14.step(Place::Master);
    assert_eq!(step.end, Some((ConnectionEnd::Nul, at(20))));
    assert_eq!(step.afterwards.bytes, 1);
    assert_eq!(step.afterwards.close, Some(Close::Finished));

    let before = master(&[says(&(policy() + "\n\0"))]).play();
    before.is("allowed", "granted", "master", 30);
}

#[test]
fn pieces() {
    let policy = policy() + "\0";
    let (one, rest) = policy.split_at(30);
    let (two, three) = rest.split_at(20);
    let deeds = [
        (TRIP, says(one)),
        (ms(1000), says(two)),
        (ms(2000), says(three)),
    ];
    let w15 = World::new(HERE, 5000)
        .on(843, Server::Does(deeds.to_vec()))
        .play();
    let w15 = w15.is("allowed", "granted", "master", 2020);
    let step = w15.step(Place::Master);
    assert_eq!((step.pieces, step.first_byte), (3, Some(at(20))));
    assert_eq!(step.connected, Some(at(10)));
}

#[test]
fn resets() {
    let w16 = master(&[says(&(policy() + "\0")), Deed::Rst]).play();
    let w16 = w16.is("allowed", "granted", "master", 30);
    assert_eq!(w16.step(Place::Master).afterwards.close, Some(Close::Reset));

    let half = master(&[says(&policy()), Deed::Rst]).play();
    let half = half.is("denied", "no-policy", "none", 30);
    assert_eq!(
        half.step(Place::Master).end,
        Some((ConnectionEnd::Reset, at(20)))
    );
    assert_eq!(half.outcome.rests_on, [Choice::HalfAnswer]);

    let at_once = master(&[Deed::Rst]).play();
    let at_once = at_once.is("denied", "no-policy", "none", 30);
    assert!(at_once.outcome.rests_on.is_empty());
}

/// The player stops at the first NUL. A repeated answer or one in UTF-16 ends there.
#[test]
fn what_follows_the_nul() {
    let none = document("");
    let w17 = master(&[says(&(policy() + "\0" + &none + "\0"))]).play();
    let w17 = w17.is("allowed", "granted", "master", 30);
    assert_eq!(w17.step(Place::Master).afterwards.bytes, none.len() + 1);

    let utf_16: Vec<u8> = policy().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf_16 = master(&[Deed::Says(utf_16), Deed::Fin]).play();
    let utf_16 = utf_16.is("denied", "no-policy", "none", 30);
    assert_eq!(utf_16.step(Place::Master).document, b"<");
}

#[test]
fn ends_without_an_answer() {
    for deeds in [&[Deed::Fin][..], &[says("\0")], &[says(""), Deed::Fin]] {
        let played = master(deeds).play();
        played.is("denied", "no-policy", "none", 30);
    }
    // A policy first, then endless whitespace.
    let mut first = policy().into_bytes();
    first.resize(40_000, b' ');
    let rest = vec![b' '; 30_000];
    let endless = master(&[Deed::Says(first), Deed::Says(rest)]).play();
    let endless = endless.is("denied", "no-policy", "none", 30);
    let step = endless.step(Place::Master);
    assert_eq!(step.end, Some((ConnectionEnd::TooLarge, at(20))));
    assert_eq!(step.document.len(), flash_policy::parse::LARGEST);
    assert_eq!(endless.outcome.rests_on, [Choice::Size]);
}

fn at(millis: u64) -> flash_policy::Moment {
    flash_policy::Moment::after(ms(millis))
}
