//! What the functions do, and what is seen of it.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use retry_runtime::Event;
use retry_tests::{Failure, recorded_waits};

use crate::functions;

/// How attempts end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Attempt {
    Fails,
    /// Not by itself.
    Hangs,
}

type Action = Box<dyn FnOnce()>;

thread_local! {
    static ATTEMPTS: Cell<u32> = const { Cell::new(0) };
    static ATTEMPT: Cell<Attempt> = const { Cell::new(Attempt::Fails) };
    static ACTION: RefCell<Option<(u32, Action)>> = const { RefCell::new(None) };
    static MOST: Cell<Option<u32>> = const { Cell::new(None) };
}

/// Does this during an attempt of the call that comes.
pub(crate) fn during(attempt: u32, action: impl FnOnce() + 'static) {
    ACTION.set(Some((attempt, Box::new(action))));
}

/// What every function does.
///
/// # Errors
/// Always.
pub(crate) fn work() -> Result<(), Failure> {
    let attempt = ATTEMPTS.get() + 1;
    ATTEMPTS.set(attempt);
    if ACTION.with_borrow(|action| action.as_ref().is_some_and(|(at, _)| *at == attempt)) {
        let (_, action) = ACTION.take().expect("there is one");
        action();
    }
    Err(Failure(attempt))
}

/// The same, as long as it should take.
pub(crate) async fn work_async() -> Result<(), Failure> {
    let failure = work();
    match ATTEMPT.get() {
        Attempt::Fails => failure,
        Attempt::Hangs => std::future::pending().await,
    }
}

/// Keeps how many attempts there may be, as a hook is told.
pub(crate) fn note_most(event: &Event<'_, Failure>) {
    MOST.set(event.max_attempts);
}

/// Calls a function and prints its attempts, waits and time; `false` if there is none of that name.
pub(crate) fn called(function: &str, attempt: Attempt) -> bool {
    ATTEMPTS.set(0);
    ATTEMPT.set(attempt);
    MOST.set(None);
    let _ = recorded_waits();
    let Some(took) = functions::call(function) else { return false };
    let waits: Vec<String> = recorded_waits().iter().map(|wait| format!("{wait:?}")).collect();
    let mut line = format!("{} attempts", ATTEMPTS.get());
    if let Some(most) = MOST.get() {
        line += &format!(" of {most}");
    }
    if !waits.is_empty() {
        line += &format!(", waited {}", waits.join(" "));
    }
    if took > Duration::ZERO {
        line += &format!(", took {took:?}");
    }
    println!("{line}");
    true
}
