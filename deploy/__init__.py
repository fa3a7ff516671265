"""How the services are run: the command line, the local stack, the demo."""
