//! One turn of the loop: make an attempt, ask, wait.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{
    ends::Ends,
    hooks::{described, ends},
    local,
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
        let Self { plan, constants: Constants { site, policy, .. }, .. } = self;
        let krate = &plan.krate;
        let (retry, delay) = (local("retry"), local("delay"));
        let start = if plan.is_timed() {
            quote!(#krate::__private::Retry::timed(#site))
        } else {
            quote!(#krate::__private::Retry::start(#site, #policy))
        };
        let prepare = self.prepare();
        let context = plan.context.as_ref().map(|name| quote!(let #name = #retry.context(#site, #policy);));
        let settled = self.settle(&self.made(setup, attempt));
        let wait = self.wait();
        let repeat = quote! {
            loop {
                #prepare
                let #delay = {
                    #context
                    #settled
                };
                #wait
            }
        };
        match self.fall_back() {
            None => quote!(let mut #retry = #start; #repeat),
            // Outside the loop, so that an error that is not `Send` is gone before the fallback is awaited.
            Some(answer) => {
                let error = local("error");
                quote!(let mut #retry = #start; let #error = #repeat; #answer)
            }
        }
    }

    /// One attempt. Clones live as long as it does: hooks and filters see the arguments themselves.
    fn made(&self, setup: &TokenStream, attempt: &TokenStream) -> TokenStream {
        let outcome = local("outcome");
        let clones = self.clones();
        let around = quote!(#clones #setup);
        if around.is_empty() {
            return attempt.clone();
        }
        quote!({ #around let #outcome = #attempt; #outcome })
    }

    /// A fresh clone of each argument named in `clone(..)`, and a fresh borrow of each that is `&mut`, under
    /// their own names.
    fn clones(&self) -> TokenStream {
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
            let clone = Ends::at(place).show(quote!(::core::clone::Clone::clone(&self)));
            quote!(let #mutability #this = #clone;)
        });
        let lent = arguments.lent.iter().map(|name| quote!(let #name = &mut *#name;));
        quote!(#(#clones)* #this #(#lent)*)
    }

    /// `match attempt { .. }`: returns, or gives the delay.
    fn settle(&self, attempt: &TokenStream) -> TokenStream {
        let (value, error) = (local("value"), local("error"));
        let outcome =
            if self.is_result() { attempt.clone() } else { self.as_outcome("Outcome", "settle", attempt) };
        let on_value = self.on_value();
        let on_error = self.on_error();
        quote! {
            match #outcome {
                ::core::result::Result::Ok(#value) => { #on_value }
                ::core::result::Result::Err(#error) => { #on_error }
            }
        }
    }

    fn on_value(&self) -> TokenStream {
        let Self { plan, constants: Constants { site, policy, .. }, .. } = self;
        let krate = &plan.krate;
        let (retry, value, verdict) = (local("retry"), local("value"), local("verdict"));
        let tell = self.tell(plan.on_success.as_ref(), &quote!(None), &quote!(None));
        let given = self.given(quote!(::core::result::Result::Ok(#value)));
        let succeed = quote! {
            #retry.succeeded(#site, #policy);
            #tell
            return #given;
        };
        let Some(filter) = &plan.filter_ok else { return succeed };
        let judged = self.judged(filter, &quote!(&#value));
        let decide = self.decide(
            &quote!(#verdict),
            &quote!(#krate::__private::Described::VALUE_TURNED_DOWN),
            &quote!(None),
            &quote!(return #given),
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

    fn on_error(&self) -> TokenStream {
        let Self { plan, .. } = self;
        let krate = &plan.krate;
        let error = local("error");
        let judged = quote!(#krate::__private::Judged(&#error));
        let verdict = match &plan.filter {
            None => quote!(#judged.verdict()),
            Some(filter) => {
                let answer = self.judged(filter, &quote!(&#error));
                let judged = ends(filter).show(judged);
                quote_spanned!(ends(filter).mixed()=> #judged.filtered(#answer))
            }
        };
        let last = self.give_back();
        let decide = self.decide(&verdict, &described(krate, &error), &quote!(Some(&#error)), &last);
        quote! {
            #[allow(unused_imports)]
            use #krate::__private::{
                JudgeAny as _, ShowBoxed as _, ShowDisplay as _, ShowError as _, ShowName as _,
            };
            #decide
        }
    }

    /// Asks the engine: gives the delay, or ends with `otherwise`.
    fn decide(
        &self,
        verdict: &TokenStream,
        described: &TokenStream,
        error: &TokenStream,
        otherwise: &TokenStream,
    ) -> TokenStream {
        let Self { plan, constants: Constants { site, policy, .. }, .. } = self;
        let (retry, decision, delay) = (local("retry"), local("decision"), local("delay"));
        let on_retry = self.tell(plan.on_retry.as_ref(), error, &quote!(Some(#delay)));
        let on_give_up = self.tell(plan.on_give_up.as_ref(), error, &quote!(None));
        quote! {
            let #decision = #retry.failed(#site, #policy, #verdict, #described);
            match #decision {
                ::core::option::Option::Some(#delay) => {
                    #on_retry
                    #delay
                }
                ::core::option::Option::None => {
                    #on_give_up
                    #otherwise
                }
            }
        }
    }

    fn wait(&self) -> TokenStream {
        let Self { plan, awaited, constants: Constants { site, .. } } = self;
        let krate = &plan.krate;
        let delay = local("delay");
        let duration = quote!(#delay.duration());
        let is_blocking = awaited.is_empty();
        let wait = match &plan.sleep {
            // A future that nobody awaits is no `()`.
            Some(path) if is_blocking => {
                let ends = Ends::of(path);
                let duration = ends.show(duration);
                quote_spanned!(ends.mixed()=> let _: () = #path(#duration);)
            }
            Some(path) => {
                let ends = Ends::of(path);
                let (duration, awaited) = (ends.show(duration), ends.show(awaited));
                quote_spanned!(ends.mixed()=> #path(#duration) #awaited;)
            }
            None if is_blocking => quote!(#krate::__private::blocking(#delay, #site);),
            None => quote!(#krate::__private::asynchronous(#delay, #site).await;),
        };
        quote!(if #delay.lasts() { #wait })
    }
}
