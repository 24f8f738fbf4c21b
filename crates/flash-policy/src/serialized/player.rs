//! The shapes of outcomes.

use serde::ser::{Serialize, Serializer};

use super::{codes, structs};
use crate::player::{Choice, DecidedBy, Notification, Outcome, Reason, RuleAt, Verdict};

structs! {
    DecidedBy { place, rule }
    RuleAt { index, tag }
    Outcome { verdict, reason, decided_by, granted_in_vain, elapsed, reported, rests_on }
}

codes!(Choice, Reason, Verdict);

/// `"at-once"`, `"thrown"` or `{"at-timeout": …}` with the time.
impl Serialize for Notification {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = "Notification";
        match self {
            Self::AtOnce => serializer.serialize_unit_variant(name, 0, "at-once"),
            Self::Thrown => serializer.serialize_unit_variant(name, 1, "thrown"),
            Self::AtTimeout(time) => {
                serializer.serialize_newtype_variant(name, 2, "at-timeout", time)
            }
        }
    }
}
