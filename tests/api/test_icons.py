"""Icons at the paths where browsers, phones and feed readers look for them."""

from io import BytesIO

import pytest
from PIL import Image

from tests.browser.parsed import Parsed
from tests.cases import each

pytestmark = pytest.mark.any_database

#: By path: the format that Pillow recognises, and the sizes.
BITMAPS = {
    "/favicon.ico": ("ICO", {(16, 16), (32, 32), (48, 48)}),
    "/apple-touch-icon.png": ("PNG", {(180, 180)}),
}
ACCENT = (0x7A, 0x2E, 0x2E)


@each("path", BITMAPS)
def test_are_bitmaps_of_the_usual_sizes(client, path):
    response = client.get(path)
    image = Image.open(BytesIO(response.data))
    format_name, sizes = BITMAPS[path]
    assert image.format == format_name
    assert (image.ico.sizes() if format_name == "ICO" else {image.size}) == sizes
    assert response.mimetype == image.get_format_mimetype() or response.mimetype == "image/vnd.microsoft.icon"
    assert len(response.data) < 4_000


@each("path", BITMAPS)
def test_have_the_design_of_the_svg(client, path):
    image = Image.open(BytesIO(client.get(path).data)).convert("RGB")
    size = image.width
    assert image.getpixel((size // 2, size // 4)) == ACCENT
    # The upper bar of the SVG is in the middle of 18/32 and 21/32 of the height.
    assert min(image.getpixel((size // 2, size * 39 // 64))) > 240


@each("path", [*BITMAPS, "/favicon.svg"])
def test_are_cached_for_a_day(client, path):
    first = client.get(path)
    assert first.headers["Cache-Control"] == "public, max-age=86400"
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_pages_link_to_them(client):
    check_links(client, "")


@pytest.mark.nightly
def test_pages_below_a_path_link_to_them(client_at):
    with client_at("https://films.example/sub/text") as client:
        check_links(client, "/sub/text")


def check_links(client, prefix):
    """Assert that pages link to the icons, which are served with and without the prefix."""
    for page in ("/quotes/her-2013-feel-by-proxy", "/docs", "/nowhere"):
        parsed = Parsed(client.get(f"{prefix}{page}", headers={"Accept": "text/html"}).text)
        links = parsed.all("link", rel="icon") + parsed.all("link", rel="apple-touch-icon")
        paths = [link.attributes["href"] for link in links]
        assert paths == [
            f"{prefix}{path}" for path in ("/favicon.ico", "/favicon.svg", "/apple-touch-icon.png")
        ]
    # Reverse proxies may remove the path, and some clients know only the root of the host.
    for path in paths:
        assert client.get(path).status_code == client.get(path.removeprefix(prefix)).status_code == 200
