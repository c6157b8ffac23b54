//! Networks that break.

use retry_runtime::is_transient_amqp;
use retry_tests::proxy::Proxy;

use crate::{SHARED, publisher::Publisher};

/// With this fault in front of the broker, a call fails without the attribute. With it, the call ends well once the
/// fault is gone.
async fn survives(queue: &str, options: &str, connected: bool, fault: impl FnOnce(&Proxy), message: &str) {
    let proxy = Proxy::to(SHARED.address());
    let uri = SHARED.url_through(proxy.port()) + options;
    let [mut plain, mut annotated] = [Publisher::new(&uri), Publisher::new(&uri)];
    let mut direct = Publisher::new(&SHARED.url());
    direct.declare(queue).await.unwrap();
    if connected {
        for publisher in [&mut plain, &mut annotated] {
            publisher.publish("", queue, "before").await.unwrap();
        }
    }

    fault(&proxy);
    let met = annotated.met();
    let call = async { annotated.publish_retried("", queue, "call").await };
    let meeting = async {
        let error = plain.publish("", queue, "plain").await.unwrap_err();
        assert!(is_transient_amqp(&error).is_transient(), "{error}");
        met.wait_for(message).await;
        proxy.pass();
    };
    let (confirmed, ()) = tokio::join!(call, meeting);
    assert!(confirmed.unwrap().is_ack());

    let times = direct.take_all(queue).await.remove("call").unwrap_or_default();
    // Twice only where the broker's word was lost.
    assert!((1..=1 + met.unconfirmed("call")).contains(&times), "{times} times, {met:?}");
}

fn refuse(proxy: &Proxy) {
    proxy.refuse();
    proxy.reset_connections();
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_refused() {
    survives("refused", "", false, refuse, "Connection refused").await;
    survives("refused", "", true, refuse, "Connection refused").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_reset() {
    survives("reset", "", false, Proxy::reset, "").await;
    survives("reset", "", true, Proxy::reset, "").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_closed() {
    survives("closed", "", true, Proxy::drop_connections, "").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_cut_short() {
    // The message arrives, and of its confirmation nothing, or a part.
    for bytes in [0, 5] {
        survives("cut", "", false, |proxy| proxy.cut_after(bytes), "").await;
        survives("cut", "", true, |proxy| proxy.cut_after(bytes), "").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_network_goes_silent() {
    survives("silent", "?heartbeat=1", true, Proxy::stall, "no heartbeat").await;
}
