//! Where time comes from. The engine is handed a clock; it never reads one by itself.

use std::{
    hash::{Hash, Hasher},
    sync::OnceLock,
    time::{Duration, Instant},
};

/// The clock of blocking functions.
pub(crate) fn blocking() -> Instant {
    Instant::now()
}

/// The clock of async functions: tokio's, so that a paused one is obeyed. Outside a runtime it is the
/// system's.
pub(crate) fn asynchronous() -> Instant {
    #[cfg(feature = "tokio")]
    return tokio::time::Instant::now().into_std();
    #[cfg(not(feature = "tokio"))]
    return Instant::now();
}

/// Nanoseconds from an origin that only the system knows, negative before it: eight bytes where an `Instant` takes
/// sixteen. 136 years at least; beyond, time stands still.
#[inline]
pub(crate) fn nanos(instant: Instant) -> i64 {
    count(instant).unwrap_or_else(|| distance(instant))
}

/// The same by its distance from the first moment that was asked about this way.
#[cold]
#[inline(never)]
fn distance(instant: Instant) -> i64 {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    let epoch = *EPOCH.get_or_init(Instant::now);
    let signed = |time: Duration| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
    let distance = match instant.checked_duration_since(epoch) {
        Some(after) => signed(after),
        None => -signed(epoch.saturating_duration_since(instant)),
    };
    count(epoch).unwrap_or(0).saturating_add(distance)
}

/// Nanoseconds of an instant from an origin that only the system knows: not a tenth of what it takes to subtract two
/// instants. `None` where they cannot be told.
#[inline]
fn count(instant: Instant) -> Option<i64> {
    let (seconds, nanos) = parts(instant)?;
    let seconds = i64::from(u32::try_from(seconds).ok()?);
    Some(seconds * 1_000_000_000 + i64::from(nanos))
}

/// The seconds and nanoseconds that an instant is made of, which it shows to a hasher, and to nobody else. Should a
/// future standard library show it another number, there are none to be told.
#[inline]
pub(crate) fn parts(instant: Instant) -> Option<(u64, u32)> {
    let mut parts = Parts { seconds: None, nanos: None };
    instant.hash(&mut parts);
    Some((parts.seconds.filter(|seconds| *seconds < LIMIT)?, parts.nanos?))
}

const LIMIT: u64 = 1 << 61;

/// What an instant is made of: signed seconds on Unix, unsigned ones elsewhere, then nanoseconds.
struct Parts {
    seconds: Option<u64>,
    nanos: Option<u32>,
}

impl Hasher for Parts {
    #[inline]
    #[expect(clippy::cast_sign_loss, reason = "what is negative becomes more than the limit")]
    fn write_i64(&mut self, seconds: i64) {
        self.write_u64(seconds as u64);
    }

    #[inline]
    fn write_u64(&mut self, seconds: u64) {
        self.seconds = Some(seconds);
    }

    #[inline]
    fn write_u32(&mut self, nanos: u32) {
        self.nanos = Some(nanos);
    }

    #[inline]
    fn write(&mut self, _unknown: &[u8]) {
        self.seconds = Some(u64::MAX);
    }

    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nanoseconds_keep_the_distance_of_instants() {
        let now = Instant::now();
        assert_eq!(nanos(now + Duration::from_secs(90)) - nanos(now), 90_000_000_000);
    }

    #[test]
    fn a_moment_before_the_first_one_read_is_kept_apart() {
        let now = Instant::now();
        let _ = nanos(now);
        let Some(earlier) = now.checked_sub(Duration::from_millis(1)) else { return };
        assert_eq!(nanos(now) - nanos(earlier), 1_000_000);
    }

    #[cfg(feature = "tokio")]
    #[tokio::test(start_paused = true)]
    async fn the_clock_of_async_functions_obeys_a_paused_one() {
        let start = asynchronous();
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(asynchronous() - start, Duration::from_secs(60));
    }

    #[test]
    fn the_clock_of_async_functions_serves_without_a_runtime() {
        assert!(asynchronous().elapsed() < Duration::from_secs(60));
    }

    #[test]
    fn what_is_not_shown_is_not_told() {
        let mut parts = Parts { seconds: None, nanos: None };
        (1_u64, 2_u32, [3_u8; 4]).hash(&mut parts);
        assert!(parts.seconds.is_some_and(|seconds| seconds >= LIMIT));
    }
}
