"""`python -m bot.worker`: carries out trainings of the bots on its database, one at a time."""

import asyncio
import os
import sys
from pathlib import Path


def main() -> int:
    """Work until SIGTERM or Ctrl+C and return the exit status: 0, or 2 for a problem that was said."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from dotenv import load_dotenv  # noqa: PLC0415  # NumPy reads the line above when it loads

    from bot.ops.logs import set_up_logging  # noqa: PLC0415
    from bot.storage.data_folder import open_data_folder  # noqa: PLC0415
    from bot.storage.settings import Settings  # noqa: PLC0415
    from bot.worker.serve import serve_worker  # noqa: PLC0415
    from core.errors import CoreError  # noqa: PLC0415

    load_dotenv(Path(".env"))
    try:
        settings = Settings.from_env(os.environ)
        open_data_folder(settings.data)
        set_up_logging(settings)
        asyncio.run(serve_worker(settings))
    except CoreError as error:
        print(error, file=sys.stderr)  # noqa: T201  # the command line's own voice
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
