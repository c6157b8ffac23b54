//! A wait that a cancellation ends.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

pin_project! {
    /// Whether the cancellation came before the end of the wait. It is asked first: who is woken by both
    /// makes no further attempt.
    #[derive(Debug)]
    #[must_use = "does nothing until it is awaited"]
    pub struct Unless<C, S> {
        #[pin]
        cancelled: C,
        #[pin]
        sleep: S,
    }
}

impl<C, S> Unless<C, S> {
    pub(super) const fn new(cancelled: C, sleep: S) -> Self {
        Self { cancelled, sleep }
    }
}

impl<C: Future, S: Future> Future for Unless<C, S> {
    type Output = bool;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<bool> {
        let this = self.project();
        if this.cancelled.poll(context).is_ready() {
            return Poll::Ready(true);
        }
        this.sleep.poll(context).map(|_| false)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, ready},
        pin::pin,
        task::Waker,
    };

    use super::*;

    fn poll(future: impl Future<Output = bool>) -> Poll<bool> {
        pin!(future).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn whichever_is_first_ends_it_and_the_cancellation_of_both() {
        assert_eq!(poll(Unless::new(ready(()), pending::<()>())), Poll::Ready(true));
        assert_eq!(poll(Unless::new(pending::<()>(), ready(()))), Poll::Ready(false));
        assert_eq!(poll(Unless::new(ready(()), ready(()))), Poll::Ready(true));
        assert_eq!(poll(Unless::new(pending::<()>(), pending::<()>())), Poll::Pending);
    }
}
