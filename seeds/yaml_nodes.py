"""Build the content of a file from the events of a YAML parser, with the line of each key and item."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import yaml as libyaml  # type: ignore[import-untyped]
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import ScalarEvent, SequenceStartEvent, StreamEndEvent
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import Resolver
from ruamel.yaml.tag import Tag

from seeds.yaml_hints import cut_off_text

#: Maximum nesting of lists and mappings. The deepest entry, a source's paragraph, is at level four.
MAX_DEPTH = 20
#: The same events of the two parsers.
SCALARS = (libyaml.ScalarEvent, ScalarEvent)
SEQUENCES = (libyaml.SequenceStartEvent, SequenceStartEvent)
ENDS = (libyaml.StreamEndEvent, StreamEndEvent)


class CutOffText(MarkedYAMLError):
    """The end of a text would be read as a comment."""


class DuplicateKey(MarkedYAMLError):
    """A mapping has a key more than once."""


class TooDeep(MarkedYAMLError):
    """Lists and mappings are nested too deep."""


class Mapping(dict[Any, Any]):
    """A mapping and the line of each key."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        self.lines: dict[Any, int] = {}


class Sequence(list[Any]):
    """A sequence and the line of each item."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        self.lines: list[int] = []


class NodeBuilder:
    """Builds the content of ``text`` from the events of libyaml's parser or of ruamel.yaml's."""

    def __init__(self, text: str, next_event: Callable[[], Any]) -> None:
        self.text, self.next_event = text, next_event
        #: Duplicate keys and invalid values, each with its depth. Errors of the syntax come first, and then
        #: those of the outermost mapping.
        self.errors: list[tuple[int, MarkedYAMLError]] = []

    def build(self) -> Any:
        """Return the content; None for an empty text.

        Raises:
            MarkedYAMLError: the content is not allowed. The parser's own errors pass, too.
        """
        self.next_event()
        document = self.next_event()
        if isinstance(document, ENDS):
            return None
        if document.version or document.tags:
            raise _error("directives are not allowed", document)
        content = self._node(self.next_event(), 1)
        self.next_event()
        if not isinstance(event := self.next_event(), ENDS):
            raise _error("but found another document", event)
        if self.errors:
            raise min(self.errors, key=lambda error: error[0])[1]
        return content

    def _node(self, event: Any, depth: int, key: Any = None, *, is_key: bool = False) -> Any:
        """Return the content that begins with ``event``; ``key`` is the event of its key in a mapping."""
        if event.anchor is not None:
            raise _error("anchors and aliases are not allowed; repeat the value instead", event)
        if event.tag is not None:
            raise _error("tags are not allowed", event)
        if is_key and not isinstance(event, SCALARS):
            raise _error("a key must be a string, not a list or a mapping", event)
        if is_key and event.value == "<<":
            raise _error("merge keys are not allowed; repeat the values instead", event)
        if depth > MAX_DEPTH:
            raise TooDeep(None, None, None, event.start_mark)
        if isinstance(event, SCALARS):
            return self._scalar(event, depth, key, is_key=is_key)
        return (self._sequence if isinstance(event, SEQUENCES) else self._mapping)(depth + 1)

    def _sequence(self, depth: int) -> Sequence:
        items = Sequence()
        # Only the events that end a sequence or a mapping have no anchor.
        while hasattr(event := self.next_event(), "anchor"):
            items.lines.append(event.start_mark.line + 1)
            items.append(self._node(event, depth))
        return items

    def _mapping(self, depth: int) -> Mapping:
        mapping = Mapping()
        while hasattr(event := self.next_event(), "anchor"):
            key = self._node(event, depth, is_key=True)
            value = self._node(self.next_event(), depth, event)
            if key in mapping:
                self.errors.append((depth, DuplicateKey(None, None, _duplicate(key), event.start_mark)))
            else:
                mapping[key], mapping.lines[key] = value, event.start_mark.line + 1
        return mapping

    def _scalar(self, event: Any, depth: int, key: Any, *, is_key: bool) -> Any:
        value: str = event.value
        if event.style == ">":
            # ruamel.yaml marks where a line was folded.
            return value.replace("\a", "")
        if not event.implicit[0]:
            return value
        tag = next(
            (tag for tag, form in Resolver.yaml_implicit_resolvers.get(value[:1], ()) if form.match(value)),
            None,
        )
        if not is_key and (tag is None or tag.endswith(":null")):
            self._require_whole_text(event, key)
        if tag is None:
            return value
        try:
            return _construct(tag, value)
        except ValueError as error:
            self.errors.append((depth, MarkedYAMLError(None, None, str(error), event.start_mark)))
            return None

    def _require_whole_text(self, event: Any, key: Any) -> None:
        indentation = (key or event).start_mark.column
        comment = cut_off_text(self.text, event.value, event.end_mark.index, indentation)
        if comment is not None:
            field = f"{key.value}: " if key else ""
            remedy = "Put the value in quotation marks, or the comment on a line of its own."
            problem = f"{field}The value ends before “{comment}”, which YAML reads as a comment. {remedy}"
            raise CutOffText(None, None, problem, event.end_mark)


@lru_cache
def _construct(tag: str, value: str) -> Any:
    """Return a number, boolean, null or time as ruamel.yaml does. Raises ``ValueError`` if it is invalid."""
    return YAML().constructor.construct_object(ScalarNode(Tag(suffix=tag), value), deep=True)


def _duplicate(key: Any) -> str:
    try:
        return f"The key “{key}” occurs more than once."
    except ValueError:
        # Python refuses to convert integers with thousands of digits.
        return "A key occurs more than once."


def _error(problem: str, event: Any) -> MarkedYAMLError:
    return MarkedYAMLError(None, None, problem, event.start_mark)
