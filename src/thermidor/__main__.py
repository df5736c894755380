"""`python -m thermidor` is the command `thermidor`."""

from thermidor.cli.app import main

main()
