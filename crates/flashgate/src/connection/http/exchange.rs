//! One request on a connection, and the client that it is for.

use std::net::SocketAddr;

use flashgate_wire::http::{HttpRequest, Method, Response, StatusCode};
use flashgate_wire::proxy_header::Addresses;

use super::forwarded;
use crate::connection::waiting::{Sender, Waiting};
use crate::limits::OverLimit;

/// An HTTP connection and its state.
pub(super) struct Exchange<'a> {
    pub(super) waiting: &'a mut Waiting,
    pub(super) method: Method,
    /// The length of the head in the bytes read. What follows belongs to the WebSocket.
    pub(super) head: usize,
}

impl Exchange<'_> {
    /// Finds the client that a proxy forwards for, and checks the limits of its address.
    pub(super) fn admit(&mut self, request: &HttpRequest) -> Result<(), Response> {
        let waiting = &mut *self.waiting;
        let Some(bridge) = waiting.service.bridge() else {
            return Ok(());
        };
        let peer = waiting.client().map(|peer| peer.ip());
        if peer.is_some_and(|peer| bridge.trusts(peer)) {
            let client = forwarded::client(request, |address| bridge.trusts(address));
            if let (Some(client), Ok(local)) = (client, waiting.stream.tcp().local_addr()) {
                // The client's port is unknown.
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
        // A load balancer's connection was counted for the client in its header. A proxy's was not counted yet.
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

    /// The response if there are too many connections. It is also logged.
    pub(super) fn over_limit(&self, over: OverLimit) -> Response {
        let waiting = &self.waiting;
        waiting.shared.tell_over_limit(waiting.client(), over);
        let (holder, key) = (over.holder(), over.key());
        let text = format!("{holder} has too many connections: the limit `{key}` is reached\n");
        Response::plain(StatusCode::Unavailable, text).for_everybody()
    }
}
