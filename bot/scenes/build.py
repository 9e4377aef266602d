"""From a request to the work of a thread: a new scene, one that goes on, one taken again, one from a code."""

import secrets
import time
from collections.abc import Callable
from dataclasses import replace

from bot.discord.errors import RefusalError
from bot.discord.limits import REPLAYED_PARTS, SCENE_CHARACTERS
from bot.scenes.queue import UnfinishedError, Work
from bot.scenes.request import Request
from bot.storage.tables.scenes import SceneRecord
from core.data.prompt import UNSPELLED
from core.data.screenplay import is_script, name_speaker, speak
from core.errors import PromptError
from core.writing.codes.code import code_of, read_code
from core.writing.codes.replay import Replay
from core.writing.constraints.cast import split_cast
from core.writing.directions import Directions
from core.writing.episode import Episode, read_parts, write_parts
from core.writing.request import SceneRequest
from core.writing.scene_reader import KeptReaders, SceneReader
from core.writing.writer import Writer

UNNAMED = "Guest"  # a speaker whose name the model cannot spell
_CROWD = 8  # waiting scenes that halve the takes
KEY_BYTES = 6  # eight characters


def build_work(
    request: Request,
    source: SceneRecord | None,
    *,
    writer: Writer,
    waiting: int = 0,
    readers: KeptReaders | None = None,
) -> Work:
    """Return the work that a request makes; `source` is the stored scene that it names, perhaps read by `readers`.

    Where the request leaves the number of takes open, it is fewer the more scenes are `waiting`.

    Raises:
        CoreError: Why it cannot be done.
    """
    if request.code:
        return _replay(request.code, writer)
    if request.takes is None:
        request = replace(
            request, takes=max(1, (request.usual_takes or writer.usual_takes) >> (waiting // _CROWD))
        )
    if not request.after and not request.again:
        return _write(request, read_directions(request, usual=writer.usual), writer)
    if source is None:
        raise RefusalError("That scene is no longer stored, so it cannot be continued.")
    is_other_model = source.fingerprint != writer.run.fingerprint
    if request.again and not source.earlier:
        asked = _last_part(source).directions
        if is_other_model and asked is not None:
            asked = _within(asked, writer.usual)
        show = _last_part(source).show or ""
        if is_other_model and show not in writer.casts.shows:
            show = ""
        # The prompt as it was read, which is the line in script form where it was none.
        line = _last_part(source).prompt or source.prompt
        return _write(replace(request, show=show, line=line), asked, writer)
    if is_other_model:
        raise RefusalError("That scene was written by another model, which is no longer here.")
    if len(source.script) > SCENE_CHARACTERS:
        raise RefusalError("This scene is at its longest; start a new one with /episode.")
    return _go_on(request, source, writer, readers or KeptReaders())


def count_characters(request: Request) -> int:
    """Return how many characters a request asks for."""
    if not request.code:
        return request.characters
    return sum(part.length for part in read_code(request.code).requests)


def build_record(episode: Episode, request: Request, *, writer: Writer) -> SceneRecord:
    """Return an episode as it is stored; who asked for it is not known here."""
    return SceneRecord(
        request_id=0,
        member_id=0,
        created=int(time.time()),
        line=request.line,
        model=writer.run.name,
        fingerprint=episode.fingerprint,
        prompt=episode.prompt,
        earlier=episode.earlier,
        text=episode.text,
        temperature=episode.temperature,
        length=episode.length,
        seed=episode.seed,
        ended=episode.ended,
        notice=episode.notice,
        seconds=episode.seconds,
        parts=write_parts(episode),
        originality=_describe_originality(writer, episode),
        code=code_of(episode, writer=writer) or "",
        key=secrets.token_urlsafe(KEY_BYTES),
        place=request.where,
    )


def _describe_originality(writer: Writer, episode: Episode) -> str:
    found = writer.originality(episode.text)
    return found.sentence if found else ""


def read_directions(request: Request, *, usual: Directions) -> Directions:
    """Return what a request asks of its scene; what it leaves out is as usual."""
    return replace(
        usual,
        cast=split_cast(request.cast) if request.cast else usual.cast,
        place=request.place or usual.place,
        spelling=usual.spelling if request.spelling is None else request.spelling,
        originality=usual.originality if request.originality is None else request.originality,
    )


def _write(request: Request, directions: Directions | None, writer: Writer) -> Work:
    asked = _ask(replace(request, line=_read_line(request, writer)), directions)
    return lambda cancelled: writer.write(asked, cancelled=cancelled)


def _read_line(request: Request, writer: Writer) -> str:
    """Return the line to go on from; one that is no script is said by its speaker, and somebody else's turn comes."""
    if not request.speaker or is_script(request.line) or not writer.speakers():
        return request.line
    name = name_speaker(writer.spell(name_speaker(request.speaker)).text)
    if not name:
        name = name_speaker(writer.spell(UNNAMED).text)
    return speak(request.line, name) if name else request.line


def _ask(request: Request, directions: Directions | None) -> SceneRequest:
    return SceneRequest(
        prompt=request.line,
        directions=directions,
        temperature=request.temperature,
        length=request.characters,
        seed=request.seed,
        takes=request.takes or 1,
        show=request.show or None,
    )


def _go_on(request: Request, source: SceneRecord, writer: Writer, readers: KeptReaders) -> Work:
    scene = _begin_of(source) if request.again else _as_episode(source)
    is_known = not source.earlier or len(read_parts(source.parts)) > 1
    if request.line and not request.again:
        scene, is_known = _insert(_read_line(request, writer), scene, writer), False
    # Without directions those of the scene hold on, which for one taken again are those of its own part.
    asked = _ask(request, _last_part(source).directions if request.again else None)

    reader: SceneReader | None = None

    def go_on(cancelled: Callable[[], bool]) -> Episode:
        nonlocal reader
        reader = reader or readers.take(scene, writer.generator) or writer.reading()
        read = reader.characters
        written = writer.go_on(scene, asked, cancelled=cancelled, reading=reader)
        is_over = cancelled()
        if not reader.has_read(written) or (is_over and reader.characters > read):
            raise UnfinishedError  # the next turn has less to read
        if not is_over:  # nor forgotten meanwhile
            readers.keep(reader)
        return written if is_known else replace(written, before=())

    return go_on


def _insert(line: str, scene: Episode, writer: Writer) -> Episode:
    """Return a scene with a line of somebody's at its end, which no code stands for.

    Raises:
        PromptError: The model knows none of the line's letters.
    """
    spelled = writer.spell(line).text
    if not spelled.strip():
        raise PromptError(UNSPELLED)
    return replace(scene, text=f"{scene.text.rstrip()}\n{spelled}", ended=False)


def _replay(text: str, writer: Writer) -> Work:
    code = read_code(text)
    code.check_size(most_parts=REPLAYED_PARTS, most_characters=SCENE_CHARACTERS)
    replaying = Replay(code, writer=writer)

    def write(cancelled: Callable[[], bool]) -> Episode:
        scene = replaying.go_on(cancelled)
        if scene is None:
            raise UnfinishedError
        return scene

    return write


def _as_episode(kept: SceneRecord) -> Episode:
    """Return a kept episode as `core` knows it."""
    return Episode(
        fingerprint=kept.fingerprint,
        prompt=kept.prompt,
        earlier=kept.earlier,
        text=kept.text,
        request=_last_part(kept),
        ended=kept.ended,
        notice=kept.notice,
        seconds=kept.seconds,
        before=read_parts(kept.parts)[:-1],
    )


def _begin_of(kept: SceneRecord) -> Episode:
    """Return the scene as it was before a kept episode went on with it."""
    *before, part = read_parts(kept.parts)[:-1] or (_last_part(kept),)
    return Episode(
        fingerprint=kept.fingerprint,
        prompt=kept.prompt,
        earlier="",
        text=kept.earlier,
        request=part,
        ended=False,  # where it had ended, its text holds the mark
        notice="",
        seconds=0.0,
        before=tuple(before),
    )


def _last_part(kept: SceneRecord) -> SceneRequest:
    # An episode from before parts were kept was the raw model's.
    parts = read_parts(kept.parts)
    return (
        parts[-1] if parts else SceneRequest(temperature=kept.temperature, length=kept.length, seed=kept.seed)
    )


def _within(asked: Directions, usual: Directions) -> Directions:
    """Return what of the directions a model can keep that has only what `usual` has."""
    return replace(
        asked,
        spelling=asked.spelling and usual.spelling,
        form=asked.form and usual.form,
        originality=asked.originality if usual.spelling else None,
    )
