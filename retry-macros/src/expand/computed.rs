//! Where a call asks for the policy that it computes: before anything that goes by one. It is evaluated the first time
//! alone.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{attempt::Turn, ends::Ends, local};
use crate::policy::Base;

impl Turn<'_> {
    /// `computed.read(|| policy);`
    pub(super) fn read_policy(&self) -> Option<TokenStream> {
        self.read_by(&quote!(read))
    }

    /// The same at the call's start, if something there goes by the policy.
    pub(super) fn read_policy_early(&self) -> Option<TokenStream> {
        let plan = self.plan;
        if plan.context.is_some() {
            return self.read_policy();
        }
        if plan.time.limits_attempts() { self.read_by(&quote!(read_early)) } else { None }
    }

    fn read_by(&self, method: &TokenStream) -> Option<TokenStream> {
        let (computed, policy) = (local("computed"), self.computed_policy()?);
        Some(quote!(#computed.#method(#policy);))
    }

    /// A closure that computes it, with the very spans of the expression: however often it is written, what is wrong with
    /// it is reported there and once.
    fn computed_policy(&self) -> Option<TokenStream> {
        let Base::Computed(policy) = &self.plan.policy.base else { return None };
        let krate = &self.plan.krate;
        let ends = Ends::of(policy);
        let expected = ends.show(quote!(#krate::RetryPolicy));
        Some(quote_spanned!(ends.mixed()=> || -> #expected { #policy }))
    }
}
