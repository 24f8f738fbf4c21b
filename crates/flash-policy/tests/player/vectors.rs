//! The table of vectors, with a simulated network and clock.
//!
//! Every trip takes 10 ms. A port that drops packets or sends nothing takes 3,000 ms.

use flash_policy::Port;
use flash_policy::decide::Sandbox;
use flash_policy::player;

use crate::world::{self, TRIP, World, ms};

#[path = "../vectors/table.rs"]
mod table;

use table::{Client, Deed, Movie, Server, Vector, vectors};

/// All vectors apply: a player covers everything.
#[test]
fn every_vector() {
    for vector in vectors() {
        println!("{}", vector.id);
        let Some(expected) = vector.expected else {
            // The player throws `SecurityError` #2003.
            let port = vector.port.to_string();
            assert!(port.parse::<Port>().is_err(), "{}", vector.id);
            continue;
        };
        world(vector)
            .play()
            .is(
                expected.verdict,
                expected.reason,
                expected.source,
                expected.after,
            )
            .asked(expected.asked);
    }
}

fn world(vector: &Vector) -> World {
    let port = u16::try_from(vector.port).unwrap();
    let mut world = movie(vector, port)
        .on(port, server(vector.destination, vector.over_tls))
        .on(843, server(vector.master, vector.over_tls));
    world = match vector.client {
        Client::Flash(version) => world.player(version),
        Client::Lightspark => world.client(player::Client::Lightspark),
        Client::Ruffle => world.client(player::Client::Ruffle),
    };
    if vector.secure_socket {
        world = world.secure_socket();
    }
    if let Some(location) = vector.loads {
        world = world.loads(location);
    }
    if let Some((port, text)) = vector.other {
        world = world.on(port, world::Server::text(text));
    }
    match vector.site {
        Some(text) => world.site(world::Server::text(text)),
        None => world,
    }
}

fn movie(vector: &Vector, port: u16) -> World {
    let sandboxed = |sandbox| World::sandboxed(sandbox, port);
    match vector.movie {
        Movie::Remote(url) => World::new(url, port),
        Movie::LocalWithNetwork => sandboxed(Sandbox::LocalWithNetwork),
        Movie::LocalWithFile => sandboxed(Sandbox::LocalWithFile),
        Movie::LocalTrusted => sandboxed(Sandbox::LocalTrusted),
        Movie::Application => sandboxed(Sandbox::Application),
    }
}

fn server(server: Server, over_tls: bool) -> world::Server {
    let server = match server {
        Server::Filtered => world::Server::Filtered,
        Server::Refuses => world::Server::Refuses,
        Server::Silent => world::Server::silent(),
        Server::Ends => world::Server::does(&[world::Deed::Fin]),
        Server::Says(text, wait) => world::Server::text(text).after(ms(wait)),
        Server::Does(deeds) => {
            let deeds = deeds
                .iter()
                .map(|(wait, deed)| (TRIP + ms(*wait), done(*deed)));
            world::Server::Does(deeds.collect())
        }
    };
    if over_tls { server.over_tls() } else { server }
}

fn done(deed: Deed) -> world::Deed {
    match deed {
        Deed::Says(text) => world::Deed::Says(text.into()),
        Deed::Fin => world::Deed::Fin,
        Deed::Rst => world::Deed::Rst,
    }
}
