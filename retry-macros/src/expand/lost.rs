//! Attempts without an outcome: their time was over, or a circuit breaker refused them. What they become.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::{
    attempt::Turn,
    ends::Ends,
    hooks::{called, ends},
    local,
    policy::Constants,
};
use crate::plan::{Callee, Plan};

/// Why there is no outcome.
struct Loss<'a> {
    /// The local that says why.
    cause: Ident,
    /// How the error type expresses it: a trait of the runtime's and its function.
    from: [&'static str; 2],
    /// The key to report at if it cannot.
    place: Span,
    /// What makes the error instead, and the runtime's helper of that name.
    make: Option<&'a Callee>,
    helper: TokenStream,
    /// Whether it is certainly an error of the function's own.
    is_own: bool,
    /// Whether it may be that the whole call's time is over, which an earlier error tells better.
    ends_call: bool,
}

impl Plan {
    /// Whether an attempt that was dropped is certainly an error of the function's own.
    pub(super) const fn has_own_timeout(&self) -> bool {
        self.time.timeout_error.is_some() || !self.wrap_error
    }

    /// Whether an attempt that was refused is certainly an error of the function's own.
    pub(super) const fn has_own_refusal(&self) -> bool {
        self.guards.open_error.is_some() || !self.wrap_error
    }
}

impl Turn<'_> {
    /// What becomes of an attempt that was dropped: gives the delay, or ends the call.
    pub(super) fn timed_out(&self) -> TokenStream {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let (retry, elapsed, permit) = (local("retry"), local("elapsed"), local("permit"));
        let krate = &plan.krate;
        let told = plan.guards.circuit_breaker.is_some().then(|| {
            let verdict = quote!(#krate::Classify::classify(&#elapsed));
            quote!(let _ = #krate::__private::fails(#permit, #site, #verdict);)
        });
        let decision = self.bounded(|bounds| quote!(#retry.timed_out(#site, #bounds, &#elapsed)));
        let rest = self.lost(
            &decision,
            &Loss {
                cause: elapsed,
                from: ["FromElapsed", "from_elapsed"],
                place: plan.time.place(),
                make: plan.time.timeout_error.as_ref(),
                helper: quote!(timeout_error),
                is_own: plan.has_own_timeout(),
                ends_call: plan.time.has_deadline(),
            },
        );
        quote!(#told #rest)
    }

    /// What becomes of an attempt that a circuit breaker refused: gives the delay, or ends the call.
    pub(super) fn refused(&self) -> TokenStream {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let (retry, open) = (local("retry"), local("open"));
        let decision = self.bounded(|bounds| quote!(#retry.refused(#site, #bounds, &#open)));
        self.lost(
            &decision,
            &Loss {
                cause: open,
                from: ["FromCircuitOpen", "from_circuit_open"],
                place: plan.guards.place(),
                make: plan.guards.open_error.as_ref(),
                helper: quote!(open_error),
                is_own: plan.has_own_refusal(),
                ends_call: false,
            },
        )
    }

    /// What becomes of a call whose idempotency key is another's: it ends.
    pub(super) fn conflicted(&self) -> TokenStream {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let (retry, conflict, krate) = (local("retry"), local("conflict"), &plan.krate);
        let Some(idempotency) = &plan.idempotency else { return TokenStream::new() };
        let bounds = self.heard(quote!(#krate::__private::Bounds::NONE));
        self.lost(
            &quote!(#retry.conflicted(#site, #bounds, &#conflict)),
            &Loss {
                cause: conflict,
                from: ["FromIdempotencyConflict", "from_idempotency_conflict"],
                place: idempotency.place,
                make: idempotency.conflict_error.as_ref(),
                helper: quote!(conflict_error),
                is_own: plan.has_own_conflict(),
                ends_call: false,
            },
        )
    }

    fn lost(&self, decided: &TokenStream, loss: &Loss<'_>) -> TokenStream {
        let decision = local("decision");
        let rest = if loss.is_own { self.as_own_error(loss) } else { self.as_wrapped_error(loss) };
        let (declare_told, read_policy) = (self.declare_told(), self.read_policy());
        quote!(#declare_told #read_policy let #decision = #decided; #rest)
    }

    /// It is an error of the function's own.
    fn as_own_error(&self, loss: &Loss<'_>) -> TokenStream {
        let (decision, delay) = (local("decision"), local("delay"));
        let (outcome, kept, cause) = (local("outcome"), local("kept"), &loss.cause);
        let (some, none) = (quote!(::core::option::Option::Some), quote!(::core::option::Option::None));
        let error_type = self.error_type();
        let mut made = self.own_error(loss);
        if loss.ends_call {
            let krate = &self.plan.krate;
            let last = self.kept_as_outcome(&quote!(#krate::__private::last(&mut #kept, &#cause)));
            made = quote!(match #last { #some(#outcome) => #outcome, #none => #made });
        }
        let error = quote!(#outcome.as_ref().err());
        let on_retry = self.tell(self.plan.on_retry.as_ref(), &error);
        let on_give_up = self.tell(self.plan.on_give_up.as_ref(), &error);
        let keep = self.keep(&quote!(#outcome));
        let given = self.give_up(&quote!(#outcome));
        quote! {
            let #outcome: ::core::result::Result<_, #error_type> = #made;
            match #decision {
                #some(#delay) => { #on_retry #keep #delay }
                #none => { #on_give_up #given }
            }
        }
    }

    /// It may be no error of the function's own: the caller gets the last one there was.
    fn as_wrapped_error(&self, loss: &Loss<'_>) -> TokenStream {
        let krate = &self.plan.krate;
        let (decision, delay) = (local("decision"), local("delay"));
        let (outcome, kept, cause) = (local("outcome"), local("kept"), &loss.cause);
        let (some, none) = (quote!(::core::option::Option::Some), quote!(::core::option::Option::None));
        let error_type = self.error_type();
        let keep = self.keep(&quote!(#outcome));
        let made = quote!(#krate::__private::Lost::<#error_type, _>::to(#cause).error());
        let error = quote!(#outcome.as_ref().and_then(|#outcome| #outcome.as_ref().err()));
        let on_retry = self.tell(self.plan.on_retry.as_ref(), &error);
        let on_give_up = self.tell(self.plan.on_give_up.as_ref(), &error);
        let last = self.kept_as_outcome(&quote!(#kept.take()));
        let last = if loss.ends_call {
            quote!(#krate::__private::last_outcome(#last, #outcome, &#cause))
        } else {
            quote!(#outcome.or(#last))
        };
        let given = self.give_up_any();
        quote! {
            #[allow(unused_imports)]
            use #krate::__private::AnyLost as _;
            let #outcome: ::core::option::Option<::core::result::Result<_, #error_type>> =
                #made.map(::core::result::Result::Err);
            match #decision {
                #some(#delay) => {
                    #on_retry
                    if let #some(#outcome) = #outcome { #keep }
                    #delay
                }
                #none => {
                    let #outcome = #last;
                    #on_give_up
                    #given
                }
            }
        }
    }

    /// `Err(error)`, made from the cause.
    fn own_error(&self, loss: &Loss<'_>) -> TokenStream {
        let krate = &self.plan.krate;
        let Loss { cause, from, place, make, helper, .. } = loss;
        let error_type = self.error_type();
        let Some(callee) = make else {
            let [name, function] = from.map(local);
            let from = Ends::at(*place).show(quote!(<#error_type as #krate::__private::#name>::#function));
            return quote!(::core::result::Result::Err(#from(#cause)));
        };
        let call = called(krate, callee, helper, &ends(callee).show(cause));
        let error = ends(callee).ident("error");
        let expected = ends(callee).show(&error_type);
        let error = quote_spanned!(ends(callee).mixed()=> { let #error: #expected = #call; #error });
        quote!(::core::result::Result::Err(#error))
    }
}
