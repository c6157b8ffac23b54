//! Settings of the environment: `RETRY_MAX_ATTEMPTS` for the default policy, `RETRY__WORKER_MAX_ATTEMPTS` for what is
//! called `worker`.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    sync::Arc,
};

use retry_rules::names;

use super::{
    field,
    layers::{Names, plain},
    problem::Problem,
    section::{Section, Written},
    value::Raw,
};

/// What precedes a name and a field.
const NAMED: &str = "RETRY__";
/// What precedes a field of the default policy.
const DEFAULT: &str = "RETRY_";

/// Reads `variables`. `known` are the names that are set apart from their fields, for messages.
pub(super) fn read(
    variables: impl Iterator<Item = (OsString, OsString)>,
    known: &BTreeSet<String>,
    problems: &mut Vec<Problem>,
) -> Names {
    let source: Arc<str> = "environment".into();
    let mut found: BTreeMap<String, Vec<Written>> = BTreeMap::new();
    // In the order of their names, whatever order the system gives them in.
    let variables: BTreeMap<OsString, OsString> = variables.collect();
    for (key, value) in variables {
        let Some(key) = key.to_str() else { continue };
        let problem = |message: String| Problem {
            source: source.to_string(),
            key: key.to_owned(),
            value: Some(format!("{:?}", value.to_string_lossy())),
            message,
        };
        let (name, field) = match addressed(key, known) {
            None => continue,
            Some(Ok(addressed)) => addressed,
            Some(Err(message)) => {
                problems.push(problem(message));
                continue;
            }
        };
        let Some(text) = value.to_str() else {
            problems
                .push(problem("the value is no UTF-8 text: write it in plain letters and digits".to_owned()));
            continue;
        };
        let raw = Raw::Text(text.to_owned());
        found.entry(name).or_default().push(Written {
            name: field,
            raw,
            source: source.clone(),
            key: key.to_owned(),
        });
    }
    found.into_iter().map(|(name, written)| (name, Section::read(&written, problems))).collect()
}

/// The name and the field that a variable is about; `None` if it is none of ours.
fn addressed(key: &str, known: &BTreeSet<String>) -> Option<Result<(String, String), String>> {
    if let Some(rest) = key.strip_prefix(NAMED) {
        let rest = rest.to_ascii_lowercase();
        return Some(match field::split(&rest) {
            Some((name, field)) => Ok((plain(name), field.to_owned())),
            None => Err(unsplit(&rest, known)),
        });
    }
    let field = key.strip_prefix(DEFAULT)?.to_ascii_lowercase();
    if field::named(&field).is_some() {
        return Some(Ok(("default".to_owned(), field)));
    }
    // One underline too few.
    if let Some((name, named)) = field::split(&field).filter(|(name, _)| known.contains(*name)) {
        let (name, named) = (name.to_ascii_uppercase(), named.to_ascii_uppercase());
        return Some(Err(format!("two underlines precede a name: write `{NAMED}{name}_{named}`")));
    }
    // Variables of others may begin like ours: `RETRY_MAX`. A slip of the pen is one of ours.
    let is_beginning = |near: &&str| near.starts_with(&field) && near.len() - field.len() > 1;
    let near = names::nearest(&field, field::all()).filter(|near| !is_beginning(near))?;
    Some(Err(format!("unknown field `{field}`: did you mean `{DEFAULT}{}`?", near.to_ascii_uppercase())))
}

/// What to say of `worker_max_atempts`.
fn unsplit(rest: &str, known: &BTreeSet<String>) -> String {
    if field::named(rest).is_some() {
        let (field, key) = (rest, rest.to_ascii_uppercase());
        return format!(
            "`{field}` of which policy? `{DEFAULT}{key}` is that of the default one, `{NAMED}WORKER_{key}` that of `worker`"
        );
    }
    let field = known
        .iter()
        .filter_map(|name| rest.strip_prefix(name.as_str())?.strip_prefix('_'))
        .min_by_key(|field| field.len());
    field.map_or_else(
        || {
            let all = field::all().collect::<Vec<_>>().join("`, `");
            format!("ends with no known field: write `{NAMED}<NAME>_<FIELD>`; fields are `{all}`")
        },
        field::unknown,
    )
}
