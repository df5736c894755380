"""The command line. `app` holds the commands and their options; each command's work is in a module beside it."""
