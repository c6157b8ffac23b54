//! Tokio's timer, started by the first poll.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;
use tokio::{runtime::Handle, time::Sleep};

use crate::{delay::Delay, site::Site};

pin_project! {
    /// As large as a [`Sleep`], which is built where it stays: returned by a function it would be copied into
    /// the user's future by code that stands in each annotated function.
    #[project = Part]
    #[derive(Debug)]
    pub enum Timer<'a> {
        Due { delay: Delay, site: &'a Site },
        Runs { #[pin] sleep: Sleep },
    }
}

impl<'a> Timer<'a> {
    #[inline]
    pub(super) const fn new(delay: Delay, site: &'a Site) -> Self {
        Self::Due { delay, site }
    }
}

impl Future for Timer<'_> {
    type Output = ();

    #[cold]
    #[inline(never)]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        loop {
            match self.as_mut().project() {
                Part::Runs { sleep } => return sleep.poll(context),
                Part::Due { delay, site } => {
                    let sleep = start(*delay, site);
                    self.set(Self::Runs { sleep });
                }
            }
        }
    }
}

fn start(delay: Delay, site: &Site) -> Sleep {
    assert!(
        Handle::try_current().is_ok(),
        "the retry of `{}` at {} waits on tokio's timer, but this is no tokio runtime: call it from one, or \
         name another sleeper, `#[retry(sleep = path)]` or `.sleep(path)`",
        site.operation(),
        site.location(),
    );
    tokio::time::sleep(delay.duration())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::site::Mode;

    #[test]
    fn a_timer_is_as_large_as_tokios() {
        assert_eq!(size_of::<Timer<'_>>(), size_of::<Sleep>());
    }

    #[tokio::test(start_paused = true)]
    async fn a_timer_waits_for_its_delay() {
        let start = tokio::time::Instant::now();
        Timer::new(Delay::from_nanos(60_000_000_000), &Site::new("test", None, Mode::Async)).await;
        assert_eq!(start.elapsed(), Duration::from_secs(60));
    }
}
