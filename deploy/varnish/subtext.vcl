# Start Varnish with -p http_gzip_support=off: the service compresses, and its ETags depend on the coding.
vcl 4.1;

import directors;
import std;

backend server1 {
    .host = "127.0.0.1";
    .port = "8000";
    .connect_timeout = 2s;
    .first_byte_timeout = 35s;
    .probe = {
        .request = "GET /livez HTTP/1.1" "Host: localhost" "Connection: close";
        .interval = 1s;
        .timeout = 2s;
        .window = 3;
        .threshold = 2;
        .initial = 2;
    }
}

sub vcl_init {
    new subtext = directors.round_robin();
    subtext.add_backend(server1);  # one line, and one backend, for each server
}

sub vcl_recv {
    set req.backend_hint = subtext.backend();
    # Writes go to the API and to the desk.
    if (req.method !~ "^(GET|HEAD|OPTIONS)$" &&
        !(req.method ~ "^(POST|PUT|PATCH|DELETE)$" && req.url ~ "^[^?]*/(v1|edit)/")) {
        return (synth(405, "Method Not Allowed"));
    }
    # The server cannot tell these from X-Forwarded-For, to which Varnish appends the address of the client, and from
    # X-Request-Id, which it makes itself.
    unset req.http.X_Forwarded_For;
    unset req.http.X-Forwarded_For;
    unset req.http.X_Forwarded-For;
    unset req.http.X-Request-Id;
    unset req.http.X_Request_Id;
    unset req.http.X-Request_Id;
    unset req.http.X_Request-Id;
    # What a key is sent for, or the cookie of the desk, is for one reader, who sees the present state.
    if (req.method !~ "^(GET|HEAD)$" || req.http.Authorization || req.url ~ "^[^?]*/edit(/|\?|$)") {
        return (pass);
    }
    # Other reads need no cookie. Varnish would not use the cache for requests that have one.
    unset req.http.Cookie;
    # One copy for each coding, not one for each way to ask for it.
    if (req.http.Accept-Encoding ~ "(?i)\bbr\b(?!\s*;\s*q=0(\.0*)?\b)") {
        set req.http.Accept-Encoding = "br";
    } else if (req.http.Accept-Encoding ~ "(?i)\bgzip\b(?!\s*;\s*q=0(\.0*)?\b)") {
        set req.http.Accept-Encoding = "gzip";
    } else {
        unset req.http.Accept-Encoding;
    }
    # While the service answers, a copy may be stale for as long as stale-while-revalidate says. After a failure
    # (see vcl_synth), or if it does not answer at all, a copy that stale-if-error allows will do.
    if (req.restarts == 0) {
        unset req.http.X-Failed;
    }
    if (!req.http.X-Failed && std.healthy(req.backend_hint)) {
        set req.grace = 300s;
    } else {
        set req.grace = 1d;
    }
    return (hash);
}

sub vcl_backend_response {
    if (beresp.status >= 500) {
        # An error is never stored: it would hide the copy. That of a write has none.
        if (bereq.method ~ "^(GET|HEAD)$" && (bereq.is_bgfetch || !bereq.http.X-Failed)) {
            return (abandon);
        }
        set beresp.uncacheable = true;
        set beresp.ttl = 0s;
        set beresp.grace = 0s;
        set beresp.keep = 0s;
        return (deliver);
    }
    if (beresp.http.Cache-Control ~ "stale-if-error=[0-9]+") {
        set beresp.grace = std.duration(regsub(beresp.http.Cache-Control, ".*stale-if-error=([0-9]+).*", "\1s"), 0s);
    } else if (beresp.http.Cache-Control !~ "stale-while-revalidate") {
        set beresp.grace = 0s;
    }
    # Beyond that, a copy serves to ask the service whether it has changed.
    set beresp.keep = 1d;
}

sub vcl_backend_error {
    return (abandon);
}

sub vcl_deliver {
    if (obj.hits > 0) {
        # It is the id of the request that fetched the copy.
        unset resp.http.X-Request-Id;
        set resp.http.X-Cache = "HIT";
    } else {
        set resp.http.X-Cache = "MISS";
    }
}

sub vcl_synth {
    if (resp.status == 405) {
        set resp.http.Allow = "GET, HEAD, OPTIONS";
    } else if (req.restarts == 0 && req.method ~ "^(GET|HEAD)$") {
        # The service failed. Look for a stale copy; without one, its next answer is passed on as it is.
        set req.http.X-Failed = "true";
        return (restart);
    } else {
        set resp.http.Retry-After = "2";
    }
    set resp.http.Cache-Control = "no-store";
}
