"""Reading what members wrote who said yes: politely, into a file that goes with the training."""
