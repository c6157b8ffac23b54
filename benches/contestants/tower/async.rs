use std::time::Duration;

use tower::{
    ServiceExt,
    retry::{
        Policy, Retry,
        backoff::{Backoff, ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff},
    },
    service_fn,
    util::rng::HasherRng,
};

const INITIAL_DELAY: Duration = Duration::from_millis(100);
const MAX_DELAY: Duration = Duration::from_secs(10);

#[derive(Clone)]
struct Transient {
    backoff: ExponentialBackoff,
    retries: u32,
}

impl<Request: Clone, Response> Policy<Request, Response, Failure> for Transient {
    type Future = tokio::time::Sleep;

    fn retry(&mut self, _: &mut Request, result: &mut Result<Response, Failure>) -> Option<Self::Future> {
        let failure = result.as_ref().err()?;
        if !is_transient(failure) {
            return None;
        }
        self.retries = self.retries.checked_sub(1)?;
        Some(self.backoff.next_backoff())
    }

    fn clone_request(&mut self, request: &Request) -> Option<Request> {
        Some(request.clone())
    }
}

fn policy() -> Transient {
    let maker = ExponentialBackoffMaker::new(INITIAL_DELAY, MAX_DELAY, 0.1, HasherRng::new());
    Transient { backoff: maker.expect("the bounds are right").make_backoff(), retries: 2 }
}

// each copy
pub async fn call_COPY(key: &str) -> Result<u64, Failure> {
    let attempt = |key| send(key, COPY);
    Retry::new(policy(), service_fn(attempt)).oneshot(key).await
}
