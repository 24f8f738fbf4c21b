//! Values that rules accept as ports.

use alloc::format;
use alloc::string::String;
use core::ops::RangeInclusive;

use super::{Port, PortRange, PortSet, PortSetError, PortSetErrorKind};

/// A value that names the ports of a rule: numbers, a text as in `to-ports`, or a [`PortSet`] and its parts.
///
/// ```
/// use flash_policy::ports::IntoPorts;
/// use flash_policy::{Port, PortSet};
///
/// assert_eq!(9339.into_ports()?.to_string(), "9339");
/// assert_eq!((9400..=9410).into_ports()?.to_string(), "9400-9410");
/// assert_eq!([843, 9339].into_ports()?.to_string(), "843,9339");
/// assert_eq!("9339,9400-9410".into_ports()?.to_string(), "9339,9400-9410");
/// assert_eq!(Port::MASTER.into_ports()?.to_string(), "843");
/// assert_eq!("*".into_ports()?, PortSet::All);
///
/// assert_eq!(0.into_ports().unwrap_err().to_string(), "expected a port from 1 to 65535, found 0");
/// # Ok::<(), flash_policy::ports::PortSetError>(())
/// ```
pub trait IntoPorts {
    /// The ports: at least one.
    ///
    /// # Errors
    ///
    /// If a number is not a port, a text is not a list of ports, or there are no ports. The place in the error is that
    /// in the text that `to-ports` would have.
    fn into_ports(self) -> Result<PortSet, PortSetError>;
}

impl IntoPorts for PortSet {
    fn into_ports(self) -> Result<PortSet, PortSetError> {
        if self.is_empty() {
            return Err(PortSetError {
                kind: PortSetErrorKind::Empty,
                range: 0..0,
            });
        }
        Ok(self)
    }
}

impl IntoPorts for Port {
    fn into_ports(self) -> Result<PortSet, PortSetError> {
        Ok(self.into())
    }
}

impl IntoPorts for PortRange {
    fn into_ports(self) -> Result<PortSet, PortSetError> {
        Ok(self.into())
    }
}

impl IntoPorts for &str {
    fn into_ports(self) -> Result<PortSet, PortSetError> {
        self.parse()
    }
}

impl IntoPorts for &String {
    fn into_ports(self) -> Result<PortSet, PortSetError> {
        self.parse()
    }
}

impl IntoPorts for u16 {
    fn into_ports(self) -> Result<PortSet, PortSetError> {
        [self].into_ports()
    }
}

impl IntoPorts for RangeInclusive<u16> {
    fn into_ports(self) -> Result<PortSet, PortSetError> {
        format!("{}-{}", self.start(), self.end()).parse()
    }
}

impl<const N: usize> IntoPorts for [u16; N] {
    fn into_ports(self) -> Result<PortSet, PortSetError> {
        self.map(|number| format!("{number}")).join(",").parse()
    }
}
