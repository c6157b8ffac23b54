//! The marks and the keys of `#[classify(..)]`: they feed the parser, the messages and the test of the
//! documentation.

/// A mark whose judgement is fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Transient,
    Throttled,
    Permanent,
}

impl Word {
    pub(super) const ALL: [Self; 3] = [Self::Transient, Self::Throttled, Self::Permanent];

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.name() == name)
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Throttled => "throttled",
            Self::Permanent => "permanent",
        }
    }

    /// The constant of `Verdict`.
    pub(super) const fn verdict(self) -> &'static str {
        match self {
            Self::Transient => "TRANSIENT",
            Self::Throttled => "THROTTLED",
            Self::Permanent => "PERMANENT",
        }
    }
}

/// The only key of `#[transient(..)]` and `#[throttled(..)]`.
pub(super) const RETRY_AFTER: &str = "retry_after";
pub(super) const RETRY_AFTER_USAGE: &str = "retry_after = wait";

/// A key of `#[classify(..)]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    With,
    Source,
    Field,
    Crate,
}

impl Key {
    pub(super) const ALL: [Self; 4] = [Self::With, Self::Source, Self::Field, Self::Crate];

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == name)
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::With => "with",
            Self::Source => "source",
            Self::Field => "field",
            Self::Crate => "crate",
        }
    }

    /// How to write it, for messages.
    pub(super) const fn usage(self) -> &'static str {
        match self {
            Self::With => "with = is_transient_http",
            Self::Source => "source",
            Self::Field => "with = is_transient_http, field = cause",
            Self::Crate => "crate = ::my_reexport::retry_runtime",
        }
    }
}

/// For messages: every mark there is.
pub(super) const MARKS: &str = "marks are `#[transient]`, `#[throttled]`, `#[permanent]`, `#[classify(source)]` and `#[classify(with = filter)]`";
