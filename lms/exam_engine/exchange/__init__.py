"""Question banks in and out of other systems' files: GIFT, Moodle XML and Excel; pure, all or nothing, nothing lost unnamed."""
