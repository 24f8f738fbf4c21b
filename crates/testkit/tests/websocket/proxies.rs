//! Behind a proxy that others wrote: nginx, as the guide sets it up.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use testkit::backend::{Backend, Manner};
use testkit::needs;
use testkit::real_server::{RealServer, missing};
use testkit::scale::short_or_long;
use testkit::websocket::{PING, WebSocket, ask, request, with_fields};

use super::{LIMIT, ORIGIN, config, echoes, free_port, start};

/// nginx in front of an address, which cuts what is silent for so many seconds.
fn nginx(port: u16, to: SocketAddr, seconds: u64) -> RealServer {
    RealServer::start("nginx", ([127, 0, 0, 1], port).into(), |command, folder| {
        let text = format!(
            "daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log;\n\
             events {{ worker_connections 256; }}\n\
             http {{ access_log off; client_body_temp_path {dir}; proxy_temp_path {dir}; fastcgi_temp_path {dir};\n\
             uwsgi_temp_path {dir}; scgi_temp_path {dir};\n\
             server {{ listen 127.0.0.1:{port}; keepalive_timeout 0;\n\
             location / {{ proxy_pass http://{to}; proxy_http_version 1.1; proxy_read_timeout {seconds}s;\n\
             proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\";\n\
             proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_buffering off; }} }} }}\n",
            dir = folder.path().display()
        );
        let path = folder.file("nginx.conf", text)?;
        command.arg("-p").arg(folder.path()).arg("-c").arg(path);
        Ok(())
    })
    .expect("nginx")
}

/// A silent session outlives the patience of the proxy, for it is pinged; without that it would not.
#[test]
fn a_silent_session() {
    if !needs::met(missing("nginx")) {
        return;
    }
    // As proxies and flashgate come, or a thirtieth of it.
    let (patience, ping, silence) = short_or_long((2, "1s", 5), (60, "30s", 600));
    let backend = Backend::start(Manner::Echo).unwrap();
    let bridge = |ping| {
        let text = format!("[bridge]\naddress = \"127.0.0.1:0\"\nping = \"{ping}\"\n");
        start(&config(backend.address(), "", &text))
    };
    let (pinging, silent) = (bridge(ping), bridge("1h"));
    let ports = [free_port(), free_port()];
    let [one, two] = ports.map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
    let _proxies = [
        nginx(one.port(), pinging.bridge.unwrap(), patience),
        nginx(two.port(), silent.bridge.unwrap(), patience),
    ];
    let mut kept = WebSocket::open(one, "/9339", ORIGIN).unwrap();
    let mut cut = WebSocket::open(two, "/9339", ORIGIN).unwrap();
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(silence) {
        assert_eq!(kept.frame().unwrap().map(|frame| frame.first), Some(PING));
    }
    echoes(&mut kept, b"still here");
    assert!(!matches!(cut.frame(), Ok(Some(_))), "nginx has not cut it");
}

/// The server is told the address that the proxy was called from, and the policy holds behind it too.
#[test]
fn who_asks() {
    if !needs::met(missing("nginx")) {
        return;
    }
    let backend = Backend::start(Manner::Record).unwrap();
    let bridge = "[bridge]\naddress = \"127.0.0.2:0\"\ntrust-forwarded-for = \"127.0.0.1/32\"\n";
    let text = config(backend.address(), "send-proxy = \"v1\"", bridge);
    let gate = start(&text);
    let port = free_port();
    let _nginx = nginx(port, gate.bridge.unwrap(), 60);
    let to = ([127, 0, 0, 1], port).into();
    let (response, _) = ask(to, &request("/9339", Some("http://evil.test"))).unwrap();
    assert_eq!(response.status, 403);
    let fields = "Origin: http://www.a.test\r\nX-Forwarded-For: 192.0.2.1\r\n";
    let (response, stream) = ask(to, &with_fields("/9339", fields)).unwrap();
    drop(WebSocket::of(&response, stream).unwrap());
    let header = String::from_utf8(backend.record(LIMIT).unwrap().bytes).unwrap();
    // The proxy itself was called from 127.0.0.1, which is trusted, so what stands before that is believed.
    assert!(
        header.starts_with("PROXY TCP4 192.0.2.1 127.0.0.2 0 "),
        "{header}"
    );
}
