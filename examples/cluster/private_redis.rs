//! A Redis for this program alone, without data on disk.

use std::{
    error::Error,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

/// Stopped with this value.
pub(crate) struct PrivateRedis {
    server: Child,
    port: u16,
}

impl PrivateRedis {
    pub(crate) fn start() -> Result<Self, Box<dyn Error>> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| {
                format!("redis-server: {error}\ninstall it (apt install redis-server), or name another by REDIS_URL")
            })?;
        let redis = Self { server, port };
        for _ in 0..100 {
            if redis.answers() {
                return Ok(redis);
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err("redis-server does not answer".into())
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    fn answers(&self) -> bool {
        let mut answer = [0; 5];
        TcpStream::connect(("127.0.0.1", self.port)).is_ok_and(|mut connection| {
            connection.write_all(b"PING\r\n").and_then(|()| connection.read_exact(&mut answer)).is_ok()
                && &answer == b"+PONG"
        })
    }
}

impl Drop for PrivateRedis {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
