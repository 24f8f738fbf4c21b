//! The TLS example: policies and ordinary clients, in plain text and inside TLS, on one port.

#![cfg(test)]

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use flash_policy::{Policy, REQUEST, Reply};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_flash_policy::PolicyAcceptor;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

#[path = "../examples/tls.rs"]
#[expect(dead_code, reason = "the test starts the server without `main`")]
mod tls;

/// A server, and the certificate that it uses.
struct Started {
    address: SocketAddr,
    reply: Reply,
    certificate: CertificateDer<'static>,
}

async fn start() -> Started {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".into()]).unwrap();
    let file = |name: &str, text: String| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let chain = file("example-chain.pem", cert.pem());
    let key = file("example-key.pem", signing_key.serialize_pem());
    let acceptor = tls::tls(&chain, &key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let policy = Policy::new().allow("*", address.port()).unwrap();
    let reply = Reply::new(&policy).unwrap();
    let acceptors = tls::Acceptors {
        policy: PolicyAcceptor::new(reply.clone()),
        tls: acceptor,
    };
    tokio::spawn(tls::serve(listener, acceptors));
    Started {
        address,
        reply,
        certificate: cert.der().clone(),
    }
}

impl Started {
    async fn plain(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn secure(&self) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = TlsConnector::from(Arc::new(config));
        let name = "localhost".try_into().unwrap();
        connector.connect(name, self.plain().await).await.unwrap()
    }
}

/// What comes back, up to the end of the stream.
async fn heard(mut client: impl AsyncRead + AsyncWrite + Unpin, sent: &[u8]) -> Vec<u8> {
    client.write_all(sent).await.unwrap();
    let mut heard = Vec::new();
    client.read_to_end(&mut heard).await.unwrap();
    heard
}

async fn is_echoed(mut client: impl AsyncRead + AsyncWrite + Unpin, sent: &[u8]) {
    client.write_all(sent).await.unwrap();
    let mut back = vec![0; sent.len()];
    client.read_exact(&mut back).await.unwrap();
    assert_eq!(back, sent);
}

#[tokio::test]
async fn policies_and_clients_inside_tls_and_outside() {
    let server = start().await;
    assert_eq!(
        heard(server.plain().await, REQUEST).await,
        server.reply.as_bytes()
    );
    assert_eq!(
        heard(server.secure().await, REQUEST).await,
        server.reply.as_bytes()
    );
    is_echoed(server.plain().await, b"LOGIN\0").await;
    is_echoed(server.secure().await, b"LOGIN\0").await;
}
