//! The wait between two attempts, which a cancellation may end.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{attempt::Turn, ends::Ends, guard::borrowed, hooks::described, local, policy::Constants};

impl Turn<'_> {
    /// `is_cancelled(token)`, shown at the expression that is borrowed by that name.
    pub(super) fn look(&self, token: &TokenStream) -> TokenStream {
        let krate = &self.plan.krate;
        let ends = Ends::of(token);
        let (is_cancelled, name) =
            (ends.show(quote!(#krate::__private::is_cancelled)), ends.show(local("token")));
        quote_spanned!(ends.mixed()=> #is_cancelled(#name))
    }

    /// Waits as long as the decision says, and no longer than a deadline that a hook may have used up.
    pub(super) fn wait(&self) -> TokenStream {
        let (slot, wait) = (self.slot(), self.decided_wait());
        let wait = quote!(#slot #wait);
        if !self.plan.time.has_deadline() || self.plan.on_retry.is_none() {
            return wait;
        }
        let (retry, deadline, delay) = (local("retry"), local("deadline"), local("delay"));
        let site = &self.constants.site;
        quote!(let #delay = #retry.cut(#site, #deadline, #delay); #wait)
    }

    /// Adds what a coordinator has the retry wait for its slot.
    fn slot(&self) -> Option<TokenStream> {
        let Self { plan, awaited, constants: Constants { site, .. } } = self;
        let (retry, delay, slot) = (local("retry"), local("delay"), local("slot"));
        if !cfg!(feature = "coordinate") {
            return None;
        }
        if awaited.is_empty() {
            return Some(quote!(let #delay = #retry.slot_blocking(#site, #delay);));
        }
        let (some, none) = (quote!(::core::option::Option::Some), quote!(::core::option::Option::None));
        let deadline = if plan.time.has_deadline() {
            let deadline = local("deadline");
            quote!(#some(#deadline))
        } else {
            none.clone()
        };
        Some(quote! {
            let #delay = match #retry.slot(#site, #deadline, #delay) {
                #some(#slot) => #retry.takes_slot(#site, #delay, #slot #awaited),
                #none => #delay,
            };
        })
    }

    fn decided_wait(&self) -> TokenStream {
        let Some(token) = &self.plan.time.cancel else { return self.sleep() };
        let (delay, cancelled) = (local("delay"), local("cancelled"));
        let borrowed = borrowed(&local("token"), Some(token));
        let (waited, look) = (self.sleep_unless_cancelled(token), self.look(token));
        let end = self.end_cancelled();
        quote! {
            let #cancelled;
            {
                #borrowed
                #cancelled = if #delay.lasts() { #waited } else { #look };
            }
            if #cancelled { #end }
        }
    }

    /// Waits as long as `delay` says, or until the call is cancelled.
    pub(super) fn sleep(&self) -> TokenStream {
        if let Some(token) = &self.plan.time.cancel {
            let borrowed = borrowed(&local("token"), Some(token));
            let waited = self.sleep_unless_cancelled(token);
            return quote!({ #borrowed let _ = #waited; });
        }
        let Self { plan, awaited, constants: Constants { site, .. } } = self;
        let krate = &plan.krate;
        let delay = local("delay");
        let wait = match &plan.sleep {
            Some(path) if awaited.is_empty() => sleep_blocking(path),
            Some(path) => {
                let ends = Ends::of(path);
                let (slept, awaited) = (sleep(path), ends.show(awaited));
                quote_spanned!(ends.mixed()=> #slept #awaited;)
            }
            None if awaited.is_empty() => quote!(#krate::__private::blocking(#delay, #site);),
            None => quote!(#krate::__private::asynchronous(#delay).await;),
        };
        quote!(if #delay.lasts() { #wait })
    }

    /// Waits as long as `delay` says, or until the call is cancelled; gives whether it was.
    fn sleep_unless_cancelled(&self, token: &TokenStream) -> TokenStream {
        let Self { plan, awaited, constants: Constants { site, .. } } = self;
        let krate = &plan.krate;
        let delay = local("delay");
        let ends = Ends::of(token);
        let name = ends.show(local("token"));
        let call = |name: TokenStream| ends.show(quote!(#krate::__private::#name));
        let (unless, look) = (call(quote!(unless)), self.look(token));
        match &plan.sleep {
            // It cannot be woken: the call ends when it returns.
            Some(path) if awaited.is_empty() => {
                let slept = sleep_blocking(path);
                quote!(#look || { #slept #look })
            }
            Some(path) => {
                let slept = sleep(path);
                let future = quote_spanned! {Ends::of(path).mixed()=>
                    ::core::future::IntoFuture::into_future(#slept)
                };
                quote_spanned!(ends.mixed()=> #unless(#name, #future).await)
            }
            None if awaited.is_empty() => {
                let unless = call(quote!(blocking_unless));
                quote_spanned!(ends.mixed()=> #unless(#name, #delay, #site))
            }
            None => {
                let timer = ends.show(quote!(#krate::__private::asynchronous(#delay)));
                quote_spanned!(ends.mixed()=> #unless(#name, #timer).await)
            }
        }
    }

    /// Ends the call if it was cancelled while `before_retry` ran.
    pub(super) fn end_if_cancelled(&self) -> Option<TokenStream> {
        let token = self.plan.time.cancel.as_ref()?;
        let (cancelled, borrowed) = (local("cancelled"), borrowed(&local("token"), Some(token)));
        let (look, end) = (self.look(token), self.end_cancelled());
        Some(quote!(let #cancelled = { #borrowed #look }; if #cancelled { #end }))
    }

    fn end_cancelled(&self) -> TokenStream {
        let krate = &self.plan.krate;
        self.end_waiting(&quote!(#krate::StopReason::Cancelled))
    }

    /// Ends the call with the last outcome.
    pub(super) fn end_waiting(&self, reason: &TokenStream) -> TokenStream {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let krate = &plan.krate;
        let (retry, kept, outcome, error) = (local("retry"), local("kept"), local("outcome"), local("error"));
        let (some, none) = (quote!(::core::option::Option::Some), quote!(::core::option::Option::None));
        let (ok, err) = (quote!(::core::result::Result::Ok), quote!(::core::result::Result::Err));
        let is_described = described(krate, &error);
        let turned_down = quote!(#krate::__private::Described::VALUE_TURNED_DOWN);
        let arms = if self.keeps_values() {
            quote!(#some(#err(#error)) => #is_described, #some(#ok(_)) => #turned_down,)
        } else {
            quote!(#some(#error) => #is_described,)
        };
        let last = self.kept_as_outcome(&quote!(#kept.take()));
        let error = quote!(#outcome.as_ref().and_then(|#outcome| #outcome.as_ref().err()));
        let on_give_up = self.tell(plan.on_give_up.as_ref(), &error);
        let (declare_told, bounds) =
            (self.declare_told(), self.heard(quote!(#krate::__private::Bounds::NONE)));
        let given = if plan.wrap_error {
            self.give_up_any()
        } else {
            // Every wait follows an outcome.
            let given = self.give_up(&quote!(#outcome));
            quote!(if let #some(#outcome) = #outcome { #given })
        };
        let error_type = self.error_type();
        quote! {
            #[allow(unused_imports)]
            use #krate::__private::{JudgeAny as _, Show as _};
            #declare_told
            #retry.over(#site, #reason, #bounds, match &#kept {
                #arms
                #none => #krate::__private::Described::NO_OUTCOME,
            });
            let #outcome: ::core::option::Option<::core::result::Result<_, #error_type>> = #last;
            #on_give_up
            #given
        }
    }
}

/// The call of a sleeper.
fn sleep(path: &TokenStream) -> TokenStream {
    let delay = local("delay");
    let ends = Ends::of(path);
    let duration = ends.show(quote!(#delay.duration()));
    quote_spanned!(ends.mixed()=> #path(#duration))
}

/// A future that nobody awaits is no `()`.
fn sleep_blocking(path: &TokenStream) -> TokenStream {
    let slept = sleep(path);
    quote_spanned!(Ends::of(path).mixed()=> let _: () = #slept;)
}
