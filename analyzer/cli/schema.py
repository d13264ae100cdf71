"""Prints the canonical columns and their names in other vocabularies."""

from __future__ import annotations

import click


@click.command("schema", short_help="List the canonical columns, with their OpenTelemetry, ECS and Sigma names.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(*, as_json: bool) -> None:
    """List every column of the canonical frame and every fact, with type, unit, meaning and other names."""
    from analyzer.facts import fact_columns
    from analyzer.schema import COLUMNS

    rows = [
        {
            "name": column.name,
            "type": _short(str(column.dtype)),
            "unit": column.unit,
            "meaning": column.meaning,
            "sensitive": column.sensitive,
            "otel": column.otel,
            "ecs": column.ecs,
            "sigma": list(column.sigma),
        }
        for column in (*COLUMNS, *fact_columns())
    ]
    if as_json:
        import json

        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        unit = f" [{row['unit']}]" if row["unit"] else ""
        click.secho(f"{row['name']}", bold=True, nl=False)
        click.echo(f"  {row['type']}{unit}  {row['meaning']}")
        names = [f"{label} {row[key]}" for label, key in (("OpenTelemetry", "otel"), ("ECS", "ecs")) if row[key]]
        names += [f"Sigma {', '.join(column_names)}"] if (column_names := row["sigma"]) else []  # type: ignore[arg-type]
        if names:
            click.echo(f"    {'; '.join(names)}")


def _short(dtype: str) -> str:
    """Gives a type without the names of its parameters: Datetime(us, UTC)."""
    return dtype.replace("time_unit=", "").replace("time_zone=", "").replace("'", "")
