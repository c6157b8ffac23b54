//! The names of fields, as sources of settings write them.

use retry_rules::names;

use crate::policy::Field;

/// A field and its names: the first is its own, the others are those of the documents the presets come from.
pub(super) struct Entry {
    pub(super) field: Field,
    pub(super) names: &'static [&'static str],
}

const fn entry(field: Field, names: &'static [&'static str]) -> Entry {
    Entry { field, names }
}

/// Its own name; [`JITTER_FACTOR`] is another one's.
pub(super) const FIELDS: [Entry; 15] = [
    entry(Field::MaxAttempts, &["max_attempts"]),
    entry(Field::InitialDelay, &["initial_delay", "min_wait"]),
    entry(Field::MaxDelay, &["max_delay", "max_wait"]),
    entry(Field::Backoff, &["backoff"]),
    entry(Field::ExponentialBase, &["exponential_base"]),
    entry(Field::Jitter, &["jitter", JITTER_FACTOR]),
    entry(Field::MaxElapsed, &["max_elapsed"]),
    entry(Field::MaxRetryAfter, &["max_retry_after"]),
    entry(Field::MaxTotalDelay, &["max_total_delay"]),
    entry(Field::SlotCount, &["slot_count"]),
    entry(Field::SlotWidth, &["slot_width"]),
    entry(Field::Coordinated, &["coordinated", "coordination_enabled"]),
    entry(Field::IdempotencyTtl, &["idempotency_ttl"]),
    entry(Field::AttemptTimeout, &["attempt_timeout"]),
    entry(Field::Deadline, &["deadline"]),
];

/// The factor beside `jitter`, which may then be `true` or `false`.
pub(super) const JITTER_FACTOR: &str = "jitter_factor";

/// The field that is called `name`.
pub(super) fn named(name: &str) -> Option<Field> {
    FIELDS.iter().find(|entry| entry.names.contains(&name)).map(|entry| entry.field)
}

/// The field's own name.
pub(super) fn name(field: Field) -> &'static str {
    // The table is in the order of the fields.
    FIELDS[field as usize].names[0]
}

/// All names.
pub(super) fn all() -> impl Iterator<Item = &'static str> + Clone {
    FIELDS.iter().flat_map(|entry| entry.names.iter().copied())
}

/// What to say of a field that is not known.
pub(super) fn unknown(name: &str) -> String {
    unknown_one("field", name, all())
}

/// The nearest name that is known, or all.
pub(super) fn unknown_one<'a>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> String {
    match names::nearest(name, known.clone()) {
        Some(near) => format!("unknown {what} `{name}`: did you mean `{near}`?"),
        None => names::unknown(what, name, known).replace('\n', ": "),
    }
}

/// Splits `worker_max_attempts` at the longest field it ends with, into `worker` and `max_attempts`.
pub(super) fn split(text: &str) -> Option<(&str, &'static str)> {
    let ends =
        |field: &&str| text.strip_suffix(field).is_some_and(|rest| rest.ends_with('_') && rest.len() > 1);
    let field = all().filter(ends).max_by_key(|field| field.len())?;
    Some((&text[..text.len() - field.len() - 1], field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_fields() {
        for (place, entry) in FIELDS.iter().enumerate() {
            assert_eq!(entry.field as usize, place);
        }
    }

    #[test]
    fn a_name_is_split_at_the_longest_field() {
        assert_eq!(split("worker_max_attempts"), Some(("worker", "max_attempts")));
        assert_eq!(split("worker_jitter_factor"), Some(("worker", "jitter_factor")));
        assert_eq!(split("retry_jitter"), Some(("retry", "jitter")));
        // An operation may be called like a field.
        assert_eq!(split("max_delay_max_delay"), Some(("max_delay", "max_delay")));
        assert_eq!(split("max_delay"), None);
        assert_eq!(split("_max_delay"), None);
        assert_eq!(split("worker_colour"), None);
    }
}
