"""A gettext catalogue straight from its `.po` file, so that no compiled copy can be behind it."""

import ast
import gettext
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

_LINE = re.compile(r"(?:(msgid|msgid_plural|msgstr(?:\[(\d)\])?)\s+)?(\".*\")")
_PLURAL_FORMS = re.compile(r"nplurals\s*=\s*(\d)\s*;\s*plural\s*=\s*([^;\n]+)")


@dataclass
class Entry:
    """A message and its translations: one, or one for each plural form."""

    message: str = ""
    plural: str = ""
    translations: dict[int, str] = field(default_factory=dict)


def read_entries(text: str) -> Iterator[Entry]:
    """Yield the entries of a `.po` file, its header first, whose message is empty."""
    entry, part, form = Entry(), "", 0
    for line in text.splitlines():
        found = _LINE.fullmatch(line.strip())
        if found is None:
            continue
        keyword, index, quoted = found.groups()
        if keyword == "msgid" and entry.translations:
            yield entry
            entry = Entry()
        part, form = (keyword.split("[")[0], int(index or 0)) if keyword else (part, form)
        said = str(ast.literal_eval(quoted))  # C's escapes, which are Python's
        match part:
            case "msgid":
                entry.message += said
            case "msgid_plural":
                entry.plural += said
            case _:
                entry.translations[form] = entry.translations.get(form, "") + said
    if entry.translations:
        yield entry


class Catalogue(gettext.GNUTranslations):
    """The translations of one language."""

    def _parse(self, fp: IO[bytes]) -> None:  # type: ignore[override]  # typeshed asks for less than gettext hands over
        """Read a `.po` file, as the standard library lets catalogues of other formats be read."""
        self._catalog: dict[str | tuple[str, int], str] = {}
        for entry in read_entries(fp.read().decode()):
            if not entry.message:
                found = _PLURAL_FORMS.search(entry.translations[0])
                self.plural = gettext.c2py(found[2].strip() if found else "n != 1")
                continue
            for form, said in entry.translations.items():
                if said:
                    self._catalog[(entry.message, form) if entry.plural else entry.message] = said
