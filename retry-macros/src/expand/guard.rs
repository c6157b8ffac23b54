//! What a call asks of the limits that it shares with others, and tells them.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{attempt::Turn, ends::Ends, local, policy::Constants};

/// `&(guard)`.
fn reference(guard: &TokenStream) -> TokenStream {
    quote_spanned!(Ends::of(guard).mixed()=> &(#guard))
}

impl Turn<'_> {
    /// `lend::<Kind, _>(&(guard))`.
    fn lent(&self, kind: &TokenStream, guard: &TokenStream, reference: &TokenStream) -> TokenStream {
        let krate = &self.plan.krate;
        let ends = Ends::of(guard);
        let lend = ends.show(quote!(#krate::__private::lend::<#krate::#kind, _>));
        quote_spanned!(ends.mixed()=> #lend(#reference))
    }

    /// A call of the runtime's with a guard.
    fn asked(
        &self,
        name: &TokenStream,
        kind: &TokenStream,
        guard: &TokenStream,
        reference: &TokenStream,
    ) -> TokenStream {
        let krate = &self.plan.krate;
        let ends = Ends::of(guard);
        let name = ends.show(quote!(#krate::__private::#name));
        let (lent, site) = (self.lent(kind, guard, reference), ends.show(&self.constants.site));
        quote_spanned!(ends.mixed()=> #name(#lent, #site))
    }

    /// Counts the call that begins.
    pub(super) fn begin(&self) -> Option<TokenStream> {
        let budget = self.plan.guards.budget.as_ref()?;
        let called = self.asked(&quote!(called), &quote!(RetryBudget), budget, &reference(budget));
        Some(quote!(#called;))
    }

    /// `bounds`, with the guards that the engine asks.
    pub(super) fn guarded(&self, bounds: TokenStream) -> TokenStream {
        let guards = &self.plan.guards;
        let of = [
            (&guards.budget, quote!(RetryBudget), quote!(charged_to)),
            (&guards.adaptive, quote!(AdaptiveRate), quote!(at_rate)),
        ];
        of.into_iter().fold(bounds, |bounds, (guard, kind, method)| match guard {
            Some(guard) => {
                let ends = Ends::of(guard);
                let (lent, bounds, method) =
                    (self.lent(&kind, guard, &reference(guard)), ends.show(bounds), ends.show(method));
                quote_spanned!(ends.mixed()=> #bounds.#method(#lent))
            }
            None => bounds,
        })
    }

    /// Waits until it is the attempt's turn, or ends the call.
    pub(super) fn take_turn(&self) -> Option<TokenStream> {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let krate = &plan.krate;
        let rate = plan.guards.adaptive.as_ref()?;
        let queue = self.asked(&quote!(queue), &quote!(AdaptiveRate), rate, &reference(rate));
        let (retry, turn, queued, delay) = (local("retry"), local("turn"), local("queued"), local("delay"));
        let (reason, elapsed, ready) = (local("reason"), local("elapsed"), local("ready"));
        let (some, none) = (quote!(::core::option::Option::Some), quote!(::core::option::Option::None));
        let (bounds, wait, end) = (self.bounds(), self.sleep(), self.end_waiting(&quote!(#reason)));
        let is_limited = plan.time.has_deadline();
        let too_late = is_limited.then(|| {
            quote!(#krate::__private::Queued::TooLate(#elapsed) => {
                #ready = ::core::result::Result::Err(#elapsed);
            })
        });
        let turn = quote! {
            let #queued = match #queue {
                #none => #krate::__private::Queued::Made,
                #some(mut #turn) => loop {
                    let #delay = match #retry.queued(#site, #bounds, &mut #turn) {
                        #krate::__private::Queued::Waits(#delay) => #delay,
                        #queued => break #queued,
                    };
                    #wait
                },
            };
            match #queued {
                #too_late
                #krate::__private::Queued::Over(#reason) => { #end }
                _ => {}
            }
        };
        let may_be_over = is_limited && plan.before_retry.is_some();
        Some(if may_be_over { quote!(if #ready.is_ok() { #turn }) } else { turn })
    }

    /// `made` with leave of the circuit breaker, which is borrowed for as long; without, the attempt is lost.
    pub(super) fn admitted(&self, made: TokenStream) -> TokenStream {
        let Some(breaker) = &self.plan.guards.circuit_breaker else { return made };
        let (lender, admitted) = (local("breaker"), local("admitted"));
        let reference = reference(breaker);
        let admit = self.asked(&quote!(admit), &quote!(CircuitBreaker), breaker, &quote!(#lender));
        let (permit, open, refused) = (local("permit"), local("open"), self.refused());
        quote! {
            let #lender = #reference;
            let #admitted = #admit;
            match #admitted {
                ::core::result::Result::Ok(#permit) => { #made }
                ::core::result::Result::Err(#open) => { #refused }
            }
        }
    }

    /// Tells the guards that the call succeeded.
    pub(super) fn succeed(&self) -> TokenStream {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let krate = &plan.krate;
        let (retry, permit) = (local("retry"), local("permit"));
        let guards = &plan.guards;
        if guards.budget.is_none() && guards.adaptive.is_none() && guards.circuit_breaker.is_none() {
            return quote!(#retry.succeeded(#site););
        }
        let bounds = self.guarded(quote!(#krate::__private::Bounds::NONE));
        let permit = if guards.circuit_breaker.is_some() {
            quote!(::core::option::Option::Some(#permit))
        } else {
            quote!(::core::option::Option::None)
        };
        quote!(#retry.succeeded_within(#site, #bounds, #permit);)
    }

    /// A verdict that the circuit breaker is told.
    pub(super) fn told(&self, verdict: &TokenStream) -> TokenStream {
        if self.plan.guards.circuit_breaker.is_none() {
            return verdict.clone();
        }
        let (permit, site) = (local("permit"), &self.constants.site);
        quote!(#permit.fails(#site, #verdict))
    }
}
