#![doc = include_str!("../docs/crate.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod backoff;
mod bounds;
mod call;
mod cancel;
mod classify;
mod clock;
mod context;
#[cfg(feature = "coordinate")]
pub mod coordinate;
mod delay;
mod driver;
mod elapsed;
mod error;
mod guard;
mod observe;
mod policy;
mod retry;
mod rng;
#[cfg(feature = "settings")]
pub mod settings;
mod site;
mod sleep;
mod time;

#[doc(hidden)]
pub mod __private;

pub use call::{Attempts, Call};
pub use cancel::{Cancel, CancelBlocking, CancelToken};
#[cfg(feature = "rdkafka")]
pub use classify::is_transient_kafka;
#[cfg(feature = "redis")]
pub use classify::is_transient_redis;
pub use classify::{
    Classify, ErrorChain, Filters, IntoVerdict, Verdict, all_of, any_of, connect_only, is_transient,
    is_transient_io, not,
};
#[cfg(feature = "http")]
pub use classify::{ErrorForRetry, HttpError, http_status, is_transient_http, server_hint};
#[cfg(feature = "tonic")]
pub use classify::{grpc_code, is_transient_grpc};
#[cfg(feature = "lapin")]
pub use classify::{is_transient_amqp, is_transient_rmq};
#[cfg(any(feature = "sqlx", feature = "tokio-postgres"))]
pub use classify::{is_transient_db, is_transient_sql, sql_state};
pub use context::Context;
#[cfg(feature = "idempotency")]
pub use coordinate::idempotency::{ConflictReason, IdempotencyConflict};
pub use elapsed::Elapsed;
pub use error::{RetryError, StopReason};
pub use guard::{AdaptiveRate, CircuitBreaker, CircuitOpen, CircuitState, RetryBudget};
pub use observe::Event;
#[cfg(feature = "metrics")]
pub use observe::metrics;
#[cfg(feature = "nested")]
pub use observe::nested::{NestedRetries, nested_retries};
#[cfg(any(feature = "inventory", feature = "settings"))]
pub use observe::{AnnotatedFunction, inventory};
#[cfg(feature = "inventory")]
pub use observe::{BreakerState, BudgetBalance, OperationStatistics, statistics};
pub use policy::{Delays, RetryPolicy};
pub use retry_macros::{Classify, retry};
pub use retry_rules::{Backoff, CustomBackoff, Jitter};
