//! Unity's web player and Silverlight over a path that delays, reorders and drops packets: every reply arrives whole.
//!
//! Neither reads to the end as Flash Player does. Unity receives once, so the reply must be one segment. Silverlight
//! stops at its first short read, sends no terminator, and waits for the close. The stand-ins must lose replies here,
//! or the test proves nothing.

use std::net::SocketAddr;
use std::time::Duration;

use testkit::daemon::Daemon;
use testkit::figure;
use testkit::folder::Folder;
use testkit::link::{self, Conditions, Link, Path};
use testkit::namespace::Namespace;
use testkit::plug_in::{PlugIn, PlugInReport};
use testkit::stand_in::{StandIn, StandInBehaviour};
use testkit::{binary, needs, scale};

/// The fetches of each plug-in.
fn fetches() -> u64 {
    scale::short_or_long(1_000, 10_000)
}

/// Five packets in a row may be lost, and TCP retransmits each time.
const PATIENCE: Duration = Duration::from_secs(20);

/// No need to wait for what a stand-in never sends.
const HURRY: Duration = Duration::from_secs(1);

/// A client on the same continent, over a bad line.
const PATH: Path = Path {
    delay: Duration::from_millis(20),
    jitter: Duration::from_millis(10),
    loss: 0.03,
    late: 0.0,
    late_by: Duration::ZERO,
};

/// The size of the policies: as much as fits into a segment of every usual path. It is a multiple of 256, so Silverlight
/// sees the end of the file only by the close.
const SIZE: usize = 1_280;

#[test]
fn every_reply_arrives_whole() {
    if !needs::met(link::missing()) {
        return;
    }
    // The namespaces have no network access, should cargo need a registry for the build.
    binary::flashgate().unwrap();
    let (client, server) = (Namespace::new().unwrap(), Namespace::new().unwrap());
    let link = Link::join(&client, &server, Conditions::both_ways(PATH, 943)).unwrap();
    let (flash, silverlight) = (policy(FLASH), policy(SILVERLIGHT));
    let (of_unity, of_silverlight) = ([&flash[..], b"\0"].concat(), silverlight.clone());
    let folder = folder(&flash, &silverlight);
    let _daemon = server.run(|| serve(&folder)).unwrap();
    let start = |manner, port: u16, policy: &[u8]| {
        let started = server.run(|| StandIn::start(manner, ("0.0.0.0", port), policy));
        started.unwrap().unwrap()
    };
    let _twice = start(StandInBehaviour::WritesTwice, 1, &flash);
    let _unread = start(StandInBehaviour::WriteOnAccept, 2, &silverlight[..SIZE - 1]);
    let fetch = |plug_in: PlugIn, (port, patience): (u16, Duration), expected: &[u8], fetches| {
        let address: SocketAddr = (link.far(), port).into();
        let fetch = || plug_in.fetch_often((address, patience), expected, fetches);
        client.run(fetch).unwrap()
    };
    for (plug_in, port, policy) in [
        (PlugIn::Unity, 843, of_unity),
        (PlugIn::Silverlight, 943, of_silverlight),
    ] {
        let report = fetch(plug_in, (port, PATIENCE), &policy, fetches());
        let PlugInReport { whole, longest, .. } = report;
        figure::report(
            "plug-ins",
            format_args!(
                "{plug_in:?}: {whole} of {} whole, within {longest:.0?}",
                fetches()
            ),
        );
        assert_eq!(whole, fetches(), "{plug_in:?}: {report:?}");
    }
    let twice = fetch(
        PlugIn::Unity,
        (1, HURRY),
        &[&flash[..], b"\0"].concat(),
        200,
    );
    assert!(
        twice.partial > 0,
        "two writes must lose the second: {twice:?}"
    );
    let unread = fetch(
        PlugIn::Silverlight,
        (2, HURRY),
        &[&silverlight[..SIZE - 1], b"\0"].concat(),
        400,
    );
    assert!(
        unread.lost() > 0,
        "unread bytes must cost replies: {unread:?}"
    );
}

/// Both listeners, without the limits per address, because all clients have the same address.
fn serve(folder: &Folder) -> Daemon {
    let text = "[policy.flash]\nfile = \"flash.xml\"\n[policy.silverlight]\nfile = \"silverlight.xml\"\n\
                [[listen]]\naddress = \"0.0.0.0:843\"\npolicy = \"flash\"\n\
                [[listen]]\naddress = \"0.0.0.0:943\"\npolicy = \"silverlight\"\ndialect = \"silverlight\"\n\
                [limits]\nper-address = \"off\"\nrate-per-address = \"off\"\n";
    let config = folder.file("flashgate.toml", text).unwrap();
    let arguments = ["serve".into(), "--config".into(), config.into_os_string()];
    Daemon::builder().args(arguments).start().unwrap()
}

fn folder(flash: &[u8], silverlight: &[u8]) -> Folder {
    let folder = Folder::new().unwrap();
    folder.file("flash.xml", flash).unwrap();
    folder.file("silverlight.xml", silverlight).unwrap();
    folder
}

const FLASH: [&str; 3] = [
    "<cross-domain-policy>",
    "<allow-access-from domain=\"*\" to-ports=\"9339\"/>",
    "</cross-domain-policy>",
];

const SILVERLIGHT: [&str; 3] = [
    "<access-policy><cross-domain-access>",
    "<policy><allow-from><domain uri=\"*\"/></allow-from><grant-to><socket-resource port=\"4502-4534\" \
     protocol=\"tcp\"/></grant-to></policy>",
    "</cross-domain-access></access-policy>",
];

/// A policy of exactly [`SIZE`] bytes.
fn policy([start, rule, end]: [&str; 3]) -> Vec<u8> {
    let room = SIZE - start.len() - end.len();
    let rules = rule.repeat(room / rule.len());
    let spaces = " ".repeat(room % rule.len());
    [start, &rules, &spaces, end].concat().into_bytes()
}
