//! An echo server that supports Flash's `Socket` and, on the same port, its `SecureSocket`.
//!
//! A `SecureSocket` fetches its policy over TLS too. So the acceptor is used twice: on the TCP connection and, if that
//! is TLS, on the stream inside.
//!
//! Run `cargo run -p tokio-flash-policy --example tls -- chain.pem key.pem`, and in another terminal `printf
//! '<policy-file-request/>\0' | openssl s_client -quiet -connect 127.0.0.1:9339`.

use std::error::Error;
use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, copy, split};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_flash_policy::flash_policy::{Policy, Reply};
use tokio_flash_policy::{Accepted, PolicyAcceptor, StreamKind};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stderr, reason = "an example's output")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let mut files = std::env::args_os().skip(1);
    let (Some(chain), Some(key)) = (files.next(), files.next()) else {
        return Err("usage: tls CHAIN.pem KEY.pem".into());
    };
    let tls = tls(chain.as_ref(), key.as_ref())?;
    // Movies from www.example.com may connect to this port.
    let policy = Policy::new().allow("www.example.com", 9339)?;
    let policy = PolicyAcceptor::new(Reply::new(&policy)?);
    let acceptors = Acceptors { policy, tls };
    serve(TcpListener::bind("127.0.0.1:9339").await?, acceptors).await;
    Ok(())
}

/// Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Acceptors {
    pub(crate) policy: PolicyAcceptor,
    pub(crate) tls: TlsAcceptor,
}

/// Reads the certificate with its chain, and the key.
pub(crate) fn tls(chain: &Path, key: &Path) -> Result<TlsAcceptor, Box<dyn Error>> {
    let certificates = CertificateDer::pem_file_iter(chain).and_then(Iterator::collect);
    let chain = certificates.map_err(|error| format!("{}: {error}", chain.display()))?;
    let key =
        PrivateKeyDer::from_pem_file(key).map_err(|error| format!("{}: {error}", key.display()))?;
    let config = ServerConfig::builder().with_no_client_auth();
    Ok(Arc::new(config.with_single_cert(chain, key)?).into())
}

/// Serves forever.
pub(crate) async fn serve(listener: TcpListener, acceptors: Acceptors) {
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            // Neither a client that has gone nor a lack of file descriptors lasts. Keep serving.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let acceptors = acceptors.clone();
        // An error means that the client is gone.
        tokio::spawn(async move { answer_or_echo(socket, &acceptors).await });
    }
}

/// Runs in the client's own task, because a client may take 10 s to send its first bytes.
async fn answer_or_echo(socket: TcpStream, acceptors: &Acceptors) -> io::Result<()> {
    match acceptors.policy.accept_tcp(socket).await? {
        Accepted::Answered(_) => Ok(()),
        Accepted::Stream(stream, StreamKind::Tls) => {
            let stream = timeout(HANDSHAKE, acceptors.tls.accept(stream)).await??;
            match acceptors.policy.accept(stream).await? {
                Accepted::Answered(_) => Ok(()),
                Accepted::Stream(stream, _) => echo(stream).await,
            }
        }
        Accepted::Stream(stream, _) => echo(stream).await,
    }
}

/// The time for a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

async fn echo(stream: impl AsyncRead + AsyncWrite) -> io::Result<()> {
    let (mut from, mut to) = split(stream);
    copy(&mut from, &mut to).await.map(drop)
}
