//! Kafka: the codes of the protocol, and librdkafka's own.

use std::error::Error;

use rdkafka::error::{KafkaError, RDKafkaError, RDKafkaErrorCode as Code};

use super::{
    ErrorChain, IntoVerdict, Verdict,
    chain::{self, Judge},
    io,
};

/// What the protocol calls retriable: <https://kafka.apache.org/protocol#protocol_error_codes>, by the names of rdkafka.
/// The column is made from the subclasses of `RetriableException`, here as of Kafka 4.2. rdkafka 0.39 has no names
/// for five of them: 103, 106, 122, 123, 133.
const RETRIABLE: [Code; 26] = [
    Code::InvalidMessage,               // 2, CORRUPT_MESSAGE: failed its checksum
    Code::UnknownTopicOrPartition,      // 3: maybe not yet known to the broker that was asked
    Code::LeaderNotAvailable,           // 5
    Code::NotLeaderForPartition,        // 6, NOT_LEADER_OR_FOLLOWER
    Code::RequestTimedOut,              // 7
    Code::ReplicaNotAvailable,          // 9
    Code::NetworkException,             // 13
    Code::CoordinatorLoadInProgress,    // 14
    Code::CoordinatorNotAvailable,      // 15
    Code::NotCoordinator,               // 16
    Code::NotEnoughReplicas,            // 19
    Code::NotEnoughReplicasAfterAppend, // 20: written, but to too few
    Code::NotController,                // 41
    Code::ConcurrentTransactions,       // 51: not so before Kafka 3.2
    Code::KafkaStorageError,            // 56
    Code::FetchSessionIdNotFound,       // 70
    Code::InvalidFetchSessionEpoch,     // 71
    Code::ListenerNotFound,             // 72
    Code::FencedLeaderEpoch,            // 74
    Code::UnknownLeaderEpoch,           // 75
    Code::OffsetNotAvailable,           // 78
    Code::PreferredLeaderNotAvailable,  // 80
    Code::EligibleLeadersNotAvailable,  // 83
    Code::ElectionNotNeeded,            // 84
    Code::UnstableOffsetCommit,         // 88
    Code::UnknownTopicId,               // 100
];

/// What librdkafka reports of itself and may pass: `rd_kafka_resp_err_t` in rdkafka.h of librdkafka 2.12, where codes
/// below zero are its own.
const LOCAL: [Code; 12] = [
    Code::BrokerTransportFailure, // -195: not reached, or the connection broke
    Code::Resolve,                // -193
    Code::MessageTimedOut,        // -192: message.timeout.ms, with librdkafka's own retries, is over
    Code::AllBrokersDown,         // -187
    Code::OperationTimedOut,      // -185
    Code::WaitingForCoordinator,  // -180
    Code::PreviousInProgress,     // -177: "wait for it to finish"
    Code::TimedOutQueue,          // -166: never sent
    Code::WaitCache,              // -164: metadata is being fetched
    Code::Interrupted,            // -163
    Code::Retry,                  // -153
    Code::DestroyBroker,          // -137: a broker left, the client stays
];

/// What asks for less.
const THROTTLED: [Code; 2] = [
    Code::ThrottlingQuotaExceeded, // 89, retriable by the protocol
    Code::QueueFull,               // -184: the producer's own queue
];

/// What knows Kafka, and what is below it.
pub(super) const JUDGES: &[Judge] = &[judge, io::judge];

/// Whether a Kafka error may pass.
///
/// | verdict | codes of the protocol | librdkafka's own |
/// |---|---|---|
/// | throttled | 89 throttling quota exceeded | queue full |
/// | transient | what the protocol calls retriable: 2 corrupt message, 3 unknown topic or partition, 5–7 no leader, another leader, timed out, 9 no replica, 13 network, 14–16 coordinator, 19 and 20 not enough replicas, 41 not the controller, 51 concurrent transactions, 56 storage, 70–72, 74, 75, 78, 80, 83, 84, 88, 100 | transport, resolving, all brokers down, timed out (message, operation, in queue), waiting for the coordinator or for metadata, previous operation in progress, interrupted, retry, a broker that left |
/// | permanent | every other: 10 message too large, 29–31 authorization, 58 authentication, 27 rebalance, 47 and 90 fenced … | every other: unknown topic or partition, invalid argument, authentication, TLS, purged, fatal, fenced, wrong state … |
///
/// Codes: the column "Retriable" of the
/// [protocol's table](https://kafka.apache.org/protocol#protocol_error_codes) as of Kafka 4.2;
/// [`RDKafkaErrorCode`](rdkafka::error::RDKafkaErrorCode). An error of a transaction says itself whether it is
/// retriable ([`is_retriable`](rdkafka::error::RDKafkaError::is_retriable)), and that counts. An error without a code,
/// such as a client that could not be created, is permanent; so is every fatal one.
///
/// Takes `rdkafka::error::KafkaError`, `RDKafkaErrorCode`, `RDKafkaError`, `std::io::Error` and any error that has one
/// of them among its causes. What has none is permanent. It knows rdkafka 0.39: the errors of another version are of
/// another type, look like any unknown error, and are permanent.
///
/// ```
/// use rdkafka::error::{KafkaError, RDKafkaErrorCode};
/// use retry_runtime::is_transient_kafka;
///
/// let error = KafkaError::MessageProduction;
/// assert!(is_transient_kafka(&error(RDKafkaErrorCode::NotEnoughReplicas)).is_transient());
/// assert!(is_transient_kafka(&error(RDKafkaErrorCode::QueueFull)).is_throttled());
/// assert!(is_transient_kafka(&error(RDKafkaErrorCode::MessageSizeTooLarge)).is_permanent());
/// ```
///
/// A producer's `send` fails with a pair: `.map_err(|(error, _)| error)` leaves the error.
///
/// An unknown topic passes, as the protocol has it, until librdkafka itself is sure that there is none
/// (`topic.metadata.propagation.max.ms`). To choose otherwise, look at the code:
///
/// ```
/// use rdkafka::error::{KafkaError, RDKafkaErrorCode};
/// use retry_runtime::{is_transient_kafka, retry};
///
/// # const UNKNOWN: Option<RDKafkaErrorCode> = Some(RDKafkaErrorCode::UnknownTopicOrPartition);
/// #[retry(kafka, filter = |error| is_transient_kafka(error).and(error.rdkafka_error_code() != UNKNOWN))]
/// fn fetch() -> Result<(), KafkaError> {
///     Err(KafkaError::MetadataFetch(RDKafkaErrorCode::UnknownTopicOrPartition))
/// }
///
/// assert!(fetch().is_err()); // a single attempt
/// ```
///
/// librdkafka repeats by itself what it can, for as long as `message.timeout.ms` (five minutes) and `retries` allow;
/// this comes on top. A message that timed out, or whose connection broke, may have been written: sent again, it is
/// another message, also to an idempotent producer.
pub fn is_transient_kafka<E, M>(error: &E) -> Verdict
where
    E: ErrorChain<M> + ?Sized,
{
    error.look(|outermost| chain::judged_by(JUDGES, outermost))
}

fn judge(error: &(dyn Error + 'static)) -> Option<Verdict> {
    if let Some(error) = chain::held(error) {
        return Some(verdict(error));
    }
    if let Some(error) = chain::held(error) {
        return Some(of_transaction(error));
    }
    chain::held(error).copied().map(of_code)
}

fn verdict(error: &KafkaError) -> Verdict {
    match error {
        KafkaError::Transaction(error) => of_transaction(error),
        KafkaError::MessageConsumptionFatal(_) => Verdict::PERMANENT,
        // `rdkafka_error_code` leaves it out.
        KafkaError::AdminOp(code) => of_code(*code),
        error => error.rdkafka_error_code().map_or(Verdict::PERMANENT, of_code),
    }
}

/// One that is neither retriable nor abortable is to be taken as fatal: rdkafka.h, "Transactional producer API".
fn of_transaction(error: &RDKafkaError) -> Verdict {
    error.is_retriable().into_verdict()
}

fn of_code(code: Code) -> Verdict {
    if THROTTLED.contains(&code) {
        return Verdict::THROTTLED;
    }
    (RETRIABLE.contains(&code) || LOCAL.contains(&code)).into_verdict()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_protocol() {
        let numbers = RETRIABLE.map(|code| code as i32);
        let expected = [
            2, 3, 5, 6, 7, 9, 13, 14, 15, 16, 19, 20, 41, 51, 56, 70, 71, 72, 74, 75, 78, 80, 83, 84, 88, 100,
        ];
        assert_eq!(numbers, expected);
        assert!(LOCAL.iter().all(|&code| (code as i32) < -100));
    }

    #[test]
    fn whatever_carries_the_code() {
        let carriers: [fn(Code) -> KafkaError; 12] = [
            KafkaError::AdminOp,
            KafkaError::ConsumerCommit,
            KafkaError::Flush,
            KafkaError::Global,
            KafkaError::GroupListFetch,
            KafkaError::MessageConsumption,
            KafkaError::MessageProduction,
            KafkaError::MetadataFetch,
            KafkaError::OffsetFetch,
            KafkaError::Rebalance,
            KafkaError::SetPartitionOffset,
            KafkaError::StoreOffset,
        ];
        for carrier in carriers {
            for (code, expected) in [
                (Code::NotLeaderForPartition, Verdict::TRANSIENT),
                (Code::BrokerTransportFailure, Verdict::TRANSIENT),
                (Code::QueueFull, Verdict::THROTTLED),
                (Code::TopicAuthorizationFailed, Verdict::PERMANENT),
                (Code::Fatal, Verdict::PERMANENT),
                (Code::PurgeQueue, Verdict::PERMANENT),
                (Code::UnknownTopic, Verdict::PERMANENT),
            ] {
                let error = carrier(code);
                assert_eq!(is_transient_kafka(&error), expected, "{error:?}");
                assert_eq!(is_transient_kafka(&anyhow::Error::from(error.clone())), expected, "{error:?}");
                assert_eq!(is_transient_kafka(&Box::new(error)), expected);
                assert_eq!(is_transient_kafka(&code), expected);
            }
        }
    }

    #[test]
    fn what_is_fatal_or_has_no_code_is_permanent() {
        for error in [
            KafkaError::MessageConsumptionFatal(Code::OperationTimedOut),
            KafkaError::Canceled,
            KafkaError::NoMessageReceived,
            KafkaError::PartitionEOF(0),
            KafkaError::ClientCreation("no such option".to_owned()),
            KafkaError::Nul(std::ffi::CString::new("a\0b").unwrap_err()),
        ] {
            assert_eq!(is_transient_kafka(&error), Verdict::PERMANENT, "{error:?}");
        }
    }
}
