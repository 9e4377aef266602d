"""The texts of trainings on the disk: fetched, named to a training, and swept."""
