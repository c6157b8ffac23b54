//! A server that speaks HTTP/2, badly at first.

use std::{
    future::poll_fn,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use h2::{Reason, server::SendResponse};
use http::{HeaderMap, Response};
use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy, sink},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};

/// What becomes of the first connection, or of the first call on it.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    /// Closed before a word.
    ClosedAtOnce,
    /// Reset before a word.
    ResetAtOnce,
    /// Closed when the call has arrived.
    Closed,
    /// Reset when the call has arrived.
    Reset,
    /// Closed in the middle of the answer.
    CutShort,
    /// GOAWAY that leaves the call out.
    GoAway(Reason),
    /// RST_STREAM for the call.
    ResetStream(Reason),
    /// The whole answer, but no status.
    WithoutStatus,
    /// An answer of somebody who speaks no gRPC.
    Http(u16),
}

/// What a call is answered with, once the fate is over.
pub const WELL: &str = "well";

/// Its first connection or call meets its fate, the others go well.
pub struct Server {
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    pub async fn start(fate: Fate) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let fate = Arc::new(Mutex::new(Some(fate)));
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, fate.clone()));
            }
        });
        Self { address, task }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(socket: TcpStream, shared: Arc<Mutex<Option<Fate>>>) {
    let fate = *shared.lock().unwrap();
    if matches!(fate, Some(Fate::Reset | Fate::ResetAtOnce)) {
        SockRef::from(&socket).set_linger(Some(Duration::ZERO)).unwrap();
    }
    if matches!(fate, Some(Fate::ClosedAtOnce | Fate::ResetAtOnce)) {
        shared.lock().unwrap().take();
        return;
    }
    if let Some(Fate::GoAway(reason)) = fate {
        shared.lock().unwrap().take();
        return drop(go_away(socket, reason).await);
    }
    let Ok(mut connection) = h2::server::handshake(socket).await else { return };
    while let Some(Ok((_, mut answer))) = connection.accept().await {
        let fate = shared.lock().unwrap().take();
        match fate {
            None => well(&mut answer, Some(status_ok())),
            Some(Fate::WithoutStatus) => well(&mut answer, None),
            Some(Fate::ResetStream(reason)) => answer.send_reset(reason),
            Some(Fate::Http(status)) => {
                let response = Response::builder().status(status).body(()).unwrap();
                answer.send_response(response, true).unwrap();
            }
            Some(Fate::CutShort) => {
                let mut stream = answer.send_response(response(), false).unwrap();
                stream.send_data(message().slice(..7), false).unwrap();
                // What was sent must be out, and stays unfinished: the client has no reason to close.
                let closed = poll_fn(|context| connection.poll_closed(context));
                drop(timeout(Duration::from_millis(100), closed).await);
                return;
            }
            Some(_) => return,
        }
    }
}

/// By hand: h2 counts a call that has arrived among those it leaves in.
async fn go_away(mut socket: TcpStream, reason: Reason) -> io::Result<()> {
    const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    const HEADERS: u8 = 1;

    socket.write_all(&SETTINGS).await?;
    let mut preface = [0; 24];
    socket.read_exact(&mut preface).await?;
    let mut kind = 0;
    while kind != HEADERS {
        let mut head = [0; 9];
        socket.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        copy(&mut (&mut socket).take(length.into()), &mut sink()).await?;
        kind = head[3];
    }
    let last_stream = 0_u32;
    socket.write_all(&[0, 0, 8, 7, 0, 0, 0, 0, 0]).await?;
    socket.write_all(&last_stream.to_be_bytes()).await?;
    socket.write_all(&u32::from(reason).to_be_bytes()).await?;
    copy(&mut socket, &mut sink()).await?;
    Ok(())
}

fn well(answer: &mut SendResponse<Bytes>, trailers: Option<HeaderMap>) {
    let mut stream = answer.send_response(response(), false).unwrap();
    stream.send_data(message(), trailers.is_none()).unwrap();
    if let Some(trailers) = trailers {
        stream.send_trailers(trailers).unwrap();
    }
}

fn response() -> Response<()> {
    Response::builder().header("content-type", "application/grpc").body(()).unwrap()
}

fn status_ok() -> HeaderMap {
    HeaderMap::from_iter([("grpc-status".parse().unwrap(), "0".parse().unwrap())])
}

/// Not compressed, the length in four bytes, the text.
fn message() -> Bytes {
    let length = u8::try_from(WELL.len()).unwrap();
    [&[0, 0, 0, 0, length], WELL.as_bytes()].concat().into()
}
