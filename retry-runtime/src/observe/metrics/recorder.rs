//! Whose handles are kept: those of recorders that last.
//!
//! A handle belongs to the recorder that made it. One that was made before the recorder was installed counts nothing,
//! for ever; one of a recorder that a test installed for its thread outlives it. The facade says neither when the
//! recorder changes nor which kind it is, only who is there now.

use std::{
    ptr,
    sync::{
        Once,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use metrics::{Recorder, with_recorder};

use super::describe;

/// The addresses of recorders that are never dropped: nobody's, which counts nothing, and the one that was installed
/// for all threads, which no other can replace. In the order in which they were met; zero where none was yet.
static LASTING: [AtomicUsize; LASTS] = [AtomicUsize::new(0), AtomicUsize::new(0)];

/// How many recorders may last.
pub(super) const LASTS: usize = 2;

/// One that does not: not to be looked into again.
static PASSING: AtomicUsize = AtomicUsize::new(0);

/// Who there is now.
#[inline]
pub(super) fn present() -> usize {
    with_recorder(address)
}

/// The place of a recorder among those that last, if it was met before.
#[inline]
pub(super) fn known(address: usize) -> Option<usize> {
    // The last one met first: the one that was installed.
    if LASTING[1].load(Ordering::Acquire) == address {
        Some(1)
    } else if LASTING[0].load(Ordering::Acquire) == address {
        Some(0)
    } else {
        None
    }
}

/// The recorder there is now, and its place among those that last.
pub(super) fn with(count: impl FnOnce(&dyn Recorder, Option<usize>)) {
    with_recorder(|recorder| {
        let address = address(recorder);
        count(recorder, known(address).or_else(|| place(address)));
    });
}

/// How many recorders that last were met.
#[inline]
pub(crate) fn recorders_met() -> i64 {
    LASTING.iter().map(|place| i64::from(place.load(Ordering::Relaxed) != 0)).sum()
}

/// Describes the metrics, once if the recorder lasts.
pub(super) fn described(recorder: &dyn Recorder, place: Option<usize>) {
    static DESCRIBED: [Once; LASTS] = [Once::new(), Once::new()];
    match place {
        Some(place) => DESCRIBED[place].call_once(|| describe(recorder)),
        None => describe(recorder),
    }
}

fn address(recorder: &dyn Recorder) -> usize {
    ptr::from_ref(recorder).addr()
}

/// The place of a recorder that was not met before, if it lasts. A thread that nobody gave a recorder of its own knows.
#[cold]
#[inline(never)]
fn place(address: usize) -> Option<usize> {
    // Should one that lasts come to the same address, its metrics are only counted a little slower.
    if PASSING.load(Ordering::Relaxed) == address {
        return None;
    }
    let look = || with_recorder(self::address);
    let lasting = thread::Builder::new().name("retry metrics".to_owned()).spawn(look).ok()?.join().ok()?;
    if lasting != address {
        PASSING.store(address, Ordering::Relaxed);
        return None;
    }
    LASTING.iter().position(|place| {
        let met = place.compare_exchange(0, address, Ordering::AcqRel, Ordering::Acquire);
        met.is_ok() || met == Err(address)
    })
}
