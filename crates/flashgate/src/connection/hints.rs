//! Samplers for the log lines that clients can cause. Each kind of line has a rate limit.

use flashgate_wire::http::HttpRequest;

use super::{ConnectionOutcome, mistake};
use crate::log::{Sampler, escaped_up_to};

/// One sampler for each kind of line.
#[derive(Debug)]
pub(super) struct HintSamplers {
    pub(super) mistakes: mistake::Samplers,
    pub(super) origin: Sampler,
    pub(super) websocket: Sampler,
    pub(super) no_gate: Sampler,
    pub(super) backend_cut: Sampler,
    pub(super) backend_ended: Sampler,
    pub(super) handshake: Sampler,
    pub(super) system: Sampler,
    pub(super) over_limit: Sampler,
    pub(super) no_room: Sampler,
    pub(super) no_relay: Sampler,
    pub(super) evicted: Sampler,
    pub(super) proxy: Sampler,
    pub(super) panic: Sampler,
    pub(super) ended: [Sampler; ConnectionOutcome::COUNT],
}

impl HintSamplers {
    pub(super) fn new() -> Self {
        Self {
            mistakes: mistake::Samplers::new(),
            // Each of these lines is about another client, and the operator may be looking for one of them.
            origin: Sampler::of_different_warnings("origin-refused"),
            websocket: Sampler::of_different_warnings("websocket-refused"),
            no_gate: Sampler::of_different_warnings("no-gate"),
            backend_cut: Sampler::of_different_warnings("backend-cut"),
            backend_ended: Sampler::of_different_news("backend-ended"),
            handshake: Sampler::of_warnings("tls-failed"),
            system: Sampler::of_warnings("system-error"),
            over_limit: Sampler::of_warnings("over-limit"),
            no_room: Sampler::of_warnings("no-room"),
            no_relay: Sampler::of_warnings("no-room-to-pass-on"),
            evicted: Sampler::of_warnings("evicted"),
            proxy: Sampler::of_warnings("proxy-refused"),
            panic: Sampler::of_warnings("connection-failed"),
            ended: ConnectionOutcome::ALL.map(|outcome| Sampler::of_connections(outcome.code())),
        }
    }
}

/// How many bytes of an origin or path are shown. A host name has at most 253 bytes.
pub(super) const LONGEST_SHOWN: usize = 300;

/// The origins of a request, escaped for the log.
pub(super) fn origin_of(request: &HttpRequest) -> String {
    let origins: Vec<_> = request.values("origin").collect();
    escaped_up_to(LONGEST_SHOWN, &origins.join(&b", "[..])).to_string()
}
