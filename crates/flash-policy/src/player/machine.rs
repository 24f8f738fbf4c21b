//! The machine's inner wheels: from what the client wants to connections, and from what happens on them to the end.
//!
//! Everything here goes by the moment that the driver told last, and a deadline that is over counts as met at the
//! deadline, however late the driver says so.

use super::client::{Grounds, Heard, Move, Patience};
use super::{
    Action, Client, Close, End, Event, Fetch, FetchId, Flight, Learnt, Moment, Outcome, Player,
    Purpose, Reason, Report, State, Step, Transport, Verdict, rests_on,
};
use crate::PlayerVersion;
use crate::decide;

impl Player {
    /// Asks the client what it wants until that takes a connection, or it has decided.
    pub(super) fn proceed(&mut self) {
        while matches!(self.state, State::Deciding) {
            match self.mind.next() {
                Move::Ask { place, patience } => match self.heard_before(Purpose::Policy(place)) {
                    Some(earlier) => {
                        self.learn(earlier, place);
                    }
                    None => self.open(Purpose::Policy(place), patience, None),
                },
                Move::Connect(grounds) => {
                    self.open(Purpose::Target, Patience::Unlimited, Some(grounds));
                }
                Move::Refuse(grounds) => {
                    let at = self.last_end();
                    self.finish(Verdict::Denied, grounds, at);
                }
            }
        }
    }

    /// What to say while a connection is wanted or in progress.
    pub(super) fn announce(&mut self, flight: Flight) -> Action {
        let wait = Action::Wait {
            until: flight.deadline,
        };
        if let State::Opening(_) = self.state {
            self.state = State::Flying(flight);
            let step = self.steps.get(flight.id.0);
            return step.map_or(wait, |step| Action::Connect(step.fetch.clone()));
        }
        wait
    }

    fn open(&mut self, purpose: Purpose, patience: Patience, grounds: Option<Grounds>) {
        let end = self.budget_end();
        if self.now >= end {
            return self.out_of_time(grounds, end);
        }
        let limit = match patience {
            Patience::Answer(limit) | Patience::Connect(limit) => self.now + limit,
            Patience::Unlimited => end,
        };
        let id = FetchId(self.steps.len());
        let deadline = limit.min(end);
        let fetch = self.fetch(id, purpose, deadline);
        self.steps.push(Step::new(fetch, self.now));
        self.state = State::Opening(Flight {
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

    /// An earlier connection of this attempt to the very same place.
    ///
    /// What was learnt stands for the attempt, as policies do for a player's whole session; that it is so for places
    /// without a policy too is not known.
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
        let (State::Opening(flight) | State::Flying(flight)) = self.state else {
            return;
        };
        if is_over(flight.deadline, self.now) {
            self.end(flight, End::TimedOut, flight.deadline);
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
            Event::Refused | Event::Reset if stood => End::Reset,
            Event::Finished if stood => End::Finished,
            Event::Refused | Event::Reset | Event::Finished => End::Refused,
            Event::TimedOut => End::TimedOut,
            Event::TlsFailed => End::TlsFailed,
            Event::NoDocument => End::NoDocument,
        };
        self.end(flight, end, now);
    }

    fn stands(&mut self, flight: Flight) {
        if flight.grounds.is_some() {
            return self.end(flight, End::Connected, self.now);
        }
        if let Patience::Connect(_) = flight.patience {
            self.state = State::Flying(Flight {
                deadline: self.budget_end(),
                patience: Patience::Unlimited,
                ..flight
            });
        }
    }

    fn received(&mut self, flight: Flight, bytes: &[u8]) {
        self.stands(flight);
        let State::Flying(flight) = self.state else {
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

    /// Keeps what a curious driver saw after the end.
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
            | Event::NoDocument => {}
        }
    }

    fn end(&mut self, flight: Flight, end: End, at: Moment) {
        let known_to_driver = matches!(self.state, State::Flying(_));
        let Some(step) = self.steps.get_mut(flight.id.0) else {
            return;
        };
        step.end = Some((end, at));
        self.to_close = (known_to_driver && end.leaves_open()).then_some(flight.id);
        match (step.fetch.purpose, flight.grounds) {
            (Purpose::Target, Some(grounds)) => self.target(grounds, end, at),
            (Purpose::Policy(_), _) if end == End::TimedOut && at >= self.budget_end() => {
                self.out_of_time(None, at);
            }
            (Purpose::Policy(place), _) => {
                let learnt = self.learn(flight.id, place);
                if let Some(step) = self.steps.get_mut(flight.id.0) {
                    step.learnt = Some(learnt);
                }
                self.state = State::Deciding;
            }
            (Purpose::Target, None) => self.state = State::Deciding,
        }
    }

    fn learn(&mut self, id: FetchId, place: decide::Place) -> Learnt {
        let heard = self.steps.get(id.0).map_or(Heard::Silence, Step::heard);
        self.mind.learn(place, heard)
    }

    fn target(&mut self, grounds: Grounds, end: End, at: Moment) {
        let (verdict, reason) = match end {
            End::Connected => (Verdict::Allowed, grounds.reason),
            End::TimedOut => (Verdict::Unreachable, Reason::TargetTimeout),
            End::Nul
            | End::Finished
            | End::ReadEnough
            | End::TooLarge
            | End::Reset
            | End::Refused
            | End::TlsFailed
            | End::NoDocument => (Verdict::Unreachable, Reason::TargetRefused),
        };
        self.finish(verdict, Grounds { reason, ..grounds }, at);
    }

    /// The attempt's whole time is over: while a policy was waited for, or the target.
    fn out_of_time(&mut self, grounds: Option<Grounds>, at: Moment) {
        match grounds {
            Some(grounds) => self.target(grounds, End::TimedOut, at),
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
        self.state = State::Done(outcome);
    }

    fn report(&self, verdict: Verdict, reason: Reason) -> Report {
        let late = self.config.client == Client::Flash
            && self.config.version >= PlayerVersion::new(10, 0, 0);
        match (verdict, reason) {
            (_, Reason::Refused(decide::Reason::Sandbox)) => Report::Thrown,
            (Verdict::Denied, _) if late => Report::AtTimeout(self.config.timeout),
            (Verdict::Allowed | Verdict::Denied | Verdict::Unreachable, _) => Report::AtOnce,
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
            (super::Socket::Plain, _) | (_, super::Protocol::Http { .. }) => Transport::Tcp,
            (super::Socket::Secure, _) => Transport::Tls,
        }
    }
}
