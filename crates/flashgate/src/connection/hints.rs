//! What strangers could make the log say: each kind of it only so often.

use flashgate_wire::http::HttpRequest;

use super::{ConnectionOutcome, mistake};
use crate::log::{Sampler, escaped_up_to};

/// What a stranger could provoke at any rate is not logged at any rate.
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
            // Each of these names another client, and the operator looks for one of them.
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

/// How much is shown of an origin or a path: a host name has 253 bytes at most.
pub(super) const LONGEST_SHOWN: usize = 300;

/// The origins of a request, fit for a log.
pub(super) fn origin_of(request: &HttpRequest) -> String {
    let origins: Vec<_> = request.values("origin").collect();
    escaped_up_to(LONGEST_SHOWN, &origins.join(&b", "[..])).to_string()
}
