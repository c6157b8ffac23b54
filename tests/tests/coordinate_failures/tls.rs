//! A Redis that speaks TLS alone.

use std::process::Command;

use rcgen::generate_simple_self_signed;
use retry_tests::{servers::Redis, worker::Worker};

use crate::{has_slots, wait_until};

/// A directory of files that all may read: the server is another user.
struct Files(std::path::PathBuf);

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn slots_are_reserved_over_tls() {
    let files = Files(std::env::temp_dir().join(format!("retry-tests-tls-{}", std::process::id())));
    std::fs::create_dir_all(&files.0).expect("a directory");
    let made =
        generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).expect("a certificate");
    let [certificate, key] =
        ["certificate.pem", "key.pem"].map(|name| files.0.join(name).display().to_string());
    std::fs::write(&certificate, made.cert.pem()).expect("a file of ours");
    std::fs::write(&key, made.key_pair.serialize_pem()).expect("a file of ours");

    let port = retry_tests::ports::Port::reserve();
    let number = port.number().to_string();
    let redis = Redis::start_with(&[
        "--tls-port",
        &number,
        "--tls-cert-file",
        &certificate,
        "--tls-key-file",
        &key,
        "--tls-auth-clients",
        "no",
    ]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_cluster-worker"));
    // What a system would have among its own.
    command.env("SSL_CERT_FILE", &certificate);
    let mut worker = Worker::start(command.args(["redis", &format!("rediss://127.0.0.1:{number}/")]));
    worker.say("load multi-thread 4");
    wait_until("slots are reserved", || has_slots(&redis));
    assert_eq!(worker.count("WARN"), 0, "{}", worker.all());

    // One that is not trusted is not talked to.
    let mut command = Command::new(env!("CARGO_BIN_EXE_cluster-worker"));
    let mut worker = Worker::start(command.args(["redis", &format!("rediss://127.0.0.1:{number}/")]));
    worker.hear_log("WARN retry_runtime: the coordinator does not answer");
}
