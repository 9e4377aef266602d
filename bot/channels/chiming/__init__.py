"""Two lines now and then that go on from what somebody said, in channels that a server's administrators choose."""
