//! What stops retries from becoming the outage: limits that many calls share.

mod adaptive;
mod atomic;
mod breaker;
mod budget;

pub use adaptive::{AdaptiveRate, Turn};
pub(crate) use breaker::CIRCUIT_OPEN;
pub use breaker::{CircuitBreaker, CircuitOpen, CircuitState, Permit};
pub(crate) use budget::Failure;
pub use budget::RetryBudget;
