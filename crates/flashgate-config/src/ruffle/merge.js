// Made by flashgate: how Ruffle reaches the servers on this machine. Load it before or after Ruffle's own script, and
// after any script that sets RufflePlayer.config. Other settings, and entries for other servers, stay as they are.
(function (entries, doors) {
  var player = (window.RufflePlayer = window.RufflePlayer || {});
  var config = (player.config = player.config || {});
  function missing(list) {
    return function (wanted) {
      return !list.some(function (entry) {
        return entry && entry.host === wanted.host && Number(entry.port) === wanted.port;
      });
    };
  }
  var others = [].concat(config.socketProxy || []).filter(function (other) {
    return !other || missing(entries)({ host: other.host, port: Number(other.port) });
  });
  // A movie that names no host means the one it came from. Ruffle then looks up "null" (ActionScript 3) or that host
  // (ActionScript 1), "localhost" if it is an address or a file. These entries come last, and replace nothing.
  var own = location.hostname;
  if (own === "" || /^\[|^[\d.]+$/.test(own)) own = "localhost";
  var last = ["null", own].map(function (host) {
    return doors.map(function (door) {
      return { host: host, port: door.port, proxyUrl: door.proxyUrl };
    });
  });
  var list = entries.concat(others);
  config.socketProxy = list.concat([].concat.apply([], last).filter(missing(list)));
})(ENTRIES, DOORS);
