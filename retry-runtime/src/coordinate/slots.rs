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

/// The least loaded slot of those that the next `count` times `width` have a part in, the earliest of several; `load` says
/// how many retries a slot has. `now` is in nanoseconds of the coordinator's clock.
///
/// Slots lie on the clock, so the first one has begun when the backoff ends, and the last one goes on when the room ends. Of
/// these only a part is free: they count as loaded as if all their retries were in it, or a crowd would be in the rest of
/// the first slot as many as in a whole one.
///
/// In the slot the retries take the places of van der Corput's sequence, 0, 1/2, 1/4, 3/4, 1/8 …: however many come, they are
/// spread evenly, and nobody needs to know how many will. (J. G. van der Corput, "Verteilungsfunktionen", 1935.)
pub(crate) fn choose(request: Request, now: u64, load: impl Fn(u64) -> u32) -> Place {
    let Request { backoff, count, width, room } = request;
    let due = now.saturating_add(backoff);
    let end = due.saturating_add(room.min(width.saturating_mul(u64::from(count))));
    // Where in a slot there are places, and how many retries it has.
    let part_of = |slot: u64| {
        let begin = slot.saturating_mul(width).max(due);
        let free = slot.saturating_add(1).saturating_mul(width).min(end).saturating_sub(begin);
        (begin - due, free, load(slot))
    };
    let first = due / width;
    let last = end.saturating_sub(1) / width;
    let crowding = |slot: u64| {
        let (_, free, load) = part_of(slot);
        f64::from(load) * (width as f64 / free.max(1) as f64)
    };
    let calmer = |(slot, least): (u64, f64), other: u64| {
        let crowding = crowding(other);
        if crowding < least { (other, crowding) } else { (slot, least) }
    };
    let (slot, _) = (first.saturating_add(1)..=last).fold((first, crowding(first)), calmer);
    let (wait, free, load) = part_of(slot);
    Place { slot, wait: (wait + part(free, load)).min(room) }
}

/// The part of a slot that comes before its place number `place`: the bits of the number, mirrored, are the fraction.
fn part(width: u64, place: u32) -> u64 {
    let mirrored = u128::from(place.reverse_bits());
    // Less than `width`: the fraction is less than 1.
    u64::try_from((u128::from(width) * mirrored) >> u32::BITS).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    const MS: u64 = 1_000_000;

    /// Reserves for `clients` that fail at the same moment, and says when each of them returns, in milliseconds after it.
    fn returns(clients: u32, request: Request, now: u64) -> Vec<u64> {
        let mut loads = HashMap::<u64, u32>::new();
        let one = |_| {
            let Place { slot, wait } = choose(request, now, |slot| loads.get(&slot).copied().unwrap_or(0));
            *loads.entry(slot).or_default() += 1;
            (request.backoff + wait) / MS
        };
        (0..clients).map(one).collect()
    }

    #[test]
    fn those_who_fail_together_return_evenly() {
        let request = Request { backoff: 100 * MS, count: 10, width: 100 * MS, room: u64::MAX };
        let returns = returns(1_000, request, 7_000 * MS);
        for begin in (100..1_100).step_by(50) {
            let load = returns.iter().filter(|time| (begin..begin + 50).contains(*time)).count();
            assert_eq!(load, 50, "{begin} ms");
        }
    }

    #[test]
    fn they_do_wherever_in_a_slot_the_backoff_ends() {
        let request = Request { backoff: 0, count: 10, width: 100 * MS, room: u64::MAX };
        for phase in 0..100 {
            let mut returns = returns(1_000, request, (7_000 + phase) * MS);
            returns.sort_unstable();
            let peak = (0..=900).map(|begin| {
                returns.partition_point(|time| *time < begin + 100)
                    - returns.partition_point(|time| *time < begin)
            });
            let peak = peak.max().expect("some windows");
            assert!(peak <= 110, "{peak} within 100 ms, {phase} ms into a slot");
            assert!(returns[999] < 1_000, "within ten slots, {phase} ms into one");
        }
    }

    #[test]
    fn a_single_one_does_not_wait() {
        for phase in 0..100 {
            let request = Request { backoff: 20 * MS, count: 10, width: 100 * MS, room: u64::MAX };
            assert_eq!(choose(request, phase * MS, |_| 0).wait, 0);
        }
    }

    #[test]
    fn the_first_ones_come_first() {
        let request = Request { backoff: 0, count: 4, width: 100 * MS, room: u64::MAX };
        assert_eq!(returns(6, request, 0), [0, 100, 200, 300, 50, 150]);
    }

    proptest! {
        #[test]
        fn no_slot_escapes_the_limits(
            backoff in 0..=u64::MAX, count in 1..=100_u32, width in 1..=u64::MAX, room: u64, now: u64, load: u32,
        ) {
            let place = choose(Request { backoff, count, width, room }, now, |slot| load.wrapping_mul(u32::try_from(slot % 7).unwrap_or(0)));
            prop_assert!(place.wait <= room);
        }
    }
}
