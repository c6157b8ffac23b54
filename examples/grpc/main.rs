//! A gRPC client whose server is full at first, says when to come back, and is gone for a moment later.
//!
//! ```text
//! cargo run --example grpc --features grpc             # against a server within this process
//! GRPC_URL=http://127.0.0.1:50051 cargo run --example grpc --features grpc   # any server with the health service
//! ```

mod server;

use std::error::Error;

use retry_runtime::{Event, is_transient_grpc, retry};
use tonic::{Code, Status, transport::Channel};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

/// The server's `RetryInfo` is the least wait. The channel makes a new connection when it needs one.
#[retry(max_attempts = 8, initial_delay = "50ms", filter = is_transient_grpc, on_retry = report)]
async fn check(client: &mut HealthClient<Channel>, service: &str) -> Result<bool, Status> {
    let request = HealthCheckRequest { service: service.to_owned() };
    let answer = client.check(request).await?.into_inner();
    Ok(answer.status() == tonic_health::pb::health_check_response::ServingStatus::Serving)
}

fn report(event: &Event<'_, Status>) {
    println!("attempt {} failed: {:?}", event.attempt, event.error.map(Status::code));
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    let url = match std::env::var("GRPC_URL") {
        Ok(url) => url,
        Err(_) => server::start().await?,
    };
    let mut client = HealthClient::new(Channel::from_shared(url)?.connect_lazy());
    for turn in 1..=3 {
        println!("turn {turn}: serving: {}", check(&mut client, "").await?);
    }
    // A service that nobody knows is not asked for again.
    let error = check(&mut client, "no.such.Service").await.unwrap_err();
    println!("{:?}", error.code());
    assert_eq!(error.code(), Code::NotFound);
    Ok(())
}
