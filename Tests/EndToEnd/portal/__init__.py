"""What the end-to-end tests stand on: the server, people with browsers, and OAuth clients."""
