//! Channels and connections that the broker closes, or does not open.

use lapin::{
    Channel, Connection, ConnectionProperties, ErrorKind,
    options::QueueDeclareOptions,
    types::{AMQPValue, FieldTable},
};
use retry_runtime::{Verdict, is_transient_amqp, retry};

use crate::{
    SHARED,
    publisher::{Publisher, code},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_exchange_is_permanent_and_a_channel_that_it_closed_is_not() {
    let mut publisher = Publisher::new(&SHARED.url());
    publisher.declare("channels").await.unwrap();
    let met = publisher.met();

    let error = publisher.publish_retried("no-such-exchange", "channels", "1").await.unwrap_err();
    assert_eq!(code(&error), Some(404), "{error}");
    assert_eq!(met.count(), 1, "{met:?}");

    // The same channel: nothing goes through it any more, whatever it is.
    met.forget();
    let error = publisher.publish("", "channels", "2").await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidChannelState(..)), "{error}");
    assert_eq!(is_transient_amqp(&error), Verdict::TRANSIENT);
    publisher.publish_retried("", "channels", "2").await.unwrap();
    assert_eq!(met.count(), 2, "{met:?}");
    assert_eq!(publisher.take_all("channels").await, [("2".to_owned(), 1)].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn declarations_that_are_wrong() {
    let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    let exclusive = QueueDeclareOptions { exclusive: true, ..QueueDeclareOptions::default() };
    Publisher::new(&SHARED.url()).declare("durable").await.unwrap();
    for (queue, options, expected) in [
        ("no-such-queue", passive, 404),
        ("durable", QueueDeclareOptions::default(), 406),
        ("amq.reserved", exclusive, 403),
    ] {
        let mut publisher = Publisher::new(&SHARED.url());
        let error = publisher.declare_retried(queue, options, FieldTable::default()).await.unwrap_err();
        assert_eq!(code(&error), Some(expected), "{error}");
        assert_eq!(publisher.met().count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_may_not() {
    let url = SHARED.url();
    for (uri, expected) in [
        (url.replace("guest:guest", "guest:wrong"), 403),
        (url.replace("guest:guest", "nobody:guest"), 403),
        (url.replace("%2f", "no-such-host"), 530),
    ] {
        let mut publisher = Publisher::new(&uri);
        let error = publisher.publish_retried("", "queue", "1").await.unwrap_err();
        assert_eq!(code(&error), Some(expected), "{error}");
        assert_eq!(publisher.met().count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_locked_until_its_owner_lets_go() {
    let exclusive = QueueDeclareOptions { exclusive: true, ..QueueDeclareOptions::default() };
    let mut owner = Publisher::new(&SHARED.url());
    owner.declare_with("mine", exclusive, FieldTable::default()).await.unwrap();

    let mut next = Publisher::new(&SHARED.url());
    let error = next.declare_with("mine", exclusive, FieldTable::default()).await.unwrap_err();
    assert_eq!(code(&error), Some(405), "{error}");
    let met = next.met();
    met.forget();
    let call =
        tokio::spawn(async move { next.declare_retried("mine", exclusive, FieldTable::default()).await });
    met.wait_for("RESOURCE_LOCKED").await;
    owner.hang_up().await;
    call.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_says_no_without_an_error() {
    let mut publisher = Publisher::new(&SHARED.url());
    let mut arguments = FieldTable::default();
    arguments.insert("x-max-length".into(), AMQPValue::LongInt(1));
    arguments.insert("x-overflow".into(), AMQPValue::LongString("reject-publish".into()));
    publisher.declare_with("small", QueueDeclareOptions::durable(), arguments).await.unwrap();
    while publisher.publish("", "small", "first").await.unwrap().is_ack() {}
    let met = publisher.met();
    met.forget();
    let call = tokio::spawn(async move { publisher.publish_retried("", "small", "last").await });
    met.wait_for("nack").await;
    let mut consumer = Publisher::new(&SHARED.url());
    consumer.take_all("small").await;
    assert!(call.await.unwrap().unwrap().is_ack());
    consumer.take_all("small").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_channel_is_left_until_another_is_closed() {
    #[retry(
        max_attempts = unlimited,
        max_elapsed = "60s",
        initial_delay = "1ms",
        max_delay = "10ms",
        filter = is_transient_amqp
    )]
    async fn open(connection: &Connection) -> lapin::Result<Channel> {
        connection.create_channel().await
    }

    let uri = SHARED.url() + "?channel_max=1";
    let connection = Connection::connect(&uri, ConnectionProperties::default()).await.unwrap();
    let only = connection.create_channel().await.unwrap();
    let error = connection.create_channel().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ChannelsLimitReached), "{error}");
    // lapin gives a number back some time after its channel is closed.
    only.close(200, "done".into()).await.unwrap();
    open(&connection).await.unwrap();
}
