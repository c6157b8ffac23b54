//! An error as text, as well as its type can, without asking the user for a bound: with its causes if
//! it is an `Error`, else by `Display`, else by `Debug`, else by the name of its type.
//!
//! Method resolution chooses. On `&&&Shown<E>` it tries, in this order: the trait of `&&Shown` (boxed
//! errors), that of `&&&Shown` (`Error`), that of `&Shown` (`Display`), the inherent method (`Debug`), the
//! trait of `Shown` (everything).

use std::{
    error::Error,
    fmt::{self, Debug, Display},
};

/// An error, ready to be shown. Nothing is formatted until somebody looks.
#[derive(Clone, Copy)]
pub enum Described<'a> {
    /// By `Display`, followed by its causes.
    Error(&'a (dyn Error + 'a)),
    /// By `Display`; in its alternate form, in which `anyhow::Error` shows the causes.
    Display(&'a dyn Display),
    /// By `Debug`.
    Debug(&'a dyn Debug),
    /// By the name of its type, or by a phrase of ours.
    Name(&'static str),
}

impl Described<'_> {
    /// Stands for the error where `filter_ok` turned a value down.
    pub const VALUE_TURNED_DOWN: Self = Self::Name("value turned down by filter_ok");
}

impl Display for Described<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => with_causes(*error, f),
            Self::Display(error) => write!(f, "{error:#}"),
            Self::Debug(error) => Debug::fmt(error, f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// Shows an error and its causes, `sending failed: connection refused`. A cause that is already part of
/// the text is left out: many errors name theirs themselves.
fn with_causes<'a>(error: &'a (dyn Error + 'a), f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
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

impl<'a> Show<'a> for &&Shown<'a, Box<dyn Error + Send + Sync>> {
    fn described(&self) -> Described<'a> {
        Described::Error(&**self.0)
    }
}

impl<'a> Show<'a> for &&Shown<'a, Box<dyn Error>> {
    fn described(&self) -> Described<'a> {
        Described::Error(&**self.0)
    }
}

impl<'a, E: Error> Show<'a> for &&&Shown<'a, E> {
    fn described(&self) -> Described<'a> {
        Described::Error(self.0)
    }
}

impl<'a, E: Display> Show<'a> for &Shown<'a, E> {
    fn described(&self) -> Described<'a> {
        Described::Display(self.0)
    }
}

impl<'a, E: Debug> Shown<'a, E> {
    /// By `Debug`.
    #[must_use]
    pub fn described(&self) -> Described<'a> {
        Described::Debug(self.0)
    }
}

impl<'a, E> Show<'a> for Shown<'a, E> {
    fn described(&self) -> Described<'a> {
        Described::Name(std::any::type_name::<E>())
    }
}

#[cfg(test)]
mod tests {
    use std::io;

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
        let sendable: Box<dyn Error + Send + Sync> = Box::new(outer());
        for text in [shown!(outer()), shown!(boxed), shown!(sendable), shown!(anyhow::Error::from(outer()))] {
            assert_eq!(text, "sending failed: refused");
        }
    }

    #[test]
    fn a_cause_that_is_named_already_is_not_repeated() {
        assert_eq!(shown!(io::Error::other(io::Error::other("full"))), "full");
    }
}
