"""What the exam room and the press cost, as multiples of the least a program can cost on the same machine in the same run."""
