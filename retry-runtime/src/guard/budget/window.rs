//! Events counted over a sliding window, lock-free.
//!
//! The window slides in slots. A counter keeps the slot in use in one word, its *head*, and those before it in a
//! ring. Every word is a time above a number of events, so words only ever grow: whoever starts a new slot first
//! puts the old one into the ring with `fetch_max`, where a late thread's older copy changes nothing, then swaps the
//! head. A head that is still what it was therefore vouches for all that was read from the ring meanwhile, and one
//! compare-and-swap of it makes "count, then add" one step.

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

use crate::guard::atomic::AtomicU64;

/// Ticks in a window: milliseconds in one of ten seconds.
const TICKS: u64 = 10_000;

/// Moments count from 2^55 ns (a year) before the first one that the process asked about, for 2^60 ns (36 years);
/// beyond, time stands still.
const EARLIEST: i64 = -(1 << 55);
const LATEST: i64 = EARLIEST + (1 << 60) - 1;

/// Adding is not one step with the look whether there is room: left free for as many threads.
const MARGIN: u64 = 4096;

/// How a word is made of a tick and a number of events.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    tick_nanos: u64,
    /// Of the number of events: enough for 16 million a second, in a counter of twenty slots. What is above is not
    /// counted.
    bits: u32,
}

impl Scale {
    /// The scale of a window of so many nanoseconds, at least 512 a tick; rounded up to whole ones.
    pub(super) const fn of_window(nanos: u64) -> Self {
        let tick_nanos = nanos.div_ceil(TICKS);
        // Ticks are below 2^60 / tick_nanos: what that leaves of 64 bits.
        Self { tick_nanos, bits: tick_nanos.ilog2() + 4 }
    }

    /// Nanoseconds of the window.
    pub(super) const fn window(self) -> u64 {
        self.tick_nanos.saturating_mul(TICKS)
    }

    /// The tick of a moment, which is in nanoseconds as [`clock::nanos`](crate::clock::nanos) gives them.
    pub(super) fn tick(self, nanos: i64) -> u64 {
        #[expect(clippy::cast_sign_loss, reason = "not below `EARLIEST`")]
        let since_earliest = (nanos.clamp(EARLIEST, LATEST) - EARLIEST) as u64;
        since_earliest / self.tick_nanos
    }

    /// The nanoseconds of a moment, from the earliest one on; of one before that, more than there are.
    #[inline]
    #[expect(clippy::cast_sign_loss, reason = "see above")]
    pub(super) const fn since_earliest(nanos: i64) -> u64 {
        nanos.wrapping_sub(EARLIEST) as u64
    }

    /// When a tick is over, in nanoseconds from the earliest moment.
    pub(super) const fn end_of(self, tick: u64) -> u64 {
        (tick + 1) * self.tick_nanos
    }

    #[inline]
    const fn word(self, tick: u64, number: u64) -> u64 {
        (tick << self.bits) | number
    }

    #[inline]
    pub(super) const fn tick_of(self, word: u64) -> u64 {
        word >> self.bits
    }

    #[inline]
    const fn number_of(self, word: u64) -> u64 {
        word & ((1 << self.bits) - 1)
    }

    #[inline]
    const fn has_room(self, word: u64) -> bool {
        self.number_of(word) < (1 << self.bits) - MARGIN
    }
}

/// A counter whose window has `RING - 1` slots. The one in use is the head, so a full window reaches into `RING - 1`
/// before it, and a thread that is about to start a new one overwrites a slot that nobody counts any more.
#[derive(Debug)]
pub(super) struct Counter<const RING: usize> {
    head: AtomicU64,
    past: [AtomicU64; RING],
}

impl<const RING: usize> Counter<RING> {
    const TICKS_PER_SLOT: u64 = TICKS / (RING as u64 - 1);

    pub(super) const fn new() -> Self {
        const { assert!(RING > 1 && TICKS % (RING as u64 - 1) == 0, "slots are equal") };
        Self { head: AtomicU64::new(0), past: [const { AtomicU64::new(0) }; RING] }
    }

    /// What an [`add_if_unchanged`](Self::add_if_unchanged) is to be sure of.
    #[inline]
    pub(super) fn head(&self) -> u64 {
        self.head.load(Acquire)
    }

    /// Counts an event, under the time of the first one in its slot: it is forgotten in time or early. One that comes
    /// from before the slot in use counts there.
    #[inline]
    pub(super) fn add(&self, scale: Scale, tick: u64) {
        let head = self.head();
        if Self::slot(tick) > Self::slot(scale.tick_of(head)) {
            self.add_to_new_slot(scale, head, tick);
        } else if scale.has_room(head) {
            // Should another thread start a new slot right now, the event is counted there: no time has passed.
            self.head.fetch_add(1, Relaxed);
        }
    }

    /// Counts an event in the slot in use.
    #[inline]
    pub(super) fn add_to_slot_in_use(&self, scale: Scale) {
        if scale.has_room(self.head.load(Relaxed)) {
            self.head.fetch_add(1, Relaxed);
        }
    }

    /// When the slot of a tick is over, in nanoseconds from the earliest moment.
    pub(super) const fn end_of_slot(scale: Scale, tick: u64) -> u64 {
        scale.end_of((Self::slot(tick) + 1) * Self::TICKS_PER_SLOT - 1)
    }

    #[cold]
    fn add_to_new_slot(&self, scale: Scale, mut head: u64, tick: u64) {
        while Self::slot(tick) > Self::slot(scale.tick_of(head)) {
            match self.start_slot(scale, head, scale.word(tick, 1)) {
                Ok(()) => return,
                Err(newer) => head = newer,
            }
        }
        if scale.has_room(head) {
            self.head.fetch_add(1, Relaxed);
        }
    }

    /// Counts an event if nothing was counted since `head` was read; under the time of the last one in its slot: it
    /// is forgotten in time or late. Else the newer head. `tick` is not before the head's.
    pub(super) fn add_if_unchanged(&self, scale: Scale, head: u64, tick: u64) -> Result<(), u64> {
        if Self::slot(tick) > Self::slot(scale.tick_of(head)) {
            return self.start_slot(scale, head, scale.word(tick, 1));
        }
        let word = scale.word(tick, scale.number_of(head) + 1);
        self.head.compare_exchange(head, word, AcqRel, Acquire).map(|_| ())
    }

    /// Puts `head` into the ring and `word` in its place; the newer head if it is not `head` any more.
    fn start_slot(&self, scale: Scale, head: u64, word: u64) -> Result<(), u64> {
        self.past[Self::place(scale.tick_of(head))].fetch_max(head, Relaxed);
        self.head.compare_exchange(head, word, AcqRel, Acquire).map(|_| ())
    }

    /// Events of the window that ends at `tick`, which is not before the head's. Never too many; too few only if
    /// `head` is not the head any more.
    pub(super) fn sum(&self, scale: Scale, head: u64, tick: u64) -> u64 {
        let in_use = scale.tick_of(head);
        let number = |word| if tick - scale.tick_of(word) < TICKS { scale.number_of(word) } else { 0 };
        let past = self.past.iter().map(|slot| slot.load(Relaxed));
        // The head may be in the ring by now, or a newer one.
        let before = past.filter(|&word| Self::slot(scale.tick_of(word)) < Self::slot(in_use));
        before.map(number).sum::<u64>() + number(head)
    }

    /// Whether there is room for one more event in the slot of `tick`.
    pub(super) fn has_room(scale: Scale, head: u64, tick: u64) -> bool {
        Self::slot(tick) > Self::slot(scale.tick_of(head)) || scale.has_room(head)
    }

    #[inline]
    const fn slot(tick: u64) -> u64 {
        tick / Self::TICKS_PER_SLOT
    }

    #[expect(clippy::cast_possible_truncation, reason = "below `RING`")]
    const fn place(tick: u64) -> usize {
        (Self::slot(tick) % RING as u64) as usize
    }
}
