"""Tests of everything here; they mirror the code's folders."""
