"""Forms as a browser without scripts would send them: what a page already holds, plus what a person types."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class PageForm:
    """A form of a page: its action and every value that would be sent if nothing were touched."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def filled(self, **typed: Any) -> dict[str, Any]:
        """What is sent after typing; None takes a value away."""
        sent: dict[str, Any] = {name: list(values) for name, values in self.values.items()}
        for name, value in typed.items():
            sent[name] = value
            if value is None:
                del sent[name]
        return sent


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.current: PageForm | None = None
        self.textarea = ""
        self.select = ""
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self.current = PageForm((said.get("action") or "").partition("#")[0])
            self.forms.append(self.current)
        if self.current is None or not (name := said.get("name") or (tag == "option" and self.select) or ""):
            return
        self.current.names.add(name)
        value = said.get("value") or ""
        if tag == "input" and said.get("type") in {"radio", "checkbox"}:
            if "checked" in said:
                self._add(name, value or "on")
        elif tag == "input" and said.get("type") != "file":
            self._add(name, value)
        elif tag == "textarea":
            self.textarea, self.text = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in said:
            self._add(self.select, value)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.textarea:
            self._add(self.textarea, self.text.removeprefix("\n"))
            self.textarea = ""
        elif tag == "select":
            self.select = ""
        elif tag == "form":
            self.current = None

    def _add(self, name: str, value: str) -> None:
        assert self.current is not None
        self.current.values.setdefault(name, []).append(value)


def forms_on(response: Any) -> list[PageForm]:
    """Every form of a page."""
    reader = _Reader()
    reader.feed(response.content.decode())
    return reader.forms


def form_on(response: Any, action: str) -> PageForm:
    """The one form of a page that is sent to an address."""
    (found,) = [form for form in forms_on(response) if form.action == action]
    return found
