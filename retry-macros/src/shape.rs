//! Where in the function the attempts are made: its shape.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericParam, Local, Pat, ReturnType, Stmt, Type, parse::Parser};

use crate::{errors::Errors, input::Function, returns::Returned};

/// The shape of a function.
pub(crate) enum Shape {
    /// A plain function: an attempt is a closure that is called at once.
    Blocking,
    /// The body is awaited as a block: an `async fn`, or the `async move` block of a function that
    /// returns one.
    Async {
        /// What stands around the block that makes the attempt, in the order of nesting.
        around: Around,
        /// What runs once, before the first attempt: the moves of the arguments into `async_trait`'s block.
        prelude: Vec<Local>,
        /// The body of an attempt.
        body: Group,
    },
    /// The body builds a future, which is awaited.
    BuildsFuture {
        /// Whether the function returns it in a `Box`.
        boxed: bool,
    },
}

/// What stands around the attempts.
pub(crate) enum Around {
    /// Nothing: an `async fn`.
    Nothing,
    /// The body is this, with the block that was at the end of `before` replaced.
    Tokens { before: TokenStream, after: TokenStream },
    /// The body is `path(async move { .. })`.
    Call { path: TokenStream, capture: TokenStream },
}

impl Shape {
    /// The shape of `function`, and the type of an attempt's outcome.
    pub(crate) fn of(function: &Function, errors: &mut Errors) -> Option<(Self, Type)> {
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
        if signature.asyncness.is_some() {
            let shape = instrumented(&function.body).unwrap_or_else(|| Self::Async {
                around: Around::Nothing,
                prelude: Vec::new(),
                body: function.body.clone(),
            });
            return Some((shape, (**returned).clone()));
        }
        let shape = match Returned::of(returned) {
            Returned::Outcome(ty) => {
                is_outcome(ty, errors)?;
                return Some((Self::Blocking, ty.clone()));
            }
            Returned::ImplFuture(ty) => {
                (async_block(&function.body).unwrap_or(Self::BuildsFuture { boxed: false }), ty)
            }
            Returned::BoxedFuture(ty) => {
                let shape = pinned_block(function).unwrap_or(Self::BuildsFuture { boxed: true });
                (shape, ty)
            }
        };
        Some((shape.0, shape.1.clone()))
    }

    pub(crate) const fn is_async(&self) -> bool {
        !matches!(self, Self::Blocking)
    }
}

/// Refuses what is certainly no `Result`; the compiler judges the rest.
fn is_outcome(ty: &Type, errors: &mut Errors) -> Option<()> {
    let what = match ty {
        Type::ImplTrait(_) => "`impl Trait` that is no `Future<Output = Result<..>>`",
        Type::Tuple(tuple) if tuple.elems.is_empty() => "nothing",
        Type::Tuple(_)
        | Type::Array(_)
        | Type::Slice(_)
        | Type::Reference(_)
        | Type::Ptr(_)
        | Type::Never(_) => "something else",
        _ => return Some(()),
    };
    errors.at(ty, format!("`#[retry]` needs a function that returns a `Result`, this one returns {what}"));
    None
}

/// `{ async move { .. } }`.
fn async_block(body: &Group) -> Option<Shape> {
    let tokens: Vec<TokenTree> = body.stream().into_iter().collect();
    let [TokenTree::Ident(first), TokenTree::Ident(second), TokenTree::Group(block)] = &tokens[..] else {
        return None;
    };
    (first == "async" && second == "move" && block.delimiter() == Delimiter::Brace).then(|| Shape::Async {
        around: Around::Tokens {
            before: [tokens[0].clone(), tokens[1].clone()].into_iter().collect(),
            after: TokenStream::new(),
        },
        prelude: Vec::new(),
        body: block.clone(),
    })
}

/// `{ Box::pin(async move { .. }) }`, as `async_trait` writes it.
fn pinned_block(function: &Function) -> Option<Shape> {
    let mut path: Vec<TokenTree> = function.body.stream().into_iter().collect();
    let Some(TokenTree::Group(call)) = path.pop() else { return None };
    let words: Vec<String> = path.iter().map(ToString::to_string).filter(|word| word != ":").collect();
    let is_box_pin = words.iter().rev().take(2).eq(["pin", "Box"])
        && words.iter().all(|word| matches!(word.as_str(), "std" | "alloc" | "boxed" | "Box" | "pin"));
    if !is_box_pin || call.delimiter() != Delimiter::Parenthesis {
        return None;
    }
    let Some(Shape::Async { body: block, around: Around::Tokens { before, .. }, .. }) = async_block(&call)
    else {
        return None;
    };
    let is_async_trait =
        function.signature.generics.params.iter().any(
            |param| matches!(param, GenericParam::Lifetime(param) if param.lifetime.ident == "async_trait"),
        );
    let (prelude, body) = if is_async_trait { hoist(&block) } else { (Vec::new(), block) };
    let path = path.into_iter().collect();
    Some(Shape::Async { around: Around::Call { path, capture: before }, prelude, body })
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
    let mut body = Group::new(Delimiter::Brace, statements.map(ToTokens::into_token_stream).collect());
    body.set_span(block.span());
    (prelude, body)
}

/// `let pattern = name;`
fn moves_argument(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Local(local)
        if matches!(&local.init, Some(init) if init.diverge.is_none() && matches!(&*init.expr, syn::Expr::Path(_)))
            && !matches!(local.pat, Pat::Wild(_)))
}

/// `if let Some(__ret) = None::<T> { return __ret; }`
fn fixes_type(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(syn::Expr::If(condition), _)
        if matches!(&*condition.cond, syn::Expr::Let(test)
            if test.pat.to_token_stream().to_string().contains("__ret")))
}

/// The body that `#[tracing::instrument]` writes: `let __tracing_instrument_future = async move { .. };`.
/// The attempts go into its block, so that its span is that of the whole call.
fn instrumented(body: &Group) -> Option<Shape> {
    let tokens: Vec<TokenTree> = body.stream().into_iter().collect();
    let start = tokens
        .iter()
        .position(|token| matches!(token, TokenTree::Ident(word) if word == "__tracing_instrument_future"))?;
    let [TokenTree::Punct(_), TokenTree::Ident(first), TokenTree::Ident(second), TokenTree::Group(block)] =
        tokens.get(start + 1..start + 5)?
    else {
        return None;
    };
    if first != "async" || second != "move" {
        return None;
    }
    let is_let =
        matches!(start.checked_sub(1).map(|i| &tokens[i]), Some(TokenTree::Ident(word)) if word == "let");
    is_let.then(|| Shape::Async {
        around: Around::Tokens {
            before: tokens[..start + 4].iter().cloned().collect(),
            after: tokens[start + 5..].iter().cloned().collect(),
        },
        prelude: Vec::new(),
        body: block.clone(),
    })
}

/// Replaces the word `self` in an attempt that works on a clone of it: `let self` cannot be written.
/// Functions inside the body have a `self` of their own.
pub(crate) fn rename_self(tokens: TokenStream, name: &Ident) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut renamed = TokenStream::new();
    let mut own_function = false;
    for (i, token) in tokens.iter().enumerate() {
        let is_path = matches!(tokens.get(i + 1..i + 3), Some([TokenTree::Punct(a), TokenTree::Punct(b)])
            if a.as_char() == ':' && a.spacing() == proc_macro2::Spacing::Joint && b.as_char() == ':');
        renamed.extend([match token {
            TokenTree::Ident(word) if word == "self" && !is_path => {
                TokenTree::Ident(Ident::new(&name.to_string(), name.span().located_at(word.span())))
            }
            TokenTree::Group(group) => {
                let parameters = group.delimiter() == Delimiter::Parenthesis && follows_fn(&tokens[..i]);
                own_function |= parameters && mentions_self(group.stream());
                let keeps = own_function;
                own_function &= group.delimiter() != Delimiter::Brace;
                if keeps { token.clone() } else { regroup(group, name) }
            }
            other => other.clone(),
        }]);
    }
    renamed
}

fn regroup(group: &Group, name: &Ident) -> TokenTree {
    let mut renamed = Group::new(group.delimiter(), rename_self(group.stream(), name));
    renamed.set_span(group.span());
    TokenTree::Group(renamed)
}

fn follows_fn(before: &[TokenTree]) -> bool {
    before
        .iter()
        .rev()
        .take(24)
        .take_while(|token| !matches!(token, TokenTree::Group(_)))
        .any(|token| matches!(token, TokenTree::Ident(word) if word == "fn"))
}

fn mentions_self(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "self"))
}
