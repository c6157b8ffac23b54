//! Puts the layers on top of what the code says, for one call or one policy.

use std::time::Duration;

use retry_rules::Fault;

use super::{
    field,
    layers::{Layers, operations, plain},
    problem::{Found, Problem},
    section::{Section, Setting},
    tuned::Tuned,
    value::Value,
};
use crate::{
    RetryPolicy,
    observe::Listed,
    policy::{Draft, Field, Fields},
    site::Site,
};

/// What settings are asked about.
pub(super) struct Subject {
    /// What the code says, and what of it the attribute wrote.
    draft: Draft,
    /// The policy's name, plain.
    policy: String,
    /// The operation's names, plain, the longer one last; none for a policy alone.
    operations: Vec<String>,
    limits: Limits,
    is_configurable: bool,
    /// Who it is, for messages.
    who: String,
}

/// The limits of time that the code gives a call.
#[derive(Clone, Copy)]
enum Limits {
    Known {
        attempt_timeout: Option<Duration>,
        deadline: Option<Duration>,
    },
    /// As the call is made, its loop knows them, and uses what is set for those that it has.
    Unknown,
}

impl Limits {
    const NONE: Self = Self::Known { attempt_timeout: None, deadline: None };

    const fn get(self, field: Field) -> Option<Duration> {
        match (self, field) {
            (Self::Known { attempt_timeout, .. }, Field::AttemptTimeout) => attempt_timeout,
            (Self::Known { deadline, .. }, Field::Deadline) => deadline,
            _ => None,
        }
    }

    /// Whether it is certain that the code has no such limit.
    const fn lack(self, field: Field) -> bool {
        matches!(field, Field::AttemptTimeout | Field::Deadline)
            && matches!(self, Self::Known { .. })
            && self.get(field).is_none()
    }
}

impl Subject {
    pub(super) fn listed(listed: &Listed) -> Self {
        let (attempt_timeout, deadline) = listed.limits();
        let site = listed.site();
        Self { limits: Limits::Known { attempt_timeout, deadline }, ..Self::called(site, site.draft()) }
    }

    pub(super) fn called(site: &Site, draft: Draft) -> Self {
        let (service, dot) = site.service().map_or(("", ""), |service| (service, "."));
        let (operation, place) = (site.operation(), site.location());
        Self {
            draft,
            policy: plain(draft.policy().name()),
            operations: operations(site).collect(),
            limits: Limits::Unknown,
            is_configurable: site.is_configurable(),
            who: format!("`{service}{dot}{operation}` ({}:{})", place.file(), place.line()),
        }
    }

    pub(super) fn policy(name: &str, policy: RetryPolicy) -> Self {
        Self {
            draft: Draft::of(policy),
            policy: plain(name),
            operations: Vec::new(),
            limits: Limits::NONE,
            is_configurable: true,
            who: format!("the policy `{name}`"),
        }
    }

    /// A limit that the code gives it.
    pub(super) const fn limit(&self, field: Field) -> Option<Duration> {
        self.limits.get(field)
    }

    /// What follows for it from the layers, or the rules that it would break.
    pub(super) fn resolve<'a>(&self, layers: &'a Layers) -> Result<Resolved<'a>, Vec<Found>> {
        let mut resolved =
            Resolved { draft: Draft::of(*self.draft.policy()), settings: [None; 15], refused: Fields::NONE };
        if !self.is_configurable {
            return Ok(resolved);
        }
        let written = self.draft.written();
        let is_of_call = |field| matches!(field, Field::AttemptTimeout | Field::Deadline);
        let mut problems = Vec::new();
        for names in layers.sources.in_order() {
            if let Some(section) = names.get(&self.policy) {
                let is_kept = |field| written.has(field) || is_of_call(field);
                self.take(section, is_kept, &mut resolved, &mut problems);
            }
        }
        for names in layers.sources.in_order() {
            let of_operation = self.operations.iter().filter(|name| !layers.is_policy(name));
            for section in of_operation.filter_map(|name| names.get(name)) {
                self.take(section, |field| self.limits.lack(field), &mut resolved, &mut problems);
            }
        }
        if problems.is_empty() {
            problems.extend(self.check(&mut resolved));
        }
        if problems.is_empty() { Ok(resolved) } else { Err(problems) }
    }

    fn take<'a>(
        &self,
        section: &'a Section,
        is_kept: impl Fn(Field) -> bool,
        resolved: &mut Resolved<'a>,
        problems: &mut Vec<Found>,
    ) {
        let code = self.draft.policy();
        resolved.refused = resolved.refused.and(section.refused());
        for (field, setting) in section.settings() {
            // Whether a call began in time is known only where its start is read.
            let is_missing = field == Field::MaxElapsed && code.max_elapsed().is_none();
            if is_kept(field) || is_missing {
                continue;
            }
            if let (Field::MaxTotalDelay, Value::Time(limit), Some(promise)) =
                (field, setting.value, code.max_total_delay())
            {
                if limit > promise {
                    let promise = Value::Time(promise);
                    problems.push(self.found(setting, String::new(), format!(
                        "the code promises a `max_total_delay` of {promise}, which settings may lower and never lift"
                    )));
                    continue;
                }
            }
            resolved.draft = setting.value.apply(field, resolved.draft);
            resolved.settings[field as usize] = Some(setting);
        }
    }

    fn found(&self, setting: &Setting, beside: String, message: String) -> Found {
        Found { origin: setting.origin.clone(), who: self.who.clone(), beside, message }
    }

    /// The rules that take more than one field.
    fn check(&self, resolved: &mut Resolved<'_>) -> Option<Found> {
        let timeout = resolved.time(Field::AttemptTimeout).or(self.limit(Field::AttemptTimeout));
        let deadline = resolved.time(Field::Deadline);
        // What the code limits by its deadline alone follows that, wherever it is set.
        let follows = self.draft.written().has_elapsed_of_deadline();
        if let (Some(deadline), true, None) = (deadline, follows, resolved.value(Field::MaxElapsed)) {
            resolved.draft = resolved.draft.max_elapsed(deadline);
            resolved.follow(Field::MaxElapsed, Field::Deadline);
        }
        let in_code = self.limit(Field::Deadline);
        let deadline = deadline.or(in_code);
        // A deadline that is set counts only where it is certain that the code has one: elsewhere it limits nothing.
        let certain = deadline.filter(|_| in_code.is_some());
        if let (Some(Value::Unlimited), Some(deadline)) = (resolved.value(Field::MaxAttempts), certain) {
            if resolved.draft.policy().max_elapsed().is_none() {
                resolved.draft = resolved.draft.within(deadline);
                resolved.follow(Field::MaxElapsed, Field::MaxAttempts);
            }
        }
        let of_limits =
            timeout.zip(deadline).and_then(|(timeout, deadline)| Fault::of_timeout(timeout, deadline));
        let fault = resolved.draft.fault().or(of_limits)?;
        // The code alone keeps the rules, so something of these was set.
        let concerned = concerned(&fault);
        // Nobody knows what was meant where a value was refused.
        if concerned.iter().any(|field| resolved.refused.has(*field)) {
            return None;
        }
        let mut set = concerned.iter().filter_map(|field| resolved.settings[*field as usize]);
        let first = set.next()?;
        let others: Vec<String> = set
            .filter(|setting| setting.origin != first.origin)
            .map(|setting| format!("{} = {}", setting.origin, setting.origin.raw))
            .collect();
        let beside =
            if others.is_empty() { String::new() } else { format!(", beside {}", others.join(", ")) };
        let message = match fault {
            // The rule's own words would have it added, which settings cannot.
            Fault::Endless => "unlimited attempts need a time limit, or the call may never end: write `max_elapsed`, such as \
                               \"5m\", or `deadline` in the code"
                .to_owned(),
            _ => fault.message().to_string(),
        };
        Some(self.found(first, beside, message))
    }
}

/// The fields that a rule is about.
fn concerned(fault: &Fault) -> &'static [Field] {
    match fault {
        Fault::InitialAboveMax { .. } => &[Field::InitialDelay, Field::MaxDelay],
        Fault::Endless => &[Field::MaxAttempts, Field::MaxElapsed],
        Fault::IdleTimeout => &[Field::AttemptTimeout, Field::Deadline],
        _ => &[
            Field::MaxTotalDelay,
            Field::MaxAttempts,
            Field::InitialDelay,
            Field::MaxDelay,
            Field::Backoff,
            Field::ExponentialBase,
            Field::Jitter,
            Field::MaxElapsed,
        ],
    }
}

/// The figures of a subject, and where those of them come from that the code did not give.
pub(super) struct Resolved<'a> {
    pub(super) draft: Draft,
    pub(super) settings: [Option<&'a Setting>; 15],
    /// Fields whose values could not be understood.
    refused: Fields,
}

impl Resolved<'_> {
    fn value(&self, field: Field) -> Option<Value> {
        self.settings[field as usize].map(|setting| setting.value)
    }

    fn time(&self, field: Field) -> Option<Duration> {
        match self.value(field) {
            Some(Value::Time(time)) => Some(time),
            _ => None,
        }
    }

    /// `field` has its value because of `other`'s.
    const fn follow(&mut self, field: Field, other: Field) {
        self.settings[field as usize] = self.settings[other as usize];
    }

    pub(super) fn into_tuned(self) -> Tuned {
        Tuned {
            policy: Some(*self.draft.policy()),
            attempt_timeout: self.time(Field::AttemptTimeout),
            deadline: self.time(Field::Deadline),
        }
    }
}

/// Limits of time that are set where the code has none: it has no error for them, and does not read the clock.
pub(super) fn misplaced(layers: &Layers, functions: &[&'static Listed]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for names in layers.sources.in_order() {
        for (name, section) in names {
            for (field, setting) in section.settings() {
                let message = if layers.is_policy(name) {
                    misplaced_in_policy(field, name, functions)
                } else {
                    misplaced_in_operation(field, name, functions)
                };
                problems.extend(message.map(|message| setting.origin.problem(message)));
            }
        }
    }
    problems
}

fn misplaced_in_policy(field: Field, name: &str, functions: &[&'static Listed]) -> Option<String> {
    let written = field::name(field);
    match field {
        Field::AttemptTimeout | Field::Deadline => {
            Some(format!("`{written}` is no field of a policy: set it for an operation, by its name"))
        }
        Field::MaxElapsed => {
            let mut users = functions.iter().map(|listed| listed.site().policy());
            let has = |policy: &RetryPolicy| plain(policy.name()) == name && policy.max_elapsed().is_some();
            let known = super::layers::base(name).is_some_and(|policy| has(&policy));
            (!known && !users.any(has)).then(|| {
                format!("`{written}` cannot be added by settings, for a call that has none does not read the clock when it begins: write it in the code, as in `{written} = \"30s\"`, and settings can change it")
            })
        }
        _ => None,
    }
}

fn misplaced_in_operation(field: Field, name: &str, functions: &[&'static Listed]) -> Option<String> {
    let is_it = |listed: &&&Listed| operations(listed.site()).any(|operation| operation == name);
    let mut of_name = functions.iter().filter(is_it).peekable();
    of_name.peek()?;
    let written = field::name(field);
    if !functions.iter().filter(is_it).any(|listed| listed.site().is_configurable()) {
        return Some("the code says `configurable = false`: settings cannot change it".to_owned());
    }
    let has = |listed: &&Listed| {
        let (attempt_timeout, deadline) = listed.limits();
        let is_computed = listed.site().is_computed();
        // Type parameters may bring what is not known here; of a policy that is computed, all but its limits of time.
        (listed.is_generic() && !is_computed)
            || match field {
                Field::AttemptTimeout => attempt_timeout.is_some(),
                Field::Deadline => deadline.is_some(),
                Field::MaxElapsed => is_computed || listed.site().policy().max_elapsed().is_some(),
                _ => true,
            }
    };
    (!of_name.any(has)).then(|| {
        format!("the code has no `{written}`, and settings cannot add it: write it there, as in `{written} = \"30s\"`, and settings can change it")
    })
}
