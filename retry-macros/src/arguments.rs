//! The function's arguments: which are cloned, which an attempt must borrow uniquely.

use proc_macro2::{Ident, Span};
use syn::{
    FnArg, Local, Pat, PatIdent, Receiver, ReceiverKind, Signature, Token, Type,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
};

use crate::{
    args::{Args, Value},
    errors::Errors,
    input::Function,
    keys::Key,
    returns::{is_mutable, ungrouped},
    shape::{Kind, Shape, moved_self},
};

/// An argument that each attempt gets a clone of.
pub(crate) struct Cloned {
    /// The name in the body.
    pub(crate) name: Ident,
    /// Where the attribute names it.
    pub(crate) place: Span,
    /// Where its `mut` is.
    pub(crate) mutable: Option<Span>,
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
    /// Arguments that are `&mut` and borrowed anew for each attempt, so that it may move them.
    pub(crate) lent: Vec<Ident>,
}

const CAPTURED: &str = "a text that captures `self`, `\"{self}\"`, would show the original and not the clone: \
                        write `\"{}\"` and `self` behind it";

impl Arguments {
    fn clones_self(&self) -> bool {
        self.cloned_self.is_some()
    }

    /// Reads `clone(..)`, and changes the bindings where an argument must be `mut` or need not be.
    pub(crate) fn read(
        args: &Args,
        function: &mut Function,
        shape: &mut Option<Shape>,
        errors: &mut Errors,
    ) -> Self {
        let mut arguments = Self::default();
        let mut none = Vec::new();
        let (is_unique, prelude) = match shape {
            // A bare body borrows as it would without us; a hook beside it may change what it owns.
            Some(Shape { kind, prelude, .. }) => {
                let has_hook = args.get(Key::BeforeRetry).is_some();
                (matches!(kind, Kind::Async) || (matches!(kind, Kind::Bare) && has_hook), prelude)
            }
            None => (false, &mut none),
        };
        arguments.read_cloned(args, &mut function.signature, prelude, errors);
        arguments.read_reborrowed(function);
        if is_unique {
            arguments.read_unique(function, prelude);
        }
        if arguments.clones_self() && function.captures_self() {
            errors.at(args.get(Key::Clone).map(|arg| &arg.name), CAPTURED);
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
                let mutable = found.mutability.take().map(|token| token.span);
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
            let mutable = moved.mutability.take().map(|token| token.span);
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

    /// Which arguments an attempt borrows uniquely.
    fn read_unique(&mut self, function: &mut Function, prelude: &mut [Local]) {
        let inputs = function.signature.inputs.clone();
        for (i, input) in inputs.iter().enumerate() {
            match input {
                FnArg::Receiver(receiver) => self.read_receiver(receiver, i, function, prelude),
                // An argument that may be compiled out cannot be named here.
                FnArg::Typed(argument) if argument.attrs.is_empty() => {
                    self.read_bindings(&argument.pat, &argument.ty, i, function, prelude);
                }
                FnArg::Typed(_) => {}
            }
        }
    }

    fn read_receiver(
        &mut self,
        receiver: &Receiver,
        i: usize,
        function: &mut Function,
        prelude: &mut [Local],
    ) {
        let this = Ident::new("self", receiver.self_token.span);
        let moved = prelude.iter_mut().find_map(moved_self);
        let bound = moved.map_or_else(|| this.clone(), |moved| moved.ident.clone());
        if !function.mentions(&this) || self.cloned_self.is_some() {
            return;
        }
        if let Some(cloned) = self.cloned.iter_mut().find(|cloned| cloned.name == bound) {
            cloned.mutable.get_or_insert_with(Span::mixed_site);
            self.owned.push(bound);
            return;
        }
        match Ownership::of_receiver(&receiver.kind) {
            Ownership::Unique => self.reborrowed.push(bound),
            Ownership::Owned => {
                self.owned.extend(make_mutable(&mut function.signature.inputs[i], prelude, &this));
            }
            Ownership::Shared => {}
        }
    }

    /// The bindings of a pattern that are certainly by value: of an identifier, of a tuple, of an array.
    fn read_bindings(
        &mut self,
        pat: &Pat,
        ty: &Type,
        i: usize,
        function: &mut Function,
        prelude: &mut [Local],
    ) {
        match (pat, ungrouped(ty)) {
            (Pat::Ident(binding), ty) if binding.by_ref.is_none() && binding.subpat.is_none() => {
                if !function.mentions(&binding.ident) {
                    return;
                }
                let cloned = self.cloned.iter_mut().find(|cloned| cloned.name == binding.ident);
                match (Ownership::of(ty), cloned) {
                    (Ownership::Owned, Some(cloned)) => {
                        cloned.mutable.get_or_insert_with(Span::mixed_site);
                        self.owned.push(binding.ident.clone());
                    }
                    (Ownership::Owned, None) => {
                        let input = &mut function.signature.inputs[i];
                        self.owned.extend(make_mutable(input, prelude, &binding.ident));
                    }
                    (Ownership::Unique, None) => self.reborrowed.push(binding.ident.clone()),
                    _ => {}
                }
            }
            (Pat::Tuple(tuple), Type::Tuple(types)) if tuple.elems.len() == types.elems.len() => {
                for (pat, ty) in tuple.elems.iter().zip(&types.elems) {
                    self.read_bindings(pat, ty, i, function, prelude);
                }
            }
            (Pat::Slice(slice), Type::Array(array)) => {
                for pat in &slice.elems {
                    self.read_bindings(pat, &array.elem, i, function, prelude);
                }
            }
            _ => {}
        }
    }

    /// `&mut` arguments that each attempt borrows anew, so that its body may move them.
    fn read_reborrowed(&mut self, function: &Function) {
        for input in &function.signature.inputs {
            let FnArg::Typed(argument) = input else { continue };
            let Pat::Ident(binding) = &*argument.pat else { continue };
            let is_plain =
                argument.attrs.is_empty() && binding.mutability.is_none() && binding.by_ref.is_none();
            let is_cloned = self.cloned.iter().any(|cloned| cloned.name == binding.ident);
            let is_unique = matches!(ungrouped(&argument.ty), Type::Reference(ty) if is_mutable(ty));
            if is_plain && is_unique && !is_cloned && function.mentions(&binding.ident) {
                self.lent.push(binding.ident.clone());
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
    fn of(ty: &Type) -> Self {
        match ty {
            Type::Reference(reference) if is_mutable(reference) => Self::Unique,
            ty if may_be_send_alone(ty) => Self::Owned,
            _ => Self::Shared,
        }
    }

    fn of_receiver(kind: &ReceiverKind) -> Self {
        match kind {
            ReceiverKind::Reference(_, _, Some(_)) => Self::Unique,
            ReceiverKind::Value => Self::Owned,
            ReceiverKind::Typed(_, ty) => Self::of(ungrouped(ty)),
            _ => Self::Shared,
        }
    }
}

/// Makes the binding of an owned argument `mut`, where the attempt finds it: `async_trait` binds those that
/// it takes by value once more.
fn make_mutable(input: &mut FnArg, prelude: &mut [Local], name: &Ident) -> Option<Ident> {
    let (mutability, bound) = match input {
        FnArg::Receiver(_) if !prelude.is_empty() => {
            let moved = prelude.iter_mut().find_map(moved_self)?;
            (&mut moved.mutability, moved.ident.clone())
        }
        FnArg::Typed(_) if !prelude.is_empty() => {
            let moved = prelude.iter_mut().find_map(|local| binding(&mut local.pat, name))?;
            (&mut moved.mutability, moved.ident.clone())
        }
        FnArg::Receiver(receiver) => (&mut receiver.mutability, name.clone()),
        FnArg::Typed(argument) => (&mut binding(&mut argument.pat, name)?.mutability, name.clone()),
    };
    mutability.get_or_insert_with(generated_mut);
    Some(bound)
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
    const BOTH: [&str; 20] = [
        "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64",
        "bool", "char", "String", "PathBuf", "Duration", "Arc",
    ];
    match ungrouped(ty) {
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
        Type::Reference(reference) => is_mutable(reference),
        Type::Never(_) | Type::FnPtr(_) => false,
        _ => true,
    }
}
