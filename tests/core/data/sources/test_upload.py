"""Uploads: what is taken, and the sentence for what is not."""

import io
import json
import stat
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from core.data.corpus import read_corpus
from core.data.sources.read import read_source
from core.data.sources.source import Source
from core.data.sources.upload import Limits, unpack_uploads
from core.errors import CorpusError
from core.evaluation.preview import main as preview_main
from core.text import read_text
from tests.conftest import tiny_episodes

TEXT = "KIRA: No.\nODO: Yes.\n"


def pack(members: dict[str, bytes | str], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in members.items():
            # A member without a time of its own: tests side by side must find the same parameters.
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return data.getvalue()


def pack_link() -> bytes:
    """Return an archive with a link to a file of this machine."""
    member = zipfile.ZipInfo("passwords.txt")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(member, "/etc/passwd")
    return data.getvalue()


def pack_locked() -> bytes:
    """Return an archive whose member says that it is encrypted."""
    data = bytearray(pack({"a.txt": TEXT}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.index(signature) + offset
        data[start] |= 1
    return bytes(data)


def pack_liar() -> bytes:
    """Return an archive with a member that declares fewer bytes than it unpacks to."""
    data = bytearray(pack({"a.txt": b"KIRA: No. " * 100_000}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.index(signature) + offset
        data[start : start + 4] = struct.pack("<I", 1_000)
    return bytes(data)


def unpack(folder: Path, name: str, data: bytes, limits: Limits | None = None) -> Path:
    """Unpack an upload of these bytes."""
    folder.mkdir(exist_ok=True)
    upload = folder / "upload.bin"
    upload.write_bytes(data)
    return unpack_uploads([upload], names=[name], folder=folder / "corpus", limits=limits)


def read(place: Path) -> list[str]:
    """Return the texts that a training would read of a stored upload."""
    return [script.text for script in read_source(Source(str(place)), limits=Limits()).scripts]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("show.txt", TEXT.encode()),
        ("SHOW.TXT", TEXT.encode("utf-8-sig")),
        ("show.txt", b"\xff\xfe" + TEXT.encode("utf-16-le")),
        ("show", TEXT.replace("\n", "\r\n").encode()),
    ],
)
def test_upload_takes_a_text(tmp_path: Path, name: str, data: bytes) -> None:
    """A text in any encoding is stored under a harmless name, and read."""
    place = unpack(tmp_path, name, data)
    assert read(place) == [TEXT]
    assert place == tmp_path / "corpus" / f"{Path(name).stem}.txt"


def test_upload_takes_an_archive_of_texts(tmp_path: Path) -> None:
    """Texts of an archive are episodes in natural order; what is no text is left out and named."""
    data = pack(
        {
            "b/ep10.txt": "ten",
            "b/ep2.TXT": "two",
            "b/": "",
            "cover.png": b"\x89PNG",
            "README.md": "about",
            "__MACOSX/a/._one.txt": b"\0\1",
        }
    )
    place = unpack(tmp_path, "../My show!.zip", data)
    assert place == tmp_path / "corpus" / "My_show.zip"
    reading = read_source(Source(str(place)), limits=Limits())
    assert [script.text for script in reading.scripts] == ["two", "ten"]
    assert [(out.name, out.why) for out in reading.left_out] == [
        ("cover.png", "no text (.png)"),
        ("README.md", "about the texts, and none of them"),
        ("__MACOSX/a/._one.txt", "a file of the system's own"),
    ]


def test_upload_takes_a_table_in_an_archive(tmp_path: Path) -> None:
    """An archive with one .json alone stands for it."""
    assert read(unpack(tmp_path, "show.zip", pack({"scripts.json": '["a"]'}))) == ["a"]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({f"series {number}": {"one": "ODO: No."} for number in range(9)}),
        json.dumps({"DS9": {str(number): "ODO: No." for number in range(9)}}),
        "".join(f"EPISODE {number}\n\nODO: No.\nKIRA: Yes.\nODO: No.\n\n" for number in range(9)),
        pack({f"{number}.txt": TEXT for number in range(9)}),
    ],
)
def test_upload_of_too_many_texts_is_refused(tmp_path: Path, content: bytes | str) -> None:
    """Texts take time however short they are: more than a limit are refused, whatever brings them."""
    data = content if isinstance(content, bytes) else content.encode()
    place = unpack(tmp_path, "show.zip" if data.startswith(b"PK") else "show.txt", data)
    assert len(read_source(Source(str(place)), limits=Limits(texts=9)).scripts) == 9
    with pytest.raises(CorpusError, match="9 texts, more than 8; join some"):
        read_source(Source(str(place)), limits=Limits(texts=8))


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("virus.exe", b"MZ\x90\0", "is a program; bring a text"),
        ("a.txt", b"\x89PNG\r\n\0\0", "is a picture"),
        ("a.txt", b"\xff\xfea", "is empty"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1", "an old Office document"),
        ("a.rtf", b"{\\rtf1 hi}", "a rich text document"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; pack the texts into a .zip"),
        ("a.json", b"PK\x03\x04\0\0", "damaged .zip"),
        ("a.zip", b"no archive at all", "damaged .zip"),
        ("a.zip", pack({"a.txt": TEXT})[:-30], "damaged .zip"),
        ("a.zip", pack_liar(), "damaged .zip"),
    ],
)  # fmt: skip
def test_upload_that_cannot_be_read_says_why(tmp_path: Path, name: str, data: bytes, sentence: str) -> None:
    """What is no text is refused in a sentence when it is read."""
    with pytest.raises(CorpusError, match=sentence):
        read(unpack(tmp_path, name, data))


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.txt", b"a" * 2_000, "more than 0.001 MB"),
        ("a.zip", pack({}), "no texts in it"),
        ("a.zip", pack({"a.png": b"\x89PNG"}), "no texts in it"),
        ("a.zip", pack({"../../a.txt": TEXT}), "points outside"),
        ("a.zip", pack({"/etc/cron.d/a.txt": TEXT}), "points outside"),
        ("a.zip", pack({"..\\a.txt": TEXT}), "points outside"),
        ("a.zip", pack({"C:\\a.txt": TEXT}), "points outside"),
        ("a.zip", pack_link(), "link or a device"),
        ("a.zip", pack_locked(), "password"),
        ("a.zip", pack({"a.txt": TEXT, "b.zip": pack({"c.txt": TEXT})}), "another archive, 'b.zip'"),
        ("a.zip", pack({"a.txt": b"a" * 900_000}), "'a.txt' is 1 MB unpacked, and at most 0.001 MB"),
        ("a.zip", pack({f"{number}.txt": "" for number in range(30)}), "30 files, more than 20"),
    ],
)  # fmt: skip
def test_upload_refuses(tmp_path: Path, name: str, data: bytes, sentence: str) -> None:
    """What is hostile or too large is refused in a sentence before it is stored, without a path of this machine."""
    with pytest.raises(CorpusError, match=sentence) as refused:
        unpack(tmp_path, name, data, Limits(text_bytes=1_000, members=20))
    assert str(tmp_path) not in str(refused.value)
    assert list((tmp_path / "corpus").iterdir()) == []


def test_upload_refuses_a_bomb(tmp_path: Path) -> None:
    """A member that unpacks to hundreds of times its size is refused before it is unpacked."""
    with pytest.raises(CorpusError, match="200 times smaller"):
        unpack(tmp_path, "a.zip", pack({"a.txt": b"a" * 10_000_000}))


def test_upload_name_cannot_reach_elsewhere(tmp_path: Path) -> None:
    """A name full of dots, slashes and controls is stored as a plain one."""
    place = unpack(tmp_path, "..\\../\x1b[2J\u202e.txt", TEXT.encode())
    assert place.parent == tmp_path / "corpus"
    assert place.name == "2J.txt"


def look(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """Preview; return the exit status and what it says."""
    status = preview_main([*arguments, "--into", str(folder / "corpus")])
    return status, json.loads(capsys.readouterr().out)


def test_preview_tells_what_a_training_would_see(
    tmp_path: Path, tiny_scripts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The facts of a corpus are its cleaned characters, its episodes, its vocabulary and a sample."""
    status, facts = look(tmp_path, capsys, "--upload", str(tiny_scripts), "--name", "tiny.json")
    assert status == 0
    assert facts["episodes"] == 12
    assert facts["characters"] == sum(map(len, tiny_episodes()))
    assert facts["vocabulary"] == len(set("".join(tiny_episodes()))) + 1  # with the end of an episode
    assert "KIRA" in facts["speakers"]
    assert facts["sample"].split("\n")[0] in "".join(tiny_episodes())
    assert facts["scripts"].endswith("tiny.json.clean.json")
    assert facts["series"] == "all"


def test_uploaded_text_is_kept_clean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A training reads of an upload the clean text that its preview kept, and cleans nothing a second time."""
    lines = "".join(f"QUARK: That makes {number} strips\r\nof latinum\u2026\n" for number in range(200))
    pages: dict[str, bytes | str] = {
        f"{part}/{number}.txt": lines * number for part in ("late", "early") for number in (1, 2)
    }
    upload = tmp_path / "upload.bin"
    upload.write_bytes(pack(pages))
    raw = Source(str(unpack(tmp_path / "raw", "My show.zip", upload.read_bytes())), "all")
    corpus = read_corpus(raw, cleaning="script", rare_count=5)
    facts = look(tmp_path, capsys, "--upload", str(upload), "--name", "My show.zip")[1]
    monkeypatch.setattr("core.data.corpus.clean_script", None)
    kept = read_corpus(Source(facts["scripts"], "all"), cleaning="script", rare_count=5)
    assert kept == corpus
    assert [path.name for path in (tmp_path / "corpus").iterdir()] == ["My_show.zip.clean.json"]


def test_uploaded_text_that_was_kept_clean_and_is_damaged_is_refused(tmp_path: Path) -> None:
    """A kept text that is none is refused with a sentence."""
    for text in ("", "[]", "{}", '{"cleaning": "script", "scripts": [{"name": 1, "colour": 2}]}'):
        (tmp_path / "a.clean.json").write_text(text, encoding="utf-8")
        with pytest.raises(CorpusError, match=r"a\.clean\.json is damaged"):
            read_source(Source(str(tmp_path / "a.clean.json"), "all"))


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.txt", "too short", "9 characters after cleaning, too few"),
        ("a.txt", "", "is empty"),
        ("a.txt", "".join(map(chr, range(0x4E00, 0x9FA5))) * 6, "different characters"),
        ("a.txt", "".join(chr(0x20000 + n) for n in range(40_000)), "too rare to learn"),
        ("a.json", '{"DS9": 5}', "holds a number at 'DS9'"),
        ("a.json", '{"DS9": {"a": 5}}', "other than texts"),
        ("a.json", "[" * 100_000, "nested too deeply"),
        ("a.json", "{}", "without any episodes"),
    ],
)  # fmt: skip
def test_preview_refuses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, sentence: str
) -> None:
    """A text from which nothing can be learnt is refused in a sentence."""
    (tmp_path / "upload.bin").write_text(text, encoding="utf-8")
    status, said = look(tmp_path, capsys, "--upload", str(tmp_path / "upload.bin"), "--name", name)
    assert status == 2
    assert sentence in read_text(said["error"])


def test_preview_notes_what_is_odd(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One endless line and rare characters are said, and no reason to refuse."""
    text = "once upon a time there was a station " * 400 + "\u2603"
    (tmp_path / "upload.bin").write_text(text, encoding="utf-8")
    status, facts = look(tmp_path, capsys, "--upload", str(tmp_path / "upload.bin"), "--name", "a.txt")
    assert status == 0
    rare, long, little = map(read_text, facts["notes"])
    assert rare == "1 character is too rare to learn and is left out: \u2603"
    assert "longest line" in long
    assert "little text" in little


def test_preview_picks_series_and_episodes(
    tmp_path: Path, tiny_scripts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Series and episodes choose, and a wrong one is said in the bot's words."""
    upload = ("--upload", str(tiny_scripts), "--name", "tiny.json")
    assert look(tmp_path, capsys, *upload, "--series", "DS9", "--episodes", "2-9")[1]["episodes"] == 8
    status, said = look(tmp_path, capsys, *upload, "--series", "TNG")
    assert status == 2
    assert "has no series 'TNG'" in read_text(said["error"])


def test_several_uploads_are_read_together(tmp_path: Path) -> None:
    """Files of one form keep their order and names, two of one name stay two, and an archive stands for its files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("ep3.txt", "ADA: Three.\nBO: Yes, three.\n")
    names = ["ep10.txt", "ep2.txt", "more.zip", "ep2.txt", "ep.txt"]
    contents = [
        b"ADA: Ten.\nBO: Yes, ten.\n",
        b"ADA: Two.\nBO: Yes, two.\n",
        packed.getvalue(),
        b"ADA: Again.\nBO: No.\n",
        b"ADA: First.\nBO: Yes, first.\n",
    ]
    uploads = [tmp_path / f"upload-{number}" for number in range(len(names))]
    for path, content in zip(uploads, contents, strict=True):
        path.write_bytes(content)
    folder = unpack_uploads(uploads, names=names, folder=tmp_path / "corpus")
    reading = read_source(Source(str(folder), "all"))
    said = {script.text.split("\n")[0].removeprefix("ADA: ") for script in reading.scripts}
    assert said == {"First.", "Two.", "Again.", "Three.", "Ten."}
    assert [script.name for script in reading.scripts][:4] == [
        "ep.txt",
        "ep2 2.txt",
        "ep2 3.txt",
        "ep10.txt",
    ]
