//! Stock.

use retry_runtime::retry;

use crate::upstream::{Error, Upstream};

#[retry(database, max_attempts = 5, backoff = linear, service = "warehouse")]
pub(crate) fn reserve(store: &Upstream, item: &str) -> Result<usize, Error> {
    store.answer().map(|_| item.len())
}

pub(crate) trait Urgency {
    const ATTEMPTS: u32;
}

pub(crate) struct Urgent;

impl Urgency for Urgent {
    const ATTEMPTS: u32 = 2;
}

pub(crate) struct Nightly;

impl Urgency for Nightly {
    const ATTEMPTS: u32 = 10;
}

/// How often depends on who asks, so that the inventory has no policy of it.
#[retry(database, max_attempts = U::ATTEMPTS, service = "warehouse")]
pub(crate) fn count<U: Urgency>(store: &Upstream) -> Result<u32, Error> {
    store.answer()
}
