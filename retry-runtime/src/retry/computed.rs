//! Calls whose policy is computed while the program runs (`policy_from`).

use crate::{RetryPolicy, settings, site::Site};

/// The site of such a call: the function's own, whose policy only holds the place, until the policy is computed; then one
/// that has it. Computed once at most, whoever asks for it how often.
#[derive(Debug)]
pub struct Computed {
    place: &'static Site,
    own: Option<Site>,
}

impl Computed {
    /// Nothing is computed yet.
    #[inline]
    #[must_use]
    pub const fn at(place: &'static Site) -> Self {
        Self { place, own: None }
    }

    /// The site, with what is known of it.
    #[inline]
    #[must_use]
    pub const fn site(&self) -> &Site {
        match &self.own {
            Some(own) => own,
            None => self.place,
        }
    }

    /// Computes the policy, unless that has been done.
    #[cold]
    pub fn read(&mut self, policy: impl FnOnce() -> RetryPolicy) {
        if self.own.is_none() {
            self.own = Some(settings::site_of(self.place, policy()));
        }
    }

    /// The same at the call's start, where settings may change what that must know: the limits of time. Without any
    /// settings a call that succeeds needs no policy.
    pub fn read_early(&mut self, policy: impl FnOnce() -> RetryPolicy) {
        if settings::are_read() {
            self.read(policy);
        }
    }
}
