//! Coordination by a Redis: of all processes that use it.

mod connect;
mod health;
mod key;
mod link;
mod server;
mod slots;

pub use self::connect::{ConnectError, Options, connect};
use self::{key::Namespace, link::Link};

/// A Redis, and what our keys in it are called.
#[derive(Debug)]
pub(super) struct Redis {
    names: Namespace,
    link: Link,
}
