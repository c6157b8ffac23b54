//! The types of an outcome, and how one becomes what the function returns.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

use super::{attempt::Turn, ends::Ends, local};
use crate::{plan::Plan, returns};

impl Turn<'_> {
    /// A settled outcome as what the function returns, wrapped if asked. Its own conversion where the type may
    /// be none: the trait then says so, and nothing else is reported beside it.
    pub(super) fn given(&self, result: &TokenStream) -> TokenStream {
        if self.plan.wrap_error {
            let (retry, error, site) = (local("retry"), local("error"), &self.constants.site);
            let wrap = quote!(#result, |#error| #retry.wrap(#site, #error));
            return self.as_outcome("WrappedOutcome", "given", &wrap);
        }
        if self.is_result() { result.clone() } else { self.as_outcome("Outcome", "given", result) }
    }

    /// Whether an outcome is certainly a `Result`, or another trait says that it is none.
    pub(super) fn is_result(&self) -> bool {
        self.plan.wrap_error || returns::is_called_result(&self.plan.shape.outcome)
    }

    /// `<Type as Trait>::function(argument)`, with the very spans of the type: however often it is
    /// written, a type that is no outcome is reported once, in the signature.
    pub(super) fn as_outcome(&self, name: &str, function: &str, argument: &TokenStream) -> TokenStream {
        let Plan { shape, krate, .. } = self.plan;
        let outcome = returns::inferred(&shape.outcome);
        let Ends { first, last } = Ends::of(&outcome);
        let name = Ident::new(name, last);
        let function = Ident::new(function, last);
        let start = quote_spanned!(first=> <);
        quote_spanned!(last=> #start #outcome as #krate::__private::#name>::#function(#argument))
    }

    /// What the body returns.
    pub(super) fn body_type(&self) -> TokenStream {
        let Plan { shape, wrap_error, .. } = self.plan;
        if !wrap_error {
            return returns::inferred(&shape.outcome);
        }
        let error = self.error_type();
        let value =
            if returns::has_impl(&shape.outcome) { quote!(_) } else { self.part("WrappedOutcome", "Value") };
        quote!(::core::result::Result<#value, #error>)
    }

    /// The body's error type.
    pub(super) fn error_type(&self) -> TokenStream {
        if self.plan.wrap_error {
            self.part("WrappedOutcome", "Cause")
        } else {
            self.part("Outcome", "Error")
        }
    }

    /// `<Type as Trait>::Part`. An `impl Trait` beside the part does not matter, so `()` stands for it.
    pub(super) fn part(&self, name: &str, part: &str) -> TokenStream {
        let Plan { shape, krate, .. } = self.plan;
        let outcome = returns::concrete(&shape.outcome);
        let ends = Ends::of(&shape.outcome);
        let (name, part) = (ends.ident(name), ends.ident(part));
        quote_spanned!(ends.mixed()=> <#outcome as #krate::__private::#name>::#part)
    }
}
