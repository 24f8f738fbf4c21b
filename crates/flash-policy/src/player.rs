//! Emulates a player's attempt to connect, as a state machine: what to fetch next, what was learned, the verdict.
//!
//! It opens no connection and reads no clock. The driver does what [`Player::poll`] returns, and reports what happened,
//! and when, to [`Player::handle`]. The same machine runs over real sockets, in tests with a simulated clock, and in a
//! fuzzer. For Flash Player, all decisions come from [`decide`](fn@crate::decide). The other clients have rules of
//! their own, each in its own module.
//!
//! Over the sockets of the standard library, [`attempt`](fn@attempt) does it all (feature `std`).
//!
//! An attempt always ends: with the movie's connection, a refusal, or after [`Config::timeout`].
//!
//! ```
//! use core::time::Duration;
//! use flash_policy::decide::Sandbox;
//! use flash_policy::player::{Action, Config, Event, Player, Reason, Verdict};
//! use flash_policy::{Moment, Port};
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
#[cfg(feature = "std")]
mod attempt;
mod client;
mod config;
mod explained;
mod machine;
mod outcome;
mod program;
mod reading;
mod rests_on;
mod step;
mod uncertain;

use crate::Moment;
pub use action::{Action, Event, Fetch, FetchId, Protocol, Purpose, Transport};
#[cfg(feature = "std")]
pub use attempt::{Attempt, AttemptError, attempt};
pub use config::{Config, SocketClass, TIMEOUT};
pub use outcome::{DecidedBy, Notification, Outcome, Reason, RuleAt, Verdict};
pub use program::Client;
pub use step::{Afterwards, Close, ConnectionEnd, Learnt, PolicyResponse, Step};
pub use uncertain::{Choice, DOUBTFUL_POLICY_PORTS};

use client::{AnswerTimeout, Grounds, Mind};

/// One attempt of a movie to connect. The [module documentation](self) shows how to drive it.
#[derive(Clone, Debug)]
pub struct Player {
    config: Config,
    mind: Mind,
    started: Moment,
    /// The latest moment that the driver reported. It never goes back.
    now: Moment,
    steps: Vec<Step>,
    state: AttemptState,
    /// A connection that the driver must still close.
    to_close: Option<FetchId>,
}

#[derive(Clone, Debug)]
enum AttemptState {
    /// The client must be asked what it wants.
    Deciding,
    /// A connection is wanted, but the driver does not know about it yet.
    Opening(Flight),
    /// The driver knows about the connection.
    Flying(Flight),
    Done(Outcome),
}

/// The connection in progress.
#[derive(Clone, Copy, Debug)]
struct Flight {
    id: FetchId,
    deadline: Moment,
    /// How the time for the answer is limited once the connection is established.
    patience: AnswerTimeout,
    /// For the movie's own connection: why it is allowed.
    grounds: Option<Grounds>,
}

impl Player {
    /// Starts an attempt now.
    ///
    /// ```
    /// use flash_policy::{Moment, Port};
    /// use flash_policy::decide::Sandbox;
    /// use flash_policy::player::{Config, Player, TIMEOUT};
    ///
    /// let movie = Sandbox::Remote("http://www.example.com/game.swf".parse()?);
    /// let config = Config::new(movie, "play.example.com".parse()?, Port::new(9339)?);
    /// let player = Player::new(config, Moment::ZERO);
    /// assert_eq!(player.budget_end(), Moment::after(TIMEOUT));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
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

    /// Returns what to do next. Call it until it returns [`Action::Wait`] or [`Action::Done`].
    ///
    /// ```
    /// use core::time::Duration;
    /// use flash_policy::{Moment, Port};
    /// use flash_policy::decide::Sandbox;
    /// use flash_policy::player::{Action, Config, Player};
    ///
    /// let config = Config::new(Sandbox::Application, "play.example.com".parse()?, Port::new(9339)?);
    /// let mut player = Player::new(config, Moment::ZERO);
    /// // AIR needs no policy, so the first connection is the one to the target.
    /// let Action::Connect(target) = player.poll(Moment::ZERO) else { panic!() };
    /// assert_eq!(target.port.get(), 9339);
    /// // It is wanted once. After that, there is nothing to do until it answers or its time is over.
    /// assert_eq!(player.poll(Moment::ZERO), Action::Wait { until: target.deadline });
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
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

    /// Reports an event on a connection.
    ///
    /// Events on a connection that the player has finished with are recorded in [`Step::afterwards`] and have no other
    /// effect.
    ///
    /// ```
    /// use flash_policy::{Moment, Port};
    /// use flash_policy::decide::Sandbox;
    /// use flash_policy::player::{Action, Config, Event, Player, Verdict};
    ///
    /// let config = Config::new(Sandbox::Application, "play.example.com".parse()?, Port::new(9339)?);
    /// let mut player = Player::new(config, Moment::ZERO);
    /// let Action::Connect(target) = player.poll(Moment::ZERO) else { panic!() };
    /// player.handle(target.id, Event::Refused, Moment::ZERO);
    /// let Action::Done(outcome) = player.poll(Moment::ZERO) else { panic!() };
    /// assert_eq!(outcome.verdict, Verdict::Unreachable);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
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

    /// The connections so far, in order. The last one may still be open.
    ///
    /// ```
    /// use flash_policy::{Moment, Port};
    /// use flash_policy::decide::{Place, Sandbox};
    /// use flash_policy::player::{Action, Config, Event, Player, Purpose};
    ///
    /// let config = Config::new(Sandbox::LocalWithNetwork, "play.example.com".parse()?, Port::new(9339)?);
    /// let mut player = Player::new(config, Moment::ZERO);
    /// while let Action::Connect(fetch) = player.poll(Moment::ZERO) {
    ///     player.handle(fetch.id, Event::Refused, Moment::ZERO);
    /// }
    /// let purposes: Vec<_> = player.steps().iter().map(|step| step.fetch.purpose).collect();
    /// assert_eq!(purposes, [Place::Master, Place::Destination].map(Purpose::Policy));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The configuration of the attempt, as passed to [`Player::new`].
    ///
    /// ```
    /// use flash_policy::{Moment, Port};
    /// use flash_policy::decide::Sandbox;
    /// use flash_policy::player::{Config, Player};
    ///
    /// let config = Config::new(Sandbox::Application, "play.example.com".parse()?, Port::new(9339)?);
    /// let player = Player::new(config.clone(), Moment::ZERO);
    /// assert_eq!(player.config().timeout, config.timeout);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// When the total time for the attempt ends: [`Config::timeout`] after its start.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::{Moment, Port};
    /// use flash_policy::decide::Sandbox;
    /// use flash_policy::player::{Config, Player, TIMEOUT};
    ///
    /// let config = Config::new(Sandbox::Application, "play.example.com".parse()?, Port::new(9339)?);
    /// let start = Moment::after(Duration::from_secs(60));
    /// assert_eq!(Player::new(config, start).budget_end(), start + TIMEOUT);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub fn budget_end(&self) -> Moment {
        self.started + self.config.timeout
    }

    fn advance(&mut self, now: Moment) {
        self.now = self.now.max(now);
    }
}
