//! Shows on a terminal what the check waits for, in one line that is erased at the end.

use std::cell::RefCell;
use std::io::{IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::termios::tcgetwinsize;

/// Shows progress until it is dropped. Shows nothing if standard error is not a terminal, or a dumb one.
#[derive(Debug)]
pub struct ProgressDisplay {
    shown: Option<ProgressThread>,
}

#[derive(Debug)]
struct ProgressThread {
    what: Arc<Mutex<Option<String>>>,
    thread: RefCell<Option<JoinHandle<()>>>,
}

/// The width of a terminal that does not report it.
const COLUMNS: usize = 80;

/// How often the seconds are updated.
const PACE: Duration = Duration::from_millis(100);

impl ProgressDisplay {
    /// Starts to show progress, if there is a terminal.
    pub fn start() -> Self {
        let able = std::io::stderr().is_terminal() && !flashgate_report::render::is_dumb();
        Self {
            shown: able.then(ProgressThread::start),
        }
    }

    /// Shows nothing.
    pub const fn hidden() -> Self {
        Self { shown: None }
    }

    /// Sets what the check waits for.
    pub fn tell(&self, what: &str) {
        if let Some(shown) = &self.shown {
            shown.set(Some(what.to_owned()));
        }
    }
}

impl ProgressThread {
    fn start() -> Self {
        let what = Arc::new(Mutex::new(Some(String::new())));
        let told = Arc::clone(&what);
        let began = Instant::now();
        let thread = thread::spawn(move || {
            while let Some(what) = told.lock().ok().and_then(|what| what.clone()) {
                if !what.is_empty() {
                    draw(&format!("{:>6.1} s  {what}", began.elapsed().as_secs_f64()));
                }
                thread::park_timeout(PACE);
            }
            draw("");
        });
        Self {
            what,
            thread: RefCell::new(Some(thread)),
        }
    }

    fn set(&self, what: Option<String>) {
        if let Ok(mut told) = self.what.lock() {
            *told = what;
        }
        if let Some(thread) = self.thread.borrow().as_ref() {
            thread.thread().unpark();
        }
    }
}

impl Drop for ProgressThread {
    fn drop(&mut self) {
        self.set(None);
        if let Some(thread) = self.thread.take() {
            // The thread draws an empty line last, so that nothing remains.
            let _ = thread.join();
        }
    }
}

/// Draws a line. A longer one would wrap and not be erased completely. The last column is for the cursor.
fn draw(text: &str) {
    let mut stderr = std::io::stderr().lock();
    let columns = tcgetwinsize(&stderr).map_or(0, |size| usize::from(size.ws_col));
    let room = if columns == 0 { COLUMNS } else { columns } - 1;
    let shown = text.char_indices().nth(room);
    let text = shown.map_or(text, |(end, _)| text.split_at(end).0);
    let _ = write!(stderr, "\r\x1b[K{text}").and_then(|()| stderr.flush());
}
