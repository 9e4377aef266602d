"""A server's models as lines."""

from collections.abc import Mapping

from bot.discord.language.language import Language
from bot.discord.markdown import plain
from bot.models.card import describe_choices
from bot.storage.tables.members import NOBODY
from bot.storage.tables.models import SHIPPED, ModelRecord
from bot.storage.tables.trainings import TrainingRecord
from core.run.store import Run
from core.text import Text

MEGABYTE = 1e6
BETWEEN = " \u00b7 "


def list_models(
    models: list[ModelRecord],
    active: int,
    withdrawn: Mapping[int, int],
    queue: list[TrainingRecord],
    *,
    shipped: Run,
    language: Language,
) -> list[str]:
    """Show models with size, score, date and who trained them; the one in use is marked.

    `withdrawn` has how many members a model learnt from who have said no since.
    """
    lines = [
        _describe(
            SHIPPED,
            active,
            shipped.name,
            Text("comes with the bot"),
            describe_choices(shipped.bits_per_character),
        )
    ]
    lines += [
        _describe(
            model.id,
            active,
            model.name,
            describe_choices(model.bits),
            Text("{size:.1f} MB", size=model.bytes / MEGABYTE),
            f"<t:{model.created}:d>",
            _trainer(model.member_id),
            _learnt(model.people, withdrawn.get(model.id, 0)),
        )
        for model in models
    ]
    if active != SHIPPED and active not in {model.id for model in models}:
        lines.append(Text("In use is the model that the bot's owner chose for all servers."))
    lines += [
        Text.joined(
            (
                f"\N{HOURGLASS WITH FLOWING SAND} {plain(job.name)}",
                Text("is trained") if job.state == "running" else Text("waits"),
            ),
            BETWEEN,
        )
        for job in queue
    ]
    return [f"### {language.say(Text('Models'))}", *map(language.say, lines)]


def _describe(number: int, active: int, name: str, *facts: str) -> Text:
    sign = "\N{WHITE HEAVY CHECK MARK}" if number == active else "\N{WHITE MEDIUM SMALL SQUARE}"
    return Text.joined((f"{sign} **{plain(name)}**", *facts), BETWEEN)


def _learnt(people: int, withdrawn: int) -> str:
    """Say from how many members' messages a model learnt, and that some have said no since."""
    if not people:
        return ""
    learnt = Text("learnt from {count} member", "learnt from {count} members", count=people)
    if not withdrawn:
        return learnt
    since = Text(
        "{count} of them has said no since: delete it, or train anew",
        "{count} of them have said no since: delete it, or train anew",
        count=withdrawn,
    )
    return Text.joined((learnt, since), "; ")


def _trainer(member_id: int) -> Text:
    if member_id == NOBODY:
        return Text("trained by somebody")
    return Text("trained by {name}", name=f"<@{member_id}>")
