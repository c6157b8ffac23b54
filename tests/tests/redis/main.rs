//! `is_transient_redis` against real servers: annotated calls survive the faults that pass, the same calls
//! without the attribute fail, and what will not pass is tried once.
#![deny(warnings, clippy::all)]

mod cluster;
mod connections;
mod permanent;
mod states;
mod store;

use redis::{Cmd, cmd};
use retry_runtime::is_transient_redis;
use retry_tests::servers::Redis;
use store::Store;

/// A command from its words.
fn command(words: &str) -> Cmd {
    let mut words = words.split(' ');
    let mut command = cmd(words.next().unwrap());
    for word in words {
        command.arg(word);
    }
    command
}

/// What the server says to somebody who is no part of the test, over a new connection.
fn tell(server: &Redis, words: &str) -> Option<String> {
    let mut connection = redis::Client::open(server.url()).unwrap().get_connection().unwrap();
    command(words).query(&mut connection).unwrap_or_else(|error| panic!("{words}: {error}"))
}

/// A call fails without the attribute. With it, the call meets the same, and ends well once `mend` was there.
async fn survives(mut store: Store, words: &str, fault: &str, mend: impl FnOnce()) -> Option<String> {
    let command = command(words);
    let error = store.once(&command).await.expect_err(fault);
    assert!(is_transient_redis(&error).is_transient(), "{error}");

    let met = store.met();
    met.forget();
    let call = tokio::spawn(async move { store.retried(&command).await });
    met.wait_for(fault).await;
    mend();
    call.await.unwrap().unwrap_or_else(|error| panic!("{words}: {error}, after {met:?}"))
}

/// A call fails, and fails at once, with the attribute and without.
async fn fails_at_once(mut store: Store, words: &str, fault: &str) {
    let command = command(words);
    let error = store.once(&command).await.expect_err(fault);
    assert!(error.to_string().contains(fault), "{error}");
    let met = store.met();
    met.forget();
    let error = store.retried(&command).await.expect_err(fault);
    assert!(error.to_string().contains(fault), "{error}");
    assert_eq!(met.count(), 1, "{met:?}");
}
