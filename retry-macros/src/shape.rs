//! The shape of a function: what an attempt is, and where in the function it is made.

use proc_macro2::{Delimiter, Group, TokenTree};
use quote::ToTokens;
use syn::{Expr, GenericParam, Local, Pat, PatIdent, ReturnType, Signature, Stmt, Type, parse::Parser};

use crate::{
    errors::Errors,
    expand::nested,
    input::Function,
    place::Place,
    returns::{self, Returned},
};

/// The shape of a function.
pub(crate) struct Shape {
    pub(crate) kind: Kind,
    /// Where the attempts are made.
    pub(crate) place: Place,
    /// What runs once, before the first attempt: the moves of the arguments into `async_trait`'s block.
    pub(crate) prelude: Vec<Local>,
    /// What an attempt gives.
    pub(crate) outcome: Type,
}

/// What an attempt is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A closure that is called at once.
    Blocking,
    /// A block that is awaited.
    Async,
    /// The awaits of the body itself, in the loop: nothing in it can leave the function. It needs no block of
    /// its own, which would cost compile time, bytes of the future, and instructions of each poll.
    Bare,
    /// A body that builds a future, which is awaited; in the end the function returns it, in a `Box` or
    /// not.
    BuildsFuture { boxed: bool },
}

impl Shape {
    pub(crate) fn of(function: &Function, errors: &mut Errors) -> Option<Self> {
        let signature = &function.signature;
        if let Some(constness) = &signature.constness {
            errors.at(constness, "a `const fn` cannot wait, so it cannot be retried: remove `const`");
            return None;
        }
        let ReturnType::Type(_, returned) = &signature.output else {
            errors.at(
                &signature.ident,
                "`#[retry]` needs a function that returns a `Result`, this one returns nothing",
            );
            return None;
        };
        let whole = Place::whole(&function.body);
        if signature.asyncness.is_some() {
            returns::check_outcome(returned, errors)?;
            return Some(Self::awaited(whole.inside_instrument(), returned));
        }
        let returned = Returned::of(returned);
        returns::check_outcome(returned.outcome(), errors)?;
        Some(match returned {
            Returned::Outcome(ty) => Self::new(Kind::Blocking, whole.inside_instrument(), ty),
            Returned::ImplFuture(ty) => match whole.async_block() {
                Some(block) => Self::awaited(block.inside_instrument(), ty),
                None => Self::new(Kind::BuildsFuture { boxed: false }, whole, ty),
            },
            Returned::BoxedFuture(ty) => match whole.pinned_block() {
                Some(block) => Self::awaited(block.inside_instrument(), ty).without_moves(signature),
                None => Self::new(Kind::BuildsFuture { boxed: true }, whole, ty),
            },
        })
    }

    fn new(kind: Kind, place: Place, outcome: &Type) -> Self {
        Self { kind, place, prelude: Vec::new(), outcome: outcome.clone() }
    }

    fn awaited(place: Place, outcome: &Type) -> Self {
        let kind = if place.may_leave() || nested::IS_ON { Kind::Async } else { Kind::Bare };
        Self::new(kind, place, outcome)
    }

    /// Takes the moves that `async_trait` writes out of the attempt.
    fn without_moves(mut self, signature: &Signature) -> Self {
        let is_async_trait = signature.generics.params.iter().any(
            |param| matches!(param, GenericParam::Lifetime(param) if param.lifetime.ident == "async_trait"),
        );
        if is_async_trait {
            (self.prelude, self.place.block) = hoist(&self.place.block);
        }
        self
    }

    /// Gives a bare attempt a block of its own, which can be dropped, or be in a span.
    pub(crate) fn enclose(&mut self) {
        if self.kind == Kind::Bare {
            self.kind = Kind::Async;
        }
    }

    /// The name that `async_trait` moved `self` to.
    pub(crate) fn moved_self(&mut self) -> Option<&mut PatIdent> {
        self.prelude.iter_mut().find_map(moved_self)
    }

    pub(crate) const fn is_async(&self) -> bool {
        !matches!(self.kind, Kind::Blocking)
    }
}

/// Takes out what `async_trait` puts in front of the user's body: a statement that only fixes the type,
/// which we write ourselves, and the moves of the arguments into the block, which happen once.
fn hoist(block: &Group) -> (Vec<Local>, Group) {
    let Ok(statements) = syn::Block::parse_within.parse2(block.stream()) else {
        return (Vec::new(), block.clone());
    };
    let mut statements = statements.into_iter().peekable();
    let mut prelude = Vec::new();
    while let Some(statement) =
        statements.next_if(|statement| moves_argument(statement) || fixes_type(statement))
    {
        if let Stmt::Local(local) = statement {
            prelude.push(local);
        }
    }
    let body = match statements.peek() {
        // Its type is that of the signature, which with `wrap_error` is not the body's.
        Some(Stmt::Local(local)) if is_named(&local.pat, "__ret") => result_block(local),
        _ => None,
    };
    let body = body.unwrap_or_else(|| {
        let mut rest = Group::new(Delimiter::Brace, statements.map(ToTokens::into_token_stream).collect());
        rest.set_span(block.span());
        rest
    });
    (prelude, body)
}

/// The block of `let __ret: T = { .. };`.
fn result_block(local: &Local) -> Option<Group> {
    match local.init.as_ref()?.expr.to_token_stream().into_iter().next()? {
        TokenTree::Group(block) => Some(block),
        _ => None,
    }
}

fn is_named(pat: &Pat, name: &str) -> bool {
    match pat {
        Pat::Type(typed) => is_named(&typed.pat, name),
        Pat::Ident(binding) => binding.ident == name,
        _ => false,
    }
}

/// `let name = name;`, or `let (a, b) = { let __arg1 = __arg1; __arg1 };`
fn moves_argument(statement: &Stmt) -> bool {
    let Stmt::Local(Local { init: Some(init), .. }) = statement else { return false };
    match &*init.expr {
        Expr::Path(_) => true,
        Expr::Block(block) => matches!(block.block.stmts.last(), Some(Stmt::Expr(Expr::Path(argument), None))
            if argument.path.get_ident().is_some_and(|name| name.to_string().starts_with("__arg"))),
        _ => false,
    }
}

/// `if let Some(__ret) = None::<T> { return __ret; }`
fn fixes_type(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(Expr::If(condition), _)
        if matches!(&*condition.cond, Expr::Let(test)
            if test.pat.to_token_stream().to_string().contains("__ret")))
}

/// The name that `async_trait` moves `self` to.
pub(crate) fn moved_self(local: &mut Local) -> Option<&mut PatIdent> {
    let is_self = matches!(&local.init, Some(init)
        if matches!(&*init.expr, Expr::Path(path) if path.path.is_ident("self")));
    match &mut local.pat {
        Pat::Ident(binding) if is_self => Some(binding),
        _ => None,
    }
}
