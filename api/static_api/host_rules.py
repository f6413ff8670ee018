"""Rules for hosts of the files: types, caching, CORS, security headers, and former ids.

``hosting/nginx.conf`` and ``hosting/Caddyfile`` are complete servers. Netlify and Cloudflare Pages read
``_headers`` and ``_redirects``, which know no 410. With ``.nojekyll``, GitHub Pages serves files as they are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import urlsplit

from api.core.resource_registry import TYPE_BY_COLLECTION
from api.exports.redirects import Redirect
from api.http.security import DATA_POLICY, PAGE_POLICY
from api.representations import FORMATS
from api.static_api.layout import EMBED_COLLECTIONS, PAGE_COLLECTIONS, collection_of

#: The content types of files by their extensions, the longest first.
CONTENT_TYPES = {
    **{
        format_.extension: format_.content_type
        for format_ in sorted(FORMATS, key=lambda format_: -len(format_.extension or ""))
        if format_.extension
    },
    "atom": "application/atom+xml; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "ico": "image/vnd.microsoft.icon",
    "js": "text/javascript; charset=utf-8",
    "png": "image/png",
    "svg": "image/svg+xml; charset=utf-8",
    "woff2": "font/woff2",
    "xml": "application/xml; charset=utf-8",
    "yaml": "application/yaml",
}
#: Extensions that hosts do not know, or take for another.
UNKNOWN_EXTENSIONS = ("bib", "ris", "csl.json", "anno.jsonld")
#: The paths whose content type differs from that of their extension.
CONTENT_TYPES_BY_PATH = {
    "/feeds/quotes.json": "application/feed+json",
    "/oembed/*.xml": "text/xml; charset=utf-8",
}
#: Iframes have inline styles, whose hashes differ.
FRAME_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; font-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
COMMON_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
CACHE_CONTROL = "public, max-age=300"
IMMUTABLE = "public, max-age=31536000, immutable"
TABS = "\t\t"
#: The paths that never change: their names have a hash of their content. Others of embed.js do change.
FONTS, PINNED_SCRIPT = "/embed/fonts/*", re.compile(r"/embed\.[0-9a-f]{16}\.js")
#: A path with an id: what comes before its collection, both of them, and the rest.
ITEM_PATH = re.compile(r"/((?:v1/|embed/|oembed/)?)([a-z]+/[a-z0-9-]+)([./].*)?")


def host_files(base_url: str, redirects: list[Redirect], paths: Iterable[str]) -> dict[str, bytes]:
    """Return the files with rules by path; ``paths`` are those of the other files."""
    moved = {
        f"{collection_of(each.type)}/{each.id}": f"{collection_of(each.type)}/{each.moved_to}"
        for each in redirects
        if each.moved_to
    }
    gone = [f"{collection_of(each.type)}/{each.id}" for each in redirects if not each.moved_to]
    paths = list(paths)
    immutable = [FONTS, *filter(PINNED_SCRIPT.fullmatch, paths)]
    texts = {
        "/hosting/nginx.conf": nginx_conf(base_url, moved, gone, immutable),
        "/hosting/Caddyfile": caddyfile(base_url, moved, gone, immutable),
        "/_headers": headers_file(base_url, immutable),
        "/_redirects": redirects_file(base_url, moved, paths),
        "/.nojekyll": "",
    }
    return {path: text.encode() for path, text in texts.items()}


def nginx_conf(base_url: str, moved: dict[str, str], gone: list[str], immutable_paths: list[str]) -> str:
    """Return a file for the ``http`` block of nginx, such as one in ``conf.d``."""
    base, host = urlsplit(base_url).path, urlsplit(base_url).hostname
    collections = "|".join(TYPE_BY_COLLECTION)
    item = rf'"~^{re.escape(base)}/(?<subtext_root>(?:v1/|embed/|oembed/)?)(?<subtext_key>(?:{collections})'
    types = "\n".join(f'        "{type_}" {extension};' for extension, type_ in _simple_types())
    double = "\n".join(
        f"    location ~ {re.escape(f'.{extension}')}$ {{ types {{ }} default_type {_quoted(type_)}; }}"
        for extension, type_ in CONTENT_TYPES.items()
        if "." in extension
    )
    exact = "\n".join(
        f"    location {_nginx_match(base, path)} {{ types {{ }} default_type {_quoted(type_)}; }}"
        for path, type_ in CONTENT_TYPES_BY_PATH.items()
    )
    headers = "\n".join(f'    add_header {name} "{value}" always;' for name, value in COMMON_HEADERS.items())
    immutable = "\n".join(f'    "~{_pattern(base, path)}" "{IMMUTABLE}";' for path in immutable_paths)
    return f"""# The rules of this export for nginx, for the http block. Change listen, server_name and root.
map_hash_bucket_size 512;
map_hash_max_size 65536;
map $uri $subtext_item {{
    default "";
    {item}/[a-z0-9-]+)(?<subtext_rest>[./].*)?$" "$subtext_key";
}}
map $subtext_item $subtext_moved {{
    default "";
{_lines(f'    "{old}" "{new}";' for old, new in moved.items())}}}
map $subtext_item $subtext_gone {{
    default "";
{_lines(f'    "{key}" 1;' for key in gone)}}}
map $uri $subtext_cache_control {{
    default "{CACHE_CONTROL}";
{immutable}
}}
map $uri $subtext_policy {{
    default "{DATA_POLICY}";
    "~^{re.escape(base)}/embed/.*\\.html$" "{FRAME_POLICY}";
    "~\\.html$" "{PAGE_POLICY}";
}}
map $uri $subtext_embedder_policy {{
    default "";
    "~^{re.escape(base)}/embed/" "require-corp";
}}
server {{
    listen 80;
    server_name {host};
    root /srv/subtext;
    absolute_redirect off;
    default_type application/octet-stream;
    types {{
{types}
    }}
{headers}
    add_header Cache-Control $subtext_cache_control always;
    add_header Content-Security-Policy $subtext_policy always;
    add_header Cross-Origin-Embedder-Policy $subtext_embedder_policy always;
    if ($subtext_moved) {{ return 308 {base}/$subtext_root$subtext_moved$subtext_rest; }}
    if ($subtext_gone) {{ return 410; }}
    error_page 404 {base}/404.html;
    # The permanent URLs of pages and items, without an extension, are their index files.
    location / {{ try_files $uri $uri/index.html $uri/index.json =404; }}
{exact}
{double}
}}
"""


def caddyfile(base_url: str, moved: dict[str, str], gone: list[str], immutable_paths: list[str]) -> str:
    """Return a Caddyfile."""
    base, host = urlsplit(base_url).path, urlsplit(base_url).hostname
    collections = "|".join(TYPE_BY_COLLECTION)
    item = rf"~^{re.escape(base)}/((?:v1/|embed/|oembed/)?)((?:{collections})/[a-z0-9-]+)([./].*)?$"
    headers = _lines(f'\t\t\t{name} "{value}"' for name, value in COMMON_HEADERS.items())
    types = _lines(
        f"\t\t@type{number} path_regexp {_pattern(base, path)}\n"
        f"\t\theader @type{number} Content-Type `{type_}`"
        for number, (path, type_) in enumerate(_types_by_pattern())
    )
    immutable = "|".join(_pattern(base, path) for path in immutable_paths)
    return f"""# The rules of this export for Caddy. Change the root.
{host} {{
\troot * /srv/subtext
\tmap {{path}} {{subtext_root}} {{subtext_item}} {{subtext_rest}} {{
\t\t{item} ${{1}} ${{2}} ${{3}}
\t\tdefault "" "" ""
\t}}
\tmap {{subtext_item}} {{subtext_moved}} {{
{_lines(f"{TABS}{old} {new}" for old, new in moved.items())}\t\tdefault ""
\t}}
\tmap {{subtext_item}} {{subtext_gone}} {{
{_lines(f"{TABS}{key} 1" for key in gone)}\t\tdefault ""
\t}}
\t# Outside of a route, Caddy would sort the headers.
\troute {{
\t\theader {{
{headers}\t\t\tCache-Control "{CACHE_CONTROL}"
\t\t\tContent-Security-Policy "{DATA_POLICY}"
\t\t}}
\t\t@moved not vars {{subtext_moved}} ""
\t\tredir @moved {base}/{{subtext_root}}{{subtext_moved}}{{subtext_rest}} 308
\t\t@gone vars {{subtext_gone}} 1
\t\trespond @gone 410
\t\t# The permanent URLs of pages and items, without an extension, are their index files.
\t\ttry_files {{path}} {{path}}/index.html {{path}}/index.json
\t\t@immutable path_regexp {immutable}
\t\theader @immutable Cache-Control "{IMMUTABLE}"
\t\t@page path_regexp \\.html$
\t\theader @page Content-Security-Policy "{PAGE_POLICY}"
\t\t@frame path_regexp {_pattern(base, "/embed/*.html")}
\t\theader @frame Content-Security-Policy "{FRAME_POLICY}"
\t\theader @frame Cross-Origin-Embedder-Policy "require-corp"
{types}\t\tfile_server {{
\t\t\tdisable_canonical_uris
\t\t}}
\t}}
\thandle_errors {{
\t\t@404 expression `{{err.status_code}} == 404`
\t\trewrite @404 {base}/404.html
\t\theader @404 Content-Type "{CONTENT_TYPES["html"]}"
\t\tfile_server
\t}}
}}
"""


def headers_file(base_url: str, immutable_paths: list[str]) -> str:
    """Return the file ``_headers``.

    No two rules set the same header of a path: some hosts would join both values. Types are only those that
    hosts do not know.
    """
    base = urlsplit(base_url).path
    frame_headers = {"Content-Security-Policy": FRAME_POLICY, "Cross-Origin-Embedder-Policy": "require-corp"}
    rules: dict[str, dict[str, str]] = {
        "/*": COMMON_HEADERS,
        **{path: {"Cache-Control": IMMUTABLE} for path in immutable_paths},
        **{f"/embed/{name}/*": frame_headers for name in EMBED_COLLECTIONS},
        **{f"/{name}/*": {"Content-Security-Policy": PAGE_POLICY} for name in PAGE_COLLECTIONS},
        **{f"/*.{extension}": {"Content-Type": CONTENT_TYPES[extension]} for extension in UNKNOWN_EXTENSIONS},
        "/feeds/quotes.json": {"Content-Type": CONTENT_TYPES_BY_PATH["/feeds/quotes.json"]},
    }
    return "".join(
        f"{base}{path}\n" + _lines(f"  {name}: {value}" for name, value in headers.items())
        for path, headers in rules.items()
    )


def redirects_file(base_url: str, moved: dict[str, str], paths: Iterable[str]) -> str:
    """Return the file ``_redirects``: a line for each file of an item that had another id."""
    base = urlsplit(base_url).path
    files: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in paths if moved else ():
        if match := ITEM_PATH.fullmatch(path):
            files[match[2]].append((match[1], match[3] or ""))
    return _lines(
        f"{base}/{root}{old}{rest} {base}/{root}{new}{rest} 308"
        for old, new in moved.items()
        for root, rest in [("", ""), ("", "/"), *files[new]]
    )


def _simple_types() -> list[tuple[str, str]]:
    return [(extension, type_) for extension, type_ in CONTENT_TYPES.items() if "." not in extension]


def _types_by_pattern() -> list[tuple[str, str]]:
    """Return the content types by pattern, more special ones last."""
    by_extension = [(f"/*.{extension}", type_) for extension, type_ in reversed(CONTENT_TYPES.items())]
    return [*by_extension, *CONTENT_TYPES_BY_PATH.items()]


def _pattern(base: str, path: str) -> str:
    """Return the regular expression for a path with asterisks."""
    return f"^{re.escape(base + path)}$".replace(r"\*", ".*")


def _nginx_match(base: str, path: str) -> str:
    return f"~ {_pattern(base, path)}" if "*" in path else f"= {base}{path}"


def _quoted(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
