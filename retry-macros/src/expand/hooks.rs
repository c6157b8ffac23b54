//! Calls of what the user names: hooks, filters, `before_retry`, `fallback`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::{attempt::Turn, ends::Ends, label, local, policy::Constants};
use crate::plan::{Callee, Plan};

impl Plan {
    /// Whether the function itself wants to know what happens: its hooks, or its spans.
    pub(super) const fn has_listeners(&self) -> bool {
        self.has_hooks() || self.span.is_some()
    }

    const fn has_hooks(&self) -> bool {
        self.on_retry.is_some() || self.on_give_up.is_some()
    }
}

impl Turn<'_> {
    /// `before_retry`: its error ends the call.
    pub(super) fn prepare(&self) -> Option<TokenStream> {
        let Self { plan, constants: Constants { site, .. }, awaited } = self;
        let hook = plan.before_retry.as_ref()?;
        let krate = &plan.krate;
        let (retry, error, prepared) = (local("retry"), local("error"), local("prepared"));
        let context = ends(hook).show(self.context());
        let awaited = ends(hook).show(awaited);
        let run = self.called(hook, &quote!(prepare), &context);
        let error_type = self.error_type();
        let expected = ends(hook).show(quote!(::core::result::Result<(), #error_type>));
        let described = described(krate, &quote!(&#error));
        let on_give_up = self.tell(plan.on_give_up.as_ref(), &quote!(::core::option::Option::Some(&#error)));
        let (declare_told, bounds) =
            (self.declare_told(), self.heard(quote!(#krate::__private::Bounds::NONE)));
        let last = self.give_back(&error);
        let prepare = ends(hook).show(quote!(#krate::__private::Preparation::prepared));
        let answer = local("answer");
        let is_limited = plan.time.has_deadline();
        let answered = if is_limited { ends(hook).show(&answer) } else { quote!(#run #awaited) };
        let answered = quote_spanned!(ends(hook).mixed()=> #prepare(#answered));
        let prepare = quote! {
            let #prepared: #expected = #answered;
            if let ::core::result::Result::Err(#error) = #prepared {
                #[allow(unused_imports)]
                use #krate::__private::{JudgeAny as _, Show as _};
                #declare_told
                #retry.abandon();
                let _ = #retry.failed_within(#site, #krate::Verdict::PERMANENT, #bounds, #described);
                #on_give_up
                #last;
            }
        };
        let cancelled = self.end_if_cancelled();
        let prepare = quote!(#prepare #cancelled);
        if is_limited {
            return Some(self.prepare_within(&run, &prepare));
        }
        Some(quote!(if #retry.is_retry() { #prepare }))
    }

    /// Ends the call with a failed outcome, or hands its error to the fallback behind the loop.
    pub(super) fn give_up(&self, outcome: &TokenStream) -> TokenStream {
        if self.plan.fallback.is_none() {
            let given = self.given(outcome);
            return quote!(return #given);
        }
        let error = local("error");
        let last = self.give_back(&error);
        let succeeded = local("outcome");
        let given = self.given(&succeeded.to_token_stream());
        quote! {
            match #outcome {
                ::core::result::Result::Err(#error) => #last,
                #succeeded => return #given,
            }
        }
    }

    /// Ends the call with an error, wrapped if asked, or hands it to the fallback behind the loop.
    fn give_back(&self, error: &Ident) -> TokenStream {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        if plan.fallback.is_none() {
            let given = self.given(&quote!(::core::result::Result::Err(#error)));
            return quote!(return #given);
        }
        let retry = local("retry");
        let call = label("'call");
        if plan.wrap_error {
            quote!(break #call #retry.wrap(#site, #error))
        } else {
            quote!(break #call #error)
        }
    }

    /// What the fallback answers.
    pub(super) fn fall_back(&self) -> Option<TokenStream> {
        let fallback = self.plan.fallback.as_ref()?;
        let awaited = ends(fallback).show(&self.awaited);
        let answer = self.called(fallback, &quote!(fall_back), &ends(fallback).show(local("error")));
        Some(quote!(#answer #awaited))
    }

    /// `let told = ..;`, by which hooks have the event that the engine tells everybody.
    pub(super) fn declare_told(&self) -> Option<TokenStream> {
        let (krate, told) = (&self.plan.krate, local("told"));
        self.plan.has_hooks().then(|| quote!(let #told = #krate::__private::Told::nothing();))
    }

    /// `bounds`, and who wants the event.
    pub(super) fn heard(&self, bounds: TokenStream) -> TokenStream {
        let told = local("told");
        self.traced(if self.plan.has_hooks() { quote!(#bounds.telling(&#told)) } else { bounds })
    }

    /// Calls a hook with what was told; `error` is an option.
    pub(super) fn tell(&self, hook: Option<&Callee>, error: &TokenStream) -> Option<TokenStream> {
        let told = local("told");
        let hook = hook?;
        // Without an error at hand, nothing but this says what type it would have.
        let error_type = self.error_type();
        Some(self.tell_event(hook, &quote!(#told.event::<#error_type>(#error))))
    }

    /// Calls a hook with an event.
    pub(super) fn tell_event(&self, hook: &Callee, event: &TokenStream) -> TokenStream {
        let name = local("event");
        let event = quote!(let #name = #event;);
        let call = self.called(hook, &quote!(tell), &ends(hook).show(quote!(&#name)));
        match hook {
            Callee::Path(_) => quote_spanned!(ends(hook).mixed()=> #event let _: () = #call;),
            Callee::Closure(_) => quote_spanned!(ends(hook).mixed()=> #event #call;),
        }
    }

    pub(super) fn judged(&self, filter: &Callee, value: &Ident) -> TokenStream {
        self.called(filter, &quote!(ask), &ends(filter).show(value))
    }

    pub(super) fn called(
        &self,
        callee: &Callee,
        helper: &TokenStream,
        argument: &TokenStream,
    ) -> TokenStream {
        called(&self.plan.krate, callee, helper, argument)
    }
}

/// A path is called directly, a closure through the `helper` that lets its parameter be inferred.
pub(crate) fn called(
    krate: &TokenStream,
    callee: &Callee,
    helper: &TokenStream,
    argument: &TokenStream,
) -> TokenStream {
    match callee {
        Callee::Path(path) => quote_spanned!(ends(callee).mixed()=> #path(#argument)),
        Callee::Closure(closure) => {
            let helper = ends(callee).show(quote!(#krate::__private::#helper));
            quote_spanned!(ends(callee).mixed()=> #helper(#argument, #closure))
        }
    }
}

pub(super) fn described(krate: &TokenStream, error: &impl ToTokens) -> TokenStream {
    quote!(#krate::__private::Judged(#error).counted((&&&#krate::__private::Shown(#error)).described()))
}

pub(crate) fn ends(callee: &Callee) -> Ends {
    let (Callee::Path(tokens) | Callee::Closure(tokens)) = callee;
    Ends::of(tokens)
}
