//! The example `traces`, whose spans come here: what a trace viewer is shown of retries.
#![deny(warnings, clippy::all)]

mod receiver;
mod trace;

use std::{
    collections::BTreeMap,
    process::{Command, Output},
    sync::LazyLock,
};

use receiver::Receiver;
use retry_tests::{example, ports::Port};
use serde_json::{Map, Value, json};
use trace::{Attributes, Span, SpanKind, StatusCode, Trace, attributes};

struct Run {
    trace: Trace,
    /// Of the program that sent them.
    resource: Attributes,
    /// The lines of its log.
    log: Vec<Map<String, Value>>,
    /// What it printed last.
    last_line: String,
}

/// One run for all tests.
static RUN: LazyLock<Run> = LazyLock::new(|| {
    let receiver = Receiver::start();
    let output = run(receiver.url());
    assert!(output.status.success(), "{output:?}");
    let written = String::from_utf8(output.stdout).expect("text");
    let (log, printed): (Vec<_>, Vec<_>) = written.lines().partition(|line| line.starts_with('{'));
    let resources: Vec<_> =
        receiver.requests().into_iter().flat_map(|request| request.resource_spans).collect();
    let resource = resources[0].resource.clone().expect("a resource").attributes;
    let scopes = resources.into_iter().flat_map(|resource| resource.scope_spans);
    Run {
        trace: Trace::of(scopes.flat_map(|scope| scope.spans)),
        resource: attributes(resource),
        log: log.into_iter().map(|line| serde_json::from_str(line).expect(line)).collect(),
        last_line: (*printed.last().expect("a line")).to_owned(),
    }
});

fn run(endpoint: &str) -> Output {
    // With no variable of the user's, who may well have a collector or a proxy.
    let mut program = Command::new(example::build("traces"));
    program.env_clear().env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint).output().expect("it runs")
}

#[test]
fn a_call_is_a_child_of_the_request_and_each_attempt_one_of_its_call() {
    let outline = "\
POST /checkout
  price
    attempt 1
    attempt 2
    attempt 3
  stock
    attempt 1
    attempt 2
  gift
    attempt 1
  pay
    attempt 1
    attempt 2
    attempt 3
";
    assert_eq!(RUN.trace.outline(), outline);
    assert_eq!(RUN.trace.spans().len(), outline.lines().count(), "all are below the root");
    assert_eq!(RUN.resource["service.name"], "shop");
}

#[test]
fn spans_and_log_are_of_one_trace() {
    let trace = &RUN.trace.root().trace;
    assert!(RUN.trace.spans().iter().all(|span| span.trace == *trace), "{:#?}", RUN.trace);
    assert!(RUN.log.iter().all(|line| line["trace_id"] == **trace), "{:#?}", RUN.log);
    assert_eq!(RUN.last_line, format!("trace {trace}"));
}

#[test]
fn only_the_request_is_served_all_else_is_internal() {
    assert_eq!(RUN.trace.root().kind, SpanKind::Server);
    for span in RUN.trace.spans().iter().filter(|span| span.name != "POST /checkout") {
        assert_eq!(span.kind, SpanKind::Internal, "{span:#?}");
    }
}

/// The attributes, but how long an attempt's span says the wait is, which differs from run to run.
fn lasting(span: &Span) -> Value {
    let lasting = span.attributes.clone().into_iter().filter(|(name, _)| name != "retry.delay_seconds");
    json!(lasting.collect::<BTreeMap<_, _>>())
}

#[test]
fn a_call_says_how_it_ended() {
    let call = |operation| lasting(RUN.trace.call(operation));
    assert_eq!(
        call("price"),
        json!({
            "retry.operation": "price",
            "service.peer.name": "warehouse",
            "retry.max_attempts": 5,
            "retry.attempts": 3,
        })
    );
    assert_eq!(
        call("stock"),
        json!({
            "retry.operation": "stock",
            "service.peer.name": "warehouse",
            "retry.max_attempts": 5,
            "retry.attempts": 2,
        })
    );
    assert_eq!(
        call("gift"),
        json!({
            "retry.operation": "gift",
            "service.peer.name": "warehouse",
            "retry.max_attempts": 5,
            "retry.attempts": 1,
            "retry.reason": "permanent",
            "error.type": "404",
        })
    );
    assert_eq!(
        call("pay"),
        json!({
            "retry.operation": "pay",
            "retry.max_attempts": 3,
            "retry.attempts": 3,
            "retry.reason": "attempts exhausted",
            "error.type": "503",
        })
    );
}

#[test]
fn an_attempt_says_its_number_and_what_went_wrong() {
    let failed = |attempt: u32, error: &str| match attempt {
        1 => json!({ "retry.attempt": 1, "error.type": error }),
        _ => {
            json!({ "retry.attempt": attempt, "http.request.resend_count": attempt - 1, "error.type": error })
        }
    };
    let succeeded =
        |attempt: u32| json!({ "retry.attempt": attempt, "http.request.resend_count": attempt - 1 });
    let attempts = |operation| RUN.trace.attempts(operation).into_iter().map(lasting).collect::<Vec<_>>();
    assert_eq!(attempts("price"), [failed(1, "503"), failed(2, "502"), succeeded(3)]);
    assert_eq!(attempts("stock"), [failed(1, "timeout"), succeeded(2)]);
    assert_eq!(attempts("gift"), [failed(1, "404")]);
    assert_eq!(attempts("pay"), [1, 2, 3].map(|attempt| failed(attempt, "503")));
}

#[test]
fn what_failed_has_the_status_of_an_error_and_nothing_else_has() {
    for span in RUN.trace.spans() {
        let error = span.attributes.get("error.type");
        let expected = if error.is_some() { StatusCode::Error } else { StatusCode::Unset };
        assert_eq!(span.status, expected, "{span:#?}");
        let message = match error.and_then(Value::as_str) {
            None => "",
            Some("timeout") => "attempt timed out after 200ms",
            Some("404") => "HTTP status 404 Not Found from ",
            Some("502") => "HTTP status 502 Bad Gateway from ",
            Some("503") => "HTTP status 503 Service Unavailable from ",
            other => panic!("{other:?}"),
        };
        assert!(span.status_message.starts_with(message), "{span:#?}");
        assert_eq!(span.status_message.is_empty(), message.is_empty());
    }
}

/// The level and the message's first words of a span's events.
fn told(span: &'static Span) -> Vec<(&'static str, &'static str)> {
    let told = span.events.iter().map(|event| {
        let words = event.message.split([':', ',']).next().expect("at least nothing");
        (event.attributes["level"].as_str().expect("text"), words)
    });
    told.collect()
}

#[test]
fn what_the_log_says_of_a_call_are_events_of_its_span() {
    assert_eq!(
        told(RUN.trace.call("price")),
        [
            ("WARN", "attempt 1/5 of price failed"),
            ("WARN", "attempt 2/5 of price failed"),
            ("INFO", "price succeeded on attempt 3/5"),
        ]
    );
    assert_eq!(
        told(RUN.trace.call("stock")),
        [("WARN", "attempt 1/5 of stock failed"), ("INFO", "stock succeeded on attempt 2/5")]
    );
    assert_eq!(told(RUN.trace.call("gift")), [("DEBUG", "attempt 1/5 of gift failed")]);
    assert_eq!(
        told(RUN.trace.call("pay")),
        [
            ("WARN", "attempt 1/3 of pay failed"),
            ("WARN", "attempt 2/3 of pay failed"),
            ("ERROR", "pay gave up after attempt 3/3 (attempts exhausted)"),
        ]
    );
    // A function without spans speaks in whatever span it is called.
    assert_eq!(
        told(RUN.trace.root()),
        [("WARN", "attempt 1/5 of mail failed"), ("INFO", "mail succeeded on attempt 2/5")]
    );
    let attempts = RUN.trace.spans().iter().filter(|span| span.name == "attempt");
    assert!(attempts.clone().all(|attempt| attempt.events.is_empty()), "{:#?}", RUN.trace);
}

#[test]
fn an_event_has_what_the_line_of_the_log_has() {
    let mut events: Vec<_> = RUN.trace.spans().iter().flat_map(|span| &span.events).collect();
    events.sort_by_key(|event| event.time);
    assert_eq!(events.len(), RUN.log.len());
    for (event, line) in events.into_iter().zip(&RUN.log) {
        let mut expected = line.clone();
        for of_the_line in ["timestamp", "span", "spans"] {
            expected.remove(of_the_line).expect("every line has it");
        }
        assert_eq!(expected.remove("message"), Some(json!(event.message)));
        assert_eq!(json!(event.attributes), Value::Object(expected));
    }
}

fn seconds(nanos: u64) -> f64 {
    std::time::Duration::from_nanos(nanos).as_secs_f64()
}

#[test]
fn attempts_follow_each_other_and_between_them_is_the_wait() {
    for (operation, waits) in [("price", 2), ("stock", 1), ("gift", 0), ("pay", 2)] {
        let attempts = RUN.trace.attempts(operation);
        for pair in attempts.windows(2) {
            let [failed, next] = pair else { unreachable!("pairs") };
            let delay = failed.attributes["retry.delay_seconds"].as_f64().expect("a number");
            assert!((0.045..=0.11).contains(&delay), "50 ms, then 100 ms, each with its jitter: {delay}");
            assert!(next.start > failed.end, "{failed:#?} before {next:#?}");
            let waited = seconds(next.start - failed.end);
            assert!(waited >= delay, "{waited} s and not {delay} s");
        }
        assert_eq!(attempts.len(), waits + 1);
        let last = attempts.last().expect("an attempt");
        assert!(!last.attributes.contains_key("retry.delay_seconds"), "no wait follows: {last:#?}");
    }
    let timed_out = RUN.trace.attempts("stock")[0];
    assert!(seconds(timed_out.end - timed_out.start) >= 0.2, "{timed_out:#?}");
}

#[test]
fn a_span_lasts_as_long_as_what_is_in_it() {
    for span in RUN.trace.spans() {
        for child in RUN.trace.children(span) {
            assert!(span.start <= child.start && child.end <= span.end, "{child:#?} in {span:#?}");
        }
        let within = |time| (span.start..=span.end).contains(&time);
        assert!(span.events.iter().all(|event| within(event.time)), "{span:#?}");
    }
}

#[test]
fn the_example_fails_where_nobody_takes_its_spans() {
    let nobody = Port::reserve();
    let output = run(&format!("http://{}", nobody.address()));
    let complaint = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    let expected = format!(
        "error: nobody took the spans at http://{} (OTEL_EXPORTER_OTLP_ENDPOINT): start a collector, as in the first \
         lines of examples/traces/main.rs\ncaused by: ",
        nobody.address()
    );
    assert!(complaint.starts_with(&expected), "{complaint}");
    let written = String::from_utf8(output.stdout).expect("text");
    assert!(written.lines().last().is_some_and(|line| line.starts_with("trace ")), "{written}");
}
