//! The very end of a stop: clients never connect to a listener that is not accepted on, and each connection is counted
//! once.

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient};
use testkit::daemon::{Daemon, POLICY};
use testkit::folder::Folder;
use testkit::load::REQUEST;
use testkit::websocket::WebSocketClient;

/// A policy listener, a gate and the bridge; a stop lasts a second.
fn daemon(backend: &TestBackend) -> (Folder, Daemon) {
    let backend = backend.address();
    let text = format!(
        "[policy.default]\nrules = [{{ domain = \"a.test\", ports = \"80\" }}]\n\
         [[listen]]\naddress = \"127.0.0.1:0\"\n\
         [[gate]]\nname = \"game\"\naddress = \"127.0.0.1:0\"\npublic-port = 80\nbackend = \"{backend}\"\n\
         [bridge]\naddress = \"127.0.0.1:0\"\npath = \"/{{name}}\"\n\
         [process]\ndrain = \"1s\"\n"
    );
    let folder = Folder::new().unwrap();
    let path = folder.file("flashgate.toml", text).unwrap();
    let builder = Daemon::builder().args(["serve", "--config"]).args([path]);
    (folder, builder.start().unwrap())
}

fn relay(address: std::net::SocketAddr) -> TestClient {
    let mut player = TestClient::connect(address).unwrap();
    player.send(b"hello");
    player.read_exact(&mut [0; 5]).unwrap();
    player
}

/// Cutting relays takes time, and late clients have a moment to send a request. In the meantime a listener that is not
/// accepted on any more is closed, so that new clients are refused rather than reset.
///
/// A client may still connect between the last accept and the close, which are two system calls. Here each listener has
/// one client at a time, so that happens to one client of each at most.
#[test]
fn nobody_is_reset() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let (_folder, mut daemon) = daemon(&backend);
    let (policy, gate) = (daemon.addresses()[0], daemon.addresses()[1]);
    let _player = relay(gate);
    daemon.terminate().unwrap();
    daemon
        .wait_for_line("stopping", TestClient::PATIENCE)
        .unwrap();
    // At the end, the stop waits for silent clients.
    let _late = [policy; 3].map(|address| TestClient::connect(address).unwrap());
    let (mut answered, mut refused, mut reset) = (0, 0, Vec::new());
    while !daemon.has_ended() {
        for address in [policy, gate] {
            let Ok(mut client) = TestClient::connect(address) else {
                refused += 1;
                continue;
            };
            client.send(REQUEST);
            let heard = client.hear();
            if heard.end == StreamEnd::Reset && heard.bytes.is_empty() && !reset.contains(&address)
            {
                reset.push(address);
                continue;
            }
            assert_eq!(
                (heard.end, heard.bytes),
                (StreamEnd::Fin, [POLICY, b"\0"].concat()),
                "after {answered}, {refused} refused, reset: {reset:?}"
            );
            answered += 1;
        }
    }
    assert!(answered > 0 && refused > 0, "{answered}, {refused}");
}

/// Players whose connection the stop cuts: through the gate, and as WebSockets there and on the bridge.
#[test]
fn each_is_counted_once() {
    for (relays, on_gate, on_bridge) in [(2, 0, 0), (0, 1, 0), (0, 0, 1), (3, 2, 2)] {
        let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
        let (_folder, mut daemon) = daemon(&backend);
        let [_, gate, bridge] = *daemon.addresses() else {
            panic!("expected three listeners: {:?}", daemon.addresses());
        };
        let origin = Some("http://a.test");
        let web = |address, path| WebSocketClient::open(address, path, origin).unwrap();
        let players: Vec<_> = (0..relays).map(|_| relay(gate)).collect();
        let mut sockets: Vec<_> = (0..on_gate).map(|_| web(gate, "/")).collect();
        sockets.extend((0..on_bridge).map(|_| web(bridge, "/game")));
        for socket in &mut sockets {
            socket.say(b"hello");
            socket.read(5).unwrap();
        }
        daemon.terminate().unwrap();
        assert_eq!(daemon.wait(TestClient::PATIENCE).unwrap().code(), Some(0));
        let line = daemon
            .wait_for_line("stopped answered=", TestClient::PATIENCE)
            .unwrap();
        let cut = relays + on_gate + on_bridge;
        assert!(line.contains(&format!(" cut={cut} ")), "{line}");
        drop((players, sockets));
    }
}
