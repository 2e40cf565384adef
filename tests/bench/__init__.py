"""What the exam room costs, as multiples of the least a Flask view can cost on the same machine in the same run."""
