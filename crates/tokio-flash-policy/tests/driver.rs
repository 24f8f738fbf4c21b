//! The phases of a connection one by one, as in a server that does something of its own between them.

#![cfg(test)]

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use flash_policy::accept::{
    AcceptConfig, Closing, Completion, First, IfDropped, Operation, ServerSide,
};
use flash_policy::{Moment, Policy, REQUEST, Reply};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::time::{Instant, sleep, timeout};
use tokio_flash_policy::{CloseReason, Driver, Timing};

fn reply() -> Reply {
    Reply::new(&Policy::new()).unwrap()
}

fn driver(config: AcceptConfig) -> Driver<Arc<AcceptConfig>> {
    Driver::new(ServerSide::new(Arc::new(config), Moment::ZERO))
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_given_up_loses_neither_bytes_nor_time() {
    let (mut client, mut server) = duplex(1000);
    let (mut driver, start) = (driver(AcceptConfig::new(reply())), Instant::now());
    for byte in &REQUEST[..9] {
        client.write_all(&[*byte]).await.unwrap();
        let wait = Duration::from_secs(1);
        let recognized = timeout(wait, driver.recognize(&mut server)).await;
        assert!(recognized.is_err(), "{:?}", driver.opening());
    }
    assert_eq!(driver.opening().bytes(), &REQUEST[..9]);
    assert_eq!(driver.deadline(), start + Duration::from_secs(10));
    let recognized = driver.recognize(&mut server).await.unwrap();
    assert_eq!(recognized, Some(First::Deadline));
    assert_eq!(start.elapsed(), Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn a_silent_client_is_waited_for() {
    let (mut client, mut server) = duplex(1000);
    let timing = Timing::default().silence(Duration::from_millis(200));
    let mut driver = driver(AcceptConfig::new(reply()).timing(timing));
    let silent = driver.recognize(&mut server).await.unwrap();
    assert_eq!(silent, Some(First::Silent));
    driver.wait();
    let hour = Duration::from_secs(3600);
    assert!(timeout(hour, driver.recognize(&mut server)).await.is_err());
    client.write_all(REQUEST).await.unwrap();
    let request = driver.recognize(&mut server).await.unwrap();
    assert_eq!((request, driver.if_dropped()), (None, IfDropped::Reset));
    driver.send(&mut server).await.unwrap();
    assert_eq!(driver.if_dropped(), IfDropped::End);
    assert_eq!(driver.close(&mut server).await, CloseReason::AtOnce);
    let mut heard = Vec::new();
    drop(server);
    client.read_to_end(&mut heard).await.unwrap();
    assert_eq!(heard, reply().as_bytes());
}

/// Silverlight sends no terminator, and waits for the close.
#[tokio::test(start_paused = true)]
async fn a_silverlight_client_is_answered_at_once() {
    let (mut client, mut server) = duplex(1000);
    let reply = Reply::from_silverlight_file_unchecked(b"<access-policy/>");
    let (mut driver, start) = (driver(AcceptConfig::new(reply)), Instant::now());
    client.write_all(&REQUEST[..22]).await.unwrap();
    assert_eq!(driver.recognize(&mut server).await.unwrap(), None);
    driver.send(&mut server).await.unwrap();
    let mut heard = Vec::new();
    client.read_to_end(&mut heard).await.unwrap();
    assert_eq!(heard, b"<access-policy/>");
    assert_eq!(start.elapsed(), Duration::ZERO);
    drop(client);
    assert_eq!(driver.close(&mut server).await, CloseReason::Cleanly);
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_is_not_taken() {
    let (mut client, mut server) = duplex(30);
    let mut driver = driver(AcceptConfig::new(reply()));
    client.write_all(REQUEST).await.unwrap();
    assert_eq!(driver.recognize(&mut server).await.unwrap(), None);
    let error = driver.send(&mut server).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(matches!(driver.poll(), Operation::Abort(_)));
    assert_eq!(driver.if_dropped(), IfDropped::Reset);
}

#[tokio::test(start_paused = true)]
async fn what_was_served_is_let_go() {
    let (mut client, mut server) = duplex(1000);
    let mut driver = driver(AcceptConfig::without_reply());
    client.write_all(REQUEST).await.unwrap();
    let first = driver.recognize(&mut server).await.unwrap();
    assert!(matches!(first, Some(First::Policy(_))), "{first:?}");
    driver.let_go();
    driver.send(&mut server).await.unwrap();
    let discards = matches!(driver.poll(), Operation::Close(Closing::Discard { .. }));
    assert!(discards, "our side has ended");
    let closing = tokio::spawn(async move { driver.close(&mut server).await });
    sleep(Duration::from_secs(4)).await;
    client.write_all(b"more").await.unwrap();
    sleep(Duration::from_secs(4)).await;
    drop(client);
    assert_eq!(closing.await.unwrap(), CloseReason::Cleanly);
}

/// A phase at the wrong time is an error, not silently nothing.
#[tokio::test]
async fn phases_in_the_wrong_order() {
    let (mut client, mut server) = duplex(1000);
    let mut driver = driver(AcceptConfig::new(reply()));
    let early = driver.send(&mut server).await.unwrap_err();
    assert_eq!(early.kind(), ErrorKind::InvalidInput);
    assert!(early.to_string().contains("call `recognize` first"));

    client.write_all(b"LOGIN").await.unwrap();
    let first = driver.recognize(&mut server).await.unwrap();
    assert_eq!(first, Some(First::Other));
    let not_a_request = driver.send(&mut server).await.unwrap_err();
    assert_eq!(not_a_request.kind(), ErrorKind::InvalidInput);

    client.shutdown().await.unwrap();
    assert_eq!(driver.close(&mut server).await, CloseReason::Cleanly);
    // What is already done has no effect.
    assert_eq!(driver.recognize(&mut server).await.unwrap(), None);
    driver.send(&mut server).await.unwrap();
}

/// A machine that another driver has begun: the reply is sent, and more input may follow.
#[tokio::test]
async fn a_machine_that_has_already_answered() {
    let (mut client, mut server) = duplex(1000);
    let mut side = ServerSide::new(AcceptConfig::new(reply()), Moment::ZERO);
    let sent = [&REQUEST[..], b"x"].concat();
    side.room()[..sent.len()].copy_from_slice(&sent);
    side.handle(Completion::Read(sent.len()), Moment::ZERO);
    side.poll(Moment::ZERO);
    side.handle(Completion::Wrote(reply().as_bytes().len()), Moment::ZERO);
    side.poll(Moment::ZERO);
    side.handle(Completion::Ended, Moment::ZERO);

    let mut driver = Driver::new(side);
    assert_eq!(driver.recognize(&mut server).await.unwrap(), None);
    driver.send(&mut server).await.unwrap();
    client.shutdown().await.unwrap();
    assert_eq!(driver.close(&mut server).await, CloseReason::Cleanly);
}
