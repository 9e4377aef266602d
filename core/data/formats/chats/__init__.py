"""Chat exports: messages become `NAME: text`, days and channels become episodes."""
