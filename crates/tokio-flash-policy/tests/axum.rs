//! An axum app on the port of a game.

#![cfg(test)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::http::header::ORIGIN;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::serve::ListenerExt as _;
use flash_policy::decide::decide_page;
use flash_policy::{Policy, Port, REQUEST, Reply};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_flash_policy::{AcceptConfig, Listener, PolicyAcceptor, Timing};

async fn hello(ConnectInfo(address): ConnectInfo<SocketAddr>) -> String {
    format!("hello {address}")
}

/// Sends the parts in packets of their own, and returns the answer.
async fn answer(address: SocketAddr, parts: &[&[u8]]) -> (Vec<u8>, SocketAddr) {
    let mut client = TcpStream::connect(address).await.unwrap();
    client.set_nodelay(true).unwrap();
    for part in parts {
        client.write_all(part).await.unwrap();
        tokio::task::yield_now().await;
    }
    let mut heard = Vec::new();
    let read = timeout(Duration::from_secs(60), client.read_to_end(&mut heard)).await;
    read.expect("an answer in time").unwrap();
    (heard, client.local_addr().unwrap())
}

/// HTTP needs no detection: its first byte shows that it is not a policy request, however it is split.
#[tokio::test]
async fn http_and_policies_on_one_port() {
    let hour = Duration::from_secs(3600);
    let reply = Reply::new(&Policy::new()).unwrap();
    let config = AcceptConfig::new(reply.clone()).timing(Timing::default().request(hour));
    let listener = Listener::bind("127.0.0.1:0", config.into()).await.unwrap();
    let address = axum::serve::Listener::local_addr(&listener).unwrap();
    let app = Router::new().route("/", get(hello));
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let serving = tokio::spawn(async move { axum::serve(listener.tap_io(|_| {}), app).await });

    let _silent = TcpStream::connect(address).await.unwrap();
    let request = &b"GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n"[..];
    let bytes: Vec<_> = request.chunks(1).collect();
    for parts in [&[request][..], &[&request[..1], &request[1..]], &bytes] {
        let (heard, client) = answer(address, parts).await;
        let heard = String::from_utf8(heard).unwrap();
        assert!(heard.starts_with("HTTP/1.1 200 OK\r\n"), "{heard}");
        assert!(
            heard.ends_with(&format!("\r\n\r\nhello {client}")),
            "{heard}"
        );
    }
    assert_eq!(answer(address, &[REQUEST]).await.0, reply.as_bytes());
    serving.abort();
}

/// As in the book: an app with a WebSocket of its own accepts the pages that the policy allows.
async fn check_page(
    State((policy, port)): State<(Arc<Policy>, Port)>,
    request: Request,
    next: Next,
) -> Response {
    match decide_page(&policy, request.headers().get(ORIGIN), port) {
        Ok(_rule) => next.run(request).await,
        Err(denied) => (StatusCode::FORBIDDEN, format!("{denied}\n")).into_response(),
    }
}

#[tokio::test]
async fn pages_need_the_same_policy() {
    let policy = Policy::new().allow("www.example.com", 9339).unwrap();
    let acceptor = PolicyAcceptor::new(Reply::new(&policy).unwrap());
    let listener = Listener::bind("127.0.0.1:0", acceptor).await.unwrap();
    let address = listener.local_addr().unwrap();
    let allowed = (Arc::new(policy), Port::new(9339).unwrap());
    let app = Router::new()
        .route("/ws", get(|| async { "yours" }))
        .layer(from_fn_with_state(allowed, check_page));
    let serving = tokio::spawn(async move { axum::serve(listener, app).await });

    for (origin, expected) in [
        ("Origin: https://www.example.com\r\n", "HTTP/1.1 200 OK\r\n"),
        (
            "Origin: https://www.example.org\r\n",
            "HTTP/1.1 403 Forbidden\r\n",
        ),
        (
            "Origin: https://www.example.com/x\r\n",
            "HTTP/1.1 403 Forbidden\r\n",
        ),
        ("Origin: null\r\n", "HTTP/1.1 403 Forbidden\r\n"),
        ("", "HTTP/1.1 403 Forbidden\r\n"),
    ] {
        let request =
            format!("GET /ws HTTP/1.1\r\nHost: a.test\r\n{origin}Connection: close\r\n\r\n");
        let (heard, _) = answer(address, &[request.as_bytes()]).await;
        let heard = String::from_utf8(heard).unwrap();
        assert!(heard.starts_with(expected), "{origin:?}: {heard}");
    }
    serving.abort();
}
