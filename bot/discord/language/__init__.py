"""Languages: gettext catalogues of every text that people read, and who reads which; knows no Discord objects."""
