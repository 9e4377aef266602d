"""Interactions of the local Discord: commands, buttons, menus, forms, and the rules for answering them."""

import asyncio
from typing import Any

import pytest

from tests.local_discord import (
    ApplicationDidNotRespond,
    CallbackKind,
    ClientRefused,
    Permission,
    Upload,
)
from tests.local_discord.tests.scene import Scene, open_rest, open_scene, run_bot

COMMANDS = [
    {
        "name": "episode",
        "description": "Write",
        "options": [
            {"type": 10, "name": "temp", "description": "Wild", "min_value": 0, "max_value": 2},
            {"type": 3, "name": "show", "description": "Which", "choices": [{"name": "DS9", "value": "ds9"}]},
        ],
    },
    {"name": "retrain", "description": "Train", "default_member_permissions": "32", "contexts": [0]},
    {"name": "mine", "description": "Anywhere", "integration_types": [1], "contexts": [0, 1, 2]},
    {
        "name": "model",
        "description": "Models",
        "options": [{"type": 1, "name": "use", "description": "Use", "options": []}],
    },
    {"name": "Continue", "type": 3},
]


async def register(scene: Scene) -> None:
    """Register the commands without a bot."""
    async with open_rest(scene.discord) as rest:
        application = scene.discord.world.application.id
        status, answer = await rest.ask("PUT", f"/applications/{application}/commands", COMMANDS)
        assert status == 200, answer


async def test_slash_is_answered_with_its_options() -> None:
    """A slash command reaches the bot with its values and its answer is seen, with the times."""
    async with open_scene() as scene, run_bot(scene.discord):
        asked = await scene.discord.slash(scene.member, "episode", {"temp": 0.7, "line": "Kira: No."})
        message = await asked.message()
        assert message.content == "Kira: No. at 0.7"
        assert message.kind == 20
        assert [button.label for button in message.buttons] == ["Continue", "Hotter"]
        assert asked.callback_kind is CallbackKind.MESSAGE
        assert asked.acknowledgement_seconds is not None
        assert asked.acknowledgement_seconds < 1


async def test_slash_deferred_is_edited_with_a_file_and_followed_up() -> None:
    """A deferral shows a loading message, which an edit fills; a follow-up is another message."""
    async with open_scene() as scene, run_bot(scene.discord):
        asked = await scene.discord.slash(scene.member, "later", {"seconds": 0.1})
        assert await asked.acknowledged() is CallbackKind.DEFERRED_MESSAGE
        assert asked.original is not None
        assert asked.original.loading
        await asked.until(lambda it: len(it.follow_ups) == 1)
        first, second = asked.messages
        assert (first.content, first.attachments[0].filename) == ("done", "script.txt")
        assert first.attachments[0].text == "KIRA: Später."
        assert (second.content, second.ephemeral) == ("more", True)
        assert asked.first_message_seconds is not None
        assert asked.first_message_seconds >= 0.1


async def test_buttons_and_menus_work() -> None:
    """Pressing and choosing give follow-ups, edits in place and private answers."""
    async with open_scene() as scene, run_bot(scene.discord):
        message = await (await scene.discord.slash(scene.member, "episode")).message()
        pressed = await scene.discord.press(message.button("Continue"), scene.member)
        assert (await pressed.message()).content == "continued"
        changed = await scene.discord.press(message.button("example:hotter"), scene.member)
        assert await changed.message() is message
        assert [revision.content for revision in message.revisions] == ["Odo: Well. at 0.5", "hotter"]
        chosen = await scene.discord.select(message.selects[0], scene.member, ["Odo"])
        answer = await chosen.message()
        assert (answer.content, answer.ephemeral) == ("chosen constable", True)


async def test_autocomplete_offers_choices() -> None:
    """Typing into an option gives the bot's choices."""
    async with open_scene() as scene, run_bot(scene.discord):
        typed = await scene.discord.autocomplete(scene.member, "episode", "line", "Quark")
        assert [choice["name"] for choice in await typed.choices()] == ["Quark!", "Quark?"]


async def test_context_menu_gives_the_message_with_its_content() -> None:
    """A message menu hands the message over in full, whoever wrote it."""
    async with open_scene() as scene, run_bot(scene.discord):
        said = await scene.discord.say(scene.member, content="Sisko: It is real!")
        used = await scene.discord.context_menu(scene.member, "Repeat", said)
        assert (await used.message()).content == "repeated Sisko: It is real!"


async def test_modal_is_filled_in() -> None:
    """A modal opens, refuses what the app refuses, and is submitted."""
    async with open_scene() as scene, run_bot(scene.discord):
        asked = await scene.discord.slash(scene.member, "form")
        assert (await asked.modal())["title"] == "A line"
        with pytest.raises(ClientRefused):
            await scene.discord.submit_modal(asked, {"Line": "x" * 21})
        sent = await scene.discord.submit_modal(asked, {"Line": "Nog: Uncle!"})
        assert (await sent.message()).content == "line: Nog: Uncle!"


async def test_attachment_option_is_served_by_this_server() -> None:
    """A file given to a command is read by the bot from its URL."""
    async with open_scene() as scene, run_bot(scene.discord):
        asked = await scene.discord.slash(scene.member, "read", {"file": Upload("a.txt", b"Rule 1")})
        assert (await asked.message()).content == "a.txt: Rule 1"


async def test_direct_messages_have_commands_too() -> None:
    """A user in a conversation with the bot gets answers there."""
    async with open_scene() as scene, run_bot(scene.discord):
        asked = await scene.discord.slash(scene.member.user, "episode")
        message = await asked.message()
        assert message.channel is scene.discord.direct_messages(scene.member)
        assert asked.payload["context"] == 1
        assert asked.payload["authorizing_integration_owners"] == {"0": "0"}


async def test_many_slash_commands_at_once() -> None:
    """Two hundred commands at once are all answered."""
    async with open_scene() as scene, run_bot(scene.discord):
        asked = [
            await scene.discord.slash(scene.member, "episode", {"line": f"line {n}"}) for n in range(200)
        ]
        messages = await asyncio.gather(*(one.message() for one in asked))
        assert [message.content for message in messages] == [f"line {number} at 0.5" for number in range(200)]
        assert scene.discord.refused_requests == []


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("episode", {"temp": 2.5}),
        ("episode", {"temp": "hot"}),
        ("episode", {"show": "tng"}),
        ("episode", {"other": 1}),
        ("retrain", {}),
        ("unknown", {}),
        ("mine", {}),
        ("model", {}),
    ],
)
async def test_client_refuses_what_the_app_refuses(name: str, options: dict[str, Any]) -> None:
    """Values out of range, unknown choices, missing permissions and hidden commands never reach the bot."""
    async with open_scene() as scene:
        await register(scene)
        with pytest.raises(ClientRefused):
            await scene.discord.slash(scene.member, name, options)
        assert scene.discord.interactions == []


async def test_forged_interactions_reach_the_bot() -> None:
    """With `forged` anything goes through."""
    async with open_scene() as scene:
        await register(scene)
        forged = await scene.discord.slash(scene.member, "episode", {"temp": 99.0, "x": "y"}, forged=True)
        assert [option["value"] for option in forged.payload["data"]["options"]] == [99.0, "y"]
        await scene.discord.slash(scene.member, "retrain", forged=True)


async def test_permissions_and_installation_decide_who_may() -> None:
    """Administrators use restricted commands, and user-installed apps work where the bot is not."""
    async with open_scene() as scene:
        await register(scene)
        boss = scene.discord.add_member(scene.guild, "Sisko", permissions=Permission.ADMINISTRATOR)
        await scene.discord.slash(boss, "retrain")
        traveller = scene.discord.add_user("Ezri", app_installed=True)
        elsewhere = scene.discord.add_guild("Ferenginar", has_bot=False)
        member = scene.discord.add_member(elsewhere, traveller)
        asked = await scene.discord.slash(member, "mine")
        assert asked.payload["authorizing_integration_owners"] == {"1": str(traveller.id)}
        group = scene.discord.add_group(traveller, scene.member)
        assert (await scene.discord.slash(traveller, "mine", channel=group)).payload["context"] == 2
        with pytest.raises(ClientRefused):
            await scene.discord.slash(member, "episode")
        await scene.discord.slash(member, "model use", forged=True)


async def test_user_installed_app_is_private_without_the_permission() -> None:
    """Where external apps are not allowed to speak, every answer of one is for its user alone."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        await register(scene)
        traveller = scene.discord.add_user("Ezri", app_installed=True)
        elsewhere = scene.discord.add_guild("Ferenginar", has_bot=False)
        channel = next(iter(elsewhere.channels.values()))
        member = scene.discord.add_member(elsewhere, traveller)
        scene.discord.set_permissions(channel, member, deny=Permission.USE_EXTERNAL_APPS)
        asked = await scene.discord.slash(member, "mine")
        await rest.call_back(asked, 4, {"content": "here"})
        assert (await asked.message()).ephemeral
        for _ in range(5):
            assert (await rest.follow_up(asked, {"content": "more"}))[0] == 200
        assert (await rest.follow_up(asked, {"content": "more"}))[1]["code"] == 40094


async def test_interaction_answered_late_is_unknown() -> None:
    """After the time to answer Discord knows the interaction no more, and the member reads so."""
    async with open_scene(acknowledge_seconds=0.1) as scene, open_rest(scene.discord) as rest:
        await register(scene)
        asked = await scene.discord.slash(scene.member, "episode")
        with pytest.raises(ApplicationDidNotRespond):
            await asked.acknowledged()
        status, answer = await rest.call_back(asked, 4, {"content": "late"})
        assert (status, answer) == (404, {"message": "Unknown interaction", "code": 10062})


async def test_interaction_is_acknowledged_once() -> None:
    """A second callback is refused; before the first the webhook is unknown."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        await register(scene)
        asked = await scene.discord.slash(scene.member, "episode")
        assert (await rest.edit_original(asked, {"content": "early"}))[1]["code"] == 10015
        status, answer = await rest.call_back(asked, 4, {"content": "first"})
        assert status == 200
        assert answer["resource"]["message"]["content"] == "first"
        assert await rest.call_back(asked, 4, {"content": "second"}) == (
            400,
            {"message": "Interaction has already been acknowledged.", "code": 40060},
        )


async def test_interaction_token_expires() -> None:
    """After its time a token opens nothing."""
    async with open_scene(token_seconds=0.1) as scene, open_rest(scene.discord) as rest:
        await register(scene)
        asked = await scene.discord.slash(scene.member, "episode")
        await rest.call_back(asked, 5)
        await asyncio.sleep(0.12)
        assert await rest.edit_original(asked, {"content": "late"}) == (
            401,
            {"message": "Invalid Webhook Token", "code": 50027},
        )


async def test_first_follow_up_after_a_deferral_fills_the_loading_message() -> None:
    """Discord edits the waiting message, whose being private or not the deferral decided."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        await register(scene)
        asked = await scene.discord.slash(scene.member, "episode")
        await rest.call_back(asked, 5, {"flags": 64})
        await rest.follow_up(asked, {"content": "filled"})
        assert [(message.content, message.ephemeral) for message in asked.messages] == [("filled", True)]
        assert (await asked.message()) is asked.original


@pytest.mark.parametrize("kind", [1, 6, 7, 8, 10, None])
async def test_callback_of_the_wrong_kind_is_refused(kind: Any) -> None:
    """A command cannot be answered with an update or with choices."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        await register(scene)
        asked = await scene.discord.slash(scene.member, "episode")
        status, answer = await rest.call_back(asked, kind, {})
        assert (status, answer["code"]) == (400, 50035)
        assert answer["errors"]["type"]["_errors"][0]["code"] == "BASE_TYPE_CHOICES"


async def test_message_deleted_under_a_button() -> None:
    """The update of a message that is gone is refused, and the app offers its buttons no more."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        await register(scene)
        asked = await scene.discord.slash(scene.member, "episode")
        row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}
        await rest.call_back(asked, 4, {"content": "x", "components": [row]})
        message = await asked.message()
        pressed = await scene.discord.press(message.button("Go"), scene.member)
        scene.discord.delete_message(message)
        assert (await rest.call_back(pressed, 7, {"content": "y"}))[1]["code"] == 10008
        with pytest.raises(ClientRefused):
            await scene.discord.press(message.button("Go"), scene.member)


async def test_channel_deleted_before_the_answer() -> None:
    """An answer into a channel that is gone is refused."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        await register(scene)
        asked = await scene.discord.slash(scene.member, "episode")
        scene.discord.delete_channel(scene.channel)
        assert (await rest.call_back(asked, 4, {"content": "x"}))[1]["code"] == 10003


async def test_ephemeral_messages_are_their_readers_alone() -> None:
    """Nobody else can press their buttons, and the channel does not know them."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        await register(scene)
        asked = await scene.discord.slash(scene.member, "episode")
        row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}
        await rest.call_back(asked, 4, {"content": "x", "components": [row], "flags": 64})
        message = await asked.message()
        other = scene.discord.add_member(scene.guild, "Dukat")
        with pytest.raises(ClientRefused):
            await scene.discord.press(message.button("Go"), other)
        path = f"/channels/{scene.channel.id}/messages/{message.id}"
        assert (await rest.ask("GET", path))[1]["code"] == 10008


async def test_interactions_from_every_kind_of_place_are_understood() -> None:
    """discord.py takes commands from threads, groups and guilds that the bot is not in."""
    async with open_scene() as scene, run_bot(scene.discord):
        thread = scene.discord.add_channel(scene.guild, "Scene 2", parent=scene.channel)
        elsewhere = scene.discord.add_guild("Ferenginar", has_bot=False)
        traveller = scene.discord.add_user("Ezri", app_installed=True)
        member = scene.discord.add_member(elsewhere, traveller)
        group = scene.discord.add_group(traveller, scene.member)
        asked = [
            await scene.discord.slash(scene.member, "episode", channel=thread),
            await scene.discord.slash(member, "episode", forged=True),
            await scene.discord.slash(traveller, "episode", channel=group, forged=True),
        ]
        messages = [await one.message() for one in asked]
        assert [message.channel.name for message in messages] == ["Scene 2", "promenade", "Group"]
        pressed = await scene.discord.press(messages[1].button("Hotter"), member)
        assert (await pressed.message()).content == "hotter"
