//! One HTTP request and its response, as a browser sees them, up to a limit of bytes and time.

use std::net::IpAddr;
use std::time::Duration;

use super::address::WebUrl;
use super::fault::LoadFault;
use super::fetcher::Fetcher;
use crate::converse::{DeadlineWatch, before, fixed};
use crate::dial::{DialledStream, dial};
use crate::http::{BodyReader, WebHead};
use crate::names;
use crate::tls::{Secured, Stream, TlsFault};
use crate::trace::{DialAttempt, Trace};

/// How long to wait for one answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A request, apart from its fixed fields.
#[derive(Clone, Debug)]
pub(super) struct WebRequest {
    pub(super) url: WebUrl,
    pub(super) accept: &'static str,
    pub(super) origin: Option<String>,
    pub(super) referer: Option<String>,
    /// The most bytes of the body that are needed.
    pub(super) most: usize,
}

/// The observations of one request.
#[derive(Debug)]
pub(crate) struct ExchangeScene {
    pub(crate) url: WebUrl,
    /// The `Origin` that was sent.
    pub(crate) origin: Option<String>,
    pub(crate) started: Duration,
    pub(crate) took: Duration,
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) attempts: Vec<DialAttempt>,
    /// Whether the TLS handshake succeeded. None without TLS.
    pub(crate) tls: Option<bool>,
    /// What is wrong with the certificate, if `--insecure` accepted it.
    pub(crate) overlooked: Option<TlsFault>,
    pub(crate) head: Option<WebHead>,
}

/// A response.
#[derive(Debug)]
pub(super) struct WebAnswer {
    pub(super) head: WebHead,
    pub(super) body: Vec<u8>,
}

impl Fetcher {
    /// Sends a request, and reads the response.
    pub(super) async fn exchange(
        &self,
        request: &WebRequest,
    ) -> (ExchangeScene, Result<WebAnswer, LoadFault>) {
        let mut scene = ExchangeScene {
            url: request.url.clone(),
            origin: request.origin.clone(),
            started: self.clock.elapsed(),
            took: Duration::ZERO,
            addresses: Vec::new(),
            attempts: Vec::new(),
            tls: None,
            overlooked: None,
            head: None,
        };
        let result = self.answer(request, &mut scene).await;
        scene.took = self.clock.elapsed().saturating_sub(scene.started);
        scene.head = result.as_ref().ok().map(|answer| answer.head.clone());
        (scene, result)
    }

    async fn answer(
        &self,
        request: &WebRequest,
        scene: &mut ExchangeScene,
    ) -> Result<WebAnswer, LoadFault> {
        let mut limit = fixed(self.clock.within(PATIENCE));
        let mut stream = self.connect(request, scene, &mut limit).await?;
        // A server that has closed may have answered before.
        let _ = before(&mut limit, stream.send(request.text().as_bytes())).await;
        let mut bytes = Vec::new();
        let (head, length) = loop {
            if let Some(found) = WebHead::read(&bytes)? {
                // They come before the response. 101 does not.
                if !matches!(found.0.code, 100 | 102..=199) {
                    break found;
                }
                bytes.drain(..found.1.min(bytes.len()));
                continue;
            }
            if !receive(&mut stream, &mut limit, &mut bytes).await? {
                return Err(LoadFault::HungUp);
            }
        };
        let mut body = BodyReader::new(&head, request.most);
        body.feed(bytes.get(length..).unwrap_or_default())?;
        while !body.is_done() {
            bytes.clear();
            if receive(&mut stream, &mut limit, &mut bytes).await? {
                body.feed(&bytes)?;
            } else if body.is_whole_at_end() {
                break;
            } else {
                return Err(LoadFault::HungUp);
            }
        }
        Ok(WebAnswer {
            head,
            body: body.body,
        })
    }

    async fn connect(
        &self,
        request: &WebRequest,
        scene: &mut ExchangeScene,
        limit: &mut DeadlineWatch,
    ) -> Result<Stream, LoadFault> {
        let (host, port) = (&request.url.host, request.url.port);
        let lookup = names::look_up(host, self.clock).await;
        scene.addresses = lookup.map_err(LoadFault::Name)?.addresses;
        let mut trace = Trace::default();
        let until = *limit.borrow();
        let stream = dial(&scene.addresses, port, until, self.clock, &mut trace).await;
        scene.attempts = trace.attempts;
        let stream = match stream {
            None => return Err(LoadFault::NoConnection),
            Some(DialledStream::AndReset) => return Err(LoadFault::HungUp),
            Some(DialledStream::Stream(stream)) => stream,
        };
        if !request.url.secure {
            return Ok(Secured::in_clear(stream).stream);
        }
        scene.tls = Some(false);
        let secured = before(limit, self.tls.secure(stream, host)).await;
        let secured = secured.unwrap_or(Err(TlsFault::Silence));
        let Secured { stream, overlooked } = secured.map_err(LoadFault::Tls)?;
        scene.tls = Some(true);
        scene.overlooked = overlooked;
        Ok(stream)
    }
}

/// Reads more bytes. False at the end of the stream.
async fn receive(
    stream: &mut Stream,
    limit: &mut DeadlineWatch,
    bytes: &mut Vec<u8>,
) -> Result<bool, LoadFault> {
    let mut buffer = vec![0; 16 << 10];
    match before(limit, stream.read(&mut buffer)).await {
        None => Err(LoadFault::Silence),
        Some(Err(_)) => Err(LoadFault::HungUp),
        Some(Ok(count)) => {
            bytes.extend_from_slice(buffer.get(..count).unwrap_or_default());
            Ok(count > 0)
        }
    }
}

impl WebRequest {
    fn text(&self) -> String {
        let field = |name: &str, value: &Option<String>| {
            let value = value.as_ref();
            value.map_or(String::new(), |value| format!("{name}: {value}\r\n"))
        };
        format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n\
             User-Agent: flashgate-check\r\nAccept: {accept}\r\nAccept-Encoding: identity\r\n{origin}{referer}\r\n",
            path = self.url.path,
            host = self.url.authority(),
            accept = self.accept,
            origin = field("Origin", &self.origin),
            referer = field("Referer", &self.referer),
        )
    }
}
