//! The player's side of an attempt to connect, as a state machine: what to ask next, what was learnt, the verdict.
//!
//! It opens no connection and knows no clock. Whoever drives it does what [`Player::poll`] says and tells
//! [`Player::handle`] what happened and when; so the same machine runs over real sockets, in tests whose clock is a
//! number, and in a fuzzer. It has no opinion on grants of its own: for Flash Player every question goes to
//! [`decide`](fn@crate::decide). The other clients have rules of their own, each in one module.
//!
//! An attempt always ends: with the movie's connection, a refusal, or when the time of [`Config::timeout`] is over.
//!
//! ```
//! use core::time::Duration;
//! use flash_policy::decide::Sandbox;
//! use flash_policy::player::{Action, Config, Event, Moment, Player, Reason, Verdict};
//! use flash_policy::Port;
//!
//! let movie = Sandbox::Remote("http://www.example.com/game.swf".parse()?);
//! let config = Config::new(movie, "play.example.com".parse()?, Port::new(9339)?);
//! let at = |millis| Moment::after(Duration::from_millis(millis));
//! let mut player = Player::new(config, at(0));
//!
//! let Action::Connect(master) = player.poll(at(0)) else { panic!() };
//! assert_eq!(master.port, Port::MASTER);
//! player.handle(master.id, Event::Connected, at(20)); // now the driver sends the request
//! let reply = b"<cross-domain-policy><allow-access-from domain='*' to-ports='9339'/></cross-domain-policy>\0";
//! player.handle(master.id, Event::Received(reply), at(40));
//! assert_eq!(player.poll(at(40)), Action::Close(master.id));
//!
//! let Action::Connect(target) = player.poll(at(40)) else { panic!() };
//! player.handle(target.id, Event::Connected, at(60));
//! let Action::Done(outcome) = player.poll(at(60)) else { panic!() };
//! assert_eq!((outcome.verdict, outcome.reason), (Verdict::Allowed, Reason::Granted));
//! assert_eq!(outcome.elapsed, Duration::from_millis(60));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

use alloc::vec::Vec;

mod action;
mod client;
mod config;
mod location;
mod machine;
mod outcome;
mod reading;
mod rests_on;
mod step;
mod uncertain;

pub use crate::moment::Moment;
pub use action::{Action, Event, Fetch, FetchId, Protocol, Purpose, Transport};
pub use config::{Client, Config, SocketClass, TIMEOUT};
pub use location::LocationError;
pub use outcome::{DecidedBy, Notification, Outcome, Reason, RuleAt, Verdict};
pub use step::{Afterwards, Close, ConnectionEnd, Learnt, Step};
pub use uncertain::{Choice, DOUBTFUL_POLICY_PORTS};

use client::{AnswerTimeout, Grounds, Mind};

/// One attempt of a movie to connect; see the [module](self).
#[derive(Clone, Debug)]
pub struct Player {
    config: Config,
    mind: Mind,
    started: Moment,
    /// The latest moment that was told: time never runs back.
    now: Moment,
    steps: Vec<Step>,
    state: AttemptState,
    /// A connection that the driver was not yet told to close.
    to_close: Option<FetchId>,
}

#[derive(Clone, Debug)]
enum AttemptState {
    /// The client is to be asked what it wants.
    Deciding,
    /// A connection is wanted that the driver was not yet told about.
    Opening(Flight),
    /// The driver has been told.
    Flying(Flight),
    Done(Outcome),
}

/// The connection in progress.
#[derive(Clone, Copy, Debug)]
struct Flight {
    id: FetchId,
    deadline: Moment,
    /// Whether the answer has a limit of its own once the connection stands.
    patience: AnswerTimeout,
    /// For the movie's own connection: why it may.
    grounds: Option<Grounds>,
}

impl Player {
    /// An attempt that begins now.
    #[must_use]
    pub fn new(config: Config, now: Moment) -> Self {
        Self {
            mind: Mind::new(&config),
            config,
            started: now,
            now,
            steps: Vec::new(),
            state: AttemptState::Deciding,
            to_close: None,
        }
    }

    /// What to do next; call it until it says [`Action::Wait`] or [`Action::Done`].
    pub fn poll(&mut self, now: Moment) -> Action {
        self.advance(now);
        self.expire(|deadline, now| deadline <= now);
        if let Some(id) = self.to_close.take() {
            return Action::Close(id);
        }
        self.proceed();
        match &self.state {
            AttemptState::Opening(flight) | AttemptState::Flying(flight) => self.announce(*flight),
            AttemptState::Done(outcome) => Action::Done(outcome.clone()),
            AttemptState::Deciding => Action::Wait { until: self.now },
        }
    }

    /// Takes note of what happened on a connection.
    ///
    /// What happens on a connection that is over for the player is kept in [`Step::afterwards`] and changes nothing
    /// else.
    pub fn handle(&mut self, id: FetchId, event: Event<'_>, now: Moment) {
        self.advance(now);
        self.expire(|deadline, now| deadline < now);
        match self.state {
            AttemptState::Flying(flight) if flight.id == id => self.in_flight(flight, event),
            AttemptState::Deciding
            | AttemptState::Opening(_)
            | AttemptState::Flying(_)
            | AttemptState::Done(_) => {
                self.afterwards(id, event);
            }
        }
    }

    /// The connections so far, in order; the last one may not be over.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What the attempt is about.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// When the attempt's whole time is over.
    #[must_use]
    pub fn budget_end(&self) -> Moment {
        self.started + self.config.timeout
    }

    fn advance(&mut self, now: Moment) {
        self.now = self.now.max(now);
    }
}
