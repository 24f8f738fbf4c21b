//! Values with their own notation: durations, networks and names.
//!
//! Each parser takes only the text. Its error says what was expected and what was found.

use std::net::IpAddr;
use std::time::Duration;

use super::unexpected::{Expected, Unexpected};
use crate::snapshot::Network;

/// Longer than any sensible setting, and far below the point where clocks overflow.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3_600);

/// `200ms`, `5s`, `10m`, `2h`, `1d`.
pub(super) fn duration(text: &str) -> Result<Duration, Unexpected> {
    let (number, unit) = split(text);
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "" => return Err(Expected::Unit.but_found(text)),
        _ => return Err(Expected::Duration.but_found(text)),
    };
    let number = number.parse::<u64>();
    number
        .map_err(|_| Expected::Duration.but_found(text))?
        .checked_mul(milliseconds)
        .map(Duration::from_millis)
        .filter(|duration| *duration <= LONGEST)
        .ok_or_else(|| Expected::AtMostAYear.but_found(text))
}

/// Names of units, and their length in milliseconds.
const UNITS: [(&[&str], u64); 6] = [
    (
        &[
            "ms",
            "msec",
            "msecs",
            "millis",
            "millisecond",
            "milliseconds",
        ],
        1,
    ),
    (&["s", "sec", "secs", "second", "seconds"], 1_000),
    (&["m", "min", "mins", "minute", "minutes"], 60_000),
    (&["h", "hr", "hrs", "hour", "hours"], 3_600_000),
    (&["d", "day", "days"], 86_400_000),
    (&["w", "week", "weeks"], 604_800_000),
];

/// Converts a duration in another notation: `5 min`, `1h30m`, `1.5s`, or seconds without a unit.
pub(super) fn meant(text: &str) -> Option<String> {
    meant_in(text, 1_000)
}

/// Like `meant`, but a number without a unit is in units of this many milliseconds.
pub(super) fn meant_in(text: &str, unitless: u64) -> Option<String> {
    let (mut rest, mut total, mut smallest) = (text.trim(), 0_u64, u64::MAX);
    while !rest.is_empty() {
        let (number, behind) = split_at_first(rest, |c| !c.is_ascii_digit() && c != '.');
        let (unit, behind) = split_at_first(behind.trim_start(), |c| !c.is_ascii_alphabetic());
        let unit = unit.to_ascii_lowercase();
        let known = UNITS.iter().find(|(names, _)| names.contains(&&*unit));
        let unit = match &*unit {
            "" => &unitless,
            _ => &known?.1,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let scale = 10_u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        let fraction = fraction.parse::<u64>().ok()?.checked_mul(*unit)?;
        let whole = whole.parse::<u64>().ok()?.checked_mul(*unit)?;
        total = total.checked_add(whole)?.checked_add(fraction / scale)?;
        smallest = smallest.min(*unit);
        rest = behind.trim_start();
    }
    let written = in_units(total, smallest)?;
    (total > 0 && written != text).then_some(written)
}

/// A number of milliseconds in the largest unit that divides it, up to a length of `longest`.
fn in_units(milliseconds: u64, longest: u64) -> Option<String> {
    let units = [
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1_000),
        ("ms", 1),
    ];
    let mut units = units.into_iter().filter(|(_, length)| *length <= longest);
    let (unit, length) = units.find(|(_, length)| milliseconds.is_multiple_of(*length))?;
    Some(format!("{}{unit}", milliseconds / length))
}

/// A duration as written in the config: `5m`, `1500ms`.
pub(super) fn written(duration: Duration) -> String {
    let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let longest = if duration.is_zero() { 1_000 } else { u64::MAX };
    in_units(milliseconds, longest).unwrap_or_default()
}

/// A duration above zero from a flag. The error has a suggestion.
pub fn of_flag(text: &str) -> Result<Duration, Unexpected> {
    lasting(text).map_err(|error| error.meant(meant(text)))
}

/// A duration above zero.
pub(super) fn lasting(text: &str) -> Result<Duration, Unexpected> {
    match duration(text) {
        Ok(Duration::ZERO) => Err(Expected::AboveZero.but_found(text)),
        duration => duration,
    }
}

/// `10.0.0.0/8`, `::1/128`, or one address.
pub(super) fn network(text: &str) -> Result<Network, Unexpected> {
    let expected = || Expected::Network.but_found(text);
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().map_err(|_| expected())?;
    let whole = Network::longest(address);
    let prefix = match prefix {
        Some(prefix) if !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit()) => {
            prefix.parse().ok().filter(|prefix| *prefix <= whole)
        }
        Some(_) => None,
        None => Some(whole),
    };
    let network = Network::new(address, prefix.ok_or_else(expected)?);
    if network.address() == address {
        Ok(network)
    } else {
        Err(Expected::NoHostBits(network).but_found(text))
    }
}

/// What is wrong with a name, if anything. Names appear in logs, so they contain only what needs no quotes there.
pub(super) fn bad_name(name: &str) -> Option<String> {
    let fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    // As parts of a path, these two have a special meaning.
    (matches!(name, "" | "." | "..") || !name.chars().all(fit))
        .then(|| format!("expected a name of letters, digits, `-`, `_` and dots, found `{name}`"))
}

/// The leading digits and the rest.
fn split(text: &str) -> (&str, &str) {
    split_at_first(text, |c| !c.is_ascii_digit())
}

fn split_at_first(text: &str, is_end: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(is_end).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, milliseconds) in [("200ms", 200), ("5s", 5_000), ("2h", 7_200_000), ("0s", 0)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)));
        }
        for text in [
            "",
            "s",
            "5",
            "5 s",
            "-5s",
            "1.5s",
            "5S",
            "5sec",
            "366d",
            "99999999999999999999s",
        ] {
            let error = duration(text).unwrap_err().to_string();
            assert!(
                error.contains("expected") && error.contains(text),
                "{error}"
            );
        }
        assert!(lasting("0ms").is_err() && lasting("1ms").is_ok());
    }

    #[test]
    fn other_notations() {
        for (text, expected) in [
            ("5 min", Some("5m")),
            ("5 s", Some("5s")),
            ("300", Some("300s")),
            ("5S", Some("5s")),
            ("5sec", Some("5s")),
            ("1.5s", Some("1500ms")),
            ("0.25 hours", Some("15m")),
            ("1h30m", Some("90m")),
            ("1 hour, 5", None),
            ("1w", Some("7d")),
            ("90 minutes", Some("90m")),
            ("never", None),
            ("", None),
            ("0", None),
            ("-5s", None),
            ("1.2.3s", None),
            ("99999999999999999999s", None),
            ("9999999999999999999d", None),
            ("0.00000000000000000000001s", None),
        ] {
            assert_eq!(meant(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn as_written() {
        for text in ["200ms", "1500ms", "90s", "5m", "2h", "1d", "0s"] {
            assert_eq!(written(duration(text).unwrap()), text);
        }
        assert_eq!(written(Duration::from_secs(60)), "1m");
    }

    #[test]
    fn networks() {
        for (text, inside, outside) in [
            ("10.0.0.0/8", "10.9.8.7", "11.0.0.0"),
            ("10.0.0.0/8", "::ffff:10.9.8.7", "::ffff:11.0.0.1"),
            ("::1/128", "::1", "127.0.0.1"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.6"),
            ("0.0.0.0/0", "8.8.8.8", "::1"),
        ] {
            let network = network(text).unwrap();
            assert!(network.contains(inside.parse().unwrap()), "{text} {inside}");
            assert!(
                !network.contains(outside.parse().unwrap()),
                "{text} {outside}"
            );
        }
        for text in [
            "10.0.0.1/8",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "a.test",
        ] {
            assert!(network(text).unwrap_err().to_string().contains(text));
        }
    }
}
