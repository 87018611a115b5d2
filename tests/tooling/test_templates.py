"""What the content security policy would refuse does not even get into a template."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.tooling.repository import texts

TEMPLATES = sorted(n for n in texts() if n.startswith("muara/") and n.endswith((".html", ".svg")))
TEMPLATE_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.S)


class Inline(HTMLParser):
    """Collect scripts and styles that stand in the page itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        here = f"line {self.getpos()[0]}: <{tag}"
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(f"{here}>")
        for name, value in attrs:
            scripted = name.startswith(("on", "hx-on")) or (value or "").strip().startswith("javascript:")
            if name == "style" or scripted:
                self.found.append(f"{here} {name}>")


def inline(html: str) -> list[str]:
    parser = Inline()
    parser.feed(TEMPLATE_TAG.sub(lambda tag: " " + "\n" * tag[0].count("\n"), html))
    return parser.found


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<script src="{% static "a.js" %}" defer></script>', []),
        ("<p>\n<script>alert(1)</script>", ["line 2: <script>"]),
        ('<div {% if a %}style="color:red"{% endif %}>', ["line 1: <div style>"]),
        ('<button onclick="go()">', ["line 1: <button onclick>"]),
        ('<a href="javascript:go()">', ["line 1: <a href>"]),
    ],
    ids=["file", "script", "style", "handler", "address"],
)
def test_inline_code_is_recognised(html: str, found: list[str]) -> None:
    assert inline(html) == found


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_no_inline_script_or_style(name: str) -> None:
    assert inline(texts()[name]) == []


def test_no_code_writes_a_style_attribute() -> None:
    pattern = re.compile(r"""\bstyle=\\?["']""")
    code = {n: t for n, t in texts().items() if n.startswith("muara/") and n.endswith(".py")}
    assert [name for name, text in code.items() if pattern.search(text)] == []
