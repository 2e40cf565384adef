"""教材の版: lessons, questions, scenarios and handouts as whole editions that the office looks at, publishes and takes back."""
