//! The place of the attempts in the body: the body itself, or a block inside what another attribute
//! wrote. Found by tokens, so that the user's code is not parsed.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// A block of the body.
#[derive(Clone)]
pub(crate) struct Place {
    /// Which token to enter, level by level.
    path: Vec<usize>,
    pub(crate) block: Group,
}

impl Place {
    /// The body itself.
    pub(crate) fn whole(body: &Group) -> Self {
        Self { path: Vec::new(), block: body.clone() }
    }

    fn enter(&self, index: usize, block: &Group) -> Self {
        let path = self.path.iter().copied().chain([index]).collect();
        Self { path, block: block.clone() }
    }

    fn tokens(&self) -> Vec<TokenTree> {
        self.block.stream().into_iter().collect()
    }

    /// The block of `{ async move { .. } }`.
    pub(crate) fn async_block(&self) -> Option<Self> {
        self.async_move_at(0).filter(|_| self.tokens().len() == 3)
    }

    /// The block of `{ Box::pin(async move { .. }) }`.
    pub(crate) fn pinned_block(&self) -> Option<Self> {
        let tokens = self.tokens();
        let (last, path) = tokens.split_last()?;
        let TokenTree::Group(call) = last else { return None };
        let words: Vec<String> = path.iter().map(ToString::to_string).filter(|word| word != ":").collect();
        let is_box_pin = words.iter().rev().take(2).eq(["pin", "Box"])
            && words.iter().all(|word| matches!(word.as_str(), "std" | "alloc" | "boxed" | "Box" | "pin"));
        (is_box_pin && call.delimiter() == Delimiter::Parenthesis)
            .then(|| self.enter(path.len(), call))
            .and_then(|argument| argument.async_block())
    }

    /// The user's block inside what `#[tracing::instrument]` wrote, so that its span, and its report of the
    /// outcome, are those of the whole call.
    pub(crate) fn inside_instrument(self) -> Self {
        self.behind_fake_return().or_else(|| self.instrumented_future()).unwrap_or(self)
    }

    /// In a function whose return type it knows, instrument writes the block behind a statement that only
    /// fixes that type.
    fn behind_fake_return(&self) -> Option<Self> {
        let tokens = self.tokens();
        if ends_fake_return(&tokens) {
            return match tokens.last() {
                Some(TokenTree::Group(block)) => Some(self.enter(tokens.len() - 1, block)),
                _ => None,
            };
        }
        tokens.iter().enumerate().find_map(|(i, token)| match token {
            TokenTree::Group(group) => self.enter(i, group).behind_fake_return(),
            _ => None,
        })
    }

    /// In the block of a function that returns a future: `let __tracing_instrument_future = async move ..`.
    fn instrumented_future(&self) -> Option<Self> {
        let tokens = self.tokens();
        let start = tokens.iter().position(|token| is_word(token, "__tracing_instrument_future"))?;
        let future = self.async_move_at(start + 2)?;
        // With `err` or `ret` the block is awaited once more, and the outcome reported.
        Some(future.reported_block().unwrap_or(future))
    }

    /// `match async move { .. }.await { .. }` or `let x = async move { .. }.await; ..`, with an event.
    fn reported_block(&self) -> Option<Self> {
        let tokens = self.tokens();
        let start = if is_word(tokens.first()?, "match") { 1 } else { 3 };
        let block = self.async_move_at(start)?;
        mentions(tokens.into_iter().skip(start + 3), "tracing").then_some(block)
    }

    fn async_move_at(&self, index: usize) -> Option<Self> {
        match self.tokens().get(index..index + 3)? {
            [first, second, TokenTree::Group(block)]
                if is_word(first, "async")
                    && is_word(second, "move")
                    && block.delimiter() == Delimiter::Brace =>
            {
                Some(self.enter(index + 2, block))
            }
            _ => None,
        }
    }

    /// Whether something in the block may leave the function, or a loop around the block: `?`, `return`,
    /// `break`, `continue`, or a macro, in which they may hide. Rather once too often than once too seldom.
    pub(crate) fn may_leave(&self) -> bool {
        may_leave(self.block.stream())
    }

    /// The contents of `body` with those of this place replaced.
    pub(crate) fn fill(&self, body: &Group, contents: TokenStream) -> TokenStream {
        fill(body, &self.path, contents)
    }
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

fn may_leave(tokens: TokenStream) -> bool {
    let mut after_word = false;
    let mut after_bang = false;
    let mut after_hash = false;
    tokens.into_iter().any(|token| {
        // `name! { .. }`, `name!(..)` and `macro_rules! name`, but not `a != b`.
        let is_macro = after_bang && !matches!(token, TokenTree::Punct(_));
        let is_bang = is_punct(&token, '!');
        // An inner attribute needs a block that is the body of something.
        let is_inner_attribute = after_hash && is_bang;
        after_bang = after_word && is_bang;
        after_hash = is_punct(&token, '#');
        // A path that a macro was given, `$path!(..)`, comes in a group without delimiters.
        after_word = match &token {
            TokenTree::Ident(_) => true,
            TokenTree::Group(group) => group.delimiter() == Delimiter::None,
            _ => false,
        };
        is_macro
            || is_inner_attribute
            || match token {
                TokenTree::Punct(punct) => punct.as_char() == '?',
                TokenTree::Ident(word) => LEAVES.iter().any(|leaves| word == leaves),
                TokenTree::Group(group) => may_leave(group.stream()),
                TokenTree::Literal(_) => false,
            }
    })
}

fn is_punct(token: &TokenTree, punct: char) -> bool {
    matches!(token, TokenTree::Punct(found) if found.as_char() == punct)
}

/// What leaves a function or a loop, and what Rust keeps for that.
const LEAVES: [&str; 6] = ["return", "break", "continue", "become", "yield", "try"];

fn mentions(tokens: impl IntoIterator<Item = TokenTree>, word: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), word),
        other => is_word(&other, word),
    })
}

/// Whether the block is instrument's statement and then the user's block.
fn ends_fake_return(tokens: &[TokenTree]) -> bool {
    let [before @ .., TokenTree::Group(statement), TokenTree::Group(last)] = tokens else { return false };
    before.iter().any(|token| is_word(token, "if"))
        && last.delimiter() == Delimiter::Brace
        && statement.stream().into_iter().any(|token| is_word(&token, "__tracing_attr_fake_return"))
}

fn fill(group: &Group, path: &[usize], contents: TokenStream) -> TokenStream {
    let Some((index, rest)) = path.split_first() else { return contents };
    let mut contents = Some(contents);
    group
        .stream()
        .into_iter()
        .enumerate()
        .map(|(i, token)| match token {
            TokenTree::Group(inner) if i == *index => {
                let mut filled =
                    Group::new(inner.delimiter(), fill(&inner, rest, contents.take().unwrap_or_default()));
                filled.set_span(inner.span());
                TokenTree::Group(filled)
            }
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(body: &str) -> bool {
        let tokens = body.parse().expect("tokens");
        Place::whole(&Group::new(Delimiter::Brace, tokens)).may_leave()
    }

    #[test]
    fn what_leaves_the_function_or_a_loop_is_found_however_deep() {
        for body in [
            "fetch(url).await?.text()",
            "if url.is_empty() { return Ok(1); } fetch(url).await",
            "loop { break fetch(url).await }",
            "for part in parts { if part.is_empty() { continue; } } Ok(1)",
            "Ok(vec![1])",
            "anyhow::bail!{\"no\"}",
            "macro_rules! early { () => {} } Ok(1)",
            "map(|part| [(part?, 1)])",
            "#![allow(unused)] Ok(1)",
        ] {
            assert!(leaves(body), "{body}");
        }
    }

    #[test]
    fn a_macro_called_through_a_fragment_is_one() {
        let path = TokenTree::Group(Group::new(Delimiter::None, "check".parse().expect("tokens")));
        let call: TokenStream = "!(fetch(url).await); Ok(1)".parse().expect("tokens");
        let body = [path].into_iter().chain(call).collect();
        assert!(Place::whole(&Group::new(Delimiter::Brace, body)).may_leave());
    }

    #[test]
    fn a_body_that_only_ends_at_its_end_is_bare() {
        for body in [
            "fetch(url).await",
            "let client = Client { url }; if a != b && !c { client.get().await } else { Err(Failure(1)) }",
            "match fetch(url).await { Ok(reply) => Ok(reply.len()), Err(error) => Err(error.into()) }",
            "let returned = breaks.trying(); unsafe { call(returned) }",
        ] {
            assert!(!leaves(body), "{body}");
        }
    }
}
