//! Our attributes as written. Parsing goes on after an error.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprLit, Lit, Meta, ext::IdentExt, parse::ParseStream};

use super::keys::{Key, RETRY_AFTER, RETRY_AFTER_USAGE, Word};
use crate::{
    args::{Value, end_argument, parse_value, skip_to_comma, ungrouped},
    errors::{Errors, unknown},
};

/// One of our attributes.
pub(super) enum Ours {
    Word(Word),
    Classify,
}

impl Ours {
    pub(super) fn of(attr: &Attribute) -> Option<Self> {
        let name = attr.path().get_ident()?.to_string();
        if name == "classify" { Some(Self::Classify) } else { Word::named(&name).map(Self::Word) }
    }
}

/// All `#[classify(..)]` of one place, each key at most once.
pub(super) struct Asked {
    args: Vec<(Key, Ident, Value)>,
    /// Whether something in them was reported.
    pub(super) is_faulty: bool,
}

impl Asked {
    pub(super) fn read(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let before = errors.count();
        let mut args: Vec<(Key, Ident, Value)> = Vec::new();
        for attr in attrs.iter().filter(|attr| matches!(Ours::of(attr), Some(Ours::Classify))) {
            if is_bare(attr) {
                errors.at(
                    attr,
                    "`#[classify]` says nothing: write `#[classify(source)]` or `#[classify(with = filter)]`",
                );
            }
            for (name, value) in arguments(attr, usage, errors) {
                match Key::named(&name.to_string()) {
                    None => errors.at(&name, unknown_key(&name.to_string())),
                    Some(key) if args.iter().any(|(known, ..)| *known == key) => {
                        errors.at(&name, format!("`{}` is given twice: remove one", key.name()));
                    }
                    Some(key) => args.push((key, name, value)),
                }
            }
        }
        Self { args, is_faulty: errors.count() > before }
    }

    pub(super) fn get(&self, key: Key) -> Option<(&Ident, &Value)> {
        self.args.iter().find(|(known, ..)| *known == key).map(|(_, name, value)| (name, value))
    }

    /// The keys that judge, in the order written.
    pub(super) fn judging(&self) -> impl Iterator<Item = (Key, &Ident)> {
        self.args.iter().filter(|(key, ..)| *key != Key::Crate).map(|(key, name, _)| (*key, name))
    }

    /// Where the runtime crate is found; `None` if what is said of it is wrong.
    pub(super) fn krate(&self, errors: &mut Errors) -> Option<TokenStream> {
        let Some((name, value)) = self.get(Key::Crate) else { return Some(quote!(::retry_runtime)) };
        match expression(name, value, Key::Crate.usage(), errors)? {
            Expr::Path(path) => Some(path.to_token_stream()),
            other => {
                errors.at(other, format!("`crate` takes a path: write `{}`", Key::Crate.usage()));
                None
            }
        }
    }
}

/// The expression beside a key; a key without one is an error.
pub(super) fn expression<'a>(
    name: &Ident,
    value: &'a Value,
    usage: &str,
    errors: &mut Errors,
) -> Option<&'a Expr> {
    match value {
        Value::Expr(expr) => Some(ungrouped(expr)),
        Value::Flag => {
            errors.at(name, format!("`{name}` needs a value: write `{usage}`"));
            None
        }
        Value::List(list) => {
            errors.at(list, format!("`{name}` takes its value after `=`: write `{usage}`"));
            None
        }
    }
}

/// A field as an attribute names it.
pub(super) struct Name {
    /// Without `r#`.
    pub(super) plain: String,
    pub(super) tokens: TokenStream,
}

impl Name {
    pub(super) fn read(key: &Ident, value: &Value, usage: &str, errors: &mut Errors) -> Option<Self> {
        let expr = expression(key, value, usage, errors)?;
        let plain = match expr {
            Expr::Path(path) => path.path.get_ident().map(|name| name.unraw().to_string()),
            Expr::Lit(ExprLit { lit: Lit::Int(index), .. }) if index.suffix().is_empty() => {
                Some(index.base10_digits().to_owned())
            }
            _ => None,
        };
        if plain.is_none() {
            errors.at(expr, format!("`{key}` takes the name of a field, or its index: write `{usage}`"));
        }
        Some(Self { plain: plain?, tokens: expr.to_token_stream() })
    }
}

/// The field that `retry_after` names in `#[transient(..)]` and kin.
pub(super) fn retry_after(attr: &Attribute, word: Word, errors: &mut Errors) -> Option<Name> {
    let mut found = None;
    if matches!(attr.meta, Meta::List(_)) && word == Word::Permanent {
        errors.at(attr, "`#[permanent]` takes no arguments, as no attempt follows: write `#[permanent]`");
        return None;
    }
    if is_bare(attr) && matches!(attr.meta, Meta::List(_)) {
        errors.at(
            attr,
            format!(
                "the parentheses are empty: write `#[{0}]` or `#[{0}({RETRY_AFTER_USAGE})]`",
                word.name()
            ),
        );
    }
    for (name, value) in arguments(attr, |name| (name == RETRY_AFTER).then_some(RETRY_AFTER_USAGE), errors) {
        let text = name.to_string();
        if Key::named(&text).is_some() {
            errors.at(
                &name,
                format!(
                    "`{text}` is no key of `#[{}]`: `#[classify({text} ..)]` is a mark of its own",
                    word.name()
                ),
            );
        } else if text != RETRY_AFTER {
            errors.at(
                &name,
                format!("unknown key `{text}`: `#[{}]` knows only `{RETRY_AFTER_USAGE}`", word.name()),
            );
        } else if found.is_some() {
            errors.at(&name, "`retry_after` is given twice: remove one");
        } else {
            found = Some(Name::read(&name, &value, RETRY_AFTER_USAGE, errors));
        }
    }
    found?
}

/// Whether nothing is said in it.
fn is_bare(attr: &Attribute) -> bool {
    match &attr.meta {
        Meta::Path(_) => true,
        Meta::List(list) => list.tokens.is_empty(),
        Meta::NameValue(_) => false,
    }
}

fn arguments(
    attr: &Attribute,
    usage: fn(&str) -> Option<&'static str>,
    errors: &mut Errors,
) -> Vec<(Ident, Value)> {
    let mut found = Vec::new();
    let parse = |input: ParseStream<'_>| {
        while !input.is_empty() {
            found.extend(argument(input, usage, errors));
            end_argument(input, errors);
        }
        Ok(())
    };
    let result = match &attr.meta {
        Meta::Path(_) => Ok(()),
        Meta::List(list) => list.parse_args_with(parse),
        Meta::NameValue(_) => {
            let name = attr.path().to_token_stream();
            let fix = if attr.path().is_ident("classify") { "classify(source)" } else { &name.to_string() };
            errors.at(attr, format!("`{name}` takes nothing after `=`: write `#[{fix}]`"));
            Ok(())
        }
    };
    errors.ok(result);
    found
}

fn argument(
    input: ParseStream<'_>,
    usage: fn(&str) -> Option<&'static str>,
    errors: &mut Errors,
) -> Option<(Ident, Value)> {
    let Ok(name) = input.call(Ident::parse_any) else {
        errors.push(input.error("expected a key, as in `with = is_transient_http`"));
        skip_to_comma(input);
        return None;
    };
    let value = parse_value(input, &name, usage(&name.to_string()), errors);
    if value.is_none() {
        skip_to_comma(input);
    }
    Some((name, value?))
}

fn usage(name: &str) -> Option<&'static str> {
    Key::named(name).map(Key::usage)
}

fn unknown_key(name: &str) -> String {
    if Word::named(name).is_some() {
        return format!("`{name}` is a mark of its own: write `#[{name}]`");
    }
    match name {
        RETRY_AFTER => {
            format!("`{RETRY_AFTER}` belongs to another mark: write `#[transient({RETRY_AFTER_USAGE})]`")
        }
        "filter" => format!("unknown key `filter`: here it is `with`, as in `{}`", Key::With.usage()),
        _ => unknown("key", name, Key::ALL.into_iter().map(Key::name)),
    }
}
