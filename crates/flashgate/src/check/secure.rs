//! A connection in clear or inside TLS, and what is wrong with a certificate, precisely.
//!
//! Certificates are judged by the roots that this system trusts.

use std::io;
use std::sync::Arc;

use flash_policy::Host;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, CertificateError, ClientConfig, RootCertStore};

/// What bytes go over.
#[derive(Debug)]
pub(super) enum Stream {
    Clear(TcpStream),
    Secure(Box<TlsStream<TcpStream>>),
}

impl Stream {
    pub(super) async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Clear(stream) => stream.read(buffer).await,
            // A server that leaves without a farewell has ended all the same.
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

    pub(super) fn tcp(&self) -> &TcpStream {
        match self {
            Self::Clear(stream) => stream,
            Self::Secure(stream) => stream.get_ref().0,
        }
    }
}

/// Why there is no TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TlsFault {
    /// What came is no TLS.
    NotTls,
    /// The server ended the connection, or reset it.
    HungUp,
    /// Nothing came while it was waited for.
    Silence,
    /// Its certificate is for other names.
    OtherName(Vec<String>),
    /// Its certificate has expired.
    Expired,
    /// Its certificate is not valid yet.
    NotYetValid,
    /// No root that this system trusts stands behind it.
    UnknownIssuer,
    /// It is an authority's, and no server's.
    Authority,
    /// Nothing that this system trusts is known.
    NoRoots,
    /// Something else.
    Other(String),
}

/// Does the handshake; an address is a valid name too.
pub(super) async fn secure(stream: TcpStream, host: &Host) -> Result<Stream, TlsFault> {
    let name = match host {
        Host::Name(name) => ServerName::try_from(name.to_string())
            .map_err(|error| TlsFault::Other(error.to_string()))?,
        Host::Address(address) => ServerName::from(*address),
    };
    let connector = TlsConnector::from(Arc::new(config()?));
    let secured = connector.connect(name, stream).await;
    secured
        .map(|stream| Stream::Secure(Box::new(stream)))
        .map_err(|error| fault(&error))
}

fn config() -> Result<ClientConfig, TlsFault> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(TlsFault::NoRoots);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsFault::Other(error.to_string()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn fault(error: &io::Error) -> TlsFault {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(error)) => certificate(error),
        Some(rustls::Error::InvalidMessage(_)) => TlsFault::NotTls,
        Some(other) => TlsFault::Other(other.to_string()),
        None if has_hung_up(error) => TlsFault::HungUp,
        None => TlsFault::Other(error.to_string()),
    }
}

fn has_hung_up(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    )
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the many ways to be invalid these have remedies of their own"
)]
fn certificate(error: &CertificateError) -> TlsFault {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsFault::NotYetValid
        }
        CertificateError::NotValidForName => TlsFault::OtherName(Vec::new()),
        CertificateError::NotValidForNameContext { presented, .. } => {
            TlsFault::OtherName(presented.clone())
        }
        // An authority of the same name with another key is another one.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => TlsFault::UnknownIssuer,
        // What `openssl req -x509` makes: an authority of its own, shown as a server.
        other if other.to_string().contains("CaUsedAsEndEntity") => TlsFault::Authority,
        other => TlsFault::Other(other.to_string()),
    }
}
