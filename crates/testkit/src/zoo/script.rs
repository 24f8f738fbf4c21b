//! What a server does with one connection, step by step.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

/// The steps, in order. After the last one the socket is closed, with whatever is still unread.
pub type Script = &'static [ScriptStep];

/// One step.
#[derive(Clone, Copy, Debug)]
pub enum ScriptStep {
    /// Reads up to a NUL, or until the client closes.
    Read,
    /// Reads up to a line feed, or until the client closes.
    ReadLine,
    /// Reads exactly this many bytes.
    ReadOnly(usize),
    /// Reads exactly these bytes; closes the connection if they differ.
    Expect(&'static [u8]),
    /// Does nothing for this many milliseconds.
    Wait(u64),
    /// Sends bytes in one write.
    Send(&'static [u8]),
    /// Sends bytes one by one, this many milliseconds apart.
    Drip(&'static [u8], u64),
    /// Sends back what the client sends, until it ends.
    Echo,
    /// Sends spaces until the client stops accepting them.
    Flood,
    /// Closes its side, and reads until the client has closed too: a clean close.
    End,
    /// Keeps the connection open until the client closes it.
    Hold,
    /// Resets the connection.
    Reset,
}

/// Far above the time of any check, so that no thread survives its test for long.
const PATIENCE: Duration = Duration::from_secs(40);

/// The most a flood sends.
const FLOOD: usize = 64 << 20;

/// Plays a script; it ends early if the client is gone.
pub(super) fn play(script: Script, mut connection: TcpStream) -> io::Result<()> {
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    connection.set_nodelay(true)?;
    for step in script {
        take(*step, &mut connection)?;
    }
    Ok(())
}

fn take(step: ScriptStep, connection: &mut TcpStream) -> io::Result<()> {
    match step {
        ScriptStep::Read => read_to(0, connection),
        ScriptStep::ReadLine => read_to(b'\n', connection),
        ScriptStep::ReadOnly(count) => connection.read_exact(&mut vec![0; count]),
        ScriptStep::Expect(bytes) => expect(bytes, connection),
        ScriptStep::Wait(milliseconds) => {
            thread::sleep(Duration::from_millis(milliseconds));
            Ok(())
        }
        ScriptStep::Send(bytes) => connection.write_all(bytes),
        ScriptStep::Drip(bytes, apart) => bytes.iter().try_for_each(|byte| {
            thread::sleep(Duration::from_millis(apart));
            connection.write_all(&[*byte])
        }),
        ScriptStep::Echo => echo(connection),
        ScriptStep::Flood => {
            (0..FLOOD / 4096).try_for_each(|_| connection.write_all(&[b' '; 4096]))
        }
        ScriptStep::End => {
            connection.shutdown(Shutdown::Write)?;
            drain(connection)
        }
        ScriptStep::Hold => drain(connection),
        ScriptStep::Reset => SockRef::from(&*connection).set_linger(Some(Duration::ZERO)),
    }
}

fn read_to(last: u8, connection: &mut TcpStream) -> io::Result<()> {
    let mut byte = [!last];
    while byte != [last] {
        if connection.read(&mut byte)? == 0 {
            break;
        }
    }
    Ok(())
}

fn expect(bytes: &[u8], connection: &mut TcpStream) -> io::Result<()> {
    let mut received = vec![0; bytes.len()];
    connection.read_exact(&mut received)?;
    if received == bytes {
        return Ok(());
    }
    Err(ErrorKind::InvalidData.into())
}

fn drain(connection: &mut TcpStream) -> io::Result<()> {
    let mut buffer = [0; 4096];
    while connection.read(&mut buffer)? > 0 {}
    Err(ErrorKind::ConnectionAborted.into())
}

fn echo(connection: &mut TcpStream) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        let count = connection.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        connection.write_all(buffer.get(..count).unwrap_or_default())?;
    }
}
