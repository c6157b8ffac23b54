//! The private servers that other tests start: they answer, keep their data when they are killed, and
//! leave nothing behind.
#![deny(warnings, clippy::all)]

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    ops::Deref,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use retry_tests::servers::{MariaDb, Postgres, Prometheus, RabbitMq, Redis, Server};

/// What a client of the command line prints; an error if it fails.
fn output(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().expect("the client is installed");
    let printed = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() { Ok(printed) } else { Err(String::from_utf8_lossy(&output.stderr).into()) }
}

fn psql(postgres: &Postgres, sql: &str) -> Result<String, String> {
    output(Command::new("psql").args(["-X", "-q", "-t", "-A", "-c", sql]).arg(postgres.url()))
}

fn redis_cli(redis: &Redis, command: &[&str]) -> Result<String, String> {
    output(Command::new("redis-cli").args(["-e", "-u", &redis.url()]).args(command))
}

fn mariadb(server: &MariaDb, sql: &str) -> Result<String, String> {
    let port = server.port().to_string();
    output(Command::new("mariadb").args([
        "--no-defaults",
        "-h",
        "127.0.0.1",
        "-P",
        &port,
        "-u",
        "root",
        "-N",
        "-B",
        "-e",
        sql,
        "test",
    ]))
}

/// The payloads that an AMQP broker answers to these frames, once logged in as `guest`.
fn amqp(broker: &RabbitMq, methods: &[&[u8]]) -> io::Result<Vec<Vec<u8>>> {
    const START_OK: &[u8] = b"\0\x0a\0\x0b\0\0\0\0\x05PLAIN\0\0\0\x0c\0guest\0guest\x05en_US";
    const TUNE_OK: &[u8] = b"\0\x0a\0\x1f\x07\xff\0\x02\0\0\0\0";
    const OPEN: &[u8] = b"\0\x0a\0\x28\x01/\0\0";
    const OPEN_CHANNEL: &[u8] = b"\0\x14\0\x0a\0";

    let mut connection = TcpStream::connect(broker.address())?;
    let read = |connection: &mut TcpStream| {
        let mut header = [0; 7];
        connection.read_exact(&mut header)?;
        let mut payload =
            vec![0; u32::from_be_bytes([header[3], header[4], header[5], header[6]]) as usize + 1];
        connection.read_exact(&mut payload).map(|()| payload)
    };
    let write = |connection: &mut TcpStream, channel: u8, method: &[u8]| {
        let length = u32::try_from(method.len()).unwrap().to_be_bytes();
        connection.write_all(&[&[1, 0, channel], &length[..], method, b"\xce"].concat())
    };
    connection.write_all(b"AMQP\0\0\x09\x01")?;
    read(&mut connection)?;
    write(&mut connection, 0, START_OK)?;
    read(&mut connection)?;
    write(&mut connection, 0, TUNE_OK)?;
    write(&mut connection, 0, OPEN)?;
    read(&mut connection)?;
    write(&mut connection, 1, OPEN_CHANNEL)?;
    read(&mut connection)?;
    methods
        .iter()
        .map(|method| {
            write(&mut connection, 1, method)?;
            read(&mut connection)
        })
        .collect()
}

/// Sends a Queue.Declare. Refused, it gives the code and the text with which the channel was closed.
fn queue_declared(broker: &RabbitMq, declare: &[u8]) -> Result<(), String> {
    let answer = amqp(broker, &[declare]).unwrap().remove(0);
    match &answer[..4] {
        [0, 50, 0, 11] => Ok(()),
        [0, 20, 0, 40] => {
            let code = u16::from_be_bytes([answer[4], answer[5]]);
            let text = &answer[7..7 + usize::from(answer[6])];
            Err(format!("{code} {}", String::from_utf8_lossy(text)))
        }
        _ => panic!("neither Declare-Ok nor Channel.Close: {answer:?}"),
    }
}

/// The processes that work in this directory or were told of it, for as long as they are no zombies.
fn processes_of(directory: &Path) -> Vec<PathBuf> {
    let name = directory.to_str().unwrap();
    let mentions = |file| fs::read(file).is_ok_and(|told| String::from_utf8_lossy(&told).contains(name));
    fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|process| {
            fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd.starts_with(directory))
                || mentions(process.join("cmdline"))
                || mentions(process.join("environ"))
        })
        .collect()
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}: not within a minute");
        thread::sleep(Duration::from_millis(10));
    }
}

/// What is true of any server, while it is running. Drops it.
fn assert_answers_only_while_running<S: Deref<Target = Server> + Sync>(
    server: S,
    answers: impl Fn(&Server, Duration) -> bool,
) {
    let patience = Duration::from_secs(30);
    assert!(answers(&server, patience));
    let directory = PathBuf::from(server.directory());
    assert!(!processes_of(&directory).is_empty());

    server.pause();
    TcpStream::connect(server.address()).expect("the kernel accepts");
    assert!(!answers(&server, Duration::from_millis(100)));
    server.resume();
    assert!(answers(&server, patience));

    server.stop();
    assert!(TcpStream::connect(server.address()).is_err());
    server.start_again();
    server.wait_until_ready();
    assert!(answers(&server, patience));

    server.kill();
    assert!(TcpStream::connect(server.address()).is_err());
    wait_until("a killed server's processes end", || processes_of(&directory).is_empty());
    thread::scope(|threads| {
        threads.spawn(|| server.restart());
        wait_until("it answers a client that waits", || answers(&server, patience));
    });

    // Not even a frozen one stays.
    server.pause();
    drop(server);
    wait_until("the processes end", || processes_of(&directory).is_empty());
    assert!(!directory.exists());
}

/// Whether the server answers `request` with anything, or with its greeting if that is empty.
fn answers(server: &Server, request: &[u8], patience: Duration) -> bool {
    let answer = || {
        let mut connection = TcpStream::connect(server.address())?;
        connection.set_read_timeout(Some(patience))?;
        connection.write_all(request)?;
        connection.read_exact(&mut [0])
    };
    answer().is_ok()
}

#[test]
fn postgres_answers_only_while_it_is_running() {
    // A request for TLS.
    assert_answers_only_while_running(Postgres::start(), |postgres, patience| {
        answers(postgres, b"\0\0\0\x08\x04\xd2\x16\x2f", patience)
    });
}

#[test]
fn redis_answers_only_while_it_is_running() {
    assert_answers_only_while_running(Redis::start(), |redis, patience| {
        answers(redis, b"PING\r\n", patience)
    });
}

#[test]
fn rabbitmq_answers_only_while_it_is_running() {
    assert_answers_only_while_running(RabbitMq::start(), |broker, patience| {
        answers(broker, b"AMQP\0\0\x09\x01", patience)
    });
}

#[test]
fn mariadb_answers_only_while_it_is_running() {
    assert_answers_only_while_running(MariaDb::start(), |mariadb, patience| answers(mariadb, b"", patience));
}

#[test]
fn prometheus_answers_only_while_it_is_running() {
    assert_answers_only_while_running(Prometheus::start("{}", &[]), |prometheus, patience| {
        answers(prometheus, b"GET /-/healthy HTTP/1.0\r\n\r\n", patience)
    });
}

#[test]
fn postgres_keeps_what_it_has_committed_when_it_is_killed() {
    let postgres = Postgres::start();
    psql(&postgres, "CREATE TABLE kept (n int)").unwrap();
    for n in 1..=3 {
        psql(&postgres, &format!("INSERT INTO kept VALUES ({n})")).unwrap();
        postgres.kill();
        assert!(psql(&postgres, "SELECT 1").is_err());
        postgres.restart();
        assert_eq!(psql(&postgres, "SELECT count(*) FROM kept").unwrap(), n.to_string());
    }
}

#[test]
fn redis_keeps_what_it_has_answered_when_it_is_killed() {
    let redis = Redis::start();
    redis_cli(&redis, &["SET", "kept", "yes"]).unwrap();
    redis.kill();
    assert!(redis_cli(&redis, &["PING"]).is_err());
    redis.restart();
    assert_eq!(redis_cli(&redis, &["GET", "kept"]).unwrap(), "yes");
}

#[test]
fn rabbitmq_keeps_a_durable_queue_when_it_is_killed() {
    // Queue.Declare: ticket, name, bits (passive 1, durable 2), arguments.
    const DECLARE: &[u8] = b"\0\x32\0\x0a\0\0\x04kept\x02\0\0\0\0";
    const DECLARED: &[u8] = b"\0\x32\0\x0a\0\0\x04kept\x03\0\0\0\0";
    let broker = RabbitMq::start();
    let unknown = queue_declared(&broker, DECLARED).unwrap_err();
    assert!(unknown.starts_with("404 NOT_FOUND"), "{unknown}");
    queue_declared(&broker, DECLARE).unwrap();
    // One declared a moment before a kill may be gone: the broker answers before its table is on disk.
    broker.stop();
    broker.restart();
    broker.kill();
    assert!(amqp(&broker, &[]).is_err());
    broker.restart();
    queue_declared(&broker, DECLARED).unwrap();
}

#[test]
fn mariadb_keeps_what_it_has_committed_when_it_is_killed() {
    let server = MariaDb::start();
    mariadb(&server, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)").unwrap();
    server.kill();
    assert!(mariadb(&server, "SELECT 1").is_err());
    server.restart();
    assert_eq!(mariadb(&server, "SELECT n FROM kept").unwrap(), "7");
}

#[test]
fn asking_a_server_whether_it_is_ready_takes_no_place_of_a_client() {
    let redis = Redis::start_with(&["--maxclients", "3"]);
    for _ in 0..20 {
        redis.wait_until_ready();
        let clients: Vec<_> = (0..4)
            .map(|_| {
                let mut client = TcpStream::connect(redis.address()).unwrap();
                client.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
                let mut answer = [0; 5];
                let _ = client.write_all(b"PING\r\n");
                let _ = client.read_exact(&mut answer);
                (client, answer)
            })
            .collect();
        let served = clients.iter().filter(|(_, answer)| answer == b"+PONG").count();
        assert_eq!(served, 3);
        for (mut client, _) in clients {
            let _ = client.write_all(b"QUIT\r\n");
            let _ = client.read_to_end(&mut Vec::new());
        }
    }
}

#[test]
fn a_replica_of_redis_follows_and_refuses_writes() {
    let primary = Redis::start();
    redis_cli(&primary, &["SET", "early", "yes"]).unwrap();
    let replica = Redis::replica_of(&primary);
    assert_eq!(redis_cli(&replica, &["GET", "early"]).unwrap(), "yes");
    redis_cli(&primary, &["SET", "late", "yes"]).unwrap();
    wait_until("the write arrives", || redis_cli(&replica, &["GET", "late"]).unwrap() == "yes");
    assert!(redis_cli(&replica, &["SET", "late", "no"]).unwrap_err().contains("READONLY"));
}

#[test]
#[should_panic(expected = "Bad directive")]
fn a_server_that_does_not_start_says_why() {
    drop(Redis::start_with(&["--no-such-option", "yes"]));
}

/// Runs itself in another process, as the process to kill.
#[test]
fn nothing_stays_when_the_test_process_is_killed() {
    const SELF: &str = "nothing_stays_when_the_test_process_is_killed";
    if env::var_os(SELF).is_some() {
        let (postgres, redis) = (Postgres::start(), Redis::start());
        redis.pause();
        println!("\nSTARTED {} {}", postgres.directory().display(), redis.directory().display());
        loop {
            thread::park();
        }
    }
    let mut process = Command::new(env::current_exe().unwrap())
        .args(["--exact", SELF, "--nocapture"])
        .env(SELF, "yes")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
    let started = lines.find_map(|line| Some(line.strip_prefix("STARTED ")?.to_owned())).unwrap();
    let directories: Vec<_> = started.split(' ').map(Path::new).collect();
    let segment = fs::read_to_string(directories[0].join("data/postmaster.pid")).unwrap();
    let segment = segment.lines().nth(6).unwrap().split_whitespace().last().unwrap().to_owned();
    let shared = || fs::read_to_string("/proc/sysvipc/shm").unwrap();
    let is_there = |line: &str| line.split_whitespace().nth(1) == Some(&segment);
    assert!(shared().lines().any(is_there));

    process.kill().unwrap();
    process.wait().unwrap();
    for directory in directories {
        wait_until("the processes end", || processes_of(directory).is_empty());
        wait_until("the directory goes", || !directory.exists());
    }
    wait_until("the shared memory goes", || !shared().lines().any(is_there));
}
