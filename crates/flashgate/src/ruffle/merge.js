// Made by flashgate: how Ruffle reaches the servers on this machine. Load it before or after Ruffle's own script, and
// after whatever sets RufflePlayer.config. Other settings, and entries for other servers, stay as they are.
(function (entries) {
  var player = (window.RufflePlayer = window.RufflePlayer || {});
  var config = (player.config = player.config || {});
  var others = [].concat(config.socketProxy || []).filter(function (other) {
    return !entries.some(function (entry) {
      return other && entry.host === other.host && entry.port === Number(other.port);
    });
  });
  config.socketProxy = entries.concat(others);
})(ENTRIES);
