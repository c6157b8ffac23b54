//! A mock cluster, its producers, and what arrived there.

use std::{cell::Cell, time::Duration};

use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    mocking::MockCluster,
    producer::{DefaultProducerContext, FutureProducer},
    types::{RDKafkaApiKey, RDKafkaRespErr},
};

pub const TOPIC: &str = "events";

/// Patience with the cluster where nothing is broken.
pub const LONG: Duration = Duration::from_secs(30);

/// A broker with one topic of one partition.
pub struct Cluster {
    pub mock: MockCluster<'static, DefaultProducerContext>,
    /// What of the log has been taken.
    taken: Cell<i64>,
}

impl Cluster {
    pub fn start() -> Self {
        let mock = MockCluster::new(1).unwrap();
        mock.create_topic(TOPIC, 1, 1).unwrap();
        Self { mock, taken: Cell::new(0) }
    }

    /// A client configuration that leaves retries to us.
    pub fn config(&self, settings: &[(&str, &str)]) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.mock.bootstrap_servers());
        config.set("reconnect.backoff.ms", "10").set("reconnect.backoff.max.ms", "20");
        config.set("retries", "0").set("retry.backoff.ms", "10").set("linger.ms", "0");
        for (key, value) in settings {
            config.set(*key, *value);
        }
        config
    }

    pub fn producer(&self, settings: &[(&str, &str)]) -> FutureProducer {
        self.config(settings).create().unwrap()
    }

    /// The next messages meet these errors.
    pub fn fails(&self, faults: &[RDKafkaRespErr]) {
        self.mock.request_errors(RDKafkaApiKey::Produce, faults);
    }

    pub fn fails_no_more(&self) {
        self.mock.clear_request_errors(RDKafkaApiKey::Produce);
    }

    /// The messages that were written since it was asked last.
    pub fn take_log(&self) -> Vec<String> {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.mock.bootstrap_servers()).set("group.id", "log");
        let consumer: BaseConsumer = config.create().unwrap();
        let (_, end) = consumer.fetch_watermarks(TOPIC, 0, LONG).unwrap();
        let mut from = TopicPartitionList::new();
        from.add_partition_offset(TOPIC, 0, Offset::Offset(self.taken.get())).unwrap();
        consumer.assign(&from).unwrap();
        let texts = (self.taken.replace(end)..end).map(|_| {
            let message = consumer.poll(LONG).expect("a message").unwrap();
            String::from_utf8(message.payload().unwrap().to_vec()).unwrap()
        });
        texts.collect()
    }
}
