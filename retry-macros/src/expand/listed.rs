//! The function's entry in the inventory.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Expr;

use super::{
    guard::{borrowed, lent},
    local,
    policy::{counted, generics_of, names_generics, site},
    shape::names,
    time,
};
use crate::plan::Plan;

/// Registers the function whose site is `__RETRY_SITE`.
pub(super) fn function(plan: &Plan) -> Option<TokenStream> {
    let kind = if plan.policy.is_computed() { quote!(generic) } else { quote!(function) };
    entry(plan, &TokenStream::new(), &quote!(#kind(&__RETRY_SITE)))
}

/// Registers a function whose policy or names depend on type parameters, by what does not.
pub(super) fn generic(plan: &Plan, has_figures: bool) -> Option<TokenStream> {
    let krate = &plan.krate;
    let generics = generics_of(plan);
    let is_known = |name: &&TokenStream| !names_generics((*name).clone(), &generics);
    let own_name = plan.own_name();
    let operation = Some(&plan.operation).filter(is_known).unwrap_or(&own_name);
    let service = plan.service.as_ref().filter(is_known);
    let site =
        site(plan, operation, service, &quote!(#krate::__private::Draft::of(#krate::RetryPolicy::DEFAULT)));
    let counted = counted(has_figures);
    let declared = quote!(static __RETRY_SITE: #krate::__private::Site = #site #counted;);
    entry(plan, &declared, &quote!(generic(&__RETRY_SITE)))
}

/// In a body, for an attribute of a method can write no item beside it.
fn entry(plan: &Plan, declared: &TokenStream, site: &TokenStream) -> Option<TokenStream> {
    if !cfg!(feature = "inventory") {
        return None;
    }
    let krate = &plan.krate;
    let limits =
        [(quote!(attempt_timeout), &plan.time.attempt_timeout), (quote!(deadline), &plan.time.deadline)];
    let limits = limits.into_iter().filter_map(|(method, limit)| {
        let limit = time::known(plan, limit.as_ref()?)?;
        Some(quote!(.#method(#limit)))
    });
    let guards = [
        (quote!(budget), &plan.guards.budget, quote!(RetryBudget), quote!(BudgetBalance)),
        (quote!(circuit_breaker), &plan.guards.circuit_breaker, quote!(CircuitBreaker), quote!(BreakerState)),
    ];
    let guards = guards.into_iter().filter_map(|(method, guard, kind, shown)| {
        let guard = guard.as_ref().filter(|guard| is_static(plan, guard))?;
        let name = local("guard");
        let (borrowed, lent) = (borrowed(&name, Some(guard)), lent(krate, &kind, &name, guard));
        // Of the value alone, so that it does not matter how long a borrow of it lasts.
        Some(quote!(.#method(|| { #borrowed #krate::__private::#shown::of(#lent) })))
    });
    Some(quote! {
        #krate::__private::list! {
            #declared
            #krate::__private::Listed::#site.within(::core::module_path!()) #(#limits)* #(#guards)*
        }
    })
}

/// Whether the expression plainly is a `static`, or something that can be written in its place: the path of one, through
/// modules alone. A path through a type may depend on type parameters of an `impl`, which are not seen here.
fn is_static(plan: &Plan, guard: &TokenStream) -> bool {
    let Ok(expr) = syn::parse2::<Expr>(guard.clone()) else { return false };
    let Some(path) = path(&expr) else { return false };
    let mut segments = path.segments.iter().rev();
    let is_shouted = segments.next().is_some_and(|last| last.arguments.is_none() && is_shouted(&last.ident));
    let through_modules = segments.all(|segment| !segment.ident.to_string().contains(char::is_uppercase));
    let is_local = path
        .get_ident()
        .is_some_and(|name| names_generics(guard.clone(), &generics_of(plan)) || is_argument(plan, name));
    is_shouted && through_modules && !is_local
}

fn path(expr: &Expr) -> Option<&syn::Path> {
    match expr {
        Expr::Path(path) if path.qself.is_none() => Some(&path.path),
        // As a fragment of `macro_rules!` comes.
        Expr::Group(group) => path(&group.expr),
        Expr::Reference(reference) if reference.mutability.is_none() => path(&reference.expr),
        _ => None,
    }
}

/// `API`, `LAKE_2`.
fn is_shouted(name: &Ident) -> bool {
    let name = name.to_string();
    name.contains(char::is_uppercase) && !name.contains(char::is_lowercase)
}

fn is_argument(plan: &Plan, name: &Ident) -> bool {
    let inputs = &plan.function.signature.inputs;
    names(quote!(#inputs), name)
}
