//! Players and other clients fetch a policy over a simulated network: every run ends in the whole reply or in an error.
//!
//! Both sides are the library's state machines, which get the time as an argument, so an hour takes no time and a seed
//! repeats a run exactly. `cargo xtask prove R35` tries more seeds.

#![cfg(test)]

mod network;
mod player;
mod server;
mod telnet;

use std::time::Duration;

use flash_policy::accept::{AcceptConfig, Linger, LingerWhen, Timing};
use flash_policy::{Policy, Port, Reply};

use network::{Random, Weather};

/// The number of seeds.
fn seeds() -> u64 {
    let is_long = std::env::var_os("FLASHGATE_PROVE").is_some();
    if is_long { 10_000 } else { 500 }
}

/// Policies of about 130, 1,400 and 20,000 bytes. All of them allow port 9339.
fn replies() -> [Reply; 3] {
    [0, 20, 300].map(|others| {
        let policy = Policy::new().allow("*", 9339).unwrap();
        let policy = (0..others).fold(policy, |policy, index| {
            let domain = format!("www{index}.example.com");
            policy.allow(&domain, Port::new(9340).unwrap()).unwrap()
        });
        Reply::new(&policy).unwrap()
    })
}

/// A server's reply and limits.
fn config(random: &mut Random, replies: &[Reply]) -> AcceptConfig {
    let index = random.below(replies.len() as u64);
    let config = AcceptConfig::new(replies[usize::try_from(index).unwrap()].clone());
    let second = Duration::from_secs(1);
    match random.below(5) {
        0 => config.timing(Timing::default().request(2 * second)),
        1 => config.linger_when(LingerWhen::Always),
        2 => config.linger(Linger::default().bytes(30)),
        3 => config.total(5 * second).write_limit(second),
        _ => config,
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RunEnd {
    Reply,
    Error,
    /// An error that is expected over every network: the server had read exactly a player's request when it closed, and
    /// what the client sent after it reset the connection.
    TakenForPlayer,
}

/// How the runs ended.
#[derive(Default)]
struct Tally {
    replies: u64,
    errors: u64,
}

impl Tally {
    fn count(&mut self, end: RunEnd) {
        match end {
            RunEnd::Reply => self.replies += 1,
            RunEnd::Error | RunEnd::TakenForPlayer => self.errors += 1,
        }
    }
}

/// Runs a client over as many networks as there are seeds, half of them calm. Returns the tally of the others.
fn weather_of_every_kind(
    name: &str,
    run: impl Fn(u64, &AcceptConfig, &mut dyn FnMut(&mut Random) -> Weather) -> RunEnd,
) {
    let replies = replies();
    let (mut stormy, mut taken_for_player) = (Tally::default(), 0);
    for seed in 0..seeds() {
        let random = &mut Random(seed);
        if seed % 2 == 0 {
            let config = AcceptConfig::new(replies[usize::try_from(seed / 2 % 3).unwrap()].clone());
            let end = run(seed, &config, &mut Weather::calm);
            assert!(
                end != RunEnd::Error,
                "seed {seed}: no reply over a network that only delays"
            );
            taken_for_player += u64::from(end == RunEnd::TakenForPlayer);
        } else {
            let config = config(random, &replies);
            stormy.count(run(seed, &config, &mut Weather::stormy));
        }
    }
    let Tally { replies, errors } = stormy;
    // A network that never lets a reply pass, or always does, would test nothing.
    assert!(
        replies > errors / 20 && errors > replies / 20,
        "{replies} replies, {errors} errors"
    );
    // `cargo xtask prove` looks for this line.
    println!(
        "figure R35: {name}: {} seeds; of {} with loss, reordering, cuts and resets, {replies} ended in the whole reply, {errors} in an error, 0 hung; all others got the reply, except {taken_for_player} that were taken for players",
        seeds(),
        replies + errors
    );
}

#[test]
fn players() {
    weather_of_every_kind("players", player::run);
}

#[test]
fn clients_that_send_more() {
    weather_of_every_kind("clients that send more than a request", telnet::run);
}
