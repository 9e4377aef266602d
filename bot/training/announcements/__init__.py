"""What Discord is told of trainings while they run and at their end; knows no command."""
