"""Records the stories of sample_logs from real programs: nginx, two small services, Python clients and Chromium."""
