"""A training's events as a person in a terminal wants to see them: a line of facts, a progress bar, samples."""

import sys
from typing import Never, TextIO

from tqdm import tqdm

from core.run.events import Event
from core.wording import count, describe_epochs


class TerminalProgress:
    """Shows each event on a stream (standard error if None); call it with every event, and `close` at the end."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._bar: tqdm[Never] | None = None  # it counts, but goes through nothing

    def __call__(self, event: Event) -> None:
        """Show one event."""
        show = getattr(self, f"_show_{event['event']}", None)
        if show is not None:
            show(event)

    def close(self) -> None:
        """Finish the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _print(self, text: str) -> None:
        if self._bar is None:
            print(text, file=self._stream, flush=True)
        else:
            tqdm.write(text, file=self._stream)

    def _show_start(self, event: Event) -> None:
        self._print(
            f"{event['source']}: {count(event['episodes'], 'episode')}, {event['windows']:,} windows of "
            f"{event['window_length']} characters, vocabulary of {event['vocabulary']} characters"
        )
        if event["dropped"]:
            dropped = ", ".join(f"{character!r} ({seen})" for character, seen in event["dropped"].items())
            self._print(f"Too rare to learn: {dropped[:300]}")
        self._print(event["start"])
        budget = count(event["minutes"], "minute") if event["minutes"] else describe_epochs(event["epochs"])
        self._print(
            f"Training {event['parameters']:,} parameters for {budget} on {event['device']}, batches of "
            f"{event['batch']}, {event['steps']:,} an epoch" + (", resumed" if event["resumed"] else "")
        )
        self._bar = tqdm(
            total=100,
            file=self._stream,
            mininterval=0.5 if self._stream.isatty() else 15,  # seconds; a log gets a line now and then
            bar_format="{percentage:3.0f}%|{bar:20}| {desc}",
        )

    def _show_progress(self, event: Event) -> None:
        if self._bar is None:
            return
        self._bar.set_description_str(
            # The end of it is cut off where a terminal has 80 columns.
            f"{_clock(event['seconds_left'])} left, epoch {event['epoch'] + 1}, {event['step']:,}/{event['steps']:,}, "
            f"loss {event['loss']:.3f} nats = {event['bits_per_character']:.3f} bits a character, "
            f"{event['characters_per_second']:,.0f} characters/s",
            refresh=False,
        )
        self._bar.update(100 * event["share"] - self._bar.n)

    def _show_epoch(self, event: Event) -> None:
        self._print(
            f"Epoch {event['epoch']:g}: loss {event['loss']:.4f} nats, validation {event['validation_loss']:.4f} nats "
            f"= {event['validation_bits_per_character']:.3f} bits a character"
            + (
                f", {begun:.3f} where lines begin"
                if (begun := event.get("beginnings_bits_per_character"))
                else ""
            )
        )
        if event.get("note"):
            self._print(event["note"])

    def _show_returned(self, event: Event) -> None:
        self._print(
            f"The training goes on from its last sound weights, those after {describe_epochs(event['best_epoch'])}."
        )

    def _show_sample(self, event: Event) -> None:
        # What a network writes must not steer the terminal.
        lines = ("".join(filter(str.isprintable, line)) for line in event["text"].split("\n"))
        self._print("\n" + "\n".join("    " + line for line in lines) + "\n")

    def _show_finish(self, _event: Event) -> None:
        self.close()
        self._print(
            "Writing the run, reading the held-out text once more, and comparing its lines with people's."
        )

    def _show_end(self, event: Event) -> None:
        self.close()
        alone = f"{event['validation_loss']:.4f} nats"
        if event["network_bits_per_character"] != event["bits_per_character"]:
            alone = f"{alone} = {event['network_bits_per_character']:.3f} bits by the network alone"
        if event.get("early"):
            self._print(
                "It stopped early: the held-out text has gained nothing for some epochs (--patience)."
            )
        self._print(
            f"Done in {_clock(event['seconds'])}: {event['bits_per_character']:.3f} bits a character "
            f"({alone}) on the held-out text"
        )


def _clock(seconds: float) -> str:
    """Return a duration as `1:02:03` or `2:03`."""
    hours, rest = divmod(int(min(seconds, 359_999)), 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
