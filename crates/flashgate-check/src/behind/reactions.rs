//! Finds out whether a server is behind a port that answers policy requests but accepts no WebSocket, from its
//! reactions to clients that send little.
//!
//! A gate connects to its server as soon as a client has sent a byte that can't begin a policy request. It holds back
//! a partial request. So if its server is down, it closes the first connection but not the second. A server without a
//! gate treats both the same, and notices when a client closes its side.

use std::time::Duration;

use flash_policy::player::Step;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use crate::clock::CheckClock;
use crate::converse::{Call, OwnedEvent, Speech, converse};
use crate::drive::READ_ON;
use crate::setting::Setting;

/// The conclusion from the reactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReactionOutcome {
    Server,
    /// Every connection that would reach a server is closed, after this time.
    Nobody(Duration),
    /// No connection is answered or closed until the end of the check.
    NoReaction,
    /// Connections are closed for a reason that may not involve a server. Silent clients are kept until the end of the
    /// check.
    ClosesUnknown,
}

/// Not a complete message in any known protocol, and not the beginning of a policy request, of HTTP or of TLS.
pub(super) const UNFINISHED: &[u8] = b" ";

/// A server keeps idle clients for longer. A forwarder has failed to reach its server by then.
pub(super) const SOON: Duration = Duration::from_millis(150);

/// The beginning of a policy request.
const PART: &[u8] = b"<policy-file-r";

/// What a probe sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Probe {
    /// A byte.
    Byte,
    /// A byte, then the end of the stream.
    ByteAndEnd,
    /// The beginning of a policy request.
    Part,
    /// Nothing.
    Silence,
}

impl Probe {
    const ALL: [Self; 4] = [Self::Byte, Self::ByteAndEnd, Self::Part, Self::Silence];

    const fn speech(self) -> Speech {
        match self {
            Self::Byte => Speech::Bytes(UNFINISHED),
            Self::ByteAndEnd => Speech::Last(UNFINISHED),
            Self::Part => Speech::Bytes(PART),
            Self::Silence => Speech::Bytes(b""),
        }
    }
}

/// The reaction to a probe: an answer, or an end without one.
#[derive(Clone, Copy, Debug)]
struct Reaction {
    to: Probe,
    after: Duration,
    is_answer: bool,
}

/// Sends the probes, and waits for a conclusion, at most until the end of the check.
pub(super) async fn find(setting: Setting<'_>, target: &Step) -> ReactionOutcome {
    let mut probes = JoinSet::new();
    for probe in Probe::ALL {
        let call = setting.call(target, probe.speech());
        probes.spawn(react(call, probe, setting.clock));
    }
    let mut reactions = Vec::new();
    while let Some(next) = probes.join_next().await {
        reactions.extend(next.ok().flatten());
        // Other reactions may follow soon.
        while let Ok(Some(next)) = timeout(READ_ON, probes.join_next()).await {
            reactions.extend(next.ok().flatten());
        }
        if let Some(found) = judge(&reactions) {
            return found;
        }
    }
    if reactions.iter().any(|reaction| reaction.to == Probe::Byte) {
        ReactionOutcome::ClosesUnknown
    } else {
        ReactionOutcome::NoReaction
    }
}

async fn react(call: Call, to: Probe, clock: CheckClock) -> Option<Reaction> {
    let (sooner, limit) = watch::channel(clock.end());
    let tell = |said: OwnedEvent| {
        if matches!(said, OwnedEvent::Received(_)) {
            sooner.send_replace(Instant::now());
        }
    };
    let trace = converse(&call, clock, limit, tell).await;
    let is_answer = !trace.bytes.is_empty();
    (is_answer || trace.ends_mute()).then(|| Reaction {
        to,
        after: trace.time_to_end(),
        is_answer,
    })
}

/// The conclusion from the reactions so far, if there is one.
fn judge(reactions: &[Reaction]) -> Option<ReactionOutcome> {
    if reactions.iter().any(|reaction| reaction.is_answer) {
        return Some(ReactionOutcome::Server);
    }
    let after = |probe| {
        let mut reactions = reactions.iter();
        let reaction = reactions.find(|reaction: &&Reaction| reaction.to == probe)?;
        Some(reaction.after)
    };
    let Some(byte) = after(Probe::Byte) else {
        // It noticed the end of the client's side, or has its own time limit for silent clients.
        return (!reactions.is_empty()).then_some(ReactionOutcome::Server);
    };
    let noticed_end = after(Probe::ByteAndEnd).is_some_and(|ended| ended + SOON < byte);
    if noticed_end || after(Probe::Part).is_some() {
        return Some(ReactionOutcome::Server);
    }
    after(Probe::Silence).map(|_| ReactionOutcome::Nobody(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When each probe was closed, in milliseconds: a byte, a byte and the end, part of a request, silence.
    #[track_caller]
    fn check(ends: [Option<u64>; 4], expected: Option<ReactionOutcome>) {
        let reaction = |(to, after): (Probe, Option<u64>)| {
            let after = Duration::from_millis(after?);
            Some(Reaction {
                to,
                after,
                is_answer: false,
            })
        };
        let reactions: Vec<_> = Probe::ALL
            .into_iter()
            .zip(ends)
            .filter_map(reaction)
            .collect();
        assert_eq!(judge(&reactions), expected, "{ends:?}");
    }

    #[test]
    fn what_is_clear() {
        let nobody = |after| Some(ReactionOutcome::Nobody(Duration::from_millis(after)));
        check([Some(1), Some(1), None, Some(200)], nobody(1));
        check([Some(5_000), Some(5_000), None, Some(5_200)], nobody(5_000));
        check([Some(1), Some(1), None, None], None);
        check([None, None, None, None], None);
        check([None, Some(1), None, None], Some(ReactionOutcome::Server));
        check(
            [Some(300), Some(1), None, Some(300)],
            Some(ReactionOutcome::Server),
        );
        check(
            [Some(1), Some(1), Some(300), Some(300)],
            Some(ReactionOutcome::Server),
        );
        check(
            [None, None, None, Some(5_000)],
            Some(ReactionOutcome::Server),
        );
    }
}
