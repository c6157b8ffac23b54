//! One turn of the loop: make an attempt, ask, wait.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::{
    ends::Ends,
    hooks::{described, ends},
    label, local,
    policy::Constants,
};
use crate::{plan::Plan, shape::Kind};

/// The tokens that one turn is made of.
pub(super) struct Turn<'a> {
    pub(super) plan: &'a Plan,
    pub(super) constants: &'a Constants,
    /// `.await` in async functions.
    pub(super) awaited: TokenStream,
}

impl Turn<'_> {
    /// `let mut retry = ..; loop { .. }`, where `attempt` gives one outcome.
    pub(super) fn repeat(&self, setup: &TokenStream, attempt: &TokenStream) -> TokenStream {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let krate = &plan.krate;
        let (retry, delay) = (local("retry"), local("delay"));
        let early = self.read_policy_early();
        let start = self.start_with_deadline().unwrap_or_else(|| {
            let start = if plan.is_timed() { quote!(timed) } else { quote!(start) };
            quote!(let mut #retry = #krate::__private::Retry::#start(#site);)
        });
        let kept = self.declare_kept();
        let counted = self.count_call();
        let (ready, prepare, turn) = (self.declare_ready(), self.prepare(), self.take_turn());
        let context = plan.context.as_ref().map(|name| {
            let context = self.context();
            quote!(let #name = #context;)
        });
        let made = if plan.time.limits_attempts() {
            self.limited(setup, attempt)
        } else {
            let (made, settled) = (self.made(setup, attempt), self.settled());
            quote!(#made #settled)
        };
        let span = self.attempt_span();
        let (begun, made) = (self.begun(), self.admitted(quote!(#span #made)));
        let wait = self.wait();
        let repeat = quote! {
            loop {
                #ready
                #prepare
                #turn
                let #delay = {
                    #context
                    #begun
                    #made
                };
                #wait
            }
        };
        if let Some(repeat) = self.once_per_key(counted.as_ref(), &repeat) {
            return self.in_span(quote!(#early #start #kept #repeat));
        }
        self.in_span(match self.fall_back() {
            None => quote!(#early #start #kept #counted #repeat),
            // Outside the loop, so that an error that is not `Send` is gone before the fallback is awaited.
            Some(answer) => {
                let (call, error) = (label("'call"), local("error"));
                quote!(#early #start #kept #counted let #error = #call: #repeat; #answer)
            }
        })
    }

    /// `let outcome = attempt;`. Clones live as long as the attempt: hooks and filters see the arguments
    /// themselves.
    fn made(&self, setup: &TokenStream, attempt: &TokenStream) -> TokenStream {
        let outcome = local("outcome");
        let clones = self.clones();
        let around = quote!(#clones #setup);
        let assigned = self.assigned(attempt);
        let made =
            if around.is_empty() { assigned } else { quote!(let #outcome = { #around #assigned #outcome };) };
        if self.is_result() {
            return made;
        }
        let settled = self.as_outcome("Outcome", "settle", &quote!(#outcome));
        quote!(#made let #outcome = #settled;)
    }

    fn assigned(&self, attempt: &TokenStream) -> TokenStream {
        let outcome = local("outcome");
        if !matches!(self.plan.shape.kind, Kind::Bare) {
            return quote!(let #outcome = #attempt;);
        }
        // A body in the loop itself: the type is what `Ok` and `Err` in it convert to. Lints that look at a `let`, and
        // would not at the function's own block, are not to be reported, nor the code behind a body that never returns.
        let returned = self.body_type();
        quote! {
            #[allow(clippy::diverging_sub_expression, clippy::needless_match, clippy::type_complexity)]
            let #outcome: #returned = #attempt;
            #[allow(unreachable_code)]
            {}
        }
    }

    /// A fresh clone of each argument named in `clone(..)`, and a fresh borrow of each that is `&mut`, under
    /// their own names.
    pub(super) fn clones(&self) -> TokenStream {
        let arguments = &self.plan.arguments;
        let clones = arguments.cloned.iter().map(|cloned| {
            let name = &cloned.name;
            let mutability = cloned.mutable.map(syn::token::Mut);
            let clone = Ends::at(cloned.place).show(quote!(::core::clone::Clone::clone(&#name)));
            quote!(let #mutability #name = #clone;)
        });
        let this = arguments.cloned_self.map(|(place, mutable)| {
            let this = local("this");
            // An async attempt borrows it uniquely; else only the user's `mut` asks for one.
            let is_unique = matches!(self.plan.shape.kind, Kind::Async);
            let mutability = (mutable || is_unique).then(|| quote!(mut));
            let receiver = Ident::new("self", place);
            let clone = Ends::at(place).show(quote!(::core::clone::Clone::clone(&#receiver)));
            quote!(let #mutability #this = #clone;)
        });
        let lent = arguments.lent.iter().map(|name| quote!(let #name = &mut *#name;));
        quote!(#(#clones)* #this #(#lent)*)
    }

    /// Returns the outcome, or gives the delay. In a coroutine the outcome stays where it is, for less code;
    /// in a blocking function it is taken apart, which leaves it in registers.
    pub(super) fn settled(&self) -> TokenStream {
        let (outcome, value, error) = (local("outcome"), local("value"), local("error"));
        let (ok, err) = (quote!(::core::result::Result::Ok), quote!(::core::result::Result::Err));
        let is_asked = self.plan.filter_ok.is_some() || self.plan.idempotency.is_some();
        if self.plan.shape.is_async() {
            let returned = outcome.to_token_stream();
            let (on_value, on_error) = (self.on_value(&returned), self.on_error(&returned));
            let value = if is_asked { quote!(#value) } else { quote!(_) };
            return quote! {
                match &#outcome {
                    #ok(#value) => { #on_value }
                    #err(#error) => { #on_error }
                }
            };
        }
        let last = local("last");
        let (on_value, on_error) = (self.on_value(&quote!(#ok(#last))), self.on_error(&quote!(#err(#last))));
        let lent = is_asked.then(|| quote!(let #value = &#last;));
        quote! {
            match #outcome {
                #ok(#last) => { #lent #on_value }
                #err(#last) => { let #error = &#last; #on_error }
            }
        }
    }

    fn on_value(&self, returned: &TokenStream) -> TokenStream {
        let Self { plan, .. } = self;
        let krate = &plan.krate;
        let (value, verdict) = (local("value"), local("verdict"));
        let outcome = self.given(returned);
        let succeed = self.succeed();
        let end = self.end_with_key(returned).unwrap_or_else(|| quote!(return #outcome;));
        let record = self.record();
        let succeed = quote!(#record #succeed #end);
        let Some(filter) = &plan.filter_ok else { return succeed };
        let judged = self.judged(filter, &value);
        let decide = self.decide(
            &quote!(#verdict),
            &quote!(#krate::__private::Described::VALUE_TURNED_DOWN),
            &quote!(None),
            self.keep(returned).as_ref(),
            &quote!(return #outcome),
        );
        let ask = ends(filter).show(quote!(#krate::__private::verdict));
        let judged = quote_spanned!(ends(filter).mixed()=> #ask(#judged));
        quote! {
            let #verdict = #judged;
            if #verdict.is_permanent() {
                #succeed
            }
            #decide
        }
    }

    fn on_error(&self, returned: &TokenStream) -> TokenStream {
        let Self { plan, .. } = self;
        let krate = &plan.krate;
        let error = local("error");
        let judged = quote!(#krate::__private::Judged(#error));
        let verdict = match &plan.filter {
            None => quote!(#judged.verdict()),
            Some(filter) => {
                let answer = self.judged(filter, &error);
                let judged = ends(filter).show(judged);
                quote_spanned!(ends(filter).mixed()=> #judged.filtered(#answer))
            }
        };
        let last = self.give_up(returned);
        let decide = self.decide(
            &verdict,
            &described(krate, &error),
            &quote!(Some(#error)),
            self.keep_failed(returned).as_ref(),
            &last,
        );
        quote! {
            #[allow(unused_imports)]
            use #krate::__private::{JudgeAny as _, JudgeMarked as _, Show as _};
            #decide
        }
    }

    /// Asks the engine: gives the delay, or ends with `otherwise`.
    fn decide(
        &self,
        verdict: &TokenStream,
        described: &TokenStream,
        error: &TokenStream,
        keep: Option<&TokenStream>,
        otherwise: &TokenStream,
    ) -> TokenStream {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let (retry, decision, delay) = (local("retry"), local("decision"), local("delay"));
        let error = quote!(::core::option::Option::#error);
        let on_retry = self.tell(plan.on_retry.as_ref(), &error);
        let on_give_up = self.tell(plan.on_give_up.as_ref(), &error);
        let told = self.told(verdict);
        let (declare_told, read_policy) = (self.declare_told(), self.read_policy());
        let ask = if plan.is_bounded() || plan.has_listeners() {
            // First, for a filter may change what the guards are a part of.
            let verdict = local("verdict");
            let ask =
                self.bounded(|bounds| quote!(#retry.failed_within(#site, #verdict, #bounds, #described)));
            quote!({ let #verdict = #told; #ask })
        } else {
            quote!(#retry.failed(#site, #told, #described))
        };
        quote! {
            #declare_told
            #read_policy
            let #decision = #ask;
            match #decision {
                ::core::option::Option::Some(#delay) => {
                    #on_retry
                    #keep
                    #delay
                }
                ::core::option::Option::None => {
                    #on_give_up
                    #otherwise
                }
            }
        }
    }
}
