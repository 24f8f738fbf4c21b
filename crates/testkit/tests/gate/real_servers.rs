//! Published servers behind a gate and in front of it: a web server, an IRC server and a balancer.

use std::net::SocketAddr;

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::client::{StreamEnd, TestClient};
use testkit::needs;
use testkit::port;
use testkit::real_server::{RealServer, missing};

use super::{asks, config, echoes, start};

fn local(port: u16) -> SocketAddr {
    ([127, 0, 0, 1], port).into()
}

fn nginx(port: u16) -> RealServer {
    RealServer::start("nginx", local(port), |command, folder| {
        let text = format!(
            "daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log;\n\
             events {{ worker_connections 256; }}\n\
             http {{ access_log off; client_body_temp_path {dir}; proxy_temp_path {dir}; fastcgi_temp_path {dir};\n\
             uwsgi_temp_path {dir}; scgi_temp_path {dir};\n\
             server {{ listen 127.0.0.1:{port}; keepalive_timeout 60s;\n\
             location = /one {{ return 200 \"the first\"; }}\n\
             location = /two {{ return 404 \"the second\"; }}\n\
             location = /echo {{ proxy_pass http://127.0.0.1:{port}/body; }}\n\
             location = /body {{ return 200 \"$request_method $http_content_length\"; }} }} }}\n",
            dir = folder.path().display()
        );
        let path = folder.file("nginx.conf", text)?;
        command.arg("-p").arg(folder.path()).arg("-c").arg(path);
        Ok(())
    })
    .expect("nginx")
}

/// Two requests on one connection, in pieces; the second is pipelined with a third that asks for the close.
fn converse(to: SocketAddr) -> String {
    let mut client = TestClient::connect(to).unwrap();
    client.send(b"GE");
    client.send(b"T /one HTTP/1.1\r\nHost: a.test\r\n\r\n");
    let mut first = Vec::new();
    while !first.ends_with(b"the first") {
        let mut byte = [0];
        client.read_exact(&mut byte).expect("a response");
        first.push(byte[0]);
    }
    client.send(b"POST /echo HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\n<poli");
    client.send(b"GET /two HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n");
    let heard = client.hear();
    assert_eq!(heard.end, StreamEnd::Fin);
    let all = String::from_utf8([first, heard.bytes].concat()).unwrap();
    let lines = all.split("\r\n").filter(|line| !line.starts_with("Date: "));
    lines.collect::<Vec<_>>().join("\r\n")
}

/// A web server, a game and policies on one port.
#[test]
fn a_web_server_beside_the_game() {
    if !needs::met(missing("nginx")) {
        return;
    }
    let port = port::free().unwrap();
    let _nginx = nginx(port);
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let gate = start(&config(
        backend.address(),
        &format!("http-backend = \"127.0.0.1:{port}\""),
        "",
    ));
    let direct = converse(local(port));
    assert!(
        direct.contains("the first") && direct.contains("POST 5") && direct.contains("the second"),
        "{direct}"
    );
    for _ in 0..10 {
        assert_eq!(converse(gate.address()), direct);
        asks(gate.address());
        echoes(&mut gate.client(), b"LOGIN");
        // This is not HTTP.
        echoes(&mut gate.client(), b"GETAWAY now\r\n");
        echoes(&mut gate.client(), b"\x16\x03\x01\x00\x05hello");
    }
}

/// HTTP goes to the game if there is no web server and WebSockets are off.
#[test]
fn http_without_a_web_server() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let gate = start(&config(backend.address(), "websocket = false", ""));
    for request in [
        "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "POST /x HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "CONNECT a.test:80 HTTP/1.1\r\n\r\n",
    ] {
        echoes(&mut gate.client(), request.as_bytes());
    }
}

/// An IRC server that sends something before a client is registered.
#[test]
fn an_irc_server_that_greets() {
    if !needs::met(missing("ngircd")) {
        return;
    }
    let port = port::free().unwrap();
    let ngircd = RealServer::start("ngircd", local(port), |command, folder| {
        let text = format!( // tidy: allow(nobody)
            "[Global]\nName = irc.a.test\nInfo = a test\nPorts = {port}\nListen = 127.0.0.1\nServerUID = nobody\n\
             ServerGID = nogroup\nMotdPhrase = welcome\n\
             [Limits]\nMaxConnectionsIP = 0\n\
             [Options]\nNoticeBeforeRegistration = yes\nIdent = no\nDNS = yes\nPAM = no\n"
        );
        let path = folder.file("ngircd.conf", text)?;
        command.arg("--nodaemon").arg("--config").arg(path);
        Ok(())
    })
    .unwrap();
    let gate = start(&config(format!("127.0.0.1:{port}"), "", ""));
    asks(gate.address());
    let mut client = gate.client();
    // Before it has sent anything.
    let greeting = line(&mut client);
    assert!(greeting.contains("NOTICE"), "{greeting}; {}", ngircd.log());
    client.send(b"NICK player\r\nUSER player 0 * :a player\r\n");
    let mut said = Vec::new();
    while !said
        .last()
        .is_some_and(|last: &String| last.contains(" 001 "))
    {
        let next = line(&mut client);
        if let Some(token) = next.strip_prefix("PING ") {
            client.send(format!("PONG {token}\r\n").as_bytes());
        }
        said.push(next);
    }
    client.send(b"QUIT\r\n");
    assert_ne!(client.hear().end, StreamEnd::None);
    asks(gate.address());
}

fn line(client: &mut TestClient) -> String {
    let mut bytes = Vec::new();
    while bytes.last() != Some(&b'\n') {
        let mut byte = [0];
        client.read_exact(&mut byte).expect("a line");
        bytes.push(byte[0]);
    }
    String::from_utf8(bytes).unwrap().trim_end().to_owned()
}

/// A balancer in front names the client, and the gate passes that on.
#[test]
fn haproxy_in_front() {
    if !needs::met(missing("haproxy")) {
        return;
    }
    for version in ["send-proxy", "send-proxy-v2"] {
        let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
        let gate = start(&config(
            backend.address(),
            "accept-proxy = [\"127.0.0.0/8\"]\nsend-proxy = \"v1\"",
            "",
        ));
        let port = port::free().unwrap();
        let _haproxy = RealServer::start("haproxy", local(port), |command, folder| {
            let text = format!(
                "defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n\
                 listen front\n  bind 127.0.0.1:{port}\n  server gate {} {version}\n",
                gate.address()
            );
            command.arg("-db").arg("-f").arg(folder.file("haproxy.cfg", text)?);
            Ok(())
        })
        .unwrap();
        asks(local(port));
        let mut client = TestClient::connect_from([127, 0, 7, 7].into(), local(port)).unwrap();
        let own = client.address().unwrap();
        client.send(b"LOGIN");
        client.half_close().unwrap();
        assert_eq!(client.hear().end, StreamEnd::Fin);
        let header = format!("PROXY TCP4 127.0.7.7 127.0.0.1 {} {port}\r\n", own.port());
        backend
            .records_until(format!("{header}LOGIN").as_bytes(), super::LIMIT)
            .expect(&header);
    }
}
