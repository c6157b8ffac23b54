//! The examples that need a server, each against a private one that is killed and restarted meanwhile.
#![deny(warnings, clippy::all)]

use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command},
    thread,
    time::Duration,
};

use retry_tests::{
    example,
    ports::Port,
    proxy::Proxy,
    servers::{Postgres, RabbitMq, Server},
};

fn start(program: &Path, variable: &str, url: &str) -> Child {
    Command::new(program).env(variable, url).env("RUST_LOG", "error").spawn().unwrap()
}

/// The example ends well, however often its server is killed.
fn outlives(name: &str, variable: &str, server: &Server, kills: usize) {
    let program = &example::build(name);
    let status = start(program, variable, &server.url()).wait().unwrap();
    assert!(status.success(), "{name} with a server that stays: {status}");

    // Its connections show that it has begun.
    let proxy = Proxy::to(server.address());
    let mut run = start(program, variable, &server.url_through(proxy.port()));
    for kill in 0..kills {
        while proxy.connections() <= kill && run.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_millis(5));
        }
        server.kill();
        server.start_again();
        server.wait_until_ready();
    }
    let status = run.wait().unwrap();
    assert!(status.success(), "{name} with a server that is killed: {status}");
    assert!(proxy.connections() > kills, "{name} had to connect again");
}

#[test]
fn postgres() {
    outlives("postgres", "DATABASE_URL", &Postgres::start(), 5);
}

#[test]
fn rabbitmq() {
    outlives("rabbitmq", "AMQP_URL", &RabbitMq::start(), 1);
}

#[test]
fn http_client() {
    /// Takes everything but POST.
    fn answer(mut connection: TcpStream) -> io::Result<()> {
        let mut request = [0; 4096];
        let length = connection.read(&mut request)?;
        let status = if request[..length].starts_with(b"POST") { "501 No" } else { "200 OK" };
        write!(connection, "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok")
    }

    let program = example::build("http_client");
    let port = Port::reserve();
    let mut run = Command::new(program).arg(format!("http://{}/", port.address())).spawn().unwrap();
    // The client may well be first.
    let listener = TcpListener::bind(port.address()).unwrap();
    thread::spawn(move || {
        for connection in listener.incoming() {
            answer(connection.unwrap()).unwrap();
        }
    });
    assert!(run.wait().unwrap().success());
}
