"""Makes index.html of a folder of reports: the newest day first, and within a day the worst first."""
