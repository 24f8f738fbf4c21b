//! Properties that hold for every server and every order of events.

use std::time::Duration;

use flash_policy::decide::{Decision, Known, Location, Place, PolicyAnswer, Request, decide};
use flash_policy::player::{
    Action, Client, Event, FetchId, Learnt, Player, Purpose, Reason, Verdict,
};
use flash_policy::{Moment, Profile, parse};
use proptest::prelude::*;

use crate::world::{Deed, Played, Server, TRIP, World, a, document, sc};

const HERE: &str = "http://a.test/game.swf";

fn bodies() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        a("*", "*"),
        a("a.test", "5000"),
        a("b.test", "*"),
        a("*", "4000"),
        sc("all"),
        sc("master-only"),
        sc("none"),
        sc("by-content-type"),
        "<x/>".to_string(),
        "<y>".to_string(),
        "<allow-access-from domain='*' to-ports='*' secure='true'/>".to_string(),
    ]);
    prop::collection::vec(parts, 0..4).prop_map(|parts| document(&parts.concat()))
}

fn servers() -> impl Strategy<Value = Server> {
    let wait = prop::sample::select(vec![0, 1, 500, 2980, 2990, 4000, 19_000, 30_000]);
    let deed = prop_oneof![
        bodies().prop_map(|text| Deed::Says((text + "\0").into_bytes())),
        bodies().prop_map(|text| Deed::Says(text.into_bytes())),
        Just(Deed::Fin),
        Just(Deed::Rst),
    ];
    let deeds = prop::collection::vec((wait.prop_map(Duration::from_millis), deed), 0..3);
    prop_oneof![
        1 => Just(Server::Filtered),
        1 => Just(Server::Refuses),
        4 => deeds.prop_map(Server::Does),
    ]
}

fn worlds() -> impl Strategy<Value = World> {
    let versions = [
        "6", "7.0.19", "8", "9.0.47", "9.0.115", "9.0.124", "10", "32",
    ];
    let locations = prop::sample::select(vec![
        "xmlsocket://srv.test:843",
        "xmlsocket://srv.test:100",
        "xmlsocket://srv.test:5000",
        "http://srv.test/crossdomain.xml",
    ]);
    (
        prop::sample::select(versions.to_vec()),
        prop::collection::vec(locations, 0..3),
        prop::sample::select(vec![5000, 80, 843]),
        prop::collection::vec(servers(), 5),
        prop::sample::select(vec![HERE, "http://srv.test/", "https://b.test/"]),
    )
        .prop_map(|(version, locations, port, servers, from)| {
            let ports = [843, 100, 80, 5000];
            let world = World::new(from, port)
                .player(version)
                .target(servers[4].clone());
            let world = ports
                .iter()
                .zip(&servers)
                .fold(world, |world, (port, server)| {
                    world.on(*port, server.clone())
                });
            locations
                .iter()
                .fold(world, |world, location| world.loads(location))
        })
}

fn clients() -> impl Strategy<Value = Client> {
    prop::sample::select(vec![
        Client::Flash,
        Client::Lightspark,
        Client::Unity,
        Client::Silverlight,
        Client::Ruffle,
    ])
}

/// The decision of `decide` with the answers that the player received.
fn decided(world: &World, played: &Played) -> Decision {
    let config = &world.config;
    let request = Request::new(config.sandbox.clone(), config.target.clone(), config.port)
        .player(config.version)
        .loaded(config.loaded.iter().cloned());
    let mut known = Known::default();
    loop {
        let Decision::Ask(ask) = decide(&request, &known) else {
            return decide(&request, &known);
        };
        known.learn(ask.place, answer(world, played, ask.place));
    }
}

/// The answer from the step that connected to this place's address, for whichever place that was.
fn answer(world: &World, played: &Played, place: Place) -> PolicyAnswer {
    let (port, profile) = match place {
        Place::Master => (843, Profile::Socket),
        Place::Destination => (world.config.port.get(), Profile::Socket),
        Place::SiteRoot => (80, Profile::Url),
        Place::Loaded(index) => match &world.config.loaded[index] {
            Location::Socket { port, .. } => (port.get(), Profile::Socket),
            Location::Http { port, .. } => (port.get(), Profile::Url),
            _ => unreachable!(),
        },
    };
    let http = profile == Profile::Url;
    let step = played.steps.iter().find(|step| {
        let is_http = matches!(
            step.fetch.protocol,
            flash_policy::player::Protocol::Http { .. }
        );
        step.fetch.purpose != Purpose::Target && step.fetch.port.get() == port && is_http == http
    });
    match step.map(|step| (step.learnt, &step.document)) {
        Some((Some(Learnt::Policy), document)) => {
            PolicyAnswer::Policy(parse(document, profile).policy.unwrap())
        }
        Some((Some(Learnt::Unusable), _)) => PolicyAnswer::Unusable,
        _ => PolicyAnswer::Absent,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// It ends in time, and its verdict is that of `decide`.
    #[test]
    fn agrees_with_decide(world in worlds()) {
        let played = world.play();
        let outcome = &played.outcome;
        prop_assert!(outcome.elapsed <= world.config.timeout);
        if outcome.reason == Reason::Timeout {
            prop_assert_eq!(outcome.elapsed, world.config.timeout);
            return Ok(());
        }
        let allowed = outcome.verdict != Verdict::Denied;
        match decided(&world, &played) {
            Decision::Allowed(_) => prop_assert!(allowed),
            Decision::Denied(denied) => {
                prop_assert_eq!(outcome.reason, Reason::Refused(denied.reason));
                prop_assert_eq!(outcome.decided_by.map(|by| by.place), denied.place);
            }
            Decision::Ask(_) => unreachable!(),
        }
    }

    /// However the bytes are split, the outcome and the document are the same.
    #[test]
    fn cuts_make_no_difference(
        body in bodies(),
        after in "[a<\\x00 ]{0,6}",
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
        nul in any::<bool>(),
    ) {
        let text = format!("{body}{}{after}", if nul { "\0" } else { "" });
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len())).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|cut| &text.as_bytes()[cut[0]..cut[1]]);
        let mut pieces: Vec<Deed> = pieces.map(|piece| Deed::Says(piece.to_vec())).collect();
        pieces.push(Deed::Fin);
        let whole = [Deed::Says(text.clone().into_bytes()), Deed::Fin];
        let play = |deeds: &[Deed]| {
            World::new(HERE, 5000).on(5000, Server::Refuses).on(843, Server::does(deeds)).play()
        };
        let (whole, cut) = (play(&whole), play(&pieces));
        prop_assert_eq!(&whole.outcome, &cut.outcome);
        let (whole, cut) = (whole.step(Place::Master), cut.step(Place::Master));
        prop_assert_eq!((&whole.document, whole.end), (&cut.document, cut.end));
        prop_assert_eq!(whole.afterwards, cut.afterwards);
    }

    /// Whatever is reported in whatever order, even for connections that do not exist, it ends in time and the outcome
    /// is final.
    #[test]
    fn no_order_of_events_matters(
        client in clients(),
        world in worlds(),
        events in prop::collection::vec((0_usize..5, 0_u8..10, 0_u64..4000, bodies()), 0..40),
    ) {
        let config = world.config.clone().client(client);
        let mut player = Player::new(config, Moment::ZERO);
        let mut ids: Vec<FetchId> = Vec::new();
        let mut now = Moment::ZERO;
        for (which, kind, wait, text) in &events {
            if let Action::Connect(fetch) = player.poll(now) {
                prop_assert!(fetch.deadline <= player.budget_end());
                ids.push(fetch.id);
            }
            now = now + Duration::from_millis(*wait);
            if let Some(id) = ids.get(*which) {
                player.handle(*id, event(*kind, text), now);
            }
        }
        let late = player.budget_end();
        let mut outcome = None;
        for _ in 0..20 {
            if let Action::Done(done) = player.poll(late) {
                outcome = Some(done);
            }
        }
        let outcome = outcome.expect("the attempt has ended");
        prop_assert!(outcome.elapsed <= player.config().timeout);
        prop_assert_eq!(player.poll(late + TRIP), Action::Done(outcome));
    }

    #[test]
    fn every_client_ends(client in clients(), world in worlds()) {
        let played = world.client(client).play();
        prop_assert!(played.outcome.elapsed <= flash_policy::player::TIMEOUT);
    }
}

fn event(kind: u8, text: &str) -> Event<'_> {
    match kind {
        0 => Event::Connected,
        1 => Event::Refused,
        2 => Event::TimedOut,
        3 => Event::TlsFailed,
        4 => Event::Received(text.as_bytes()),
        5 => Event::Received(b"\0"),
        6 => Event::Finished,
        7 => Event::Reset,
        8 => Event::Responded {
            content_type: text.len().is_multiple_of(2).then_some(text),
            meta_policy: text.len().is_multiple_of(3).then_some(text),
            redirects: text.len() % 3,
        },
        _ => Event::NoDocument,
    }
}
