//! Where a call asks for the policy that it computes: before anything that goes by one. It is evaluated the first time
//! alone.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{attempt::Turn, ends::Ends, local, policy::Constants};
use crate::policy::Base;

impl Turn<'_> {
    /// `retry.read_from(site, || policy);`
    pub(super) fn read_policy(&self) -> Option<TokenStream> {
        self.read_by(&quote!(read_from))
    }

    /// The same at the call's start, if something there goes by the policy.
    pub(super) fn read_policy_early(&self) -> Option<TokenStream> {
        let plan = self.plan;
        if plan.context.is_some() {
            return self.read_policy();
        }
        let is_limited = plan.time.attempt_timeout.is_some() && !plan.time.has_deadline();
        if is_limited { self.read_by(&quote!(read_early_from)) } else { None }
    }

    fn read_by(&self, method: &TokenStream) -> Option<TokenStream> {
        let Constants { site, .. } = self.constants;
        let (retry, policy) = (local("retry"), self.computed_policy()?);
        Some(quote!(#retry.#method(#site, #policy);))
    }

    /// A closure that computes it, with the very spans of the expression: however often it is written, what is wrong with
    /// it is reported there and once.
    pub(super) fn computed_policy(&self) -> Option<TokenStream> {
        let Base::Computed(policy) = &self.plan.policy.base else { return None };
        let krate = &self.plan.krate;
        let ends = Ends::of(policy);
        let expected = ends.show(quote!(#krate::RetryPolicy));
        Some(quote_spanned!(ends.mixed()=> || -> #expected { #policy }))
    }
}
