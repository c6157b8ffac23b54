//! The proxy that breaks connections: what its clients, and the server behind it, notice.
#![deny(warnings, clippy::all)]

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    thread,
    time::Duration,
};

use retry_tests::proxy::Proxy;

/// Longer than anything takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that sends back what it hears, behind a proxy.
fn echo() -> Proxy {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming().map(Result::unwrap) {
            thread::spawn(move || io::copy(&mut &client, &mut &client));
        }
    });
    Proxy::to(address)
}

/// A proxy, and the server behind it.
fn with_server() -> (Proxy, TcpListener) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    (Proxy::to(listener.local_addr().unwrap()), listener)
}

fn connect(proxy: &Proxy) -> TcpStream {
    let client = TcpStream::connect(proxy.address()).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client
}

/// Says something and returns as much of the echo.
fn ask(mut client: &TcpStream, words: &str) -> io::Result<String> {
    client.write_all(words.as_bytes())?;
    let mut answer = vec![0; words.len()];
    client.read_exact(&mut answer)?;
    Ok(String::from_utf8(answer).unwrap())
}

/// All that comes until the connection is closed.
fn hear(mut client: &TcpStream) -> io::Result<String> {
    let mut heard = String::new();
    client.read_to_string(&mut heard)?;
    Ok(heard)
}

fn assert_silent(mut client: &TcpStream) {
    client.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let fault = client.read(&mut [0]).unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::WouldBlock);
    client.set_read_timeout(Some(PATIENCE)).unwrap();
}

#[test]
fn passes_everything_on_and_counts_connections() {
    let proxy = echo();
    assert_eq!((proxy.connections(), proxy.open_connections()), (0, 0));
    let (first, second) = (connect(&proxy), connect(&proxy));
    assert_eq!((proxy.connections(), proxy.open_connections()), (2, 2));
    assert_eq!(ask(&first, "one").unwrap(), "one");
    assert_eq!(ask(&second, "two").unwrap(), "two");
    first.shutdown(Shutdown::Write).unwrap();
    assert_eq!(hear(&first).unwrap(), "");
    assert_eq!(proxy.connections(), 2);
}

#[test]
fn passes_on_more_than_the_sockets_hold() {
    let proxy = echo();
    let client = connect(&proxy);
    let words = "0123456789".repeat(2_000_000);
    thread::scope(|threads| {
        threads.spawn(|| {
            (&client).write_all(words.as_bytes()).unwrap();
            client.shutdown(Shutdown::Write).unwrap();
        });
        assert!(hear(&client).unwrap() == words);
    });
}

#[test]
fn refuses_new_connections_and_keeps_open_ones_then_lets_in_again() {
    let proxy = echo();
    let client = connect(&proxy);
    for _ in 0..10 {
        proxy.refuse();
        assert_eq!(TcpStream::connect(proxy.address()).unwrap_err().kind(), ErrorKind::ConnectionRefused);
        assert_eq!(ask(&client, "still").unwrap(), "still");
        proxy.pass();
        assert_eq!(ask(&connect(&proxy), "again").unwrap(), "again");
    }
    assert_eq!(proxy.connections(), 11);
}

#[test]
fn resets_open_connections_and_new_ones() {
    let proxy = echo();
    let client = connect(&proxy);
    ask(&client, "hello").unwrap();
    proxy.reset();
    assert_eq!(hear(&client).unwrap_err().kind(), ErrorKind::ConnectionReset);
    // Comes with the connection or a moment after it.
    let late = TcpStream::connect(proxy.address()).and_then(|client| hear(&client));
    assert_eq!(late.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!((proxy.connections(), proxy.open_connections()), (2, 0));
    proxy.pass();
    assert_eq!(ask(&connect(&proxy), "again").unwrap(), "again");
}

#[test]
fn stalls_open_connections_and_new_ones_then_passes_on_what_was_said() {
    let proxy = echo();
    let open = connect(&proxy);
    ask(&open, "hello").unwrap();
    proxy.stall();
    let new = connect(&proxy);
    for mut client in [&open, &new] {
        client.write_all(b"anyone?").unwrap();
        assert_silent(client);
    }
    proxy.pass();
    for mut client in [&open, &new] {
        let mut answer = [0; 7];
        client.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"anyone?");
    }
}

#[test]
fn a_stalled_connection_can_be_dropped_or_reset() {
    let proxy = echo();
    proxy.stall();
    let client = connect(&proxy);
    (&client).write_all(b"anyone?").unwrap();
    proxy.drop_connections();
    assert_eq!(hear(&client).unwrap(), "");
    let client = connect(&proxy);
    (&client).write_all(b"anyone?").unwrap();
    proxy.reset_connections();
    assert_eq!(hear(&client).unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
fn cuts_each_answer_after_as_many_bytes() {
    let proxy = echo();
    let open = connect(&proxy);
    ask(&open, "before").unwrap();
    proxy.cut_after(4);
    for client in [&open, &connect(&proxy)] {
        assert_eq!(ask(client, "abc").unwrap(), "abc");
        (&*client).write_all(b"def").unwrap();
        assert_eq!(hear(client).unwrap(), "d");
    }
    assert_eq!(proxy.open_connections(), 0);
}

#[test]
fn cuts_the_whole_answer_to_a_request_that_arrived() {
    let (proxy, listener) = with_server();
    proxy.cut_after(0);
    let client = connect(&proxy);
    (&client).write_all(b"do").unwrap();
    let (mut server, _) = listener.accept().unwrap();
    let mut request = [0; 2];
    server.read_exact(&mut request).unwrap();
    assert_eq!(&request, b"do");
    server.write_all(b"done").unwrap();
    assert_eq!(hear(&client).unwrap(), "");
}

#[test]
fn drops_the_open_connections_only() {
    let proxy = echo();
    for _ in 0..50 {
        // Dropped all the same when nothing was said yet.
        let clients = [connect(&proxy), connect(&proxy)];
        ask(&clients[0], "hello").unwrap();
        proxy.drop_connections();
        assert_eq!(proxy.open_connections(), 0);
        for client in clients {
            assert_eq!(hear(&client).unwrap(), "");
        }
        assert_eq!(ask(&connect(&proxy), "again").unwrap(), "again");
    }
}

#[test]
fn resets_the_open_connections_only_on_both_sides() {
    let (proxy, listener) = with_server();
    for _ in 0..50 {
        let client = connect(&proxy);
        let (server, _) = listener.accept().unwrap();
        proxy.reset_connections();
        assert_eq!(proxy.open_connections(), 0);
        assert_eq!(hear(&client).unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert_eq!(hear(&server).unwrap_err().kind(), ErrorKind::ConnectionReset);
    }
}

#[test]
fn ends_connections_of_peers_that_do_not_read() {
    for end in [Proxy::drop_connections, Proxy::reset_connections] {
        let (proxy, listener) = with_server();
        let client = connect(&proxy);
        let (server, _) = listener.accept().unwrap();
        // Both talk until nothing goes any more.
        for mut talker in [&client, &server] {
            talker.set_write_timeout(Some(Duration::from_millis(100))).unwrap();
            while talker.write(&[0; 8192]).is_ok() {}
        }
        end(&proxy);
        assert_eq!(proxy.open_connections(), 0);
    }
}

#[test]
fn passes_on_how_the_server_ends_a_connection() {
    let (proxy, listener) = with_server();
    let client = connect(&proxy);
    drop(listener.accept().unwrap());
    assert_eq!(hear(&client).unwrap(), "");

    let client = connect(&proxy);
    let (server, _) = listener.accept().unwrap();
    socket2::SockRef::from(&server).set_linger(Some(Duration::ZERO)).unwrap();
    drop(server);
    assert_eq!(hear(&client).unwrap_err().kind(), ErrorKind::ConnectionReset);

    drop(listener);
    let late = TcpStream::connect(proxy.address()).and_then(|client| hear(&client));
    assert_eq!(late.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
fn closes_everything_when_it_is_dropped() {
    let proxy = echo();
    let address = proxy.address();
    let client = connect(&proxy);
    ask(&client, "hello").unwrap();
    drop(proxy);
    assert_eq!(hear(&client).unwrap(), "");
    assert_eq!(TcpStream::connect(address).unwrap_err().kind(), ErrorKind::ConnectionRefused);
}
