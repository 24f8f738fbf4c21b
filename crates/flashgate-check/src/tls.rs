//! TLS as a client: a plain connection or one inside TLS, and the errors of a handshake.

use std::io;
use std::sync::Arc;

use flash_policy::Host;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

mod fault;
mod key;
mod trust;
mod verifier;

pub(crate) use fault::{Signer, TlsFault};
pub use trust::{CaFault, NamedRoots, Trust};

use trust::Roots;
use verifier::Verifier;

/// A plain or encrypted connection.
#[derive(Debug)]
pub(super) enum Stream {
    Clear(TcpStream),
    Secure(Box<TlsStream<TcpStream>>),
}

impl Stream {
    pub(super) async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Clear(stream) => stream.read(buffer).await,
            // A server that closes without `close_notify` has also ended the stream.
            Self::Secure(stream) => match stream.read(buffer).await {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
                result => result,
            },
        }
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Clear(stream) => stream.write_all(bytes).await,
            Self::Secure(stream) => {
                stream.write_all(bytes).await?;
                stream.flush().await
            }
        }
    }

    /// Closes this side. The other side may continue.
    pub(super) async fn finish(&mut self) -> io::Result<()> {
        match self {
            Self::Clear(stream) => stream.shutdown().await,
            Self::Secure(stream) => stream.shutdown().await,
        }
    }

    pub(super) fn tcp(&self) -> &TcpStream {
        match self {
            Self::Clear(stream) => stream,
            Self::Secure(stream) => stream.get_ref().0,
        }
    }
}

/// A connection inside TLS.
#[derive(Debug)]
pub(super) struct Secured {
    pub(super) stream: Stream,
    /// What is wrong with the certificate, if `--insecure` accepted it.
    pub(super) overlooked: Option<TlsFault>,
}

impl Secured {
    pub(super) const fn in_clear(stream: TcpStream) -> Self {
        Self {
            stream: Stream::Clear(stream),
            overlooked: None,
        }
    }
}

/// How this check verifies certificates. The roots are read when they are first needed.
#[derive(Clone, Debug)]
pub(super) struct TlsJudge {
    roots: Arc<Roots>,
}

impl TlsJudge {
    pub(super) fn new(trust: Trust) -> Self {
        Self {
            roots: Arc::new(Roots::new(trust)),
        }
    }

    /// Does the handshake. An address is also a valid name.
    pub(super) async fn secure(&self, stream: TcpStream, host: &Host) -> Result<Secured, TlsFault> {
        let name = match host {
            Host::Name(name) => ServerName::try_from(name.to_string())
                .map_err(|_| TlsFault::Other("the name can't be in a certificate"))?,
            Host::Address(address) => ServerName::from(*address),
        };
        let verifier = Arc::new(Verifier::new(&self.roots)?);
        let config = client(Arc::clone(&verifier))?;
        let secured = TlsConnector::from(config).connect(name, stream).await;
        match secured {
            Ok(stream) => Ok(Secured {
                stream: Stream::Secure(Box::new(stream)),
                overlooked: verifier.found(),
            }),
            Err(error) => Err(verifier.refused().unwrap_or_else(|| fault::of(&error))),
        }
    }
}

fn client(verifier: Arc<Verifier>) -> Result<Arc<ClientConfig>, TlsFault> {
    let builder = ClientConfig::builder_with_provider(verifier.provider());
    let builder = builder
        .with_safe_default_protocol_versions()
        .map_err(|_| TlsFault::Other("this program supports no TLS version"))?;
    let config = builder
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
