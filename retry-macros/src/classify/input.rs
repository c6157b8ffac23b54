//! The item as it is written.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Attribute, Generics, Member, Type, ext::IdentExt};

use crate::errors::Errors;

/// An enum, a struct or a union.
pub(super) struct Item {
    pub(super) name: Ident,
    pub(super) generics: Generics,
    /// Those of a struct are its case's too.
    pub(super) attrs: Vec<Attribute>,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    Enum(Vec<Case>),
    Struct(Case),
    /// Reported; has no cases.
    Union,
}

/// What one mark judges: a variant, or the whole struct.
pub(super) struct Case {
    /// `variant` or `struct`.
    pub(super) noun: &'static str,
    pub(super) name: Ident,
    pub(super) attrs: Vec<Attribute>,
    pub(super) fields: Vec<Field>,
}

pub(super) struct Field {
    pub(super) member: Member,
    pub(super) ty: Type,
    pub(super) attrs: Vec<Attribute>,
}

impl Item {
    pub(super) fn parse(tokens: TokenStream, errors: &mut Errors) -> Option<Self> {
        Some(match errors.ok(syn::parse2(tokens))? {
            syn::Item::Enum(item) => Self {
                kind: Kind::Enum(item.variants.into_iter().map(Case::variant).collect()),
                name: item.ident,
                generics: item.generics,
                attrs: item.attrs,
            },
            syn::Item::Struct(item) => Self {
                kind: Kind::Struct(Case::new("struct", item.ident.clone(), item.attrs.clone(), item.fields)),
                name: item.ident,
                generics: item.generics,
                attrs: item.attrs,
            },
            syn::Item::Union(item) => {
                errors.at(
                    item.union_token,
                    format!(
                        "`Classify` cannot be derived for a union, which does not know what it holds: write `impl Classify for {}`",
                        item.ident
                    ),
                );
                Self { kind: Kind::Union, name: item.ident, generics: item.generics, attrs: item.attrs }
            }
            other => {
                errors.at(other, "`Classify` is derived for an enum or a struct");
                return None;
            }
        })
    }
}

impl Case {
    fn variant(variant: syn::Variant) -> Self {
        Self::new("variant", variant.ident, variant.attrs, variant.fields)
    }

    fn new(noun: &'static str, name: Ident, attrs: Vec<Attribute>, fields: syn::Fields) -> Self {
        let members: Vec<Member> = fields.members().collect();
        let fields = members.into_iter().zip(fields);
        let fields = fields.map(|(member, field)| Field { member, ty: field.ty, attrs: field.attrs });
        Self { noun, name, attrs, fields: fields.collect() }
    }

    pub(super) fn is_variant(&self) -> bool {
        self.noun == "variant"
    }

    /// What it is called in messages.
    pub(super) fn title(&self) -> String {
        format!("{} `{}`", self.noun, self.name)
    }
}

impl Field {
    /// Without `r#`.
    pub(super) fn plain_name(&self) -> String {
        match &self.member {
            Member::Named(name) => name.unraw().to_string(),
            Member::Unnamed(index) => index.index.to_string(),
        }
    }

    /// As it is written.
    pub(super) fn name(&self) -> String {
        self.member.to_token_stream().to_string()
    }

    /// Whether thiserror's attributes say that this is the cause.
    pub(super) fn is_marked_source(&self) -> bool {
        self.attrs.iter().any(|attr| attr.path().is_ident("source") || attr.path().is_ident("from"))
    }
}
