//! Whose handles are kept: those of recorders that last.
//!
//! A handle belongs to the recorder that made it. One that was made before the recorder was installed counts nothing,
//! for ever; one of a recorder that a test installed for its thread outlives it. The facade says neither when the
//! recorder changes nor which kind it is, only who is there now.

use std::{
    cell::Cell,
    hash::Hasher,
    ptr,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

use metrics::{Recorder, with_recorder};

use super::describe;

/// The recorders that are never dropped: nobody's, which counts nothing, and the one that was installed for all threads,
/// which no other can replace. In the order in which they were met; zero where none was yet.
static LASTING: [AtomicUsize; LASTS] = [AtomicUsize::new(0), AtomicUsize::new(0)];

/// How many recorders may last.
pub(super) const LASTS: usize = 2;

/// Whether no thread can be started here, and nothing can be found out.
static IS_UNKNOWABLE: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// The one of this thread alone, not to be looked into again.
    static PASSING: Cell<usize> = const { Cell::new(0) };
    /// Whether this thread asks a recorder for something: a retried call that it makes for that is not counted.
    static IS_ASKING: Cell<bool> = const { Cell::new(false) };
}

/// Who there is now.
#[inline]
pub(super) fn present() -> usize {
    with_recorder(identity)
}

/// The place of a recorder among those that last, if it was met before.
#[inline]
pub(super) fn known(identity: usize) -> Option<usize> {
    // The last one met first: the one that was installed.
    if LASTING[1].load(Ordering::Acquire) == identity {
        Some(1)
    } else if LASTING[0].load(Ordering::Acquire) == identity {
        Some(0)
    } else {
        None
    }
}

/// The recorder there is now, to which all metrics are described, and its place among those that last. Nothing in it
/// holds a lock, for a recorder may make calls of its own.
pub(super) fn with(count: impl FnOnce(&dyn Recorder, Option<usize>)) {
    let Some(_asking) = Asking::begin() else { return };
    with_recorder(|recorder| {
        let identity = identity(recorder);
        let place = known(identity).or_else(|| place(identity));
        describe_once(recorder, place);
        count(recorder, place);
    });
}

/// How many recorders that last were met.
#[inline]
pub(crate) fn recorders_met() -> i64 {
    LASTING.iter().map(|place| i64::from(place.load(Ordering::Relaxed) != 0)).sum()
}

struct Asking;

impl Asking {
    fn begin() -> Option<Self> {
        (!IS_ASKING.replace(true)).then(|| Self)
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        IS_ASKING.set(false);
    }
}

/// Describes the metrics, once if the recorder lasts.
fn describe_once(recorder: &dyn Recorder, place: Option<usize>) {
    static ARE_DESCRIBED: [AtomicBool; LASTS] = [AtomicBool::new(false), AtomicBool::new(false)];
    if !place.is_some_and(|place| ARE_DESCRIBED[place].swap(true, Ordering::Relaxed)) {
        describe(recorder);
    }
}

/// Address and type: all values without a size have the same address.
#[inline]
fn identity(recorder: &dyn Recorder) -> usize {
    let mut words = Words(0);
    ptr::hash(recorder, &mut words);
    words.0
}

/// The words of a pointer, as one.
struct Words(usize);

impl Hasher for Words {
    #[inline]
    fn write_usize(&mut self, word: usize) {
        self.0 = self.0.rotate_left(usize::BITS / 2) ^ word;
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ usize::from(*byte);
        }
    }

    fn finish(&self) -> u64 {
        0
    }
}

/// The place of a recorder that was not met before, if it lasts. A thread that nobody gave a recorder of its own knows.
#[cold]
#[inline(never)]
fn place(identity: usize) -> Option<usize> {
    // Should one that lasts come to the same address, its metrics are only counted a little slower.
    if PASSING.get() == identity || IS_UNKNOWABLE.load(Ordering::Relaxed) {
        return None;
    }
    let look = || with_recorder(self::identity);
    let Ok(looking) = thread::Builder::new().name("retry metrics".to_owned()).spawn(look) else {
        IS_UNKNOWABLE.store(true, Ordering::Relaxed);
        return None;
    };
    if looking.join().ok()? != identity {
        PASSING.set(identity);
        return None;
    }
    LASTING.iter().position(|place| {
        let met = place.compare_exchange(0, identity, Ordering::AcqRel, Ordering::Acquire);
        met.is_ok() || met == Err(identity)
    })
}
