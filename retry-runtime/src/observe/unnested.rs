//! Attempts that know nothing of each other. Generated code may ask for them all the same: of the features that a build
//! script's copy of this crate has, the macros know, and the program's copy does not.

use crate::site::Site;

/// Nothing.
#[derive(Clone, Copy, Debug)]
pub struct Within;

impl Within {
    /// Nothing changes.
    #[must_use]
    pub const fn attempt_of(_: &Site) -> Self {
        Self
    }
}

/// The future itself.
pub const fn attempt<F: Future>(_: &Site, future: F) -> F {
    future
}
