"""The nine steps of a month, one small file each; `thermidor.month` calls them in order."""
