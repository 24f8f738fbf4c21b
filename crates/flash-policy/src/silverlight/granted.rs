//! What a `<resource>` or a `<socket-resource>` grants.

use super::access::Resource;
use super::loss::AccessLoss;
use crate::document::Element;
use crate::parse::{PolicyFaultKind as Fault, ResourceFault};
use crate::write::SILVERLIGHT_PORTS;
use crate::{Port, PortRange};

/// What a `<resource>` grants, or what is wrong and what it costs.
pub(super) fn resource(element: &Element) -> Result<Resource, (Fault, AccessLoss)> {
    let value = |name| Some(element.attribute(name)?.value.as_str());
    if !element.is_empty_tag() {
        return Err((
            Fault::BadResource(ResourceFault::NotEmpty),
            AccessLoss::Resources,
        ));
    }
    let path = value("path").filter(|path| !path.is_empty());
    let path = path.ok_or((Fault::BadResource(ResourceFault::NoPath), AccessLoss::File))?;
    // As in XML Schema. Moonlight reads it with `XmlConvert.ToBoolean`.
    let include_subpaths = match value("include-subpaths").map(str::trim) {
        None | Some("false" | "0") => false,
        Some("true" | "1") => true,
        Some(_) => {
            return Err((
                Fault::BadResource(ResourceFault::Subpaths),
                AccessLoss::File,
            ));
        }
    };
    Ok(Resource {
        path: path.into(),
        include_subpaths,
    })
}

/// The ports of a `<socket-resource>`, or why it grants nothing and what that costs.
pub(super) fn ports(element: &Element) -> Result<PortRange, (Fault, AccessLoss)> {
    let value = |name| element.attribute(name).map(|found| found.value.as_str());
    let is_tcp = value("protocol") == Some("tcp");
    // Moonlight ignores the ports of other protocols.
    let loss = if is_tcp {
        AccessLoss::File
    } else {
        AccessLoss::Nothing
    };
    let (low, high) = value("port")
        .and_then(two_ports)
        .ok_or((Fault::BadSocketPort, loss))?;
    let range = PortRange::new(low, high);
    if !is_tcp {
        let fault = range.map_or(Fault::BadSocketPort, |_| Fault::BadProtocol);
        return Err((fault, AccessLoss::Nothing));
    }
    let (from, to) = SILVERLIGHT_PORTS;
    let is_outside = |port: Port| !(from..=to).contains(&port.get());
    let loss = if is_outside(low) || is_outside(high) {
        AccessLoss::File
    } else {
        AccessLoss::Nothing
    };
    // A reversed range contains no ports and does no harm.
    let range = range.ok_or((Fault::BadSocketPort, loss))?;
    if loss == AccessLoss::File {
        return Err((Fault::PortOutOfRange(range), loss));
    }
    Ok(range)
}

/// The ends of a range, or a port twice.
fn two_ports(text: &str) -> Option<(Port, Port)> {
    let port = |text: &str| Port::new(text.trim().parse().ok()?).ok();
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    Some((port(low)?, port(high)?))
}
