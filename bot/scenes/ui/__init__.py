"""What members see of a scene and can press or fill in: its layout, its buttons and its form."""
