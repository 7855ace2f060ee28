"""What runs inside the target interpreter: imports a package and has it work, stage by stage. Standard library only."""
