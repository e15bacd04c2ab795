"""The acts on what comes home, a file for each stretch of its way."""
