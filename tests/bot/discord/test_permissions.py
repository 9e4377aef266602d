"""Who may train and change models: in servers that have the bot, by a right or a role that is that server's own."""

from pathlib import Path

import pytest

from tests.bot.bot_process import Stage, running_bot
from tests.local_discord import Guild, LocalDiscord, Member, Permission

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def refused(discord: LocalDiscord, person: Member, command: str, **options: object) -> str:
    """Use a command as a forged client would, and return the private answer."""
    message = await (await discord.slash(person, command, options, forged=True)).message()
    assert message.ephemeral
    return message.content


async def test_commands_about_models_are_offered_to_servers_alone(stage: Stage) -> None:
    """Discord is told: not in direct messages, and not for an app that somebody added to their account."""
    commands = {each["name"]: each for each in stage.discord.world.application.global_commands.values()}
    for name in ("retrain", "models"):
        assert commands[name]["contexts"] == [0]
        assert commands[name]["integration_types"] == [0]
    assert commands["episode"]["integration_types"] == [0, 1]


async def test_server_without_the_bot_trains_nothing(stage: Stage) -> None:
    """Where the bot is no member, an administrator with the app in their account is refused before any download."""
    discord = stage.discord
    elsewhere = discord.add_guild("Cardassia", has_bot=False)
    user = discord.add_user("Dukat", app_installed=True)
    chief = discord.add_member(elsewhere, user, permissions=Permission.ADMINISTRATOR)
    for command, options in (
        ("retrain", {}),
        ("models list", {}),
        ("models use", {"model": "default"}),
        ("models delete", {"model": "1"}),
    ):
        assert "one that I am a member of" in await refused(discord, chief, command, **options)
    assert not [asked for asked in discord.requests if "/attachments/" in asked.path]
    assert not (stage.bot.log_file.parent / "jobs").exists()


async def test_training_that_nobody_could_see_is_refused_at_once(stage: Stage) -> None:
    """Where Send Messages alone is denied to the bot, nothing is read and no Start is offered."""
    discord, guild = stage.discord, stage.guild
    chief = discord.add_member(guild, "Sisko", permissions=Permission.ADMINISTRATOR)
    channel = next(iter(guild.channels.values()))
    discord.set_permissions(channel, discord.world.bot, deny=Permission.SEND_MESSAGES)
    assert "give me here: Send Messages." in await refused(discord, chief, "retrain")
    assert not [asked for asked in discord.requests if "/attachments/" in asked.path]


async def test_role_of_a_name_trains_in_the_named_server_alone(tmp_path: Path) -> None:
    """A role that somebody names so in a server of their own lets nobody in; an id does, whatever it is called."""
    async with LocalDiscord() as discord:
        named, other = discord.add_guild(), discord.add_guild("Empok Nor")
        by_id = discord.add_role(other, "Staff")

        def with_role(guild: Guild, name: str, role: str) -> Member:
            member = discord.add_member(guild, name)
            member.roles.append(discord.add_role(guild, role))
            return member

        crew, impostor = with_role(named, "Nog", "crew"), with_role(other, "Dukat", "Crew")
        staff = discord.add_member(other, "Damar")
        staff.roles.append(by_id)
        roles = f"{named.id}:Crew, {by_id.id}"
        async with running_bot(discord, tmp_path, HOLOSUITE_TRAINER_ROLES=roles):
            assert "Only administrators" in await refused(discord, impostor, "models list")
            for person in (crew, staff):
                assert "ds9" in (await (await discord.slash(person, "models list")).message()).text
