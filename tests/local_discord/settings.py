"""What a local Discord may be told at its start; the defaults are Discord's own numbers."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LocalDiscordSettings:
    """Times, sizes and switches of one local Discord.

    Tests shorten the times; everything else is best left alone.
    """

    acknowledge_seconds: float = 3.0  # how long an interaction waits for its callback
    token_seconds: float = 900.0  # how long an interaction's token works
    heartbeat_milliseconds: int = 41_250
    resume_seconds: float = 120.0  # how long a dropped session may be resumed
    privileged_intents: int = 0  # bits of the privileged intents that the application was granted
    file_bytes: int = 10 * 1024 * 1024  # the largest file of a server without boosts
    buckets: bool = False  # whether routes have Discord's usual rate limits
    global_requests_per_second: int = 50  # counted only while `buckets` is on
    shards: int = 1  # what /gateway/bot recommends
    session_starts: int = 1000  # IDENTIFYs left today, as /gateway/bot tells them
    max_concurrency: int = 16  # shards that may identify at once
    gateway_commands_per_minute: int = 120
    gateway_payload_bytes: int = 4096
