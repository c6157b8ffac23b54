//! Text that can be built in const evaluation, where `format!` is not to be had: a policy that is
//! wrong fails the build with its figures in the message.

use core::time::Duration;

/// A short text in a fixed buffer. What does not fit is left out.
#[derive(Clone, Copy)]
pub struct Text {
    bytes: [u8; Self::CAPACITY],
    len: usize,
}

impl Text {
    const CAPACITY: usize = 320;

    /// The empty text.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: [0; Self::CAPACITY], len: 0 }
    }

    /// The text so far.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        // Only whole characters are ever pushed, so the whole buffer is valid.
        match core::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "",
        }
    }

    /// Appends `text`, or nothing if it does not fit.
    #[must_use]
    pub const fn text(mut self, text: &str) -> Self {
        let bytes = text.as_bytes();
        if self.len + bytes.len() > Self::CAPACITY {
            return self;
        }
        let mut i = 0;
        while i < bytes.len() {
            self.bytes[self.len] = bytes[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    /// Appends `number` in decimal.
    #[must_use]
    pub const fn number(self, number: u64) -> Self {
        let mut out = self;
        if number >= 10 {
            out = out.number(number / 10);
        }
        out.digit(number % 10)
    }

    /// Appends `duration` in the largest unit that leaves a whole part: `100 ms`, `1.65 s`, `2 min`.
    /// At most three decimals, rounded to nearest.
    #[must_use]
    pub const fn duration(self, duration: Duration) -> Self {
        let nanos = crate::duration::nanos(duration);
        if nanos == 0 {
            return self.text("0 s");
        }
        let (unit, name) = if nanos < 1_000 {
            (1, " ns")
        } else if nanos < 1_000_000 {
            (1_000, " µs")
        } else if nanos < 1_000_000_000 {
            (1_000_000, " ms")
        } else if nanos < 60_000_000_000 {
            (1_000_000_000, " s")
        } else if nanos < 3_600_000_000_000 {
            (60_000_000_000, " min")
        } else {
            (3_600_000_000_000, " h")
        };
        let whole = nanos / unit;
        // Thousandths of the unit, rounded; `u128`, since the product may exceed 64 bits.
        let thousandths = ((nanos % unit) as u128 * 1000 + unit as u128 / 2) / unit as u128;
        let (whole, thousandths) = if thousandths == 1000 { (whole + 1, 0) } else { (whole, thousandths) };
        self.number(whole).decimals(thousandths).text(name)
    }

    const fn decimals(self, thousandths: u128) -> Self {
        if thousandths == 0 {
            return self;
        }
        let mut out = self.text(".");
        let mut rest = thousandths;
        let mut place = 100;
        while rest > 0 {
            #[expect(clippy::cast_possible_truncation, reason = "a single digit")]
            let digit = (rest / place) as u64;
            out = out.digit(digit);
            rest %= place;
            place /= 10;
        }
        out
    }

    const fn digit(self, digit: u64) -> Self {
        const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        let index = (digit % 10) as usize;
        self.text(DIGITS[index])
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::new()
    }
}

impl core::fmt::Display for Text {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl core::fmt::Debug for Text {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(duration: Duration) -> String {
        Text::new().duration(duration).to_string()
    }

    #[test]
    fn durations_read_as_a_person_writes_them() {
        assert_eq!(shown(Duration::ZERO), "0 s");
        assert_eq!(shown(Duration::from_millis(100)), "100 ms");
        assert_eq!(shown(Duration::from_millis(1650)), "1.65 s");
        assert_eq!(shown(Duration::from_millis(1005)), "1.005 s");
        assert_eq!(shown(Duration::from_secs(90)), "1.5 min");
        assert_eq!(shown(Duration::from_secs(7200)), "2 h");
        assert_eq!(shown(Duration::from_nanos(999_999_999)), "1000 ms");
        assert_eq!(shown(Duration::from_micros(1500)), "1.5 ms");
    }

    #[test]
    fn the_longest_duration_does_not_overflow() {
        assert!(shown(Duration::MAX).ends_with(" h"));
    }

    #[test]
    fn what_does_not_fit_is_left_out_whole() {
        let mut text = Text::new();
        for _ in 0..200 {
            text = text.text("µµ");
        }
        assert!(text.as_str().chars().all(|c| c == 'µ'));
        assert_eq!(text.as_str().len(), 320);
    }
}
