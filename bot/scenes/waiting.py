"""Waiting for a scene: where that takes long, it is promised, and whoever waits is shown the place in the queue."""

import asyncio
import time

from bot.discord.limits import DIRECT_ANSWER_SECONDS, SECONDS_BETWEEN_EDITS
from bot.discord.replies.reply import Reply
from bot.scenes.queue import Ticket, describe_place
from bot.scenes.request import Asker, Request
from bot.storage.tables.pending import Promises

DIRECT_PLACES = 8  # in the queue that are waited for before anything is said; a crowd is told at once
NOTE_SECONDS = 60.0  # after which the answer's number is kept: it may outlive the interaction's token
EDIT_SPREAD_SECONDS = 0.02  # 50 a second, which is what Discord takes of one bot


async def wait_for_scene(
    ticket: Ticket, reply: Reply, request: Request, *, asker: Asker, promises: Promises
) -> None:
    """Wait for the scene; where that takes long, acknowledge and show the place in the queue."""
    if ticket.expected_seconds < DIRECT_ANSWER_SECONDS and ticket.place <= DIRECT_PLACES:
        await asyncio.wait([ticket.episode], timeout=DIRECT_ANSWER_SECONDS)
    place = ticket.place
    if ticket.episode.done():
        return
    pending = reply.pending(member_id=asker.member_id, created=int(time.time()), request=request.to_json())
    if pending is not None:
        # Kept before it is promised: a process that dies in between has promised nothing.
        await promises.make(pending)
    await reply.wait(describe_place(ticket.place))
    due = time.monotonic() + (NOTE_SECONDS if pending and pending.token else 0.0)
    while True:
        if pending is not None and reply.message_id and time.monotonic() >= due:
            await promises.note_answer(pending.id, reply.message_id)
            pending = None
        if ticket.episode.done():
            return
        # Those who came together would all be told at once: the further back, the later.
        await asyncio.wait([ticket.episode], timeout=SECONDS_BETWEEN_EDITS + place * EDIT_SPREAD_SECONDS)
        if not ticket.episode.done() and ticket.place != place:
            place = ticket.place
            await reply.progress(describe_place(place))
