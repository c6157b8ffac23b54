//! Coordination by a Redis: of all processes that use it.

mod breaker;
mod budget;
#[cfg(feature = "idempotency")]
mod claims;
mod connect;
mod health;
mod key;
mod link;
mod rounds;
mod server;
mod slots;
#[cfg(feature = "coordinate-redis-tls")]
mod tls;

#[cfg(feature = "idempotency")]
pub(super) use self::claims::{Given, Inquiry, Keeper, Wish};
pub use self::connect::{ConnectError, Options, connect};
use self::{key::Namespace, link::Link};

/// A Redis, and what our keys in it are called.
#[derive(Debug)]
pub(super) struct Redis {
    names: Namespace,
    link: Link,
    /// For how long a key is a call's that does not renew it.
    #[cfg(feature = "idempotency")]
    lease: std::time::Duration,
    /// Room for results that Redis has not heard of yet.
    #[cfg(feature = "idempotency")]
    backlog: std::sync::Arc<tokio::sync::Semaphore>,
    /// Whether calls with a key end where no answer comes.
    #[cfg(feature = "idempotency")]
    refuses_alone: bool,
}

#[cfg(feature = "idempotency")]
impl Redis {
    pub(super) const fn refuses_alone(&self) -> bool {
        self.refuses_alone
    }
}
