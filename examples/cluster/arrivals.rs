//! How many clients came in each moment, as a picture in text.

use std::{fmt, time::Duration};

/// Arrivals, counted by intervals.
pub(crate) struct Arrivals {
    width: Duration,
    counts: Vec<usize>,
}

impl Arrivals {
    pub(crate) fn of(times: &[Duration], width: Duration) -> Self {
        let mut counts = Vec::new();
        for time in times {
            let interval = usize::try_from(time.as_nanos() / width.as_nanos()).unwrap_or(usize::MAX);
            if counts.len() <= interval {
                counts.resize(interval + 1, 0);
            }
            counts[interval] += 1;
        }
        Self { width, counts }
    }

    /// The most of any interval.
    pub(crate) fn highest(&self) -> usize {
        self.counts.iter().copied().max().unwrap_or(0)
    }
}

impl fmt::Display for Arrivals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (interval, count) in (0_u32..).zip(&self.counts) {
            let begin = (self.width * interval).as_millis();
            writeln!(f, "{begin:>6} ms {count:>4} {}", "#".repeat(count.div_ceil(10)))?;
        }
        Ok(())
    }
}
