"""The recorded company: Harbor books sea freight; these programs run under gunicorn and write their own logs."""
