//! What a call asks of the limits that it shares with others, and tells them.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

use super::{attempt::Turn, ends::Ends, label, local, policy::Constants};

/// `let guard = &(expression);`: a statement for each, so that what the expression takes on its way, such as a lock,
/// is gone when the guard is asked. Anew at each look, so that an attempt may borrow what the guard is a part of.
pub(super) fn borrowed(name: &Ident, guard: Option<&TokenStream>) -> Option<TokenStream> {
    let guard = guard?;
    let reference = quote_spanned!(Ends::of(guard).mixed()=> &(#guard));
    Some(quote!(let #name = #reference;))
}

/// `lend::<Kind, _>(name)`, shown at the guard that is borrowed by that name.
pub(super) fn lent(
    krate: &TokenStream,
    kind: &TokenStream,
    name: &Ident,
    guard: &TokenStream,
) -> TokenStream {
    let ends = Ends::of(guard);
    let (lend, name) = (ends.show(quote!(#krate::__private::lend::<#krate::#kind, _>)), ends.show(name));
    quote_spanned!(ends.mixed()=> #lend(#name))
}

impl Turn<'_> {
    fn lent(&self, kind: &TokenStream, name: &Ident, guard: &TokenStream) -> TokenStream {
        lent(&self.plan.krate, kind, name, guard)
    }

    /// Counts the call that begins; behind a circuit breaker its first attempt does, once it is let through.
    pub(super) fn count_call(&self) -> Option<TokenStream> {
        if self.plan.guards.circuit_breaker.is_some() { None } else { self.counted() }
    }

    fn counted(&self) -> Option<TokenStream> {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let krate = &plan.krate;
        let name = local("budget");
        let budget = plan.guards.budget.as_ref()?;
        let (borrowed, lent) =
            (borrowed(&name, Some(budget)), self.lent(&quote!(RetryBudget), &name, budget));
        Some(quote!({ #borrowed #krate::__private::called(#lent, #site); }))
    }

    /// The guards that the engine asks, borrowed, and `bounds` with them.
    pub(super) fn guarded(&self, mut bounds: TokenStream) -> (TokenStream, TokenStream) {
        let guards = &self.plan.guards;
        let mut all = TokenStream::new();
        for (name, guard, kind, method) in [
            ("budget", &guards.budget, quote!(RetryBudget), quote!(charged_to)),
            ("rate", &guards.adaptive, quote!(AdaptiveRate), quote!(at_rate)),
        ] {
            let Some(guard) = guard else { continue };
            let name = local(name);
            all.extend(borrowed(&name, Some(guard)));
            let lent = self.lent(&kind, &name, guard);
            bounds = quote!(#bounds.#method(#lent));
        }
        (all, bounds)
    }

    /// Waits until it is the attempt's turn, or ends the call.
    pub(super) fn take_turn(&self) -> Option<TokenStream> {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let krate = &plan.krate;
        let rate = plan.guards.adaptive.as_ref()?;
        let (retry, turn, queued, delay) = (local("retry"), local("turn"), local("queued"), local("delay"));
        let (name, reason, elapsed) = (local("rate"), local("reason"), local("elapsed"));
        let (some, none) = (quote!(::core::option::Option::Some), quote!(::core::option::Option::None));
        let borrowed = borrowed(&name, Some(rate));
        let lent = self.lent(&quote!(AdaptiveRate), &name, rate);
        let (breaker, behind) = self.behind();
        let bounds = quote!(#krate::__private::Bounds::NONE #behind);
        let (ended, limits) = self.ends();
        let (wait, end) = (self.sleep(), self.end_waiting(&quote!(#reason)));
        let is_limited = plan.time.has_deadline();
        let (ready, read_policy) = (local("ready"), self.read_policy());
        let too_late = is_limited.then(|| {
            quote!(#krate::__private::Queued::TooLate(#elapsed) => {
                #ready = ::core::result::Result::Err(#elapsed);
            })
        });
        let turn = quote! {
            let #queued;
            {
                #borrowed
                #breaker
                #queued = match #krate::__private::queue(#lent, #site, #bounds) {
                    #none => #krate::__private::Queued::Made,
                    #some(mut #turn) => loop {
                        let #queued = { #read_policy #ended #retry.queued(#site, #limits #behind, &mut #turn) };
                        let #delay = match #queued {
                            #krate::__private::Queued::Waits(#delay) => #delay,
                            #queued => break #queued,
                        };
                        #wait
                    },
                };
            }
            match #queued {
                #too_late
                #krate::__private::Queued::Over(#reason) => { #end }
                _ => {}
            }
        };
        let may_be_over = is_limited && plan.before_retry.is_some();
        Some(if may_be_over { quote!(if #ready.is_ok() { #turn }) } else { turn })
    }

    /// The breaker that an attempt is behind while it waits for its turn: borrowed, and as a bound.
    fn behind(&self) -> (Option<TokenStream>, Option<TokenStream>) {
        let name = local("breaker");
        let breaker = self.plan.guards.circuit_breaker.as_ref();
        let bound = breaker.map(|breaker| {
            let lent = self.lent(&quote!(CircuitBreaker), &name, breaker);
            quote!(.behind(#lent))
        });
        (borrowed(&name, breaker), bound)
    }

    /// `made` with leave of the circuit breaker, which is borrowed for as long; without, the attempt is lost. None is
    /// asked for an attempt that comes after the deadline.
    pub(super) fn admitted(&self, made: TokenStream) -> TokenStream {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let krate = &plan.krate;
        let Some(breaker) = &plan.guards.circuit_breaker else { return made };
        let (name, begun) = (local("breaker"), local("begun"));
        let (permit, open, refused) = (local("permit"), local("open"), self.refused());
        let retry = local("retry");
        // In an `Option` it would stay in memory, and be looked for there once it is gone.
        let (admit, is_admitted) = if plan.time.has_deadline() {
            (quote!(admit_if), Some(quote!(#permit.is_some() &&)))
        } else {
            (quote!(admit), None)
        };
        let counted = self.counted().map(|counted| quote!(if #is_admitted !#retry.is_retry() #counted));
        let borrowed = borrowed(&name, Some(breaker));
        let lent = self.lent(&quote!(CircuitBreaker), &name, breaker);
        let is_made = plan.time.has_deadline().then(|| quote!(, #begun.is_ok()));
        let attempt = label("'attempt");
        // Its own local, for what else was there would be kept while an async attempt runs.
        quote! {
            #attempt: {
                #borrowed
                let #permit = match #krate::__private::#admit(#lent, #site #is_made) {
                    ::core::result::Result::Ok(#permit) => #permit,
                    ::core::result::Result::Err(#open) => break #attempt { #refused },
                };
                #counted
                #made
            }
        }
    }

    /// Tells the guards that the call succeeded.
    pub(super) fn succeed(&self) -> TokenStream {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let krate = &plan.krate;
        let (retry, permit) = (local("retry"), local("permit"));
        let guards = &plan.guards;
        let is_timed = plan.is_timed() || plan.time.has_deadline();
        let succeeded = if is_timed { quote!(succeeded_timed) } else { quote!(succeeded) };
        let event = || {
            let error_type = self.error_type();
            self.recorded(quote!(#retry.success::<#error_type>(#site)))
        };
        let succeeded = match &plan.on_success {
            None if plan.span.is_some() => {
                let event = event();
                quote!(let _ = #event;)
            }
            None => quote!(#retry.#succeeded(#site);),
            Some(hook) => {
                let (read_policy, told) = (self.read_policy(), self.tell_event(hook, &event()));
                quote!(#read_policy #told)
            }
        };
        if guards.budget.is_none() && guards.adaptive.is_none() && guards.circuit_breaker.is_none() {
            return succeeded;
        }
        let (borrowed, bounds) = self.guarded(quote!(#krate::__private::Bounds::NONE));
        let told = match (&guards.circuit_breaker, plan.time.has_deadline()) {
            (None, _) => quote!(#retry.tell_success(#site, #bounds);),
            (Some(_), false) => quote!(#retry.tell_success_of(#permit, #site, #bounds);),
            (Some(_), true) => quote! {
                if let ::core::option::Option::Some(#permit) = #permit {
                    #retry.tell_success_of(#permit, #site, #bounds);
                }
            },
        };
        quote!({ #borrowed #told } #succeeded)
    }

    /// A verdict that the circuit breaker is told.
    pub(super) fn told(&self, verdict: &TokenStream) -> TokenStream {
        if self.plan.guards.circuit_breaker.is_none() {
            return verdict.clone();
        }
        let (krate, permit, site) = (&self.plan.krate, local("permit"), &self.constants.site);
        quote!(#krate::__private::fails(#permit, #site, #verdict))
    }
}
