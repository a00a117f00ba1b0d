"""Pictures of every page of the console: ``python -m tools.screenshots FOLDER [NAME …]``."""
