//! Two transactions that get in each other's way.

use std::{cell::Cell, error::Error};

use retry_runtime::{Verdict, is_transient_sql, retry};
use tokio::{join, sync::Barrier};

use super::faults::judged;

/// One of two calls.
pub(crate) struct Side<'a> {
    /// 0 or 1.
    pub(crate) number: usize,
    meeting: Option<&'a Barrier>,
}

impl Side<'_> {
    /// Waits for the other, so that both hold what they have taken so far. An attempt after the first does not: it
    /// has the database to itself.
    pub(crate) async fn meet(&self) {
        if let Some(meeting) = self.meeting {
            meeting.wait().await;
        }
    }
}

/// Of two calls at once one fails, with this SQLSTATE. Annotated, both succeed.
pub(crate) async fn collide<E: Error + Send + Sync + 'static>(
    state: Option<&str>,
    call: impl AsyncFn(Side<'_>) -> Result<(), E>,
) {
    let barrier = Barrier::new(2);
    let meeting = Some(&barrier);
    let (one, other) = join!(call(Side { number: 0, meeting }), call(Side { number: 1, meeting }));
    let failed: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    for error in failed {
        let shown = format!("{error:?}");
        assert_eq!(judged(error), (Verdict::TRANSIENT, state.map(Into::into)), "{shown}");
    }

    let attempts = [Cell::new(0), Cell::new(0)];
    let outcomes =
        join!(retried(&call, 0, &barrier, &attempts[0]), retried(&call, 1, &barrier, &attempts[1]));
    assert!(matches!(outcomes, (Ok(()), Ok(()))), "{outcomes:?}");
    let attempts = attempts.map(Cell::into_inner);
    assert!(attempts[0] + attempts[1] >= 3, "they did not collide: {attempts:?}");
}

#[retry(database, max_attempts = 500, initial_delay = "10ms", max_delay = "50ms", filter = is_transient_sql)]
async fn retried<E: Error + 'static>(
    call: &impl AsyncFn(Side<'_>) -> Result<(), E>,
    number: usize,
    barrier: &Barrier,
    attempts: &Cell<u32>,
) -> Result<(), E> {
    attempts.set(attempts.get() + 1);
    call(Side { number, meeting: (attempts.get() == 1).then_some(barrier) }).await
}
