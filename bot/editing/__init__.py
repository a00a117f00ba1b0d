"""What an operator changes — by console, API, command or chat: checked, recorded, undoable."""
