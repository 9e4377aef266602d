"""A scene written again from its code, at once or in turns."""

from collections.abc import Callable

from core.errors import PromptError
from core.writing.codes.code import Code, digest_of
from core.writing.episode import Episode
from core.writing.request import SceneRequest
from core.writing.writer import Writer


def replay(code: Code, *, writer: Writer) -> Episode:
    """Return the very scene that `code` stands for.

    Raises:
        PromptError: it was written by another run, or chooses its words in another way now.
    """
    scene = Replay(code, writer=writer).go_on(lambda: False)
    if scene is None:
        raise ValueError("a code of no parts")
    return scene


class Replay:
    """The scene that a code stands for, written part by part; between two parts it can be left for a while.

    Raises:
        PromptError: it was written by another run, or chooses its words in another way now.
    """

    def __init__(self, code: Code, *, writer: Writer) -> None:
        _check_run(code, writer)
        self._requests = code.requests
        self._writer = writer
        self._reading = writer.reading()
        self._scene: Episode | None = None  # up to the end of a part

    def go_on(self, cancelled: Callable[[], bool]) -> Episode | None:
        """Return the scene, or None if there is more to write than there was time for until `cancelled` returned true.

        Where there was no time for even one part, what there is of it is returned.
        """
        done = before = 0 if self._scene is None else len(self._scene.before) + 1
        for request in self._requests[before:]:
            part = self._write(request, cancelled)
            if cancelled():
                return part if done == before else None
            self._scene = part
            done += 1
        return self._scene

    def _write(self, request: SceneRequest, cancelled: Callable[[], bool]) -> Episode:
        if self._scene is None:
            return self._writer.write(request, cancelled=cancelled, reading=self._reading)
        return self._writer.go_on(self._scene, request, cancelled=cancelled, reading=self._reading)


def _check_run(code: Code, writer: Writer) -> None:
    run = writer.run
    if not run.fingerprint.startswith(code.fingerprint):
        raise PromptError(
            "That scene was written by the run {fingerprint}, and this is {here} ({name}); "
            "it can be replayed only where that run is in use.",
            fingerprint=code.fingerprint,
            here=run.fingerprint[:8],
            name=run.name,
        )
    code.check_size()
    chosen = any(request.directions or request.takes > 1 for request in code.requests)
    if chosen and code.digest != digest_of(writer):
        raise PromptError(
            "The way in which this run chooses its words has changed since that scene, so it cannot be replayed."
        )
