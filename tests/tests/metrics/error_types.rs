//! What errors are counted as, wherever they come from.

use std::{io, sync::Arc, time::Duration};

use http::StatusCode;
use retry_runtime::{Classify, HttpError, RetryError, RetryPolicy, Verdict, is_transient_io, retry};
use retry_tests::record;

use crate::{
    expected::operation,
    exposition::{scraped, scraped_async},
};

/// Judges itself, and says what it is counted as.
#[derive(Clone, Debug, PartialEq)]
struct Refused(u16);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "refused with code {}", self.0)
    }
}

impl std::error::Error for Refused {}

impl Classify for Refused {
    fn classify(&self) -> Verdict {
        if self.0 == 1 { Verdict::TRANSIENT } else { Verdict::PERMANENT }
    }

    fn error_type(&self) -> &'static str {
        if self.0 == 404 { "not_found" } else { "refused" }
    }
}

type Erased = Box<dyn Classify + Send>;

macro_rules! failing {
    ($($name:ident$([$($keys:tt)*])?: $error:ty = $made:expr;)*) => {$(
        #[retry(max_attempts = 2, initial_delay = "0s", sleep = record $(, $($keys)*)?)]
        fn $name() -> Result<(), $error> {
            Err($made)
        }
    )*};
}

failing! {
    own: Refused = Refused(404);
    in_box: Box<Refused> = Box::new(Refused(404));
    in_arc: Arc<Refused> = Arc::new(Refused(404));
    by_reference: &'static Refused = &Refused(404);
    erased: Erased = Box::new(Refused(404));
    filtered[filter = |_| false]: Refused = Refused(404);
    fallen_back[fallback = Err]: Refused = Refused(404);
    heard[on_give_up = |event| assert_eq!(event.error_type, Some("not_found"))]: Refused = Refused(404);
}

#[test]
fn an_error_that_judges_itself_is_asked_through_whatever_leads_to_it() {
    let scrape = scraped(|| {
        assert!(own().is_err() && in_box().is_err() && in_arc().is_err() && by_reference().is_err());
        assert!(erased().is_err() && filtered().is_err() && fallen_back().is_err() && heard().is_err());
    });
    let names = ["own", "in_box", "in_arc", "by_reference", "erased", "filtered", "fallen_back", "heard"];
    scrape.assert_is(names.map(|name| {
        operation("", name).attempts([("1", 1)]).gave_up("not_found", "permanent", 1).took_real_time(1)
    }));
}

/// Is `Classify` as one type and not as another.
#[retry(max_attempts = 2, initial_delay = "0s", sleep = record, operation = "bounded")]
fn bounded<E: Classify + Clone>(error: &E) -> Result<(), E> {
    Err(error.clone())
}

#[retry(max_attempts = 1, operation = "unbounded")]
fn unbounded<E: Clone>(error: &E) -> Result<(), E> {
    Err(error.clone())
}

/// A generic function knows what its bounds say.
#[test]
fn a_generic_function_asks_where_its_bounds_allow() {
    let scrape = scraped(|| {
        assert!(bounded(&Refused(404)).is_err());
        assert!(unbounded(&Refused(404)).is_err());
    });
    scrape.assert_is([
        operation("", "bounded").attempts([("1", 1)]).gave_up("not_found", "permanent", 1).took_real_time(1),
        operation("", "unbounded")
            .attempts([("1", 1)])
            .gave_up("metrics::error_types::Refused", "attempts exhausted", 1)
            .took_real_time(1),
    ]);
}

#[derive(Classify, Debug)]
enum ApiError {
    #[classify(source)]
    Http(HttpError),
    #[classify(with = is_transient_io)]
    Disk(io::Error),
    #[permanent]
    Unknown,
}

#[retry(max_attempts = 2, initial_delay = "0s", sleep = record)]
fn derived(make: fn() -> ApiError) -> Result<(), ApiError> {
    Err(make())
}

#[test]
fn a_derived_enum_is_its_variant_or_what_that_asks() {
    let scrape = scraped(|| {
        assert!(derived(|| ApiError::Http(StatusCode::NOT_FOUND.into())).is_err());
        assert!(derived(|| ApiError::Http(StatusCode::BAD_GATEWAY.into())).is_err());
        assert!(derived(|| ApiError::Disk(io::ErrorKind::PermissionDenied.into())).is_err());
        assert!(derived(|| ApiError::Unknown).is_err());
    });
    scrape.assert_is([operation("", "derived")
        .attempts([("1", 4), ("2", 1)])
        .gave_up("404", "permanent", 1)
        .gave_up("502", "attempts exhausted", 1)
        .gave_up("Disk", "permanent", 1)
        .gave_up("Unknown", "permanent", 1)
        .delayed([0.0])
        .took_real_time(4)]);
}

const POLICY: RetryPolicy = RetryPolicy::DEFAULT.with_max_attempts(2).with_initial_delay(Duration::ZERO);

/// Others know nothing of their error but that it can be shown.
#[tokio::test]
async fn ad_hoc_calls_whose_errors_judge_themselves_ask_them() {
    let scrape = scraped_async(async {
        let call = POLICY.call(|| Err::<(), _>(Refused(404))).operation("called").classified();
        assert_eq!(call.run(), Err(Refused(404)));
        let call = POLICY.call(|| Err::<(), _>(Refused(404))).operation("filtered").classified();
        assert_eq!(call.filter(|_| false).run(), Err(Refused(404)));
        let call = POLICY.call_async(async || Err::<(), _>(Refused(404))).operation("awaited").classified();
        assert_eq!(call.run().await, Err(Refused(404)));
        let call = POLICY.call(|| Err::<(), _>(Refused(404))).operation("plain").filter(|_| false);
        assert_eq!(call.run(), Err(Refused(404)));
    })
    .await;
    let failed = |name, error_type| {
        operation("", name).attempts([("1", 1)]).gave_up(error_type, "permanent", 1).took_real_time(1)
    };
    scrape.assert_is([
        failed("called", "not_found"),
        failed("filtered", "not_found"),
        failed("awaited", "not_found"),
        failed("plain", "metrics::error_types::Refused"),
    ]);
}

#[retry(max_attempts = 2, initial_delay = "0s", sleep = record, wrap_error)]
fn wrapped() -> Result<(), RetryError<Refused>> {
    Err(Refused(1))
}

#[retry(max_attempts = 1)]
fn around() -> Result<(), RetryError<Refused>> {
    wrapped()
}

/// To the function around it the wrapped error is one like any.
#[test]
fn a_retry_inside_another_is_counted_by_both() {
    let scrape = scraped(|| assert!(around().is_err()));
    scrape.assert_is([
        operation("", "wrapped")
            .attempts([("1", 1), ("2", 1)])
            .gave_up("refused", "attempts exhausted", 1)
            .delayed([0.0])
            .took_real_time(1),
        operation("", "around")
            .attempts([("1", 1)])
            .gave_up(
                "retry_runtime::error::RetryError<metrics::error_types::Refused>",
                "attempts exhausted",
                1,
            )
            .took_real_time(1),
    ]);
}
