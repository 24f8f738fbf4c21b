//! Explains an outcome in one sentence: the verdict, the reason, and what each place answered.

use alloc::vec::Vec;
use core::fmt;

use super::{ConnectionEnd, Learnt, Outcome, Protocol, Purpose, Step, Verdict};

impl Outcome {
    /// The verdict and the reason as a sentence. If the player refuses, it also says what each place answered: nothing,
    /// a part of an answer, HTTP, something else, or a policy.
    ///
    /// The steps are those of the same attempt, from [`Player::steps`](crate::Player::steps) or `Attempt::steps`.
    ///
    /// ```
    /// use flash_policy::player::{Action, Config, Event, Player};
    /// use flash_policy::{Moment, Port};
    ///
    /// let movie = "http://www.example.com/game.swf".parse()?;
    /// let config = Config::new(movie, "play.example.com".parse()?, Port::new(9339)?);
    /// let now = Moment::ZERO;
    /// let mut player = Player::new(config, now);
    /// let outcome = loop {
    ///     match player.poll(now) {
    ///         Action::Connect(fetch) if fetch.port == Port::MASTER => player.handle(fetch.id, Event::Refused, now),
    ///         Action::Connect(fetch) => {
    ///             player.handle(fetch.id, Event::Connected, now);
    ///             player.handle(fetch.id, Event::Received(b"HTTP/1.1 400 Bad Request\r\n\r\n"), now);
    ///             player.handle(fetch.id, Event::Finished, now);
    ///         }
    ///         Action::Close(_) | Action::Wait { .. } => {}
    ///         Action::Done(outcome) => break outcome,
    ///     }
    /// };
    /// assert_eq!(
    ///     outcome.explain(player.steps()).to_string(),
    ///     "the player refuses the connection: no place that counts has a policy (play.example.com:843 does not accept \
    ///      connections; play.example.com:9339 answers with HTTP)"
    /// );
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub fn explain<'a>(&'a self, steps: &'a [Step]) -> impl fmt::Display + 'a {
        Explained {
            outcome: self,
            steps,
        }
    }
}

struct Explained<'a> {
    outcome: &'a Outcome,
    steps: &'a [Step],
}

impl fmt::Display for Explained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome {
            verdict, reason, ..
        } = self.outcome;
        write!(f, "{verdict}: {reason}")?;
        if *verdict != Verdict::Denied {
            return Ok(());
        }
        let asked = |step: &&Step| matches!(step.fetch.purpose, Purpose::Policy(_));
        let asked: Vec<_> = self.steps.iter().filter(asked).collect();
        for (index, step) in asked.iter().enumerate() {
            let (host, port) = (&step.fetch.host, step.fetch.port);
            let opening = if index == 0 { " (" } else { "; " };
            write!(f, "{opening}{host}:{port} {}", PlaceAnswer(step))?;
        }
        f.write_str(if asked.is_empty() { "" } else { ")" })
    }
}

/// What a place does, as the end of a sentence.
struct PlaceAnswer<'a>(&'a Step);

impl fmt::Display for PlaceAnswer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(step) = *self;
        let end = step.end.map(|(end, _)| end);
        f.write_str(match (step.learnt, end) {
            (Some(Learnt::Policy), _) => "has a policy",
            _ if step.document.starts_with(b"HTTP/") => "answers with HTTP",
            (_, Some(ConnectionEnd::TooLarge)) => "sends more than a policy can have",
            (Some(Learnt::Unusable), _) => "sends something that is not a policy",
            (_, Some(ConnectionEnd::Refused)) => "does not accept connections",
            (_, Some(ConnectionEnd::TlsFailed)) => "does not complete the TLS handshake",
            (_, Some(ConnectionEnd::NoDocument)) => "does not have the file",
            (_, Some(ConnectionEnd::ContentType)) => "has the wrong content type",
            _ if !step.document.is_empty() => return incomplete(step, f),
            (_, Some(ConnectionEnd::Reset)) => "resets the connection without an answer",
            (_, Some(ConnectionEnd::Finished)) => "closes the connection without an answer",
            _ if step.connected.is_none() => "does not answer connections",
            _ => "accepts the connection and sends nothing",
        })
    }
}

/// Says what is missing in an answer.
fn incomplete(step: &Step, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let is_policy_request = matches!(step.fetch.protocol, Protocol::Policy(_));
    let missing = if is_policy_request && !step.document.contains(&0) {
        "no NUL"
    } else {
        "not the end"
    };
    let bytes = step.document.len();
    let unit = if bytes == 1 { "byte" } else { "bytes" };
    let is_reset = matches!(step.end, Some((ConnectionEnd::Reset, _)));
    let then = if is_reset { ", then a reset" } else { "" };
    write!(
        f,
        "gives no complete answer: {bytes} {unit} came, but {missing}{then}"
    )
}
