"""Whether what was printed is what is shown.

`…` cuts an answer: keys of an object, elements of an array, header lines, lines of a text, or a piece of
a string or line. What differs from run to run stands as a placeholder, which must fit its pattern.
"""

import json
import re

CUT = "…"
DAY = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}"
PLACEHOLDERS = {
    "<request id>": r"[0-7][0-9A-HJKMNP-TV-Z]{25}",
    "<hash>": r"[0-9a-f]{32}",
    "<date>": DAY + r" \d\d:\d\d:\d\d GMT",
    "<seed>": r"[0-9a-f]{16}",
    "<cursor>": r"[A-Za-z0-9_-]{20,}",
    "<n>": r"0|[1-9]\d*",
}
PART = re.compile("|".join(map(re.escape, [CUT, *PLACEHOLDERS])))
MARKS = re.compile(rf'"(?:[^"\\]|\\.)*"|[\[\]{{}}]|{CUT}')


def check(language, shown, printed):
    """Fail unless what was printed, as an answer in this language, is what is shown."""
    checks = {"json": check_json, "http": check_http, "html": check_html, "text": check_text}
    checks[language](shown, printed)


def check_text(shown, printed):
    whole = "".join(
        r"(?:.*\n)+?" if line.strip() == CUT else fitting(line) + r"\n" for line in shown.splitlines()
    )
    lines = "".join(f"{line}\n" for line in printed.strip("\n").splitlines())
    assert re.fullmatch(whole, lines), f"shown:\n{shown}\nprinted:\n{printed}"


def check_json(shown, printed):
    fit(parsed(shown), json.loads(printed), "$")


def check_html(shown, printed):
    """Compare HTML in which a line may break wherever it has a space."""
    check_text(" ".join(shown.split()), " ".join(printed.split()))


def check_http(shown, printed):
    head, body = halves(shown)
    got_head, got_body = halves(printed)
    (status, *lines), (got_status, *got_lines) = head.splitlines(), got_head.splitlines()
    assert got_status.strip() == status
    fields = [line.partition(": ") for line in lines if line != CUT]
    got = [line.partition(": ") for line in got_lines]
    for name, _, value in fields:
        values = [other for key, _, other in got if key.lower() == name.lower()]
        assert any(re.fullmatch(fitting(value), other) for other in values), f"{name}: {value} in {values}"
    if CUT not in lines:
        assert {name.lower() for name, *_ in fields} == {name.lower() for name, *_ in got}
    if body.lstrip()[:1] in ("{", "["):
        check_json(body, got_body)
    else:
        check_text(body, got_body)


def halves(message):
    """Return the head and the body of a message, with plain line ends."""
    head, _, body = message.replace("\r\n", "\n").partition("\n\n")
    return head.strip("\n"), body


def fitting(text):
    """Return the pattern of a piece of text with its cuts and placeholders."""
    parts, at = [], 0
    for mark in PART.finditer(text):
        parts += [re.escape(text[at : mark.start()]), f"(?:{PLACEHOLDERS.get(mark[0], '.+?')})"]
        at = mark.end()
    return "".join([*parts, re.escape(text[at:])])


def parsed(shown):
    """Return JSON with cuts as values: an object's cut is a key, an array's an element."""
    within = []

    def mark(found):
        if found[0] in ("[", "{"):
            within.append(found[0])
        elif found[0] in ("]", "}"):
            within.pop()
        elif found[0] == CUT:
            return f'"{CUT}": null' if within[-1] == "{" else f'"{CUT}"'
        return found[0]

    return json.loads(MARKS.sub(mark, shown))


def fit(shown, got, where):
    """Fail, naming the place, unless a value is what is shown; the order of keys counts."""
    assert type(shown) is type(got), f"{where}: {shown!r}, not {got!r}"
    if isinstance(shown, dict):
        keys = [key for key in shown if key != CUT]
        left = [key for key in got if key in keys or CUT not in shown]
        assert keys == left, f"{where}: {keys}, not {list(got)}"
        # What is cut is really there, or the cut would hide that it is gone.
        assert CUT not in shown or len(got) > len(keys), f"{where}: nothing is cut"
        for key in keys:
            fit(shown[key], got[key], f"{where}.{key}")
    elif isinstance(shown, list):
        fit_list(shown, got, where)
    elif isinstance(shown, str):
        assert re.fullmatch(fitting(shown), got, re.DOTALL), f"{where}: {shown!r}, not {got!r}"
    else:
        assert shown == got, f"{where}: {shown!r}, not {got!r}"


def fit_list(shown, got, where):
    at = shown.index(CUT) if CUT in shown else len(shown)
    first, last = shown[:at], shown[at + 1 :]
    if at < len(shown):
        assert len(got) > len(first) + len(last), f"{where}: nothing is cut of {len(got)}"
    else:
        assert len(got) == len(shown), f"{where}: {len(shown)}, not {len(got)}"
    pairs = [*zip(first, got, strict=False), *zip(last, got[len(got) - len(last) :], strict=True)]
    for number, (one, other) in enumerate(pairs):
        fit(one, other, f"{where}[{number}]")
