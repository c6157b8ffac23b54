//! Attempts and calls whose time is limited: where it starts, and what becomes of an attempt that is dropped.

use proc_macro2::{Delimiter, Group, Ident, TokenStream};
use quote::{quote, quote_spanned};

use super::{
    attempt::Turn,
    ends::Ends,
    hooks::{called, ends},
    local,
    policy::{Constants, generics_of, names_generics},
};
use crate::{
    plan::{Callee, Plan},
    time::{Given, Limit},
};

/// The constants that hold limits which the macro cannot see.
pub(super) fn items(plan: &Plan) -> TokenStream {
    let limits = [&plan.time.attempt_timeout, &plan.time.deadline].into_iter().flatten();
    limits
        .filter(|limit| is_item(plan, limit))
        .map(|limit| {
            let (name, value) = (name(limit), checked(plan, limit));
            quote!(const #name: ::core::time::Duration = #value;)
        })
        .collect()
}

/// A limit as an expression.
fn value(plan: &Plan, limit: &Limit) -> TokenStream {
    match &limit.value {
        Given::Known(_) => limit.value.tokens(),
        Given::Const(_) if is_item(plan, limit) => {
            let name = name(limit);
            quote!(#name)
        }
        Given::Const(_) => {
            let value = checked(plan, limit);
            quote!(const { #value })
        }
    }
}

fn is_item(plan: &Plan, limit: &Limit) -> bool {
    matches!(limit.value, Given::Const(_)) && !names_generics(limit.value.tokens(), &generics_of(plan))
}

fn name(limit: &Limit) -> Ident {
    let key = limit.key.entry().name.to_uppercase();
    Ends::of(&limit.value.tokens()).ident(&format!("__RETRY_{key}"))
}

/// The value behind its check, whose fault const evaluation reports at the value.
fn checked(plan: &Plan, limit: &Limit) -> TokenStream {
    let krate = &plan.krate;
    let value = limit.value.tokens();
    let Ends { first, last } = Ends::of(&value);
    let check = Ident::new(limit.key.entry().name, first);
    let path = quote!(#krate::__private::check::#check).into_iter().map(|mut token| {
        token.set_span(first);
        token
    });
    let mut argument = Group::new(Delimiter::Parenthesis, value);
    argument.set_span(last);
    let path: TokenStream = path.collect();
    quote!(#path #argument)
}

impl Turn<'_> {
    /// `let (mut retry, deadline) = ..;` where the call has a deadline.
    pub(super) fn start_with_deadline(&self) -> Option<TokenStream> {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        if !plan.time.has_deadline() {
            return None;
        }
        let krate = &plan.krate;
        let (retry, deadline) = (local("retry"), local("deadline"));
        let limit = plan.time.deadline.as_ref().map_or_else(longest, |limit| value(plan, limit));
        let sooner = match &plan.time.deadline_from {
            None => quote!(::core::option::Option::None),
            Some(moment) => {
                let ends = Ends::of(moment);
                let instant = ends.show(quote!(#krate::__private::Moment::instant));
                quote_spanned!(ends.mixed()=> #instant(#moment))
            }
        };
        Some(quote!(let (mut #retry, #deadline) = #krate::__private::Retry::until(#site, #limit, #sooner);))
    }

    /// The future of an attempt, awaited: where its time is limited, no longer than that.
    pub(super) fn await_attempt(&self, attempt: &TokenStream) -> TokenStream {
        let time = &self.plan.time;
        if !time.limits_attempts() {
            return quote!(#attempt.await);
        }
        let krate = &self.plan.krate;
        let limit = match &time.attempt_timeout {
            Some(timeout) if !time.has_deadline() => {
                let timeout = value(self.plan, timeout);
                quote!(#krate::__private::Limit::attempt(#timeout))
            }
            _ => {
                let limit = local("limit");
                quote!(#limit)
            }
        };
        self.within(attempt, &limit)
    }

    fn within(&self, future: &TokenStream, limit: &TokenStream) -> TokenStream {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let krate = &plan.krate;
        let left = local("left");
        let sleeper = match &plan.sleep {
            None => quote!(#krate::__private::timer(#left, #site)),
            Some(path) => {
                let ends = Ends::of(path);
                let left = ends.show(&left);
                let sleep = quote_spanned!(ends.mixed()=> #path(#left));
                let into_future = ends.show(quote!(::core::future::IntoFuture::into_future));
                quote_spanned!(ends.mixed()=> #into_future(#sleep))
            }
        };
        quote!(#krate::__private::within(#future, #limit, |#left| #sleeper).await)
    }

    /// `before_retry` within the deadline: `prepare` settles its `answer`; `ready` says whether there was one.
    pub(super) fn prepare_within(&self, run: &TokenStream, prepare: &TokenStream) -> TokenStream {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let krate = &plan.krate;
        let (retry, deadline, limit) = (local("retry"), local("deadline"), local("limit"));
        let (ready, answer, elapsed) = (local("ready"), local("answer"), local("elapsed"));
        let (ok, err) = (quote!(::core::result::Result::Ok), quote!(::core::result::Result::Err));
        let within = self.within(&quote!(::core::future::IntoFuture::into_future(#run)), &quote!(#limit));
        quote! {
            let mut #ready: ::core::result::Result<(), #krate::Elapsed> = #ok(());
            if #retry.is_retry() {
                let #answer = match #retry.limit_of_preparation(#site, #deadline) {
                    #ok(#limit) => #within,
                    #err(#elapsed) => #err(#elapsed),
                };
                match #answer {
                    #ok(#answer) => { #prepare }
                    #err(#elapsed) => #ready = #err(#elapsed),
                }
            }
        }
    }

    /// Makes an attempt within its limit and settles how it ended.
    pub(super) fn limited(&self, setup: &TokenStream, attempt: &TokenStream) -> TokenStream {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let (retry, deadline, limit) = (local("retry"), local("deadline"), local("limit"));
        let (ended, elapsed, outcome, ready) =
            (local("ended"), local("elapsed"), local("outcome"), local("ready"));
        let (ok, err) = (quote!(::core::result::Result::Ok), quote!(::core::result::Result::Err));
        let clones = self.clones();
        let made = quote!({ #clones #setup let #ended = #attempt; #ended });
        let made = if plan.time.has_deadline() {
            let timeout = plan.time.attempt_timeout.as_ref().map_or_else(longest, |limit| value(plan, limit));
            let mut begun = quote!(#retry.limit(#site, #deadline, #timeout));
            if plan.before_retry.is_some() {
                begun = quote!(#ready.and_then(|()| #begun));
            }
            quote!(match #begun { #ok(#limit) => #made, #err(#elapsed) => #err(#elapsed) })
        } else {
            made
        };
        let settle = (!self.is_result()).then(|| {
            let settled = self.as_outcome("Outcome", "settle", &quote!(#outcome));
            quote!(let #outcome = #settled;)
        });
        let (settled, timed_out) = (self.settled(), self.timed_out());
        quote! {
            let #ended = #made;
            match #ended {
                #ok(#outcome) => { #settle #settled }
                #err(#elapsed) => { #timed_out }
            }
        }
    }

    /// What becomes of an attempt that was dropped: gives the delay, or ends the call.
    fn timed_out(&self) -> TokenStream {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let (retry, elapsed, decision) = (local("retry"), local("elapsed"), local("decision"));
        let bounds = self.bounds();
        let decide = quote!(let #decision = #retry.timed_out(#site, #bounds, &#elapsed););
        let rest = if plan.has_own_timeout() { self.as_own_error() } else { self.as_wrapped_error() };
        quote!(#decide #rest)
    }

    /// The dropped attempt is an error of the function's own.
    fn as_own_error(&self) -> TokenStream {
        let (elapsed, decision, delay) = (local("elapsed"), local("decision"), local("delay"));
        let (outcome, kept) = (local("outcome"), local("kept"));
        let (some, none) = (quote!(::core::option::Option::Some), quote!(::core::option::Option::None));
        let error_type = self.error_type();
        let mut made = self.own_timeout();
        if self.plan.time.has_deadline() {
            let krate = &self.plan.krate;
            let last = self.kept_as_outcome(&quote!(#krate::__private::last(&mut #kept, &#elapsed)));
            made = quote!(match #last { #some(#outcome) => #outcome, #none => #made });
        }
        let error = quote!(#outcome.as_ref().err());
        let on_retry = self.tell_of_timeout(self.plan.on_retry.as_ref(), &error, &quote!(#some(#delay)));
        let on_give_up = self.tell_of_timeout(self.plan.on_give_up.as_ref(), &error, &none);
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

    /// The dropped attempt may be no error of the function's own: the caller gets the last one there was.
    fn as_wrapped_error(&self) -> TokenStream {
        let krate = &self.plan.krate;
        let (elapsed, decision, delay) = (local("elapsed"), local("decision"), local("delay"));
        let (outcome, kept) = (local("outcome"), local("kept"));
        let (some, none) = (quote!(::core::option::Option::Some), quote!(::core::option::Option::None));
        let error_type = self.error_type();
        let keep = self.keep(&quote!(#outcome));
        let made = quote!(#krate::__private::Timeout::<#error_type>::of(#elapsed).error());
        let error = quote!(#outcome.as_ref().and_then(|#outcome| #outcome.as_ref().err()));
        let on_retry = self.tell_of_timeout(self.plan.on_retry.as_ref(), &error, &quote!(#some(#delay)));
        let on_give_up = self.tell_of_timeout(self.plan.on_give_up.as_ref(), &error, &none);
        let last = self.kept_as_outcome(&quote!(#kept.take()));
        let given = self.give_up_any();
        quote! {
            #[allow(unused_imports)]
            use #krate::__private::AnyTimeout as _;
            let #outcome: ::core::option::Option<::core::result::Result<_, #error_type>> =
                #made.map(::core::result::Result::Err);
            match #decision {
                #some(#delay) => {
                    #on_retry
                    if let #some(#outcome) = #outcome { #keep }
                    #delay
                }
                #none => {
                    let #outcome = #krate::__private::last_outcome(#last, #outcome, &#elapsed);
                    #on_give_up
                    #given
                }
            }
        }
    }

    /// `Err(error)`, made from what is elapsed.
    fn own_timeout(&self) -> TokenStream {
        let Plan { krate, time, .. } = self.plan;
        let elapsed = local("elapsed");
        let error_type = self.error_type();
        let Some(callee) = &time.timeout_error else {
            let from = Ends::at(time.place()).show(quote! {
                <#error_type as #krate::__private::FromElapsed>::from_elapsed
            });
            return quote!(::core::result::Result::Err(#from(#elapsed)));
        };
        let call = called(krate, callee, &quote!(timeout_error), &ends(callee).show(&elapsed));
        let error = ends(callee).ident("error");
        let expected = ends(callee).show(&error_type);
        let error = quote_spanned!(ends(callee).mixed()=> { let #error: #expected = #call; #error });
        quote!(::core::result::Result::Err(#error))
    }

    /// Calls a hook with the event of an attempt that was dropped; `error` and `delay` are options.
    fn tell_of_timeout(
        &self,
        hook: Option<&Callee>,
        error: &TokenStream,
        delay: &TokenStream,
    ) -> Option<TokenStream> {
        let Constants { site, .. } = self.constants;
        let (retry, elapsed) = (local("retry"), local("elapsed"));
        let event = quote!(#retry.event_of_timeout(#site, &#elapsed, #error, #delay));
        Some(self.tell_event(hook?, &event))
    }
}

/// As long as any call.
fn longest() -> TokenStream {
    quote!(::core::time::Duration::MAX)
}
