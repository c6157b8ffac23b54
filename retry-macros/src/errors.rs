//! All errors of one macro call, reported together, each at its own token.

use proc_macro2::TokenStream;
use quote::ToTokens;
pub(crate) use retry_rules::names::{nearest, unknown};

/// Collects errors. In tests, one that is dropped unread panics.
#[derive(Default)]
pub(crate) struct Errors {
    found: Vec<syn::Error>,
    #[cfg(test)]
    read: bool,
}

impl Errors {
    /// An error at `tokens`: the fault, then the fix.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.found.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        self.found.push(error);
    }

    /// `None` and the error on record, or the value.
    pub(crate) fn ok<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(crate) fn count(&self) -> usize {
        self.found.len()
    }

    /// Forgets what is reported elsewhere.
    pub(crate) fn ignore(self) {
        let _ = self.into_compile_errors();
    }

    /// `compile_error!`s for all that was found.
    #[cfg_attr(not(test), expect(unused_mut, reason = "a mark for tests"))]
    pub(crate) fn into_compile_errors(mut self) -> TokenStream {
        #[cfg(test)]
        {
            self.read = true;
        }
        self.found.iter().map(syn::Error::to_compile_error).collect()
    }

    /// The messages, in order.
    #[cfg(test)]
    pub(crate) fn into_messages(mut self) -> Vec<String> {
        self.read = true;
        self.found.iter().map(ToString::to_string).collect()
    }
}

#[cfg(test)]
impl Drop for Errors {
    fn drop(&mut self) {
        let unread = !self.read && !self.found.is_empty();
        assert!(!unread || std::thread::panicking(), "errors dropped unread: {:?}", self.found);
    }
}
