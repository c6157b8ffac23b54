//! The syntax of durations in attributes and settings: `"100ms"`, `"1.5s"`, `"2m"`, `"0s"`.

use core::time::Duration;

/// Units, with their length in nanoseconds.
const UNITS: [(&str, f64); 9] = [
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("min", 60e9),
    ("m", 60e9),
    ("h", 3600e9),
    ("d", 86_400e9),
];

/// Nanoseconds of `duration`; what 64 bits cannot hold (584 years) saturates.
#[must_use]
pub const fn nanos(duration: Duration) -> u64 {
    let nanos = duration.as_nanos();
    if nanos > u64::MAX as u128 {
        u64::MAX
    } else {
        #[expect(clippy::cast_possible_truncation, reason = "checked above")]
        {
            nanos as u64
        }
    }
}

/// Reads one number and one unit, `"1.5s"`. Units: `ns`, `us`, `ms`, `s`, `m` or `min`, `h`, `d`.
/// White space around and between is allowed.
///
/// # Errors
/// The fault and the fix, as a sentence without the text itself.
pub fn parse(text: &str) -> Result<Duration, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("the duration is empty: write a number and a unit, such as \"100ms\"");
    }
    if text.starts_with('-') {
        return Err("a duration cannot be negative: write \"0s\" for none");
    }
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
    let (number, unit) = (&text[..split], text[split..].trim());
    let number = number.replace('_', "");
    if number.is_empty() {
        return Err("a duration starts with a number: write it as in \"100ms\", \"1.5s\" or \"2m\"");
    }
    if unit.is_empty() {
        return Err("a duration needs a unit: ns, us, ms, s, m, h or d, as in \"100ms\"");
    }
    let Some((_, length)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(if unit.contains(|c: char| c.is_ascii_digit()) {
            "a duration is one number and one unit: write \"90s\" instead of \"1m30s\""
        } else {
            "unknown unit: use ns, us, ms, s, m, h or d"
        });
    };
    let Ok(number) = number.parse::<f64>() else {
        return Err("not a number: write it as in \"100ms\", \"1.5s\" or \"2m\"");
    };
    from_nanos(number * length).ok_or("the duration is too long: 584 years are the most")
}

fn from_nanos(nanos: f64) -> Option<Duration> {
    // 2^64 is exact in `f64`; the cast below cannot saturate.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range and not negative")]
    (0.0..18_446_744_073_709_551_616.0).contains(&nanos).then(|| Duration::from_nanos(nanos.round() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units_are_read() {
        let cases = [
            ("100ms", Duration::from_millis(100)),
            ("1.5s", Duration::from_millis(1500)),
            ("2m", Duration::from_secs(120)),
            ("2 min", Duration::from_secs(120)),
            ("0s", Duration::ZERO),
            ("1_000us", Duration::from_millis(1)),
            (" 7ns ", Duration::from_nanos(7)),
            ("0.1s", Duration::from_millis(100)),
            ("1h", Duration::from_secs(3600)),
            ("1d", Duration::from_secs(86_400)),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            ("", "empty"),
            ("-1s", "negative"),
            ("5", "needs a unit"),
            ("s", "starts with a number"),
            ("5 parsecs", "unknown unit"),
            ("1m30s", "one number and one unit"),
            ("1.2.3s", "not a number"),
            (".s", "not a number"),
            ("1e400s", "one number and one unit"),
            ("999999999d", "too long"),
        ];
        for (text, expected) in cases {
            let error = parse(text).expect_err(text);
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
