//! Punycode (RFC 3492), encoding only: the ASCII form of international names.
//!
//! It is used only for messages. No decision depends on it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::origin::LONGEST_NAME;

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const INITIAL_BIAS: u32 = 72;
const INITIAL_N: u32 = 128;

/// The ASCII form of an international name (RFC 3492, RFC 5890), for messages only.
///
/// The name is only converted to lower case first. Without Unicode's tables, the result is a suggestion, not an exact
/// conversion.
pub(crate) fn a_label(name: &str) -> Option<String> {
    // The ASCII form of a longer name would be too long.
    if name.len() > LONGEST_NAME * 2 {
        return None;
    }
    let mut out = String::new();
    for (index, label) in name.split('.').enumerate() {
        if index > 0 {
            out.push('.');
        }
        if label.is_ascii() {
            out.push_str(&label.to_ascii_lowercase());
        } else {
            out.push_str("xn--");
            encode(&label.to_lowercase(), &mut out);
        }
    }
    (out.len() <= LONGEST_NAME).then_some(out)
}

/// Appends the Punycode of a label (RFC 3492, section 6.3), without `xn--`.
fn encode(label: &str, out: &mut String) {
    let code_points: Vec<u32> = label.chars().map(u32::from).collect();
    let basic = label.chars().filter(char::is_ascii);
    out.extend(basic.clone());
    let basic = u32::try_from(basic.count()).unwrap_or(u32::MAX);
    if basic > 0 {
        out.push('-');
    }
    let (mut n, mut delta, mut bias, mut handled) = (INITIAL_N, 0_u32, INITIAL_BIAS, basic);
    while let Some(next) = code_points
        .iter()
        .copied()
        .filter(|&point| point >= n)
        .min()
    {
        delta = delta.saturating_add((next - n).saturating_mul(handled + 1));
        n = next;
        for &point in &code_points {
            if point < n {
                delta = delta.saturating_add(1);
            } else if point == n {
                push_integer(delta, bias, out);
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.saturating_add(1);
        n += 1;
    }
}

/// A variable-length integer (RFC 3492, section 3.3).
fn push_integer(mut left: u32, bias: u32, out: &mut String) {
    let mut k = BASE;
    loop {
        let threshold = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
        if left < threshold {
            out.push(digit(left));
            return;
        }
        out.push(digit(threshold + (left - threshold) % (BASE - threshold)));
        left = (left - threshold) / (BASE - threshold);
        k += BASE;
    }
}

/// Bias adaptation (RFC 3492, section 6.1).
fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > ((BASE - T_MIN) * T_MAX) / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

fn digit(value: u32) -> char {
    char::from_digit(if value < 26 { value + 10 } else { value - 26 }, BASE).unwrap_or('?')
}
