//! A Kafka producer whose broker fails now and then.
//!
//! ```text
//! cargo run --example kafka --features kafka           # against librdkafka's own mock broker
//! KAFKA_BROKERS=127.0.0.1:9092 cargo run --example kafka --features kafka
//! ```
//! Compiles librdkafka, which needs a C compiler and make.

use std::{error::Error, time::Duration};

use rdkafka::{
    ClientConfig,
    error::KafkaError,
    mocking::MockCluster,
    producer::{DefaultProducerContext, FutureProducer, FutureRecord},
    types::{RDKafkaApiKey, RDKafkaRespErr},
};
use retry_runtime::{Event, is_transient_kafka, retry};

const TOPIC: &str = "retry-example";

/// Idempotent, so that a message whose answer was lost is not written twice by the producer's own retries.
/// Those end with `message.timeout.ms`; what comes after that is ours.
#[retry(kafka, filter = is_transient_kafka, on_retry = report)]
async fn send(producer: &FutureProducer, key: &str, text: &str) -> Result<(), KafkaError> {
    let record = FutureRecord::to(TOPIC).key(key).payload(text);
    producer.send(record, Duration::ZERO).await.map(drop).map_err(|(error, _message)| error)
}

fn report(event: &Event<'_, KafkaError>) {
    println!("attempt {} failed: {}", event.attempt, event.error.expect("no value is turned down"));
}

/// A broker within this process, whose first two answers are errors.
fn mock_broker() -> Result<MockCluster<'static, DefaultProducerContext>, KafkaError> {
    let cluster = MockCluster::new(1)?;
    cluster.create_topic(TOPIC, 1, 1)?;
    let faults = [
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
    ];
    cluster.request_errors(RDKafkaApiKey::Produce, &faults);
    Ok(cluster)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    let mut config = ClientConfig::new();
    let mock;
    if let Ok(brokers) = std::env::var("KAFKA_BROKERS") {
        config.set("bootstrap.servers", brokers).set("enable.idempotence", "true");
    } else {
        mock = mock_broker()?;
        // No retries of its own, so that ours can be seen.
        config.set("bootstrap.servers", mock.bootstrap_servers()).set("retries", "0");
    }
    let producer: FutureProducer = config.set("message.timeout.ms", "5000").create()?;
    for number in 1..=3 {
        send(&producer, "order", &format!("order {number}")).await?;
        println!("order {number} is written");
    }
    Ok(())
}
