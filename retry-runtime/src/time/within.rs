//! An attempt with a limit: dropped when its time is over.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use pin_project_lite::pin_project;

use super::Deadline;
use crate::Elapsed;

/// How long an attempt may take.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    timeout: Duration,
    call: Option<Call>,
}

/// What the deadline of the whole call leaves.
#[derive(Clone, Copy, Debug)]
struct Call {
    deadline: Deadline,
    is_preparation: bool,
    clock: fn() -> Instant,
}

impl Limit {
    /// The time of an attempt.
    #[must_use]
    pub const fn attempt(timeout: Duration) -> Self {
        Self { timeout, call: None }
    }

    /// No longer than until `deadline`.
    pub(crate) const fn until(self, deadline: Deadline, clock: fn() -> Instant) -> Self {
        Self { call: Some(Call { deadline, is_preparation: false, clock }), ..self }
    }

    /// The same, of what comes before an attempt.
    pub(crate) fn of_preparation(self) -> Self {
        let call = self.call.map(|call| Call { is_preparation: true, ..call });
        Self { call, ..self }
    }

    /// What is left of it, and what it is when nothing is left.
    fn left(&self) -> (Duration, Elapsed) {
        let attempt = (self.timeout, Elapsed::attempt(self.timeout));
        let Some(Call { deadline, is_preparation, clock }) = self.call else { return attempt };
        let left = deadline.left(clock());
        if left > self.timeout {
            return attempt;
        }
        (left, if is_preparation { deadline.elapsed().unmade() } else { deadline.elapsed() })
    }
}

/// `attempt`, or what it becomes when its time is over. The sleeper is asked for a timer when the attempt
/// first suspends, so that one that does not costs nothing.
#[inline]
pub const fn within<A, M, S>(attempt: A, limit: Limit, sleep: M) -> Within<A, M, S>
where
    A: Future,
    M: FnOnce(Duration) -> S,
    S: Future,
{
    Within { attempt, timer: Timer::Due { start: Some((limit, sleep)) } }
}

pin_project! {
    /// See [`within`].
    #[derive(Debug)]
    #[must_use = "does nothing until it is awaited"]
    pub struct Within<A, M, S> {
        #[pin]
        attempt: A,
        #[pin]
        timer: Timer<M, S>,
    }
}

pin_project! {
    /// Made where it stays, when it is needed.
    #[project = Part]
    #[derive(Debug)]
    enum Timer<M, S> {
        Due { start: Option<(Limit, M)> },
        Runs { #[pin] sleep: S, elapsed: Elapsed },
    }
}

impl<A, M, S> Future for Within<A, M, S>
where
    A: Future,
    M: FnOnce(Duration) -> S,
    S: Future,
{
    type Output = Result<A::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Poll::Ready(outcome) = this.attempt.poll(context) {
            return Poll::Ready(Ok(outcome));
        }
        loop {
            match this.timer.as_mut().project() {
                Part::Runs { sleep, elapsed } => return poll_timer(sleep, context).map(|()| Err(*elapsed)),
                Part::Due { start } => {
                    let Some((limit, sleep)) = start.take() else { return Poll::Pending };
                    let (left, elapsed) = limit.left();
                    if left.is_zero() {
                        return Poll::Ready(Err(elapsed));
                    }
                    this.timer.set(Timer::Runs { sleep: sleep(left), elapsed });
                }
            }
        }
    }
}

/// Also when the attempt has spent what tokio lets a task do at a stretch: its timers are never ready then, and an
/// attempt that always has something to do would never be dropped. (So does tokio's own `timeout`.)
fn poll_timer<S: Future>(sleep: Pin<&mut S>, context: &mut Context<'_>) -> Poll<()> {
    #[cfg(feature = "tokio")]
    if !tokio::task::coop::has_budget_remaining() {
        let sleep = std::pin::pin!(tokio::task::coop::unconstrained(sleep));
        return sleep.poll(context).map(drop);
    }
    sleep.poll(context).map(drop)
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, poll_fn, ready},
        pin::pin,
        sync::LazyLock,
        task::Waker,
    };

    use super::*;

    const LIMIT: Limit = Limit::attempt(Duration::from_secs(5));

    fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
        pin!(future).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn an_attempt_that_does_not_suspend_needs_no_timer() {
        let sleep = |_| -> std::future::Ready<()> { unreachable!("the sleeper was asked") };
        assert_eq!(poll_once(within(ready(1), LIMIT, sleep)), Poll::Ready(Ok(1)));
    }

    #[test]
    fn the_attempt_is_asked_first() {
        let mut polls = 0;
        let attempt = poll_fn(|_| {
            polls += 1;
            if polls < 2 { Poll::Pending } else { Poll::Ready(polls) }
        });
        let mut first = true;
        let timer =
            poll_fn(move |_| if std::mem::take(&mut first) { Poll::<()>::Pending } else { Poll::Ready(()) });
        let mut future = pin!(within(attempt, LIMIT, |_| timer));
        let context = &mut Context::from_waker(Waker::noop());
        assert_eq!(future.as_mut().poll(context), Poll::Pending);
        assert_eq!(future.as_mut().poll(context), Poll::Ready(Ok(2)));
    }

    #[test]
    fn a_stalled_attempt_ends_with_the_timer() {
        let elapsed = Elapsed::attempt(Duration::from_secs(5));
        assert_eq!(poll_once(within(pending::<()>(), LIMIT, |_| ready(()))), Poll::Ready(Err(elapsed)));
    }

    /// A clock that stands still.
    fn standing() -> Instant {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        *START
    }

    #[test]
    fn the_deadline_cuts_the_time_of_an_attempt() {
        let all = Duration::from_secs(3);
        let deadline = Deadline::after(standing(), all, None);
        for (timeout, elapsed) in [
            (5, Elapsed::deadline(all)),
            (3, Elapsed::deadline(all)),
            (2, Elapsed::attempt(Duration::from_secs(2))),
        ] {
            let limit = Limit::attempt(Duration::from_secs(timeout));
            let limit = limit.until(deadline, standing);
            assert_eq!(limit.left(), (elapsed.limit(), elapsed));
        }
    }

    #[test]
    fn an_attempt_that_suspends_too_late_is_dropped_without_a_timer() {
        let over = Deadline::after(standing(), Duration::ZERO, None);
        let elapsed = over.elapsed();
        let sleep = |_| -> std::future::Ready<()> { unreachable!("the sleeper was asked") };
        let attempt = within(pending::<()>(), LIMIT.until(over, standing), sleep);
        assert_eq!(poll_once(attempt), Poll::Ready(Err(elapsed)));
    }
}
