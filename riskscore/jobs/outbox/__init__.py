"""What happened, as messages to webhooks, written in the transaction of what happened."""
