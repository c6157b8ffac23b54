//! However many errors there are, there are few series.

use std::{error::Error, fmt, io};

use http::{HeaderMap, StatusCode};
use reqwest::ResponseBuilderExt as _;
use retry_runtime::{Classify, ErrorForRetry, HttpError, RetryPolicy, Verdict, retry};
use retry_tests::record;

use crate::{expected::operation, exposition::scraped};

/// Errors, each with a message of its own.
const ERRORS: u32 = 1_000;

/// Given up twice each: at once, and with a retry before.
macro_rules! failing {
    ($($name:ident: $error:ty),* $(,)?) => {$(
        #[retry(max_attempts = 2, initial_delay = "0s", sleep = record)]
        fn $name(make: &dyn Fn() -> $error) -> Result<(), $error> {
            Err(make())
        }
    )*};
}

failing! {
    text: String,
    any: anyhow::Error,
    other: io::Error,
    boxed: Box<dyn Error + Send + Sync>,
    of_url: HttpError,
    of_status: HttpError,
    of_own: Numbered,
}

/// Says another message each time, and judges itself.
#[derive(Debug)]
struct Numbered(u32);

impl fmt::Display for Numbered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "number {}", self.0)
    }
}

impl Error for Numbered {}

impl Classify for Numbered {
    fn classify(&self) -> Verdict {
        if self.0.is_multiple_of(2) { Verdict::TRANSIENT } else { Verdict::PERMANENT }
    }
}

fn message(number: u32) -> String {
    format!("row {number} of {}", number.wrapping_mul(2_654_435_761))
}

#[test]
fn a_thousand_messages_of_one_type_are_one_series() {
    let scrape = scraped(|| {
        for number in 0..ERRORS {
            let _ = text(&|| message(number));
            let _ = any(&|| anyhow::anyhow!(message(number)));
            let _ = other(&|| io::Error::other(message(number)));
            let _ = boxed(&|| message(number).into());
        }
    });
    let failing = |name: &str, error_type: &str| {
        operation("", name)
            .attempts([("1", ERRORS), ("2", ERRORS)])
            .gave_up(error_type, "attempts exhausted", ERRORS)
            .delayed([0.0; ERRORS as usize])
            .took_real_time(ERRORS)
    };
    scrape.assert_is([
        failing("text", "alloc::string::String"),
        failing("any", "anyhow::Error"),
        failing("other", "io"),
        failing(
            "boxed",
            "alloc::boxed::Box<dyn core::error::Error + core::marker::Send + core::marker::Sync>",
        ),
    ]);
    // Two attempts, a failure, and two histograms: of 6 and 8 buckets, with +Inf, sum and count.
    assert_eq!(scrape.len(), 4 * (2 + 1 + (6 + 3) + (8 + 3)));
}

/// The answer of a server at this URL.
fn answer(status: u16, url: &str) -> reqwest::blocking::Response {
    let answer = http::Response::builder().status(status).url(url.parse().unwrap());
    answer.body(String::new()).unwrap().into()
}

#[test]
fn a_thousand_urls_are_one_series_a_fault() {
    let client = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
    let scrape = scraped(|| {
        for number in 0..ERRORS {
            let place = format!("host-{number}/{number}?token={number}");
            let unknown = format!("no-scheme-{number}://{place}");
            let _ = of_url(&|| client.get(&unknown).send().expect_err("no such scheme").into());
            let url = format!("http://{place}");
            for status in [404, 503] {
                let refusal = || answer(status, &url).error_for_retry().expect_err("a fault");
                assert_eq!(refusal().url(), Some(&*url));
                let _ = of_url(&refusal);
            }
        }
    });
    scrape.assert_is([operation("", "of_url")
        .attempts([("1", 3 * ERRORS), ("2", ERRORS)])
        .gave_up("client", "permanent", ERRORS)
        .gave_up("404", "permanent", ERRORS)
        .gave_up("503", "attempts exhausted", ERRORS)
        .delayed([0.0; ERRORS as usize])
        .took_real_time(3 * ERRORS)]);
}

/// Every status that HTTP knows, and one for all others of its hundred.
#[test]
fn every_status_there_can_be_makes_42_series_at_most() {
    let scrape = scraped(|| {
        for status in 400..=599 {
            let status = StatusCode::from_u16(status).unwrap();
            let _ = of_status(&|| HttpError::new(status, &HeaderMap::new()));
        }
    });
    let failures = scrape.all("retry_failure_total");
    assert_eq!(failures.iter().map(|failure| failure.1).sum::<f64>(), 200.0);
    assert_eq!(failures.len(), 42);
    let of = |error_type: &str| scrape.sum("retry_failure_total", &format!(r#"error_type="{error_type}""#));
    assert_eq!([of("404"), of("503"), of("429"), of("4xx"), of("5xx")], [1.0, 1.0, 1.0, 71.0, 89.0]);
    // 408, 425, 429, 500, 502, 503 and 504 were tried twice.
    assert_eq!(scrape.value(r#"retry_attempts_total{service="",operation="of_status",attempt="1"}"#), 200.0);
    assert_eq!(scrape.value(r#"retry_attempts_total{service="",operation="of_status",attempt="2"}"#), 7.0);
}

#[test]
fn a_thousand_errors_that_judge_themselves_are_one_series_a_reason() {
    let scrape = scraped(|| (0..ERRORS).for_each(|number| drop(of_own(&|| Numbered(number)))));
    let (half, own) = (ERRORS / 2, "metrics::cardinality::Numbered");
    scrape.assert_is([operation("", "of_own")
        .attempts([("1", ERRORS), ("2", half)])
        .gave_up(own, "attempts exhausted", half)
        .gave_up(own, "permanent", half)
        .delayed([0.0; ERRORS as usize / 2])
        .took_real_time(ERRORS)]);
}

#[test]
fn ad_hoc_calls_have_as_few() {
    let policy = RetryPolicy::DEFAULT.with_max_attempts(2).with_initial_delay(std::time::Duration::ZERO);
    let scrape = scraped(|| {
        for number in 0..ERRORS {
            let call = policy.call(|| Err::<(), _>(message(number))).operation("called");
            assert!(call.run().is_err());
            let mut attempts = policy.attempts("looped");
            attempts.next_blocking();
            assert!(attempts.failed(message(number)).is_ok());
            attempts.next_blocking();
            assert!(attempts.failed(message(number)).is_err());
        }
    });
    scrape.assert_is(["called", "looped"].map(|name| {
        operation("", name)
            .attempts([("1", ERRORS), ("2", ERRORS)])
            .gave_up("alloc::string::String", "attempts exhausted", ERRORS)
            .delayed([0.0; ERRORS as usize])
            .took_real_time(ERRORS)
    }));
}

/// Fields that differ with each error are not what it is counted as.
#[derive(Classify, Debug)]
enum Derived {
    #[transient]
    #[expect(dead_code, reason = "data")]
    Busy { row: u32, host: String },
    #[permanent]
    #[expect(dead_code, reason = "data")]
    Refused(String),
}

failing!(derived: Derived);

#[test]
fn variants_are_as_many_series_as_the_enum_has() {
    let scrape = scraped(|| {
        for number in 0..ERRORS {
            let _ = derived(&|| Derived::Busy { row: number, host: message(number) });
            let _ = derived(&|| Derived::Refused(message(number)));
        }
    });
    scrape.assert_is([operation("", "derived")
        .attempts([("1", 2 * ERRORS), ("2", ERRORS)])
        .gave_up("Busy", "attempts exhausted", ERRORS)
        .gave_up("Refused", "permanent", ERRORS)
        .delayed([0.0; ERRORS as usize])
        .took_real_time(2 * ERRORS)]);
}
