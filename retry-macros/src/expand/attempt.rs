//! One turn of the loop: make an attempt, ask, wait.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::{local, policy::Constants};
use crate::{
    plan::{Callee, Plan},
    returns,
};

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
        let clones = self.clones();
        let context = plan.context.as_ref().map(|name| quote!(let #name = #retry.context(#site, #policy);));
        let settled = self.settle(attempt);
        let wait = self.wait();
        quote! {
            let mut #retry = #start;
            loop {
                #prepare
                let #delay = {
                    #clones
                    #context
                    #setup
                    #settled
                };
                if !#delay.is_zero() {
                    #wait
                }
            }
        }
    }

    /// A fresh clone of each argument named in `clone(..)`, under its own name.
    fn clones(&self) -> TokenStream {
        let arguments = &self.plan.arguments;
        let clones = arguments.cloned.iter().map(|cloned| {
            let name = &cloned.name;
            let mutability = cloned.mutable.then(|| syn::Token![mut](name.span()));
            quote!(let #mutability #name = ::core::clone::Clone::clone(&#name);)
        });
        let this = arguments.cloned_self.map(|mutable| {
            let this = local("this");
            let mutability = mutable.then(|| quote!(mut));
            quote!(let #mutability #this = ::core::clone::Clone::clone(&self);)
        });
        quote!(#(#clones)* #this)
    }

    /// `match attempt { .. }`: returns, or gives the delay.
    fn settle(&self, attempt: &TokenStream) -> TokenStream {
        let krate = &self.plan.krate;
        let (value, error) = (local("value"), local("error"));
        let outcome = if returns::is_called_result(&self.plan.outcome) {
            attempt.clone()
        } else {
            let place = Span::mixed_site().located_at(self.plan.outcome.span());
            quote_spanned!(place=> #krate::__private::Outcome::settle(#attempt))
        };
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
        let succeed = quote! {
            #retry.succeeded(#site, #policy);
            #tell
            return ::core::result::Result::Ok(#value);
        };
        let Some(filter) = &plan.filter_ok else { return succeed };
        let judged = self.judged(filter, &quote!(&#value));
        let decide = self.decide(
            &quote!(#verdict),
            &quote!(#krate::__private::Described::VALUE_TURNED_DOWN),
            &quote!(None),
            &quote!(return ::core::result::Result::Ok(#value)),
        );
        quote! {
            let #verdict = #krate::__private::verdict(#judged);
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
                quote_spanned!(place(filter)=> #judged.filtered(#answer))
            }
        };
        let last = self.give_back();
        let decide =
            self.decide(&verdict, &described(krate, &error), &quote!(Some(&#error)), &quote!(return #last));
        quote! {
            #[allow(unused_imports)]
            use #krate::__private::{JudgeAny as _, ShowDebug as _, ShowName as _};
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

    /// `before_retry`: its error ends the call.
    fn prepare(&self) -> Option<TokenStream> {
        let Self { plan, constants: Constants { site, policy, .. }, awaited } = self;
        let hook = plan.before_retry.as_ref()?;
        let krate = &plan.krate;
        let (retry, error, prepared) = (local("retry"), local("error"), local("prepared"));
        let context = quote!(#retry.context(#site, #policy));
        let run = match hook {
            Callee::Path(path) => quote!(#path(#context)),
            Callee::Closure(closure) => quote!(#krate::__private::prepare(#context, #closure)),
        };
        let error_type = self.error_type();
        let described = described(krate, &error);
        let on_give_up = self.tell(plan.on_give_up.as_ref(), &quote!(Some(&#error)), &quote!(None));
        let last = self.give_back();
        let run = quote_spanned!(place(hook)=> #krate::__private::Preparation::prepared(#run #awaited));
        Some(quote! {
            if #retry.is_retry() {
                let #prepared: ::core::result::Result<(), #error_type> = #run;
                if let ::core::result::Result::Err(#error) = #prepared {
                    #[allow(unused_imports)]
                    use #krate::__private::{ShowDebug as _, ShowName as _};
                    #retry.abandon();
                    let _ = #retry.failed(#site, #policy, #krate::Verdict::PERMANENT, #described);
                    #on_give_up
                    return #last;
                }
            }
        })
    }

    /// What the caller gets in the end: its own error, wrapped or replaced as asked.
    fn give_back(&self) -> TokenStream {
        let Self { plan, constants: Constants { site, .. }, awaited } = self;
        let krate = &plan.krate;
        let (retry, error) = (local("retry"), local("error"));
        let error = if plan.wrap_error { quote!(#retry.wrap(#site, #error)) } else { quote!(#error) };
        match &plan.fallback {
            None => quote!(::core::result::Result::Err(#error)),
            Some(callee @ Callee::Path(path)) => quote_spanned!(place(callee)=> #path(#error) #awaited),
            Some(callee @ Callee::Closure(closure)) => {
                quote_spanned!(place(callee)=> #krate::__private::fall_back(#error, #closure) #awaited)
            }
        }
    }

    /// Calls a hook with an event; `error` and `delay` are the words `None` or `Some(..)`.
    fn tell(&self, hook: Option<&Callee>, error: &TokenStream, delay: &TokenStream) -> Option<TokenStream> {
        let Self { plan, constants: Constants { site, policy, .. }, .. } = self;
        let hook = hook?;
        let krate = &plan.krate;
        let retry = local("retry");
        // Without an error at hand, nothing but this says what type it would have.
        let error_type = (error.to_string() == "None").then(|| {
            let error_type = self.error_type();
            quote!(::<#error_type>)
        });
        let event = quote! {
            &#retry.event #error_type(
                #site,
                #policy,
                ::core::option::Option::#error,
                ::core::option::Option::#delay,
            )
        };
        Some(match hook {
            Callee::Path(path) => quote_spanned!(place(hook)=> let () = #path(#event);),
            Callee::Closure(closure) => {
                quote_spanned!(place(hook)=> #krate::__private::tell(#event, #closure);)
            }
        })
    }

    fn judged(&self, filter: &Callee, value: &TokenStream) -> TokenStream {
        let krate = &self.plan.krate;
        match filter {
            Callee::Path(path) => quote_spanned!(place(filter)=> #path(#value)),
            Callee::Closure(closure) => {
                quote_spanned!(place(filter)=> #krate::__private::ask(#value, #closure))
            }
        }
    }

    fn wait(&self) -> TokenStream {
        let Self { plan, awaited, .. } = self;
        let krate = &plan.krate;
        let delay = local("delay");
        match (&plan.sleep, awaited.is_empty()) {
            (Some(path), _) => quote_spanned!(path.span()=> #path(#delay) #awaited;),
            (None, true) => quote!(#krate::__private::blocking(#delay);),
            (None, false) => quote!(#krate::__private::asynchronous(#delay).await;),
        }
    }

    /// What the body returns.
    pub(super) fn body_type(&self) -> TokenStream {
        let outcome = returns::inferred(&self.plan.outcome);
        if !self.plan.wrap_error {
            return outcome;
        }
        let krate = &self.plan.krate;
        let place = Span::mixed_site().located_at(self.plan.outcome.span());
        quote_spanned!(place=> <#outcome as #krate::__private::WrappedOutcome>::Body)
    }

    fn error_type(&self) -> TokenStream {
        let krate = &self.plan.krate;
        let outcome = self.body_type();
        quote!(<#outcome as #krate::__private::Outcome>::Error)
    }
}

fn described(krate: &TokenStream, error: &impl ToTokens) -> TokenStream {
    quote!((&#krate::__private::Shown(&#error)).described())
}

fn place(callee: &Callee) -> Span {
    let (Callee::Path(tokens) | Callee::Closure(tokens)) = callee;
    Span::mixed_site().located_at(tokens.span())
}
