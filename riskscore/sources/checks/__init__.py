"""What no statement can say, one rule each: asked by files, by forms and by the API alike."""
