//! A range of addresses: `10.0.0.0/8`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// The network of an address. A prefix that is too long is shortened to the length of the address.
    pub(crate) fn new(address: IpAddr, prefix: u8) -> Self {
        let prefix = prefix.min(Self::longest(address));
        Self {
            address: masked(address, prefix),
            prefix,
        }
    }

    /// The longest prefix in the family of an address.
    pub(crate) const fn longest(address: IpAddr) -> u8 {
        match address {
            IpAddr::V4(_) => 32,
            IpAddr::V6(_) => 128,
        }
    }

    /// Its first address.
    pub(crate) const fn address(self) -> IpAddr {
        self.address
    }

    /// Whether it includes every address of its family.
    pub(crate) const fn is_everything(self) -> bool {
        self.prefix == 0
    }

    /// Whether it includes an address. An IPv4 address also matches in its IPv6 form.
    pub fn contains(self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4() && masked(address, self.prefix) == self.address
    }
}

fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}
