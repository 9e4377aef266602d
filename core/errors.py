"""The error tree: every error here has a message that is safe to show and that says what to do.

CoreError
|- ConfigError     a setting or an option has a value that cannot be used
|- CorpusError     scripts cannot be read, or are not enough to learn from
|- RunError        a run directory is missing, incomplete, damaged or in the way
|  `- TrialError   a new run is not fit to be put to use
|- PromptError     what somebody asked of an episode cannot be done
|- TrainingError   a training cannot start or go on
`- DeviceError     the disk or the device refused
"""

from core.text import Text


class CoreError(Exception):
    """A problem of a user or an operator; `str(error)` is one sentence to show to them, `text` for any language."""

    def __init__(self, message: str, plural: str = "", /, **values: object) -> None:
        """Say what is wrong and what to do, as `Text` does: `CoreError("It has {count:,} characters.", count=9)`."""
        self.text = message if isinstance(message, Text) else Text(message, plural, **values)
        super().__init__(self.text)


class ConfigError(CoreError):
    """A setting or an option has a value that cannot be used."""


class CorpusError(CoreError):
    """Scripts cannot be read, or are not enough to learn from."""


class RunError(CoreError):
    """A run directory is missing, incomplete, damaged or in the way."""


class TrialError(RunError):
    """A new run is not fit to be put to use."""


class PromptError(CoreError):
    """What somebody asked of an episode cannot be done."""


class TrainingError(CoreError):
    """A training cannot start or go on."""


class DeviceError(CoreError):
    """The disk or the device refused."""
