//! The shapes of outcomes.

use serde::ser::{Serialize, Serializer};

use super::structs;
use crate::decide::{Place, RefusalReason};
use crate::player::{Choice, DecidedBy, Notification, Outcome, Reason, RuleAt, Verdict};

structs! {
    DecidedBy { place, rule }
    RuleAt { index, tag }
    Outcome { verdict, reason, decided_by, granted_in_vain, elapsed, reported, rests_on }
}

/// Enums that are their codes.
macro_rules! codes {
    ($($type:ty),*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }
    )*};
}

codes!(Choice, Reason, RefusalReason, Verdict);

/// `"master"`, `{"loaded": 0}`, `"destination"` or `"site-root"`.
impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Master => serializer.serialize_unit_variant("Place", 0, "master"),
            Self::Loaded(index) => {
                serializer.serialize_newtype_variant("Place", 1, "loaded", index)
            }
            Self::Destination => serializer.serialize_unit_variant("Place", 2, "destination"),
            Self::SiteRoot => serializer.serialize_unit_variant("Place", 3, "site-root"),
        }
    }
}

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
