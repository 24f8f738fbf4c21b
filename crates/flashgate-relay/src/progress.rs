//! The progress of one direction.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DirectionStage {
    Open,
    /// The source has ended.
    Ended,
    /// The end was passed on to the sink.
    Over,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DirectionProgress {
    /// The source has ended.
    pub(super) ended: bool,
    /// The end was passed on to the sink.
    pub(super) over: bool,
    /// A number that changes with every byte read or written.
    pub(super) moved: u64,
    /// The number of bytes that the sink has taken.
    pub(super) delivered: u64,
}

impl DirectionProgress {
    pub(super) fn new(stage: DirectionStage, moved: u64, delivered: u64) -> Self {
        Self {
            ended: stage != DirectionStage::Open,
            over: stage == DirectionStage::Over,
            moved,
            delivered,
        }
    }
}
