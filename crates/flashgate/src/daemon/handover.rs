//! From one process to the next without a lost connection: the successor gets the listening sockets themselves.
//!
//! Both processes accept from the same queues, so none of it is lost. The successor connects to the Unix socket of
//! `[process] handover`, is sent the listeners, makes itself ready, and says so; only then does the predecessor stop
//! accepting. A successor that fails before has changed nothing.

use std::fs;
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;
use std::time::Duration;

use rustix::fs::Mode;
use rustix::io::Errno;
use rustix::net::sockopt::{self, Timeout};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketAddrUnix, SocketFlags, SocketType, accept_with, bind,
    connect, listen, recv, recvmsg, send, sendmsg, socket_with,
};
use rustix::process::{geteuid, umask};
use tokio::io::unix::AsyncFd;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{info, warn};

use super::endpoint::AskedEndpoint;
use super::inherited::{Inherited, adopt};
use super::readable::watch;
use crate::log;
use crate::render;

/// What the first packet begins with: a successor of another kind must not be misunderstood.
const GREETING: &str = "flashgate handover 1";

/// What the successor says when it serves.
const READY: &[u8] = b"ready";

/// How many sockets go into one packet; the kernel takes 253 (unix(7), `SCM_RIGHTS`).
const PER_PACKET: usize = 64;

/// More than the addresses of so many listeners take.
const PACKET: usize = 65_536;

/// How long the predecessor may take to send what it has: longer than a reload, which it finishes first.
const ANSWER_LIMIT: Duration = Duration::from_secs(15);

/// How long the successor may take to be ready; afterwards the predecessor forgets it.
const READY_LIMIT: Duration = Duration::from_secs(60);

/// After a failure to hear who asks.
const RETRY: Duration = Duration::from_secs(1);

/// The process that serves already, and waits to hear that this one does.
#[derive(Debug)]
pub(super) struct Predecessor {
    socket: OwnedFd,
}

/// What a start finds at the path.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) predecessor: Option<Predecessor>,
    /// Where successors ask.
    pub(super) door: OwnedFd,
}

impl Start {
    /// Takes the listeners over from whoever serves at this path, or opens it; an error is text for the terminal.
    pub(super) fn at(path: &Path, inherited: &mut Inherited) -> Result<Self, String> {
        let answer = call(path).map_err(io::Error::from).and_then(|socket| {
            let predecessor = Predecessor { socket };
            let door = predecessor.take_over(inherited)?;
            Ok(Self {
                predecessor: Some(predecessor),
                door,
            })
        });
        match answer {
            Ok(start) => Ok(start),
            Err(error) if is_nobody(&error) => Ok(Self {
                predecessor: None,
                door: open(path).map_err(|error| not_opened(path, &error))?,
            }),
            Err(error) => Err(not_taken_over(path, &error)),
        }
    }
}

/// Whether nobody is there, or somebody who was just stopped and has closed the door.
fn is_nobody(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, ConnectionReset, NotFound};
    matches!(error.kind(), NotFound | ConnectionRefused | ConnectionReset)
}

fn not_taken_over(path: &Path, error: &io::Error) -> String {
    let reason = if error.kind() == io::ErrorKind::WouldBlock {
        format!("no answer within {} s", ANSWER_LIMIT.as_secs())
    } else {
        log::reason(error)
    };
    let message = format!(
        "can't take over from the flashgate at {}: {reason}",
        path.display()
    );
    render::plain_error_text(
        &message,
        &[
            "it goes on serving; both must run as the same user, or this one as root",
            "to start afresh, stop it first",
        ],
    )
}

fn not_opened(path: &Path, error: &io::Error) -> String {
    let message = format!(
        "can't open the socket {} for a successor: {}",
        path.display(),
        log::reason(error)
    );
    render::plain_error_text(
        &message,
        &["name a path in a folder that flashgate may write to, or write `handover = \"off\"`"],
    )
}

/// Connects to whoever serves, if that is somebody to trust.
fn call(path: &Path) -> Result<OwnedFd, Errno> {
    let socket = unix_socket(SocketFlags::CLOEXEC)?;
    // The first is for connecting, should many be waiting already.
    sockopt::set_socket_timeout(&socket, Timeout::Send, Some(ANSWER_LIMIT))?;
    sockopt::set_socket_timeout(&socket, Timeout::Recv, Some(ANSWER_LIMIT))?;
    connect(&socket, &SocketAddrUnix::new(path)?)?;
    if is_trusted(&socket)? {
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
    listen(&socket, 8)?;
    Ok(socket)
}

/// Makes room; what is no socket is not ours to remove, and connecting to it fails just like to one that nobody serves.
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

/// A socket that keeps packets apart.
fn unix_socket(flags: SocketFlags) -> Result<OwnedFd, Errno> {
    socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)
}

/// Whether the other side is root or the user that this process runs as.
fn is_trusted(socket: &OwnedFd) -> Result<bool, Errno> {
    let peer = sockopt::socket_peercred(socket)?.uid;
    Ok(peer.is_root() || peer == geteuid())
}

impl Predecessor {
    /// Receives the listeners, and at last the socket at which the next successor will ask.
    fn take_over(&self, inherited: &mut Inherited) -> io::Result<OwnedFd> {
        loop {
            let (text, mut sockets) = self.packet()?;
            let mut lines = text.lines();
            if lines.next() != Some(GREETING) {
                return Err(io::Error::other(
                    "it speaks another version of the hand-over",
                ));
            }
            match lines.next() {
                Some("listeners") => {
                    // The kernel leaves out those for which this process has no descriptor.
                    if sockets.len() != lines.clone().count() {
                        return Err(Errno::MFILE.into());
                    }
                    for (socket, asked) in sockets.into_iter().zip(lines) {
                        inherited.add_from_predecessor(adopt(socket)?, asked.to_owned());
                    }
                }
                _ => {
                    return sockets
                        .pop()
                        .ok_or_else(|| io::Error::other("it sent no socket"));
                }
            }
        }
    }

    fn packet(&self) -> io::Result<(String, Vec<OwnedFd>)> {
        let mut room = vec![0; PACKET];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(PER_PACKET))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let received = recvmsg(
            &self.socket,
            &mut [IoSliceMut::new(&mut room)],
            &mut ancillary,
            RecvFlags::CMSG_CLOEXEC,
        )?;
        if received.bytes == 0 {
            return Err(io::Error::other("it refused, or has ended"));
        }
        let mut sockets = Vec::new();
        for message in ancillary.drain() {
            if let RecvAncillaryMessage::ScmRights(passed) = message {
                sockets.extend(passed);
            }
        }
        room.truncate(received.bytes);
        Ok((String::from_utf8_lossy(&room).into_owned(), sockets))
    }

    /// Says that this process serves now, so that the other one stops accepting.
    pub(super) fn dismiss(self) {
        match send(&self.socket, READY, SendFlags::NOSIGNAL) {
            // It was stopped meanwhile, and need not be told.
            Ok(_) | Err(Errno::PIPE | Errno::CONNRESET) => {}
            Err(error) => {
                let error = log::reason(&error.into());
                warn!(
                    error,
                    "the former flashgate could not be told that this one serves; stop it"
                );
            }
        }
    }
}

/// The successor's side of it, as the one that serves sees it.
#[derive(Debug)]
pub(super) struct Successors {
    door: AsyncFd<OwnedFd>,
    /// One that has the listeners, and is not ready yet.
    preparing: Option<(AsyncFd<OwnedFd>, Instant)>,
}

impl Successors {
    pub(super) fn new(door: OwnedFd) -> io::Result<Self> {
        Ok(Self {
            door: watch(door)?,
            preparing: None,
        })
    }

    /// Waits for a successor that serves. It may be dropped and called again at any time.
    pub(super) async fn next(&mut self, listeners: &[AskedEndpoint]) {
        loop {
            let Some((socket, deadline)) = &self.preparing else {
                self.preparing = self.caller(listeners).await;
                continue;
            };
            let said = timeout_at(*deadline, said(socket)).await;
            self.preparing = None;
            if matches!(said, Ok(true)) {
                return;
            }
            warn!("a successor took the listeners and was never ready; serving goes on");
        }
    }

    /// The next process that asks, if it may have the listeners and was sent them.
    async fn caller(&self, listeners: &[AskedEndpoint]) -> Option<(AsyncFd<OwnedFd>, Instant)> {
        let mut ready = self.door.readable().await.ok()?;
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = match accept_with(&self.door, flags) {
            Ok(socket) => socket,
            Err(Errno::AGAIN) => {
                ready.clear_ready();
                return None;
            }
            // Descriptors have run out, say; whoever asks is still queued.
            Err(_) => {
                sleep(RETRY).await;
                return None;
            }
        };
        if !is_trusted(&socket).unwrap_or(false) {
            warn!("refused the listeners to a process of another user");
            return None;
        }
        info!("a successor asks for the listeners");
        let sent = hand_over(&socket, listeners, self.door.get_ref()).and_then(|()| watch(socket));
        match sent {
            Ok(socket) => Some((socket, Instant::now() + READY_LIMIT)),
            Err(error) => {
                let error = log::reason(&error);
                warn!(error, "can't hand the listeners over; serving goes on");
                None
            }
        }
    }
}

/// Whether a successor has said that it is ready, rather than gone.
async fn said(socket: &AsyncFd<OwnedFd>) -> bool {
    loop {
        let Ok(mut ready) = socket.readable().await else {
            return false;
        };
        let mut room = [0; READY.len()];
        match recv(socket, &mut room, RecvFlags::DONTWAIT) {
            Err(Errno::AGAIN | Errno::INTR) => ready.clear_ready(),
            Err(_) => return false,
            Ok(_) => return room == READY,
        }
    }
}

fn hand_over(to: &OwnedFd, listeners: &[AskedEndpoint], door: &OwnedFd) -> io::Result<()> {
    for some in listeners.chunks(PER_PACKET) {
        let sockets: Vec<_> = some.iter().map(|it| it.endpoint.socket()).collect();
        let asked: Vec<_> = some.iter().map(|it| it.asked.to_string()).collect();
        let text = format!("{GREETING}\nlisteners\n{}", asked.join("\n"));
        let sockets: Vec<_> = sockets.iter().map(|socket| socket.as_fd()).collect();
        send_packet(to, &text, &sockets)?;
    }
    send_packet(to, &format!("{GREETING}\nend"), &[door.as_fd()])
}

fn send_packet(to: &OwnedFd, text: &str, sockets: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(PER_PACKET))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !ancillary.push(SendAncillaryMessage::ScmRights(sockets)) {
        return Err(Errno::TOOBIG.into());
    }
    sendmsg(
        to,
        &[IoSlice::new(text.as_bytes())],
        &mut ancillary,
        SendFlags::NOSIGNAL | SendFlags::DONTWAIT,
    )?;
    Ok(())
}
