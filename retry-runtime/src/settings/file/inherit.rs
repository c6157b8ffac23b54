//! `inherits`: a section that starts from a whole policy.

use std::collections::{BTreeMap, BTreeSet};

use retry_rules::PRESETS;

use crate::{
    RetryPolicy,
    observe::Listed,
    policy::Field,
    settings::{
        field::unknown_one,
        layers::{self, Names, plain},
        problem::Problem,
        section::{Origin, Section, Setting},
        value::Value,
    },
};

/// What files say of a name.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    pub(super) own: Section,
    pub(super) inherits: Option<Inherits>,
    /// The name as it is written.
    pub(super) name: String,
}

/// The parent that a section names.
#[derive(Clone, Debug)]
pub(super) struct Inherits {
    pub(super) parent: String,
    pub(super) origin: Origin,
}

impl Said {
    /// Takes over what a later file says.
    pub(super) fn merge(&mut self, later: Self) {
        self.own.merge(&later.own);
        self.name = later.name;
        if later.inherits.is_some() {
            self.inherits = later.inherits;
        }
    }
}

/// The sections with all that they inherit. One that cannot be made whole is left out, for its halves would break rules
/// that nobody broke.
pub(super) fn resolve(said: &BTreeMap<String, Said>, problems: &mut Vec<Problem>) -> Names {
    let whole = said.keys().filter_map(|name| match line(name, said) {
        Ok(line) => Some((name.clone(), with_parents(&line, said))),
        Err(problem) => {
            problems.push(problem);
            None
        }
    });
    whole.collect()
}

/// The name, its parent, the parent of that, and so on. What is wrong on the way is the same problem for all who come by.
fn line(name: &str, said: &BTreeMap<String, Said>) -> Result<Vec<String>, Problem> {
    let mut line = vec![name.to_owned()];
    let mut seen = BTreeSet::from([name.to_owned()]);
    while let Some(inherits) = said.get(&line[line.len() - 1]).and_then(|said| said.inherits.as_ref()) {
        let parent = plain(&inherits.parent);
        if !seen.insert(parent.clone()) {
            let first = line.iter().position(|name| *name == parent).unwrap_or(0);
            return Err(circle(&line[first..], inherits, said));
        }
        if !said.contains_key(&parent) && layers::base(&parent).is_none() {
            return Err(inherits.origin.problem(unknown(&inherits.parent, said)));
        }
        line.push(parent);
    }
    Ok(line)
}

/// It begins with the member whose name comes first; `last` is how the last one of these closes it.
fn circle(members: &[String], last: &Inherits, said: &BTreeMap<String, Said>) -> Problem {
    let first = members.iter().enumerate().min_by_key(|(_, name)| *name).map_or(0, |(place, _)| place);
    let (after, before) = members.split_at(first);
    let round: Vec<&String> = before.iter().chain(after).chain(before.first()).collect();
    let written = |name: &&String| format!("`{}`", said.get(*name).map_or(name.as_str(), |said| &said.name));
    let circle = round.iter().map(written).collect::<Vec<_>>().join(" from ");
    let first = round.first().and_then(|name| said.get(*name)).and_then(|said| said.inherits.as_ref());
    first.unwrap_or(last).origin.problem(format!("inherits in a circle: {circle}"))
}

fn unknown(parent: &str, said: &BTreeMap<String, Said>) -> String {
    let mut known: BTreeSet<&str> = PRESETS.iter().map(|preset| preset.name).collect();
    known.extend(said.values().map(|said| said.name.as_str()));
    let functions = Listed::all();
    let named = functions.iter().filter(|listed| !listed.is_generic());
    known.extend(named.map(|listed| listed.site().policy().name()));
    unknown_one("policy", parent, known.iter().copied())
}

/// From the last parent down to the section itself.
fn with_parents(line: &[String], said: &BTreeMap<String, Said>) -> Section {
    let mut whole = of_code(line, said);
    for (generations, name) in line.iter().enumerate().rev() {
        match said.get(name) {
            Some(here) if generations == 0 => whole.merge(&here.own),
            Some(parent) => whole.merge(&marked(&parent.own, &said[&line[0]].name)),
            None => {}
        }
    }
    whole
}

/// The figures that the last parent has in the code, if it is a policy there.
fn of_code(line: &[String], said: &BTreeMap<String, Said>) -> Section {
    let [.., heir, last] = line else { return Section::default() };
    match (layers::base(last), said.get(heir).and_then(|heir| heir.inherits.as_ref())) {
        (Some(policy), Some(inherits)) => figures(&policy, &inherits.origin),
        _ => Section::default(),
    }
}

/// What a policy of the code has and settings may always set. Limits of time and promises are no part of it: they belong
/// to the calls of the one function.
fn figures(policy: &RetryPolicy, origin: &Origin) -> Section {
    let mut section = Section::default();
    let attempts = policy.max_attempts().map_or(Value::Unlimited, Value::Count);
    for (field, value) in [
        (Field::MaxAttempts, attempts),
        (Field::InitialDelay, Value::Time(policy.initial_delay())),
        (Field::MaxDelay, Value::Time(policy.max_delay())),
        (Field::Backoff, Value::Backoff(policy.backoff())),
        (Field::ExponentialBase, Value::Base(policy.exponential_base())),
        (Field::Jitter, Value::Jitter(policy.jitter())),
        (Field::MaxRetryAfter, Value::Time(policy.max_retry_after())),
        (Field::SlotCount, Value::Count(policy.slot_count())),
        (Field::SlotWidth, Value::Time(policy.slot_width())),
        (Field::Coordinated, Value::Switch(policy.is_coordinated())),
        (Field::IdempotencyTtl, Value::Time(policy.idempotency_ttl())),
    ] {
        section.set(field, Setting { value, origin: origin.clone() });
    }
    section
}

/// What an heir takes over from a section, and says so.
fn marked(section: &Section, heir: &str) -> Section {
    let mut marked = Section::default();
    for (field, setting) in section.settings() {
        let Setting { value, mut origin } = setting.clone();
        origin.key = format!("{} (inherited by `{heir}`)", origin.key);
        marked.set(field, Setting { value, origin });
    }
    marked
}
