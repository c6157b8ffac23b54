//! How a call asks for its idempotency key before its first attempt, and says what became of it.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{attempt::Turn, ends::Ends, guard::borrowed, label, local, policy::Constants};
use crate::plan::Plan;

impl Plan {
    /// Whether a conflict is certainly an error of the function's own.
    pub(super) fn has_own_conflict(&self) -> bool {
        !self.wrap_error || self.idempotency.as_ref().is_some_and(|key| key.conflict_error.is_some())
    }
}

impl Turn<'_> {
    /// `repeat`, by a call that has its key; what it leaves behind is the value.
    pub(super) fn once_per_key(
        &self,
        counted: Option<&TokenStream>,
        repeat: &TokenStream,
    ) -> Option<TokenStream> {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let idempotency = plan.idempotency.as_ref()?;
        let krate = &plan.krate;
        let (key, claiming, claim, value) = (local("key"), local("claiming"), local("claim"), local("value"));
        let text = Ends::of(&idempotency.key).show(quote!(#krate::__private::key_text));
        let given = &idempotency.key;
        let text = quote_spanned!(Ends::of(given).mixed()=> #text(&(#given)));
        let start = quote!(#krate::__private::Claiming::start(#site, &#key));
        let start = Ends::at(idempotency.place).show(start);
        let claimed = self.claimed();
        let keyed = label("'keyed");
        let repeat = match self.fall_back() {
            None => quote!(#claimed #counted #repeat),
            Some(answer) => {
                let (call, error) = (label("'call"), local("error"));
                quote!(let #error = #call: { #claimed #counted #repeat }; return #answer;)
            }
        };
        let finish = if plan.shape.is_async() { quote!(finish().await) } else { quote!(finish_blocking()) };
        let given = self.given(&quote!(::core::result::Result::Ok(#value)));
        Some(quote! {
            let #key = #text;
            let mut #claiming = #start;
            let mut #claim;
            let #value = #keyed: { #repeat };
            #claim.#finish;
            #given
        })
    }

    /// Asks until the key is the call's, or ends the call.
    fn claimed(&self) -> TokenStream {
        let Self { plan, awaited, constants: Constants { site, .. } } = self;
        let krate = &plan.krate;
        let (retry, claiming, claim) = (local("retry"), local("claiming"), local("claim"));
        let (value, delay, conflict) = (local("value"), local("delay"), local("conflict"));
        let asked = if awaited.is_empty() {
            quote!(ask_blocking(#site, #retry))
        } else if plan.time.has_deadline() {
            let deadline = local("deadline");
            quote!(ask(#site, #retry, ::core::option::Option::Some(#deadline)).await)
        } else {
            quote!(ask(#site, #retry, ::core::option::Option::None).await)
        };
        let stored = self.given(&quote!(::core::result::Result::Ok(#value)));
        let (wait, read_policy) = (self.sleep(), self.read_policy());
        let ended = self.conflicted();
        let cancelled = plan.time.cancel.as_ref().map(|token| {
            let (borrowed, cancelled) = (borrowed(&local("token"), Some(token)), local("cancelled"));
            let look = self.look(token);
            quote! {
                let #cancelled = { #borrowed #look };
                if #cancelled {
                    let #conflict = #claiming.cancelled(#site);
                    let _ = { #ended };
                }
            }
        });
        quote! {
            #read_policy
            #claim = loop {
                match #claiming.#asked {
                    #krate::__private::Asked::Run(#claim) => break #claim,
                    #krate::__private::Asked::Wait(#delay) => { #wait #cancelled }
                    #krate::__private::Asked::Stored(#value) => return #stored,
                    #krate::__private::Asked::Conflict(#conflict) => { let _ = { #ended }; }
                }
            };
        }
    }

    /// Notes the value that the local `value` refers to: first of all, for a hook may panic.
    pub(super) fn record(&self) -> Option<TokenStream> {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        plan.idempotency.as_ref()?;
        let (retry, claim, value) = (local("retry"), local("claim"), local("value"));
        Some(quote!(#claim.record(#site, #retry, #value);))
    }

    /// Leaves the loop with that value, which `returned` holds.
    pub(super) fn end_with_key(&self, returned: &TokenStream) -> Option<TokenStream> {
        self.plan.idempotency.as_ref()?;
        let (value, outcome, keyed, last) =
            (local("value"), local("outcome"), label("'keyed"), local("last"));
        if !self.plan.shape.is_async() {
            return Some(quote!(break #keyed #last;));
        }
        let given = self.given(&quote!(#outcome));
        Some(quote! {
            match #returned {
                ::core::result::Result::Ok(#value) => break #keyed #value,
                #outcome => return #given,
            }
        })
    }

    /// What the body and `before_retry` may know of an attempt.
    pub(super) fn context(&self) -> TokenStream {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let (retry, key) = (local("retry"), local("key"));
        let keyed = plan.idempotency.is_some().then(|| quote!(.with_idempotency_key(&#key)));
        quote!(#retry.context(#site) #keyed)
    }
}
