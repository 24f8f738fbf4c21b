//! Clients with a wrong setup: recognizes them by their first bytes, and says what to change.
//!
//! Such a client only sees its connection close, so the log is the only place that shows why.

use flash_policy::REQUEST;
use flash_policy::near_request::{self, Slip};
use flash_policy::reply::Dialect;
use flashgate_config::snapshot::{Service, ServiceKind};
use flashgate_wire::proxy_header;

use super::ConnectionOutcome;
use crate::log::Sampler;

/// The probable mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    /// HTTP on a policy port.
    Http,
    /// TLS on a port without TLS.
    Tls,
    /// A PROXY header from a peer that is not in `accept-proxy`.
    ProxyHeader,
    /// A policy request where only HTTP is spoken: on the bridge, or at the address of `[http]`.
    PolicyOverHttp,
    /// A Flash player where Silverlight asks.
    FlashOnSilverlight,
    /// Almost a policy request.
    NearRequest(Slip),
}

/// One sampler for each kind, so that a frequent one does not hide a rare one.
#[derive(Debug)]
pub(super) struct Samplers([Sampler; 6]);

impl Samplers {
    pub(super) fn new() -> Self {
        Self(
            [
                "http",
                "tls",
                "proxy-header",
                "policy-over-http",
                "flash-on-silverlight",
                "near-request",
            ]
            .map(Sampler::of_warnings),
        )
    }

    pub(super) const fn of(&self, mistake: Mistake) -> &Sampler {
        let [
            http,
            tls,
            proxy_header,
            policy_over_http,
            flash_on_silverlight,
            near_request,
        ] = &self.0;
        match mistake {
            Mistake::Http => http,
            Mistake::Tls => tls,
            Mistake::ProxyHeader => proxy_header,
            Mistake::PolicyOverHttp => policy_over_http,
            Mistake::FlashOnSilverlight => flash_on_silverlight,
            Mistake::NearRequest(_) => near_request,
        }
    }
}

impl Mistake {
    /// The mistake behind a connection that was closed without an answer.
    pub(super) fn closed(
        outcome: ConnectionOutcome,
        received: &[u8],
        service: &Service,
    ) -> Option<Self> {
        let unanswered = matches!(
            outcome,
            ConnectionOutcome::NotARequest
                | ConnectionOutcome::EndedEarly
                | ConnectionOutcome::Deadline
                | ConnectionOutcome::Tls
        );
        let by_bytes = unanswered.then(|| Self::by_bytes(received)).flatten();
        let speaks_http = matches!(service.kind, ServiceKind::Bridge(_) | ServiceKind::Http);
        let asked_there = speaks_http && is_a_request(received);
        by_bytes.or(if outcome == ConnectionOutcome::Http {
            Some(Self::Http)
        } else if outcome == ConnectionOutcome::Tls {
            Some(Self::Tls)
        } else if outcome == ConnectionOutcome::NotARequest && asked_there {
            Some(Self::PolicyOverHttp)
        } else {
            None
        })
    }

    /// The mistake behind a request that was answered. A Flash player can't use a policy for Silverlight.
    pub(super) fn answered(received: &[u8], service: &Service) -> Option<Self> {
        let dialect = service.policy().map(|policy| policy.reply.dialect());
        let confused = dialect == Some(Dialect::Silverlight) && received.starts_with(REQUEST);
        confused.then_some(Self::FlashOnSilverlight)
    }

    pub(super) fn by_bytes(received: &[u8]) -> Option<Self> {
        if proxy_header::begins(received) {
            return Some(Self::ProxyHeader);
        }
        near_request::slip(received).map(Self::NearRequest)
    }

    pub(super) const fn hint(self) -> &'static str {
        match self {
            Self::Http => HTTP,
            Self::Tls => TLS,
            Self::ProxyHeader => PROXY_HEADER,
            Self::PolicyOverHttp => POLICY_OVER_HTTP,
            Self::FlashOnSilverlight => FLASH_ON_SILVERLIGHT,
            Self::NearRequest(slip) => slip.help(),
        }
    }
}

fn is_a_request(received: &[u8]) -> bool {
    flash_policy::Recognizer::new().feed(received) == flash_policy::Recognition::Policy
}

const TLS: &str =
    "this port does not use TLS: a SecureSocket, or a page's wss, needs `[tls]` in the config";

const HTTP: &str = "a policy port does not speak HTTP: a movie or page probably uses \
                    http://host:port/crossdomain.xml; sockets need xmlsocket://host:port, \
                    or nothing at all for port 843";

const PROXY_HEADER: &str = "this peer sent a PROXY header: add its address to `accept-proxy`, or turn the header off \
                            in the load balancer";

const POLICY_OVER_HTTP: &str = "`[bridge]` and `[http]` do not answer policy requests: use a `[[listen]]` address or \
                                a gate";

const FLASH_ON_SILVERLIGHT: &str = "Flash players need a `[[listen]]` without `dialect = \"silverlight\"`, usually \
                                    on port 843";

#[cfg(test)]
mod tests {
    use super::*;

    /// Each hint says what to change.
    #[test]
    fn each_hint_names_a_remedy() {
        for (mistake, word) in [
            (Mistake::Http, "xmlsocket://"),
            (Mistake::Tls, "`[tls]`"),
            (Mistake::ProxyHeader, "`accept-proxy`"),
            (Mistake::PolicyOverHttp, "`[[listen]]`"),
            (Mistake::FlashOnSilverlight, "`[[listen]]`"),
            (Mistake::NearRequest(Slip::EscapedTerminator), "printf"),
        ] {
            assert!(mistake.hint().contains(word), "{mistake:?}");
        }
    }
}
