//! Fetches a policy from a web server as a player does: over plain HTTP, and with the redirects that stay on the same
//! host and port and lead to a file in the root folder.
//!
//! Nothing here decides whether the policy counts. The player gets the content type, the site's meta-policy and the
//! number of redirects.

use std::time::Duration;

use super::clock::CheckClock;
use super::converse::{Call, DeadlineWatch, OwnedEvent, Speech, converse};
use super::http::{self, WebReply};
use super::trace::{DialAttempt, Ended, Trace, WebVisit};
use super::web::WebUrl;

/// More than any web server needs for one file.
pub(super) const MOST_REDIRECTS: usize = 5;

/// Fetches the file at this path.
pub(super) async fn fetch(
    call: &Call,
    path: &str,
    clock: CheckClock,
    limit: DeadlineWatch,
    mut tell: impl FnMut(OwnedEvent),
) -> Trace {
    let mut url = WebUrl::in_clear(&call.host, call.port, path);
    let mut before = Trace::default();
    loop {
        let speech = Speech::Page(http::request(&url.authority(), &url.path));
        let call = Call {
            speech,
            ..call.clone()
        };
        let early = |said: OwnedEvent| {
            let is_dial = matches!(
                said,
                OwnedEvent::Connected | OwnedEvent::Refused | OwnedEvent::TimedOut
            );
            if is_dial {
                tell(said);
            }
        };
        let mut trace = converse(&call, clock, limit.clone(), early).await;
        let is_connected = trace.attempts.last().is_some_and(DialAttempt::is_connected);
        let reply = http::read(&trace.bytes);
        let next = reply.as_ref().and_then(|reply| redirect(&url, reply));
        before.visits.push(WebVisit {
            url: url.to_string(),
            head: reply.as_ref().map(|reply| reply.head.clone()),
        });
        trace.attempts.splice(..0, before.attempts.drain(..));
        trace.visits.append(&mut before.visits);
        let redirects = trace.visits.len();
        match next {
            Some(next) if may_follow(&call, &next) && redirects <= MOST_REDIRECTS => {
                url = next;
                before = trace;
            }
            Some(_) | None => {
                let followed = redirects - 1 + usize::from(next.is_some());
                if is_connected {
                    told(&trace, reply, followed, tell);
                }
                return trace;
            }
        }
    }
}

/// Where a redirect leads.
fn redirect(url: &WebUrl, reply: &WebReply) -> Option<WebUrl> {
    let location = reply.head.field("location");
    let location = location.filter(|_| reply.head.is_redirect())?;
    url.join(&location).ok()
}

/// Whether a player can use what is there for sockets.
fn may_follow(call: &Call, next: &WebUrl) -> bool {
    let path = next.path.split('?').next().unwrap_or_default();
    !next.secure && (&next.host, next.port) == (&call.host, call.port) && path.rfind('/') == Some(0)
}

/// Reports the response to the player.
fn told(
    trace: &Trace,
    reply: Option<WebReply>,
    redirects: usize,
    mut tell: impl FnMut(OwnedEvent),
) {
    let has_ended = trace.end.is_some();
    let Some(reply) = reply.filter(|reply| reply.is_whole || has_ended) else {
        // If the limit has passed, the player gave up before.
        if has_ended || trace.is_full() {
            tell(OwnedEvent::NoDocument);
        }
        return;
    };
    tell(OwnedEvent::Responded {
        content_type: reply.head.field("content-type"),
        meta_policy: reply.head.field("x-permitted-cross-domain-policies"),
        redirects,
    });
    let was_reset = matches!(trace.end, Some((Ended::Reset, _)));
    if reply.head.code != 200 || reply.is_compressed() || (reply.is_cut() && !was_reset) {
        tell(OwnedEvent::NoDocument);
    } else if !reply.is_whole && was_reset {
        tell(OwnedEvent::Received(reply.body));
        tell(OwnedEvent::Reset);
    } else {
        tell(OwnedEvent::Received(reply.body));
        tell(OwnedEvent::Finished);
    }
}

/// Fetches a file for a finding, within this time.
pub(super) async fn look(call: &Call, path: &str, clock: CheckClock, most: Duration) -> Trace {
    let limit = super::converse::fixed(clock.within(most));
    fetch(call, path, clock, limit, |_| ()).await
}
