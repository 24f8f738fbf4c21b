//! The internal steps of the machine: from what the client wants to connections, and from their events to the outcome.
//!
//! The current time is the moment that the driver reported last. If a deadline has passed, the step ended at the
//! deadline, however late the driver reports it.

use super::client::{AnswerTimeout, Exchanged, Grounds, Move};
use super::{
    Action, AttemptState, Client, Close, ConnectionEnd, Event, Fetch, FetchId, Flight, Learnt,
    Moment, Notification, Outcome, Player, PolicyResponse, Purpose, Reason, Step, Transport,
    Verdict, rests_on,
};
use crate::decide;

impl Player {
    /// Asks the client what it wants until that requires a connection, or the client has decided.
    pub(super) fn proceed(&mut self) {
        while matches!(self.state, AttemptState::Deciding) {
            match self.mind.next() {
                Move::Ask { place, patience } => match self.heard_before(Purpose::Policy(place)) {
                    Some(earlier) => {
                        self.learn(earlier, place);
                    }
                    None => self.open(Purpose::Policy(place), patience, None),
                },
                Move::Connect(grounds) => {
                    self.open(Purpose::Target, AnswerTimeout::Unlimited, Some(grounds));
                }
                Move::Refuse(grounds) => {
                    let at = self.last_end();
                    self.finish(Verdict::Denied, grounds, at);
                }
            }
        }
    }

    /// The action while a connection is wanted or in progress.
    pub(super) fn announce(&mut self, flight: Flight) -> Action {
        let wait = Action::Wait {
            until: flight.deadline,
        };
        if let AttemptState::Opening(_) = self.state {
            self.state = AttemptState::Flying(flight);
            let step = self.steps.get(flight.id.0);
            return step.map_or(wait, |step| Action::Connect(step.fetch.clone()));
        }
        wait
    }

    fn open(&mut self, purpose: Purpose, patience: AnswerTimeout, grounds: Option<Grounds>) {
        let end = self.budget_end();
        if self.now >= end {
            return self.out_of_time(grounds, end);
        }
        let limit = match patience {
            AnswerTimeout::Answer(limit) | AnswerTimeout::Connect(limit) => self.now + limit,
            AnswerTimeout::Unlimited => end,
        };
        let id = FetchId(self.steps.len());
        let deadline = limit.min(end);
        let fetch = self.fetch(id, purpose, deadline);
        self.steps.push(Step::new(fetch, self.now));
        self.state = AttemptState::Opening(Flight {
            id,
            deadline,
            patience,
            grounds,
        });
    }

    fn fetch(&self, id: FetchId, purpose: Purpose, deadline: Moment) -> Fetch {
        let (host, port, protocol) = self.mind.address(&self.config, purpose);
        let transport = self.config.transport(&protocol);
        Fetch {
            id,
            purpose,
            host,
            port,
            transport,
            protocol,
            deadline,
        }
    }

    /// An earlier connection of this attempt to the same place.
    ///
    /// An answer applies for the whole attempt, as policies do for a player's whole session. Whether this is also true
    /// of places without a policy is not known.
    fn heard_before(&self, purpose: Purpose) -> Option<FetchId> {
        let wanted = self.fetch(FetchId(0), purpose, self.now);
        let same = |step: &&Step| {
            step.learnt.is_some()
                && (&step.fetch.host, step.fetch.port) == (&wanted.host, wanted.port)
                && (&step.fetch.protocol, step.fetch.transport)
                    == (&wanted.protocol, wanted.transport)
        };
        self.steps.iter().find(same).map(|step| step.fetch.id)
    }

    pub(super) fn expire(&mut self, is_over: impl Fn(Moment, Moment) -> bool) {
        let (AttemptState::Opening(flight) | AttemptState::Flying(flight)) = self.state else {
            return;
        };
        if is_over(flight.deadline, self.now) {
            self.end(flight, ConnectionEnd::TimedOut, flight.deadline);
        }
    }

    pub(super) fn in_flight(&mut self, flight: Flight, event: Event<'_>) {
        let now = self.now;
        let Some(step) = self.steps.get_mut(flight.id.0) else {
            return;
        };
        let stood = step.connected.is_some();
        let end = match event {
            Event::Connected => {
                step.connected.get_or_insert(now);
                return self.stands(flight);
            }
            Event::Received([]) => return,
            Event::Received(bytes) => {
                step.connected.get_or_insert(now);
                return self.received(flight, bytes);
            }
            Event::Responded {
                content_type,
                meta_policy,
                redirects,
            } => {
                step.response = Some(PolicyResponse {
                    content_type: content_type.map(Into::into),
                    meta_policy: meta_policy.map(Into::into),
                    redirects,
                });
                if self.mind.accepts(content_type) {
                    return;
                }
                ConnectionEnd::ContentType
            }
            Event::Refused | Event::Reset if stood => ConnectionEnd::Reset,
            Event::Finished if stood => ConnectionEnd::Finished,
            Event::Refused | Event::Reset | Event::Finished => ConnectionEnd::Refused,
            Event::TimedOut => ConnectionEnd::TimedOut,
            Event::TlsFailed => ConnectionEnd::TlsFailed,
            Event::NoDocument => ConnectionEnd::NoDocument,
        };
        self.end(flight, end, now);
    }

    fn stands(&mut self, flight: Flight) {
        if flight.grounds.is_some() {
            return self.end(flight, ConnectionEnd::Connected, self.now);
        }
        if let AnswerTimeout::Connect(_) = flight.patience {
            self.state = AttemptState::Flying(Flight {
                deadline: self.budget_end(),
                patience: AnswerTimeout::Unlimited,
                ..flight
            });
        }
    }

    fn received(&mut self, flight: Flight, bytes: &[u8]) {
        self.stands(flight);
        let AttemptState::Flying(flight) = self.state else {
            return;
        };
        let now = self.now;
        let Some(step) = self.steps.get_mut(flight.id.0) else {
            return;
        };
        step.first_byte.get_or_insert(now);
        step.pieces = step.pieces.saturating_add(1);
        let reading = self.mind.reading(&step.fetch.protocol);
        let read = reading.take(bytes, &mut step.document);
        step.afterwards.bytes = step.afterwards.bytes.saturating_add(read.surplus);
        if let Some(end) = read.end {
            self.end(flight, end, now);
        }
    }

    /// Records what the driver reports after the end.
    pub(super) fn afterwards(&mut self, id: FetchId, event: Event<'_>) {
        let Some(step) = self.steps.get_mut(id.0).filter(|step| step.end.is_some()) else {
            return;
        };
        let after = &mut step.afterwards;
        match event {
            Event::Received(bytes) => after.bytes = after.bytes.saturating_add(bytes.len()),
            Event::Finished => after.close = after.close.or(Some(Close::Finished)),
            Event::Reset => after.close = Some(Close::Reset),
            Event::Connected
            | Event::Refused
            | Event::TimedOut
            | Event::TlsFailed
            | Event::Responded { .. }
            | Event::NoDocument => {}
        }
    }

    fn end(&mut self, flight: Flight, end: ConnectionEnd, at: Moment) {
        let known_to_driver = matches!(self.state, AttemptState::Flying(_));
        let Some(step) = self.steps.get_mut(flight.id.0) else {
            return;
        };
        step.end = Some((end, at));
        self.to_close = (known_to_driver && end.leaves_open()).then_some(flight.id);
        match (step.fetch.purpose, flight.grounds) {
            (Purpose::Target, Some(grounds)) => self.target(grounds, end, at),
            (Purpose::Policy(_), _)
                if end == ConnectionEnd::TimedOut && at >= self.budget_end() =>
            {
                self.out_of_time(None, at);
            }
            (Purpose::Policy(place), _) => {
                let learnt = self.learn(flight.id, place);
                if let Some(step) = self.steps.get_mut(flight.id.0) {
                    step.learnt = Some(learnt);
                }
                self.state = AttemptState::Deciding;
            }
            (Purpose::Target, None) => self.state = AttemptState::Deciding,
        }
    }

    fn learn(&mut self, id: FetchId, place: decide::Place) -> Learnt {
        let step = self.steps.get(id.0);
        let response = step.and_then(|step| step.response.as_ref());
        if let Some(header) = response.and_then(|response| response.meta_policy.as_deref()) {
            self.mind.learn_header(place, header);
        }
        let heard = step.map_or(Exchanged::Silence, Step::heard);
        self.mind.learn(place, heard)
    }

    fn target(&mut self, grounds: Grounds, end: ConnectionEnd, at: Moment) {
        let (verdict, reason) = match end {
            ConnectionEnd::Connected => (Verdict::Allowed, grounds.reason),
            ConnectionEnd::TimedOut => (Verdict::Unreachable, Reason::TargetTimeout),
            ConnectionEnd::Nul
            | ConnectionEnd::Finished
            | ConnectionEnd::ReadEnough
            | ConnectionEnd::TooLarge
            | ConnectionEnd::Reset
            | ConnectionEnd::Refused
            | ConnectionEnd::TlsFailed
            | ConnectionEnd::NoDocument
            | ConnectionEnd::ContentType => (Verdict::Unreachable, Reason::TargetRefused),
        };
        self.finish(verdict, Grounds { reason, ..grounds }, at);
    }

    /// Ends the attempt when its total time has passed while it waited for a policy or the target.
    fn out_of_time(&mut self, grounds: Option<Grounds>, at: Moment) {
        match grounds {
            Some(grounds) => self.target(grounds, ConnectionEnd::TimedOut, at),
            None => self.finish(Verdict::Denied, Grounds::OUT_OF_TIME, at),
        }
    }

    fn finish(&mut self, verdict: Verdict, grounds: Grounds, at: Moment) {
        let mut outcome = Outcome {
            verdict,
            reason: grounds.reason,
            decided_by: grounds.decided_by,
            granted_in_vain: None,
            elapsed: at.since(self.started),
            reported: self.report(verdict, grounds.reason),
            rests_on: alloc::vec::Vec::new(),
        };
        if outcome.reason == Reason::Timeout {
            outcome.granted_in_vain = self.mind.granted_so_far();
        }
        outcome.rests_on = rests_on::rests_on(&self.config, &self.steps, &outcome);
        self.state = AttemptState::Done(outcome);
    }

    fn report(&self, verdict: Verdict, reason: Reason) -> Notification {
        let late = self.config.client == Client::Flash && self.config.version.major() >= 10;
        match (verdict, reason) {
            (_, Reason::Refused(decide::RefusalReason::Sandbox)) => Notification::Thrown,
            (Verdict::Denied, _) if late => Notification::AtTimeout(self.config.timeout),
            (Verdict::Allowed | Verdict::Denied | Verdict::Unreachable, _) => Notification::AtOnce,
        }
    }

    fn last_end(&self) -> Moment {
        let end = self.steps.last().and_then(|step| step.end);
        end.map_or(self.started, |(_, at)| at)
    }
}

impl super::Config {
    fn transport(&self, protocol: &super::Protocol) -> Transport {
        match (self.socket, protocol) {
            (super::SocketClass::Plain, _) | (_, super::Protocol::Http { .. }) => Transport::Tcp,
            (super::SocketClass::Secure, _) => Transport::Tls,
        }
    }
}
