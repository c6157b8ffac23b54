//! What to say of a name that is not known.

/// "unknown `what`, did you mean `nearest`?", or the whole list.
#[must_use]
pub fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let all = known.clone().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match nearest(name, known) {
        Some(near) => format!("unknown {what} `{name}`: did you mean `{near}`?\nknown are {all}"),
        None => format!("unknown {what} `{name}`\nknown are {all}"),
    }
}

/// The known name that takes the fewest edits, if it takes few, else one that `name` begins.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let limit = (name.len() / 3).max(1);
    known
        .clone()
        .map(|candidate| (edits(name, candidate), candidate))
        .filter(|(edits, _)| *edits <= limit)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
        .or_else(|| {
            known
                .filter(|candidate| name.len() > 1 && candidate.starts_with(name))
                .min_by_key(|candidate| candidate.len())
        })
}

/// How many insertions, deletions, replacements and swaps of neighbours turn one name into the other
/// (Damerau and Levenshtein's distance, no part edited twice).
fn edits(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut before = Vec::new();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let mut least = (row[j] + usize::from(a != b)).min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                least = least.min(before[j - 1] + 1);
            }
            next.push(least);
        }
        before = core::mem::replace(&mut row, next);
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_the_rest_listed() {
        let known = ["max_attempts", "max_delay"].into_iter();
        let message = unknown("key", "max_atempts", known.clone());
        assert!(message.starts_with("unknown key `max_atempts`: did you mean `max_attempts`?"));
        assert!(message.ends_with("known are `max_attempts`, `max_delay`"));
        assert!(!unknown("key", "colour", known.clone()).contains("did you mean"));
        assert_eq!(nearest("max_at", known.clone()), Some("max_attempts"));
        assert_eq!(nearest("m", known), None);
    }

    #[test]
    fn edits_are_counted() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("abc", ""), 3);
        assert_eq!(edits("wiht", "with"), 1);
        assert_eq!(edits("same", "same"), 0);
    }
}
