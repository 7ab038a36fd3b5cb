"""Face detectors: frames -> faces. One file each; the file name is the detector's name."""
