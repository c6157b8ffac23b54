//! An error as text, as well as its type can, without asking the user for a bound: by `Display`, else
//! by `Debug`, else by the name of its type.
//!
//! Method resolution chooses: on `&Shown<E>` the inherent method applies where `E: Display`; else the
//! trait method of `Shown<E>` where `E: Debug`; else, one reference further, that of `&Shown<E>`.

use std::fmt::{self, Debug, Display};

/// An error, ready to be shown. Nothing is formatted until somebody looks.
#[derive(Clone, Copy)]
pub enum Described<'a> {
    /// By `Display`.
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
            Self::Display(error) => Display::fmt(error, f),
            Self::Debug(error) => Debug::fmt(error, f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// An error whose best description is looked for.
#[derive(Debug)]
pub struct Shown<'a, E>(pub &'a E);

impl<'a, E: Display> Shown<'a, E> {
    /// By `Display`.
    #[must_use]
    pub fn described(&self) -> Described<'a> {
        Described::Display(self.0)
    }
}

/// Second choice.
pub trait ShowDebug<'a> {
    /// By `Debug`.
    fn described(&self) -> Described<'a>;
}

impl<'a, E: Debug> ShowDebug<'a> for Shown<'a, E> {
    fn described(&self) -> Described<'a> {
        Described::Debug(self.0)
    }
}

/// Last choice.
pub trait ShowName<'a> {
    /// By the name of the type.
    fn described(&self) -> Described<'a>;
}

impl<'a, E> ShowName<'a> for &Shown<'a, E> {
    fn described(&self) -> Described<'a> {
        Described::Name(std::any::type_name::<E>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Plain;

    #[test]
    #[expect(clippy::needless_borrow, reason = "the reference selects the method, as in generated code")]
    fn an_error_is_described_as_well_as_its_type_can() {
        assert_eq!((&Shown(&"text")).described().to_string(), "text");
        assert_eq!((&Shown(&Some(1))).described().to_string(), "Some(1)");
        assert!((&Shown(&Plain)).described().to_string().ends_with("::Plain"));
    }
}
