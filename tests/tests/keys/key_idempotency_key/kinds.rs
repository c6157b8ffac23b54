//! What may be a key: anything that shows itself, whatever it shows.

use std::fmt;

use retry_runtime::retry;
use retry_tests::Flaky;

use super::Error;

/// As `uuid::Uuid`.
#[derive(Clone, Copy)]
struct Id([u8; 4]);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[retry(operation = "of_number", idempotency_key = key)]
fn of_number(key: u64, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[retry(operation = "of_id", idempotency_key = key)]
fn of_id(key: Id, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[retry(operation = "of_text", idempotency_key = key)]
fn of_text(key: &str, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[retry(operation = "of_string", idempotency_key = key)]
fn of_string(key: String, flaky: &Flaky) -> Result<u32, Error> {
    let _ = &key;
    Ok(flaky.call()?)
}

#[retry(operation = "of_format", idempotency_key = format!("{user}/{month}"))]
fn of_format(user: &str, month: u32, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[retry(operation = "of_format_args", idempotency_key = format_args!("{user}/{month}"))]
fn of_format_args(user: &str, month: u32, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[retry(operation = "of_anything", idempotency_key = key)]
fn of_anything(key: impl fmt::Display, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[retry(operation = "of_unsized", idempotency_key = *key)]
fn of_unsized(key: &dyn fmt::Display, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[retry(operation = "of_block", idempotency_key = { let key = key.trim(); key.to_lowercase() })]
fn of_block(key: &str, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

/// The second call with the same key is the first one, one with another key is not.
#[track_caller]
fn assert_tells_apart<K: Clone>(call: impl Fn(K, &Flaky) -> Result<u32, Error>, keys: [K; 2]) {
    let flaky = Flaky::failing(0);
    let [key, other] = keys;
    assert_eq!(call(key.clone(), &flaky), Ok(1));
    assert_eq!(call(key, &flaky), Ok(1));
    assert_eq!(call(other, &flaky), Ok(2));
}

#[test]
fn whatever_shows_itself_is_a_key() {
    assert_tells_apart(of_number, [0, u64::MAX]);
    assert_tells_apart(of_id, [Id([1, 2, 3, 4]), Id([1, 2, 3, 5])]);
    assert_tells_apart(of_text, ["a", "b"]);
    assert_tells_apart(of_string, ["a".to_owned(), "b".to_owned()]);
    assert_tells_apart(|month, flaky| of_format("ann", month, flaky), [1, 2]);
    assert_tells_apart(|month, flaky| of_format_args("ann", month, flaky), [1, 2]);
    assert_tells_apart(of_anything, ['x', 'y']);
    assert_tells_apart(|key: char, flaky| of_unsized(&key, flaky), ['x', 'y']);
    assert_tells_apart(of_block, [" A ", " B "]);
    assert_eq!(of_block("a", &Flaky::failing(9)), Ok(1), "its block made it the first one's");
}

#[retry(operation = "of_anybody", idempotency_key = key, context = cx)]
fn of_anybody(key: &str) -> Result<(usize, String), Error> {
    let key = cx.idempotency_key().unwrap_or_default();
    Ok((key.len(), key.chars().take(99).collect()))
}

#[test]
fn no_text_is_taken_for_another() {
    let long = "k".repeat(1 << 20);
    let longer = format!("{long}k");
    let keys = [
        "",
        " ",
        "\0",
        "\0\0",
        "\n",
        "}{",
        "{}",
        "{a}",
        "retry:{a}:idempotency:b",
        "*",
        "é",
        "e\u{301}",
        "日本語",
        "🦀",
        "\u{202e}key",
        &long,
        &longer,
    ];
    // Each result tells its key: as the body reads it the first time, as it was stored the second time.
    for _ in 0..2 {
        for key in keys {
            assert_eq!(of_anybody(key), Ok((key.len(), key.chars().take(99).collect())));
        }
    }
}

#[retry(operation = "of_giant", idempotency_key = key)]
fn of_giant(key: &str, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[test]
fn a_key_larger_than_all_that_is_kept_counts_too() {
    let (key, flaky) = ("k".repeat(40 << 20), Flaky::failing(0));
    assert_eq!(of_giant(&key, &flaky), Ok(1));
    // Whatever there is to tidy up after it is tidied up meanwhile.
    for other in 0..1_000 {
        assert!(of_giant(&other.to_string(), &flaky).is_ok());
    }
    assert_eq!(of_giant(&key, &flaky), Ok(1));
}
