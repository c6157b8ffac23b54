//! Where each value comes from.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use retry_rules::PRESETS;

use super::{
    field::{self, FIELDS},
    layers::{Layers, base, plain},
    resolve::Subject,
    section::{Section, Setting},
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
/// So wide is a column at most; what is wider stands out.
const WIDEST: usize = 60;
/// In place of a value that nobody has said.
const UNSET: &str = "unset";

impl Report {
    pub(super) fn of(layers: &Layers) -> Self {
        let mut rows = Vec::new();
        let functions = Listed::all();
        let functions = || functions.iter().filter(|listed| !listed.is_generic());
        let presets = PRESETS.iter().map(|preset| preset.name);
        let mut policies: Vec<&str> =
            presets.chain(functions().map(|listed| listed.site().policy().name())).collect();
        policies.sort_by_key(|name| plain(name));
        policies.dedup_by_key(|name| plain(name));
        for name in policies {
            let subject = Subject::policy(name, base(name).unwrap_or(RetryPolicy::DEFAULT));
            rows.extend(table(name, &subject, layers));
        }
        for listed in functions() {
            let site = listed.site();
            let name = match site.service() {
                Some(service) => format!("{service}.{}", site.operation()),
                None => site.operation().to_owned(),
            };
            rows.extend(table(&name, &Subject::listed(listed), layers));
        }
        rows.extend(layers.unknown_names().into_iter().flat_map(|(name, _)| said(name, layers)));
        Self { rows }
    }

    /// Tells name, field, value before, value after, and source of each value that is another one in `after`.
    pub(super) fn differences(&self, after: &Self, tell: impl Fn(&str, &str, &str, &str, &str)) {
        let (before, after) = (self.by_key(), after.by_key());
        for (key, row) in &after {
            let value = before.get(key).map_or(UNSET, |old| old.value.as_str());
            if value != row.value {
                tell(&row.name, row.field, value, &row.value, &row.source);
            }
        }
        for (key, row) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
            tell(key.0, key.1, &row.value, UNSET, "");
        }
    }

    /// Two functions may have the same name, so those of each name are counted.
    fn by_key(&self) -> BTreeMap<(&str, &str, usize), &Row> {
        let mut seen = HashMap::new();
        let keyed = self.rows.iter().map(|row| {
            let number = seen.entry((row.name.as_str(), row.field)).or_insert(0_usize);
            *number += 1;
            ((row.name.as_str(), row.field, *number), row)
        });
        keyed.collect()
    }

    /// All values: of the presets and the policies that annotated functions have, by their names; of the annotated
    /// functions, by their places; then what is said of names that nothing of these has, which calls of closures may.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Those that do not come from the code.
    pub fn changed(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.source != CODE)
    }
}

fn table(name: &str, subject: &Subject, layers: &Layers) -> Vec<Row> {
    let Ok(resolved) = subject.resolve(layers) else { return Vec::new() };
    let rows = FIELDS.iter().filter_map(|entry| {
        let field = entry.field;
        let set = resolved.settings[field as usize];
        let source = set.map_or_else(|| CODE.to_owned(), |setting| setting.origin.to_string());
        let value = match field {
            Field::AttemptTimeout | Field::Deadline => {
                let in_code = subject.limit(field).map(Value::Time);
                set.map(|setting| setting.value).or(in_code)?.to_string()
            }
            _ => of(field, &resolved.draft),
        };
        Some(Row { name: name.to_owned(), field: field::name(field), value, source })
    });
    rows.collect()
}

/// What sources say of a name, as far as nothing overrides it.
fn said(name: &str, layers: &Layers) -> Vec<Row> {
    let mut all = Section::default();
    for section in layers.sources.in_order().into_iter().filter_map(|names| names.get(name)) {
        all.merge(section);
    }
    let row = |(field, setting): (Field, &Setting)| Row {
        name: name.to_owned(),
        field: field::name(field),
        value: setting.value.to_string(),
        source: setting.origin.to_string(),
    };
    all.settings().map(row).collect()
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
        let widest =
            |of: fn(&Row) -> &str| changed.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
        // A name that somebody's file has may be longer than any line; formatting ends at 65,535.
        let width = |of| widest(of).min(WIDEST);
        let (name, field, value) = (width(|row| &row.name), width(|row| row.field), width(|row| &row.value));
        for (number, row) in changed.iter().enumerate() {
            let end = if number + 1 < changed.len() { "\n" } else { "" };
            write!(f, "{:name$}  {:field$}  {:value$}  {}{end}", row.name, row.field, row.value, row.source)?;
        }
        Ok(())
    }
}
