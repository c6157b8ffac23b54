//! The spans of a call and of its attempts: what runs in which. The local `span` is that of the innermost.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::{attempt::Turn, ends::Ends, local, policy::Constants, shape::never_returned};
use crate::{returns, shape::Kind};

impl Turn<'_> {
    /// The loop within the span of the call. In an async function a block of its own, which is entered at each poll.
    pub(super) fn in_span(&self, repeat: TokenStream) -> TokenStream {
        let Self { plan, constants: Constants { site, .. }, .. } = self;
        let Some(spans) = &plan.span else { return repeat };
        let (krate, span, tracing) = (&plan.krate, local("span"), local("tracing"));
        let of_requests = spans.are_of_requests.then(|| quote!(.of_requests()));
        // Passed at the key, where it is reported if it is off.
        let feature = Ends::at(spans.place).show(&tracing);
        let start = quote! {
            let #tracing = #krate::__private::Tracing;
            let #span = &#krate::__private::CallSpan::start(#site, #feature) #of_requests;
        };
        if plan.shape.is_async() {
            let fixed = never_returned(&returns::inferred(&plan.shape.outcome), &TokenStream::new());
            quote!(#start #span.around(async move { #fixed #repeat }).await)
        } else {
            let entered = entered();
            quote!(#start let #entered = #span.enter(); #repeat)
        }
    }

    /// `let span = ..;` for the attempt that begins.
    pub(super) fn attempt_span(&self) -> Option<TokenStream> {
        self.plan.span.as_ref()?;
        let (span, retry, begun) = (local("span"), local("retry"), local("begun"));
        Some(if self.plan.time.has_deadline() {
            quote!(let #span = #span.attempt_if(&#retry, #begun.is_ok());)
        } else {
            quote!(let #span = #span.attempt(&#retry);)
        })
    }

    /// Enters the attempt's span where the attempt does not suspend.
    pub(super) fn enter_attempt(&self) -> TokenStream {
        if self.plan.span.is_none() || !matches!(self.plan.shape.kind, Kind::Blocking) {
            return TokenStream::new();
        }
        let (span, entered) = (local("span"), entered());
        quote!(let #entered = #span.enter();)
    }

    /// The future of an attempt within its span.
    pub(super) fn attempt_in_span(&self, attempt: &TokenStream) -> TokenStream {
        let span = local("span");
        if self.plan.span.is_some() { quote!(#span.around(#attempt)) } else { attempt.clone() }
    }

    /// The function that builds an attempt's future, within its span.
    pub(super) fn build(&self) -> TokenStream {
        let (krate, span) = (&self.plan.krate, local("span"));
        if self.plan.span.is_some() { quote!(#span.build) } else { quote!(#krate::__private::build) }
    }

    /// `bounds`, and the spans in which the event is recorded.
    pub(super) fn traced(&self, bounds: TokenStream) -> TokenStream {
        let span = local("span");
        if self.plan.span.is_some() { quote!(#bounds.traced_in(#span.spans())) } else { bounds }
    }

    /// The event of a success, recorded.
    pub(super) fn recorded(&self, event: TokenStream) -> TokenStream {
        let span = local("span");
        if self.plan.span.is_some() { quote!(#span.succeeded(#event)) } else { event }
    }
}

/// A guard that nobody reads.
fn entered() -> Ident {
    Ident::new("_entered", Span::mixed_site())
}
