//! Where time comes from. The engine is handed a clock; it never reads one by itself.

use std::{sync::OnceLock, time::Instant};

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
    let after = instant.saturating_duration_since(epoch).as_nanos();
    let before = epoch.saturating_duration_since(instant).as_nanos();
    let signed = |nanos: u128| i64::try_from(nanos).unwrap_or(i64::MAX);
    if before > 0 { -signed(before) } else { signed(after) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
