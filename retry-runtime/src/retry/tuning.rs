//! The policy of a call: its site's, or what settings make of that, read when it is first needed and kept to the
//! call's end. Without the feature `settings` it takes no byte.

#[cfg(feature = "settings")]
pub(super) use self::read::Tuning;
#[cfg(not(feature = "settings"))]
pub(super) use self::unread::Tuning;

#[cfg(feature = "settings")]
mod read {
    use std::time::Duration;

    use crate::{
        RetryPolicy,
        settings::{self, Tuned},
        site::Site,
    };

    /// `None` before it was read, and where there are no settings. Nothing that would have to be dropped: a call that
    /// succeeds at once does not pay for settings.
    #[derive(Clone, Copy, Debug)]
    pub(in crate::retry) struct Tuning(Option<&'static Tuned>);

    impl Tuning {
        pub(in crate::retry) const UNREAD: Self = Self(None);

        pub(in crate::retry) const fn is_read(self) -> bool {
            self.0.is_some()
        }

        /// What they say now.
        pub(in crate::retry) fn of(site: &Site) -> Self {
            Self(Some(settings::tuned(site)))
        }

        /// Whether there are any settings.
        pub(in crate::retry) fn may_differ() -> bool {
            settings::are_read()
        }

        #[inline]
        pub(in crate::retry) fn policy(self, site: &Site) -> &RetryPolicy {
            self.0.and_then(|tuned| tuned.policy.as_ref()).unwrap_or(site.policy())
        }

        pub(in crate::retry) fn attempt_timeout(self, written: Duration) -> Duration {
            self.0.and_then(|tuned| tuned.attempt_timeout).unwrap_or(written)
        }

        pub(in crate::retry) fn deadline(self, written: Duration) -> Duration {
            self.0.and_then(|tuned| tuned.deadline).unwrap_or(written)
        }
    }
}

#[cfg(not(feature = "settings"))]
mod unread {
    use std::time::Duration;

    use crate::{RetryPolicy, site::Site};

    #[derive(Clone, Copy, Debug)]
    pub(in crate::retry) struct Tuning;

    #[expect(clippy::unused_self, reason = "as where there are settings")]
    impl Tuning {
        pub(in crate::retry) const UNREAD: Self = Self;

        #[inline]
        pub(in crate::retry) const fn is_read(self) -> bool {
            true
        }

        #[inline]
        pub(in crate::retry) const fn of(_: &Site) -> Self {
            Self
        }

        #[inline]
        pub(in crate::retry) const fn may_differ() -> bool {
            false
        }

        #[inline]
        pub(in crate::retry) const fn policy(self, site: &Site) -> &RetryPolicy {
            site.policy()
        }

        #[inline]
        pub(in crate::retry) const fn attempt_timeout(self, written: Duration) -> Duration {
            written
        }

        #[inline]
        pub(in crate::retry) const fn deadline(self, written: Duration) -> Duration {
            written
        }
    }
}
