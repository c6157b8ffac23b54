//! A client as one would write it: one channel, opened when it is needed, given up when a call failed.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use lapin::{
    BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, Consumer, Error, Result,
    options::{
        BasicConsumeOptions, BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions,
    },
    types::FieldTable,
};
use retry_runtime::{is_transient_amqp, retry};

/// A client, and its channel with the connection that it is on.
#[derive(Clone)]
pub struct Publisher {
    uri: String,
    open: Option<(Arc<Connection>, Channel)>,
    met: Met,
}

impl Publisher {
    /// A client of the broker at this address.
    pub fn new(uri: &str) -> Self {
        Self { uri: uri.to_owned(), open: None, met: Met::default() }
    }

    /// The errors that its attempts met.
    pub fn met(&self) -> Met {
        self.met.clone()
    }

    /// A durable queue, new or not.
    pub async fn declare(&mut self, queue: &str) -> Result<()> {
        self.declare_with(queue, QueueDeclareOptions::durable(), FieldTable::default()).await
    }

    /// A queue to be declared so.
    pub async fn declare_with(
        &mut self,
        queue: &str,
        options: QueueDeclareOptions,
        arguments: FieldTable,
    ) -> Result<()> {
        let declared = match self.channel().await {
            Ok(channel) => channel.queue_declare(queue.into(), options, arguments).await.map(drop),
            Err(error) => Err(error),
        };
        self.note(declared)
    }

    /// The same with the attribute.
    #[retry(
        max_attempts = unlimited,
        max_elapsed = "60s",
        initial_delay = "10ms",
        max_delay = "100ms",
        filter = is_transient_amqp,
        clone(arguments),
        before_retry = |_| self.hang_up(),
    )]
    pub async fn declare_retried(
        &mut self,
        queue: &str,
        options: QueueDeclareOptions,
        arguments: FieldTable,
    ) -> Result<()> {
        self.declare_with(queue, options, arguments).await
    }

    /// Publishes a persistent message, and waits until the broker has it.
    pub async fn publish(&mut self, exchange: &str, queue: &str, id: &str) -> Result<Confirmation> {
        let confirmed = self.publish_once(exchange, queue, id).await;
        if confirmed.as_ref().is_ok_and(Confirmation::is_nack) {
            self.met.lock().errors.push("nack".to_owned());
        }
        self.note(confirmed)
    }

    /// The same with the attribute.
    #[retry(
        rabbitmq,
        max_attempts = unlimited,
        max_elapsed = "60s",
        initial_delay = "10ms",
        max_delay = "100ms",
        filter = is_transient_amqp,
        filter_ok = Confirmation::is_nack,
        before_retry = |_| self.hang_up(),
    )]
    pub async fn publish_retried(&mut self, exchange: &str, queue: &str, id: &str) -> Result<Confirmation> {
        self.publish(exchange, queue, id).await
    }

    /// How often each message is in the queue. Takes them all.
    pub async fn take_all(&mut self, queue: &str) -> HashMap<String, usize> {
        let channel = self.channel().await.unwrap();
        let mut ids = HashMap::new();
        while let Some(message) =
            channel.basic_get(queue.into(), BasicGetOptions { no_ack: true }).await.unwrap()
        {
            let id = message.properties.message_id().as_ref().unwrap().to_string();
            *ids.entry(id).or_default() += 1;
        }
        ids
    }

    /// The messages of a queue.
    pub async fn consume(&mut self, queue: &str) -> Consumer {
        let channel = self.channel().await.unwrap();
        let options = BasicConsumeOptions::default();
        channel.basic_consume(queue.into(), "".into(), options, FieldTable::default()).await.unwrap()
    }

    /// Its channel, a new one if there is none.
    pub async fn channel(&mut self) -> Result<&Channel> {
        if self.open.is_none() {
            let connection = Connection::connect(&self.uri, ConnectionProperties::default()).await?;
            let channel = connection.create_channel().await?;
            channel.confirm_select(ConfirmSelectOptions::default()).await?;
            self.open = Some((Arc::new(connection), channel));
        }
        Ok(self.open.as_ref().map(|(_, channel)| channel).expect("is open"))
    }

    /// Gives up the channel and its connection.
    pub async fn hang_up(&mut self) {
        self.open = None;
    }

    async fn publish_once(&mut self, exchange: &str, queue: &str, id: &str) -> Result<Confirmation> {
        let met = self.met();
        let properties = BasicProperties::default().with_delivery_mode(2).with_message_id(id.into());
        let options = BasicPublishOptions::default();
        let sent = self
            .channel()
            .await?
            .basic_publish(exchange.into(), queue.into(), options, b"hello", properties)
            .await?;
        let confirmed = sent.await;
        if confirmed.is_err() {
            *met.lock().unconfirmed.entry(id.to_owned()).or_default() += 1;
        }
        confirmed
    }

    fn note<T>(&self, outcome: Result<T>) -> Result<T> {
        outcome.inspect_err(|error| self.met.lock().errors.push(error.to_string()))
    }
}

/// What attempts met.
#[derive(Clone, Default)]
pub struct Met(Arc<Mutex<Meetings>>);

#[derive(Debug, Default)]
struct Meetings {
    errors: Vec<String>,
    /// How often a message was sent without an answer: it may be in the queue, or not.
    unconfirmed: HashMap<String, usize>,
}

impl Met {
    /// Waits until an attempt has met this.
    pub async fn wait_for(&self, fault: &str) {
        let seen = async {
            while !self.lock().errors.iter().any(|error| error.contains(fault)) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let seen = tokio::time::timeout(Duration::from_secs(60), seen).await;
        assert!(seen.is_ok(), "nobody met {fault}, but {self:?}");
    }

    /// How many errors there were.
    pub fn count(&self) -> usize {
        self.lock().errors.len()
    }

    /// How often this message was sent without an answer.
    pub fn unconfirmed(&self, id: &str) -> usize {
        self.lock().unconfirmed.get(id).copied().unwrap_or_default()
    }

    /// Forgets the errors.
    pub fn forget(&self) {
        self.lock().errors.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Meetings> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Met {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lock().fmt(f)
    }
}

/// The code with which a broker closed the channel or the connection.
pub fn code(error: &Error) -> Option<u16> {
    match error.kind() {
        lapin::ErrorKind::ProtocolError(closed) => Some(closed.get_id()),
        _ => None,
    }
}
