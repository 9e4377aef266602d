"""What the bot does in channels by itself: performances, programmes, chiming in, learning; knows scenes, trainings."""
