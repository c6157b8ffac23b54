//! Whoever listens to the log may use settings itself.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use retry_runtime::settings::{self, Watch};
use tracing::{Event, Subscriber, subscriber::with_default};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
};

use crate::{Directory, assert_attempts, wait_until, watches::in_child};

/// Does this at the first event of ours.
struct Once<F>(AtomicBool, F);

impl<F> Once<F> {
    fn new(action: F) -> Self {
        Self(AtomicBool::new(false), action)
    }
}

impl<S: Subscriber, F: Fn() + 'static> Layer<S> for Once<F> {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "retry_runtime::settings" && !self.0.swap(true, Ordering::Relaxed) {
            (self.1)();
        }
    }
}

#[test]
fn a_listener_may_change_settings() {
    let _directory = Directory::new();
    let listener = Once::new(|| {
        settings::update("api", |policy| policy.max_attempts(2)).unwrap();
        settings::reload().unwrap();
    });
    with_default(tracing_subscriber::registry().with(listener), || {
        settings::update("worker", |policy| policy.max_attempts(9)).unwrap();
    });
    assert_attempts(9);
    assert_eq!(settings::policy("api").unwrap().max_attempts(), Some(2));
    for name in ["api", "worker"] {
        settings::update(name, settings::Changes::clear).unwrap();
    }
}

/// In the thread that watches, which cannot wait for its own end.
#[test]
fn a_listener_may_drop_the_watch() {
    static WATCH: Mutex<Option<Watch>> = Mutex::new(None);
    static IS_DROPPED: AtomicBool = AtomicBool::new(false);

    if in_child("listeners::a_listener_may_drop_the_watch", &[]) {
        return;
    }
    let directory = Directory::unread();
    let (_, watch) = directory.watched("retry.toml", 5);
    *WATCH.lock().unwrap() = Some(watch);
    let listener = Once::new(|| {
        drop(WATCH.lock().unwrap_or_else(PoisonError::into_inner).take());
        IS_DROPPED.store(true, Ordering::Relaxed);
    });
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(listener)).unwrap();
    directory.write("retry.toml", 6);
    wait_until("dropped", || IS_DROPPED.load(Ordering::Relaxed));
    assert_attempts(6);
}
