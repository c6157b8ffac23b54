//! What is counted of an operation: nothing, unless a feature asks for it.

use super::{Described, Event};
use crate::site::Site;

/// Whether anything is counted.
pub(crate) const ARE_KEPT: bool = cfg!(any(feature = "metrics", feature = "inventory"));

/// Whether it matters how long calls take.
pub(crate) const ARE_TIMED: bool = cfg!(feature = "metrics");

/// What is counted of one operation: beside each annotated function, or found by name.
#[derive(Debug)]
pub struct Figures {
    #[cfg(feature = "metrics")]
    handles: super::metrics::Handles,
    #[cfg(feature = "inventory")]
    pub(super) counts: super::inventory::Counts,
}

impl Figures {
    /// Nothing counted yet.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "made in a `static`, and nowhere else")]
    pub const fn new() -> Self {
        Self {
            #[cfg(feature = "metrics")]
            handles: super::metrics::Handles::new(),
            #[cfg(feature = "inventory")]
            counts: super::inventory::Counts::new(),
        }
    }
}

#[cfg(any(feature = "metrics", feature = "inventory"))]
mod named {
    use std::{
        collections::HashMap,
        sync::{LazyLock, PoisonError, RwLock},
    };

    use super::Figures;

    /// Service and operation.
    type Name = (Option<&'static str>, &'static str);

    static NAMED: LazyLock<RwLock<HashMap<Name, &'static Figures>>> = LazyLock::new(RwLock::default);

    impl Figures {
        /// Those of an operation that has none beside it: a call of a closure, or a function whose names depend on type
        /// parameters.
        pub(crate) fn named(service: Option<&'static str>, operation: &'static str) -> &'static Self {
            let name = (service, operation);
            if let Some(figures) = NAMED.read().unwrap_or_else(PoisonError::into_inner).get(&name) {
                return figures;
            }
            let mut named = NAMED.write().unwrap_or_else(PoisonError::into_inner);
            named.entry(name).or_insert_with(|| Box::leak(Box::new(Self::new())))
        }

        /// All that were found by name.
        #[cfg(feature = "inventory")]
        pub(in crate::observe) fn all_named() -> Vec<(Name, &'static Self)> {
            let named = NAMED.read().unwrap_or_else(PoisonError::into_inner);
            named.iter().map(|(name, figures)| (*name, *figures)).collect()
        }
    }
}

/// Counts what happened.
pub(super) fn note(site: &Site, event: &Event<'_, Described<'_>>) {
    #[cfg(feature = "metrics")]
    super::metrics::note(event);
    #[cfg(feature = "inventory")]
    site.figures().counts.note(event);
    let _ = (site, event);
}

/// Counts a call that succeeded at once, after as many nanoseconds as `elapsed` says.
#[inline]
pub(super) fn count_success(site: &Site, elapsed: impl FnOnce() -> i64) {
    #[cfg(feature = "inventory")]
    site.figures().counts.count_success();
    #[cfg(feature = "metrics")]
    match site.own_figures().and_then(|figures| figures.handles.present()) {
        Some(handles) => handles.count(elapsed()),
        None => count_first(site, elapsed()),
    }
    #[cfg(not(feature = "metrics"))]
    let _ = (site, elapsed);
}

/// The same where the handles must be looked for.
#[cfg(feature = "metrics")]
#[cold]
#[inline(never)]
fn count_first(site: &Site, elapsed: i64) {
    site.figures().handles.count_first(site, elapsed);
}
