//! A service written by hand: its codec, its client, and its server, which can be stopped, killed and
//! started again.

use std::{
    collections::VecDeque,
    convert::Infallible,
    future::pending,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    task::{Context, Poll},
    thread,
    time::Duration,
};

use bytes::{Buf, BufMut};
use retry_tests::ports::Port;
use tokio::{
    runtime::{Builder, Runtime},
    sync::oneshot,
    task::JoinHandle,
    time::sleep,
};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{
    Request, Response, Status,
    body::Body,
    client,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    codegen::{BoxFuture, Service, http},
    server::{self, NamedService},
    transport::{self, Channel, Endpoint},
};

/// A channel that connects when it is used, and again when it must.
pub fn channel(server: SocketAddr) -> Channel {
    endpoint(server).connect_lazy()
}

pub fn endpoint(server: SocketAddr) -> Endpoint {
    Endpoint::from_shared(format!("http://{server}")).unwrap()
}

/// A call, as generated code makes it.
pub async fn say(channel: &Channel, text: &str) -> Result<String, Status> {
    call(channel, Request::new(text.to_owned())).await
}

/// A call with a deadline, which both sides know.
pub async fn say_within(channel: &Channel, text: &str, deadline: Duration) -> Result<String, Status> {
    let mut request = Request::new(text.to_owned());
    request.set_timeout(deadline);
    call(channel, request).await
}

async fn call(channel: &Channel, request: Request<String>) -> Result<String, Status> {
    let mut client = client::Grpc::new(channel.clone());
    client.ready().await.map_err(|error| Status::unknown(format!("Service was not ready: {error}")))?;
    let path = http::uri::PathAndQuery::from_static("/retry.Echo/Say");
    Ok(client.unary(request, path, Text).await?.into_inner())
}

/// Messages that are text.
#[derive(Clone, Copy)]
struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, text: String, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put_slice(text.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let bytes = from.copy_to_bytes(from.remaining());
        String::from_utf8(bytes.into()).map(Some).map_err(|error| Status::internal(error.to_string()))
    }
}

/// What a call meets.
pub enum Fate {
    Fails(Status),
    Hangs,
}

/// Answers with what it heard, once its fates are over. Outlives its server.
#[derive(Clone, Default)]
pub struct Echo {
    fates: Arc<Mutex<VecDeque<Fate>>>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Echo {
    /// The next calls meet these.
    pub fn meets(&self, fates: impl IntoIterator<Item = Fate>) {
        self.fates.lock().unwrap().extend(fates);
    }

    /// Takes what arrived, in its order.
    pub fn heard(&self) -> Vec<String> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }

    async fn answer(self, text: String) -> Result<Response<String>, Status> {
        self.heard.lock().unwrap().push(text.clone());
        // Who kills the server finds calls that have been heard and not answered.
        sleep(Duration::from_millis(1)).await;
        let fate = self.fates.lock().unwrap().pop_front();
        match fate {
            None => Ok(Response::new(text)),
            Some(Fate::Fails(status)) => Err(status),
            Some(Fate::Hangs) => pending().await,
        }
    }
}

impl NamedService for Echo {
    const NAME: &'static str = "retry.Echo";
}

impl Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let echo = self.clone();
        Box::pin(async move { Ok(server::Grpc::new(Text).unary(Say(echo), request).await) })
    }
}

/// The one method of the service.
struct Say(Echo);

impl server::UnaryService<String> for Say {
    type Response = String;
    type Future = BoxFuture<Response<String>, Status>;

    fn call(&mut self, request: Request<String>) -> Self::Future {
        Box::pin(self.0.clone().answer(request.into_inner()))
    }
}

/// A server on a port and a runtime of its own.
pub struct Server {
    pub echo: Echo,
    port: Port,
    timeout: Option<Duration>,
    running: Option<Running>,
}

struct Running {
    runtime: Runtime,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

impl Server {
    pub fn start() -> Self {
        Self::new(None)
    }

    /// Gives its calls no longer than this.
    pub fn start_impatient(timeout: Duration) -> Self {
        Self::new(Some(timeout))
    }

    fn new(timeout: Option<Duration>) -> Self {
        let mut server = Self { echo: Echo::default(), port: Port::reserve(), timeout, running: None };
        server.start_again();
        server
    }

    pub fn address(&self) -> SocketAddr {
        self.port.address()
    }

    pub fn channel(&self) -> Channel {
        channel(self.address())
    }

    /// Listens when this returns.
    pub fn start_again(&mut self) {
        let listener = TcpListener::bind(self.port.address()).unwrap();
        listener.set_nonblocking(true).unwrap();
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut builder = transport::Server::builder();
        if let Some(timeout) = self.timeout {
            builder = builder.timeout(timeout);
        }
        let router = builder.add_service(self.echo.clone());
        let (stop, stopped) = oneshot::channel();
        let served = runtime.spawn(async move {
            let incoming = TcpListenerStream::new(tokio::net::TcpListener::from_std(listener).unwrap());
            router.serve_with_incoming_shutdown(incoming, async { drop(stopped.await) }).await.unwrap();
        });
        self.running = Some(Running { runtime, stop, served });
    }

    /// Finishes the calls that it has begun.
    pub async fn stop(&mut self) {
        let running = self.running.take().unwrap();
        running.stop.send(()).unwrap();
        running.served.await.unwrap();
        end(running.runtime);
    }

    /// Drops its connections, whatever goes on there.
    pub fn kill(&mut self) {
        if let Some(running) = self.running.take() {
            end(running.runtime);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// All sockets are closed when this returns. A runtime must not be dropped within another.
fn end(runtime: Runtime) {
    thread::spawn(|| drop(runtime)).join().unwrap();
}
