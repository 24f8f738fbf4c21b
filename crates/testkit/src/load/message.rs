//! What a fetch sends, and in which pieces. It is the same for all fetches of a load, so it is made once.

use anyhow::{Result, ensure};

use super::settings::Load;

/// The bytes to send, and where each piece of them ends.
#[derive(Debug)]
pub(super) struct Message {
    bytes: Vec<u8>,
    /// Ascending; the last one is the length.
    ends: Vec<usize>,
}

impl Message {
    pub(super) fn new(load: &Load) -> Result<Self> {
        let suffix = load.request.iter().copied().cycle().take(load.suffix);
        let bytes: Vec<u8> = load.request.iter().copied().chain(suffix).collect();
        let mut ends = load.cuts.clone();
        ends.sort_unstable();
        ends.dedup();
        for cut in &ends {
            let last = bytes.len().saturating_sub(1);
            ensure!(
                (1..=last).contains(cut),
                "expected a cut from 1 to {last}, found {cut}"
            );
        }
        ends.push(bytes.len());
        Ok(Self { bytes, ends })
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether it is sent in several pieces, so that the kernel must not wait to join them.
    pub(super) fn is_cut(&self) -> bool {
        self.ends.len() > 1
    }

    /// The rest of the piece that contains the byte at `sent`.
    pub(super) fn piece_at(&self, sent: usize) -> &[u8] {
        let end = self
            .ends
            .iter()
            .copied()
            .find(|end| *end > sent)
            .unwrap_or(sent);
        self.bytes.get(sent..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(suffix: usize, cuts: &[usize]) -> Load {
        let mut load = Load::new("127.0.0.1:1".parse().unwrap(), b"");
        load.suffix = suffix;
        load.cuts = cuts.to_vec();
        load
    }

    #[track_caller]
    fn check(load: &Load, expected: &[&[u8]]) {
        let message = Message::new(load).unwrap();
        let mut sent = 0;
        for piece in expected {
            assert_eq!(message.piece_at(sent), *piece);
            sent += piece.len();
        }
        assert_eq!(sent, message.len());
        assert_eq!(message.piece_at(sent), b"");
    }

    #[test]
    fn request_and_suffix_are_one_piece() {
        check(&load(0, &[]), &[b"<policy-file-request/>\0"]);
        check(&load(1, &[]), &[b"<policy-file-request/>\0<"]);
        check(
            &load(23, &[]),
            &[b"<policy-file-request/>\0<policy-file-request/>\0"],
        );
    }

    #[test]
    fn every_cut_ends_a_piece() {
        check(
            &load(0, &[22, 1, 1]),
            &[b"<", b"policy-file-request/>", b"\0"],
        );
    }

    #[test]
    fn a_cut_outside_is_refused() {
        assert!(Message::new(&load(0, &[0])).is_err());
        assert!(Message::new(&load(0, &[23])).is_err());
        assert!(Message::new(&load(1, &[23])).is_ok());
    }

    #[test]
    fn no_request_is_an_empty_message() {
        let mut silent = load(23, &[]);
        silent.request.clear();
        check(&silent, &[]);
    }
}
