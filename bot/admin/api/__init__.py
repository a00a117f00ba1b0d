"""The JSON API at /admin/api/v1/: the console's functions for programs, by token alone."""
