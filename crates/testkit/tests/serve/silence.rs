//! An idle WebSocket behind an nginx that closes idle connections: pings keep it open.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::TestClient;
use testkit::daemon::{Daemon, address_in};
use testkit::figure;
use testkit::folder::Folder;
use testkit::needs;
use testkit::real_server::{RealServer, missing};
use testkit::scale::short_or_long;
use testkit::websocket::{BINARY, PING, PONG, WebSocketClient, frame};

/// nginx in front of the bridge at `/to/game`, and in front of a server that never answers elsewhere.
fn nginx(port: u16, bridge: SocketAddr, nobody: SocketAddr, patience: Duration) -> RealServer {
    let patience = patience.as_secs();
    RealServer::start("nginx", ([127, 0, 0, 1], port).into(), |command, folder| {
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary = temporary.map(|name| format!("{name}_temp_path .;")).join(" ");
        let text = format!(
            "daemon off; master_process off; pid pid; error_log error.log; events {{ }}\n\
             http {{ access_log off; {temporary} proxy_read_timeout {patience}s;\n\
             server {{ listen 127.0.0.1:{port};\n\
             location / {{ proxy_pass http://{nobody}; }}\n\
             location /to/ {{ proxy_pass http://{bridge}; proxy_http_version 1.1;\n\
             proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }} }} }}\n"
        );
        let path = folder.file("nginx.conf", text)?;
        command.current_dir(folder.path()).args(["-p", ".", "-c"]).arg(path);
        Ok(())
    })
    .expect("nginx")
}

/// flashgate with a bridge to a server, and the address of the bridge.
fn flashgate(folder: &Folder, server: SocketAddr, ping: Duration) -> (Daemon, SocketAddr) {
    let ping = ping.as_secs();
    let config = format!(
        "[policy.p]\nrules = [{{ domain = \"a.test\", ports = \"9339\" }}]\n\
         [[gate]]\nname = \"game\"\naddress = \"127.0.0.1:0\"\npublic-port = 9339\nbackend = \"{server}\"\n\
         [bridge]\naddress = \"127.0.0.1:0\"\npath = \"/to/{{name}}\"\nping = \"{ping}s\"\n"
    );
    let path = folder.file("flashgate.toml", config).expect("a file");
    let mut daemon = Daemon::builder()
        .args(["serve", "--config"])
        .args([path])
        .start()
        .expect("a daemon");
    let line = daemon.log().iter().find(|line| line.contains("gates="));
    let bridge = line.and_then(|line| address_in(line)).expect("the bridge");
    (daemon, bridge)
}

/// Answers pings for this time, and returns how many there were. Anything else is an error.
fn keep_silent(socket: &mut WebSocketClient, silence: Duration) -> u32 {
    let (begin, mut pings) = (Instant::now(), 0);
    while begin.elapsed() < silence {
        if socket.is_silent_for(Duration::from_secs(1)) {
            continue;
        }
        let heard = socket.frame().expect("a frame").expect("no end");
        assert_eq!(heard.first, PING, "{heard:?}");
        assert!(socket.send(&frame(PONG, &heard.payload)));
        pings += 1;
    }
    pings
}

#[test]
fn outlasts_nginx() {
    if !needs::met(missing("nginx")) {
        return;
    }
    // The defaults of nginx and of flashgate; the short form is faster by the same factor.
    let (patience, ping, silence) = short_or_long((5, 1, 7), (60, 30, 600));
    let [patience, ping, silence] = [patience, ping, silence].map(Duration::from_secs);
    let (folder, server) = (
        Folder::new().unwrap(),
        TestBackend::start(BackendBehaviour::Hold).unwrap(),
    );
    let (_daemon, bridge) = flashgate(&folder, server.address(), ping);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = testkit::port::free().unwrap();
    let _nginx = nginx(port, bridge, nobody.local_addr().unwrap(), patience);
    let front = SocketAddr::from(([127, 0, 0, 1], port));
    let mut socket = WebSocketClient::open(front, "/to/game", Some("http://a.test")).unwrap();
    let mut game = server.next(TestClient::PATIENCE).unwrap();
    let mut other = TestClient::connect(front).unwrap();
    other.send(b"GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n");
    let pings = keep_silent(&mut socket, silence);
    // nginx closes connections that are silent for this time: by now it has closed the other one.
    assert!(other.hear().bytes.starts_with(b"HTTP/1.1 504 "));
    game.write_all(b"still here").unwrap();
    let heard = socket.next_frame().unwrap();
    assert_eq!(
        (heard.first, &heard.payload[..]),
        (BINARY, &b"still here"[..])
    );
    assert!(socket.say(b"so am I"));
    let mut said = [0; 7];
    game.read_exact(&mut said).unwrap();
    assert_eq!(&said, b"so am I");
    figure::report(
        "silence",
        format!(
            "{silence:?} of silence behind an nginx that waits {patience:?}: open, {pings} pings"
        ),
    );
}
