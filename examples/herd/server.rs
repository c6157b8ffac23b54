//! The server: it serves one request after the other, in the order in which they came, each in the same time. It cannot
//! know whether a client still waits, and works for those that have left as for the others.

use std::{
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use retry_runtime::{CircuitOpen, Classify, Elapsed};
use tokio::time::{Instant, sleep_until};

use crate::{
    scenario::{LINE, outage},
    timeline::Timeline,
};

/// What a client gets instead of an answer.
#[derive(Debug, Classify)]
pub(crate) enum ApiError {
    /// The line is full.
    #[throttled]
    Full,
    /// The server was restarted: what it had taken in is lost.
    #[transient]
    Reset,
    /// The client left.
    #[transient]
    TimedOut,
    /// The client's breaker kept it from asking.
    #[transient]
    NotAsked,
}

impl From<Elapsed> for ApiError {
    fn from(_: Elapsed) -> Self {
        Self::TimedOut
    }
}

impl From<CircuitOpen> for ApiError {
    fn from(_: CircuitOpen) -> Self {
        Self::NotAsked
    }
}

pub(crate) struct Server {
    start: Instant,
    service_time: Duration,
    state: Mutex<State>,
}

/// All times count from the start.
#[derive(Default)]
struct State {
    /// When all that stands in line is served.
    busy_until: Duration,
    requests: Timeline,
    answers: Timeline,
}

/// What becomes of a request that was taken in, and when.
enum Fate {
    Served(Duration),
    Reset(Duration),
}

impl Server {
    pub(crate) fn new(start: Instant, service_time: Duration) -> Self {
        Self { start, service_time, state: Mutex::default() }
    }

    /// Asks for something. The client may leave, by dropping it; the work is done all the same.
    pub(crate) async fn request(&self) -> Result<(), ApiError> {
        match self.take_in()? {
            Fate::Served(at) => {
                sleep_until(self.start + at).await;
                self.state().answers.count(self.start.elapsed());
                Ok(())
            }
            Fate::Reset(at) => {
                sleep_until(self.start + at).await;
                Err(ApiError::Reset)
            }
        }
    }

    fn take_in(&self) -> Result<Fate, ApiError> {
        let now = self.start.elapsed();
        let mut state = self.state();
        state.requests.count(now);
        if outage().contains(&now) {
            return Ok(Fate::Reset(outage().end));
        }
        let begin = state.busy_until.max(now);
        if begin > now + LINE {
            return Err(ApiError::Full);
        }
        let end = begin + self.service_time;
        // The restart empties the line.
        let is_lost = now < outage().start && end > outage().start;
        if is_lost {
            return Ok(Fate::Reset(outage().end));
        }
        state.busy_until = end;
        Ok(Fate::Served(end))
    }

    /// When requests came, and when there was an answer to a client that still waited.
    pub(crate) fn take_timelines(&self) -> (Timeline, Timeline) {
        let state = mem::take(&mut *self.state());
        (state.requests, state.answers)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
