//! Lines for systemd's journal: each begins with its priority, and has no time of its own, because the journal adds it.
//!
//! `JOURNAL_STREAM` has the device and inode of the stream that leads to the journal (systemd.exec(5)). It is also set
//! if standard error has been redirected since, so both are compared.

use std::borrow::Cow;
use std::sync::OnceLock;

use rustix::fs::fstat;
use tracing::Level;

/// Whether standard error leads to the journal. It is looked at once.
pub(super) fn is_stderr() -> bool {
    static IS_STDERR: OnceLock<bool> = OnceLock::new();
    *IS_STDERR.get_or_init(|| {
        let named = std::env::var("JOURNAL_STREAM").unwrap_or_default();
        let stderr = fstat(std::io::stderr());
        stderr.is_ok_and(|stderr| named == format!("{}:{}", stderr.st_dev, stderr.st_ino))
    })
}

/// The text as the journal needs it, if it goes there: with the priority before each line that is not empty
/// (sd-daemon(3)).
pub(super) fn with_priority(level: Level, text: &str) -> Cow<'_, str> {
    if is_stderr() {
        prefixed(priority(level), text).into()
    } else {
        text.into()
    }
}

fn prefixed(priority: char, text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.fold(String::with_capacity(text.len() + 16), |mut all, line| {
        if line != "\n" {
            all.extend(['<', priority, '>']);
        }
        all + line
    })
}

/// The priorities of syslog(3).
const fn priority(level: Level) -> char {
    match level {
        Level::ERROR => '3',
        Level::WARN => '4',
        Level::INFO => '6',
        Level::DEBUG | Level::TRACE => '7',
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn each_line_has_the_priority() {
        let text = super::prefixed('4', "warning: a\n --> b\n\nend");
        assert_eq!(text, "<4>warning: a\n<4> --> b\n\n<4>end");
    }
}
