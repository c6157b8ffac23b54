//! All errors of one macro call, reported together, each at its own token.

use proc_macro2::TokenStream;
use quote::ToTokens;

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

/// "unknown `what`, did you mean `nearest`?", or the whole list.
pub(crate) fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let all = known.clone().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match nearest(name, known) {
        Some(near) => format!("unknown {what} `{name}`: did you mean `{near}`?\nknown are {all}"),
        None => format!("unknown {what} `{name}`\nknown are {all}"),
    }
}

/// The known name that takes the fewest edits, if it takes few, else one that `name` begins.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let limit = (name.len() / 3).max(1);
    known
        .clone()
        .map(|candidate| (edits(name, candidate), candidate))
        .filter(|(edits, _)| *edits <= limit)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
        .or_else(|| {
            known
                .filter(|candidate| name.len() > 1 && candidate.starts_with(name))
                .min_by_key(|candidate| candidate.len())
        })
}

/// How many insertions, deletions, replacements and swaps of neighbours turn one name into the other
/// (Damerau and Levenshtein's distance, no part edited twice).
fn edits(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut before = Vec::new();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let mut least = (row[j] + usize::from(a != b)).min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                least = least.min(before[j - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_the_rest_listed() {
        let known = ["max_attempts", "max_delay"].into_iter();
        let message = unknown("key", "max_atempts", known.clone());
        assert!(message.starts_with("unknown key `max_atempts`: did you mean `max_attempts`?"));
        assert!(message.ends_with("known are `max_attempts`, `max_delay`"));
        assert!(!unknown("key", "colour", known.clone()).contains("did you mean"));
        assert_eq!(nearest("max_at", known.clone()), Some("max_attempts"));
        assert_eq!(nearest("m", known), None);
    }

    #[test]
    fn edits_are_counted() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("abc", ""), 3);
        assert_eq!(edits("wiht", "with"), 1);
        assert_eq!(edits("same", "same"), 0);
    }
}
