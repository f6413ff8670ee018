"""How every operation grows: the time that its statements take in catalogues of different sizes."""
