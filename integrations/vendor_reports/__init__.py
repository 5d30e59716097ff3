"""Providers' own reports: pages of their admin interfaces, and their dashboards' CSV files."""
