//! How far one direction has come.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DirectionStage {
    Open,
    /// The source ended.
    Ended,
    /// The sink knows.
    Over,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DirectionProgress {
    /// The source has ended.
    pub(super) ended: bool,
    /// The sink was told so.
    pub(super) over: bool,
    /// A number that changes with every byte taken or given.
    pub(super) moved: u64,
    /// How many bytes the sink took.
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
