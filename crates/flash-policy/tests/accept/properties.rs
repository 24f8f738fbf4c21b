//! Properties that hold for every client and every order of events.

use std::time::Duration;

use flash_policy::REQUEST;
use flash_policy::accept::{AcceptConfig, First, HttpDetection, Linger, LingerWhen, Timing};
use proptest::prelude::*;

use crate::world::{Client, Deed, End, Met, config, ms, reply};

fn deeds() -> impl Strategy<Value = Deed> {
    let says = prop::sample::select(vec![
        &REQUEST[..],
        &REQUEST[..22],
        b"<policy-file",
        b"-request/>",
        b" ",
        b"\r",
        b"\n",
        b"\0",
        b"GET",
        b" /",
        b"\x16\x03",
        b"LOGIN",
    ]);
    prop_oneof![
        6 => says.prop_map(|bytes| Deed::Says(bytes.to_vec())),
        1 => Just(Deed::Fin),
        1 => Just(Deed::Rst),
        1 => (1..100_usize).prop_map(Deed::Takes),
    ]
}

fn clients() -> impl Strategy<Value = Client> {
    let waits = prop::sample::select(vec![0, 1, 299, 300, 301, 4000, 5000, 11_000]);
    let script = prop::collection::vec((waits, deeds()), 0..8);
    let room = prop::sample::select(vec![0, 10, usize::MAX]);
    (script, room, any::<bool>()).prop_map(|(script, room, holds_up_end)| {
        let mut at = 0;
        let mut client = Client::new().room(room);
        for (wait, deed) in script {
            at += wait;
            client = client.does(at, deed);
        }
        if holds_up_end {
            client.holds_up_end()
        } else {
            client
        }
    })
}

fn configs() -> impl Strategy<Value = AcceptConfig> {
    let silence = prop::option::of(prop::sample::select(vec![0, 200, 20_000]));
    let bytes = prop::option::of(0..30_u64);
    let total = prop::option::of(prop::sample::select(vec![0, 100, 5050, 15_000, 40_000]));
    let flags = (any::<bool>(), any::<bool>());
    (silence, bytes, total, flags).prop_map(|(silence, bytes, total, (http, always))| {
        let timing = silence.map_or(Timing::default(), |limit| {
            Timing::default().silence(ms(limit))
        });
        let timing = if http {
            timing.http(HttpDetection::On)
        } else {
            timing
        };
        let linger = bytes.map_or(Linger::default(), |limit| Linger::default().bytes(limit));
        let when = if always {
            LingerWhen::Always
        } else {
            LingerWhen::MoreMayCome
        };
        let config = config().timing(timing).linger(linger).linger_when(when);
        total.map_or(config.clone(), |limit| config.total(ms(limit)))
    })
}

/// A reply that is finished at its deadline counts as one that was reported late: ending the stream then has a limit of
/// its own.
fn lateness(client: &Client, config: &AcceptConfig, met: &Met) -> Duration {
    let total = config.total.unwrap_or(Duration::MAX);
    let late = |at: Duration| client.acts_at(total.min(at + config.write_limit));
    match met.answered {
        Some(at) if late(at) => config.write_limit,
        _ => Duration::ZERO,
    }
}

proptest! {
    /// A connection ends in time. The reply is complete, or the connection is aborted, or it is handed on with no byte
    /// of the reply sent.
    #[test]
    fn every_connection_ends((client, config) in (clients(), configs())) {
        let met = client.meets(&config);
        prop_assert!(met.at <= config.longest() + lateness(&client, &config, &met), "{met:?}");
        match met.end {
            End::Closed(_) => prop_assert!(met.sent == reply().as_bytes()),
            End::Aborted(_) => prop_assert!(reply().as_bytes().starts_with(&met.sent)),
            End::HandedOn(First::Policy(_)) => prop_assert!(false, "a request was not answered"),
            End::HandedOn(_) => prop_assert!(met.sent.is_empty() && met.discarded == 0),
        }
    }

    /// The size of each read does not affect what a connection is, except at the deadline itself: then one more read
    /// counts.
    #[test]
    fn reads_of_any_size((client, config) in (clients(), configs()), piece in 1..30_usize) {
        if client.acts_at(Timing::default().request) {
            return Ok(());
        }
        let whole = client.meets(&config);
        let cut = client.in_pieces_of(piece).meets(&config);
        match (whole.end, cut.end) {
            (End::HandedOn(first), other) => prop_assert_eq!(other, End::HandedOn(first)),
            (_, End::HandedOn(first)) => prop_assert!(false, "{first:?}"),
            _ => {}
        }
    }
}
