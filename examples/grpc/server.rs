//! The standard health service, with faults in front of it.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use tokio::net::TcpListener;
use tonic::{Code, Request, Status, service::interceptor::InterceptedService, transport::Server};
use tonic_types::{ErrorDetails, StatusExt};

/// Starts it, and gives its URL.
pub(crate) async fn start() -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let (_reporter, health) = tonic_health::server::health_reporter();
    let server = Server::builder().add_service(InterceptedService::new(health, meet));
    tokio::spawn(server.serve_with_incoming(tokio_stream::wrappers::TcpListenerStream::new(listener)));
    Ok(url)
}

/// The first request meets a full server, the third and fourth one that is gone.
fn meet(request: Request<()>) -> Result<Request<()>, Status> {
    static REQUESTS: AtomicU32 = AtomicU32::new(0);

    match REQUESTS.fetch_add(1, Ordering::SeqCst) + 1 {
        1 => {
            let wait = ErrorDetails::with_retry_info(Some(Duration::from_millis(200)));
            Err(Status::with_error_details(Code::ResourceExhausted, "full", wait))
        }
        3 | 4 => Err(Status::unavailable("gone for a moment")),
        _ => Ok(request),
    }
}
