//! From one process to the next without a lost connection: the successor gets the listening sockets themselves.
//!
//! Both processes accept from the same queues, so no connection in them is lost. The successor connects to the Unix
//! socket of `[process] handover`, is sent the listeners, makes itself ready, and says so; only then does the
//! predecessor stop accepting. A successor that fails before has changed nothing.
//!
//! The service manager follows: the successor also gets the predecessor's socket to it, and the predecessor names the
//! successor as the main process. So a unit can start its own successor (`serve --detach`).

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

/// What the first packet begins with: a successor of another kind must not be misunderstood.
const GREETING: &str = "flashgate handover 1";

/// What the successor says when it serves.
const READY: &str = "ready";

/// The same, and that the predecessor's service manager is now its own. (A predecessor of before this was possible
/// reads only the first word.)
const READY_AS_MAIN: &str = "ready main";

/// What a successor hears whose place another one has taken, or that took too long.
const REPLACED: &str = "replaced";

/// Longer than any of these words.
const WORD: usize = 16;

/// The line that says that the first socket is the service manager's, and how often that wants a sign of life.
const MANAGER: &str = "manager";

/// How many sockets go into one packet; the kernel takes 253 (unix(7), `SCM_RIGHTS`).
const PER_PACKET: usize = 64;

/// More than the addresses of a packet's listeners take.
const PACKET: usize = 65_536;

/// How long the predecessor may take to send what it has: longer than a reload, which it finishes first.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

const _: () = assert!(ANSWER_LIMIT.as_secs() > LONGEST_RELOAD.as_secs());

/// A socket that keeps packets apart.
fn unix_socket(flags: SocketFlags) -> Result<OwnedFd, Errno> {
    socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)
}

/// The process on the other side, as it was when it connected.
fn peer(socket: &OwnedFd) -> Result<UCred, Errno> {
    sockopt::socket_peercred(socket)
}

/// Whether a process is root's or of the user that this one runs as.
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

/// What the other side says once it can be read: a word, or nothing if it has gone.
async fn word(socket: &AsyncFd<OwnedFd>) -> Option<String> {
    loop {
        let mut ready = socket.readable().await.ok()?;
        let mut room = [0; WORD];
        match recv(socket, &mut room, RecvFlags::DONTWAIT) {
            Err(Errno::AGAIN) => ready.clear_ready(),
            // It was closed with something unread; what it said before is still there.
            Err(Errno::INTR | Errno::CONNRESET) => {}
            Err(_) | Ok((_, 0)) => return None,
            Ok((_, length)) => {
                let said = room.get(..length.min(WORD))?;
                return Some(String::from_utf8_lossy(said).into_owned());
            }
        }
    }
}
