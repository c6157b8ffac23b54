//! The half second in which an instant lies, without arithmetic on it: a success under no throttling has nothing else
//! to pay for, and to subtract two instants takes some seventy instructions.

use std::time::Instant;

use crate::clock;

/// Nanoseconds a half second.
const NANOS: u32 = 500_000_000;

/// The half second of an instant: equal for instants of the same half second, and for no others. `None` where it
/// cannot be told.
///
/// An instant shows its seconds and nanoseconds to a hasher, and to nobody else. Should a future standard library
/// show it another number, there is none to be told, and each success takes the long way.
#[inline]
pub(super) fn half_second(instant: Instant) -> Option<u64> {
    let (seconds, nanos) = clock::parts(instant)?;
    Some(seconds * 2 + u64::from(nanos >= NANOS))
}

/// How many nanoseconds of its half second have passed.
pub(super) fn passed(instant: Instant) -> Option<u32> {
    clock::parts(instant).map(|(_, nanos)| nanos % NANOS)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn half_seconds_follow_each_other() {
        let start = Instant::now();
        let first = half_second(start).expect("this standard library shows what an instant is made of");
        for step in 1..100 {
            let later = start + Duration::from_millis(500) * step;
            assert_eq!(half_second(later), Some(first + u64::from(step)));
            assert_eq!(passed(later), passed(start));
        }
    }

    #[test]
    fn a_half_second_begins_once_in_each() {
        let start = Instant::now();
        let halves = (0..=1000).map(|milli| half_second(start + Duration::from_millis(milli)));
        let mut halves: Vec<_> = halves.collect();
        assert!(halves.is_sorted());
        halves.dedup();
        assert!((2..=3).contains(&halves.len()), "{halves:?}");
    }
}
