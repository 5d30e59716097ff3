"""The pages of imports in the browser."""
