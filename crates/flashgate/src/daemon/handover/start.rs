//! The new process's side of a handover: takes the listeners over, and tells the old process when this one serves.

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

/// How long the old process may take to stop accepting. It still serves, so waiting costs nothing.
const LEAVE_LIMIT: Duration = Duration::from_secs(5);

/// How many connections the handover socket queues. They are accepted at once.
const QUEUE: i32 = 8;

/// The old process, which serves until this one does.
#[derive(Debug)]
pub(in crate::daemon) struct Predecessor {
    socket: OwnedFd,
}

/// What a start finds at the handover path.
#[derive(Debug)]
pub(in crate::daemon) struct HandoverStart {
    pub(in crate::daemon) predecessor: Option<Predecessor>,
    /// The old process's service manager.
    pub(in crate::daemon) manager: Option<Manager>,
    /// The socket for later starts.
    pub(in crate::daemon) door: OwnedFd,
    /// What the old process says about itself.
    pub(in crate::daemon) terms: Terms,
}

/// Whether this process takes the old one's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::daemon) enum Succession {
    Serve,
    /// Another start was faster, or this one took too long. The old process, or the other start, serves.
    Replaced,
}

/// Why a handover could not be prepared.
#[derive(Debug)]
pub(in crate::daemon) struct HandoverFault {
    path: PathBuf,
    step: StartStep,
    error: io::Error,
}

/// The step that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StartStep {
    /// Taking over from the old process.
    TakeOver,
    /// Opening the socket for later starts.
    Open,
}

impl HandoverStart {
    /// Takes the listeners over from the process at this path, or opens the path if no process is there.
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

/// Whether there is no process, or one that is stopping and has closed its socket.
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
            // Connecting was refused: the socket may be left over. `call` reports a stranger's process with EPERM.
            StartStep::TakeOver if error.raw_os_error() == Some(Errno::ACCESS.raw_os_error()) => {
                no_access(&self.path)
            }
            StartStep::TakeOver => PlainError::new(
                &format!("can't take over from the flashgate at {path}: {reason}"),
                &STILL_SERVES,
            ),
            StartStep::Open => PlainError::new(
                &format!("can't open the handover socket {path}: {reason}"),
                &ELSEWHERE,
            ),
        }
    }
}

/// The socket belongs to another user, so whether a process listens there is unknown.
fn no_access(path: &Path) -> PlainError {
    let path = path.display();
    PlainError::new(
        &format!("can't connect to the handover socket {path}: permission denied"),
        &[
            "another user's flashgate may be running there; to take over from it, start this one as that user or as root",
            &format!("if none is running, remove the socket: `rm {path}`"),
        ],
    )
}

/// The process with the socket may be busy, may hang, or may have taken the listeners over without serving.
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
            "a hanging process may hold its socket and listeners; the log of the last flashgate there may name it"
                .to_owned(),
            "kill that process, and start again".to_owned(),
        )
    } else {
        let (listed, words) = (holders.join(", "), holders.join(" "));
        (
            format!(
                "process {listed} holds the socket; it hangs or is busy, and may not be serving"
            ),
            format!("stop it, if necessary with `kill -KILL {words}`, and start again"),
        )
    };
    PlainError::new(&message, &[&who, &cure])
}

const STILL_SERVES: [&str; 2] = [
    "the running flashgate continues to serve; run both as the same user, or this one as root",
    "to start without taking over, stop the running one first",
];

const ELSEWHERE: [&str; 2] = [
    "use a path in an existing folder that flashgate can write to, or set `handover = \"off\"`",
    "under systemd, `RuntimeDirectory=flashgate` in the unit creates /run/flashgate",
];

/// Connects to the old process, and checks that it can be trusted.
fn call(path: &Path) -> Result<OwnedFd, Errno> {
    let socket = unix_socket(SocketFlags::CLOEXEC)?;
    // The send timeout also limits connecting, in case the queue is full.
    sockopt::set_socket_timeout(&socket, Timeout::Send, Some(ANSWER_LIMIT))?;
    sockopt::set_socket_timeout(&socket, Timeout::Recv, Some(ANSWER_LIMIT))?;
    connect(&socket, &SocketAddrUnix::new(path)?)?;
    if is_trusted(&peer(&socket)?) {
        Ok(socket)
    } else {
        Err(Errno::PERM)
    }
}

/// Opens the path, accessible only to this user and root. Replaces a socket without a process.
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

/// Removes an old socket. Anything else is left alone. Connecting to it fails in the same way as to a socket without a
/// process.
fn remove_socket(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.file_type().is_socket() => fs::remove_file(path),
        Ok(_) => Err(io::Error::other(
            "expected a socket or nothing at this path, found something else",
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Receives the listeners, and finally the socket for later starts.
fn take_over(socket: OwnedFd, inherited: &mut Inherited) -> io::Result<HandoverStart> {
    loop {
        let (text, mut sockets) = receive_packet(&socket)?;
        let mut lines = text.lines();
        if lines.next() != Some(GREETING) {
            return Err(io::Error::other(
                "it uses another version of the handover protocol",
            ));
        }
        if lines.next() == Some("listeners") {
            // The kernel drops sockets for which this process has no free descriptor.
            if sockets.len() != lines.clone().count() {
                return Err(Errno::MFILE.into());
            }
            for (socket, asked) in sockets.into_iter().zip(lines) {
                inherited.add_from_predecessor(adopt(socket)?, asked.to_owned());
            }
            continue;
        }
        // It comes last, so that processes without support for the service manager's socket use the right one.
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

/// The old process's service manager, if it has one.
fn manager(line: Option<&str>, socket: Option<OwnedFd>) -> Option<Manager> {
    let microseconds = line?.strip_prefix(MANAGER)?.trim().parse().ok();
    let microseconds = microseconds.filter(|&number: &u64| number > 0);
    Some(Manager {
        socket: UnixDatagram::from(socket?),
        watchdog: microseconds.map(Duration::from_micros),
    })
}

impl Predecessor {
    /// Tells the old process that this one serves, and waits until it has stopped accepting.
    ///
    /// `has_its_manager` means that the old process must announce this one as the main process to its service manager.
    pub(in crate::daemon) async fn dismiss(self, has_its_manager: bool) -> Succession {
        let said = if has_its_manager {
            READY_AS_MAIN
        } else {
            READY
        };
        match send(&self.socket, said.as_bytes(), SendFlags::NOSIGNAL) {
            // The old process has ended, or has given up on this one. Its last word shows which.
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
        "the old flashgate did not confirm that it has stopped accepting; stop it if it is still serving"
    );
}
