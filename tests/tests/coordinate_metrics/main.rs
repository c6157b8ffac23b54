//! What is counted of the coordinator. In a program of its own, for the coordinator's thread knows the global recorder alone.
#![deny(warnings, clippy::all)]

use std::time::{Duration, Instant};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use retry_runtime::{coordinate, retry};
use retry_tests::servers::Redis;

/// Fails once; its retry asks for a slot.
#[retry(max_attempts = 2, initial_delay = "1ms", service = "lake", operation = "query")]
fn query(calls: &mut u32) -> Result<u32, &'static str> {
    *calls += 1;
    if *calls == 1 { Err("busy") } else { Ok(*calls) }
}

/// Makes calls until this line is among the figures.
fn call_until(figures: &PrometheusHandle, line: &str) {
    let start = Instant::now();
    while !figures.render().lines().any(|shown| shown == line) {
        assert_eq!(query(&mut 0), Ok(2));
        assert!(start.elapsed() < Duration::from_secs(60), "no `{line}` in\n{}", figures.render());
    }
}

#[test]
fn an_outage_is_shown_until_it_is_over() {
    let figures = PrometheusBuilder::new().install_recorder().expect("the only one");
    let redis = Redis::start();
    coordinate::redis::connect(&redis.url()).expect("an address").install();
    for _ in 0..5 {
        assert_eq!(query(&mut 0), Ok(2));
    }
    let shown = figures.render();
    let slots = "retry_slot_delay_seconds_count{service=\"lake\",operation=\"query\"} ";
    assert!(shown.lines().any(|line| line.starts_with(slots)), "{shown}");

    redis.kill();
    call_until(&figures, "retry_coordinator_up 0");
    redis.restart();
    call_until(&figures, "retry_coordinator_up 1");
    call_until(&figures, "retry_coordinator_failures_total 1");
}
