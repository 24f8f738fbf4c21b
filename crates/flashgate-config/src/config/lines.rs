//! Line numbers in a file, for notes.

/// Where each line begins.
#[derive(Debug)]
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let starts = text.bytes().enumerate();
        let starts = starts.filter_map(|(at, byte)| (byte == b'\n').then_some(at + 1));
        Self(starts.collect())
    }

    /// The line of a place, counted from 1.
    pub(super) fn number(&self, at: usize) -> usize {
        self.0.partition_point(|start| *start <= at) + 1
    }
}
