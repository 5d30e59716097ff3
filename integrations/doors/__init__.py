"""The endpoints that programs send usage to."""
