"""The way of a request: admitted, queued, written, kept in the database, and only then shown."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.discord.errors import OneAtATime, RefusalError, say
from bot.discord.limits import REQUEST_SECONDS
from bot.discord.replies.reply import Reply
from bot.discord.replies.sending import GoneError
from bot.guilds.definitions import COOLDOWN
from bot.guilds.settings import read_guild_settings
from bot.models.registry import ModelRegistry
from bot.scenes.admission import Cooldown, admit
from bot.scenes.build import build_record, build_work, count_characters
from bot.scenes.pool import PlacesTakenError, WriterPool
from bot.scenes.queue import Work
from bot.scenes.request import Asker, Request
from bot.scenes.ui.view import build_page
from bot.scenes.waiting import RunningRequests, wait_for_scene
from bot.storage.repositories import Repositories
from bot.storage.tables.pending import Promises
from bot.storage.tables.scenes import SceneRecord
from core.errors import CoreError
from core.writing.codes.code import read_code
from core.writing.scene_reader import KeptReaders
from core.writing.writer import Writer

Present = Callable[[Reply, SceneRecord], Awaitable[None]]

log = logging.getLogger(__name__)


class SceneHandler:
    """Handles requests, each once, and finishes what it began before it closes."""

    def __init__(
        self,
        *,
        pool: WriterPool,
        storage: Repositories,
        registry: ModelRegistry,
        cooldown: Cooldown,
        can_perform: Callable[[int | None], Awaitable[bool]],
    ) -> None:
        self.can_perform = can_perform
        self._pool = pool
        self._registry = registry
        self._scenes = storage.scenes
        self._settings = storage.guild_settings
        self._promises = Promises(storage.pending)
        self._cooldown = cooldown
        self._readers = KeptReaders()
        self._under_way = OneAtATime()
        self._running = RunningRequests()
        self.is_closing = False

    async def handle(
        self,
        reply: Reply,
        request: Request,
        *,
        request_id: int,
        asker: Asker,
        key: str,
        present: Present | None = None,
    ) -> None:
        """Answer a request with a scene.

        Args:
            reply: Where the scene is shown.
            request: What is asked for.
            request_id: The number of the interaction or message; a number is kept once.
            asker: Who asks.
            key: What two presses of one button have in common, so that it is done once.
            present: What is done with the scene once it is stored; None shows it.

        Raises:
            CoreError: Why there is no scene.
        """
        begun = time.time()
        settings = await read_guild_settings(self._settings, asker.guild_id)
        shows = await self._registry.shows_of(asker.guild_id)
        if self.is_closing:
            raise RefusalError("The bot is restarting; try again in a moment.")
        request = request.asked_by(asker, language=reply.language.code).completed(settings, shows=shows)
        with self._under_way.hold(key):
            admit(asker, settings, self._cooldown)
            pause = settings.get(COOLDOWN)
            await self._carry_out(
                reply, request, request_id=request_id, asker=asker, begun=begun, pause=pause, present=present
            )

    async def resume(self, reply: Reply, request: Request, *, request_id: int, member_id: int) -> None:
        """Finish what an earlier process acknowledged; the scene may be kept already."""
        if self._promises.take_over(request_id):  # else it is on its way here already
            asker = Asker(member_id, True, request.guild_id or None, request.channel_id)  # no cooldown
            await self._carry_out(reply, request, request_id=request_id, asker=asker, begun=time.time())

    async def close(self, *, seconds: float) -> None:
        """Refuse what is new and finish what was begun; what takes longer is left to the next process."""
        self.is_closing = True
        self._promises.close()
        await self._running.finish(seconds=seconds)

    def drop_member(self, member_id: int) -> None:
        """Give up what is being written for a member, or from their words, and what was read of scenes."""
        self._readers.clear()
        self._running.drop_member(member_id)

    async def _carry_out(
        self,
        reply: Reply,
        request: Request,
        *,
        request_id: int,
        asker: Asker,
        begun: float,  # when it was asked for: /forget-me drops it from then on, however often it is tried
        pause: float | None = None,
        present: Present | None = None,
    ) -> None:
        with self._running.hold(reply):
            try:
                scene = await self._promises.insist(
                    request_id, lambda: self._write(reply, request, request_id, asker=asker, begun=begun)
                )
                await (present(reply, scene) if present else self._show(reply, scene, request))
            except GoneError as error:
                log.info("A request was dropped: nobody is left to answer (%s).", error)
            except Exception as error:
                if isinstance(error, CoreError) and not isinstance(error, PlacesTakenError):
                    # Nothing was written: a typing error costs nobody the cooldown.
                    self._cooldown.forget(asker.member_id, seconds=pause)
                if request_id not in self._promises:
                    raise
                if not await _refuse(reply, error):
                    return  # left to the next start
        await self._promises.settle(request_id)

    async def _show(self, reply: Reply, scene: SceneRecord, request: Request) -> None:
        shown = {"is_covered": request.is_covered, "has_details": request.has_details}
        can_perform = await self.can_perform(request.guild_id or None)
        await reply.show(build_page(scene, language=reply.language, can_perform=can_perform, **shown))

    async def _write(
        self, reply: Reply, request: Request, request_id: int, *, asker: Asker, begun: float
    ) -> SceneRecord:
        """Return the scene once it is written and stored.

        Raises:
            CoreError: Why there is none.
        """
        number = request.after or request.again
        source = await self._scenes.read(number) if number else None
        work, writer = await self._prepare(request, source)
        words_of = await self._whose(request, source, asker.member_id)
        ticket = self._pool.submit(
            work,
            party=request.guild_id or asker.member_id,
            member=asker.member_id,
            characters=count_characters(request),
            is_promised=request_id in self._promises,
        )
        self._running.note(ticket, words_of | {asker.member_id})
        try:
            async with asyncio.timeout(REQUEST_SECONDS) as limit:
                await wait_for_scene(ticket, reply, request, asker=asker, promises=self._promises)
                episode = await ticket.episode
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise RefusalError("The queue took too long for this scene; ask for it again.") from error
        finally:
            ticket.cancel()
        scene = build_record(episode, request, writer=writer)
        scene = replace(scene, request_id=request_id, member_id=asker.member_id, words_of=words_of)
        line = source.line if source is not None and request.again else scene.line
        scene = replace(scene, line=line if words_of == {asker.member_id} else "")  # for who gave it
        return await self._scenes.add(scene, begun=begun)

    async def _whose(self, request: Request, source: SceneRecord | None, member: int) -> frozenset[int]:
        """Return the members whose words will be in a scene."""
        of_code = await self._scenes.whose_code(request.code) if request.code else None
        if of_code is not None:
            return of_code
        own = request.words_of(member)
        return own if source is None else own | source.words_of

    async def _prepare(self, request: Request, source: SceneRecord | None) -> tuple[Work, Writer]:
        """Return the work for a thread, and the model that does it."""
        writer = await self._registry.writer_for(request.guild_id or None)
        fingerprint = read_code(request.code).fingerprint if request.code else source and source.fingerprint
        if fingerprint and not writer.run.fingerprint.startswith(fingerprint):
            # The server has another model by now; where the scene's own is still there, it goes on.
            writer = await self._registry.writer_of(fingerprint, request.guild_id or None) or writer
        work = build_work(request, source, writer=writer, waiting=self._pool.waiting, readers=self._readers)
        return work, writer


async def _refuse(reply: Reply, error: Exception) -> bool:
    """Say why there is no scene, where one was promised; tell whether that is over."""
    try:
        await reply.refuse(say(error, reply.language))
    except GoneError as gone:
        log.info("A refusal was dropped: nobody is left to read it (%s).", gone)
    except Exception:
        log.exception("A refusal could not be sent; the next start tries again")
        return False
    return True
