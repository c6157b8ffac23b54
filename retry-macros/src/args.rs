//! The attribute's arguments as written, each with its place. Parsing goes on after an error, so that
//! all of them are reported in one build.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use retry_rules::presets;
use syn::{
    Expr, ExprLit, Ident, Lit, Path, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

use crate::{
    errors::{Errors, unknown},
    keys::{self, Key},
};

/// What stands beside a key.
pub(crate) enum Value {
    /// Nothing: `wrap_error`.
    Flag,
    /// `= expression`.
    Expr(Box<Expr>),
    /// `(a, b)`, not looked into.
    List(Group),
}

/// One argument.
pub(crate) struct Arg {
    pub(crate) key: Key,
    pub(crate) name: Ident,
    pub(crate) value: Value,
}

/// All arguments, in the order written, each key at most once.
#[derive(Default)]
pub(crate) struct Args {
    /// The bare first word: `#[retry(aggressive)]`.
    pub(crate) policy: Option<Path>,
    args: Vec<Arg>,
}

impl Args {
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let parse = |input: ParseStream<'_>| {
            args.parse_all(input, errors);
            Ok(())
        };
        let result = parse.parse2(tokens);
        errors.ok(result);
        args
    }

    pub(crate) fn get(&self, key: Key) -> Option<&Arg> {
        self.args.iter().find(|arg| arg.key == key)
    }

    /// The expression beside `key`; a key without one is an error.
    pub(crate) fn expr(&self, key: Key, errors: &mut Errors) -> Option<&Expr> {
        let arg = self.get(key)?;
        match &arg.value {
            Value::Expr(expr) => Some(ungrouped(expr)),
            Value::Flag => {
                let entry = key.entry();
                errors.at(&arg.name, format!("`{}` needs a value: write `{}`", entry.name, entry.usage));
                None
            }
            Value::List(list) => {
                let entry = key.entry();
                errors
                    .at(list, format!("`{}` takes its value after `=`: write `{}`", entry.name, entry.usage));
                None
            }
        }
    }

    /// Where to report a fault of `key`, if it is given: at its value, else at its name.
    pub(crate) fn place(&self, key: Key) -> Option<TokenStream> {
        let arg = self.get(key)?;
        Some(match &arg.value {
            Value::Expr(expr) => expr.to_token_stream(),
            Value::Flag | Value::List(_) => arg.name.to_token_stream(),
        })
    }

    /// What the word `true` or `false` beside `key` says.
    pub(crate) fn switch(&self, key: Key, errors: &mut Errors) -> Option<bool> {
        let arg = self.get(key)?;
        if let Value::Expr(expr) = &arg.value {
            if let Expr::Lit(ExprLit { lit: Lit::Bool(word), .. }) = ungrouped(expr) {
                return Some(word.value);
            }
        }
        let entry = key.entry();
        errors.at(
            self.place(key),
            format!("`{}` takes `true` or `false`: write `{}`", entry.name, entry.usage),
        );
        None
    }

    fn parse_all(&mut self, input: ParseStream<'_>, errors: &mut Errors) {
        let mut first = true;
        while !input.is_empty() {
            if first && is_bare_path(input) {
                self.policy = errors.ok(input.call(Path::parse_mod_style));
            } else {
                self.parse_one(input, errors);
            }
            first = false;
            end_argument(input, errors);
        }
    }

    fn parse_one(&mut self, input: ParseStream<'_>, errors: &mut Errors) {
        let Ok(name) = input.call(Ident::parse_any) else {
            errors.push(input.error("expected a key, as in `max_attempts = 5`"));
            return skip_to_comma(input);
        };
        let usage = Key::named(&name.to_string()).map(|key| key.entry().usage);
        let Some(value) = parse_value(input, &name, usage, errors) else {
            return skip_to_comma(input);
        };
        match Key::named(&name.to_string()) {
            Some(key) => self.add(Arg { key, name, value }, errors),
            None => errors.at(&name, unknown_key(&name.to_string(), &value)),
        }
    }

    fn add(&mut self, arg: Arg, errors: &mut Errors) {
        let name = arg.key.entry().name;
        if arg.key == Key::Policy && self.policy.is_some() {
            errors.at(
                &arg.name,
                "the policy is named twice, as the first word and as `policy = ..`: remove one",
            );
        } else if self.get(arg.key).is_some() {
            errors.at(&arg.name, format!("`{name}` is given twice: remove one"));
        } else {
            self.args.push(arg);
        }
    }
}

/// The expression without the invisible groups that `macro_rules!` fragments bring.
pub(crate) fn ungrouped(mut expr: &Expr) -> &Expr {
    while let Expr::Group(group) = expr {
        expr = &group.expr;
    }
    expr
}

/// Whether the first argument is the name of a policy and no key.
fn is_bare_path(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let Ok(path) = ahead.call(Path::parse_mod_style) else { return false };
    let is_key = path.get_ident().is_some_and(|name| Key::named(&name.to_string()).is_some());
    !is_key && (ahead.is_empty() || ahead.peek(Token![,]))
}

fn unknown_key(name: &str, value: &Value) -> String {
    let is_policy = presets::find(name).is_some() || name.starts_with(char::is_uppercase);
    if is_policy && matches!(value, Value::Flag) {
        return format!("`{name}` is no key: a policy is the first word, or write `policy = {name}`");
    }
    if let Some(known) = keys::synonym(name).map(Key::entry) {
        let retries = if name.ends_with("retries") { ", which counts the first call too" } else { "" };
        return format!(
            "unknown key `{name}`: here it is `{}`{retries}, as in `{}`",
            known.name, known.usage
        );
    }
    unknown("key", name, keys::names())
}

/// What stands beside the key `name`; `usage` says how to write it.
pub(crate) fn parse_value(
    input: ParseStream<'_>,
    name: &Ident,
    usage: Option<&str>,
    errors: &mut Errors,
) -> Option<Value> {
    if input.peek(syn::token::Paren) {
        return errors.ok(input.parse().map(Value::List));
    }
    if !input.peek(Token![=]) {
        return Some(Value::Flag);
    }
    let Ok(equals) = input.parse::<Token![=]>() else { return Some(Value::Flag) };
    if input.is_empty() || input.peek(Token![,]) {
        let fix = usage.map(|usage| format!(": write `{usage}`")).unwrap_or_default();
        errors.at(equals, format!("the value of `{name}` is missing{fix}"));
        return None;
    }
    let start = input.fork();
    let error = match input.parse() {
        Ok(expr) => return Some(Value::Expr(Box::new(expr))),
        Err(error) => error,
    };
    match start.parse::<TokenStream>() {
        // At the end there is no token to report it at.
        Ok(value) if input.is_empty() => {
            errors.at(value, format!("the value of `{name}` is not complete: {error}"));
        }
        _ => errors.push(error),
    }
    None
}

/// An argument ends with a comma or with the attribute.
pub(crate) fn end_argument(input: ParseStream<'_>, errors: &mut Errors) {
    if !input.is_empty() && !input.peek(Token![,]) {
        errors.push(input.error("expected `,` between arguments"));
        skip_to_comma(input);
    }
    // At the end there is none.
    let _ = input.parse::<Token![,]>();
}

pub(crate) fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn messages(tokens: TokenStream) -> Vec<String> {
        let mut errors = Errors::default();
        Args::parse(tokens, &mut errors);
        errors.into_messages()
    }

    #[test]
    fn keys_flags_lists_and_a_first_word_are_read() {
        let mut errors = Errors::default();
        let args = Args::parse(
            quote!(aggressive, filter = |e: &E| e.is::<A, B>(), wrap_error, clone(self, a), max_attempts = 5,),
            &mut errors,
        );
        assert_eq!(errors.into_messages(), [] as [String; 0]);
        assert!(args.policy.is_some_and(|path| path.is_ident("aggressive")));
        assert!(args.args.iter().map(|arg| arg.key).eq([
            Key::Filter,
            Key::WrapError,
            Key::Clone,
            Key::MaxAttempts
        ]));
    }

    #[test]
    fn every_error_is_reported_and_the_rest_still_read() {
        let found = messages(quote!(max_atempts = 3, 5, max_delay = , jitter 0.5, wrap_error, wrap_error));
        assert_eq!(found.len(), 5, "{found:#?}");
        assert!(found[0].contains("did you mean `max_attempts`"));
        assert!(found[1].contains("expected a key"));
        assert!(found[2].contains("the value of `max_delay` is missing: write `max_delay = \"10s\"`"));
        assert!(found[3].contains("expected `,`"));
        assert!(found[4].contains("`wrap_error` is given twice"));
    }

    #[test]
    fn names_from_elsewhere_are_translated() {
        let found = messages(quote!(max_retries = 3));
        assert!(found[0].contains("here it is `max_attempts`, which counts the first call too"), "{found:?}");
    }
}
