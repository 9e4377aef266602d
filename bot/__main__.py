"""The composition root: `python -m bot` is the Discord bot where there is a token, else the console."""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Start what the settings ask for and return the exit status: 0, or 2 for a problem that was said."""
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    parser.add_argument("--run", type=Path, help="run directory of the model (the shipped one)")
    parser.add_argument(
        "--console", action="store_true", help="use the terminal, also where there is a token"
    )
    options = parser.parse_args(arguments)

    # One episode's matrices are too small to share between cores, and a server's cores are for other members.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from dotenv import load_dotenv  # noqa: PLC0415  # NumPy reads the line above when it loads

    from bot.discord.language.language import language_of_environment  # noqa: PLC0415
    from bot.storage.data_folder import open_data_folder  # noqa: PLC0415
    from bot.storage.settings import Settings  # noqa: PLC0415
    from core.errors import CoreError  # noqa: PLC0415

    load_dotenv(Path(".env"))
    try:
        settings = Settings.from_env(os.environ)
        if options.run is not None:
            settings = replace(settings, run=options.run)
        open_data_folder(settings.data)
        if settings.token and not options.console:
            from bot.app.serve import serve  # noqa: PLC0415  # the console does without discord.py

            return serve(settings)
        from bot.app.console.console import run_console  # noqa: PLC0415

        return run_console(
            settings.run,
            history=settings.data / "console_history",
            data=settings.data,
            scripts=settings.scripts,
        )
    except CoreError as error:
        print(language_of_environment(os.environ).say(error.text), file=sys.stderr)  # noqa: T201  # the command line's own voice
        return 2
    except BrokenPipeError:
        # The reader has left (`| head`): nothing more to say, and nowhere to say it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
