"""The WebSocket edge: messages in, commands out; events in, messages out."""
