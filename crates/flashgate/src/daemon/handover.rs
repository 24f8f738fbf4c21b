//! Hands the listening sockets over to a new process, without losing a connection.
//!
//! Both processes accept from the same queues, so no queued connection is lost. The new process connects to the Unix
//! socket of `[process] handover`, receives the listeners, gets ready, and reports it. Only then does the old process
//! stop accepting. If the new process fails earlier, nothing has changed.
//!
//! The new process also gets the old one's socket to the service manager, and the old process announces the new one as
//! the main process. So a unit can start its own replacement (`serve --detach`).

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::sockopt;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, UCred, recv, recvmsg, sendmsg,
    socket_with,
};
use rustix::process::geteuid;
use tokio::io::unix::AsyncFd;

use super::loading::LONGEST as LONGEST_RELOAD;

mod open_files;
mod start;
mod successors;
mod terms;

pub(super) use start::{HandoverFault, HandoverStart, Predecessor, Succession};
pub(super) use successors::{Caller, Offer, Said, Successors, awaited};
pub(super) use terms::{Terms, Unrest};

/// The start of the first packet. It prevents confusion with incompatible versions.
const GREETING: &str = "flashgate handover 1";

/// Sent by the new process when it serves.
const READY: &str = "ready";

/// Like [`READY`], if the new process uses the old one's service manager. (Old processes without this feature read only
/// the first word.)
const READY_AS_MAIN: &str = "ready main";

/// Sent to a new process that was replaced by another one, or that took too long.
const REPLACED: &str = "replaced";

/// Longer than any of these words.
const WORD: usize = 16;

/// The line that says that the first socket belongs to the service manager, with the watchdog interval.
const MANAGER: &str = "manager";

/// How many sockets are sent in one packet. The kernel accepts 253 (unix(7), `SCM_RIGHTS`).
const PER_PACKET: usize = 64;

/// More than the addresses of the listeners in a packet need.
const PACKET: usize = 65_536;

/// How long the old process may take to answer. This is longer than a reload, which it finishes first.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

const _: () = assert!(ANSWER_LIMIT.as_secs() > LONGEST_RELOAD.as_secs());

/// A socket that preserves packet boundaries.
fn unix_socket(flags: SocketFlags) -> Result<OwnedFd, Errno> {
    socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)
}

/// The process on the other side at the time it connected.
fn peer(socket: &OwnedFd) -> Result<UCred, Errno> {
    sockopt::socket_peercred(socket)
}

/// Whether a process belongs to root or to this process's user.
fn is_trusted(peer: &UCred) -> bool {
    peer.uid.is_root() || peer.uid == geteuid()
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

fn receive_packet(from: &OwnedFd) -> io::Result<(String, Vec<OwnedFd>)> {
    let mut room = vec![0; PACKET];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(PER_PACKET))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let received = recvmsg(
        from.as_fd(),
        &mut [IoSliceMut::new(&mut room)],
        &mut ancillary,
        RecvFlags::CMSG_CLOEXEC,
    )?;
    if received.bytes == 0 {
        return Err(io::Error::other("the other process refused, or has ended"));
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

/// Waits for a word from the other side; `None` if it is gone.
async fn word(socket: &AsyncFd<OwnedFd>) -> Option<String> {
    loop {
        let mut ready = socket.readable().await.ok()?;
        let mut room = [0; WORD];
        match recv(socket, &mut room, RecvFlags::DONTWAIT) {
            Err(Errno::AGAIN) => ready.clear_ready(),
            // The socket was closed with unread data. A word received before is still there.
            Err(Errno::INTR | Errno::CONNRESET) => {}
            Err(_) | Ok((_, 0)) => return None,
            Ok((_, length)) => {
                let said = room.get(..length.min(WORD))?;
                return Some(String::from_utf8_lossy(said).into_owned());
            }
        }
    }
}
