//! Attempts and calls whose time is limited: where it starts, and what becomes of an attempt that is dropped.

use proc_macro2::{Delimiter, Group, Ident, TokenStream};
use quote::{quote, quote_spanned};

use super::{
    attempt::Turn,
    ends::Ends,
    local,
    policy::{Constants, generics_of, names_generics},
};
use crate::{
    plan::Plan,
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

/// A limit as an expression, if it is the same in every instance of a generic function.
pub(super) fn known(plan: &Plan, limit: &Limit) -> Option<TokenStream> {
    let is_known = matches!(limit.value, Given::Known(_)) || is_item(plan, limit);
    is_known.then(|| value(plan, limit))
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
        let attempt = self.attempt_in_span(&self.nested(attempt));
        if !time.limits_attempts() {
            return quote!(#attempt.await);
        }
        let site = &self.constants.site;
        let limit = match &time.attempt_timeout {
            Some(timeout) if !time.has_deadline() => {
                let timeout = value(self.plan, timeout);
                let retry = local("retry");
                quote!(#retry.attempt_limit(#site, #timeout))
            }
            _ => {
                let limit = local("limit");
                quote!(#limit)
            }
        };
        self.within(&attempt, &limit)
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

    /// Whether the deadline may pass before an attempt begins.
    fn may_not_begin(&self) -> bool {
        self.plan.time.has_deadline()
            && (self.plan.before_retry.is_some() || self.plan.guards.adaptive.is_some())
    }

    /// `let mut ready = Ok(());`, which says whether there is time to begin.
    pub(super) fn declare_ready(&self) -> Option<TokenStream> {
        let (krate, ready) = (&self.plan.krate, local("ready"));
        self.may_not_begin().then(|| {
            quote! {
                let mut #ready: ::core::result::Result<(), #krate::Elapsed> = ::core::result::Result::Ok(());
            }
        })
    }

    /// `before_retry` within the deadline: `prepare` settles its `answer`; `ready` says whether there was one.
    pub(super) fn prepare_within(&self, run: &TokenStream, prepare: &TokenStream) -> TokenStream {
        let Constants { site, .. } = self.constants;
        let (retry, deadline, limit) = (local("retry"), local("deadline"), local("limit"));
        let (ready, answer, elapsed) = (local("ready"), local("answer"), local("elapsed"));
        let (ok, err) = (quote!(::core::result::Result::Ok), quote!(::core::result::Result::Err));
        let within = self.within(&quote!(::core::future::IntoFuture::into_future(#run)), &quote!(#limit));
        quote! {
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

    /// `let begun = ..;`: how long the attempt may take where the call has a deadline, or why it is not made.
    pub(super) fn begun(&self) -> Option<TokenStream> {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        if !plan.time.has_deadline() {
            return None;
        }
        let (retry, deadline, begun, ready) =
            (local("retry"), local("deadline"), local("begun"), local("ready"));
        let timeout = plan.time.attempt_timeout.as_ref().map_or_else(longest, |limit| value(plan, limit));
        let limit = quote!(#retry.limit(#site, #deadline, #timeout));
        let limit = if self.may_not_begin() { quote!(#ready.and_then(|()| #limit)) } else { limit };
        Some(quote!(let #begun = #limit;))
    }

    /// Makes an attempt within its limit and settles how it ended.
    pub(super) fn limited(&self, setup: &TokenStream, attempt: &TokenStream) -> TokenStream {
        let (ended, elapsed, outcome) = (local("ended"), local("elapsed"), local("outcome"));
        let (limit, begun) = (local("limit"), local("begun"));
        let (ok, err) = (quote!(::core::result::Result::Ok), quote!(::core::result::Result::Err));
        let clones = self.clones();
        let made = quote!({ #clones #setup let #ended = #attempt; #ended });
        let made = if self.plan.time.has_deadline() {
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
}

/// As long as any call.
fn longest() -> TokenStream {
    quote!(::core::time::Duration::MAX)
}
