"""Settings and the servers of one's own machine; imports nothing of the house."""
