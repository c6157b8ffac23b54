//! Everything resolved: expansion sees only this.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericParam, Type};

use super::{
    attrs::{Asked, Name},
    input::{Case, Field, Item, Kind},
    keys::{RETRY_AFTER, Word},
    marks::{self, Mark},
};
use crate::{
    errors::{Errors, nearest},
    plan::Callee,
};

/// One judgement a case, in the order written.
pub(super) struct Plan<'a> {
    pub(super) arms: Vec<Arm<'a>>,
    /// Types that must judge themselves and that only an instance makes known.
    pub(super) judging: Vec<&'a Type>,
}

pub(super) struct Arm<'a> {
    pub(super) case: &'a Case,
    pub(super) judgement: Judgement<'a>,
}

pub(super) enum Judgement<'a> {
    Fixed(Word),
    /// The field says when.
    Hinted(Word, &'a Field),
    /// The filter is asked about the field.
    Filtered(Callee, &'a Field),
    /// The field judges itself.
    Source(&'a Field),
}

impl<'a> Plan<'a> {
    /// Every fault is reported; with any, there is no plan.
    pub(super) fn read(item: &'a Item, asked: &Asked, errors: &mut Errors) -> Option<Self> {
        let arms: Vec<Option<Arm<'a>>> = match &item.kind {
            Kind::Enum(variants) => {
                marks::refuse_on_enum(&item.attrs, asked, errors);
                let read = |case: &'a Case| {
                    let asked = Asked::read(&case.attrs, errors);
                    Arm::read(case, &asked, errors)
                };
                variants.iter().map(read).collect()
            }
            Kind::Struct(case) => vec![Arm::read(case, asked, errors)],
            Kind::Union => Vec::new(),
        };
        let arms: Vec<Arm<'a>> = arms.into_iter().collect::<Option<_>>()?;
        let judging = judging(item, &arms);
        Some(Self { arms, judging })
    }
}

impl<'a> Arm<'a> {
    fn read(case: &'a Case, asked: &Asked, errors: &mut Errors) -> Option<Self> {
        let judgement = match marks::on_case(case, asked, errors)? {
            Mark::Fixed(word, None) => Judgement::Fixed(word),
            Mark::Fixed(word, Some(hint)) => {
                Judgement::Hinted(word, named(case, RETRY_AFTER, &hint, errors)?)
            }
            Mark::Filter { key, filter, field } => {
                Judgement::Filtered(filter, wrapped(case, &key, field.as_ref(), errors)?)
            }
            Mark::Source { key, field } => Judgement::Source(wrapped(case, &key, field.as_ref(), errors)?),
        };
        Some(Self { case, judgement })
    }
}

/// The field of that name.
fn named<'a>(case: &'a Case, key: &str, name: &Name, errors: &mut Errors) -> Option<&'a Field> {
    let found = case.fields.iter().find(|field| field.plain_name() == name.plain);
    if found.is_none() {
        errors.at(&name.tokens, no_field(case, key, &name.plain));
    }
    found
}

fn no_field(case: &Case, key: &str, name: &str) -> String {
    let title = case.title();
    if case.fields.is_empty() {
        return format!("`{key}` names a field, and {title} has none");
    }
    let plain: Vec<String> = case.fields.iter().map(Field::plain_name).collect();
    // An index is like any other.
    let is_name = name.starts_with(|first: char| !first.is_ascii_digit());
    let near = is_name.then(|| nearest(name, plain.iter().map(String::as_str))).flatten();
    let fix = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
    format!("{title} has no field `{name}`{fix}\n{}", listed(case))
}

fn listed(case: &Case) -> String {
    let names: Vec<String> = case.fields.iter().map(|field| format!("`{}`", field.name())).collect();
    match &names[..] {
        [only] => format!("its only field is {only}"),
        _ => format!("its fields are {}", names.join(", ")),
    }
}

/// The wrapped error: the field named, else the one marked `#[source]` or `#[from]`, else the one called
/// `source`, else the only one.
fn wrapped<'a>(case: &'a Case, key: &Ident, name: Option<&Name>, errors: &mut Errors) -> Option<&'a Field> {
    if let Some(name) = name {
        let key = if key == "with" { "field" } else { "source" };
        return named(case, key, name, errors);
    }
    let marked: Vec<&Field> = case.fields.iter().filter(|field| field.is_marked_source()).collect();
    match (&marked[..], &case.fields[..]) {
        (&[one], _) | ([], [one]) => return Some(one),
        ([], fields) => {
            if let Some(source) = fields.iter().find(|field| field.plain_name() == "source") {
                return Some(source);
            }
        }
        _ => {}
    }
    errors.at(key, unclear(case, key));
    None
}

/// Why no field is the wrapped error, and how to name it.
fn unclear(case: &Case, key: &Ident) -> String {
    let title = case.title();
    let Some(last) = case.fields.last().map(Field::name) else {
        return format!(
            "{title} wraps no error that `{key}` could ask: mark it `#[transient]`, `#[throttled]` or `#[permanent]`"
        );
    };
    let fix = if key == "with" { format!("with = .., field = {last}") } else { format!("source = {last}") };
    format!(
        "which field of {title} is the wrapped error? name it, as in `#[classify({fix})]`\n{}",
        listed(case)
    )
}

/// The types asked whose answer depends on the generic parameters. One that names the type itself is left
/// out: the compiler would look for this very implementation to find it.
fn judging<'a>(item: &Item, arms: &[Arm<'a>]) -> Vec<&'a Type> {
    let parameters: Vec<&Ident> = item
        .generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(&parameter.ident),
            GenericParam::Const(parameter) => Some(&parameter.ident),
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    let mut types: Vec<&Type> = Vec::new();
    for arm in arms {
        let Judgement::Source(field) = arm.judgement else { continue };
        let mentions = |test: &dyn Fn(&Ident) -> bool| mentions(field.ty.to_token_stream(), test);
        let is_generic = mentions(&|name| parameters.contains(&name));
        let is_recursive = names_itself(field.ty.to_token_stream(), &item.name);
        let text = field.ty.to_token_stream().to_string();
        let is_new = types.iter().all(|ty| ty.to_token_stream().to_string() != text);
        if is_generic && !is_recursive && is_new {
            types.push(&field.ty);
        }
    }
    types
}

/// Whether a type names the type that is being marked. One of the same name behind a path is another.
fn names_itself(tokens: TokenStream, own: &Ident) -> bool {
    let mut in_path = false;
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(name) => !std::mem::take(&mut in_path) && (name == *own || name == "Self"),
        TokenTree::Group(group) => names_itself(group.stream(), own),
        TokenTree::Punct(punct) => {
            in_path = punct.as_char() == ':';
            false
        }
        TokenTree::Literal(_) => false,
    })
}

/// Whether one of the names in some tokens passes the test.
fn mentions(tokens: TokenStream, test: &dyn Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(name) => test(&name),
        TokenTree::Group(group) => mentions(group.stream(), test),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
