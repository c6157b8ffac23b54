//! The budget that lets retries be a part of recent calls, with a reserve for those who make few.

use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use retry_rules::duration::nanos;

use super::window::{Counter, Scale};
#[cfg(feature = "coordinate-redis")]
use crate::coordinate::shared::Figures;
use crate::guard::atomic::AtomicU64;

/// A ratio is kept in millionths, so that tenths are tenths: ten calls at 0.3 make three retries.
const MILLION: u64 = 1_000_000;

/// Twenty slots of half a second, in ten seconds.
const RING: usize = 21;

const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Counts calls and retries. `R` is smaller in loom's tests alone.
#[derive(Debug)]
pub(super) struct Ratio<const R: usize = RING> {
    scale: Scale,
    /// Retries that a call brings.
    millionths: u64,
    per_second: u32,
    /// The last tick that was seen: time never goes back.
    latest: AtomicU64,
    /// When that is over, and when the slot is in which calls are counted, in nanoseconds from the earliest moment: a
    /// call before that divides no time.
    tick_end: AtomicU64,
    slot_end: AtomicU64,
    calls: Counter<R>,
    retries: Counter<R>,
}

impl<const R: usize> Ratio<R> {
    /// Finagle's figures: a fifth of the calls and ten a second, over ten seconds.
    pub(super) const fn new() -> Self {
        Self {
            scale: Scale::of_window(nanos(Duration::from_secs(10))),
            millionths: MILLION / 5,
            per_second: 10,
            latest: AtomicU64::new(0),
            tick_end: AtomicU64::new(0),
            slot_end: AtomicU64::new(0),
            calls: Counter::new(),
            retries: Counter::new(),
        }
    }

    #[track_caller]
    pub(super) const fn with_ratio(mut self, ratio: f64) -> Self {
        assert!(
            ratio >= 0.0 && ratio <= 1000.0,
            "a budget's ratio is a number from 0 to 1000: write 0.2 for two retries in ten calls"
        );
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 10^9")]
        {
            self.millionths = (ratio * MILLION as f64 + 0.5) as u64;
        }
        self
    }

    pub(super) const fn with_reserve(mut self, per_second: u32) -> Self {
        self.per_second = per_second;
        self
    }

    #[track_caller]
    pub(super) const fn with_window(mut self, window: Duration) -> Self {
        assert!(
            window.as_nanos() >= SHORTEST.as_nanos() && window.as_nanos() <= LONGEST.as_nanos(),
            "a budget's window is at least 100 ms and at most 24 h: `Duration::from_secs(10)` is what most need"
        );
        self.scale = Scale::of_window(nanos(window));
        self
    }

    /// Counts a call that begins at `now`.
    #[inline]
    pub(super) fn called(&self, now: i64) {
        let since = Scale::since_earliest(now);
        let (tick_end, slot_end) = (self.tick_end.load(Relaxed), self.slot_end.load(Relaxed));
        // Where another thread starts a new slot right now, the call is counted there: no time has passed.
        if since < slot_end && tick_end <= slot_end {
            if since >= tick_end {
                self.seen(now);
            }
            self.calls.add_to_slot_in_use(self.scale);
        } else {
            self.called_in_new_slot(now);
        }
    }

    #[cold]
    #[inline(never)]
    fn called_in_new_slot(&self, now: i64) {
        let tick = self.seen(now);
        self.calls.add(self.scale, tick);
        self.slot_end.fetch_max(Counter::<R>::end_of_slot(self.scale, tick), Relaxed);
    }

    /// Spends a retry, if one is left.
    pub(super) fn withdraw(&self, now: i64) -> bool {
        let scale = self.scale;
        let seen = self.seen(now);
        let mut retries = self.retries.head();
        loop {
            // Another thread may have seen, and spent, later.
            let tick = seen.max(scale.tick_of(retries));
            let left = self.left(retries, tick);
            let mut head = retries;
            // While others spend in the same tick, the sums are good but for what they spend.
            while scale.tick_of(head) == scale.tick_of(retries) {
                let spent = head - retries;
                if (spent == 0 && left == 0) || !Counter::<R>::has_room(scale, head, tick) {
                    return false;
                }
                if spent >= left {
                    break;
                }
                match self.retries.add_if_unchanged(scale, head, tick) {
                    Ok(()) => return true,
                    Err(newer) => head = newer,
                }
            }
            retries = head;
        }
    }

    /// Retries left.
    pub(super) fn balance(&self, now: i64) -> u64 {
        let seen = self.latest.load(Relaxed).max(self.scale.tick(now));
        let retries = self.retries.head();
        self.left(retries, seen.max(self.scale.tick_of(retries)))
    }

    /// What processes that share it count by.
    #[cfg(feature = "coordinate-redis")]
    pub(super) fn figures(&self) -> Figures {
        let window = self.scale.window() / 1_000_000;
        Figures::Ratio { window, millionths: self.millionths, per_second: self.per_second }
    }

    /// The tick that it is, which is noted.
    #[inline(never)]
    fn seen(&self, now: i64) -> u64 {
        let tick = self.scale.tick(now);
        let latest = self.latest.load(Relaxed);
        if tick <= latest {
            return latest;
        }
        self.tick_end.fetch_max(self.scale.end_of(tick), Relaxed);
        self.latest.fetch_max(tick, Relaxed).max(tick)
    }

    /// For loom: see `guard/atomic.rs`.
    #[cfg(all(test, loom))]
    pub(super) fn touch(&self) {
        self.balance(i64::MIN);
        self.tick_end.load(Relaxed);
        self.slot_end.load(Relaxed);
    }

    /// Retries left in the window that ends at `tick`, for one who read `retries`.
    fn left(&self, retries: u64, tick: u64) -> u64 {
        let calls = self.calls.head();
        let called = self.calls.sum(self.scale, calls, tick.max(self.scale.tick_of(calls)));
        self.allowed(called).saturating_sub(self.retries.sum(self.scale, retries, tick))
    }

    /// Retries in a window that has so many calls: whole ones, of both parts together.
    fn allowed(&self, calls: u64) -> u64 {
        let of_calls = u128::from(calls) * u128::from(self.millionths);
        // Millionths, as the nanoseconds of a window are thousands of them.
        let reserve = u128::from(self.per_second) * u128::from(self.scale.window()) / 1000;
        u64::try_from((of_calls + reserve) / u128::from(MILLION)).unwrap_or(u64::MAX)
    }
}
