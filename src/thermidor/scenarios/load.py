"""Scenarios from and to YAML files: the library shipped with the package, and the user's own."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from thermidor.errors import InputError, nearest
from thermidor.scenarios.document import Document, parse_document, plain, read_document, shown
from thermidor.scenarios.schema import Scenario, as_data, scenario_from

LIBRARY = Path(__file__).with_name("library")


def list_scenarios() -> dict[str, str]:
    """The library's scenarios: name -> title, in order of name."""
    found = {}
    for path in sorted(LIBRARY.glob("*.yaml")):
        data = read_document(path).data
        found[path.stem] = str(data.get("title", "")) if isinstance(data, dict) else ""
    return found


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Load a scenario of the library by name, or any YAML file by path.

    Text with a slash or an ending `.yaml` or `.yml` is a path. Raises InputError naming file, line and key.
    """
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or "/" in text or "\\" in text or text.endswith((".yaml", ".yml")):
        return _scenario(read_document(Path(text)))
    names = [path.stem for path in sorted(LIBRARY.glob("*.yaml"))]
    if text not in names:
        mend = nearest(text, names) or "give a name of the library or the path of a file ending in .yaml"
        raise InputError(f"unknown scenario {shown(text)}", "", f"the library has: {', '.join(names) or 'none'}", mend)
    document = read_document(LIBRARY / f"{text}.yaml")
    scenario = _scenario(document)
    if scenario.name != text:
        raise InputError(f"the name is '{scenario.name}'", document.place(("name",)), "the file is called otherwise")
    return scenario


def parse_scenario(text: str, file: str = "text") -> Scenario:
    """Read a scenario from YAML text; `file` is the name used in messages. Raises InputError."""
    return _scenario(parse_document(text, file))


def _scenario(document: Document) -> Scenario:
    if not isinstance(document.data, dict):
        what = f"the file holds {shown(document.data)}"
        raise InputError(what, f"{document.file}:1", "a scenario is a mapping", "it begins with 'schema: 1'")
    return scenario_from(document.data, document.place)


class _Dumper(yaml.CSafeDumper):
    """Writes YAML that `plain` reads back: text that looks like a number or a word is quoted."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never write anchors: the loader refuses them."""
        return True


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    style = None if _stays_text(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


@lru_cache(maxsize=4096)
def _stays_text(text: str) -> bool:
    return isinstance(plain(text), str)


def _mapping(dumper: yaml.CSafeDumper, data: dict[str, Any]) -> yaml.MappingNode:
    flow = "unit" in data or all(isinstance(value, float) for value in data.values())
    return dumper.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=flow)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(dict, _mapping)


def scenario_text(scenario: Scenario, comment: Sequence[str] = ()) -> str:
    """The scenario as YAML text that loads to the same scenario; `comment` lines stand at the top."""
    body = yaml.dump(as_data(scenario), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return "".join(f"# {line}\n" for line in comment) + body


def write_scenario(scenario: Scenario, path: str | Path, comment: Sequence[str] = ()) -> None:
    """Write the scenario to a YAML file. Raises InputError if it can't be written; an old file stays whole then."""
    target = Path(path)
    aside = target.with_name(f"{target.name}.partial")
    try:
        aside.write_text(scenario_text(scenario, comment), encoding="utf-8")
        aside.replace(target)
    except OSError as error:
        with suppress(OSError):
            aside.unlink()
        why = error.strerror or str(error)
        raise InputError(f"can't write {shown(str(target))}", "", why, "give another path") from None
