local file = assert(io.open("@POLICY@", "rb"))
local reply = file:read("*a") .. "\0"
file:close()

core.register_service("policy", "tcp", function(applet)
    if applet:receive(23) == "<policy-file-request/>\0" then
        applet:send(reply)
    end
end)
