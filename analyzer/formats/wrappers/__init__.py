"""What collectors put around the lines of others: every public module here is a plug-in that exports WRAPPERS."""
