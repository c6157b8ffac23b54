//! What each key of the attribute does, one file a key.
#![deny(warnings, clippy::all)]
#![allow(clippy::redundant_closure, reason = "that closures are taken where paths are is what is tested")]

mod error;
mod key_adaptive;
mod key_attempt_timeout;
mod key_backoff;
mod key_before_retry;
mod key_budget;
mod key_cancel;
mod key_circuit_breaker;
mod key_clone;
mod key_configurable;
#[cfg(feature = "idempotency")]
mod key_conflict_error;
mod key_context;
mod key_coordinated;
mod key_crate;
mod key_deadline;
mod key_deadline_from;
mod key_exponential_base;
mod key_fallback;
mod key_filter;
mod key_filter_ok;
mod key_idempotency_key;
mod key_initial_delay;
mod key_jitter;
mod key_max_attempts;
mod key_max_delay;
mod key_max_elapsed;
mod key_max_retry_after;
mod key_max_total_delay;
mod key_on_give_up;
mod key_on_retry;
mod key_on_success;
mod key_open_error;
mod key_operation;
mod key_policy;
#[cfg(feature = "settings")]
mod key_policy_from;
mod key_service;
mod key_sleep;
mod key_span;
mod key_timeout_error;
mod key_wrap_error;
