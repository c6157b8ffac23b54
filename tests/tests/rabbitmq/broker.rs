//! A broker that goes away and comes back.

use futures_util::{StreamExt, future::join_all};
use lapin::{Result, options::QueueDeclareOptions, types::FieldTable};
use retry_runtime::is_transient_amqp;
use retry_tests::servers::{RabbitMq, Server};
use tokio::sync::watch;

use crate::publisher::{Publisher, code};

const QUEUE: &str = "orders";
const PUBLISHERS: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn no_message_is_lost_when_the_broker_is_stopped_or_killed() {
    let broker = RabbitMq::start();
    lose_no_message(&broker, Server::stop).await;
    lose_no_message(&broker, Server::kill).await;
}

/// `fault` ends the broker under its clients.
async fn lose_no_message(broker: &RabbitMq, fault: fn(&Server)) {
    let mut plain = Publisher::new(&broker.url());
    plain.declare(QUEUE).await.unwrap();
    plain.publish("", QUEUE, "plain").await.unwrap();
    let mut idle = Publisher::new(&broker.url());
    idle.declare("idle").await.unwrap();
    let mut consumer = idle.consume("idle").await;

    let publishers: Vec<_> = (0..PUBLISHERS).map(|_| Publisher::new(&broker.url())).collect();
    let met: Vec<_> = publishers.iter().map(Publisher::met).collect();
    let (stop, stopped) = watch::channel(false);
    let publishers = publishers.into_iter().enumerate();
    let calls: Vec<_> =
        publishers.map(|(number, it)| tokio::spawn(publish_until(it, number, stopped.clone()))).collect();
    while queued(&mut plain).await < 50 {}

    fault(broker);
    let error = plain.publish("", QUEUE, "lost").await.unwrap_err();
    assert!(is_transient_amqp(&error).is_transient(), "{error}");
    let refused = Publisher::new(&broker.url()).declare(QUEUE).await.unwrap_err();
    assert!(is_transient_amqp(&refused).is_transient(), "{refused}");
    let ended = consumer.next().await.unwrap().unwrap_err();
    assert!(is_transient_amqp(&ended).is_transient(), "{ended}");
    // A broker that is stopped says why it closes a connection, and resets it before most clients have read that.
    assert!(matches!(code(&ended), None | Some(320)), "{ended}");
    join_all(met.iter().map(|met| met.wait_for(""))).await;

    broker.start_again();
    broker.wait_until_ready();
    stop.send(true).unwrap();
    let published = join_all(calls).await.into_iter().flat_map(|ids| ids.unwrap().unwrap());
    let published: Vec<String> = published.chain(["plain".to_owned()]).collect();

    let arrived = Publisher::new(&broker.url()).take_all(QUEUE).await;
    for id in &published {
        // More than once only where the broker's word was lost.
        let unconfirmed: usize = met.iter().map(|met| met.unconfirmed(id)).sum();
        let times = arrived.get(id).copied().unwrap_or_default();
        assert!((1..=1 + unconfirmed).contains(&times), "{id}: {times} times, {unconfirmed} unconfirmed");
    }
    assert_eq!(arrived.len(), published.len(), "and nothing else");
}

/// Publishes until it is told to stop. Gives the ids.
async fn publish_until(
    mut publisher: Publisher,
    number: usize,
    stopped: watch::Receiver<bool>,
) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    while !*stopped.borrow() {
        let id = format!("{number}:{}", ids.len());
        publisher.publish_retried("", QUEUE, &id).await?;
        ids.push(id);
    }
    Ok(ids)
}

/// How many messages are in the queue.
async fn queued(publisher: &mut Publisher) -> u32 {
    let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    let channel = publisher.channel().await.unwrap();
    channel.queue_declare(QUEUE.into(), passive, FieldTable::default()).await.unwrap().message_count()
}
