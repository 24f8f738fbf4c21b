//! Gives the player its sockets and its clock, and continues to observe connections that the player has finished with.

use std::time::Duration;

use flash_policy::Moment;
use flash_policy::player::{
    Action, ConnectionEnd, Event, Fetch, FetchId, Outcome, Player, Protocol, Purpose, Step,
};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use super::clock::CheckClock;
use super::converse::{Call, OwnedEvent, Speech, converse};
use super::fetch::fetch as web_fetch;
use super::names;
use super::setting::{Setting, Watcher};
use super::trace::{Seen, Trace};

/// How long to observe a connection after the player has what it needs, to see how the server closes.
pub(super) const READ_ON: Duration = Duration::from_millis(500);

/// How long to wait for an answer after the player has given up.
const LATE: Duration = Duration::from_millis(2_500);

/// A connection that is observed.
#[derive(Debug)]
pub(super) struct OpenConnection {
    id: FetchId,
    until: watch::Sender<Instant>,
    task: JoinHandle<Trace>,
}

/// The player's steps, and the connections that are still observed.
#[derive(Debug)]
pub(super) struct OpenConnections {
    lines: Vec<OpenConnection>,
    steps: Vec<Step>,
}

impl OpenConnections {
    /// What the player concluded from each connection.
    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }
}

/// Runs the player to its outcome.
pub(super) async fn drive(
    setting: Setting<'_>,
    watcher: Watcher<'_>,
) -> (Outcome, OpenConnections) {
    let Setting { config, clock, .. } = setting;
    let (tell, mut told) = mpsc::unbounded_channel();
    let mut player = Player::new(config.clone(), Moment::ZERO);
    let mut lines = Vec::new();
    let outcome = loop {
        match player.poll(Moment::after(clock.elapsed())) {
            Action::Connect(fetch) => {
                watcher(&waited_for(&fetch));
                lines.push(open(fetch, setting, tell.clone()).await);
            }
            Action::Close(id) => close(id, &player, &lines, clock),
            Action::Wait { until } => {
                let until = clock.started + until.since(Moment::ZERO);
                if let Ok(Some((id, said))) = timeout_at(until, told.recv()).await {
                    player.handle(id, event(&said), Moment::after(clock.elapsed()));
                }
            }
            Action::Done(outcome) => break outcome,
        }
    };
    for line in &lines {
        // The player never closes the movie's own connection.
        close(line.id, &player, &lines, clock);
    }
    let steps = player.steps().to_vec();
    (outcome, OpenConnections { lines, steps })
}

/// Waits for the connections that are still observed.
pub(super) async fn collect(lines: OpenConnections) -> Vec<Seen> {
    let mut seen = Vec::new();
    for (line, step) in lines.lines.into_iter().zip(lines.steps) {
        // A panic was already reported. What the task observed is lost.
        let trace = line.task.await.unwrap_or_default();
        seen.push(Seen { step, trace });
    }
    seen
}

async fn open(
    fetch: Fetch,
    setting: Setting<'_>,
    tell: mpsc::UnboundedSender<(FetchId, OwnedEvent)>,
) -> OpenConnection {
    let clock = setting.clock;
    let (until, limit) = watch::channel(clock.end());
    let id = fetch.id;
    let path = match &fetch.protocol {
        Protocol::Http { path } => Some(path.clone()),
        Protocol::Policy(_) | Protocol::Nothing => None,
    };
    let call = call(fetch, setting).await;
    let task = tokio::spawn(async move {
        let tell = |said| {
            // After the outcome, no one receives the events.
            let _ = tell.send((id, said));
        };
        match path {
            Some(path) => web_fetch(&call, &path, clock, limit, tell).await,
            None => converse(&call, clock, limit, tell).await,
        }
    });
    OpenConnection { id, until, task }
}

async fn call(fetch: Fetch, setting: Setting<'_>) -> Call {
    let Setting { lookup, clock, .. } = setting;
    let addresses = if fetch.host == lookup.host {
        lookup.addresses.clone()
    } else {
        let other = names::look_up(&fetch.host, clock).await;
        other.map_or_else(|_| Vec::new(), |lookup| lookup.addresses)
    };
    let speech = match fetch.protocol {
        Protocol::Policy(request) => Speech::Bytes(request),
        Protocol::Nothing | Protocol::Http { .. } => Speech::Bytes(b""),
    };
    Call {
        host: fetch.host,
        addresses,
        port: fetch.port.get(),
        transport: fetch.transport,
        tls: setting.tls.clone(),
        speech,
    }
}

/// Sets the time when to close a connection that the player has finished with.
fn close(id: FetchId, player: &Player, lines: &[OpenConnection], clock: CheckClock) {
    let Some(line) = lines.iter().find(|line| line.id == id) else {
        return;
    };
    let Some(step) = player.steps().get(id.index()) else {
        return;
    };
    let further = match (step.connected, step.end) {
        (None, _) => Duration::ZERO,
        (Some(_), Some((ConnectionEnd::TimedOut, _))) => LATE,
        (Some(_), _) => READ_ON,
    };
    let until = clock.within(further);
    line.until.send_if_modified(|limit| {
        let sooner = until < *limit && *limit == clock.end();
        if sooner {
            *limit = until;
        }
        sooner
    });
}

fn event(said: &OwnedEvent) -> Event<'_> {
    match said {
        OwnedEvent::Connected => Event::Connected,
        OwnedEvent::Refused => Event::Refused,
        OwnedEvent::TimedOut => Event::TimedOut,
        OwnedEvent::TlsFailed => Event::TlsFailed,
        OwnedEvent::Received(bytes) => Event::Received(bytes),
        OwnedEvent::Finished => Event::Finished,
        OwnedEvent::Reset => Event::Reset,
        OwnedEvent::Responded {
            content_type,
            meta_policy,
            redirects,
        } => Event::Responded {
            content_type: content_type.as_deref(),
            meta_policy: meta_policy.as_deref(),
            redirects: *redirects,
        },
        OwnedEvent::NoDocument => Event::NoDocument,
    }
}

fn waited_for(fetch: &Fetch) -> String {
    match fetch.purpose {
        Purpose::Policy(_) => format!(
            "waiting for a policy from port {} of {}",
            fetch.port, fetch.host
        ),
        Purpose::Target => format!("connecting to port {} of {}", fetch.port, fetch.host),
    }
}
