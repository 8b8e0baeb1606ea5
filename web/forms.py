"""Forms into pydantic models and back: values cleaned, errors as Korean sentences at their fields, input kept."""

import datetime as dt
import enum
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from starlette.datastructures import FormData, UploadFile

from models.kernel.hangul_amount import hangul_amount
from models.kernel.refusals import FieldErrors, Refusal
from models.kernel.text import ascii_digits, clean_text, digits, narrow, nfc
from models.members.forms import SAMPLES
from models.settings import settings
from web.form_sentences import sentence_of

M = TypeVar("M", bound=BaseModel)
Errors = dict[str, list[str]]

FRAME_FIELDS = frozenset({"csrf", "request_id", "version"})
"""Hidden inputs of every form; they are not the model's business."""
ROWS_MAX = 500
DEPTH_MAX = 4
NUMBERS: tuple[Any, ...] = (int, float, Decimal)


@dataclass(frozen=True)
class Parsed(Generic[M]):
    """A form as it came: `value` when it is sound, else `errors`; both ways what was typed, to show again.

    Names of repeated rows look like `items-0-name`; the rows are numbered without gaps.
    """

    value: M | None = None
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, Sequence[UploadFile]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """True when `value` may be used."""
        return self.value is not None and not self.failed

    @property
    def failed(self) -> bool:
        """True when there is something to say on top of the form."""
        return bool(self.errors or self.notes)

    @property
    def fields_failed(self) -> bool:
        """True when a field is wrong, false when only the act was refused."""
        return bool(self.errors)

    @property
    def summary(self) -> list[tuple[str, str]]:
        """(field or "", sentence) pairs for the list on top; a sentence that does not name its field gets the label."""
        at_fields = [(name, self._named(name, text)) for name, found in self.errors.items() for text in found]
        return [("", note) for note in self.notes] + at_fields

    def _named(self, name: str, words: str) -> str:
        label = self.labels.get(name, "")
        return words if not label or words.startswith(label) else f"{label}: {words}"

    @property
    def csrf(self) -> str:
        """The form's token."""
        return self.shown("csrf")

    @property
    def request_id(self) -> str:
        """The click's id; empty when the form had none."""
        return self.shown("request_id")

    @property
    def version(self) -> int | None:
        """The document version the page was made from."""
        text = self.shown("version")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < len("1000000000") else None

    def shown(self, name: str) -> str:
        """What stands in the input: as typed, or "" for nothing."""
        found = self.values.get(name)
        return found[0] if found else ""

    def day(self, name: str) -> str:
        """The value of a date input: an ISO day, or "" for what browsers would not show anyway."""
        try:
            return dt.date.fromisoformat(self.shown(name)).isoformat()
        except ValueError:
            return ""

    def checked(self, name: str, value: str = "1") -> bool:
        """True when a box with this value is ticked."""
        return str(value) in self.values.get(name, ())

    def at(self, name: str) -> Sequence[str]:
        """The sentences of one field."""
        return self.errors.get(name, ())

    def rows(self, name: str, least: int = 0) -> list[str]:
        """Name prefixes of repeated rows (`items-0`, `items-1`, ...), at least `least` of them."""
        prefix = f"{name}-"
        numbers = [int(n[len(prefix) :].split("-")[0]) for n in self.values if _is_row(n, prefix)]
        return [f"{name}-{i}" for i in range(max(min(max(numbers, default=-1) + 1, ROWS_MAX), least))]

    def grouped(self, name: str) -> str:
        """An amount with commas, as it stands in a money input."""
        text = self.shown(name)
        return f"{int(text):,}" if _is_amount(text) else text

    def hangul(self, name: str) -> str:
        """The amount in words, 금 일백이십만 원; empty when it is no amount."""
        plain = self.shown(name).replace(",", "")
        return hangul_amount(int(plain)) if _is_amount(plain) else ""

    def with_errors(self, errors: Mapping[str, str]) -> "Parsed[M]":
        """The same input with errors a rule found later."""
        merged = {name: list(found) for name, found in self.errors.items()}
        for name, sentence in errors.items():
            if sentence not in merged.setdefault(name, []):
                merged[name].append(sentence)
        return replace(self, errors=merged)

    def refused(self, refusal: Refusal, sentence: str = "") -> "Parsed[M]":
        """The same input under a refusal: at its fields for FieldErrors, else as one sentence on top."""
        if isinstance(refusal, FieldErrors):
            return self.with_errors(refusal.errors)
        return replace(self, notes=(*self.notes, sentence))


def blank(source: Mapping[str, Any] | BaseModel | None = None) -> Parsed[BaseModel]:
    """A form before anything was typed, filled from a mapping or a model."""
    given = source.model_dump() if isinstance(source, BaseModel) else (source or {})
    return Parsed(values=dict(_flat("", given)))


def parse(model: type[M], form: FormData | Mapping[str, Any]) -> Parsed[M]:
    """Read a form into a model. Never raises for what a person can type; files stay apart, by input name."""
    texts, files = _sorted_out(form)
    tree = _tree(name_value for name_value in texts.items() if name_value[0] not in FRAME_FIELDS)
    values = {name: texts[name] for name in FRAME_FIELDS if name in texts} | dict(_flat("", tree))
    try:
        value = model.model_validate(_shaped(model, tree), context={SAMPLES: settings().sample_numbers})
    except ValidationError as error:
        errors = errors_of(error, model)
        labels = {name: _title(model, _place(name)) for name in errors}
        return Parsed(values=values, errors=errors, files=files, labels=labels)
    return Parsed(value=value, values=values, files=files)


def errors_of(error: ValidationError, model: type[BaseModel] | None = None) -> Errors:
    """Pydantic's findings as sentences by field name (`items-0-name`); "" for the form as a whole."""
    found: Errors = {}
    for item in error.errors(include_url=False):
        place = [part for part in item["loc"] if not _is_inner(part)]
        name = "-".join(str(part) for part in place)
        sentence = sentence_of(dict(item), _title(model, place))
        if sentence not in found.setdefault(name, []):
            found[name].append(sentence)
    return found


def _place(name: str) -> list[int | str]:
    return [int(part) if part.isdecimal() else part for part in name.split("-")]


def _is_inner(part: int | str) -> bool:
    # Unions and validators add parts such as "function-after[...]" or "list[int]" that are no field.
    return isinstance(part, str) and not part.isidentifier()


def _title(model: type[BaseModel] | None, place: Sequence[int | str]) -> str:
    """The Korean label from `Field(title=...)`, followed through rows; "" when there is none."""
    annotation: Any = model
    title = ""
    for part in place:
        if isinstance(part, int):
            annotation = _item_type(annotation)
            continue
        current = _model_type(annotation)
        info = current.model_fields.get(part) if current else None
        if info is None:
            return ""
        title, annotation = info.title or "", info.annotation
    return title


def _sorted_out(
    form: FormData | Mapping[str, Any],
) -> tuple[dict[str, list[str]], dict[str, list[UploadFile]]]:
    pairs = form.multi_items() if isinstance(form, FormData) else _pairs(form)
    texts: dict[str, list[str]] = {}
    files: dict[str, list[UploadFile]] = {}
    for name, value in pairs:
        if isinstance(value, UploadFile):
            if value.filename:
                files.setdefault(name, []).append(value)
        else:
            texts.setdefault(name, []).append(str(value))
    return texts, files


def _pairs(form: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(n, v) for n, given in form.items() for v in (given if isinstance(given, list | tuple) else [given])]


Tree = dict[str, Any]


def _tree(items: Iterable[tuple[str, list[str]]]) -> Tree:
    """`items-0-name` into nested dicts; rows become lists, without gaps and without rows where nothing is typed."""
    root: Tree = {}
    for name, values in items:
        parts = name.split("-", DEPTH_MAX)
        node = root
        for part in parts[:-1]:
            below = node.setdefault(part, {})
            node = below if isinstance(below, dict) else node.setdefault(f"{part}-", {})
        node[parts[-1]] = values
    closed: Tree = _closed(root)
    return closed


def _closed(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node and all(key.isascii() and key.isdecimal() for key in node):
        ordered = [node[key] for key in sorted(node, key=lambda k: (len(k), k))[:ROWS_MAX]]
        return [_closed(row) for row in ordered if _typed(row)]
    return {key: _closed(value) for key, value in node.items()}


def _typed(node: Any) -> bool:
    if isinstance(node, dict):
        return any(_typed(value) for value in node.values())
    return any(text.strip() for text in node)


def _flat(prefix: str, node: Any) -> Iterable[tuple[str, list[str]]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _flat(f"{prefix}-{key}" if prefix else str(key), value)
    elif isinstance(node, list | tuple) and not all(isinstance(v, Mapping | list | tuple) for v in node):
        yield prefix, [_text(v) for v in node]
    elif isinstance(node, list | tuple):
        for number, row in enumerate(node):
            yield from _flat(f"{prefix}-{number}", row)
    else:
        yield prefix, [_text(node)]


def _text(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, SecretStr):
        return ""
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _shaped(annotation: Any, node: Any) -> Any:
    """The tree as the model's fields want it: one text, a list of texts, a ticked box, rows."""
    model = _model_type(annotation)
    if model is not None and isinstance(node, dict):
        return _model_data(model, node)
    if _origin(annotation) in {list, tuple, set, frozenset}:
        item = _item_type(annotation)
        cleaned = [_shaped(item, [row] if isinstance(row, str) else row) for row in node]
        return [value for value in cleaned if value is not None]
    if isinstance(node, list) and node and isinstance(node[0], str):
        return _cleaned(annotation, node[-1])
    return node or None


def _model_data(model: type[BaseModel], node: Tree) -> Tree:
    data: Tree = {}
    for name, info in model.model_fields.items():
        annotation = info.annotation
        if name in node:
            value = _shaped(annotation, node[name])
            # An empty optional field means its default; an empty required one is None and gets its sentence.
            if value is not None or info.is_required() or _takes_none(annotation):
                data[name] = value
        elif _bare(annotation) is bool and not _takes_none(annotation):
            data[name] = False
        elif _origin(annotation) in {list, tuple} and info.is_required():
            data[name] = []
    return data | {name: node[name] for name in node if name not in model.model_fields}


def _cleaned(annotation: Any, text: str) -> Any:
    kind = _bare(annotation)
    if kind is SecretStr:
        return nfc(text) or None
    if kind is bool:
        return None if not text and _takes_none(annotation) else text not in {"", "0", "false", "off"}
    text = ascii_digits(clean_text(text))
    if kind in NUMBERS:
        return narrow(text).replace(",", "").removesuffix("원").strip() or None
    if kind is dt.date:
        return _date_text(narrow(text))
    return text or None


def _date_text(text: str) -> str | None:
    """2023.2.9, 2023-02-09 and 20230209 are the same day."""
    plain = digits(text)
    parts = [p for p in text.replace("-", ".").replace("/", ".").split(".") if p.strip()]
    if len(parts) == len(("year", "month", "day")) and all(p.strip().isdecimal() for p in parts):
        return "-".join(p.strip().zfill(2) for p in parts)
    return f"{plain[:4]}-{plain[4:6]}-{plain[6:]}" if plain == text and len(plain) == len("20230209") else text or None


def _unwrapped(annotation: Any) -> Any:
    """Without Annotated and without `| None`."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in {Union, types.UnionType}:
        rest = [a for a in get_args(annotation) if a is not type(None)]
        return _unwrapped(rest[0]) if len(rest) == 1 else annotation
    return annotation


def _bare(annotation: Any) -> Any:
    kind = _unwrapped(annotation)
    kind = getattr(kind, "__supertype__", kind)
    if get_origin(kind) is Literal:
        return type(get_args(kind)[0])
    return kind


def _takes_none(annotation: Any) -> bool:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return get_origin(annotation) in {Union, types.UnionType} and type(None) in get_args(annotation)


def _origin(annotation: Any) -> Any:
    kind = _unwrapped(annotation)
    return get_origin(kind) or kind


def _item_type(annotation: Any) -> Any:
    arguments = get_args(_unwrapped(annotation))
    return arguments[0] if arguments else str


def _model_type(annotation: Any) -> type[BaseModel] | None:
    kind = _unwrapped(annotation)
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _is_row(name: str, prefix: str) -> bool:
    number = name[len(prefix) :].split("-", maxsplit=1)[0]
    return name.startswith(prefix) and number.isascii() and number.isdecimal()


def _is_amount(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= len("9223372036854775807")
