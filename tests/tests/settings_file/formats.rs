//! Every format says the same, and the documents' own file is read as it is.

use std::time::Duration;

use retry_runtime::{Backoff, Jitter, RetryPolicy, settings};

use crate::Files;

fn policy(name: &str) -> RetryPolicy {
    settings::policy(name).unwrap()
}

const TOML: &str = r#"
[service]
port = 80

[retry_policies.worker]
max_attempts = 7
initial_delay = "250ms"
max_delay = 12.5
backoff = "linear"
jitter = "full"
max_retry_after = "2m"
max_total_delay = "10m"
slot_count = 4
slot_width = 0.25
coordinated = false
idempotency_ttl = "1h"

[retry_policies.api]
max_attempts = "unlimited"
min_wait = 1
max_wait = 2
exponential_base = 3
jitter = true
jitter_factor = 0.25

[retry_policies.storage]
inherits = "worker"
jitter = false
"#;

const YAML: &str = r"
service: {port: 80}
retry_policies:
  worker:
    max_attempts: 7
    initial_delay: 250ms
    max_delay: 12.5
    backoff: linear
    jitter: full
    max_retry_after: 2m
    max_total_delay: 10m
    slot_count: 4
    slot_width: 0.25
    coordinated: false
    idempotency_ttl: 1h
  api:
    max_attempts: unlimited
    min_wait: 1
    max_wait: 2
    exponential_base: 3
    jitter: true
    jitter_factor: 0.25
  storage:
    inherits: worker
    jitter: false
";

const JSON: &str = r#"{
  "service": {"port": 80},
  "retry_policies": {
    "worker": {
      "max_attempts": 7, "initial_delay": "250ms", "max_delay": 12.5, "backoff": "linear", "jitter": "full",
      "max_retry_after": "2m", "max_total_delay": "10m", "slot_count": 4, "slot_width": 0.25,
      "coordinated": false, "idempotency_ttl": "1h"
    },
    "api": {
      "max_attempts": "unlimited", "min_wait": 1, "max_wait": 2, "exponential_base": 3,
      "jitter": true, "jitter_factor": 0.25
    },
    "storage": {"inherits": "worker", "jitter": false}
  }
}"#;

#[test]
fn every_format_gives_the_same_policies() {
    let files = Files::new();
    let unlimited_api = "api.max_attempts = \"unlimited\"";
    for (name, text) in [("a.toml", TOML), ("a.yaml", YAML), ("a.yml", YAML), ("a.json", JSON)] {
        // Nothing limits the time of `api`.
        let error = files.refused_text(name, text);
        assert!(error.contains(unlimited_api), "{name}: {error}");
        let limited = text.replace("unlimited", "6");
        files.write(name, limited).read(&[name]).unwrap();

        let worker = RetryPolicy::WORKER
            .with_max_attempts(7)
            .with_initial_delay(Duration::from_millis(250))
            .with_max_delay(Duration::from_millis(12_500))
            .with_backoff(Backoff::Linear)
            .with_jitter(Jitter::Full)
            .with_max_retry_after(Duration::from_secs(120))
            .with_max_total_delay(Duration::from_secs(600))
            .with_slots(4, Duration::from_millis(250))
            .with_coordination(false)
            .with_idempotency_ttl(Duration::from_secs(3600));
        assert_eq!(policy("worker"), worker, "{name}");
        let api = RetryPolicy::API
            .with_max_attempts(6)
            .with_max_delay(Duration::from_secs(2))
            .with_initial_delay(Duration::from_secs(1))
            .with_exponential_base(3.0)
            .with_jitter(Jitter::Factor(0.25));
        assert_eq!(policy("api"), api, "{name}");
        let storage = worker.with_jitter(Jitter::None).with_exponential_base(2.0);
        assert_eq!(policy("storage"), storage.with_name("storage"), "{name}");
        // What no section is about is as in the code.
        assert_eq!(policy("kafka"), RetryPolicy::KAFKA, "{name}");
    }
}

/// `retry_policies` of the standard that the presets come from, as it is written there.
const STANDARD: &str = "\
retry_policies:
  default:
    max_attempts: 3
    initial_delay: 0.1
    max_delay: 10.0
    exponential_base: 2
    jitter: true
    jitter_factor: 0.1
    # New distributed settings
    slot_count: 10
    slot_width: 0.1
    coordination_enabled: true
    idempotency_ttl: 3600

  aggressive:
    max_attempts: 5
    initial_delay: 0.05
    max_delay: 5.0
    exponential_base: 1.5
    jitter: true
    jitter_factor: 0.1
    slot_count: 20
    slot_width: 0.05
    coordination_enabled: true
    idempotency_ttl: 1800

  conservative:
    max_attempts: 2
    initial_delay: 0.5
    max_delay: 15.0
    exponential_base: 2
    jitter: true
    jitter_factor: 0.05
    slot_count: 5
    slot_width: 0.2
    coordination_enabled: true
    idempotency_ttl: 7200
";

#[test]
fn the_file_of_the_standard_is_read_as_it_is_and_says_what_the_presets_are() {
    let files = Files::new();
    files.write("retry.yaml", STANDARD).read(&["retry.yaml"]).unwrap();
    for preset in [RetryPolicy::DEFAULT, RetryPolicy::AGGRESSIVE, RetryPolicy::CONSERVATIVE] {
        assert_eq!(policy(preset.name()), preset);
    }
    files.assert_value("aggressive", "jitter", "0.1", "retry.yaml: retry_policies.aggressive.jitter_factor");
    let report = settings::report();
    let of_presets = report.changed().filter(|row| settings::policy(&row.name).is_some());
    assert_eq!(of_presets.count(), 3 * 9, "{report}");
}

#[test]
fn a_mark_of_its_encoding_at_the_beginning_of_a_file_is_passed_over() {
    let files = Files::new();
    for (name, text) in [
        ("a.toml", "\u{feff}[retry_policies.worker]\nmax_attempts = 9"),
        ("a.yaml", "\u{feff}retry_policies: {worker: {max_attempts: 9}}"),
        ("a.json", "\u{feff}{\"retry_policies\": {\"worker\": {\"max_attempts\": 9}}}"),
    ] {
        files.write(name, text).read(&[name]).unwrap();
        assert_eq!(policy("worker").max_attempts(), Some(9), "{name}");
    }
}

#[test]
fn an_anchor_of_yaml_stands_for_its_value() {
    let files = Files::new();
    let text = "retry_policies:\n  worker: &all\n    max_attempts: &most 9\n  api:\n    max_attempts: *most\n  kafka: *all\n";
    files.write("a.yaml", text).read(&["a.yaml"]).unwrap();
    for name in ["worker", "api", "kafka"] {
        assert_eq!(policy(name).max_attempts(), Some(9), "{name}");
    }
}
