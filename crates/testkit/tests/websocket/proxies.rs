//! Behind a published proxy: nginx, configured as in the book. `silence.rs` tests that silence does not end a session.

use std::net::SocketAddr;

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::needs;
use testkit::port;
use testkit::real_server::{RealServer, missing};
use testkit::websocket::{WebSocketClient, ask, request, with_fields};

use super::{LIMIT, config, start};

/// nginx in front of an address.
fn nginx(port: u16, to: SocketAddr) -> RealServer {
    RealServer::start("nginx", ([127, 0, 0, 1], port).into(), |command, folder| {
        let text = format!(
            "daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log;\n\
             events {{ worker_connections 256; }}\n\
             http {{ access_log off; client_body_temp_path {dir}; proxy_temp_path {dir}; fastcgi_temp_path {dir};\n\
             uwsgi_temp_path {dir}; scgi_temp_path {dir};\n\
             server {{ listen 127.0.0.1:{port}; keepalive_timeout 0;\n\
             location / {{ proxy_pass http://{to}; proxy_http_version 1.1; \n\
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

/// The server gets the address of the proxy's client, and the policy also applies behind it.
#[test]
fn who_asks() {
    if !needs::met(missing("nginx")) {
        return;
    }
    let backend = TestBackend::start(BackendBehaviour::Record).unwrap();
    let bridge = "[bridge]\naddress = \"127.0.0.2:0\"\ntrust-forwarded-for = \"127.0.0.1/32\"\n";
    let text = config(backend.address(), "send-proxy = \"v1\"", bridge);
    let gate = start(&text);
    let port = port::free().unwrap();
    let _nginx = nginx(port, gate.bridge.unwrap());
    let to = ([127, 0, 0, 1], port).into();
    let (response, _) = ask(to, &request("/9339", Some("http://evil.test"))).unwrap();
    assert_eq!(response.status, 403);
    let fields = "Origin: http://www.a.test\r\nX-Forwarded-For: 192.0.2.1\r\n";
    let (response, stream) = ask(to, &with_fields("/9339", fields)).unwrap();
    drop(WebSocketClient::of(&response, stream).unwrap());
    let header = String::from_utf8(backend.record(LIMIT).unwrap().bytes).unwrap();
    // The proxy's own client is 127.0.0.1, which is trusted, so the address before it is believed.
    assert!(
        header.starts_with("PROXY TCP4 192.0.2.1 127.0.0.2 0 "),
        "{header}"
    );
}
