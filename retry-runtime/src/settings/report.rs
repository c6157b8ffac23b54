//! Where each value comes from.

use std::fmt;

use super::{
    field::{self, FIELDS},
    layers::{Layers, base, plain},
    resolve::{Resolved, Subject},
    value::Value,
};
use crate::{
    RetryPolicy,
    observe::Listed,
    policy::{Draft, Field},
};

/// Every value that settings may change, and where it comes from. Shown as a table of those that they have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    rows: Vec<Row>,
}

/// A value of a policy or an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// The policy's name, or the operation's: `billing.charge`.
    pub name: String,
    /// The field's name.
    pub field: &'static str,
    /// Its value, `none` where there is no such limit.
    pub value: String,
    /// `code`, or the source and the key: `environment: RETRY__WORKER_MAX_ATTEMPTS`.
    pub source: String,
}

const CODE: &str = "code";

impl Report {
    pub(super) fn of(layers: &Layers) -> Self {
        let mut rows = Vec::new();
        let functions = Listed::all();
        let mut policies: Vec<&str> = functions
            .iter()
            .filter(|listed| !listed.is_generic())
            .map(|listed| listed.site().policy().name())
            .collect();
        policies.extend(layers.sources.names().into_iter().filter(|name| layers.is_policy(name)));
        policies.sort_by_key(|name| plain(name));
        policies.dedup_by_key(|name| plain(name));
        for name in policies {
            let subject = Subject::policy(name, base(name).unwrap_or(RetryPolicy::DEFAULT));
            rows.extend(subject.resolve(layers).into_iter().flat_map(|resolved| table(name, &resolved)));
        }
        for listed in functions.into_iter().filter(|listed| !listed.is_generic()) {
            let site = listed.site();
            let name = match site.service() {
                Some(service) => format!("{service}.{}", site.operation()),
                None => site.operation().to_owned(),
            };
            let subject = Subject::listed(listed);
            rows.extend(subject.resolve(layers).into_iter().flat_map(|resolved| table(&name, &resolved)));
        }
        Self { rows }
    }

    /// All values: of the policies by their names, then of the annotated functions by their places.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Those that do not come from the code.
    pub fn changed(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.source != CODE)
    }
}

fn table(name: &str, resolved: &Resolved<'_>) -> Vec<Row> {
    let of_policy = |field: Field| !matches!(field, Field::AttemptTimeout | Field::Deadline);
    let rows = FIELDS.iter().filter_map(|entry| {
        let field = entry.field;
        let (value, source) = match resolved.settings[field as usize] {
            Some(setting) if of_policy(field) => (of(field, &resolved.draft), setting.origin.to_string()),
            Some(setting) => (setting.value.to_string(), setting.origin.to_string()),
            None if of_policy(field) => (of(field, &resolved.draft), CODE.to_owned()),
            None => return None,
        };
        Some(Row { name: name.to_owned(), field: field::name(field), value, source })
    });
    rows.collect()
}

/// The value that a policy has.
fn of(field: Field, draft: &Draft) -> String {
    let policy = draft.policy();
    let value = match field {
        Field::MaxAttempts => Some(policy.max_attempts().map_or(Value::Unlimited, Value::Count)),
        Field::InitialDelay => Some(Value::Time(policy.initial_delay())),
        Field::MaxDelay => Some(Value::Time(policy.max_delay())),
        Field::Backoff => Some(Value::Backoff(policy.backoff())),
        Field::ExponentialBase => Some(Value::Base(policy.exponential_base())),
        Field::Jitter => Some(Value::Jitter(policy.jitter())),
        Field::MaxElapsed => policy.max_elapsed().map(Value::Time),
        Field::MaxRetryAfter => Some(Value::Time(policy.max_retry_after())),
        Field::MaxTotalDelay => policy.max_total_delay().map(Value::Time),
        Field::SlotCount => Some(Value::Count(policy.slot_count())),
        Field::SlotWidth => Some(Value::Time(policy.slot_width())),
        Field::Coordinated => Some(Value::Switch(policy.is_coordinated())),
        Field::IdempotencyTtl => Some(Value::Time(policy.idempotency_ttl())),
        Field::AttemptTimeout | Field::Deadline => None,
    };
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changed: Vec<&Row> = self.changed().collect();
        if changed.is_empty() {
            return f.write_str("every value is that of the code");
        }
        let width =
            |of: fn(&Row) -> &str| changed.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
        let (name, field, value) = (width(|row| &row.name), width(|row| row.field), width(|row| &row.value));
        for (number, row) in changed.iter().enumerate() {
            let end = if number + 1 < changed.len() { "\n" } else { "" };
            write!(f, "{:name$}  {:field$}  {:value$}  {}{end}", row.name, row.field, row.value, row.source)?;
        }
        Ok(())
    }
}
