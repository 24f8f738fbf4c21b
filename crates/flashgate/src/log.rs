//! Logs to standard error: constant messages with variable fields. Bytes from the network are escaped.
//!
//! A log line that can't be written is dropped and counted. A full disk must not stop the daemon.

use std::borrow::Cow;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flashgate_config::config::ConfigFindings;
use flashgate_report::{render, visible};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

mod escaped;
mod journal;
mod panics;
mod sampler;

use escaped::QUOTED;
pub(crate) use escaped::{escaped, escaped_up_to};
pub(crate) use flashgate_config::reason;
pub(crate) use panics::panics;
pub(crate) use sampler::{Sampler, tell_all_suppressed, tell_suppressed};

/// The target of events that are logged at every verbosity: listening, ready.
pub(crate) const LIFECYCLE: &str = "flashgate::lifecycle";

/// The log format.
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
    /// Also events of the daemon as a whole.
    Normal,
    /// Also every connection.
    Connections,
}

/// Sets up logging. Call it once.
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
    let text = tracing_subscriber::fmt::layer()
        .with_writer(Stderr)
        .with_target(false)
        .with_span_events(FmtSpan::NONE)
        .log_internal_errors(false)
        .with_ansi(false);
    let registry = tracing_subscriber::registry().with(filter);
    QUOTED.store(matches!(format, LineFormat::Text), Ordering::Relaxed);
    match (format, journal::is_stderr()) {
        (LineFormat::Text, false) => registry.with(text).init(),
        (LineFormat::Text, true) => registry.with(text.without_time()).init(),
        (LineFormat::Json, false) => registry.with(text.json().flatten_event(true)).init(),
        (LineFormat::Json, true) => registry
            .with(text.json().flatten_event(true).without_time())
            .init(),
    }
    panics::log();
}

/// Standard error, for threads that must not block. A line that would block is dropped and counted, for example when
/// the reader of a pipe has stalled.
///
/// The stream itself stays in blocking mode, because the daemon may share it with the process that started it.
struct Unblocking {
    level: Level,
}

/// Makes the writer of each event.
struct Stderr;

impl MakeWriter<'_> for Stderr {
    type Writer = Unblocking;

    fn make_writer(&self) -> Unblocking {
        Unblocking { level: Level::INFO }
    }

    fn make_writer_for(&self, event: &Metadata<'_>) -> Unblocking {
        Unblocking {
            level: *event.level(),
        }
    }
}

/// How many lines were dropped since the last line that was written.
static LOST: AtomicU64 = AtomicU64::new(0);

/// How many lines were dropped before those in [`LOST`].
static LOST_BEFORE: AtomicU64 = AtomicU64::new(0);

/// Whether the last line was cut before its line break.
static CUT: AtomicBool = AtomicBool::new(false);

/// How many lines were dropped since the start.
pub(crate) fn lines_lost_in_all() -> u64 {
    LOST_BEFORE.load(Ordering::Relaxed) + LOST.load(Ordering::Relaxed)
}

/// A pipe that is ready takes 4,096 bytes without blocking (`PIPE_BUF`, pipe(7)). This leaves room for the message
/// about lost lines. Almost every line is shorter.
const PIECE: usize = 3840;

impl io::Write for Unblocking {
    /// Writes a line completely or not at all. A line longer than a piece, such as findings, may be cut. A line that
    /// can't be written is only counted, because there is nowhere to report it.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let shown = shown(self.level, line);
        // Locked until the line is written. Otherwise another thread could fill the pipe in the meantime.
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

/// Makes hidden characters visible, and adds what the journal needs. Almost every line is ASCII and stays unchanged.
fn shown(level: Level, line: &[u8]) -> Cow<'_, [u8]> {
    if journal::is_stderr() {
        let shown = visible_line(line);
        let shown = String::from_utf8_lossy(&shown);
        // Without a time, text begins with the space that aligns the levels.
        let shown = shown.strip_prefix(' ').unwrap_or(&shown);
        return Cow::Owned(
            journal::with_priority(level, shown)
                .into_owned()
                .into_bytes(),
        );
    }
    visible_line(line)
}

fn visible_line(line: &[u8]) -> Cow<'_, [u8]> {
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

/// The line was not written, or only in part.
struct LineLost;

/// Writes a line, preceded by a message about dropped lines.
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
        // Written directly: a log event here would be dropped, because another event is being written.
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

/// Writes some bytes. A disk that becomes full may take only part of them.
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

/// Whether a write would not block. Also true if that is unknown.
fn has_room(stderr: &io::StderrLock<'_>) -> bool {
    let mut asked = [PollFd::new(stderr, PollFlags::OUT)];
    let ready = poll(&mut asked, Some(&Timespec::default()));
    !ready.is_ok_and(|ready| ready == 0)
}

fn lines_lost(lost: u64) -> String {
    let line = if QUOTED.load(Ordering::Relaxed) {
        format!("WARN log lines were lost lost={lost}\n")
    } else {
        format!("{{\"level\":\"WARN\",\"message\":\"log lines were lost\",\"lost\":{lost}}}\n")
    };
    journal::with_priority(Level::WARN, &line).into_owned()
}

/// Prints findings outside the log: before it begins, or if it never does.
pub(crate) fn print_findings(findings: &ConfigFindings) {
    let text = findings.to_string();
    render::to_stderr(&journal::with_priority(level_of(findings), &text));
}

/// An error outside the log, as the journal needs it if it goes there.
pub(crate) fn as_error(text: &str) -> Cow<'_, str> {
    journal::with_priority(Level::ERROR, text)
}

fn level_of(findings: &ConfigFindings) -> Level {
    if findings.any_error() {
        Level::ERROR
    } else {
        Level::WARN
    }
}

/// Logs findings, with several lines and carets: as they are in text format, as a field in JSON format.
pub(crate) fn findings(findings: &ConfigFindings) {
    let text = findings.to_string();
    if QUOTED.load(Ordering::Relaxed) {
        // Dropped if it would block, like every line.
        let level = level_of(findings);
        let _ = Unblocking { level }.write(text.as_bytes());
        return;
    }
    let text = render::without_color(&text);
    if findings.any_error() {
        tracing::error!(text, "findings");
    } else if !findings.is_empty() {
        tracing::warn!(text, "findings");
    }
}
