//! What `#[derive(Classify)]` calls.

use std::time::Duration;

use crate::{Classify, Verdict};

/// A field that `retry_after` may name.
#[diagnostic::on_unimplemented(
    message = "`retry_after` names a field of type `Duration` or `Option<Duration>`, this one is `{Self}`",
    label = "neither `Duration` nor `Option<Duration>`",
    note = "keep the wait as a `Duration`, or let a filter say both, as in `#[classify(with = |seconds| Verdict::THROTTLED.with_server_hint(Duration::from_secs(*seconds)))]`"
)]
pub trait RetryAfter {
    /// The verdict, with what the field says of when.
    fn hinted(&self, verdict: Verdict) -> Verdict;
}

impl RetryAfter for Duration {
    fn hinted(&self, verdict: Verdict) -> Verdict {
        verdict.with_server_hint(*self)
    }
}

impl RetryAfter for Option<Duration> {
    fn hinted(&self, verdict: Verdict) -> Verdict {
        self.map_or(verdict, |hint| verdict.with_server_hint(hint))
    }
}

/// A field that `#[classify(source)]` may ask: one that implements `Classify`, in a word of its own because
/// the fix is another one here.
#[diagnostic::on_unimplemented(
    message = "`#[classify(source)]` asks the wrapped error, and `{Self}` does not implement `Classify`",
    label = "does not judge itself",
    note = "name a filter that knows it, as in `#[classify(with = is_transient_io)]`; a type of your own may derive `Classify`"
)]
pub trait Source {
    /// Its own verdict. A name of its own: rustc proposes traits by the names of their methods.
    fn source_verdict(&self) -> Verdict;
    /// What it says it is counted as.
    fn source_error_type(&self) -> &'static str;
}

#[diagnostic::do_not_recommend]
impl<E: Classify + ?Sized> Source for E {
    fn source_verdict(&self) -> Verdict {
        self.classify()
    }

    fn source_error_type(&self) -> &'static str {
        self.error_type()
    }
}
