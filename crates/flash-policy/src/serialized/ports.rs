//! The shapes of ports.

use alloc::string::String;
use core::fmt;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::{Port, PortRange, PortSet};

impl Serialize for Port {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.get())
    }
}

impl<'de> Deserialize<'de> for Port {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(deserializer)?;
        port(number)
    }
}

fn port<E: Error>(number: u64) -> Result<Port, E> {
    let port = u16::try_from(number)
        .ok()
        .and_then(|number| Port::new(number).ok());
    let expected = &"a port from 1 to 65535";
    port.ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), expected))
}

impl Serialize for PortRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for PortSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PortSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(PortsVisitor)
        } else {
            PortsVisitor.visit_str(&String::deserialize(deserializer)?)
        }
    }
}

/// Reads a text, a number, or a list of numbers.
struct PortsVisitor;

impl<'de> Visitor<'de> for PortsVisitor {
    type Value = PortSet;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ports such as `843,9000-9010`, a port, or a list of ports")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<PortSet, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<PortSet, E> {
        port(number).map(PortSet::from)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<PortSet, E> {
        let expected = &"a port from 1 to 65535";
        let number = u64::try_from(number)
            .map_err(|_| E::invalid_value(Unexpected::Signed(number), expected))?;
        self.visit_u64(number)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<PortSet, A::Error> {
        let mut ports = alloc::vec::Vec::new();
        while let Some(port) = list.next_element::<Port>()? {
            ports.push(port);
        }
        if ports.is_empty() {
            return Err(A::Error::invalid_length(0, &"at least one port"));
        }
        Ok(ports.into_iter().collect())
    }
}
