//! The fixed marks and their hints.

use std::time::Duration;

use retry_runtime::{Classify, Verdict};

const WAIT: Duration = Duration::from_secs(7);

#[derive(Classify)]
enum Marked {
    #[transient]
    Timeout,
    #[throttled]
    Busy(u32),
    #[permanent]
    Gone { path: String },
    #[transient(retry_after = wait)]
    Later { wait: Duration, path: String },
    #[throttled(retry_after = 1)]
    Limited(u32, Option<Duration>),
}

#[test]
fn a_mark_is_the_verdict() {
    assert_eq!(Marked::Timeout.classify(), Verdict::TRANSIENT);
    assert_eq!(Marked::Busy(1).classify(), Verdict::THROTTLED);
    assert_eq!(Marked::Gone { path: "/".into() }.classify(), Verdict::PERMANENT);
}

#[test]
fn a_field_says_when() {
    let later = Marked::Later { wait: WAIT, path: "/".into() };
    assert_eq!(later.classify(), Verdict::TRANSIENT.with_server_hint(WAIT));
    assert_eq!(Marked::Limited(1, Some(WAIT)).classify(), Verdict::THROTTLED.with_server_hint(WAIT));
    assert_eq!(Marked::Limited(1, None).classify(), Verdict::THROTTLED);
}

#[derive(Classify)]
#[transient]
struct Always;

#[derive(Classify)]
#[throttled(retry_after = 0)]
struct Waits(Option<Duration>);

#[derive(Classify)]
#[permanent]
struct Never {}

#[test]
fn a_struct_bears_its_mark_itself() {
    assert_eq!(Always.classify(), Verdict::TRANSIENT);
    assert_eq!(Waits(Some(WAIT)).classify(), Verdict::THROTTLED.with_server_hint(WAIT));
    assert_eq!(Never {}.classify(), Verdict::PERMANENT);
}

#[derive(Classify)]
enum Impossible {}

#[test]
fn an_empty_enum_needs_no_mark() {
    const fn asks<E: Classify>() {}
    asks::<Impossible>();
}
