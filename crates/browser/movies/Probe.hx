// A movie that the page controls: it opens a Socket (or, with -D xml, an XMLSocket), sends what the page orders, and
// reports every event to the page. It opens its socket when it starts, to the `host` and `port` of its FlashVars.
import flash.events.DataEvent;
import flash.events.Event;
import flash.events.IOErrorEvent;
import flash.events.ProgressEvent;
import flash.events.SecurityErrorEvent;
import flash.external.ExternalInterface;
import flash.utils.ByteArray;

class Probe {
	static var socket:#if xml flash.net.XMLSocket #else flash.net.Socket #end;
	// The bytes that a bulk still lacks, and the CRC-32 of those that have arrived; texts are reported as they are.
	static var awaited = 0;
	static var received = 0;
	static var crc = 0;
	static var table = [for (n in 0...256) entry(n)];

	static function main() {
		ExternalInterface.addCallback("open", open);
		ExternalInterface.addCallback("say", say);
		ExternalInterface.addCallback("leave", function() socket.close());
		#if !xml
		ExternalInterface.addCallback("load", load);
		ExternalInterface.addCallback("pour", pour);
		ExternalInterface.addCallback("await", function(count:Int) {
			awaited = count;
			received = 0;
			crc = -1;
			tell("awaiting", "");
		});
		#end
		tell("started", "");
		open();
	}

	static function tell(kind:String, text:String) {
		ExternalInterface.call("probe", kind, text);
	}

	static function open() {
		var flashVars:Dynamic = flash.Lib.current.loaderInfo.parameters;
		socket = new #if xml flash.net.XMLSocket() #else flash.net.Socket() #end;
		socket.addEventListener(Event.CONNECT, function(_) tell("connect", ""));
		socket.addEventListener(Event.CLOSE, function(_) tell("close", ""));
		socket.addEventListener(IOErrorEvent.IO_ERROR, function(event) tell("io-error", event.text));
		socket.addEventListener(SecurityErrorEvent.SECURITY_ERROR, function(event) tell("security-error", event.text));
		#if xml
		socket.addEventListener(DataEvent.DATA, function(event) tell("data", event.data));
		#else
		socket.addEventListener(ProgressEvent.SOCKET_DATA, hear);
		#end
		// Without a host, it is null.
		try
			socket.connect(flashVars.host, Std.parseInt(flashVars.port))
		catch (error:flash.errors.Error)
			tell("thrown", error.message);
	}

	static function say(text:String) {
		#if xml
		socket.send(text);
		#else
		socket.writeUTFBytes(text);
		socket.writeByte(0);
		socket.flush();
		#end
	}

	#if !xml
	static function hear(_) {
		var bytes = new ByteArray();
		socket.readBytes(bytes, 0, socket.bytesAvailable);
		if (awaited == 0)
			return tell("data", bytes.readUTFBytes(bytes.length));
		for (n in 0...bytes.length)
			crc = (crc >>> 8) ^ table[(crc ^ bytes[n]) & 255];
		received += bytes.length;
		if (received >= awaited) {
			awaited = 0;
			tell("received", received + " " + StringTools.hex(~crc, 8));
		}
	}

	// Loads a file as text.
	static function load(url:String) {
		var loader = new flash.net.URLLoader();
		loader.addEventListener(Event.COMPLETE, function(_) tell("loaded", loader.data));
		loader.addEventListener(IOErrorEvent.IO_ERROR, function(_) tell("not-loaded", "IOError"));
		loader.addEventListener(SecurityErrorEvent.SECURITY_ERROR, function(_) tell("not-loaded", "SecurityError"));
		loader.load(new flash.net.URLRequest(url));
	}

	// This many bytes in one flush.
	static function pour(count:Int) {
		var bytes = new ByteArray();
		bytes.length = count;
		for (n in 0...count)
			bytes[n] = (n * 7 + (n >> 8) * 13 + (n >> 16)) & 255;
		socket.writeBytes(bytes);
		socket.flush();
		tell("poured", "");
	}
	#end

	static function entry(n:Int):Int {
		for (_ in 0...8)
			n = n & 1 == 1 ? (n >>> 1) ^ 0xEDB88320 : n >>> 1;
		return n;
	}
}
