//! The figures of the experiment, each with its reason.

use std::{ops::Range, time::Duration};

/// How many clients there are unless the command line says otherwise. More make the curves smoother and change
/// nothing else: the server grows with them.
pub(crate) const CLIENTS: usize = 10_000;

/// A client calls every 30 s on average, at random times, whether or not its last call has ended: users do not stop
/// coming because one of them waits.
pub(crate) const MEAN_PAUSE: Duration = Duration::from_secs(30);

/// So many clients are one process and share its guards. It makes three or four calls a second.
pub(crate) const CLIENTS_PER_PROCESS: usize = 100;

/// First attempts alone keep the server busy for this part of its time. It has a third to spare.
pub(crate) const NORMAL_LOAD: f64 = 0.75;

/// So long a client waits for an answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);

/// So long a request may have to stand in line; one that would have to stand longer is refused at once.
///
/// Longer than the clients' patience, as the lines of most servers are, which do not know it. This is what makes the
/// failure outlive its cause: a server whose line is full works for clients that have left. With half a second here,
/// what it takes in is answered in time, and plain retries recover as well.
pub(crate) const LINE: Duration = Duration::from_secs(2);

/// All is well for so long: what the guards remember when the outage begins.
pub(crate) const BEFORE: Duration = Duration::from_secs(15);

/// The server hangs for so long: as long as a call lasts whose five attempts all wait in vain (5 s, and 15 s between
/// them without jitter), so that the load has reached its height.
pub(crate) const OUTAGE: Duration = Duration::from_secs(20);

/// So long we look on after it.
pub(crate) const AFTER: Duration = Duration::from_secs(60);

/// The part of the run in which the server hangs.
pub(crate) fn outage() -> Range<Duration> {
    BEFORE..BEFORE + OUTAGE
}

/// The whole run. Calls that are under way at its end come to theirs, uncounted by the curves.
pub(crate) fn whole() -> Range<Duration> {
    Duration::ZERO..BEFORE + OUTAGE + AFTER
}
