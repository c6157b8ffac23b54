//! An upstream that is flaky, down and up again, and what becomes of the alerts.

use std::{
    thread,
    time::{Duration, Instant},
};

use retry_tests::servers::Prometheus;

use crate::{api::Api, dashboard::Dashboard, minutes, shop::Shop};

const IN_AN_OUTAGE: [&str; 3] = ["RetryExhaustion", "RetryCircuitOpen", "RetryBudgetDry"];

fn wait_until(what: &str, prometheus: &Api, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        let alerts = prometheus.alerts();
        assert!(start.elapsed() < Duration::from_secs(45), "{what}: not within 45 s, there are {alerts:?}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn in_state(name: &str, state: &str) -> String {
    format!("ALERTS{{alertname={name:?}, alertstate={state:?}}}")
}

/// The alert was seen pending, then fires. Prometheus' own record is asked: a glance at the alerts of this moment could
/// miss a state that lasts a second.
fn wait_until_firing(name: &str, prometheus: &Api) {
    wait_until(&format!("{name} is pending"), prometheus, || {
        prometheus.first_seen(&in_state(name, "pending")).is_some()
    });
    wait_until(&format!("{name} fires"), prometheus, || prometheus.is_firing(name));
    let [pending, firing] =
        ["pending", "firing"].map(|state| prometheus.first_seen(&in_state(name, state)).unwrap());
    assert!(pending < firing, "{name} was pending since {pending} and fires since {firing}");
}

#[test]
fn alerts_fire_while_the_upstream_fails_and_resolve_when_it_is_back() {
    let shop = Shop::start();
    let [recording, alerts] =
        ["recording.yml", "alerts.yml"].map(|name| (name, minutes::rules(&format!("prometheus/{name}"))));
    let files = [&recording, &alerts].map(|(name, rules)| (*name, rules.as_str()));
    let server = Prometheus::start(&minutes::configuration(&shop.address), &files);
    let prometheus = &Api::of(&server);

    // All is well. A call in twenty asks for what is not there: that alarms nobody.
    let all_is_recorded = r#"count(operation:retry_calls:rate5m{job="shop"} > 5) == 2 and on () count(operation:retry_failures:ratio_rate5m > 0)"#;
    wait_until("both operations are called", prometheus, || {
        !prometheus.query(all_is_recorded).unwrap().is_empty()
    });
    assert_eq!(prometheus.alerts(), []);

    shop.upstream_is("flaky");
    wait_until_firing("RetryRateHigh", prometheus);
    assert!(prometheus.first_seen(&in_state("RetryCircuitOpen", "pending")).is_none());

    shop.upstream_is("down");
    for alert in IN_AN_OUTAGE {
        wait_until_firing(alert, prometheus);
    }
    for alert in IN_AN_OUTAGE {
        assert!(prometheus.is_firing(alert), "{alert} still fires");
    }
    Dashboard::read().shows_data(prometheus);

    shop.upstream_is("up");
    wait_until("all alerts resolve", prometheus, || prometheus.alerts().is_empty());

    let status = shop.stop();
    assert!(status.success(), "the service ends in good order: {status}");
}
