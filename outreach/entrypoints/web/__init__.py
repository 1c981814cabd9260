"""The secretariat's page: a second door to the same verbs, in a browser."""
