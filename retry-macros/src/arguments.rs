//! The function's arguments: which are cloned, which an attempt must borrow uniquely.

use proc_macro2::{Ident, Span};
use syn::{
    FnArg, Local, Pat, PatIdent, ReceiverKind, Signature, Token, Type,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
};

use crate::{
    args::{Args, Value},
    errors::Errors,
    input::Function,
    keys::Key,
    returns::is_mutable,
    shape::{Kind, Shape, moved_self},
};

/// An argument that each attempt gets a clone of.
pub(crate) struct Cloned {
    /// The name in the body.
    pub(crate) name: Ident,
    /// Where the attribute names it.
    pub(crate) place: Span,
    pub(crate) mutable: bool,
}

/// What the loop must know of the arguments.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) cloned: Vec<Cloned>,
    /// `clone(self)`: where the attribute names it, and whether the clone is `mut`.
    pub(crate) cloned_self: Option<(Span, bool)>,
    /// Owned arguments that an async attempt borrows uniquely. A shared borrow that lives across an
    /// await would make the future `!Send` for a type that is `Send` but not `Sync`.
    pub(crate) owned: Vec<Ident>,
    /// Arguments that are `&mut`, reborrowed uniquely for the same reason.
    pub(crate) reborrowed: Vec<Ident>,
}

impl Arguments {
    /// Reads `clone(..)`, and changes the bindings where an argument must be `mut` or need not be.
    pub(crate) fn read(
        args: &Args,
        function: &mut Function,
        shape: &mut Option<Shape>,
        errors: &mut Errors,
    ) -> Self {
        let mut arguments = Self::default();
        let mut none = Vec::new();
        let (is_awaited, prelude) = match shape {
            Some(Shape { kind: Kind::Async, prelude, .. }) => (true, prelude),
            _ => (false, &mut none),
        };
        arguments.read_cloned(args, &mut function.signature, prelude, errors);
        if is_awaited {
            arguments.read_unique(function, prelude);
        }
        arguments
    }

    fn read_cloned(
        &mut self,
        args: &Args,
        signature: &mut Signature,
        prelude: &mut [Local],
        errors: &mut Errors,
    ) {
        let Some(arg) = args.get(Key::Clone) else { return };
        let fault = "`clone` takes the names of arguments in parentheses: write `clone(request)`";
        let Value::List(list) = &arg.value else { return errors.at(&arg.name, fault) };
        let names = Punctuated::<Ident, Token![,]>::parse_terminated_with;
        let Ok(names) = (|input: ParseStream<'_>| names(input, Ident::parse_any)).parse2(list.stream())
        else {
            return errors.at(list, fault);
        };
        if names.is_empty() {
            errors.at(&arg.name, "`clone()` names no argument: write `clone(request)`, or remove it");
        }
        for (i, name) in names.iter().enumerate() {
            if names.iter().take(i).any(|earlier| earlier == name) {
                errors.at(name, format!("`{name}` is named twice: remove one"));
            } else if name == "self" {
                self.clone_self(signature, prelude, name, errors);
            } else if let Some(found) = find_binding(signature, prelude, name) {
                // The clone takes over `mut`: the argument itself is never changed.
                let mutable = found.mutability.take().is_some();
                self.cloned.push(Cloned { name: found.ident.clone(), place: name.span(), mutable });
            } else {
                errors.at(
                    name,
                    format!("`{name}` is not an argument of this function: `clone` takes arguments"),
                );
            }
        }
    }

    fn clone_self(
        &mut self,
        signature: &mut Signature,
        prelude: &mut [Local],
        name: &Ident,
        errors: &mut Errors,
    ) {
        if let Some(moved) = prelude.iter_mut().find_map(moved_self) {
            let mutable = moved.mutability.take().is_some();
            self.cloned.push(Cloned { name: moved.ident.clone(), place: name.span(), mutable });
            return;
        }
        match signature.inputs.first_mut() {
            Some(FnArg::Receiver(receiver)) => {
                self.cloned_self = Some((name.span(), receiver.mutability.take().is_some()));
            }
            _ => errors.at(name, "this function has no `self` to clone: remove it"),
        }
    }

    fn read_unique(&mut self, function: &mut Function, prelude: &mut [Local]) {
        let inputs = function.signature.inputs.clone();
        for (i, input) in inputs.iter().enumerate() {
            let name = match input {
                FnArg::Receiver(receiver) => Ident::new("self", receiver.self_token.span),
                FnArg::Typed(argument) => match &*argument.pat {
                    Pat::Ident(binding) if binding.by_ref.is_none() => binding.ident.clone(),
                    _ => continue,
                },
            };
            let moved = prelude.iter_mut().find_map(moved_self).filter(|_| name == "self");
            let bound = moved.map_or_else(|| name.clone(), |moved| moved.ident.clone());
            let is_cloned = self.cloned.iter().any(|cloned| cloned.name == bound)
                || (name == "self" && self.cloned_self.is_some());
            if is_cloned || !function.mentions(&name) {
                continue;
            }
            match Ownership::of(input) {
                Ownership::Unique => self.reborrowed.push(bound),
                Ownership::Owned => {
                    if let Some(name) = make_mutable(&mut function.signature.inputs[i], prelude, name) {
                        self.owned.push(name);
                    }
                }
                Ownership::Shared => {}
            }
        }
    }
}

/// How an argument may be borrowed.
enum Ownership {
    /// `&mut`.
    Unique,
    /// By value, of a type that may be `Send` alone.
    Owned,
    /// Everything else: a shared borrow is as good.
    Shared,
}

impl Ownership {
    fn of(input: &FnArg) -> Self {
        match input {
            FnArg::Receiver(receiver) => match &receiver.kind {
                ReceiverKind::Reference(_, _, Some(_)) => Self::Unique,
                ReceiverKind::Value => Self::Owned,
                _ => Self::Shared,
            },
            FnArg::Typed(argument) => match &*argument.ty {
                Type::Reference(reference) if is_mutable(reference) => Self::Unique,
                ty if may_be_send_alone(ty) => Self::Owned,
                _ => Self::Shared,
            },
        }
    }
}

/// Makes the binding of an owned argument `mut`, where the attempt finds it.
fn make_mutable(input: &mut FnArg, prelude: &mut [Local], name: Ident) -> Option<Ident> {
    if prelude.is_empty() {
        match input {
            FnArg::Receiver(receiver) => receiver.mutability.get_or_insert_with(generated_mut),
            FnArg::Typed(argument) => match &mut *argument.pat {
                Pat::Ident(binding) => binding.mutability.get_or_insert_with(generated_mut),
                _ => return None,
            },
        };
        return Some(name);
    }
    let moved = match input {
        FnArg::Receiver(_) => prelude.iter_mut().find_map(moved_self)?,
        FnArg::Typed(_) => prelude.iter_mut().find_map(|local| binding(&mut local.pat, &name))?,
    };
    moved.mutability.get_or_insert_with(generated_mut);
    Some(moved.ident.clone())
}

fn find_binding<'a>(
    signature: &'a mut Signature,
    prelude: &'a mut [Local],
    name: &Ident,
) -> Option<&'a mut PatIdent> {
    let moved = prelude.iter_mut().find_map(|local| binding(&mut local.pat, name));
    moved.or_else(|| {
        signature.inputs.iter_mut().find_map(|input| match input {
            FnArg::Typed(argument) => binding(&mut argument.pat, name),
            FnArg::Receiver(_) => None,
        })
    })
}

fn generated_mut() -> syn::Token![mut] {
    syn::Token![mut](Span::mixed_site())
}

/// The binding called `name` in a pattern.
fn binding<'a>(pat: &'a mut Pat, name: &Ident) -> Option<&'a mut PatIdent> {
    let mut parts: Vec<&mut Pat> = match pat {
        Pat::Ident(found) => {
            if found.ident == *name {
                return Some(found);
            }
            found.subpat.iter_mut().map(|(_, part)| &mut **part).collect()
        }
        Pat::Paren(whole) => vec![&mut whole.pat],
        Pat::Reference(whole) => vec![&mut whole.pat],
        Pat::Tuple(whole) => whole.elems.iter_mut().collect(),
        Pat::TupleStruct(whole) => whole.elems.iter_mut().collect(),
        Pat::Slice(whole) => whole.elems.iter_mut().collect(),
        Pat::Struct(whole) => whole.fields.iter_mut().map(|field| &mut *field.pat).collect(),
        _ => return None,
    };
    parts.drain(..).find_map(|part| binding(part, name))
}

/// Whether the type may be `Send` and not `Sync`: not for the everyday types that are both.
fn may_be_send_alone(ty: &Type) -> bool {
    const BOTH: [&str; 22] = [
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "usize",
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "f32",
        "f64",
        "bool",
        "char",
        "String",
        "PathBuf",
        "Duration",
        "Instant",
        "SystemTime",
        "Arc",
    ];
    match ty {
        Type::Group(group) => may_be_send_alone(&group.elem),
        Type::Paren(paren) => may_be_send_alone(&paren.elem),
        Type::Array(array) => may_be_send_alone(&array.elem),
        Type::Tuple(tuple) => tuple.elems.iter().any(may_be_send_alone),
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else { return true };
            let name = last.ident.to_string();
            match &last.arguments {
                syn::PathArguments::AngleBracketed(inner)
                    if matches!(name.as_str(), "Vec" | "Option" | "Box") =>
                {
                    inner.args.iter().any(|argument| match argument {
                        syn::GenericArgument::Type(ty) => may_be_send_alone(ty),
                        _ => false,
                    })
                }
                _ => !BOTH.contains(&name.as_str()),
            }
        }
        // A shared reference is `Send` only if what it refers to is `Sync`.
        Type::Reference(_) | Type::Never(_) | Type::FnPtr(_) => false,
        _ => true,
    }
}
