"""Experiments: designs of many runs, lived on threads or a cluster, and kept whole.

`design` and `outcomes` say what is asked, `points` and `plan` what follows from it, `block` lives some members,
`cluster` and `sweep` have all of them lived, `store` keeps them, `opened` reads them. Nothing heavy is imported here.
"""
