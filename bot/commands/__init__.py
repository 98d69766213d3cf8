"""`/paper` and `/digest`, the buttons under posts and the forms behind them: what a person can do, free of any platform's name."""
