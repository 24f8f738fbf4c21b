//! One request on a connection, and for whom it asks.

use std::net::SocketAddr;

use flashgate_wire::http::{HttpRequest, Method, Response, StatusCode};
use flashgate_wire::proxy_header::Addresses;

use super::forwarded;
use crate::connection::waiting::{Sender, Waiting};
use crate::limits::OverLimit;

/// A connection that speaks HTTP, and what is known of it.
pub(super) struct Exchange<'a> {
    pub(super) waiting: &'a mut Waiting,
    pub(super) method: Method,
    /// Where in what was read the head ends; what stands behind it is a WebSocket's.
    pub(super) head: usize,
}

impl Exchange<'_> {
    /// Finds out whom a proxy asks for, and whether that client may have one more connection.
    pub(super) fn admit(&mut self, request: &HttpRequest) -> Result<(), Response> {
        let waiting = &mut *self.waiting;
        let Some(bridge) = waiting.service.bridge() else {
            return Ok(());
        };
        let peer = waiting.client().map(|peer| peer.ip());
        if peer.is_some_and(|peer| bridge.trusts(peer)) {
            let client = forwarded::client(request, |address| bridge.trusts(address));
            if let (Some(client), Ok(local)) = (client, waiting.stream.tcp().local_addr()) {
                // Its port is not told.
                let source = SocketAddr::new(client, 0);
                let told = waiting.told.as_ref();
                let destination = told.map_or(local, |told| told.destination);
                waiting.told = Some(Box::new(Addresses {
                    source,
                    destination,
                }));
            }
        }
        if waiting.sender == Sender::Client {
            return Ok(());
        }
        let whose = waiting.client();
        let client = whose.map(|client| client.ip());
        // A balancer's connection was admitted for whom its header names; a proxy's was for nobody yet.
        if waiting.sender == Sender::Balancer && client == peer {
            return Ok(());
        }
        match client.map_or(Ok(None), |client| waiting.shared.permits.admit(client)) {
            Ok(subscriber) => {
                waiting.permit.assign(subscriber, whose);
                Ok(())
            }
            Err(over) => Err(self.over_limit(over)),
        }
    }

    /// The response when there are too many connections; it is logged too.
    pub(super) fn over_limit(&self, over: OverLimit) -> Response {
        let waiting = &self.waiting;
        waiting.shared.tell_over_limit(waiting.client(), over);
        let (holder, key) = (over.holder(), over.key());
        let text = format!("{holder} has too many connections: the limit `{key}` is reached\n");
        Response::plain(StatusCode::Unavailable, text).for_everybody()
    }
}
