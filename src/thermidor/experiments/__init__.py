"""Experiments: designs of many runs, lived on threads or a cluster, kept whole, analysed and drawn.

`design` and `outcomes` say what is asked, `points` and `block` what is lived, `store`, `cluster` and `sweep` live and
keep it, `opened` reads it; `branch`, `settled`, `why`, `compare` ask of runs what one run can't say. Nothing heavy is
imported here.
"""
