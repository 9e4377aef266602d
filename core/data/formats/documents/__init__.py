"""Documents whose text is wrapped in markup: HTML, Markdown, Word, PDF, EPUB."""
