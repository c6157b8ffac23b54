//! Which mark a case bears. None is an error: a new variant is never retried by accident.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::Attribute;

use super::{
    attrs::{Asked, Name, Ours, expression, retry_after},
    input::Case,
    keys::{Key, MARKS, Word},
};
use crate::{
    args::Value,
    errors::{Errors, nearest},
    plan::Callee,
};

/// What a case is marked with.
pub(super) enum Mark {
    /// `#[transient]` and kin, with the field named by `retry_after`.
    Fixed(Word, Option<Name>),
    /// `#[classify(with = ..)]`; `key` is where to report that it has nothing to be asked about.
    Filter { key: Ident, filter: Callee, field: Option<Name> },
    /// `#[classify(source)]`
    Source { key: Ident, field: Option<Name> },
}

/// A mark and where it is; none if it is faulty.
struct Found {
    place: TokenStream,
    shown: String,
    mark: Option<Mark>,
}

/// The mark of a case whose `#[classify(..)]` are `asked`.
pub(super) fn on_case(case: &Case, asked: &Asked, errors: &mut Errors) -> Option<Mark> {
    let before = errors.count();
    refuse_on_fields(case, errors);
    if let Some((name, _)) = asked.get(Key::Crate).filter(|_| case.is_variant()) {
        errors.at(name, "`crate` holds for the whole enum: write `#[classify(crate = ..)]` above that");
    }
    let mut found: Vec<Found> = Vec::new();
    for attr in &case.attrs {
        if let Some(Ours::Word(word)) = Ours::of(attr) {
            let faults = errors.count();
            let hint = retry_after(attr, word, errors);
            let mark = (errors.count() == faults).then_some(Mark::Fixed(word, hint));
            found.push(Found { place: attr.to_token_stream(), shown: format!("#[{}]", word.name()), mark });
        }
    }
    found.extend(asked_mark(asked, errors));
    let is_faulty = asked.is_faulty || errors.count() > before;
    let mut found = found.into_iter();
    let Some(first) = found.next() else {
        if !is_faulty {
            no_mark(case, errors);
        }
        return None;
    };
    for other in found {
        let (one, two) = (&first.shown, &other.shown);
        errors.at(other.place, format!("{} has two marks, `{one}` and `{two}`: keep one", case.title()));
    }
    first.mark
}

/// Reported where one is misspelt, else at the name.
fn no_mark(case: &Case, errors: &mut Errors) {
    let title = case.title();
    for attr in &case.attrs {
        let Some(written) = attr.path().get_ident().map(ToString::to_string) else { continue };
        let words = Word::ALL.into_iter().map(Word::name);
        if let Some(near) = nearest(&written, words.chain(["classify"])) {
            errors.at(attr.path(), format!("{title} has no mark: did you mean `#[{near}]`?\n{MARKS}"));
            return;
        }
    }
    errors.at(&case.name, format!("{title} has no mark: say whether another attempt may help\n{MARKS}"));
}

/// What `#[classify(..)]` says of the case.
fn asked_mark(asked: &Asked, errors: &mut Errors) -> Option<Found> {
    let (with, source, field) = (asked.get(Key::With), asked.get(Key::Source), asked.get(Key::Field));
    let found = |name: &Ident, mark| {
        Some(Found { place: name.to_token_stream(), shown: format!("#[classify({name})]"), mark })
    };
    match (with, source) {
        (Some((name, value)), None) => found(name, filter(name, value, field, errors)),
        (None, Some((name, value))) => {
            if let Some((field, _)) = field {
                errors.at(field, "`field` goes with `with`: here write `source = cause`");
            }
            found(name, wrapped(name, value, errors))
        }
        (Some((with, _)), Some((source, _))) => {
            errors.at(
                source,
                "`with` and `source` both judge: remove one; the field that `with` is asked about is named by `field`",
            );
            found(with, None)
        }
        (None, None) => {
            let (field, _) = field?;
            errors.at(field, format!("`field` alone does not judge: write `{}`", Key::Field.usage()));
            found(field, None)
        }
    }
}

fn filter(name: &Ident, value: &Value, field: Option<(&Ident, &Value)>, errors: &mut Errors) -> Option<Mark> {
    let before = errors.count();
    let field = field.and_then(|(key, value)| Name::read(key, value, "field = cause", errors));
    let expr = expression(name, value, Key::With.usage(), errors)?;
    let Some(filter) = Callee::of(expr) else {
        errors.at(expr, format!("`with` takes a path or a closure: write `{}`", Key::With.usage()));
        return None;
    };
    (errors.count() == before).then(|| Mark::Filter { key: name.clone(), filter, field })
}

fn wrapped(name: &Ident, value: &Value, errors: &mut Errors) -> Option<Mark> {
    let field = match value {
        Value::Flag => None,
        _ => Some(Name::read(name, value, "source = cause", errors)?),
    };
    Some(Mark::Source { key: name.clone(), field })
}

/// A mark judges the whole case.
fn refuse_on_fields(case: &Case, errors: &mut Errors) {
    for field in &case.fields {
        for attr in &field.attrs {
            let Some(ours) = Ours::of(attr) else { continue };
            let (noun, field) = (case.noun, field.name());
            let fix = match ours {
                Ours::Word(word) => format!("write `#[{}]` above that", word.name()),
                Ours::Classify => format!("write `#[classify(source = {field})]` above that"),
            };
            errors.at(attr, format!("a mark judges the whole {noun}, not one field: {fix}"));
        }
    }
}

/// A mark above an enum would be one for variants to come.
pub(super) fn refuse_on_enum(attrs: &[Attribute], asked: &Asked, errors: &mut Errors) {
    let mut refuse = |place: &dyn ToTokens, name: &str| {
        errors.at(
            place.to_token_stream(),
            format!("`{name}` above the enum would also judge variants added later: mark each variant"),
        );
    };
    for attr in attrs {
        if let Some(Ours::Word(word)) = Ours::of(attr) {
            refuse(attr, &format!("#[{}]", word.name()));
        }
    }
    for (key, name) in asked.judging() {
        refuse(name, key.name());
    }
}
