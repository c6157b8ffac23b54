//! Errors of transactions, which say themselves whether they are retriable.

use std::cell::Cell;

use rdkafka::{
    error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code},
    producer::{FutureProducer, Producer},
    types::{RDKafkaApiKey, RDKafkaRespErr},
};
use retry_runtime::{Verdict, is_transient_kafka, retry};

use crate::{
    SHORT,
    cluster::{Cluster, LONG},
};

fn producer(cluster: &Cluster) -> FutureProducer {
    // An idempotent producer insists on retries of its own.
    cluster.producer(&[("transactional.id", "payments"), ("retries", "1")])
}

#[retry(max_attempts = 10, initial_delay = "10ms", filter = is_transient_kafka)]
fn init(producer: &FutureProducer, cluster: &Cluster, attempts: &Cell<u32>) -> KafkaResult<()> {
    attempts.set(attempts.get() + 1);
    if attempts.get() == 2 {
        cluster.mock.broker_up(-1).unwrap();
    }
    producer.init_transactions(if attempts.get() == 1 { SHORT } else { LONG })
}

#[test]
fn a_coordinator_that_is_down() {
    let cluster = Cluster::start();
    let producer = producer(&cluster);
    cluster.mock.broker_down(-1).unwrap();
    let error = producer.init_transactions(SHORT).expect_err("without the attribute it fails");
    assert!(matches!(error, KafkaError::Transaction(_)), "{error:?}");
    assert_eq!(is_transient_kafka(&error), Verdict::TRANSIENT, "{error:?}");

    let attempts = Cell::new(0);
    init(&producer, &cluster, &attempts).unwrap();
    assert_eq!(attempts.get(), 2);
}

#[test]
fn a_transactional_id_that_is_not_authorized() {
    let cluster = Cluster::start();
    let producer = producer(&cluster);
    let fault = RDKafkaRespErr::RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
    cluster.mock.request_errors(RDKafkaApiKey::InitProducerId, &[fault]);
    let error = producer.init_transactions(LONG).unwrap_err();
    assert_eq!(error.rdkafka_error_code(), Some(Code::TransactionalIdAuthorizationFailed), "{error:?}");
    assert_eq!(is_transient_kafka(&error), Verdict::PERMANENT, "{error:?}");

    // It is fatal, and stays so: a single attempt more.
    let attempts = Cell::new(0);
    init(&producer, &cluster, &attempts).unwrap_err();
    assert_eq!(attempts.get(), 1);
}
