//! The shapes of decisions.

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use super::{codes, structs};
use crate::decide::{Allowed, Ask, Decision, Denied, Place, RefusalReason};

structs! {
    Ask { place, limit }
    Denied { reason, place, rule }
}

codes!(RefusalReason);

/// `{"allowed": …}`, `{"denied": …}` or `{"ask": …}`.
impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = "Decision";
        match self {
            Self::Allowed(allowed) => {
                serializer.serialize_newtype_variant(name, 0, "allowed", allowed)
            }
            Self::Denied(denied) => serializer.serialize_newtype_variant(name, 1, "denied", denied),
            Self::Ask(ask) => serializer.serialize_newtype_variant(name, 2, "ask", ask),
        }
    }
}

/// The same fields as a denial. `place` and `rule` are null if no policy is needed.
impl Serialize for Allowed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let by = match self {
            Self::Rule { place, rule } => Some((*place, *rule)),
            Self::OwnHost | Self::LocalTrusted | Self::Application => None,
        };
        let mut fields = serializer.serialize_struct("Allowed", 3)?;
        fields.serialize_field("reason", self.code())?;
        fields.serialize_field("place", &by.map(|(place, _)| place))?;
        fields.serialize_field("rule", &by.map(|(_, rule)| rule))?;
        fields.end()
    }
}

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
