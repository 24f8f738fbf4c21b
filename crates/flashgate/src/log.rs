//! Logs on standard error: constant messages, variable fields, nothing from strangers but escaped.
//!
//! A log that can't be written is lost, and counted: a full disk must not stop the daemon.

use std::borrow::Cow;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flashgate_report::visible;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

mod escaped;
mod panics;
mod sampler;
#[cfg(test)]
mod tests;

use escaped::QUOTED;
pub(crate) use escaped::{escaped, escaped_up_to};
pub(crate) use flashgate_config::reason;
pub(crate) use panics::panics;
pub(crate) use sampler::{Sampler, tell_all_suppressed, tell_suppressed};

/// The target of events that are shown however quiet the log: listening, ready.
pub(crate) const LIFECYCLE: &str = "flashgate::lifecycle";

/// How logs look.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LineFormat {
    Text,
    Json,
}

/// How much is logged.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verbosity {
    /// Warnings and errors.
    Quiet,
    /// Also what happens to the daemon as a whole.
    Normal,
    /// Also every connection.
    Connections,
}

/// Sets the log up, once.
pub(crate) fn start(format: LineFormat, verbosity: Verbosity) {
    let level = match verbosity {
        Verbosity::Quiet => LevelFilter::WARN,
        Verbosity::Normal => LevelFilter::INFO,
        Verbosity::Connections => LevelFilter::DEBUG,
    };
    // Events of libraries are for their developers.
    let filter = Targets::new()
        .with_target("flashgate", level)
        .with_target(LIFECYCLE, LevelFilter::INFO);
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(|| Unblocking)
        .with_target(false)
        .with_span_events(FmtSpan::NONE)
        .log_internal_errors(false);
    let registry = tracing_subscriber::registry().with(filter);
    QUOTED.store(matches!(format, LineFormat::Text), Ordering::Relaxed);
    match format {
        LineFormat::Text => registry.with(layer.with_ansi(false)).init(),
        LineFormat::Json => registry.with(layer.json().flatten_event(true)).init(),
    }
    panics::log();
}

/// Standard error, for threads that must not wait: a line that would have to is lost, and counted.
///
/// A pipe whose reader has stalled is the case in point. The stream itself stays as it is, blocking: whoever started
/// the daemon may share it.
struct Unblocking;

/// How many lines were lost since the last one that was written.
static LOST: AtomicU64 = AtomicU64::new(0);

/// How many were lost before those.
static LOST_BEFORE: AtomicU64 = AtomicU64::new(0);

/// Whether the last line that was written has no end.
static CUT: AtomicBool = AtomicBool::new(false);

/// How many lines were lost since the start.
pub(crate) fn lines_lost_in_all() -> u64 {
    LOST_BEFORE.load(Ordering::Relaxed) + LOST.load(Ordering::Relaxed)
}

/// What a pipe takes without waiting if it is ready at all is 4,096 bytes (`PIPE_BUF`, pipe(7)). This leaves room in it
/// for the words on lost lines; hardly a line has more.
const PIECE: usize = 3840;

impl io::Write for Unblocking {
    /// Writes a line whole or not at all; of one that is longer than a piece, as findings are, perhaps only a part. One
    /// that could not be written is counted: there is nobody to tell.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let shown = shown(line);
        // Held until the line is out: otherwise another thread could take the room that was found.
        let mut stderr = io::stderr().lock();
        if write_line(&mut stderr, &shown).is_err() {
            LOST.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A line without hidden characters, whoever wrote what is in it. Almost every line is ASCII, and stays as it is.
fn shown(line: &[u8]) -> Cow<'_, [u8]> {
    if line.is_ascii() {
        return Cow::Borrowed(line);
    }
    let line = String::from_utf8_lossy(line);
    let shown = if QUOTED.load(Ordering::Relaxed) {
        visible::text(&line)
    } else {
        visible::json(&line)
    };
    Cow::Owned(shown.into_owned().into_bytes())
}

/// The line was not written, or not whole.
struct LineLost;

/// Writes a line, with what there is to say of those before it.
fn write_line(stderr: &mut io::StderrLock<'_>, line: &[u8]) -> Result<(), LineLost> {
    let mut pieces = line.chunks(PIECE);
    if !has_room(stderr) {
        return Err(LineLost);
    }
    if CUT.swap(false, Ordering::Relaxed) {
        write_piece(stderr, b"\n")?;
    }
    let lost = LOST.load(Ordering::Relaxed);
    if lost > 0 {
        // An event of its own would be dropped: this is in the middle of one.
        write_piece(stderr, lines_lost(lost).as_bytes())?;
        LOST_BEFORE.fetch_add(lost, Ordering::Relaxed);
        LOST.fetch_sub(lost, Ordering::Relaxed);
    }
    if let Some(first) = pieces.next() {
        write_piece(stderr, first)?;
    }
    for piece in pieces {
        if !has_room(stderr) {
            CUT.store(true, Ordering::Relaxed);
            return Err(LineLost);
        }
        write_piece(stderr, piece)?;
    }
    Ok(())
}

/// Writes some bytes; a disk that is full meanwhile may take a part of them.
fn write_piece(stderr: &mut io::StderrLock<'_>, piece: &[u8]) -> Result<(), LineLost> {
    let mut left = piece;
    while !left.is_empty() {
        match stderr.write(left) {
            Ok(count) if count > 0 => left = left.get(count..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            _ => {
                if left.len() < piece.len() {
                    CUT.store(true, Ordering::Relaxed);
                }
                return Err(LineLost);
            }
        }
    }
    Ok(())
}

/// Whether a write would not wait; also where that can't be told.
fn has_room(stderr: &io::StderrLock<'_>) -> bool {
    let mut asked = [PollFd::new(stderr, PollFlags::OUT)];
    let ready = poll(&mut asked, Some(&Timespec::default()));
    !ready.is_ok_and(|ready| ready == 0)
}

fn lines_lost(lost: u64) -> String {
    if QUOTED.load(Ordering::Relaxed) {
        format!("WARN log lines were lost lost={lost}\n")
    } else {
        format!("{{\"level\":\"WARN\",\"message\":\"log lines were lost\",\"lost\":{lost}}}\n")
    }
}

/// Text for a person, of several lines and with carets: as it is among text, as a field among JSON.
pub(crate) fn text(text: &str) {
    if QUOTED.load(Ordering::Relaxed) {
        // Lost where it would have to wait, like every line.
        let _ = Unblocking.write(text.as_bytes());
    } else if !text.is_empty() {
        tracing::warn!(text, "findings");
    }
}
