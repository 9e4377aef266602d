"""How scenes read, beside people's: one measure a module, from texts alone; `python -m core.evaluation.scenes`."""
