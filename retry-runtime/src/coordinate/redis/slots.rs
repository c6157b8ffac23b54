//! Slots of all processes that use a Redis.

use std::{sync::LazyLock, time::Duration};

use ::redis::{Script, Value};

use super::{Redis, link::Question};
use crate::coordinate::{Request, Subject};

static SLOTS: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("slots.lua")));

impl Redis {
    /// Nanoseconds to wait on top of the backoff; `None` where Redis does not answer.
    pub(in crate::coordinate) fn reserve(
        &self,
        subject: Subject,
        request: Request,
    ) -> impl Future<Output = Option<u64>> + Send + use<> {
        let answer = self.link.ask_within(limit(request), self.question(subject, request));
        async move { wait(&answer.await?) }
    }

    pub(in crate::coordinate) fn reserve_blocking(&self, subject: Subject, request: Request) -> Option<u64> {
        wait(&self.link.ask_blocking_within(limit(request), self.question(subject, request))?)
    }

    fn question(&self, subject: Subject, request: Request) -> Question {
        let Request { backoff, count, width, room } = request;
        let width = (width / 1_000).max(1);
        let which = width.to_string();
        let micros = |nanos: u64| (nanos / 1_000).to_string().into_bytes();
        Question {
            script: &SLOTS,
            keys: vec![format!("{}:{which}", self.names.key("slots", &subject.parts()))],
            arguments: vec![
                micros(backoff),
                count.to_string().into_bytes(),
                width.to_string().into_bytes(),
                micros(room),
            ],
        }
    }
}

/// To ask takes time, too: no more than the retry has.
fn limit(request: Request) -> Duration {
    Duration::from_nanos(request.backoff.saturating_add(request.room))
}

/// Nanoseconds, of an answer in microseconds.
fn wait(answer: &Value) -> Option<u64> {
    let micros: u64 = ::redis::from_redis_value_ref(answer).ok()?;
    micros.checked_mul(1_000)
}
