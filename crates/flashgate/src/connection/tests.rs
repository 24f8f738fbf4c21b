//! A connection whose reply has begun when its task starts, and what happens if the task never runs.

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;

use flash_policy::REQUEST;
use flashgate_config::config::{self, PlanPurpose};
use flashgate_config::ruffle::Doors;
use flashgate_config::snapshot::Plan;
use socket2::{Domain, SockRef, Socket, Type};
use tokio::runtime;

use super::{Shared, start};
use crate::limits::{Capacity, MadeRoom, Permits, Scarce};

/// A plan with a policy that is larger than the buffers of [`small_pair`].
fn plan() -> Plan {
    let folder = tempfile::tempdir().unwrap();
    let rule = "<allow-access-from domain=\"a.test\" to-ports=\"9339\"/>";
    let rules = rule.repeat(60_000 / rule.len());
    let policy = format!("<cross-domain-policy>{rules}</cross-domain-policy>");
    fs::write(folder.path().join("large.xml"), policy).unwrap();
    let text = "[policy.p]\nfile = 'large.xml'\n[[listen]]\naddress = '843'\n";
    let path = folder.path().join("flashgate.toml");
    fs::write(&path, text).unwrap();
    config::load(&path, PlanPurpose::Reload).unwrap().plan
}

/// A client and its accepted socket, both with tiny buffers.
fn small_pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let client = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    client.set_recv_buffer_size(2048).unwrap();
    client
        .connect(&listener.local_addr().unwrap().into())
        .unwrap();
    let (accepted, _) = listener.accept().unwrap();
    SockRef::from(&accepted).set_send_buffer_size(2048).unwrap();
    (client.into(), accepted)
}

/// It is not closed to make room for a new connection. If it is dropped before its task has run, the client sees a reset,
/// not a complete reply.
#[test]
fn a_reply_that_has_begun() {
    let plan = plan();
    let service = &plan.listeners[0].service;
    let capacity = Capacity {
        connections: 1,
        relays: 0,
        descriptors: 1,
        lingering: 1,
        scarce: Scarce::Connections,
        wanted: (1, 0),
    };
    let shared = Arc::new(Shared::new(Permits::new(capacity, &plan.limits)));
    let (mut client, accepted) = small_pair();
    client.write_all(REQUEST).unwrap();
    accepted.peek(&mut [0]).unwrap();
    accepted.set_nonblocking(true).unwrap();

    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    // The runtime stops before another task runs.
    runtime.block_on(async {
        start(
            accepted.into(),
            None,
            service,
            &Arc::new(Doors::default()),
            &shared,
        );
    });
    assert_eq!(shared.permits.make_room(1), MadeRoom::No);
    assert_eq!(shared.permits.open(), 1);
    drop(runtime);
    assert_eq!(shared.permits.open(), 0);

    let mut bytes = Vec::new();
    let end = client.read_to_end(&mut bytes).map_err(|error| error.kind());
    assert!((1..60_000).contains(&bytes.len()), "{}", bytes.len());
    assert_eq!(end, Err(ErrorKind::ConnectionReset));
}
