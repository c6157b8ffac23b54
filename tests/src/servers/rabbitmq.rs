//! `RabbitMQ`, with an Erlang port mapper of its own.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    ops::Deref,
    path::Path,
    process::Command,
};

use super::{
    directory::Directory,
    program,
    server::{Kind, Server},
};
use crate::ports::Port;

/// A `RabbitMQ` broker without plugins, for `guest` with the password `guest`. Durable queues, and messages whose
/// arrival it confirmed, survive [`kill`](Server::kill); a queue declared a moment before may not (one in 75 did not),
/// since the broker answers before its table of queues is on disk.
#[derive(Debug)]
pub struct RabbitMq(Server);

impl RabbitMq {
    /// Starts one. It takes seconds: tests do well to share one.
    #[must_use]
    pub fn start() -> Self {
        Self(Server::start(|| Broker { port_mapper: Port::reserve(), distribution: Port::reserve() }))
    }
}

impl Deref for RabbitMq {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0
    }
}

struct Broker {
    port_mapper: Port,
    distribution: Port,
}

/// Starts the port mapper first: a broker that finds none starts one that outlives it, for the whole
/// machine. `$1` is the broker.
const SCRIPT: &str = r#"
epmd -address "$ERL_EPMD_ADDRESS" -port "$ERL_EPMD_PORT" &
until epmd -names >/dev/null 2>&1; do
  kill -0 $! || exit
  sleep 0.02
done
exec "$1"
"#;

/// Two schedulers, no busy waiting, nobody but ourselves on the ports; input is not read, since with it
/// allowed (below) the broker takes `/dev/null` for the end of an interactive session.
const ERLANG: &str = "-noinput +S 2:2 +sbwt none +A 8 -kernel inet_dist_use_interface {127,0,0,1}";

impl Kind for Broker {
    fn user(&self) -> &'static str {
        "rabbitmq"
    }

    fn command(&self, directory: &Directory, port: u16) -> Command {
        let path = directory.path();
        let scripts = Some("/usr/lib/rabbitmq/bin".into());
        let mut command = directory.command(Path::new("/bin/sh"));
        command
            .args(["-c", SCRIPT, "start"])
            .arg(program::find("rabbitmq-server", scripts, "rabbitmq-server"))
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env("ERL_EPMD_PORT", self.port_mapper.number().to_string())
            .env("ERL_CRASH_DUMP_SECONDS", "0")
            .env("RABBITMQ_NODENAME", format!("retry-{port}@localhost"))
            .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_NODE_PORT", port.to_string())
            .env("RABBITMQ_DIST_PORT", self.distribution.number().to_string())
            .env("RABBITMQ_MNESIA_BASE", directory.data())
            .env("RABBITMQ_LOG_BASE", path.join("logs"))
            .env("RABBITMQ_LOGS", "-")
            .env("RABBITMQ_GENERATED_CONFIG_DIR", path.join("config"))
            .env("RABBITMQ_SCHEMA_DIR", path.join("schema"))
            // No file: nothing of what the machine's own broker is told, neither settings nor plugins.
            .env("RABBITMQ_CONF_ENV_FILE", path.join("none.env"))
            .env("RABBITMQ_CONFIG_FILE", path.join("none"))
            .env("RABBITMQ_ADVANCED_CONFIG_FILE", path.join("none.config"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", directory.write("plugins", "[].\n"))
            .env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", ERLANG)
            // The script becomes the broker instead of waiting for it as its child.
            .env("RABBITMQ_ALLOW_INPUT", "1");
        command
    }

    fn answers(&self, connection: &mut TcpStream) -> io::Result<bool> {
        connection.write_all(b"AMQP\0\0\x09\x01")?;
        // A frame of a method (1) on channel 0; its length; class 10, method 10: Connection.Start.
        let mut start = [0; 11];
        connection.read_exact(&mut start)?;
        Ok(start[..3] == [1, 0, 0] && start[7..] == [0, 10, 0, 10])
    }

    fn url(&self, port: u16) -> String {
        format!("amqp://guest:guest@127.0.0.1:{port}/%2f")
    }
}
