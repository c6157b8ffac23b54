//! A place in the user's code that retries: what is known about it at compile time.

use std::{panic::Location, time::Instant};

#[cfg(feature = "settings")]
use crate::policy::{Field, Fields};
#[cfg(feature = "settings")]
use crate::settings::Tuned;
use crate::{RetryPolicy, clock, observe::Figures, policy::Draft};

/// How a call waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Blocking,
    Async,
    Tokio,
}

/// A retried operation: its names, its kind and its policy.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    operation: &'static str,
    service: Option<&'static str>,
    mode: Mode,
    policy: RetryPolicy,
    /// What of it the attribute wrote. (Here, where calls that carry their site have room for it.)
    #[cfg(feature = "settings")]
    written: Fields,
    /// Whether settings may change the policy.
    #[cfg(feature = "settings")]
    is_configurable: bool,
    /// Whether each call computes its policy.
    #[cfg(feature = "settings")]
    is_computed: bool,
    /// Where the policy is as settings have it: what they say of the limits of time.
    #[cfg(feature = "settings")]
    limits: Option<&'static Tuned>,
    #[cfg(any(feature = "metrics", feature = "inventory"))]
    figures: Option<&'static Figures>,
    #[cfg(any(feature = "metrics", feature = "inventory"))]
    figures_of_all: Option<fn() -> &'static Figures>,
    #[cfg_attr(
        not(any(feature = "tokio", feature = "inventory", feature = "settings")),
        expect(dead_code, reason = "for the inventory, and for a warning about tokio's threads")
    )]
    location: &'static Location<'static>,
}

impl Site {
    /// Blocks its thread.
    #[must_use]
    #[track_caller]
    pub const fn blocking(operation: &'static str, policy: Draft) -> Self {
        Self::new(operation, Mode::Blocking, policy)
    }

    /// Awaits a sleeper that the user named, or may yet name.
    #[must_use]
    #[track_caller]
    pub const fn asynchronous(operation: &'static str, policy: Draft) -> Self {
        Self::new(operation, Mode::Async, policy)
    }

    /// Awaits tokio's timer.
    #[must_use]
    #[track_caller]
    pub const fn tokio(operation: &'static str, policy: Draft) -> Self {
        Self::new(operation, Mode::Tokio, policy)
    }

    #[track_caller]
    const fn new(operation: &'static str, mode: Mode, policy: Draft) -> Self {
        Self {
            operation,
            service: None,
            mode,
            policy: *policy.policy(),
            #[cfg(feature = "settings")]
            written: policy.written(),
            #[cfg(feature = "settings")]
            is_configurable: true,
            #[cfg(feature = "settings")]
            is_computed: false,
            #[cfg(feature = "settings")]
            limits: None,
            #[cfg(any(feature = "metrics", feature = "inventory"))]
            figures: None,
            #[cfg(any(feature = "metrics", feature = "inventory"))]
            figures_of_all: None,
            location: Location::caller(),
        }
    }

    /// Out of reach of settings.
    #[must_use]
    pub const fn fixed(self) -> Self {
        self.configurable(false)
    }

    /// Whether settings reach it.
    pub(crate) const fn configurable(self, configurable: bool) -> Self {
        let _ = configurable;
        Self {
            #[cfg(feature = "settings")]
            is_configurable: configurable,
            ..self
        }
    }

    /// Each call computes its policy, for which the one here only holds the place.
    #[cfg(feature = "settings")]
    #[must_use]
    pub const fn computed(self) -> Self {
        Self { is_computed: true, ..self }
    }

    pub(crate) const fn with_operation(self, operation: &'static str) -> Self {
        Self { operation, ..self }
    }

    /// With the name of the service that is called.
    #[must_use]
    pub const fn with_service(self, service: &'static str) -> Self {
        Self { service: Some(service), ..self }
    }

    /// With a place of its own for what is counted of it.
    #[must_use]
    pub const fn counted_in(self, figures: &'static Figures) -> Self {
        let _ = figures;
        Self {
            #[cfg(any(feature = "metrics", feature = "inventory"))]
            figures: Some(figures),
            ..self
        }
    }

    /// The same for the instances of a generic function: no constant can refer to what changes, and their sites are some.
    #[must_use]
    pub const fn counted_by(self, figures: fn() -> &'static Figures) -> Self {
        let _ = figures;
        Self {
            #[cfg(any(feature = "metrics", feature = "inventory"))]
            figures_of_all: Some(figures),
            ..self
        }
    }

    /// Its own place for what is counted of it.
    #[cfg(any(feature = "metrics", feature = "inventory"))]
    #[inline]
    pub(crate) const fn own_figures(&self) -> Option<&'static Figures> {
        self.figures
    }

    /// What is counted of it.
    #[cfg(any(feature = "metrics", feature = "inventory"))]
    #[inline]
    pub(crate) fn figures(&self) -> &'static Figures {
        match self.figures {
            Some(figures) => figures,
            None => self.figures_elsewhere(),
        }
    }

    #[cfg(any(feature = "metrics", feature = "inventory"))]
    #[cold]
    fn figures_elsewhere(&self) -> &'static Figures {
        match self.figures_of_all {
            Some(figures) => figures(),
            None => Figures::named(self.service, self.operation),
        }
    }

    #[inline]
    pub(crate) const fn operation(&self) -> &'static str {
        self.operation
    }

    pub(crate) const fn service(&self) -> Option<&'static str> {
        self.service
    }

    #[inline]
    pub(crate) const fn policy(&self) -> &RetryPolicy {
        &self.policy
    }

    /// The policy, and what of it the attribute wrote.
    #[cfg(feature = "settings")]
    pub(crate) const fn draft(&self) -> Draft {
        Draft::written_as(self.policy, self.written)
    }

    /// What a call computed, with what the attribute writes beside `policy_from`.
    #[cfg(feature = "settings")]
    pub(crate) const fn draft_of(&self, computed: RetryPolicy) -> Draft {
        let draft = Draft::of(computed);
        if self.written.has(Field::Coordinated) {
            return draft.coordinated(self.policy.is_coordinated());
        }
        draft
    }

    #[cfg(feature = "settings")]
    pub(crate) const fn is_configurable(&self) -> bool {
        self.is_configurable
    }

    /// How many attempts a call that begins now has; `None` where only time limits them, or where each call's policy says.
    #[cfg(any(feature = "tracing", feature = "nested"))]
    #[cfg_attr(
        not(feature = "settings"),
        expect(clippy::missing_const_for_fn, reason = "with settings it is not")
    )]
    pub(crate) fn max_attempts(&self) -> Option<u32> {
        #[cfg(feature = "settings")]
        {
            if self.is_computed() {
                return None;
            }
            if let Some(policy) = &crate::settings::tuned(self).policy {
                return policy.max_attempts();
            }
        }
        self.policy.max_attempts()
    }

    /// Whether each call computes its policy, for which the one here only holds the place.
    #[cfg(feature = "settings")]
    pub(crate) const fn is_computed(&self) -> bool {
        self.is_computed
    }

    /// Where the policy is as settings have it: what they say of the limits of time.
    #[cfg(feature = "settings")]
    pub(crate) const fn limits(&self) -> Option<&'static Tuned> {
        self.limits
    }

    /// The site of one call, with the policy by which it goes.
    #[cfg(feature = "settings")]
    pub(crate) const fn tuned(&self, policy: RetryPolicy, limits: &'static Tuned) -> Self {
        Self { policy, is_computed: false, limits: Some(limits), ..*self }
    }

    /// Reads settings, unless that has been done: of a site that is one call's own.
    #[cfg(feature = "settings")]
    pub(crate) fn tune(&mut self) {
        if self.limits.is_none() {
            *self = crate::settings::site_of(self, self.policy);
        }
    }

    #[cfg(not(feature = "settings"))]
    #[expect(clippy::unused_self, clippy::needless_pass_by_ref_mut, reason = "as where there are settings")]
    pub(crate) const fn tune(&mut self) {}

    pub(crate) const fn is_async(&self) -> bool {
        matches!(self.mode, Mode::Async | Mode::Tokio)
    }

    /// Whether a wait needs tokio's timer.
    pub(crate) const fn is_on_tokio(&self) -> bool {
        matches!(self.mode, Mode::Tokio)
    }

    /// The clock of such calls.
    pub(crate) fn clock(&self) -> fn() -> Instant {
        match self.mode {
            Mode::Blocking => clock::blocking,
            Mode::Async | Mode::Tokio => clock::asynchronous,
        }
    }

    /// Where the function is annotated or the call is written.
    #[cfg(any(feature = "tokio", feature = "inventory", feature = "settings"))]
    pub(crate) const fn location(&self) -> &'static Location<'static> {
        self.location
    }

    /// Whether nobody was warned yet about this operation at this place.
    #[cfg(feature = "tokio")]
    pub(crate) fn is_unwarned(&self) -> bool {
        !warned().contains(&self.place())
    }

    /// Marks the operation at this place as warned about; `false` if it was. (Functions that one macro
    /// writes share their place, so the operation counts too.)
    #[cfg(feature = "tokio")]
    pub(crate) fn warn(&self) -> bool {
        warned().insert(self.place())
    }

    #[cfg(feature = "tokio")]
    fn place(&self) -> Place {
        (self.operation, *self.location)
    }
}

#[cfg(feature = "tokio")]
type Place = (&'static str, Location<'static>);

/// The places that were warned about.
#[cfg(feature = "tokio")]
fn warned() -> std::sync::MutexGuard<'static, std::collections::BTreeSet<Place>> {
    use std::{
        collections::BTreeSet,
        sync::{Mutex, PoisonError},
    };

    static WARNED: Mutex<BTreeSet<Place>> = Mutex::new(BTreeSet::new());
    WARNED.lock().unwrap_or_else(PoisonError::into_inner)
}
