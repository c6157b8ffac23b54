//! What the log says of settings, under the target `retry_runtime::settings`.

use super::problem::{Problem, SettingsError};
use crate::site::Site;

#[cfg(feature = "tracing")]
mod to_tracing {
    use super::{Problem, SettingsError, Site};

    /// Settings were refused; the policies are as they were.
    pub(in crate::settings) fn refused(error: &SettingsError) {
        for problem in error.problems() {
            tracing::warn!(target: "retry_runtime::settings", %problem, "settings refused, the policies stay as they are");
        }
    }

    /// A call keeps its own policy, for with the settings it would break a rule.
    pub(in crate::settings) fn not_applied(site: &Site, problems: &[Problem]) {
        for problem in problems {
            tracing::warn!(
                target: "retry_runtime::settings",
                service = site.service(),
                operation = site.operation(),
                %problem,
                "settings not applied, the call keeps its own policy"
            );
        }
    }

    /// Settings for a name that nothing in the program bears.
    pub(in crate::settings) fn unknown_name(name: &str, nearest: Option<&str>) {
        if let Some(nearest) = nearest {
            tracing::warn!(
                target: "retry_runtime::settings",
                name,
                "settings for a name that no preset and no annotated function has: did you mean `{nearest}`?"
            );
        } else {
            tracing::debug!(
                target: "retry_runtime::settings",
                name,
                "settings for a name that no preset and no annotated function has: a call of a closure may"
            );
        }
    }

    /// The system does not tell of changes.
    #[cfg(feature = "settings-watch")]
    pub(in crate::settings) fn unwatched(
        path: &std::path::Path,
        reason: &str,
        look_again: std::time::Duration,
    ) {
        tracing::warn!(
            target: "retry_runtime::settings",
            path = %path.display(),
            reason,
            "settings file not watched any more, looked at every {look_again:?} instead"
        );
    }

    /// A field of a policy or an operation has another value than before.
    pub(in crate::settings) fn changed(name: &str, field: &str, before: &str, after: &str, source: &str) {
        tracing::info!(target: "retry_runtime::settings", name, field, before, after, source, "retry setting changed");
    }
}

#[cfg(feature = "tracing")]
pub(super) use to_tracing::*;

#[cfg(not(feature = "tracing"))]
mod to_nobody {
    use super::{Problem, SettingsError, Site};

    pub(in crate::settings) const fn refused(_: &SettingsError) {}
    pub(in crate::settings) const fn not_applied(_: &Site, _: &[Problem]) {}
    pub(in crate::settings) const fn unknown_name(_: &str, _: Option<&str>) {}
    #[cfg(feature = "settings-watch")]
    pub(in crate::settings) const fn unwatched(_: &std::path::Path, _: &str, _: std::time::Duration) {}
    pub(in crate::settings) const fn changed(_: &str, _: &str, _: &str, _: &str, _: &str) {}
}

#[cfg(not(feature = "tracing"))]
pub(super) use to_nobody::*;
