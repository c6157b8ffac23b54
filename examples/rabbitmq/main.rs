//! A publisher that outlives its broker: no message is lost while `RabbitMQ` restarts.
//!
//! ```text
//! RABBITMQ_NODE_PORT=5673 rabbitmq-server &
//! AMQP_URL=amqp://127.0.0.1:5673/%2f cargo run --example rabbitmq --features rabbitmq
//! ```
//! Start it before the broker, or restart the broker meanwhile: the publisher waits for it.

use std::{error::Error, time::Duration};

use lapin::{
    BasicProperties, Channel, Confirmation, Connection, ConnectionProperties,
    options::{BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions},
    types::FieldTable,
};
use retry_runtime::{is_transient_amqp, retry};

const QUEUE: &str = "retry-example";
const MESSAGES: u32 = 50;

struct Publisher {
    url: String,
    /// The connection, and the channel on it.
    open: Option<(Connection, Channel)>,
}

impl Publisher {
    /// A message counts as sent when the broker has confirmed it. One whose confirmation was lost is sent again:
    /// consumers know it by its id. A broker that says no (`nack`) is asked again too.
    #[retry(
        rabbitmq,
        filter = is_transient_amqp,
        filter_ok = Confirmation::is_nack,
        before_retry = |_| self.hang_up(),
    )]
    async fn publish(&mut self, id: &str) -> lapin::Result<Confirmation> {
        let properties = BasicProperties::default().with_delivery_mode(2).with_message_id(id.into());
        let (exchange, options) = ("".into(), BasicPublishOptions::default());
        let channel = self.channel().await?;
        channel.basic_publish(exchange, QUEUE.into(), options, id.as_bytes(), properties).await?.await
    }

    async fn channel(&mut self) -> lapin::Result<&Channel> {
        if self.open.is_none() {
            let connection = Connection::connect(&self.url, ConnectionProperties::default()).await?;
            let channel = connection.create_channel().await?;
            channel.confirm_select(ConfirmSelectOptions::default()).await?;
            channel
                .queue_declare(QUEUE.into(), QueueDeclareOptions::durable(), FieldTable::default())
                .await?;
            self.open = Some((connection, channel));
        }
        Ok(&self.open.as_ref().expect("opened above").1)
    }

    /// A connection that failed is of no use any more. Closing it may fail too, which does not matter.
    async fn hang_up(&mut self) {
        if let Some((connection, _channel)) = self.open.take() {
            let _ = connection.close(200, "a new one follows".into()).await;
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    let url = std::env::var("AMQP_URL").unwrap_or_else(|_| "amqp://127.0.0.1:5672/%2f".to_owned());
    let mut publisher = Publisher { url, open: None };
    for number in 1..=MESSAGES {
        publisher.publish(&format!("message-{number}")).await?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!("{MESSAGES} messages sent to {QUEUE}, each confirmed");
    Ok(())
}
