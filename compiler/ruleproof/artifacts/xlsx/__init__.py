"""Tables to a workbook: sheets that are read back, and sheets for reading only."""
