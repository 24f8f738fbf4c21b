//! Master policy files over HTTP: `/crossdomain.xml` and `/clientaccesspolicy.xml`.
//!
//! Plug-ins load them like any other file, so everyone gets the bytes. The policy itself decides which pages of other
//! sites may read them with `fetch`, as Ruffle does.

use std::borrow::Cow;

use flash_policy::Scheme;
use flashgate_config::snapshot::{FileReaders, MasterFile, MasterFileContent, Service};
use flashgate_wire::http::{Caching, HttpRequest, Method, Methods, Readers, Response, StatusCode};
use flashgate_wire::websocket;

use crate::connection::waiting::Waiting;

/// The header that gives the meta-policy of the whole server.
const META_POLICY: &str = "X-Permitted-Cross-Domain-Policies";

/// Whether a request is for a file that is served here, and not for a WebSocket.
pub(super) fn is_asked_for(request: &HttpRequest, service: &Service) -> bool {
    file(request, service).is_some() && !websocket::is_asked_for(request)
}

fn file<'a>(request: &HttpRequest, service: &'a Service) -> Option<&'a MasterFile> {
    service.files.as_ref()?.at(&request.path)
}

/// The response, if the request is for a file that is served here.
pub(super) fn answer(request: &HttpRequest, waiting: &Waiting) -> Option<Response> {
    let file = file(request, &waiting.service)?;
    let scheme = if waiting.stream.is_secure() {
        Scheme::Https
    } else {
        Scheme::Http
    };
    let content = file.over(scheme);
    let answer = match request.method {
        Method::Options => allowed(file, scheme, request),
        Method::Get | Method::Head => response(file, content, request),
    };
    Some(answer.readable_by(readers(file, scheme, request)))
}

/// The file, unless the client has it already.
fn response(file: &MasterFile, content: &MasterFileContent, request: &HttpRequest) -> Response {
    let content_type = file.kind.content_type();
    let mut response = if has_already(request, &content.tag) {
        Response::typed(StatusCode::NotModified, content_type, "")
    } else {
        Response::typed(StatusCode::Ok, content_type, content.bytes.clone())
    };
    if let Some(value) = file.meta_policy() {
        response = response.with(META_POLICY, value);
    }
    response
        .with("ETag", content.tag.clone())
        .cached(Caching::Asking)
}

/// The pages that may read it.
fn readers(file: &MasterFile, scheme: Scheme, request: &HttpRequest) -> Readers {
    let origin = request.only("origin");
    match file.readers(scheme, origin) {
        FileReaders::Everyone => Readers::Everybodys,
        FileReaders::NotThisPage => Readers::Origin(None),
        FileReaders::ThisPage => {
            let origin = origin.map(String::from_utf8_lossy);
            Readers::Origin(origin.map(Cow::into_owned))
        }
    }
}

/// Whether the client has these bytes (RFC 9110, 13.1.2).
fn has_already(request: &HttpRequest, tag: &str) -> bool {
    let lists = request.values("if-none-match");
    let mut tags = lists.flat_map(|list| list.split(|byte| *byte == b','));
    tags.any(|its| {
        let its = its.trim_ascii();
        its == b"*" || its.strip_prefix(b"W/").unwrap_or(its) == tag.as_bytes()
    })
}

/// The response to a preflight request. A page may send it before it asks for the file.
fn allowed(file: &MasterFile, scheme: Scheme, request: &HttpRequest) -> Response {
    let methods = Methods::WithOptions.listed();
    let response = Response::plain(StatusCode::Ok, "")
        .with("Allow", methods)
        .with("Access-Control-Allow-Methods", methods)
        .with("Access-Control-Allow-Private-Network", "true");
    let headers = sendable(file, scheme, request);
    if headers.is_empty() {
        response
    } else {
        response.with("Access-Control-Allow-Headers", headers)
    }
}

/// Those of the headers in a preflight request that the policy lets its page send.
fn sendable(file: &MasterFile, scheme: Scheme, request: &HttpRequest) -> String {
    let lists = request.values("access-control-request-headers");
    let names = lists.flat_map(|list| list.split(|byte| *byte == b','));
    let names = names.filter_map(|name| std::str::from_utf8(name.trim_ascii()).ok());
    // Only valid names may be repeated in the response.
    let names = names.filter(|name| !name.is_empty() && name.bytes().all(is_of_name));
    let origin = request.only("origin");
    file.sendable(scheme, origin, names).join(", ")
}

/// Whether a byte is in names that browsers send here.
const fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}
