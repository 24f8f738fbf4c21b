//! What the types can do: be sent to another thread, be shared, be shown, and be used after a caught panic. What a
//! waiting connection costs.

#![cfg(test)]

use std::fmt::Debug;
use std::hash::Hash;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use flash_policy::accept::ServerSide;
use flash_policy::{Moment, Policy, Reply};
use tokio::io::{DuplexStream, duplex};
use tokio_flash_policy::{
    AcceptConfig, Accepted, CloseReason, Driver, First, HttpDetection, Linger, LingerWhen,
    PolicyAcceptor, Prefixed, Rest, StreamKind, Timing, close, write,
};

const fn shared<T: Debug + Send + Sync + Unpin + 'static>() {}
const fn cloned<T: Clone + UnwindSafe + RefUnwindSafe>() {}
const fn value<T: Copy + Debug + Eq + Send + Sync + UnwindSafe + 'static>() {}
const fn hashed<T: Hash>() {}

macro_rules! all {
    ($check:ident: $($type:ty),* $(,)?) => {
        $(const _: () = $check::<$type>();)*
    };
}

all!(shared: AcceptConfig, PolicyAcceptor, Driver, Driver<Arc<AcceptConfig>>);
all!(shared: Prefixed<DuplexStream>, Accepted<Prefixed<DuplexStream>>);
all!(cloned: AcceptConfig, PolicyAcceptor);
all!(value: CloseReason, First, HttpDetection, Linger, LingerWhen, Rest, StreamKind, Timing);
all!(value: Accepted<u8>);
all!(hashed: CloseReason, First, Rest, StreamKind, HttpDetection);

/// Each connection that is being recognized or answered has such a future in memory.
#[track_caller]
fn is_small<F: Future + Send>(future: &F) {
    let size = size_of_val(future);
    assert!(size <= 1024, "{size} bytes");
}

fn acceptor() -> PolicyAcceptor {
    PolicyAcceptor::new(Reply::new(&Policy::new()).unwrap())
}

#[test]
fn futures_are_small_and_can_be_sent() {
    let acceptor = acceptor();
    let (mut stream, server) = duplex(1);
    is_small(&acceptor.accept(server));
    let mut driver = Driver::new(ServerSide::new(acceptor.config(), Moment::ZERO));
    is_small(&driver.recognize(&mut stream));
    is_small(&driver.send(&mut stream));
    is_small(&driver.close(&mut stream));
    is_small(&close(&mut stream, Linger::default()));
    is_small(&write(&mut stream, b""));
}

#[cfg(feature = "net")]
mod net {
    use tokio::net::TcpStream;
    use tokio::net::tcp::OwnedReadHalf;
    use tokio_flash_policy::{Listener, Prefixed};

    use super::{acceptor, is_small, shared};

    all!(shared: Listener, Prefixed<TcpStream>, Prefixed<OwnedReadHalf>);

    #[tokio::test]
    async fn futures_are_small_and_can_be_sent() {
        let mut listener = Listener::bind("127.0.0.1:0", acceptor()).await.unwrap();
        let address = listener.local_addr().unwrap();
        is_small(&listener.accept());
        let stream = TcpStream::connect(address).await.unwrap();
        is_small(&acceptor().accept_tcp(stream));
    }
}
