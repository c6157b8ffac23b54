//! A server that goes away and comes back while calls run.

use std::{collections::BTreeSet, time::Duration};

use futures_util::future::join_all;
use retry_runtime::{is_transient_grpc, retry};
use tokio::{task::JoinHandle, time::sleep};
use tonic::{Status, transport::Channel};

use crate::service::{Server, say};

const CALLERS: usize = 8;
const CALLS: usize = 50;

#[retry(max_attempts = 1_000, initial_delay = "10ms", max_delay = "50ms", filter = is_transient_grpc)]
async fn say_stubbornly(channel: &Channel, text: &str) -> Result<String, Status> {
    say(channel, text).await
}

fn names() -> impl Iterator<Item = String> {
    (0..CALLERS * CALLS).map(|number| format!("call {number}"))
}

/// Many callers, one after the other each. Every call gets its own answer.
fn callers(channel: &Channel) -> Vec<JoinHandle<()>> {
    let names: Vec<_> = names().collect();
    let caller = |names: &[String]| {
        let (channel, names) = (channel.clone(), names.to_vec());
        tokio::spawn(async move {
            for name in names {
                assert_eq!(say_stubbornly(&channel, &name).await.unwrap(), name);
            }
        })
    };
    names.chunks(CALLS).map(caller).collect()
}

async fn ended(callers: Vec<JoinHandle<()>>) {
    for ended in join_all(callers).await {
        ended.unwrap();
    }
}

/// A server that stops properly finishes what it has begun and says what it has not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_and_started_every_call_is_carried_out_once() {
    let mut server = Server::start();
    let channel = server.channel();
    let calls = callers(&channel);
    for _ in 0..3 {
        sleep(Duration::from_millis(20)).await;
        server.stop().await;
        say(&channel, "nobody").await.expect_err("without the attribute it fails");
        server.start_again();
    }
    ended(calls).await;

    let mut heard = server.echo.heard();
    heard.sort_unstable();
    let mut expected: Vec<_> = names().collect();
    expected.sort_unstable();
    assert_eq!(heard, expected);
}

/// One that is killed may have carried out what it never answered: nothing is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_and_started_no_call_is_lost() {
    let mut server = Server::start();
    let channel = server.channel();
    let calls = callers(&channel);
    for _ in 0..3 {
        sleep(Duration::from_millis(20)).await;
        server.kill();
        say(&channel, "nobody").await.expect_err("without the attribute it fails");
        server.start_again();
    }
    ended(calls).await;

    let heard: BTreeSet<_> = server.echo.heard().into_iter().collect();
    assert_eq!(heard, names().collect());
}
