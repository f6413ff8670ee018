"""The files of the WordPress plugin agree with each other."""

import json
import re

from tests.wordpress.site import PLUGIN

PHP = (PLUGIN / "subtext.php").read_text("utf-8")
README = (PLUGIN / "readme.txt").read_text("utf-8")


def test_there_are_one_php_file_and_a_block():
    assert {path.name for path in PLUGIN.iterdir()} == {"subtext.php", "block.json", "readme.txt"}


def test_all_name_the_same_version():
    [stable] = re.findall(r"^Stable tag: (.+)$", README, re.MULTILINE)
    [header] = re.findall(r"^ \* Version: +(.+)$", PHP, re.MULTILINE)
    [assets] = re.findall(r"\$version = '(.+)';", PHP)
    block = json.loads((PLUGIN / "block.json").read_text("utf-8"))
    assert {stable, header, assets, block["version"]} == {stable}
    assert f"= {stable} =" in README


def test_header_and_readme_agree():
    for name in ("Requires at least", "Requires PHP", "License", "License URI"):
        in_readme = re.search(rf"^{name}: +(.+)$", README, re.MULTILINE)
        in_header = re.search(rf"^ \* {name}: +(.+)$", PHP, re.MULTILINE)
        assert in_readme[1] == in_header[1], name
