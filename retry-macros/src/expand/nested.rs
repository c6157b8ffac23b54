//! Attempts that know they are, where retries inside retries are looked for.

use proc_macro2::TokenStream;
use quote::quote;

use super::{attempt::Turn, local, policy::Constants};

/// Whether the runtime looks for them.
pub(crate) const IS_ON: bool = cfg!(feature = "nested");

impl Turn<'_> {
    /// The future of an attempt.
    pub(super) fn nested(&self, attempt: &TokenStream) -> TokenStream {
        if !IS_ON {
            return attempt.clone();
        }
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let krate = &plan.krate;
        quote!(#krate::__private::attempt(#site, #attempt))
    }

    /// An attempt that blocks.
    pub(super) fn nested_blocking(&self, attempt: TokenStream) -> TokenStream {
        if !IS_ON {
            return attempt;
        }
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let (krate, within) = (&plan.krate, local("within"));
        quote!({ let #within = #krate::__private::InAttempt::attempt_of(#site); #attempt })
    }
}
