//! `is_transient_amqp` against a real RabbitMQ: annotated calls survive the faults that pass, no message is lost,
//! the same calls without the attribute fail, and what will not pass is tried once.
#![deny(warnings, clippy::all)]

mod broker;
mod channels;
mod network;
mod publisher;

use std::sync::LazyLock;

use retry_tests::servers::RabbitMq;

/// For the tests that leave it running: it takes seconds to start.
static SHARED: LazyLock<RabbitMq> = LazyLock::new(RabbitMq::start);
