//! What the attribute registers of a function.

use std::time::Duration;

#[cfg(feature = "inventory")]
use super::OperationStatistics;
use super::{AnnotatedFunction, BreakerState, BudgetBalance};
use crate::site::Site;

/// An annotated function.
#[derive(Clone, Copy, Debug)]
pub struct Listed {
    site: &'static Site,
    module: &'static str,
    /// Whether the policy of the site is not that of the function, and its names may not be either.
    is_generic: bool,
    attempt_timeout: Option<Duration>,
    deadline: Option<Duration>,
    #[cfg_attr(not(feature = "inventory"), expect(dead_code, reason = "for the statistics"))]
    budget: Option<fn() -> BudgetBalance>,
    #[cfg_attr(not(feature = "inventory"), expect(dead_code, reason = "for the statistics"))]
    circuit_breaker: Option<fn() -> BreakerState>,
}

::inventory::collect!(Listed);

impl Listed {
    /// One whose policy and names are known.
    #[must_use]
    pub const fn function(site: &'static Site) -> Self {
        Self {
            site,
            module: "",
            is_generic: false,
            attempt_timeout: None,
            deadline: None,
            budget: None,
            circuit_breaker: None,
        }
    }

    /// One whose policy or names depend on type parameters, or whose policy each call computes: of `site` count the
    /// place, the kind, and such names as are known.
    #[must_use]
    pub const fn generic(site: &'static Site) -> Self {
        Self { is_generic: true, ..Self::function(site) }
    }

    /// The path of the module it is in.
    #[must_use]
    pub const fn within(self, module: &'static str) -> Self {
        Self { module, ..self }
    }

    /// How long an attempt may take.
    #[must_use]
    pub const fn attempt_timeout(self, limit: Duration) -> Self {
        Self { attempt_timeout: Some(limit), ..self }
    }

    /// How long a call may take.
    #[must_use]
    pub const fn deadline(self, limit: Duration) -> Self {
        Self { deadline: Some(limit), ..self }
    }

    /// Looks at the budget.
    #[must_use]
    pub const fn budget(self, look: fn() -> BudgetBalance) -> Self {
        Self { budget: Some(look), ..self }
    }

    /// Looks at the circuit breaker.
    #[must_use]
    pub const fn circuit_breaker(self, look: fn() -> BreakerState) -> Self {
        Self { circuit_breaker: Some(look), ..self }
    }

    /// All there are, in the order of their places.
    pub(crate) fn all() -> Vec<&'static Self> {
        let mut all: Vec<&Self> = ::inventory::iter::<Self>.into_iter().collect();
        all.sort_by_key(|listed| {
            let place = listed.site.location();
            (place.file(), place.line(), listed.site.operation(), listed.module)
        });
        all
    }

    pub(super) fn described(&self) -> AnnotatedFunction {
        let Self { site, module, is_generic, attempt_timeout, deadline, .. } = *self;
        let policy = (!is_generic).then(|| *site.policy());
        AnnotatedFunction {
            file: site.location().file(),
            line: site.location().line(),
            module,
            service: site.service(),
            operation: site.operation(),
            is_async: site.is_async(),
            is_generic,
            policy,
            worst_case_delay: policy.map(|policy| policy.worst_case_delay()),
            attempt_timeout,
            deadline,
        }
    }

    /// The site, which is that of the calls unless their policy or names depend on type parameters.
    #[cfg(feature = "settings")]
    pub(crate) const fn site(&self) -> &'static Site {
        self.site
    }

    #[cfg(feature = "settings")]
    pub(crate) const fn is_generic(&self) -> bool {
        self.is_generic
    }

    /// `attempt_timeout` and `deadline`, where they are known.
    #[cfg(feature = "settings")]
    pub(crate) const fn limits(&self) -> (Option<Duration>, Option<Duration>) {
        (self.attempt_timeout, self.deadline)
    }

    /// What was counted of it, and how the guards are that it names. `None` where each instance has names of its own,
    /// by which it is counted.
    #[cfg(feature = "inventory")]
    pub(super) fn statistics(&self) -> Option<OperationStatistics> {
        let site = self.site;
        let counts = &site.own_figures()?.counts;
        Some(OperationStatistics {
            file: Some(site.location().file()),
            line: Some(site.location().line()),
            budget: self.budget.map(|look| look()),
            circuit_breaker: self.circuit_breaker.map(|look| look()),
            ..counts.of(site.service(), site.operation())
        })
    }
}
