"""What Discord refuses in a webhook's name, and in the name that one of its messages is sent under."""

from tests.local_discord.http.errors import FormErrors

WEBHOOKS = 15  # of a channel
NAME = 80  # characters
FORBIDDEN = ("clyde", "discord")  # "Webhook Resource", Create Webhook
# "User Resource", Usernames and Nicknames.
FORBIDDEN_PARTS = ("@", "#", ":", "```")
FORBIDDEN_NAMES = ("everyone", "here")


def check_webhook_name(errors: FormErrors, path: tuple[str | int, ...], name: str) -> None:
    """Note what is wrong with a name."""
    bare = " ".join(name.split())
    errors.check_length(path, bare, least=1, most=NAME)
    for word in FORBIDDEN:
        if word in bare.lower():
            errors.add(path, "USERNAME_INVALID_CONTAINS", f'Username cannot contain "{word}"')
    if bare.lower() in FORBIDDEN_NAMES or any(part in bare for part in FORBIDDEN_PARTS):
        errors.add(path, "USERNAME_INVALID_CONTAINS", "Username cannot be used")
