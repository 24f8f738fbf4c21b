//! Drops all capabilities, from every set that can be emptied.

use std::fmt;

use rustix::io::Errno;
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, capability_is_in_bounding_set,
    clear_ambient_capability_set, remove_capability_from_bounding_set, set_capabilities,
};

use crate::log;

/// Removes every capability from the bounding set, so that no program started later can have it.
///
/// This needs `CAP_SETPCAP`. Without it the set stays, but `no_new_privs` makes it useless.
pub(super) fn narrow_bounding_set() {
    for number in 0..u64::BITS {
        let capability = CapabilitySet::from_bits_retain(1 << number);
        match capability_is_in_bounding_set(capability) {
            Ok(true) => {
                let _ = remove_capability_from_bounding_set(capability);
            }
            Ok(false) => {}
            // The kernel has no more capabilities.
            Err(_) => return,
        }
    }
}

/// Why capabilities are left.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kept {
    /// The kernel accepted the empty sets, but they are not empty.
    Some,
    Refused(Errno),
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Some => f.write_str("some capabilities are left"),
            Self::Refused(errno) => f.write_str(&log::reason(&(*errno).into())),
        }
    }
}

/// Empties the capability sets of this process.
pub(super) fn drop_all() -> Result<(), Kept> {
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    // Kernels before 4.3 have no ambient set.
    let _ = clear_ambient_capability_set();
    // If there is nothing to drop, skip the call, because it may be forbidden, for example by systemd.
    let left = capabilities(None).and_then(|present| {
        if present != none {
            set_capabilities(None, none)?;
        }
        capabilities(None)
    });
    match left {
        Ok(left) if left == none => Ok(()),
        Ok(_) => Err(Kept::Some),
        Err(errno) => Err(Kept::Refused(errno)),
    }
}
