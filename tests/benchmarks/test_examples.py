"""Examples in the documentation are what a run answers."""

from pathlib import Path

import pytest

from benchmarks.examples import main
from core.writing.request import SceneRequest
from tests.core.writing.constraints.direction_runs import SCRIPT, build_writer

PAGE = """# A page

```text
> /episode length:30 seed:1

An old scene.

> /episode cast:","
```

```text
> /episode length:30 seed:1
-- about the scene
```

```sh
> /episode length:30 seed:1
```
"""


def test_examples_are_written_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Answers replace what stood under the commands, a sentence where one is refused; then the page is up to date."""
    writer = build_writer(tmp_path / "run", SCRIPT)
    page = tmp_path / "page.md"
    page.write_text(PAGE, encoding="utf-8")
    arguments = [str(writer.run.path), str(page)]
    assert main([*arguments, "--check"]) == 1
    assert page.read_text(encoding="utf-8") == PAGE
    assert main(arguments) == 0
    script = writer.write(SceneRequest(length=30, seed=1, directions=writer.usual)).script
    shown = "\n".join(line.rstrip() for line in script.strip("\n").split("\n"))
    answer = f"> /episode length:30 seed:1\n\n{shown}\n"
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# A page\n\n```text\n{answer}\n> /episode cast:")
    assert "is no name that the model can spell" in text or "an empty name" in text
    assert f"```text\n{answer}-- run, temp:0.5 length:30 seed:1" in text
    assert text.endswith("```sh\n> /episode length:30 seed:1\n```\n")
    assert main([*arguments, "--check"]) == 0
    assert main([str(tmp_path / "none"), str(page)]) == 2
    assert "There is no run" in capsys.readouterr().err
