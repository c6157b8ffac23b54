//! Ordinary types that warn easily: that it compiles is the test.

use std::{convert::Infallible, time::Duration};

use retry_runtime::{Classify, Verdict};

/// Documented, and to grow.
#[derive(Classify, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u8)]
pub(crate) enum Growing {
    /// Same verdict as the next.
    #[transient]
    One = 1,
    /// Same verdict as the last.
    #[transient]
    Two = 2,
    /// Never stripped.
    #[cfg(not(any()))]
    #[transient]
    Three,
    /// Stripped, and not asked for a mark.
    #[cfg(any())]
    Four,
    /// A mark that is there in its turn.
    #[cfg_attr(not(any()), permanent)]
    Five,
    /// Not to be used any more.
    #[deprecated]
    #[transient]
    Old,
    /// Nor this.
    #[deprecated]
    #[throttled(retry_after = wait)]
    OldWait {
        /// When.
        #[deprecated]
        wait: Duration,
    },
    /// Never there.
    #[permanent]
    Never(Infallible),
    /// Never asked.
    #[classify(with = |_| true)]
    NeverAsked(Infallible),
}

mod old {
    #![allow(deprecated, reason = "the old type itself")]

    use retry_runtime::Classify;

    /// Gives way to `Growing`.
    #[derive(Classify, Debug)]
    #[deprecated]
    #[permanent]
    pub(crate) struct Old;
}

/// Where an old type is still taken.
#[derive(Classify, Debug)]
pub(crate) enum Taking {
    #[classify(source)]
    #[allow(deprecated, reason = "still taken")]
    Old(old::Old),
}

/// A lifetime that is used once.
#[derive(Classify, Debug)]
#[permanent]
pub(crate) struct Lent<'a> {
    pub(crate) text: &'a str,
}

/// Many fields, some of them unused.
#[derive(Classify, Debug)]
#[throttled(retry_after = wait)]
#[must_use]
pub(crate) struct Limited {
    pub(crate) wait: Option<Duration>,
    pub(crate) text: String,
}

#[test]
fn they_judge_like_any() {
    #[expect(deprecated, reason = "still there")]
    let (old, old_wait) = (Growing::Old, Growing::OldWait { wait: Duration::ZERO });
    assert_eq!(old.classify(), Verdict::TRANSIENT);
    assert_eq!(old_wait.classify(), Verdict::THROTTLED.with_server_hint(Duration::ZERO));
    assert_eq!(Growing::Three.classify(), Verdict::TRANSIENT);
    assert_eq!(Growing::Five.classify(), Verdict::PERMANENT);
    #[expect(deprecated, reason = "still there")]
    let taking = Taking::Old(old::Old);
    assert_eq!(taking.classify(), Verdict::PERMANENT);
    assert_eq!(Lent { text: "" }.classify(), Verdict::PERMANENT);
    assert_eq!(Limited { wait: None, text: String::new() }.classify(), Verdict::THROTTLED);
}
