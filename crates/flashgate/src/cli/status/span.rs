//! Durations and numbers as people read them.

/// A number of seconds in its two largest units: `3 days 4 h`, `12 min 5 s`.
pub(super) fn lasting(seconds: f64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "days"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut left = whole(seconds);
    let mut parts = Vec::new();
    for (length, unit) in UNITS {
        let count = left / length;
        left %= length;
        if count > 0 || !parts.is_empty() || length == 1 {
            let unit = if (unit, count) == ("days", 1) {
                "day"
            } else {
                unit
            };
            parts.push((count, unit));
        }
    }
    let parts = parts
        .iter()
        .take(2)
        .filter(|(count, _)| *count > 0 || parts.len() == 1);
    let parts: Vec<_> = parts
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    parts.join(" ")
}

/// A number of bytes in its largest unit: `3.4 MiB`.
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if count < 1024 {
        return format!("{count} bytes");
    }
    let (mut tenths, mut units) = (count.saturating_mul(10) / 1024, UNITS.iter());
    let mut unit = units.next();
    while tenths >= 10_240
        && let Some(next) = units.next()
    {
        tenths /= 1024;
        unit = Some(next);
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, unit.unwrap_or(&""))
}

/// Whole seconds. A daemon never reports a negative number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates"
)]
fn whole(seconds: f64) -> u64 {
    seconds.max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (seconds, shown) in [
            (0.2, "0 s"),
            (59.9, "59 s"),
            (60.0, "1 min"),
            (725.0, "12 min 5 s"),
            (3_600.0, "1 h"),
            (90_061.0, "1 day 1 h"),
            (864_000.0, "10 days"),
        ] {
            assert_eq!(lasting(seconds), shown);
        }
    }

    #[test]
    fn sizes() {
        for (count, shown) in [
            (0, "0 bytes"),
            (1_023, "1023 bytes"),
            (1_536, "1.5 KiB"),
            (3_565_158, "3.3 MiB"),
            (u64::MAX, "1638.3 PiB"),
        ] {
            assert_eq!(bytes(count), shown);
        }
    }
}
