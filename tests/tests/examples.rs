//! The examples that need something outside: a private server that is killed and restarted meanwhile, a file that changes.
#![deny(warnings, clippy::all)]

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use retry_tests::{
    example,
    ports::Port,
    proxy::Proxy,
    servers::{Postgres, RabbitMq, Redis, Server},
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

/// It checks itself.
#[test]
fn cluster() {
    let redis = Redis::start();
    let status = start(&example::build("cluster"), "REDIS_URL", &redis.url()).wait().unwrap();
    assert!(status.success(), "cluster: {status}");
}

/// The example `settings` goes by its file, whatever becomes of that.
#[test]
fn settings() {
    let program = example::build("settings");
    let file = std::env::temp_dir().join(format!("retry-settings-{}.toml", std::process::id()));
    let with =
        |figures: &str| std::fs::write(&file, format!("[retry_policies.worker]\n{figures}\n")).unwrap();
    with("max_attempts = 2\ninitial_delay = 0\nmax_delay = 0");

    let mut run = Command::new(program).arg(&file).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(run.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut shows = |wanted: &str| assert!(lines.any(|line| line.ends_with(wanted)), "never: {wanted}");
    shows("given up after 2 attempts");
    with("max_attempts = 5\ninitial_delay = 0\nmax_delay = 0");
    shows("given up after 5 attempts");
    with("max_attempts = 0");
    with("max_attempts = 3\ninitial_delay = 0\nmax_delay = 0");
    shows("given up after 3 attempts");

    run.kill().unwrap();
    run.wait().unwrap();
    std::fs::remove_file(&file).unwrap();
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
