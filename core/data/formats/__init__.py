"""From the bytes of a file of any kind to scripts in one common form; knows nothing of networks or vocabularies.

Readers are chosen by what a file holds and only then by what it is called. Each gives texts whose lines are
`NAME: text`, `[heading]` or `(direction)`, and says what it left out and why.
"""
