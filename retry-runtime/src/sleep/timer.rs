//! Tokio's timer, started by the first poll.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;
use tokio::time::Sleep;

use crate::delay::Delay;

pin_project! {
    /// As large as a [`Sleep`], which is built where it stays: returned by a function it would be copied into
    /// the user's future by code that stands in each annotated function.
    #[project = Part]
    #[derive(Debug)]
    pub enum Timer {
        Due { delay: Delay },
        Runs { #[pin] sleep: Sleep },
    }
}

impl Timer {
    #[inline]
    pub(super) const fn new(delay: Delay) -> Self {
        Self::Due { delay }
    }
}

impl Future for Timer {
    type Output = ();

    #[cold]
    #[inline(never)]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        loop {
            match self.as_mut().project() {
                Part::Runs { sleep } => return sleep.poll(context),
                Part::Due { delay } => {
                    let sleep = tokio::time::sleep(delay.duration());
                    self.set(Self::Runs { sleep });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_timer_is_as_large_as_tokios() {
        assert_eq!(size_of::<Timer>(), size_of::<Sleep>());
    }

    #[tokio::test(start_paused = true)]
    async fn a_timer_waits_for_its_delay() {
        let start = tokio::time::Instant::now();
        Timer::new(Delay::from_nanos(60_000_000_000)).await;
        assert_eq!(start.elapsed(), Duration::from_secs(60));
    }
}
