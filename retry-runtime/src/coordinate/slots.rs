//! Slots: which one a retry takes, and when in it.

use retry_rules::duration::nanos;

use crate::RetryPolicy;

/// What a retry asks a coordinator for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// Slots from here on, in nanoseconds.
    pub(crate) backoff: u64,
    /// How many slots there are to choose from.
    pub(crate) count: u32,
    /// How wide each of them is, in nanoseconds.
    pub(crate) width: u64,
    /// The longest that the limits leave on top of the backoff, in nanoseconds.
    pub(crate) room: u64,
}

impl Request {
    pub(crate) fn of(policy: &RetryPolicy, backoff: u64, room: u64) -> Self {
        Self {
            backoff,
            count: policy.slot_count(),
            // At least a millisecond, by the rules of a policy.
            width: nanos(policy.slot_width()).max(1),
            room,
        }
    }
}

/// A place in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The number of the slot, counted from the clock's zero.
    pub(crate) slot: u64,
    /// Nanoseconds to wait on top of the backoff.
    pub(crate) wait: u64,
}

/// The least loaded slot that begins before the room ends, the earliest of several; `load` says how many retries a slot
/// has. `now` is in nanoseconds of the coordinator's clock.
///
/// In the slot the retries take the places of van der Corput's sequence, 0, 1/2, 1/4, 3/4, 1/8 …: however many come, they are
/// spread evenly, and nobody needs to know how many will. (J. G. van der Corput, "Verteilungsfunktionen", 1935.)
pub(crate) fn choose(request: Request, now: u64, load: impl Fn(u64) -> u32) -> Place {
    let Request { backoff, count, width, room } = request;
    let due = now.saturating_add(backoff);
    let first = due / width;
    let last = due.saturating_add(room) / width;
    let slots = first..=last.min(first.saturating_add(u64::from(count).saturating_sub(1)));
    let (slot, load) =
        slots.map(|slot| (slot, load(slot))).min_by_key(|(_, load)| *load).unwrap_or((first, 0));
    let begin = slot.saturating_mul(width).max(due);
    let end = slot.saturating_add(1).saturating_mul(width).min(due.saturating_add(room));
    let wait = begin - due + part(end.saturating_sub(begin), load);
    Place { slot, wait: wait.min(room) }
}

/// The part of a slot that comes before its place number `place`: the bits of the number, mirrored, are the fraction.
fn part(width: u64, place: u32) -> u64 {
    let mirrored = u128::from(place.reverse_bits());
    // Less than `width`: the fraction is less than 1.
    u64::try_from(u128::from(width) * mirrored >> u32::BITS).unwrap_or(u64::MAX)
}
