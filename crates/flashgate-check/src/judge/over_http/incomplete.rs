//! A response that did not arrive completely, or that can't be read: what is missing, and what to do.

use flash_policy::parse::LARGEST;
use flash_policy::player::ConnectionEnd;

use super::super::case::PolicyConnection;
use crate::http;
use crate::shown::shown_text;

/// Why a response can't be used, and the fix.
pub(super) struct Unreadable {
    pub(super) why: String,
    pub(super) help: &'static str,
}

/// Why the body of a response with status 200 is not the document, if so.
pub(super) fn body(asked: PolicyConnection<'_>) -> Option<Unreadable> {
    let (step, trace) = (&asked.seen.step, &asked.seen.trace);
    let reply = http::read(&trace.bytes)?;
    let coding = reply.head.field("content-encoding");
    if let Some(coding) = coding.filter(|coding| !coding.eq_ignore_ascii_case("identity")) {
        return Some(Unreadable {
            why: format!(
                "it arrives compressed (`Content-Encoding`: {}), although nothing asked for that",
                shown_text(&coding)
            ),
            help: "let the web server send the file uncompressed",
        });
    }
    if trace.is_full() || reply.body.len() > LARGEST {
        return Some(Unreadable {
            why: "the response is longer than 64 KiB".to_owned(),
            help: "check what the web server serves there: a policy is much shorter",
        });
    }
    if matches!(step.end, Some((ConnectionEnd::TimedOut, _))) {
        return Some(Unreadable {
            why: "the response does not end in time".to_owned(),
            help: "let the web server send a correct `Content-Length`, or close the connection after the file",
        });
    }
    if !reply.is_cut() {
        return None;
    }
    let length = reply.head.field("content-length");
    let is_chunked = reply.head.field("transfer-encoding").is_some();
    if let Some(length) = length.as_ref().filter(|it| it.parse::<u64>().is_err()) {
        return Some(Unreadable {
            why: format!(
                "its `Content-Length` is {}, which is not a length",
                shown_text(length)
            ),
            help: "let the web server send a correct `Content-Length`",
        });
    }
    let (bytes, of) = (reply.body.len(), length.filter(|_| !is_chunked));
    let of = of.map_or(String::new(), |length| format!(" of {length}"));
    Some(Unreadable {
        why: format!("the response ends too early, after {bytes}{of} bytes"),
        help: "let the web server send the whole file, with a correct `Content-Length`",
    })
}

/// What arrived instead of the head of a response.
pub(super) fn head(asked: PolicyConnection<'_>) -> String {
    let (trace, port) = (&asked.seen.trace, asked.port());
    if !http::is_response(&trace.bytes) {
        return format!("port {port} does not answer in HTTP");
    }
    if trace.end.is_none() && !trace.is_full() {
        return "the head of the response does not end in time".to_owned();
    }
    format!("port {port} does not answer in correct HTTP")
}
