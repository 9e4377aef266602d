"""What is said of a member's answer."""

from bot.storage.tables.consents import NO, YES
from core.text import Text


def describe_answer(answer: str) -> Text:
    """Say what a member's answer in a server means."""
    if answer == YES:
        return Text(
            "Yes: when this server trains a model on its channels, it learns from your messages. You can change that "
            "with /consent at any time."
        )
    if answer == NO:
        return Text(
            "No: nothing of what you write is kept or learnt from, for as long as you do not change that."
        )
    return Text("You have not answered: nothing of what you write is kept or learnt from.")


def describe_change(answer: str) -> Text:
    """Say what follows from an answer that was given just now."""
    if answer == YES:
        return describe_answer(YES)
    return Text.joined(
        (
            describe_answer(NO),
            Text(
                "What was kept of your messages is deleted; models that learnt from them are marked for the server."
            ),
        )
    )


def describe_servers(count: int) -> Text:
    """Say in how many servers a member has said yes."""
    if not count:
        return Text("You have said yes in no server: nothing of what you write is kept or learnt from.")
    return Text(
        "You have said yes in {count} server; No here takes that back.",
        "You have said yes in {count} servers; No here takes that back in all of them.",
        count=count,
    )
