//! `is_transient_kafka` against librdkafka's mock cluster: what it says of the errors that its clients meet,
//! and that annotated calls survive those that pass.
#![deny(warnings, clippy::all)]

mod cluster;
mod transactions;

use std::{cell::Cell, error::Error, fmt, time::Duration};

use cluster::{Cluster, TOPIC};
use futures_util::future::join_all;
use rdkafka::{
    error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code},
    metadata::Metadata,
    producer::{FutureProducer, FutureRecord, Producer},
    types::RDKafkaRespErr as Fault,
};
use retry_runtime::{Verdict, is_transient, is_transient_kafka, retry};
use tokio::time::sleep;

/// Longer than a loopback broker needs, on a busy machine too.
const SHORT: Duration = Duration::from_millis(500);

async fn send(producer: &FutureProducer, text: &str) -> KafkaResult<()> {
    let record = FutureRecord::to(TOPIC).payload(text).key("");
    producer.send(record, Duration::ZERO).await.map(drop).map_err(|(error, _)| error)
}

/// Counts its attempts.
#[retry(max_attempts = 3, initial_delay = "10ms", filter = is_transient_kafka)]
async fn send_retried(producer: &FutureProducer, text: &str, attempts: &Cell<u32>) -> KafkaResult<()> {
    attempts.set(attempts.get() + 1);
    send(producer, text).await
}

/// Each goes through to the application at once, because librdkafka's own retries are off.
#[tokio::test]
async fn codes_of_a_broker_that_pass() {
    use Fault::*;

    let cluster = Cluster::start();
    let producer = cluster.producer(&[]);
    for (fault, code, verdict) in [
        (RD_KAFKA_RESP_ERR_INVALID_MSG, Code::InvalidMessage, Verdict::TRANSIENT),
        (RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, Code::RequestTimedOut, Verdict::TRANSIENT),
        (RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, Code::NetworkException, Verdict::TRANSIENT),
        (RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, Code::NotEnoughReplicas, Verdict::TRANSIENT),
        (
            RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
            Code::NotEnoughReplicasAfterAppend,
            Verdict::TRANSIENT,
        ),
        (RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, Code::KafkaStorageError, Verdict::TRANSIENT),
        (RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH, Code::UnknownLeaderEpoch, Verdict::TRANSIENT),
        (RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED, Code::ThrottlingQuotaExceeded, Verdict::THROTTLED),
        // The broker hangs up.
        (RD_KAFKA_RESP_ERR__TRANSPORT, Code::BrokerTransportFailure, Verdict::TRANSIENT),
    ] {
        cluster.fails(&[fault]);
        let error = send(&producer, "plain").await.expect_err("without the attribute it fails");
        assert_eq!(error, KafkaError::MessageProduction(code));
        assert_eq!((is_transient_kafka(&error), is_transient(&error)), (verdict, verdict), "{error:?}");

        let (text, attempts) = (format!("{code:?}"), Cell::new(0));
        cluster.fails(&[fault]);
        send_retried(&producer, &text, &attempts).await.unwrap();
        assert_eq!((attempts.get(), cluster.take_log()), (2, vec![text]));
    }
}

#[tokio::test]
async fn codes_of_a_broker_that_do_not() {
    use Fault::*;

    let cluster = Cluster::start();
    for (fault, code) in [
        (RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, Code::MessageSizeTooLarge),
        (RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, Code::TopicAuthorizationFailed),
        (RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, Code::ClusterAuthorizationFailed),
        (RD_KAFKA_RESP_ERR_INVALID_RECORD, Code::InvalidRecord),
        (RD_KAFKA_RESP_ERR_POLICY_VIOLATION, Code::PolicyViolation),
    ] {
        // One that is not authorized remembers it.
        let producer = cluster.producer(&[]);
        let attempts = Cell::new(0);
        cluster.fails(&[fault]);
        let error = send_retried(&producer, "no", &attempts).await.unwrap_err();
        assert_eq!((error, attempts.get()), (KafkaError::MessageProduction(code), 1));
    }
    assert_eq!(cluster.take_log(), [""; 0]);
}

/// Refused by the client itself.
#[tokio::test]
async fn a_message_that_is_too_large() {
    let cluster = Cluster::start();
    let producer = cluster.producer(&[("message.max.bytes", "1000")]);
    let attempts = Cell::new(0);
    let error = send_retried(&producer, &"x".repeat(2_000), &attempts).await.unwrap_err();
    assert_eq!((error.rdkafka_error_code(), attempts.get()), (Some(Code::MessageSizeTooLarge), 1));
}

/// First comes the broker's word, which may pass; then librdkafka's own, which does not.
#[tokio::test]
async fn a_topic_that_there_is_not() {
    let cluster = Cluster::start();
    cluster.mock.topic_error(TOPIC, Fault::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART).unwrap();
    let producer = cluster.producer(&[("topic.metadata.propagation.max.ms", "100")]);
    let attempts = Cell::new(0);
    let error = send_retried(&producer, "nowhere", &attempts).await.unwrap_err();
    assert_eq!((error, attempts.get()), (KafkaError::MessageProduction(Code::UnknownTopic), 2));
}

/// These librdkafka repeats by itself as long as a message may live, whatever `retries` says.
#[tokio::test]
async fn codes_that_librdkafka_knows_itself() {
    use Fault::*;

    for fault in [RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE] {
        let cluster = Cluster::start();
        let producer = cluster.producer(&[("message.timeout.ms", "300")]);
        cluster.fails(&[fault; 1_000]);
        let error = send(&producer, "plain").await.expect_err("without the attribute it fails");
        assert_eq!(error, KafkaError::MessageProduction(Code::MessageTimedOut), "{fault:?}");
        assert_eq!(is_transient_kafka(&error), Verdict::TRANSIENT);

        let elected = async {
            sleep(SHORT).await;
            cluster.fails_no_more();
        };
        tokio::join!(async { send_stubbornly(&producer, "leader").await.unwrap() }, elected);
        assert_eq!(cluster.take_log(), ["leader"]);
    }
}

#[retry(max_attempts = 1_000, initial_delay = "10ms", max_delay = "50ms", filter = is_transient_kafka)]
async fn send_stubbornly(producer: &FutureProducer, text: &str) -> KafkaResult<()> {
    send(producer, text).await
}

#[tokio::test]
async fn a_broker_that_goes_away_and_comes_back() {
    let cluster = Cluster::start();
    let producer = cluster.producer(&[("message.timeout.ms", "300")]);
    send(&producer, "before").await.unwrap();

    cluster.mock.broker_down(-1).unwrap();
    let error = send(&producer, "plain").await.expect_err("without the attribute it fails");
    assert_eq!(is_transient_kafka(&error), Verdict::TRANSIENT, "{error:?}");

    let texts: Vec<_> = (0..50).map(|number| format!("message {number:02}")).collect();
    let sent = join_all(texts.iter().map(|text| send_stubbornly(&producer, text)));
    let comes_back = async {
        sleep(2 * SHORT).await;
        cluster.mock.broker_up(-1).unwrap();
    };
    let (sent, ()) = tokio::join!(sent, comes_back);
    sent.into_iter().collect::<KafkaResult<()>>().unwrap();

    let mut log = cluster.take_log();
    log.sort_unstable();
    assert_eq!(log[0], "before");
    assert_eq!(log[1..], texts, "none lost, none twice");
}

fn metadata(producer: &FutureProducer) -> KafkaResult<Metadata> {
    producer.client().fetch_metadata(Some(TOPIC), SHORT)
}

#[retry(max_attempts = 10, initial_delay = "10ms", filter = is_transient_kafka)]
fn metadata_retried(
    producer: &FutureProducer,
    cluster: &Cluster,
    attempts: &Cell<u32>,
) -> KafkaResult<Metadata> {
    attempts.set(attempts.get() + 1);
    if attempts.get() == 2 {
        cluster.mock.broker_up(-1).unwrap();
    }
    metadata(producer)
}

#[test]
fn metadata_of_a_cluster_that_is_down() {
    let cluster = Cluster::start();
    let producer = cluster.producer(&[]);
    cluster.mock.broker_down(-1).unwrap();
    let error = metadata(&producer).map(drop).expect_err("without the attribute it fails");
    assert!(matches!(error, KafkaError::MetadataFetch(_)), "{error:?}");
    assert_eq!(is_transient_kafka(&error), Verdict::TRANSIENT, "{error:?}");

    let metadata = metadata_retried(&producer, &cluster, &Cell::new(0)).unwrap();
    assert_eq!(metadata.topics()[0].name(), TOPIC);
}

#[tokio::test]
async fn a_queue_that_is_full() {
    let cluster = Cluster::start();
    // The first message waits for others, for which there is no room.
    let settings = [("queue.buffering.max.messages", "1"), ("linger.ms", "300")];
    let producer = cluster.producer(&settings);
    let first = producer.send_result(FutureRecord::to(TOPIC).payload("first").key("")).unwrap();
    let error = send(&producer, "plain").await.expect_err("without the attribute it fails");
    assert_eq!(error, KafkaError::MessageProduction(Code::QueueFull));
    assert_eq!(is_transient_kafka(&error), Verdict::THROTTLED);

    send_stubbornly(&producer, "second").await.unwrap();
    first.await.unwrap().unwrap();
    assert_eq!(cluster.take_log(), ["first", "second"]);
}

/// A user's own error.
#[derive(Debug)]
struct ApiError(KafkaError);

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the event was not sent")
    }
}

impl Error for ApiError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[retry(max_attempts = 2, initial_delay = "10ms", filter = is_transient_kafka)]
async fn send_with_own_error(producer: &FutureProducer) -> Result<(), ApiError> {
    send(producer, "own").await.map_err(ApiError)
}

#[retry(max_attempts = 2, initial_delay = "10ms", filter = is_transient_kafka)]
async fn send_with_anyhow(producer: &FutureProducer) -> anyhow::Result<()> {
    Ok(send(producer, "any").await?)
}

#[retry(max_attempts = 2, initial_delay = "10ms", filter = is_transient)]
async fn send_with_boxed_error(producer: &FutureProducer) -> Result<(), Box<dyn Error>> {
    Ok(send(producer, "boxed").await?)
}

#[tokio::test]
async fn whatever_form_the_error_takes() {
    let cluster = Cluster::start();
    let producer = cluster.producer(&[]);
    let fails = || cluster.fails(&[Fault::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS]);

    fails();
    send_with_own_error(&producer).await.unwrap();
    fails();
    send_with_anyhow(&producer).await.unwrap();
    fails();
    send_with_boxed_error(&producer).await.unwrap();
    assert_eq!(cluster.take_log(), ["own", "any", "boxed"]);
}
