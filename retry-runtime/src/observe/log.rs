//! Log events, all on the failure path. Their target is `retry_runtime`.

use super::{Described, Event};

/// Shows the attempt and how many there may be: `2/5`, or `2` where there is no limit.
#[cfg(feature = "tracing")]
struct Counted(u32, Option<u32>);

#[cfg(feature = "tracing")]
impl std::fmt::Display for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.1 {
            Some(most) => write!(f, "{}/{most}", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

#[cfg(feature = "tracing")]
mod to_tracing {
    use std::time::Duration;

    use tracing::Level;
    #[cfg(feature = "opentelemetry")]
    use tracing::field::DisplayValue;

    use super::{Counted, Described, Event, Wait};
    #[cfg(feature = "nested")]
    use crate::NestedRetries;
    use crate::{CircuitState, StopReason, site::Site};

    /// Whether anyone may listen to failures: if not, no clock is read for them. Who hears only of
    /// exhaustion still wants to know how long it took.
    ///
    /// Not `tracing::enabled!`: where layers have filters of their own, a question that no event follows
    /// may cost a layer the user's next event.
    pub(crate) fn is_enabled() -> bool {
        tracing::level_enabled!(Level::ERROR)
    }

    /// Whether anyone listens to warnings.
    #[cfg(feature = "tokio")]
    pub(crate) fn hears_warnings() -> bool {
        tracing::level_enabled!(Level::WARN)
    }

    /// To the millisecond: more is noise to a reader, `8.512e-6` even a riddle.
    fn seconds(time: Duration) -> f64 {
        (time.as_secs_f64() * 1e3).round() / 1e3
    }

    /// The trace that this thread works for, as OpenTelemetry knows it. Asked for within an event's fields, which are
    /// evaluated only if somebody listens.
    #[cfg(feature = "opentelemetry")]
    fn trace_id() -> Option<DisplayValue<opentelemetry::TraceId>> {
        use opentelemetry::{Context, trace::TraceContextExt};

        Context::map_current(|context| {
            let span = context.span();
            let span = span.span_context();
            span.is_valid().then(|| tracing::field::display(span.trace_id()))
        })
    }

    /// Without OpenTelemetry nobody knows of traces: the field is absent.
    #[cfg(not(feature = "opentelemetry"))]
    const fn trace_id() -> Option<&'static str> {
        None
    }

    // Numbers are signed: `tracing-opentelemetry`, which makes a span's event of a log event, writes unsigned ones as text.
    macro_rules! emit {
        ($level:expr, $event:expr, { $($extra:tt)* }, $($message:tt)+) => {
            tracing::event!(
                target: "retry_runtime",
                $level,
                service = $event.service,
                operation = $event.operation,
                attempt = i64::from($event.attempt),
                max_attempts = $event.max_attempts.map(i64::from),
                $($extra)*
                elapsed_seconds = $event.elapsed.map(|time| seconds(time)),
                retrying_seconds = $event.retrying.map(|time| seconds(time)),
                trace_id = trace_id(),
                $($message)+
            )
        };
    }

    /// The call ended for this reason.
    macro_rules! emit_end {
        ($level:expr, $event:expr, $error:expr, $reason:expr, $($message:tt)+) => {
            emit!(
                $level,
                $event,
                { error = %$error, reason = $reason.as_str(), budget = $event.budget, },
                $($message)+
            )
        };
    }

    /// Something happened to a call.
    pub(crate) fn tell(event: &Event<'_, Described<'_>>) {
        match event.reason {
            _ if event.delay.is_some() => retrying(event),
            Some(_) if event.is_abandoned => not_prepared(event),
            Some(_) => gave_up(event),
            None if event.attempt > 1 => recovered(event),
            None => {}
        }
    }

    /// An attempt failed and will be repeated.
    fn retrying(event: &Event<'_, Described<'_>>) {
        let (Some(delay), Some(error)) = (event.delay, event.error) else { return };
        emit!(
            Level::WARN,
            event,
            { delay_seconds = seconds(delay), error = %error, },
            "attempt {} of {} failed, next {}: {error}",
            Counted(event.attempt, event.max_attempts),
            event.operation,
            // Not `log::Wait`: with its feature `log`, tracing brings a `log` of its own into the arguments.
            Wait(delay),
        );
    }

    /// The call was given up.
    fn gave_up(event: &Event<'_, Described<'_>>) {
        let (Some(reason), Some(error)) = (event.reason, event.error) else { return };
        if reason == StopReason::Permanent {
            emit_end!(
                Level::DEBUG,
                event,
                error,
                reason,
                "attempt {} of {} failed, not retried (permanent): {error}",
                Counted(event.attempt, event.max_attempts),
                event.operation,
            );
        } else if event.attempt == 1 && reason == StopReason::CircuitOpen {
            emit_end!(
                Level::WARN,
                event,
                error,
                reason,
                "{} was refused ({reason}): {error}",
                event.operation,
            );
        } else if event.attempt == 0 {
            emit_end!(
                Level::ERROR,
                event,
                error,
                reason,
                "{} gave up before its first attempt ({reason}): {error}",
                event.operation,
            );
        } else {
            emit_end!(
                Level::ERROR,
                event,
                error,
                reason,
                "{} gave up after attempt {} ({reason}): {error}",
                event.operation,
                Counted(event.attempt, event.max_attempts),
            );
        }
    }

    /// `before_retry` failed, which ends the call.
    fn not_prepared(event: &Event<'_, Described<'_>>) {
        let (Some(reason), Some(error)) = (event.reason, event.error) else { return };
        emit_end!(
            Level::ERROR,
            event,
            error,
            reason,
            "{} gave up after attempt {}, its before_retry failed: {error}",
            event.operation,
            Counted(event.attempt, event.max_attempts),
        );
    }

    /// The call succeeded after it had failed.
    fn recovered(event: &Event<'_, Described<'_>>) {
        emit!(
            Level::INFO,
            event,
            {},
            "{} succeeded on attempt {}",
            event.operation,
            Counted(event.attempt, event.max_attempts),
        );
    }

    /// A circuit breaker turned to another state.
    pub(crate) fn circuit_turned(circuit_breaker: &str, state: CircuitState) {
        macro_rules! emit {
            ($level:expr) => {
                tracing::event!(
                    target: "retry_runtime",
                    $level,
                    circuit_breaker,
                    state = state.as_str(),
                    trace_id = trace_id(),
                    "circuit breaker `{circuit_breaker}` is {state}",
                )
            };
        }
        if state == CircuitState::Open { emit!(Level::WARN) } else { emit!(Level::INFO) }
    }

    /// An attempt waits until its rate lets it through.
    pub(crate) fn waits_for_turn(site: &Site, attempt: u32, rate: &str, wait: Duration) {
        tracing::event!(
            target: "retry_runtime",
            Level::DEBUG,
            service = site.service(),
            operation = site.operation(),
            attempt = i64::from(attempt),
            adaptive = rate,
            delay_seconds = seconds(wait),
            trace_id = trace_id(),
            "attempt {attempt} of {} waits {wait:.1?} for its turn at the rate `{rate}`",
            site.operation(),
        );
    }

    /// A retry waits for its place in a slot, on top of its backoff.
    #[cfg(feature = "coordinate")]
    pub(crate) fn waits_for_slot(site: &Site, attempt: u32, wait: Duration) {
        tracing::event!(
            target: "retry_runtime",
            Level::DEBUG,
            service = site.service(),
            operation = site.operation(),
            attempt = i64::from(attempt),
            delay_seconds = seconds(wait),
            trace_id = trace_id(),
            "attempt {attempt} of {} waits {wait:.1?} more, for its slot",
            site.operation(),
        );
    }

    /// The coordinator does not answer: calls go on alone.
    #[cfg(feature = "coordinate-redis")]
    pub(crate) fn coordinator_is_gone(why: &str) {
        tracing::warn!(target: "retry_runtime", why, "the coordinator does not answer: until it does, each process goes by itself");
    }

    /// It answers again.
    #[cfg(feature = "coordinate-redis")]
    pub(crate) fn coordinator_is_back() {
        tracing::info!(target: "retry_runtime", "the coordinator answers again");
    }

    /// A retried function was called in an attempt of another.
    #[cfg(feature = "nested")]
    pub(crate) fn nested(found: &NestedRetries) {
        let NestedRetries { outer, inner, max_attempts, .. } = found;
        let most = max_attempts.map_or_else(|| "any number of".to_owned(), |most| format!("up to {most}"));
        tracing::event!(
            target: "retry_runtime",
            Level::WARN,
            %outer,
            %inner,
            max_attempts = max_attempts.and_then(|most| i64::try_from(most).ok()),
            trace_id = trace_id(),
            "{inner} is retried inside of {outer}, which is retried too: {most} attempts for one call; retry in one \
             place",
        );
    }

    /// A blocking retry is about to sleep on a thread of an async runtime.
    #[cfg(feature = "tokio")]
    pub(crate) fn may_block_worker(operation: &str) {
        tracing::event!(
            target: "retry_runtime",
            Level::WARN,
            operation,
            trace_id = trace_id(),
            "{operation} is not async and sleeps between attempts on a thread of an async runtime, where \
             it may block other tasks: make it async, or call it through `spawn_blocking`",
        );
    }
}

#[cfg(feature = "tracing")]
pub(crate) use to_tracing::*;

/// A wait as a person reads it: `in 2.1s`, or `at once`.
#[cfg(feature = "tracing")]
struct Wait(std::time::Duration);

#[cfg(feature = "tracing")]
impl std::fmt::Display for Wait {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_zero() { f.write_str("at once") } else { write!(f, "in {:.1?}", self.0) }
    }
}

#[cfg(not(feature = "tracing"))]
mod nowhere {
    use super::{Described, Event};

    pub(crate) const fn is_enabled() -> bool {
        false
    }
    pub(crate) const fn tell(_: &Event<'_, Described<'_>>) {}
    pub(crate) const fn circuit_turned(_: &str, _: crate::CircuitState) {}
    pub(crate) const fn waits_for_turn(_: &crate::site::Site, _: u32, _: &str, _: std::time::Duration) {}
    #[cfg(feature = "coordinate-redis")]
    pub(crate) const fn coordinator_is_gone(_: &str) {}
    #[cfg(feature = "coordinate-redis")]
    pub(crate) const fn coordinator_is_back() {}
    #[cfg(feature = "coordinate")]
    pub(crate) const fn waits_for_slot(_: &crate::site::Site, _: u32, _: std::time::Duration) {}
    #[cfg(feature = "nested")]
    pub(crate) const fn nested(_: &crate::NestedRetries) {}
    #[cfg(feature = "tokio")]
    pub(crate) const fn hears_warnings() -> bool {
        false
    }
    #[cfg(feature = "tokio")]
    pub(crate) const fn may_block_worker(_: &str) {}
}

#[cfg(not(feature = "tracing"))]
pub(crate) use nowhere::*;
