//! All that sources say, one above the other, and what follows for each call. A value of this type never changes:
//! whoever reads it sees all of one reading, and nothing of another.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::Location,
    sync::{Mutex, PoisonError},
};

use retry_rules::{PRESETS, names};

use super::{
    problem::{Found, Problem},
    resolve::Subject,
    section::Section,
    tuned::{Tuned, kept},
};
use crate::{RetryPolicy, observe::Listed, policy::Draft, site::Site};

/// What one source says, by [plain](plain) names.
pub(super) type Names = BTreeMap<String, Section>;

/// The sources, in the order in which they override each other.
#[derive(Clone, Debug, Default)]
pub(super) struct Sources {
    pub(super) files: Names,
    pub(super) environment: Names,
    pub(super) run_time: Names,
}

impl Sources {
    pub(super) fn in_order(&self) -> [&Names; 3] {
        [&self.files, &self.environment, &self.run_time]
    }

    /// The names that anything is said of.
    pub(super) fn names(&self) -> BTreeSet<&str> {
        self.in_order().into_iter().flat_map(Names::keys).map(String::as_str).collect()
    }
}

/// A name as the environment can write it: `billing.create-invoice` is `billing_create_invoice` there.
pub(super) fn plain(name: &str) -> String {
    name.chars().flat_map(plain_char).collect()
}

/// Letters of every alphabet count: functions may be called so, and must not all be `__`.
fn plain_char(c: char) -> impl Iterator<Item = char> {
    let c = if c.is_alphanumeric() { c } else { '_' };
    c.to_lowercase()
}

/// Whether the name that is put together of `parts` is `plain_name`.
fn is_plain_of<const N: usize>(plain_name: &str, parts: [&str; N]) -> bool {
    plain_name.chars().eq(parts.into_iter().flat_map(str::chars).flat_map(plain_char))
}

/// The sources, and what follows from them for the annotated functions.
#[derive(Debug)]
pub(super) struct Layers {
    pub(super) sources: Sources,
    /// The names of policies: one that is called so is no operation.
    policies: BTreeSet<String>,
    /// With the addresses of the functions' sites, by which they are sorted: quicker to search than a map is to hash.
    functions: Vec<(usize, &'static Tuned)>,
    /// By their plain names.
    named: BTreeMap<String, RetryPolicy>,
    /// Places whose policy would break a rule, and which have been told so.
    warned: Mutex<BTreeSet<Location<'static>>>,
}

impl Layers {
    /// Checks them against each other and against what the program has.
    pub(super) fn of(sources: Sources) -> (Self, Vec<Problem>) {
        let functions = Listed::all();
        let policies = policies(&functions);
        let mut layers = Self {
            sources,
            policies,
            functions: Vec::new(),
            named: BTreeMap::new(),
            warned: Mutex::default(),
        };
        let mut problems = layers.misplaced(&functions);
        let mut broken = layers.broken_presets();
        for listed in &functions {
            if listed.is_generic() {
                continue;
            }
            let site = listed.site();
            match Subject::listed(listed).resolve(&layers) {
                Ok(resolved) => {
                    layers.functions.push((address(site), resolved.into_tuned().kept()));
                }
                Err(found) => broken.extend(found),
            }
        }
        layers.functions.sort_unstable_by_key(|(address, _)| *address);
        layers.named = layers.named();
        problems.extend(Found::problems(broken));
        (layers, problems)
    }

    /// What the call of `site` goes by, if not by its own policy.
    pub(super) fn tuned(&self, site: &Site) -> &'static Tuned {
        let found = self.functions.binary_search_by_key(&address(site), |(address, _)| *address);
        match found.ok().and_then(|place| self.functions.get(place)) {
            Some((_, tuned)) => tuned,
            None => self.tuned_now(site, site.draft()).map_or(Tuned::NOTHING, Tuned::kept),
        }
    }

    /// The same of one whose policy is computed.
    pub(super) fn tuned_from(&self, site: &Site, draft: Draft) -> Option<Tuned> {
        self.tuned_now(site, draft)
    }

    /// What no list has is looked at when it is called. Where a rule would be broken, it keeps its own policy.
    fn tuned_now(&self, site: &Site, draft: Draft) -> Option<Tuned> {
        if !self.concern(site, &draft) {
            return None;
        }
        let found = match Subject::called(site, draft).resolve(self) {
            Ok(resolved) => return Some(resolved.into_tuned()),
            Err(found) => found,
        };
        if self.warned.lock().unwrap_or_else(PoisonError::into_inner).insert(*site.location()) {
            super::log::not_applied(site, &Found::problems(found));
        }
        None
    }

    /// Whether anything is said of a call. Most have nothing said of them, which must not cost an allocation.
    fn concern(&self, site: &Site, draft: &Draft) -> bool {
        let of_policy = |name: &str| is_plain_of(name, [draft.policy().name()]);
        let of_operation = |name: &str| {
            let operation = site.operation();
            is_plain_of(name, [operation])
                || site.service().is_some_and(|service| is_plain_of(name, [service, ".", operation]))
        };
        let mut names = self.sources.in_order().into_iter().flat_map(Names::keys);
        names.any(|name| of_policy(name) || of_operation(name))
    }

    /// Whether a policy is called so.
    pub(super) fn is_policy(&self, plain_name: &str) -> bool {
        self.policies.contains(plain_name)
    }

    /// A policy by its name, with all that is said of it.
    pub(super) fn policy(&self, name: &str) -> Option<RetryPolicy> {
        self.named.get(&plain(name)).copied()
    }

    /// The policies of the program, and those that only the sources name.
    fn named(&self) -> BTreeMap<String, RetryPolicy> {
        let known = self.known_names();
        let said = self.sources.names().into_iter().filter(|name| !known.contains(*name));
        let names = self.policies.iter().map(String::as_str).chain(said);
        let with_settings = |name: &str| {
            let base = base(name).unwrap_or_else(|| RetryPolicy::DEFAULT.called(kept(name)));
            let resolved = Subject::policy(name, base).resolve(self);
            (name.to_owned(), resolved.map_or(base, |resolved| *resolved.draft.policy()))
        };
        names.map(with_settings).collect()
    }

    /// The plain names that something in the program bears.
    pub(super) fn known_names(&self) -> BTreeSet<String> {
        let operations = Listed::all().into_iter().flat_map(|listed| operations(listed.site()));
        self.policies.iter().cloned().chain(operations).collect()
    }

    /// Names that nothing in the program bears, with the nearest one that something does. (Calls of closures are not
    /// known before they are made.)
    pub(super) fn unknown_names(&self) -> Vec<(&str, Option<String>)> {
        let known = self.known_names();
        let unknown = self.sources.names().into_iter().filter(|name| !known.contains(*name));
        unknown
            .map(|name| (name, names::nearest(name, known.iter().map(String::as_str)).map(str::to_owned)))
            .collect()
    }

    /// Limits of attempts and calls that are set where there are none.
    fn misplaced(&self, functions: &[&'static Listed]) -> Vec<Problem> {
        super::resolve::misplaced(self, functions)
    }

    /// What is wrong with the presets themselves: a call of a closure may go by any of them.
    fn broken_presets(&self) -> Vec<Found> {
        let resolve = |preset: RetryPolicy| Subject::policy(preset.name(), preset).resolve(self).err();
        PRESETS.iter().map(RetryPolicy::of_preset).filter_map(resolve).flatten().collect()
    }
}

/// The policy of the program that is called so.
pub(super) fn base(name: &str) -> Option<RetryPolicy> {
    let plain_name = plain(name);
    if let Some(preset) = PRESETS.iter().find(|preset| preset.name == plain_name) {
        return Some(RetryPolicy::of_preset(preset));
    }
    let functions = Listed::all();
    let own = functions.iter().filter(|listed| !listed.is_generic()).map(|listed| listed.site().draft());
    let of_name = own.filter(|draft| plain(draft.policy().name()) == plain_name);
    // That of a function that changes the least of it: best nothing.
    of_name.min_by_key(|draft| draft.written().count()).map(|draft| *draft.policy())
}

fn policies(functions: &[&'static Listed]) -> BTreeSet<String> {
    let presets = PRESETS.iter().map(|preset| preset.name.to_owned());
    let own = functions.iter().filter(|listed| !listed.is_generic());
    presets.chain(own.map(|listed| plain(listed.site().policy().name()))).collect()
}

/// The plain names of an operation, the longer one last.
pub(super) fn operations(site: &Site) -> impl Iterator<Item = String> + use<> {
    let operation = plain(site.operation());
    let full = site.service().map(|service| format!("{}_{operation}", plain(service)));
    [Some(operation), full].into_iter().flatten()
}

fn address(site: &Site) -> usize {
    std::ptr::from_ref(site).addr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_has_the_letters_of_every_alphabet() {
        for (name, expected) in [
            ("billing.Create-Invoice 2", "billing_create_invoice_2"),
            ("付款", "付款"),
            ("Überweisen", "überweisen"),
        ] {
            assert_eq!(plain(name), expected);
            assert!(is_plain_of(expected, [name]));
        }
        assert!(!is_plain_of("付款", ["退款"]));
    }
}
