//! Where time comes from. The engine is handed a clock; it never reads one by itself.

use std::{
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

/// Nanoseconds from the first moment that this process asked about, negative before it: eight bytes where an
/// `Instant` takes sixteen. 292 years either way; beyond, time stands still.
pub(crate) fn nanos(instant: Instant) -> i64 {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    let epoch = *EPOCH.get_or_init(Instant::now);
    let signed = |time: Duration| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
    // One subtraction where it can be: it takes fifty instructions, as many as a budget on its success path.
    match instant.checked_duration_since(epoch) {
        Some(after) => signed(after),
        None => -signed(epoch.saturating_duration_since(instant)),
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
}
