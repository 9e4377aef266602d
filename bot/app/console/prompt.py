"""What a person types in a terminal: line by line, with completion and a history."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bot.app.console.options import COMMANDS


def read_lines(
    history: Path | None,
    *,
    speakers: Callable[[], list[str]],
    places: Callable[[], list[str]],
    shows: Callable[[], list[str]],
) -> Iterator[str]:
    """Yield what a person types, with completion and a history that survives."""
    from prompt_toolkit import PromptSession  # noqa: PLC0415  # a pipe does without
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion  # noqa: PLC0415
    from prompt_toolkit.document import Document  # noqa: PLC0415
    from prompt_toolkit.history import FileHistory, InMemoryHistory  # noqa: PLC0415

    class CommandCompleter(Completer):
        """Proposals commands, then the options that are not there yet, then speakers for a line."""

        def get_completions(self, document: Document, _: CompleteEvent) -> Iterable[Completion]:
            before = document.text_before_cursor
            for offered, start in complete(before, speakers(), places(), shows()):
                yield Completion(offered, start_position=start - len(before))

    remembered: FileHistory | InMemoryHistory = InMemoryHistory()
    if history is not None:
        with contextlib.suppress(OSError):  # without a place for it, the history lasts as long as the console
            history.parent.mkdir(parents=True, exist_ok=True)
            history.touch()
            remembered = FileHistory(str(history))
    session: PromptSession[str] = PromptSession(
        history=remembered, completer=CommandCompleter(), complete_while_typing=False
    )
    while True:
        try:
            yield session.prompt("> ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def complete(
    before: str, speakers: list[str], places: list[str] | None = None, shows: list[str] | None = None
) -> Iterator[tuple[str, int]]:
    """Yield (text to offer, position from which it replaces) for what stands before the cursor."""
    if not before.startswith("/") or " " not in before:
        word = before.removeprefix("/")
        yield from ((f"/{name} ", 0) for name in COMMANDS if name.startswith(word))
        return
    name = before[1:].split(" ", 1)[0]
    word_start = before.rfind(" ") + 1
    word = before[word_start:]
    if name not in COMMANDS:
        return
    if word.startswith("show:"):
        typed = word.removeprefix("show:").casefold()
        start = word_start + len("show:")
        yield from ((f"{show} ", start) for show in shows or () if show.casefold().startswith(typed))
        return
    if "cast:" in before and before.count('"', before.find("cast:")) % 2:
        start = max(before.rfind('"'), before.rfind(",")) + 1
        typed = before[start:].lstrip()
        start = len(before) - len(typed)
        yield from ((speaker, start) for speaker in speakers if speaker.startswith(typed.upper()))
        return
    place_start = before.find("place:")
    place = before[place_start + len("place:") :]
    whole = [each for each in places or () if place.casefold().startswith(f"{each.casefold()} ")]
    if place_start >= 0 and before.count('"', place_start) < 2 and not whole:  # noqa: PLR2004  # an open quote, or none yet
        start = place_start + len("place:")
        typed = before[start:].lstrip('"').casefold()
        yield from ((f'"{place}" ', start) for place in places or () if place.casefold().startswith(typed))
        return
    line_start = before.find("line:")
    if line_start >= 0 and before.count('"', line_start) < 2:  # noqa: PLR2004  # an open quote
        start = line_start + len("line:")
        typed = before[start:].lstrip('"').upper()
        yield from ((f'"{speaker}: ', start) for speaker in speakers if speaker.startswith(typed))
        return
    yield from (
        (f"{option}:", word_start)
        for option in COMMANDS[name].options
        if option.startswith(word) and f" {option}:" not in before
    )
