//! Spans for the key `span`: one a call, a child for each attempt. Their names and fields are OpenTelemetry's; a
//! subscriber that exports nothing shows them as any others.
//!
//! Sources: `service.peer.name` (it replaced `peer.service`) is from
//! <https://opentelemetry.io/docs/specs/semconv/registry/attributes/service/>, `http.request.resend_count` from
//! <https://opentelemetry.io/docs/specs/semconv/http/http-spans/>, `error.type` and the status from
//! <https://opentelemetry.io/docs/specs/semconv/general/recording-errors/>. The fields `otel.*` are those of
//! `tracing-opentelemetry`; `retry.*` are ours, for there is no convention. Numbers are signed: it writes unsigned ones as
//! text.

/// The feature that spans need.
#[derive(Clone, Copy, Debug)]
pub struct Tracing;

/// A feature that is on.
#[diagnostic::on_unimplemented(
    message = "`span` needs the feature `tracing` of retry-runtime, which is off",
    label = "needs the feature `tracing`",
    note = "add `features = [\"tracing\"]` to retry-runtime in Cargo.toml, or remove `span`"
)]
pub trait IsOn {}

#[cfg(feature = "tracing")]
impl IsOn for Tracing {}

#[cfg(feature = "tracing")]
mod to_tracing {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tracing::{
        Instrument, Span,
        field::{Empty, display},
        instrument::Instrumented,
        span::Entered,
    };

    use super::{
        super::{Described, Event},
        IsOn,
    };
    use crate::{retry::Retry, site::Site};

    /// The span of a call.
    #[derive(Debug)]
    pub struct CallSpan {
        span: Span,
        /// How many requests were sent, where attempts are such.
        requests: Option<AtomicU32>,
    }

    impl CallSpan {
        /// A call begins.
        #[must_use]
        pub fn start(site: &Site, _: impl IsOn) -> Self {
            let span = tracing::info_span!(
                target: "retry_runtime",
                "retry",
                otel.name = site.operation(),
                otel.kind = "internal",
                otel.status_code = Empty,
                otel.status_description = Empty,
                "error.type" = Empty,
                service.peer.name = site.service(),
                retry.operation = site.operation(),
                retry.max_attempts = site.max_attempts().map(i64::from),
                retry.attempts = Empty,
                retry.reason = Empty,
            );
            Self { span, requests: None }
        }

        /// The same where each attempt sends an HTTP request.
        #[must_use]
        pub fn of_requests(self) -> Self {
            Self { requests: Some(AtomicU32::new(0)), ..self }
        }

        /// For a call that does not suspend.
        pub fn enter(&self) -> Entered<'_> {
            self.span.enter()
        }

        /// The call within its span.
        pub fn around<C: Future>(&self, call: C) -> Instrumented<C> {
            call.instrument(self.span.clone())
        }

        /// An attempt begins.
        #[must_use]
        pub fn attempt(&self, retry: &Retry) -> AttemptSpan<'_> {
            let sent = self.requests.as_ref().map(|requests| requests.fetch_add(1, Ordering::Relaxed));
            // A child of the current span, which is the call's.
            let span = tracing::info_span!(
                target: "retry_runtime",
                "attempt",
                otel.name = "attempt",
                otel.status_code = Empty,
                otel.status_description = Empty,
                "error.type" = Empty,
                http.request.resend_count = sent.filter(|sent| *sent > 0).map(i64::from),
                retry.attempt = i64::from(retry.attempt()),
                retry.delay_seconds = Empty,
            );
            AttemptSpan { call: self, span }
        }

        /// The same where the attempt may not be made at all: without a span, then.
        #[must_use]
        pub fn attempt_if(&self, retry: &Retry, is_made: bool) -> AttemptSpan<'_> {
            if is_made { self.attempt(retry) } else { AttemptSpan { call: self, span: Span::none() } }
        }

        /// For what happens between attempts.
        #[must_use]
        pub const fn spans(&self) -> Spans<'_> {
            Spans { call: &self.span, attempt: None }
        }
    }

    /// The span of an attempt.
    #[derive(Debug)]
    pub struct AttemptSpan<'a> {
        call: &'a CallSpan,
        span: Span,
    }

    impl AttemptSpan<'_> {
        /// For an attempt that does not suspend.
        pub fn enter(&self) -> Entered<'_> {
            self.span.enter()
        }

        /// The attempt within its span.
        pub fn around<A: Future>(&self, attempt: A) -> Instrumented<A> {
            attempt.instrument(self.span.clone())
        }

        /// As [`build`](crate::__private::build), within the span.
        pub fn build<Outcome, Body, Attempt>(&self, body: Body) -> Attempt
        where
            Body: FnOnce() -> Attempt,
            Attempt: Future<Output = Outcome>,
        {
            self.span.in_scope(body)
        }

        /// For what the attempt leads to.
        #[must_use]
        pub const fn spans(&self) -> Spans<'_> {
            Spans { call: &self.call.span, attempt: Some(&self.span) }
        }

        /// The call succeeded.
        pub fn succeeded<'e, E: ?Sized>(&self, event: Event<'e, E>) -> Event<'e, E> {
            self.call.span.record("retry.attempts", i64::from(event.attempt));
            event
        }
    }

    /// The spans in which something happens.
    #[derive(Clone, Copy, Debug)]
    pub struct Spans<'a> {
        call: &'a Span,
        attempt: Option<&'a Span>,
    }

    impl Spans<'_> {
        /// Whether anyone sees them.
        pub(crate) fn are_seen(self) -> bool {
            let is_seen = |span: &Span| !span.is_disabled();
            is_seen(self.call) || self.attempt.is_some_and(is_seen)
        }

        /// Records what ended the attempt, and the call if it is over.
        pub(crate) fn tell(self, event: &Event<'_, Described<'_>>) {
            if let Some(attempt) = self.attempt.filter(|_| event.is_of_attempt) {
                fail(attempt, event);
                if let Some(delay) = event.delay {
                    attempt.record("retry.delay_seconds", delay.as_secs_f64());
                }
            }
            if let Some(reason) = event.reason {
                fail(self.call, event);
                self.call
                    .record("retry.attempts", i64::from(event.attempt))
                    .record("retry.reason", reason.as_str());
            }
        }
    }

    fn fail(span: &Span, event: &Event<'_, Described<'_>>) {
        span.record("error.type", event.error_type).record("otel.status_code", "ERROR");
        if let Some(error) = event.error {
            // Last: to an exporter the description is the status.
            span.record("otel.status_description", display(error));
        }
    }
}

#[cfg(feature = "tracing")]
pub use to_tracing::*;

/// None: a function that asks for spans does not compile, and is told why. All else is there, so that nothing but that
/// is reported.
#[cfg(not(feature = "tracing"))]
mod nowhere {
    use super::{
        super::{Described, Event},
        IsOn,
    };
    use crate::{retry::Retry, site::Site};

    /// The span of a call, or of an attempt.
    #[derive(Debug)]
    pub enum CallSpan {}

    impl CallSpan {
        /// Never: `Tracing` is off.
        #[must_use]
        pub fn start(_: &Site, _: impl IsOn) -> Self {
            unreachable!("the feature `tracing` is off")
        }

        /// The same.
        #[must_use]
        pub const fn of_requests(self) -> Self {
            self
        }

        /// Nothing.
        pub const fn enter(&self) {}

        /// The future itself.
        pub const fn around<F: Future>(&self, future: F) -> F {
            future
        }

        /// The same.
        #[must_use]
        pub const fn attempt(&self, _: &Retry) -> &Self {
            self
        }

        /// The same.
        #[must_use]
        pub const fn attempt_if(&self, _: &Retry, _: bool) -> &Self {
            self
        }

        /// What `body` builds.
        pub fn build<Outcome, Body, Attempt>(&self, body: Body) -> Attempt
        where
            Body: FnOnce() -> Attempt,
            Attempt: Future<Output = Outcome>,
        {
            body()
        }

        /// The same.
        #[must_use]
        pub const fn spans(&self) -> Spans<'_> {
            Spans(self)
        }

        /// The event itself.
        #[must_use]
        pub const fn succeeded<'e, E: ?Sized>(&self, event: Event<'e, E>) -> Event<'e, E> {
            event
        }
    }

    /// The spans in which something happens.
    #[derive(Clone, Copy, Debug)]
    pub struct Spans<'a>(&'a CallSpan);

    impl Spans<'_> {
        pub(crate) const fn are_seen(self) -> bool {
            match *self.0 {}
        }

        pub(crate) const fn tell(self, _: &Event<'_, Described<'_>>) {
            match *self.0 {}
        }
    }
}

#[cfg(not(feature = "tracing"))]
pub use nowhere::*;
