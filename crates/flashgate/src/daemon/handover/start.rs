//! The successor's side: take the listeners over, and let the predecessor go once this process serves.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::Duration;

use flashgate_report::render::PlainError;
use rustix::fs::Mode;
use rustix::io::Errno;
use rustix::net::sockopt::{self, Timeout};
use rustix::net::{SendFlags, SocketAddrUnix, SocketFlags, bind, connect, listen, send};
use rustix::process::umask;
use tokio::time::timeout;
use tracing::warn;

use super::terms::Terms;
use super::{
    ANSWER_LIMIT, GREETING, MANAGER, READY, READY_AS_MAIN, REPLACED, is_trusted, open_files, peer,
    receive_packet, unix_socket, word,
};
use crate::daemon::inherited::{Inherited, adopt};
use crate::daemon::notify::Manager;
use crate::daemon::readable::watch;
use crate::log;

/// How long the predecessor may take to let go; it serves meanwhile, so waiting costs nothing.
const LEAVE_LIMIT: Duration = Duration::from_secs(5);

/// How many may wait at the door; it is opened for each at once.
const QUEUE: i32 = 8;

/// The process that serves already, and waits to hear that this one does.
#[derive(Debug)]
pub(in crate::daemon) struct Predecessor {
    socket: OwnedFd,
}

/// What a start finds at the path.
#[derive(Debug)]
pub(in crate::daemon) struct HandoverStart {
    pub(in crate::daemon) predecessor: Option<Predecessor>,
    /// The predecessor's service manager.
    pub(in crate::daemon) manager: Option<Manager>,
    /// Where successors ask.
    pub(in crate::daemon) door: OwnedFd,
    /// What the predecessor says of itself.
    pub(in crate::daemon) terms: Terms,
}

/// Whether the predecessor's place is this process's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::daemon) enum Succession {
    Serve,
    /// Another start was quicker, or this one took too long: the predecessor, or that other one, serves.
    Replaced,
}

/// Why there is neither a predecessor nor a socket for successors.
#[derive(Debug)]
pub(in crate::daemon) struct HandoverFault {
    path: PathBuf,
    step: StartStep,
    error: io::Error,
}

/// What failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StartStep {
    /// Taking over from the process that serves.
    TakeOver,
    /// Opening the socket for successors.
    Open,
}

impl HandoverStart {
    /// Takes the listeners over from the process that serves at this path, or opens it.
    pub(in crate::daemon) fn at(
        path: &Path,
        inherited: &mut Inherited,
    ) -> Result<Self, HandoverFault> {
        let answer = call(path)
            .map_err(io::Error::from)
            .and_then(|socket| take_over(socket, inherited));
        let fault = |step, error| HandoverFault {
            path: path.to_owned(),
            step,
            error,
        };
        match answer {
            Ok(start) => Ok(start),
            Err(error) if is_nobody(&error) => Ok(Self {
                predecessor: None,
                manager: None,
                door: open(path).map_err(|error| fault(StartStep::Open, error))?,
                terms: Terms::default(),
            }),
            Err(error) => Err(fault(StartStep::TakeOver, error)),
        }
    }
}

/// Whether no process is there, or one that was just stopped and has closed the door.
fn is_nobody(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, ConnectionReset, NotFound};
    matches!(error.kind(), NotFound | ConnectionRefused | ConnectionReset)
}

impl HandoverFault {
    pub(in crate::daemon) fn error(&self) -> PlainError {
        let (path, error) = (self.path.display(), &self.error);
        let reason = log::reason(error);
        match self.step {
            StartStep::TakeOver if error.kind() == io::ErrorKind::WouldBlock => {
                no_answer(&self.path)
            }
            StartStep::TakeOver => PlainError::new(
                &format!("can't take over from the flashgate at {path}: {reason}"),
                &STILL_SERVES,
            ),
            StartStep::Open => PlainError::new(
                &format!("can't open the socket {path} for a successor: {reason}"),
                &ELSEWHERE,
            ),
        }
    }
}

/// Whoever has the socket may be busy, hang, or have taken the listeners over without ever serving.
fn no_answer(path: &Path) -> PlainError {
    let limit = ANSWER_LIMIT.as_secs();
    let message = format!(
        "can't take over from the flashgate at {}: no answer within {limit} s",
        path.display()
    );
    let holders: Vec<_> = open_files::holders(path)
        .iter()
        .map(u32::to_string)
        .collect();
    let (who, cure) = if holders.is_empty() {
        (
            "a process that hangs may hold its socket and its listeners; the log of the last flashgate there may name it"
                .to_owned(),
            "end that process, and start again".to_owned(),
        )
    } else {
        let (listed, words) = (holders.join(", "), holders.join(" "));
        (
            format!(
                "its socket is held by process {listed}, which hangs or is busy; it may not serve"
            ),
            format!("end it, with `kill -KILL {words}` if need be, and start again"),
        )
    };
    PlainError::new(&message, &[&who, &cure])
}

const STILL_SERVES: [&str; 2] = [
    "it goes on serving; both must run as the same user, or this one as root",
    "to start without taking over, stop it first",
];

const ELSEWHERE: [&str; 2] = [
    "name a path in a folder that exists and that flashgate may write to, or write `handover = \"off\"`",
    "under systemd, `RuntimeDirectory=flashgate` in the unit creates /run/flashgate",
];

/// Connects to the process that serves, if it is to be trusted.
fn call(path: &Path) -> Result<OwnedFd, Errno> {
    let socket = unix_socket(SocketFlags::CLOEXEC)?;
    // The first is for connecting, should many be waiting already.
    sockopt::set_socket_timeout(&socket, Timeout::Send, Some(ANSWER_LIMIT))?;
    sockopt::set_socket_timeout(&socket, Timeout::Recv, Some(ANSWER_LIMIT))?;
    connect(&socket, &SocketAddrUnix::new(path)?)?;
    if is_trusted(&peer(&socket)?) {
        Ok(socket)
    } else {
        Err(Errno::PERM)
    }
}

/// Opens the path, which only this user and root can reach; a socket that nobody serves any more is replaced.
fn open(path: &Path) -> io::Result<OwnedFd> {
    remove_socket(path)?;
    let socket = unix_socket(SocketFlags::CLOEXEC | SocketFlags::NONBLOCK)?;
    let before = umask(Mode::from_raw_mode(0o177));
    let bound = SocketAddrUnix::new(path).and_then(|address| bind(&socket, &address));
    umask(before);
    bound?;
    listen(&socket, QUEUE)?;
    Ok(socket)
}

/// Makes room. What is not a socket is not ours to remove, and connecting to it fails just as to a socket that nobody
/// serves.
fn remove_socket(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.file_type().is_socket() => fs::remove_file(path),
        Ok(_) => Err(io::Error::other(
            "expected a socket or nothing, found something else",
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Receives the listeners, and at last the socket at which the next successor will ask.
fn take_over(socket: OwnedFd, inherited: &mut Inherited) -> io::Result<HandoverStart> {
    loop {
        let (text, mut sockets) = receive_packet(&socket)?;
        let mut lines = text.lines();
        if lines.next() != Some(GREETING) {
            return Err(io::Error::other(
                "it speaks another version of the hand-over",
            ));
        }
        if lines.next() == Some("listeners") {
            // The kernel leaves out those for which this process has no descriptor.
            if sockets.len() != lines.clone().count() {
                return Err(Errno::MFILE.into());
            }
            for (socket, asked) in sockets.into_iter().zip(lines) {
                inherited.add_from_predecessor(adopt(socket)?, asked.to_owned());
            }
            continue;
        }
        // Last of all, so that a successor of before the service manager was passed takes the right one.
        let Some(door) = sockets.pop() else {
            return Err(io::Error::other("it sent no socket"));
        };
        return Ok(HandoverStart {
            terms: Terms::read(lines.clone()),
            manager: manager(lines.next(), sockets.pop()),
            predecessor: Some(Predecessor { socket }),
            door,
        });
    }
}

/// The predecessor's service manager, if it has one.
fn manager(line: Option<&str>, socket: Option<OwnedFd>) -> Option<Manager> {
    let microseconds = line?.strip_prefix(MANAGER)?.trim().parse().ok();
    let microseconds = microseconds.filter(|&number: &u64| number > 0);
    Some(Manager {
        socket: UnixDatagram::from(socket?),
        watchdog: microseconds.map(Duration::from_micros),
    })
}

impl Predecessor {
    /// Says that this process serves now, and waits until the other one has stopped accepting.
    ///
    /// `has_its_manager` says that the other one's service manager is to know this one as the main process.
    pub(in crate::daemon) async fn dismiss(self, has_its_manager: bool) -> Succession {
        let said = if has_its_manager {
            READY_AS_MAIN
        } else {
            READY
        };
        match send(&self.socket, said.as_bytes(), SendFlags::NOSIGNAL) {
            // It has ended, or it has given this one up: what it said last tells which.
            Ok(_) | Err(Errno::PIPE | Errno::CONNRESET) => {}
            Err(error) => {
                not_confirmed(&error.into());
                return Succession::Serve;
            }
        }
        let socket = match watch(self.socket) {
            Ok(socket) => socket,
            Err(error) => {
                not_confirmed(&error);
                return Succession::Serve;
            }
        };
        match timeout(LEAVE_LIMIT, word(&socket)).await {
            Ok(Some(said)) if said == REPLACED => Succession::Replaced,
            Ok(_) => Succession::Serve,
            Err(_) => {
                not_confirmed(&io::ErrorKind::TimedOut.into());
                Succession::Serve
            }
        }
    }
}

fn not_confirmed(error: &io::Error) {
    let error = log::reason(error);
    warn!(
        error,
        "the former flashgate does not confirm that it has stopped accepting; stop it if it still serves"
    );
}
