"""認定: completion, numbers, register, certificates, verification."""
