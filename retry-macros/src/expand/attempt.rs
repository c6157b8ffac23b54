//! One turn of the loop: make an attempt, ask, wait.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::{ends::Ends, local, policy::Constants};
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
            let clone = Ends::at(cloned.place).show(quote!(::core::clone::Clone::clone(&#name)));
            quote!(let #mutability #name = #clone;)
        });
        let this = arguments.cloned_self.map(|(place, mutable)| {
            let this = local("this");
            let mutability = mutable.then(|| quote!(mut));
            let clone = Ends::at(place).show(quote!(::core::clone::Clone::clone(&self)));
            quote!(let #mutability #this = #clone;)
        });
        quote!(#(#clones)* #this)
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
        let decide =
            self.decide(&verdict, &described(krate, &error), &quote!(Some(&#error)), &quote!(return #last));
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

    /// `before_retry`: its error ends the call.
    fn prepare(&self) -> Option<TokenStream> {
        let Self { plan, constants: Constants { site, policy, .. }, awaited } = self;
        let hook = plan.before_retry.as_ref()?;
        let krate = &plan.krate;
        let (retry, error, prepared) = (local("retry"), local("error"), local("prepared"));
        let context = ends(hook).show(quote!(#retry.context(#site, #policy)));
        let awaited = ends(hook).show(awaited);
        let run = self.called(hook, &quote!(prepare), &context);
        let error_type = self.error_type();
        let described = described(krate, &error);
        let on_give_up = self.tell(plan.on_give_up.as_ref(), &quote!(Some(&#error)), &quote!(None));
        let last = self.give_back();
        let prepare = ends(hook).show(quote!(#krate::__private::Preparation::prepared));
        let run = quote_spanned!(ends(hook).mixed()=> #prepare(#run #awaited));
        Some(quote! {
            if #retry.is_retry() {
                let #prepared: ::core::result::Result<(), #error_type> = #run;
                if let ::core::result::Result::Err(#error) = #prepared {
                    #[allow(unused_imports)]
                    use #krate::__private::{
                        ShowBoxed as _, ShowDisplay as _, ShowError as _, ShowName as _,
                    };
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
        let (retry, error) = (local("retry"), local("error"));
        let error = if plan.wrap_error { quote!(#retry.wrap(#site, #error)) } else { quote!(#error) };
        if let Some(fallback) = &plan.fallback {
            let awaited = ends(fallback).show(awaited);
            let answer = self.called(fallback, &quote!(fall_back), &ends(fallback).show(error));
            return quote!(#answer #awaited);
        }
        if plan.wrap_error {
            return self.as_outcome("WrappedOutcome", "failed", &error);
        }
        self.given(quote!(::core::result::Result::Err(#error)))
    }

    /// A `Result` as what the function returns. Its own conversion where the type may be none: the trait
    /// then says so, and nothing else is reported beside it.
    fn given(&self, result: TokenStream) -> TokenStream {
        if self.is_result() {
            return result;
        }
        self.as_outcome("Outcome", "given", &result)
    }

    /// Whether an outcome is certainly a `Result`, or another trait says that it is none.
    fn is_result(&self) -> bool {
        self.plan.wrap_error || returns::is_called_result(&self.plan.shape.outcome)
    }

    /// `<Type as Trait>::function(argument)`, with the very spans of the type: however often it is
    /// written, a type that is no outcome is reported once, in the signature.
    fn as_outcome(&self, name: &str, function: &str, argument: &TokenStream) -> TokenStream {
        let Plan { shape, krate, .. } = self.plan;
        let outcome = returns::inferred(&shape.outcome);
        let Ends { first, last } = Ends::of(&outcome);
        let name = Ident::new(name, last);
        let function = Ident::new(function, last);
        let start = quote_spanned!(first=> <);
        quote_spanned!(last=> #start #outcome as #krate::__private::#name>::#function(#argument))
    }

    /// Calls a hook with an event; `error` and `delay` are the words `None` or `Some(..)`.
    fn tell(&self, hook: Option<&Callee>, error: &TokenStream, delay: &TokenStream) -> Option<TokenStream> {
        let Constants { site, policy, .. } = self.constants;
        let hook = hook?;
        let retry = local("retry");
        // Without an error at hand, nothing but this says what type it would have.
        let error_type = (error.to_string() == "None").then(|| {
            let error_type = self.error_type();
            quote!(::<#error_type>)
        });
        let name = local("event");
        let event = quote! {
            let #name = #retry.event #error_type(
                #site,
                #policy,
                ::core::option::Option::#error,
                ::core::option::Option::#delay,
            );
        };
        let call = self.called(hook, &quote!(tell), &ends(hook).show(quote!(&#name)));
        Some(match hook {
            Callee::Path(_) => quote_spanned!(ends(hook).mixed()=> #event let () = #call;),
            Callee::Closure(_) => quote_spanned!(ends(hook).mixed()=> #event #call;),
        })
    }

    fn judged(&self, filter: &Callee, value: &TokenStream) -> TokenStream {
        self.called(filter, &quote!(ask), &ends(filter).show(value))
    }

    /// A path is called directly, a closure through the `helper` that lets its parameter be inferred.
    fn called(&self, callee: &Callee, helper: &TokenStream, argument: &TokenStream) -> TokenStream {
        let krate = &self.plan.krate;
        match callee {
            Callee::Path(path) => quote_spanned!(ends(callee).mixed()=> #path(#argument)),
            Callee::Closure(closure) => {
                let helper = ends(callee).show(quote!(#krate::__private::#helper));
                quote_spanned!(ends(callee).mixed()=> #helper(#argument, #closure))
            }
        }
    }

    fn wait(&self) -> TokenStream {
        let Self { plan, awaited, .. } = self;
        let krate = &plan.krate;
        let delay = local("delay");
        match (&plan.sleep, awaited.is_empty()) {
            // A future that nobody awaits is no `()`.
            (Some(path), true) => {
                let ends = Ends::of(path);
                let delay = ends.show(delay);
                quote_spanned!(ends.mixed()=> let () = #path(#delay);)
            }
            (Some(path), false) => {
                let ends = Ends::of(path);
                let (delay, awaited) = (ends.show(delay), ends.show(awaited));
                quote_spanned!(ends.mixed()=> #path(#delay) #awaited;)
            }
            (None, true) => quote!(#krate::__private::blocking(#delay);),
            (None, false) => quote!(#krate::__private::asynchronous(#delay).await;),
        }
    }

    /// What the body returns.
    pub(super) fn body_type(&self) -> TokenStream {
        let Plan { shape, krate, wrap_error, .. } = self.plan;
        if !wrap_error {
            return returns::inferred(&shape.outcome);
        }
        let place = Span::mixed_site().located_at(shape.outcome.span());
        if returns::has_impl(&shape.outcome) {
            let error = self.error_type();
            return quote_spanned!(place=> ::core::result::Result<_, #error>);
        }
        let outcome = returns::inferred(&shape.outcome);
        quote_spanned!(place=> <#outcome as #krate::__private::WrappedOutcome>::Body)
    }

    /// The body's error type. An `impl Trait` beside it does not matter, so `()` stands for it.
    fn error_type(&self) -> TokenStream {
        let Plan { shape, krate, wrap_error, .. } = self.plan;
        let outcome = returns::concrete(&shape.outcome);
        let outcome = if *wrap_error {
            let place = Span::mixed_site().located_at(shape.outcome.span());
            quote_spanned!(place=> <#outcome as #krate::__private::WrappedOutcome>::Body)
        } else {
            outcome
        };
        quote!(<#outcome as #krate::__private::Outcome>::Error)
    }
}

fn described(krate: &TokenStream, error: &impl ToTokens) -> TokenStream {
    quote!((&&&#krate::__private::Shown(&#error)).described())
}

fn ends(callee: &Callee) -> Ends {
    let (Callee::Path(tokens) | Callee::Closure(tokens)) = callee;
    Ends::of(tokens)
}
