//! The last outcome, kept for a call that may end while it has no other: in a wait, or in an attempt that is
//! dropped.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{attempt::Turn, ends::Ends, guard::borrowed, label, local, policy::Constants};
use crate::plan::Plan;

impl Plan {
    /// Whether the last outcome must outlive its wait.
    pub(super) fn keeps_outcome(&self) -> bool {
        (self.idempotency.is_some() && !self.has_own_conflict())
            || self.time.has_deadline()
            || self.may_end_waiting()
            || (self.time.limits_attempts() && !self.has_own_timeout())
            || (self.guards.circuit_breaker.is_some() && !self.has_own_refusal())
    }

    /// Whether the call may end between two attempts.
    const fn may_end_waiting(&self) -> bool {
        self.time.cancel.is_some() || self.guards.adaptive.is_some()
    }

    /// Whether something ends the call besides its policy.
    pub(super) const fn is_bounded(&self) -> bool {
        self.time.has_deadline() || self.may_end_waiting() || self.guards.budget.is_some()
    }
}

impl Turn<'_> {
    /// `let mut kept = None;`. Values are kept only where they may be turned down.
    pub(super) fn declare_kept(&self) -> Option<TokenStream> {
        if !self.plan.keeps_outcome() {
            return None;
        }
        let (kept, error) = (local("kept"), self.error_type());
        let last = if self.keeps_values() { quote!(::core::result::Result<_, #error>) } else { error };
        Some(quote!(let mut #kept: ::core::option::Option<#last> = ::core::option::Option::None;))
    }

    /// Keeps an outcome, which is a `Result`.
    pub(super) fn keep(&self, outcome: &TokenStream) -> Option<TokenStream> {
        let kept = local("kept");
        self.plan.keeps_outcome().then(|| {
            if self.keeps_values() {
                quote!(#kept = ::core::option::Option::Some(#outcome);)
            } else {
                quote!(#kept = #outcome.err();)
            }
        })
    }

    /// Keeps the error of the last outcome, at hand as `last` in a blocking function.
    pub(super) fn keep_failed(&self, outcome: &TokenStream) -> Option<TokenStream> {
        if self.plan.shape.is_async() || self.keeps_values() {
            return self.keep(outcome);
        }
        let (kept, last) = (local("kept"), local("last"));
        self.plan.keeps_outcome().then(|| quote!(#kept = ::core::option::Option::Some(#last);))
    }

    /// An option of what is kept as an option of an outcome.
    pub(super) fn kept_as_outcome(&self, kept: &TokenStream) -> TokenStream {
        if self.keeps_values() { kept.clone() } else { quote!(#kept.map(::core::result::Result::Err)) }
    }

    /// What ends the call besides its policy and its guards: the token, borrowed, and the bounds.
    pub(super) fn ends(&self) -> (Option<TokenStream>, TokenStream) {
        let krate = &self.plan.krate;
        let bounds = if self.plan.time.has_deadline() {
            let deadline = local("deadline");
            quote!(#krate::__private::Bounds::until(#deadline))
        } else {
            quote!(#krate::__private::Bounds::NONE)
        };
        let name = local("token");
        let token = self.plan.time.cancel.as_ref();
        let bounds = match token {
            None => bounds,
            Some(token) => {
                let ends = Ends::of(token);
                let (bounds, name) = (ends.show(bounds), ends.show(&name));
                quote_spanned!(ends.mixed()=> #bounds.unless(#name))
            }
        };
        (borrowed(&name, token), bounds)
    }

    /// What `ask` asks with all that ends the call besides its policy.
    pub(super) fn bounded(&self, ask: impl FnOnce(&TokenStream) -> TokenStream) -> TokenStream {
        let (token, bounds) = self.ends();
        let (guards, bounds) = self.guarded(self.heard(bounds));
        let asked = ask(&bounds);
        quote!({ #token #guards #asked })
    }

    /// Ends the call with the local `outcome`, an option: without one there is nothing to wrap.
    pub(super) fn give_up_any(&self) -> TokenStream {
        let Constants { site, .. } = self.constants;
        let (outcome, retry) = (local("outcome"), local("retry"));
        let given = self.give_up(&quote!(#outcome));
        let nothing = quote!(#retry.wrap_last(#site, ::core::option::Option::None));
        let nothing = if self.plan.fallback.is_some() {
            let call = label("'call");
            quote!(break #call #nothing)
        } else {
            let failed = self.as_outcome("WrappedOutcome", "failed", &nothing);
            quote!(return #failed)
        };
        quote! {
            match #outcome {
                ::core::option::Option::Some(#outcome) => { #given }
                ::core::option::Option::None => { #nothing }
            }
        }
    }

    pub(super) fn keeps_values(&self) -> bool {
        self.plan.filter_ok.is_some()
    }
}
