"""What may follow at each character of a directed scene, one small file for each kind of direction."""
