//! Circuit breakers of all processes that use a Redis.

use std::{sync::LazyLock, time::Duration};

use ::redis::{Script, Value};

use super::{Redis, link::Question};
use crate::coordinate::shared::{self, Event, Told};

static BREAKER: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("breaker.lua")));

impl Redis {
    /// Tells what happened to the circuit, and asks what happened to it elsewhere; `None` where Redis does not answer.
    pub(super) fn look_at(
        &self,
        breaker: &str,
        asked: shared::Question,
    ) -> impl Future<Output = Option<Told>> + Send + use<> {
        let (event, number) = match asked.event {
            None => ("look", 0),
            Some(Event::Opened { .. }) => ("open", u64::try_from(asked.left.as_millis()).unwrap_or(u64::MAX)),
            Some(Event::Passed) => ("close", asked.opening),
            Some(Event::Reset) => ("reset", 0),
        };
        let answer = self.link.ask(Question {
            script: &BREAKER,
            keys: vec![self.names.key("breaker", &[breaker.as_bytes()])],
            arguments: [event.to_owned(), number.to_string(), asked.time.to_string()]
                .map(String::into_bytes)
                .to_vec(),
        });
        async move { told(&answer.await?) }
    }
}

fn told(answer: &Value) -> Option<Told> {
    let (opening, left, is_closed, time): (u64, u64, u8, u64) = ::redis::from_redis_value_ref(answer).ok()?;
    Some(Told { opening, left: Duration::from_millis(left), is_closed: is_closed == 1, time })
}
