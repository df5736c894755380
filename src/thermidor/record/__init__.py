"""The historical record: yearly series by country, small tables from the literature, and comparison."""

from thermidor.record.compare import (
    Beside,
    GrowthRow,
    LogFit,
    beside,
    growth_table,
    log_fit,
    mean_abs_log_error,
    straight_line_error,
    yearly,
)
from thermidor.record.read import (
    Series,
    countries,
    covers,
    growth_between,
    growth_periods,
    literature,
    literature_tables,
    record,
    series_names,
    source_of,
    table,
)

__all__ = [
    "Beside",
    "GrowthRow",
    "LogFit",
    "Series",
    "beside",
    "countries",
    "covers",
    "growth_between",
    "growth_periods",
    "growth_table",
    "literature",
    "literature_tables",
    "log_fit",
    "mean_abs_log_error",
    "record",
    "series_names",
    "source_of",
    "straight_line_error",
    "table",
    "yearly",
]
