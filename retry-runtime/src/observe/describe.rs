//! An error as text, as well as its type can, without asking the user for a bound: with its causes if
//! it is an `Error`, else by `Display`, else by `Debug`, else by the name of its type.
//!
//! Method resolution chooses. On `&&&Shown<E>` it tries, in this order: the trait of `&&Shown` (boxed and well-known
//! errors), that of `&&&Shown` (`Error`), that of `&Shown` (`Display`), the inherent method (`Debug`), the
//! trait of `Shown` (everything).

use std::{
    error::Error,
    fmt::{self, Debug, Display, Write as _},
    io, iter,
};

#[cfg(feature = "reqwest")]
use crate::classify::http_error_type;
use crate::{CircuitOpen, Classify, Elapsed, classify::io_name, elapsed::TIMEOUT, guard::CIRCUIT_OPEN};

/// What ended an attempt, ready to be shown and to be counted. Nothing is formatted until somebody looks.
#[derive(Clone, Copy)]
pub struct Described<'a> {
    text: Text<'a>,
    error_type: ErrorType<'a>,
}

#[derive(Clone, Copy)]
enum Text<'a> {
    /// By `Display`, followed by its causes.
    Error(&'a (dyn Error + 'a)),
    /// By `Display`; in its alternate form, in which `anyhow::Error` shows the causes.
    Display(&'a dyn Display),
    /// By `Debug`.
    Debug(&'a dyn Debug),
    /// By the name of its type, or by a phrase of ours.
    Name(&'static str),
    /// Its time was over.
    Elapsed(&'a Elapsed),
    /// A circuit breaker refused it.
    Open(&'a CircuitOpen),
}

/// What an error is counted as: few words, whatever it says.
#[derive(Clone, Copy)]
enum ErrorType<'a> {
    Name(&'static str),
    Classified(&'a dyn Classify),
    Io(&'a io::Error),
    #[cfg(feature = "reqwest")]
    Http(&'a (dyn Error + 'static)),
}

impl<'a> Described<'a> {
    /// Stands for the error where `filter_ok` turned a value down.
    pub const VALUE_TURNED_DOWN: Self = Self::phrase("value turned down by filter_ok", "turned_down");

    /// Stands for the error where an attempt timed out or was refused, and the error type cannot say so.
    pub const NO_OUTCOME: Self = Self::phrase("attempt timed out or refused", "no_outcome");

    /// A phrase of ours.
    pub(crate) const fn phrase(text: &'static str, error_type: &'static str) -> Self {
        Self { text: Text::Name(text), error_type: ErrorType::Name(error_type) }
    }

    /// An error that can be shown.
    pub(crate) fn displayed<E: Display>(error: &'a E) -> Self {
        Self::of::<E>(Text::Display(error))
    }

    /// An attempt or a call whose time is over.
    #[must_use]
    pub const fn elapsed(elapsed: &'a Elapsed) -> Self {
        Self { text: Text::Elapsed(elapsed), error_type: ErrorType::Name(TIMEOUT) }
    }

    /// An attempt that a circuit breaker refused.
    #[must_use]
    pub const fn refusal(open: &'a CircuitOpen) -> Self {
        Self { text: Text::Open(open), error_type: ErrorType::Name(CIRCUIT_OPEN) }
    }

    fn of<E>(text: Text<'a>) -> Self {
        Self { text, error_type: ErrorType::Name(std::any::type_name::<E>()) }
    }

    /// The same of an error that says itself what it is counted as.
    #[must_use]
    pub fn classified(self, error: &'a dyn Classify) -> Self {
        Self { error_type: ErrorType::Classified(error), ..self }
    }

    /// What it is counted as.
    pub(crate) fn error_type(&self) -> &'static str {
        match self.error_type {
            ErrorType::Name(name) => name,
            ErrorType::Classified(error) => error.error_type(),
            ErrorType::Io(error) => io_name::name(error),
            #[cfg(feature = "reqwest")]
            ErrorType::Http(error) => http_error_type(error),
        }
    }

    /// Whose time is over, if that is what ended the attempt.
    pub(crate) fn timeout(&self) -> Option<Elapsed> {
        if let Text::Elapsed(elapsed) = self.text { Some(*elapsed) } else { None }
    }

    /// Who refused the attempt, if it was.
    pub(crate) fn circuit_open(&self) -> Option<CircuitOpen> {
        if let Text::Open(open) = self.text { Some(*open) } else { None }
    }

    /// Whether there was an attempt that ended.
    pub(crate) fn is_of_attempt(&self) -> bool {
        match self.text {
            Text::Open(_) => false,
            Text::Elapsed(elapsed) => !elapsed.is_unmade(),
            _ => true,
        }
    }
}

impl Display for Described<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text {
            Text::Error(error) => with_causes(error, f),
            Text::Display(error) => write!(f, "{error:#}"),
            Text::Debug(error) => Debug::fmt(error, f),
            Text::Name(name) => f.write_str(name),
            Text::Elapsed(elapsed) => Display::fmt(elapsed, f),
            Text::Open(open) => Display::fmt(open, f),
        }
    }
}

impl Debug for Described<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Described({self})")
    }
}

/// No honest chain of causes is longer; one that leads back to itself ends here.
pub(crate) const LONGEST_CHAIN: usize = 64;

/// Shows an error and its causes, `sending failed: connection refused`. A cause that is already part of
/// the text is left out: many errors name theirs themselves.
fn with_causes<'a>(error: &'a (dyn Error + 'a), f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (mut text, mut cause_text) = (String::new(), String::new());
    write!(text, "{error}")?;
    for cause in iter::successors(error.source(), |&cause| cause.source()).take(LONGEST_CHAIN) {
        cause_text.clear();
        write!(cause_text, "{cause}")?;
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
    }
    f.write_str(&text)
}

/// An error whose best description is looked for.
#[derive(Debug)]
pub struct Shown<'a, E>(pub &'a E);

/// Implemented for as many references as a description is good: one trait for all, so that rustc has one
/// candidate a step.
pub trait Show<'a> {
    /// As well as the type can.
    fn described(&self) -> Described<'a>;
}

macro_rules! boxed {
    ($($bound:ident)*) => {
        // Of any lifetime: method resolution does not look at lifetimes, and would choose this one anyhow.
        impl<'a, 'e> Show<'a> for &&Shown<'a, Box<dyn Error $(+ $bound)* + 'e>> {
            fn described(&self) -> Described<'a> {
                Described::of::<Box<dyn Error $(+ $bound)*>>(Text::Error(&**self.0))
            }
        }
    };
}

boxed!();
boxed!(Send);
boxed!(Send Sync);

// Errors of well-known types, which are counted by what they hold.
impl<'a> Show<'a> for &&Shown<'a, io::Error> {
    fn described(&self) -> Described<'a> {
        Described { text: Text::Error(self.0), error_type: ErrorType::Io(self.0) }
    }
}

#[cfg(feature = "reqwest")]
impl<'a> Show<'a> for &&Shown<'a, reqwest::Error> {
    fn described(&self) -> Described<'a> {
        Described { text: Text::Error(self.0), error_type: ErrorType::Http(self.0) }
    }
}

#[cfg(feature = "reqwest-middleware")]
impl<'a> Show<'a> for &&Shown<'a, reqwest_middleware::Error> {
    fn described(&self) -> Described<'a> {
        Described { text: Text::Error(self.0), error_type: ErrorType::Http(self.0) }
    }
}

impl<'a, E: Error> Show<'a> for &&&Shown<'a, E> {
    fn described(&self) -> Described<'a> {
        Described::of::<E>(Text::Error(self.0))
    }
}

impl<'a, E: Display> Show<'a> for &Shown<'a, E> {
    fn described(&self) -> Described<'a> {
        Described::of::<E>(Text::Display(self.0))
    }
}

impl<'a, E: Debug> Shown<'a, E> {
    /// By `Debug`.
    #[must_use]
    pub fn described(&self) -> Described<'a> {
        Described::of::<E>(Text::Debug(self.0))
    }
}

impl<'a, E> Show<'a> for Shown<'a, E> {
    fn described(&self) -> Described<'a> {
        Described::of::<E>(Text::Name(std::any::type_name::<E>()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Plain;

    #[derive(Debug)]
    struct Outer(io::Error);

    impl Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("sending failed")
        }
    }

    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    macro_rules! shown {
        ($error:expr) => {
            (&&&Shown(&$error)).described().to_string()
        };
    }

    #[test]
    fn an_error_is_described_as_well_as_its_type_can() {
        assert_eq!(shown!("text"), "text");
        assert_eq!(shown!(Some(1)), "Some(1)");
        assert!(shown!(Plain).ends_with("::Plain"));
    }

    #[test]
    fn the_causes_of_an_error_are_shown_in_whatever_it_comes() {
        let outer = || Outer(io::Error::other("refused"));
        let boxed: Box<dyn Error> = Box::new(outer());
        let sendable: Box<dyn Error + Send> = Box::new(outer());
        let shareable: Box<dyn Error + Send + Sync> = Box::new(outer());
        for text in [shown!(outer()), shown!(boxed), shown!(sendable), shown!(shareable)] {
            assert_eq!(text, "sending failed: refused");
        }
        assert_eq!(shown!(anyhow::Error::from(outer())), "sending failed: refused");
    }

    #[test]
    fn an_error_that_cannot_be_shown_is_no_panic() {
        #[derive(Debug)]
        struct Mute;

        impl Display for Mute {
            fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
                Err(fmt::Error)
            }
        }

        impl Error for Mute {}

        let mut text = String::new();
        assert_eq!(write!(text, "{}", (&&&Shown(&Mute)).described()), Err(fmt::Error));
    }

    #[test]
    fn a_cause_that_is_named_already_is_not_repeated() {
        assert_eq!(shown!(io::Error::other(io::Error::other("full"))), "full");
    }
}
