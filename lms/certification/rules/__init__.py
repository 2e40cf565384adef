"""Pure decisions of 認定: who has completed, who may decide, what the register's chain says, which names agree."""
