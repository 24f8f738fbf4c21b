//! A movie in the bytecode of ActionScript 1, written action by action. In source code it would be:
//!
//! ```text
//! function tell(kind, text) { flash.external.ExternalInterface.call("probe", kind, text); }
//! game = new XMLSocket();
//! game.onConnect = function (is) { tell("connect", is); game.send("hello"); };
//! game.onData = function (data) { tell("data", data); };
//! game.onClose = function () { tell("close", ""); };
//! game.connect(host, Number(port));
//! ```
//!
//! `host` and `port` are its `FlashVars`; without a host, it passes `null`.

use anyhow::Result;
use swf::avm1::types::{Action, DefineFunction, Push, Value};
use swf::avm1::write::Writer;
use swf::{
    Color, Compression, FileAttributes, Fixed8, Header, Rectangle, SwfStr, Tag, Twips, write_swf,
};

/// The first version with `ExternalInterface`.
const VERSION: u8 = 8;

/// The bytes of the movie's file.
pub(crate) fn movie(host: Option<&str>) -> Result<Vec<u8>> {
    let script = script(host)?;
    let header = Header {
        compression: Compression::None,
        version: VERSION,
        stage_size: Rectangle {
            x_min: Twips::ZERO,
            x_max: Twips::from_pixels(200.0),
            y_min: Twips::ZERO,
            y_max: Twips::from_pixels(100.0),
        },
        frame_rate: Fixed8::from_f32(30.0),
        num_frames: 1,
    };
    let tags = [
        Tag::FileAttributes(FileAttributes::USE_NETWORK_SANDBOX),
        Tag::SetBackgroundColor(Color {
            r: 255,
            g: 255,
            b: 255,
            a: 255,
        }),
        Tag::DoAction(&script.bytes),
        Tag::ShowFrame,
    ];
    let mut file = Vec::new();
    write_swf(&header, &tags, &mut file)?;
    Ok(file)
}

fn script(host: Option<&str>) -> Result<ActionScript> {
    let mut tell = ActionScript::default();
    tell.variable("text")?.variable("kind")?;
    tell.push([text("probe"), Value::Int(3)])?;
    tell.variable("flash")?.member("external")?;
    tell.member("ExternalInterface")?.call("call")?;

    let mut connected = ActionScript::default();
    connected.variable("is")?.tells("connect")?;
    connected.push([text("hello"), Value::Int(1)])?;
    connected.variable("game")?.call("send")?;
    let mut data = ActionScript::default();
    data.variable("data")?.tells("data")?;
    let mut closed = ActionScript::default();
    closed.push([text("")])?.tells("close")?;

    let mut script = ActionScript::default();
    script.function("tell", &["kind", "text"], &tell)?;
    script.push([text("game"), Value::Int(0), text("XMLSocket")])?;
    script.act(&Action::NewObject)?.act(&Action::SetVariable)?;
    script.handler("onConnect", &["is"], &connected)?;
    script.handler("onData", &["data"], &data)?;
    script.handler("onClose", &[], &closed)?;
    script.variable("port")?.act(&Action::ToNumber)?;
    match host {
        Some(_) => script.variable("host")?,
        None => script.push([Value::Null])?,
    };
    script.push([Value::Int(2)])?;
    script.variable("game")?.call("connect")?;
    Ok(script)
}

/// A sequence of actions, which work on a stack.
#[derive(Default)]
struct ActionScript {
    bytes: Vec<u8>,
}

impl ActionScript {
    fn act(&mut self, action: &Action<'_>) -> Result<&mut Self> {
        Writer::new(&mut self.bytes, VERSION).write_action(action)?;
        Ok(self)
    }

    fn push<const N: usize>(&mut self, values: [Value<'static>; N]) -> Result<&mut Self> {
        self.act(&Action::Push(Push {
            values: values.into(),
        }))
    }

    fn variable(&mut self, name: &'static str) -> Result<&mut Self> {
        self.push([text(name)])?.act(&Action::GetVariable)
    }

    fn member(&mut self, name: &'static str) -> Result<&mut Self> {
        self.push([text(name)])?.act(&Action::GetMember)
    }

    /// Calls a method of the object on the stack. Below it are the number of arguments and the arguments, the last one
    /// deepest. The return value is dropped.
    fn call(&mut self, method: &'static str) -> Result<&mut Self> {
        self.push([text(method)])?
            .act(&Action::CallMethod)?
            .act(&Action::Pop)
    }

    /// Reports the value on the stack.
    fn tells(&mut self, kind: &'static str) -> Result<&mut Self> {
        self.push([text(kind), Value::Int(2), text("tell")])?
            .act(&Action::CallFunction)?
            .act(&Action::Pop)
    }

    fn handler(
        &mut self,
        name: &'static str,
        parameters: &[&'static str],
        body: &Self,
    ) -> Result<()> {
        self.variable("game")?.push([text(name)])?;
        self.function("", parameters, body)?;
        self.act(&Action::SetMember)?;
        Ok(())
    }

    /// An unnamed function is left on the stack.
    fn function(
        &mut self,
        name: &'static str,
        parameters: &[&'static str],
        body: &Self,
    ) -> Result<()> {
        self.act(&Action::DefineFunction(DefineFunction {
            name: SwfStr::from_utf8_str(name),
            params: parameters
                .iter()
                .map(|name| SwfStr::from_utf8_str(name))
                .collect(),
            actions: &body.bytes,
        }))?;
        Ok(())
    }
}

fn text(text: &'static str) -> Value<'static> {
    Value::Str(SwfStr::from_utf8_str(text))
}
