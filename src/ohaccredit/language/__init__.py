"""The rule language: reading with positions, types, the operator tree, its evaluators and its words."""
