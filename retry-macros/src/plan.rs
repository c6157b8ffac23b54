//! Everything resolved: expansion sees only this.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprLit, Lit};

use crate::{
    args::{Args, Value},
    arguments::Arguments,
    errors::Errors,
    guard::Guards,
    idempotency::Idempotency,
    input::Function,
    keys::Key,
    policy::Policy,
    returns,
    shape::Shape,
    span::Spans,
    this::rename_self,
    time::Time,
    validate,
};

/// Something of the user's that is called.
pub(crate) enum Callee {
    /// Called directly, so that coercions apply.
    Path(TokenStream),
    /// Called through a helper, so that its parameter is inferred.
    Closure(TokenStream),
}

impl Callee {
    /// Whether `expr` can be called is left to the compiler; `None` for what plainly cannot.
    pub(crate) fn of(expr: &Expr) -> Option<Self> {
        match expr {
            Expr::Closure(_) => Some(Self::Closure(expr.to_token_stream())),
            Expr::Path(_) => Some(Self::Path(expr.to_token_stream())),
            Expr::Call(_) | Expr::MethodCall(_) | Expr::Paren(_) | Expr::Macro(_) => {
                Some(Self::Path(quote!((#expr))))
            }
            _ => None,
        }
    }

    /// Under `async_trait` the arguments are in its block, where `self` has another name.
    pub(crate) fn with_self_as(self, name: Option<&Ident>) -> Self {
        let Some(name) = name else { return self };
        match self {
            Self::Path(tokens) => Self::Path(rename_self(tokens, name)),
            Self::Closure(tokens) => Self::Closure(rename_self(tokens, name)),
        }
    }
}

/// The whole of one annotated function.
pub(crate) struct Plan {
    pub(crate) krate: TokenStream,
    pub(crate) function: Function,
    pub(crate) shape: Shape,
    pub(crate) policy: Policy,
    pub(crate) time: Time,
    pub(crate) guards: Guards,
    pub(crate) idempotency: Option<Idempotency>,
    pub(crate) arguments: Arguments,
    /// Text, or a constant of it.
    pub(crate) operation: TokenStream,
    pub(crate) service: Option<TokenStream>,
    /// Whether settings may change the policy.
    pub(crate) is_configurable: bool,
    pub(crate) filter: Option<Callee>,
    pub(crate) filter_ok: Option<Callee>,
    pub(crate) on_retry: Option<Callee>,
    pub(crate) on_success: Option<Callee>,
    pub(crate) on_give_up: Option<Callee>,
    pub(crate) before_retry: Option<Callee>,
    pub(crate) fallback: Option<Callee>,
    pub(crate) sleep: Option<TokenStream>,
    pub(crate) context: Option<Ident>,
    pub(crate) wrap_error: bool,
    pub(crate) span: Option<Spans>,
}

impl Plan {
    /// Resolves the arguments of the attribute against the function. Every fault is reported; with any,
    /// there is no plan.
    pub(crate) fn read(args: &Args, mut function: Function, errors: &mut Errors) -> Option<Self> {
        let mut policy = Policy::read(args, errors);
        validate::policy(args, &policy, errors);
        let mut time = Time::read(args, errors);
        let mut guards = Guards::read(args, errors);
        let idempotency = Idempotency::read(args, errors);
        validate::once(&function, errors);
        returns::check_borrows(&function.signature, errors);
        let span = Spans::read(args, &policy, errors);
        let mut shape = Shape::of(&function, errors);
        if let Some(shape) = &mut shape {
            time.fit(args, shape, errors);
            if idempotency.is_some() {
                Idempotency::check_value(&shape.outcome, errors);
            }
            if span.is_some() {
                shape.enclose();
            }
        }
        let arguments = Arguments::read(args, &mut function, &mut shape, errors);
        let operation = text(args, Key::Operation, errors);
        let service = text(args, Key::Service, errors);
        let filter = callee(args, Key::Filter, errors);
        let filter_ok = callee(args, Key::FilterOk, errors);
        let on_retry = callee(args, Key::OnRetry, errors);
        let on_success = callee(args, Key::OnSuccess, errors);
        let on_give_up = callee(args, Key::OnGiveUp, errors);
        let before_retry = callee(args, Key::BeforeRetry, errors);
        let fallback = callee(args, Key::Fallback, errors);
        let is_configurable = args.switch(Key::Configurable, errors).unwrap_or(true);
        let sleep = path(args, Key::Sleep, errors);
        let krate = path(args, Key::Crate, errors).unwrap_or_else(|| quote!(::retry_runtime));
        let context = binding(args, errors);
        let wrap_error = flag(args, Key::WrapError, errors);
        validate::context(context.as_ref(), &arguments, errors);
        let mut shape = shape?;
        let this = shape.moved_self().map(|moved| moved.ident.clone());
        policy.rename_self(this.as_ref());
        time.rename_self(this.as_ref());
        guards.rename_self(this.as_ref());
        let bind = |callee: Option<Callee>| callee.map(|callee| callee.with_self_as(this.as_ref()));
        errors.is_empty().then(|| Self {
            krate,
            shape,
            policy,
            time,
            guards,
            idempotency: idempotency.map(|idempotency| idempotency.with_self_as(this.as_ref())),
            arguments,
            operation: operation.unwrap_or_else(|| own_name(&function)),
            service,
            is_configurable,
            filter: bind(filter),
            filter_ok: bind(filter_ok),
            on_retry: bind(on_retry),
            on_success: bind(on_success),
            on_give_up: bind(on_give_up),
            before_retry: bind(before_retry),
            fallback: bind(fallback),
            sleep,
            context,
            wrap_error,
            span,
            function,
        })
    }

    /// The function's name as text.
    pub(crate) fn own_name(&self) -> TokenStream {
        own_name(&self.function)
    }

    /// Whether something needs to know when the call began, whatever the policy.
    pub(crate) const fn is_timed(&self) -> bool {
        self.wrap_error
            || self.context.is_some()
            || self.before_retry.is_some()
            || self.on_retry.is_some()
            || self.on_success.is_some()
            || self.on_give_up.is_some()
            || self.span.is_some()
            // It may have a `max_elapsed`.
            || self.policy.is_computed()
    }
}

fn own_name(function: &Function) -> TokenStream {
    function.signature.ident.to_string().trim_start_matches("r#").to_token_stream()
}

/// Whether the attribute documents the function; `#[doc(hidden)]` and the like do not.
pub(crate) fn is_documentation(attr: &Attribute) -> bool {
    attr.path().is_ident("doc") && matches!(attr.meta, syn::Meta::NameValue(_))
}

pub(crate) fn callee(args: &Args, key: Key, errors: &mut Errors) -> Option<Callee> {
    let expr = args.expr(key, errors)?;
    let callee = Callee::of(expr);
    if callee.is_none() {
        errors.at(expr, no_callee(key, expr));
    }
    callee
}

fn no_callee(key: Key, expr: &Expr) -> String {
    let name = key.entry().name;
    let combined = match expr {
        Expr::Binary(binary) if matches!(key, Key::Filter | Key::FilterOk) => match binary.op {
            syn::BinOp::Or(_) => Some(("any_of", binary)),
            syn::BinOp::And(_) => Some(("all_of", binary)),
            _ => None,
        },
        _ => None,
    };
    match combined {
        Some((word, syn::ExprBinary { left, right, .. })) => {
            let (left, right) = (left.to_token_stream(), right.to_token_stream());
            format!("`{name}` takes a path or a closure: write `{name} = {word}(({left}, {right}))`")
        }
        None => format!("`{name}` takes a path or a closure: write `{}`", key.entry().usage),
    }
}

fn path(args: &Args, key: Key, errors: &mut Errors) -> Option<TokenStream> {
    match args.expr(key, errors)? {
        Expr::Path(path) => Some(path.to_token_stream()),
        other => {
            let entry = key.entry();
            errors.at(other, format!("`{}` takes a path: write `{}`", entry.name, entry.usage));
            None
        }
    }
}

fn text(args: &Args, key: Key, errors: &mut Errors) -> Option<TokenStream> {
    let expr = args.expr(key, errors)?;
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if !text.value().trim().is_empty() => {}
        Expr::Path(_) | Expr::Macro(_) => {}
        other => {
            let entry = key.entry();
            errors.at(
                other,
                format!("`{}` takes a text that is not empty: write `{}`", entry.name, entry.usage),
            );
            return None;
        }
    }
    Some(expr.to_token_stream())
}

fn binding(args: &Args, errors: &mut Errors) -> Option<Ident> {
    let expr = args.expr(Key::Context, errors)?;
    match expr {
        Expr::Path(path) if path.path.get_ident().is_some_and(is_name) => path.path.get_ident().cloned(),
        other => {
            errors.at(other, "`context` takes the name to bind: write `context = cx`");
            None
        }
    }
}

/// Whether a `let` may bind it.
fn is_name(word: &Ident) -> bool {
    word != "self" && word != "Self" && word != "super" && word != "crate"
}

fn flag(args: &Args, key: Key, errors: &mut Errors) -> bool {
    let Some(arg) = args.get(key) else { return false };
    match &arg.value {
        Value::Flag => {}
        Value::Expr(expr) => errors.at(expr, format!("`{0}` takes no value: write `{0}`", key.entry().name)),
        Value::List(names) => errors.at(names, format!("`{0}` takes no list: write `{0}`", key.entry().name)),
    }
    true
}
