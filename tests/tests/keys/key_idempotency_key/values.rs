//! What may be a result, and what becomes of one that is read again.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Debug,
    net::IpAddr,
    time::Duration,
};

use retry_runtime::{ConflictReason, retry};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::Error;

#[retry(operation = "give", idempotency_key = key, clone(value))]
fn give<T>(key: &str, value: T) -> Result<T, Error>
where
    T: Clone + Serialize + DeserializeOwned,
{
    Ok(value)
}

/// What a later call is given for this value.
fn read_again<T: Clone + Serialize + DeserializeOwned>(key: &str, value: T, other: T) -> T {
    give(key, value).expect("the first call");
    give(key, other).expect("the second call")
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Kind {
    Unit,
    New(u8),
    Tuple(i64, String),
    Struct { name: String, inner: Option<Box<Kind>> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Unit;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Receipt {
    number: u128,
    debt: i128,
    letter: char,
    paid: Option<Duration>,
    kinds: Vec<Kind>,
    by_number: BTreeMap<i32, String>,
    by_pair: HashMap<(u8, bool), Unit>,
    #[serde(flatten)]
    rest: BTreeMap<String, u64>,
}

#[test]
fn a_result_is_read_as_it_was_written() {
    let receipt = Receipt {
        number: u128::MAX,
        debt: i128::MIN,
        letter: '🦀',
        paid: Some(Duration::from_nanos(1_000_000_001)),
        kinds: vec![
            Kind::Unit,
            Kind::New(255),
            Kind::Tuple(i64::MIN, String::new()),
            Kind::Struct { name: "\0".to_owned(), inner: Some(Box::new(Kind::Unit)) },
            Kind::Struct { name: "n".to_owned(), inner: None },
        ],
        by_number: [(-1, "minus".to_owned()), (i32::MAX, "most".to_owned())].into(),
        by_pair: [((1, true), Unit)].into(),
        rest: [("more".to_owned(), u64::MAX)].into(),
    };
    let other = Receipt { number: 0, by_pair: HashMap::new(), ..receipt.clone() };
    assert_eq!(read_again("receipt", receipt.clone(), other), receipt);
    let nothing: Result<(), Error> = give("nothing", ());
    assert_eq!(nothing, give("nothing", ()));
    assert_eq!(read_again("result", Ok::<_, String>(1), Err("no".to_owned())), Ok(1));
    assert_eq!(read_again("bytes", vec![0_u8, 255], vec![]), [0, 255]);
    assert_eq!(read_again("none", None, Some(1)), None);
}

/// What serde holds in between for these is told to be text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Made { at: IpAddr },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Flat {
    name: String,
    #[serde(flatten)]
    place: Place,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Place {
    at: IpAddr,
}

#[test]
fn tagged_and_flattened_results_are_read_as_they_were_written() {
    let at = IpAddr::from([127, 0, 0, 1]);
    let other = IpAddr::from([10, 0, 0, 1]);
    assert_eq!(read_again("tagged", Tagged::Made { at }, Tagged::Made { at: other }), Tagged::Made { at });
    let flat = |at| Flat { name: "host".to_owned(), place: Place { at } };
    assert_eq!(read_again("flat", flat(at), flat(other)), flat(at));
}

/// Written, and not read: without a default a field that is left out is missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Lopsided {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines: Vec<u8>,
}

#[test]
fn a_result_that_cannot_be_read_back_is_never_made_again() {
    let lopsided = Lopsided { lines: vec![] };
    assert_eq!(give("lopsided", lopsided.clone()), Ok(lopsided.clone()));
    let reason = give("lopsided", lopsided).expect_err("it is not kept");
    assert_eq!(reason, Error::Conflict(ConflictReason::ResultNotKept));
}

#[test]
fn numbers_that_are_none_are_kept() {
    assert!(read_again("nan", f64::NAN, 1.0).is_nan());
    assert_eq!(read_again("infinity", f32::NEG_INFINITY, 1.0).to_bits(), f32::NEG_INFINITY.to_bits());
    assert_eq!(read_again("zero", -0.0_f64, 1.0).to_bits(), (-0.0_f64).to_bits());
}

/// The format has one word for both: the documentation says so.
#[test]
fn an_option_that_holds_nothing_is_read_as_none() {
    assert_eq!(read_again("some none", Some(None::<u32>), Some(Some(1))), None);
    assert_eq!(read_again("some unit", Some(()), None), None);
    // With a name between them nothing is lost.
    let held = Some(Kind::Struct { name: "held".to_owned(), inner: None });
    assert_eq!(read_again("some struct", held.clone(), None), held);
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Old {
    id: u32,
    note: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct New {
    id: u32,
    #[serde(default)]
    amount: u64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Newest {
    id: u32,
    amount: u64,
}

#[retry(operation = "pay", idempotency_key = key)]
fn pay_old(key: &str) -> Result<Old, Error> {
    Ok(Old { id: 1, note: "a secret".to_owned() })
}

#[retry(operation = "pay", idempotency_key = key)]
fn pay_new(key: &str) -> Result<New, Error> {
    Ok(New { id: 2, amount: 2 })
}

#[retry(operation = "pay", idempotency_key = key)]
fn pay_newest(key: &str) -> Result<Newest, Error> {
    Ok(Newest { id: 3, amount: 3 })
}

#[test]
fn another_version_of_the_type_reads_what_it_knows() {
    assert!(pay_old("compatible").is_ok());
    assert_eq!(pay_new("compatible"), Ok(New { id: 1, amount: 0 }));
}

#[test]
fn a_result_that_cannot_be_read_is_made_again_and_replaces_the_other() {
    assert!(pay_old("incompatible").is_ok());
    assert_eq!(pay_newest("incompatible"), Ok(Newest { id: 3, amount: 3 }));
    assert_eq!(pay_new("incompatible"), Ok(New { id: 3, amount: 3 }));
}

#[retry(operation = "give_much", idempotency_key = key)]
fn give_much(key: &str, bytes: usize) -> Result<String, Error> {
    Ok("x".repeat(bytes))
}

/// The function says how often it ran by what it returns.
#[test]
fn a_result_that_is_too_large_is_given_once_and_never_made_again() {
    let most = (1 << 20) - 5; // It is told with its length.
    assert_eq!(give_much("most", most).map(|result| result.len()), Ok(most));
    assert_eq!(give_much("most", 0).map(|result| result.len()), Ok(most));
    assert_eq!(give_much("more", most + 1).map(|result| result.len()), Ok(most + 1));
    assert_eq!(give_much("more", 0), Err(Error::Conflict(ConflictReason::ResultNotKept)));
}

/// Cannot be written.
#[derive(Debug, PartialEq, Deserialize)]
struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("it has no form"))
    }
}

#[retry(operation = "give_unwritable", idempotency_key = 1)]
fn give_unwritable() -> Result<Unwritable, Error> {
    Ok(Unwritable)
}

#[test]
fn nor_is_one_that_cannot_be_written() {
    assert_eq!(give_unwritable(), Ok(Unwritable));
    assert_eq!(give_unwritable(), Err(Error::Conflict(ConflictReason::ResultNotKept)));
}
